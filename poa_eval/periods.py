"""Periods as people write them in cells and headings: ``Ene-2025``, ``I Trimestre``, ``2T``, ``enero a marzo``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from poa_eval.names import fold
from poa_eval.values import parse_month, parse_quarter

#: Placeholder → length in months of the period that it numbers.
LENGTHS = {"mes": 1, "bimestre": 2, "trimestre": 3, "cuatrimestre": 4, "semestre": 6}

_STEMS = {"bim": 2, "trim": 3, "cuatri": 4, "quadri": 4, "sem": 6}
_INITIALS = {"b": 2, "t": 3, "q": 3, "c": 4, "s": 6}
_ORDINALS = {"v": 5, "5": 5, "5to": 5, "quinto": 5, "vi": 6, "6": 6, "6to": 6, "sexto": 6}
_YEAR = {"anual", "ano", "anio"}
_FILLERS = {"", "de", "del", "a", "al", "mes", "periodo", "y"}


class Period(NamedTuple):
    """A period: closing month, length in months, and the year where it is said."""

    mes: int
    meses: int
    ejercicio: int | None = None


def parse_ordinal(text: str) -> int | None:
    """Return the number 1–6 that an ordinal is, or None.

    Examples
    --------
    >>> parse_ordinal("Primero"), parse_ordinal("V"), parse_ordinal("x")
    (1, 5, None)
    """
    return parse_quarter(text) or _ORDINALS.get(fold(text).rstrip("."))


def find_month(name: str, text: str) -> int | None:
    """Return the closing month of a period that a placeholder's text numbers (``trimestre``, ``II`` → 6), or None."""
    if name == "mes":
        return parse_month(text)
    number = parse_ordinal(text)
    return number * LENGTHS[name] if number and number * LENGTHS[name] <= 12 else None


@lru_cache(maxsize=4096)
def parse_period(text: str) -> Period | None:
    """Return the period that a text names, or None; a number alone is no period.

    Examples
    --------
    >>> parse_period("Ene-2025"), parse_period("2T")
    (Period(mes=1, meses=1, ejercicio=2025), Period(mes=6, meses=3, ejercicio=None))
    >>> parse_period("2025-03-01 00:00:00").mes, parse_period("Enero a marzo").meses, parse_period("3")
    (3, 3, None)
    """
    folded = fold(text)
    if found := re.fullmatch(r"(\d{4})[-/](\d{1,2})(?:[-/]\d{1,2}(?:[ t][\d:.]*)?)?|(\d{1,2})[-/](\d{4})", folded):
        month = parse_month(found[2] or found[3])
        return Period(month, 1, int(found[1] or found[4])) if month else None
    year = length = ordinal = None
    months: list[int] = []
    for word in re.split(r"[\s\-–/_.,()]+", folded):
        if re.fullmatch(r"\d{4}", word):
            year = int(word)
        elif not word.isdigit() and (month := parse_month(word)):
            months.append(month)
        elif found := re.fullmatch(r"([btqcs])(\d)|(\d)([btqcs])", word):
            length, ordinal = _INITIALS[found[1] or found[4]], int(found[2] or found[3])
        elif stem := next((stem for stem in _STEMS if word.startswith(stem)), None):
            length = _STEMS[stem]
        elif word in _YEAR:
            length, ordinal = 12, 1
        elif months and re.fullmatch(r"\d{2}", word):
            year = 2000 + int(word)
        elif number := parse_ordinal(word):
            ordinal = number
        elif word not in _FILLERS:
            return None
    if months:
        span = months[-1] - months[0] + 1
        return Period(months[-1], span, year) if len(months) <= 2 and span in (1, 2, 3, 4, 6, 12) else None
    if length and ordinal and length * ordinal <= 12:
        return Period(length * ordinal, length, year)
    return None
