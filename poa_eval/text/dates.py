"""Dates: from which month to which a text says, as people write the start and the end of an activity."""

import re
from functools import lru_cache
from typing import NamedTuple

from poa_eval.text.names import normalize
from poa_eval.text.periods import parse_month, parse_period

#: Years that a plan may speak of; any other is a slip of the keyboard.
YEARS = range(1990, 2051)
_NUMERIC = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[ t]\d.*)?")
_ISO = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-]\d{1,2}(?:[ t]\d.*)?")
_WORDS = re.compile(r"(?:\w+,? )?(?:el )?\d{1,2}[°º]? (?:de )?([a-z]+)\.?,?(?: (?:del? )?(?:ano )?(\d{4}))?")
_SHORT = re.compile(r"\d{1,2}[-/. ]([a-z]{3,})\.?[-/. ](\d{4}|\d{2})")
_YEARS = re.compile(r"(\d{4})(?:\s*(?:[-–/]|al?|y|hasta)\s*(\d{4}))?")


class Month(NamedTuple):
    """A month, of a year where that is said."""

    year: int | None
    month: int


class Term(NamedTuple):
    """The first and the last month that a text names."""

    first: Month
    last: Month


@lru_cache(maxsize=4096)
def parse_term(text: str) -> Term | None:
    """Return from which month to which a text says, or None where it says none.

    Of a date in figures the day stands first, unless that gives no month.

    Examples
    --------
    >>> parse_term("01/02/2025").last, parse_term("2º semestre 2025").first, parse_term("Julio").last
    (Month(year=2025, month=2), Month(year=2025, month=7), Month(year=None, month=7))
    >>> parse_term("15-mar-2025").last, parse_term("3/ene/26").first
    (Month(year=2025, month=3), Month(year=2026, month=1))
    >>> parse_term("2025-2026").last, parse_term("31 de diciembre de 2026").last, parse_term("permanente")
    (Month(year=2026, month=12), Month(year=2026, month=12), None)
    """
    folded = " ".join(normalize(text).split())
    if found := _ISO.fullmatch(folded):
        return _of_one(int(found[1]), int(found[2]))
    if found := _NUMERIC.fullmatch(folded):
        day, month = int(found[1]), int(found[2])
        year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
        return _of_one(year, day if month > 12 else month)
    if (found := _WORDS.fullmatch(folded)) and (named := parse_month(found[1])):
        return _of_one(int(found[2]) if found[2] else None, named)
    if (found := _SHORT.fullmatch(folded)) and (named := parse_month(found[1])):
        return _of_one(int(found[2]) + (2000 if len(found[2]) == 2 else 0), named)
    if found := _YEARS.fullmatch(folded):
        return Term(Month(int(found[1]), 1), Month(int(found[2] or found[1]), 12))
    period = parse_period(text)
    if period is None:
        return None
    first = period.mes - period.meses + 1
    return Term(Month(period.ejercicio, first), Month(period.ejercicio, period.mes)) if first > 0 else None


def _of_one(year: int | None, month: int) -> Term | None:
    return Term(Month(year, month), Month(year, month)) if 1 <= month <= 12 else None
