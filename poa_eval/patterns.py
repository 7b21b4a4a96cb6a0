"""Patterns: lines of text with placeholders for what they say, as layouts write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from poa_eval.names import fold_letters
from poa_eval.periods import LENGTHS, find_month
from poa_eval.values import parse_month, parse_quarter

_PLACEHOLDERS = {
    "ejercicio": r"\d{4}",
    "anio": r"\d{2}",
    "mes": r"[a-z]+\.?",
    "corte_mes": r"[a-z]+\.?",
    "trimestre": r"\w+\.?",
    "corte_trimestre": r"\w+\.?",
}
_CUTS = {"corte_mes": parse_month, "corte_trimestre": parse_quarter}


def check_pattern(pattern: str) -> str:
    """Refuse a pattern whose placeholders cannot be read: it would never match, and what it should say be lost.

    Examples
    --------
    >>> check_pattern("EJE: {Eje 1}")
    Traceback (most recent call last):
    ...
    ValueError: «{Eje 1}» en «EJE: {Eje 1}»: un nombre entre llaves lleva solo minúsculas y guion bajo
    """
    names = re.findall(r"\{[^{}]*\}?", pattern)
    for name in names:
        if not re.fullmatch(r"\{[a-z_]+\}", name):
            raise ValueError(f"«{name}» en «{pattern}»: un nombre entre llaves lleva solo minúsculas y guion bajo")
        if names.count(name) > 1:
            raise ValueError(f"«{name}» dos veces en «{pattern}»; póngale otro nombre a una")
    return pattern


#: A pattern as a layout writes it.
Pattern = Annotated[str, Field(min_length=1), AfterValidator(check_pattern)]


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Turn a line with placeholders into an expression over folded text; spaces around signs are free.

    Examples
    --------
    >>> match_line("Eje  de desarrollo :4 / ORDEN", (compile_pattern("EJE DE DESARROLLO: {eje}"),))
    {'eje': '4 / ORDEN'}
    """
    out = []
    for part in re.split(r"(\{[a-z_]+\})", pattern):
        if part.startswith("{"):
            out.append(f"(?P<{part[1:-1]}>{_PLACEHOLDERS.get(part[1:-1], '.+?')})")
            continue
        for token in re.findall(r"\s+|\w+|[^\w\s]", fold_letters(unicodedata.normalize("NFC", part))):
            sign = "[-–—]" if token in "-–—" else re.escape(token)
            out.append(r"\s+" if token.isspace() else token if token.isalnum() else rf"\s*{sign}\s*")
    return re.compile(re.sub(r"(\\s[+*]){2,}", r"\\s*", "".join(out)))


def compile_patterns(patterns: Iterable[str]) -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    """Return the patterns of a line or one cell, and those of several cells, which `` | `` parts."""
    one, several = [], []
    for pattern in patterns:
        (several if "|" in pattern else one).append(compile_pattern(pattern))
    return tuple(one), tuple(several)


def match_line(line: str, patterns: tuple[re.Pattern[str], ...]) -> dict[str, str]:
    """Return what the first pattern that fits says: key → text as printed."""
    text = " ".join(unicodedata.normalize("NFC", line).split())
    folded = fold_letters(text)
    for pattern in patterns:
        found = pattern.fullmatch(folded)
        if found and _is_sensible(found.groupdict()):
            return {key: text[slice(*found.span(key))].strip() for key in found.groupdict()} or {"texto": text}
    return {}


def _is_sensible(groups: dict[str, str]) -> bool:
    cuts = all(parse(groups[key]) for key, parse in _CUTS.items() if key in groups)
    return cuts and all(find_month(name, groups[name]) for name in LENGTHS if name in groups)
