"""Patterns: texts with placeholders as layouts write them: lines (``EJE: {eje}``), and headings, called aliases.

A heading may also have groups (``GRUPO > NOMBRE``), ``*`` for any text, and ``[2]`` for the second from the left.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field

from poa_eval.text.names import fold_letters, normalize
from poa_eval.text.periods import LENGTHS, find_month

_PLACEHOLDERS = {
    "ejercicio": r"\d{4}",
    "anio": r"\d{2}",
    "mes": r"[a-z]+\.?",
    "corte_mes": r"[a-z]+\.?",
    "trimestre": r"\w+\.?",
    "corte_trimestre": r"\w+\.?",
}
#: Placeholder of a period → what numbers it.
_PERIODS = {name: name for name in LENGTHS} | {"corte_mes": "mes", "corte_trimestre": "trimestre"}
_MARK = re.compile(r"\{(\w+)(?:=(\d+))?\}|\*")
_TEXT_MARK = re.compile(r"\{(?!(?:ejercicio|anio|" + "|".join(LENGTHS) + r")\b)([a-z_]+)\}")
_PLACE = re.compile(r"\s*\[(\d)\]\s*$")
_SHAPES = {"mes": r"[a-z]+\.?|\d{1,2}", "ejercicio": r"\d{4}", "anio": r"\d{2}"}
_NUMBER = r"\w+[.°º]?"


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
    one: list[re.Pattern[str]] = []
    several: list[re.Pattern[str]] = []
    for pattern in patterns:
        (several if "|" in pattern else one).append(compile_pattern(pattern))
    return tuple(one), tuple(several)


def match_line(line: str, patterns: tuple[re.Pattern[str], ...]) -> dict[str, str]:
    """Return what the first pattern that fits says: key → text as printed."""
    text = " ".join(unicodedata.normalize("NFC", line).split())
    folded = fold_letters(text)
    for pattern in patterns:
        found = pattern.fullmatch(folded)
        said = found.groupdict() if found else {}
        if found and all(find_month(name, said[key]) for key, name in _PERIODS.items() if key in said):
            return {key: text[slice(*found.span(key))].strip() for key in said} or {"texto": text}
    return {}


@dataclass(frozen=True)
class Part:
    """One level of an alias: its normalized text, or an expression where it holds marks."""

    text: str
    regex: re.Pattern[str] | None = None
    wanted: tuple[tuple[str, int], ...] = ()  # placeholder, and the number that its text must be
    place: int = 0  # which of several columns under the same heading is meant, from the left; 0 where there is one

    def match(self, text: str) -> int | None:
        """Return None where a normalized heading is another, else the year that it says (0 for none)."""
        if self.regex is None:
            return 0 if text == self.text else None
        found = self.regex.fullmatch(text)
        if found is None:
            return None
        said = found.groupdict()
        if any(find_month(name, said[name]) != find_month(name, str(number)) for name, number in self.wanted):
            return None
        return int(said["ejercicio"]) if "ejercicio" in said else 2000 + int(said["anio"]) if "anio" in said else 0


Alias = tuple[Part, ...]


@lru_cache(maxsize=4096)
def make_alias(heading: str) -> Alias:
    """Make an alias ready for matching.

    Examples
    --------
    >>> match_path(("t3. planeado 2025",), make_alias("T{trimestre=3}. PLANEADO {ejercicio}"))
    2025
    >>> match_path(("meta", "anual"), make_alias("Anual")), match_path(("meta", "anual"), make_alias("Meta"))
    (0, None)
    """
    place = _PLACE.search(heading)
    texts = _PLACE.sub("", heading).split(">")
    parts = [_make_part(part) for part in texts]
    first = 1 if _TEXT_MARK.fullmatch(texts[-1].strip()) else 0  # any text: the corner of the table
    return (*parts[:-1], replace(parts[-1], place=int(place[1]) if place else first))


def list_said(headings: Iterable[str]) -> set[str]:
    """List the names of texts that headings say of their table: ``{actividad}`` in a corner.

    Examples
    --------
    >>> list_said(["{actividad}", "Meta {ejercicio}", "T{trimestre}"])
    {'actividad'}
    """
    return {name for heading in headings for name in _TEXT_MARK.findall(heading)}


def read_heading(heading: str, path: Sequence[str]) -> dict[str, str]:
    """Return what the printed headings over a column say of its table, by the heading as the layout writes it.

    Examples
    --------
    >>> read_heading("{actividad} > Centro", ["Consultas médicas", "CENTRO"])
    {'actividad': 'Consultas médicas'}
    """
    if not list_said([heading]):
        return {}
    *groups, name = _PLACE.sub("", heading).split(">")
    above, said = iter(path[:-1]), [match_line(path[-1], (compile_pattern(name.strip()),))]
    for group in groups:
        pattern = (compile_pattern(group.strip()),)
        said.append(next(filter(None, (match_line(text, pattern) for text in above)), {}))
    return {key: text for own in said if all(said) for key, text in own.items() if key != "texto"}


def _make_part(text: str) -> Part:
    folded = normalize(text)
    if not _MARK.search(folded):
        return Part(folded)
    out, names, at = [], set(), 0
    for mark in _MARK.finditer(folded):
        out.append(re.escape(folded[at : mark.start()]))
        name, at = mark[1], mark.end()
        shape = ".*" if name is None else ".+" if _TEXT_MARK.match(mark[0]) else _SHAPES.get(name, _NUMBER)
        out.append(shape if name is None else f"(?:{shape})" if name in names else f"(?P<{name}>{shape})")
        names.add(name)
    out.append(re.escape(folded[at:]))
    wanted = tuple((mark[1], int(mark[2])) for mark in _MARK.finditer(folded) if mark[2])
    return Part(folded, re.compile("".join(out)), wanted)


def match_path(path: tuple[str, ...], alias: Alias) -> int | None:
    """Return None where the normalized headings over a column are no match, else the year that they say (0 for none).

    The last level must match the last heading; the others stand above it in their order.
    """
    if alias[-1].match(path[-1]) is None:
        return None
    year = 0
    rest = iter(path)
    for part in alias:
        found = next((said for text in rest if (said := part.match(text)) is not None), None)
        if found is None:
            return None
        year = found or year
    return year


def find_hot(texts: dict[str, str], aliases: Iterable[Alias]) -> set[str]:
    """Return those texts (raw → normalized) that are a level of some alias."""
    parts = {part for alias in aliases for part in alias}
    exact = {part.text for part in parts if part.regex is None}
    loose = [part for part in parts if part.regex is not None]
    shapes = dict.fromkeys(re.sub(r"\(\?P<\w+>", "(?:", part.regex.pattern) for part in loose if part.regex)
    quick = re.compile("|".join(shapes))
    return {
        raw
        for raw, folded in texts.items()
        if folded in exact
        or (loose and quick.fullmatch(folded) and any(part.match(folded) is not None for part in loose))
    }
