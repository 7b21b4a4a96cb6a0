"""Numbers: read as a locale writes them, written with the digits that were read; percentages as units of measure."""

import re
from functools import lru_cache

from babel.numbers import NumberFormatError, parse_decimal

from poa_eval.text.names import normalize

_WHOLE = re.compile(r"-?\d+$")


@lru_cache(maxsize=65536)
def parse_number(text: str, locale: str) -> float | None:
    """Return the number that a text is in a Babel locale, or None; a percentage gives its points.

    Examples
    --------
    >>> parse_number("6,382", "es_PE"), parse_number("8.33 %", "es_MX"), parse_number("1,5", "es_MX")
    (6382.0, 8.33, None)
    >>> parse_number("1,5", "es_CO")
    1.5
    """
    bare = text.strip().removesuffix("%").rstrip()
    if _WHOLE.match(bare):
        return float(bare)
    if not re.fullmatch(r"-?[\d.,'\s\u00a0\u202f]*\d", bare):
        return None
    try:
        return float(parse_decimal(bare, locale=locale, strict=True))
    except NumberFormatError:
        return None


def write_exact(value: float) -> str:
    """Return a number as people would copy it: with all the digits that a spreadsheet keeps, fifteen.

    Examples
    --------
    >>> write_exact(1234567.0), write_exact(0.1 + 0.2), write_exact(8.33)
    ('1234567', '0.3', '8.33')
    """
    return f"{value:.15g}"


def is_percentage(unidad_medida: str) -> bool:
    """Say whether a unit of measure is a percentage, which is never added up.

    Examples
    --------
    >>> is_percentage("Porcentaje de avance"), is_percentage("% de cobertura"), is_percentage("obras")
    (True, True, False)
    >>> is_percentage("Percentual"), is_percentage("pct")
    (True, True)
    """
    folded = normalize(unidad_medida)
    return "%" in folded or re.search(r"\b(?:porcent|percent|pct\b|por ?c(?:i?ento|iento))", folded) is not None
