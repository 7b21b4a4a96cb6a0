"""Numbers: read as a locale writes them, written with the digits that were read; percentages as units of measure."""

import re
from functools import lru_cache

from babel.numbers import NumberFormatError, parse_decimal

from poa_eval.text.names import normalize

_WHOLE = re.compile(r"-?\d+$")
_SCIENTIFIC = re.compile(r"(-?\d+(?:[.,]\d+)?)[eE]([+-]?\d{1,2})")
#: Groups of three parted by one kind of space: an ordinary, a no-break, a thin or a narrow one.
_SPACED = re.compile(r"-?[1-9]\d{0,2}(?:([ \u00a0\u2009\u202f])\d{3}(?:\1\d{3})*)(?:[.,]\d+)?")


@lru_cache(maxsize=65536)
def parse_number(text: str, locale: str) -> float | None:
    """Return the number that a text is in a Babel locale, or None; a percentage gives its points.

    Examples
    --------
    >>> parse_number("6,382", "es_PE"), parse_number("8.33 %", "es_MX"), parse_number("1,5", "es_MX")
    (6382.0, 8.33, None)
    >>> parse_number("1,5", "es_CO"), parse_number("1e+05", "es_MX"), parse_number("1,5E3", "es_CO")
    (1.5, 100000.0, 1500.0)
    """
    bare = text.strip().removesuffix("%").rstrip()
    if _WHOLE.match(bare):
        return float(bare)
    if found := _SCIENTIFIC.fullmatch(bare):
        value = parse_number(found[1], locale)
        return None if value is None else float(f"{value!r}e{int(found[2])}")
    if not re.fullmatch(r"-?[\d.,'\s\u00a0\u202f]*\d", bare):
        return None
    try:
        return float(parse_decimal(bare, locale=locale, strict=True))
    except NumberFormatError:
        return None


#: First words of names that may be of no sum, also Portuguese.
_RATIO = re.compile(r"(?:(?:tasa|taxa|indice|promedio|razon(?! social)|razao(?! social)|porcentaje|percentual)\b|%)")


def parse_spaced(text: str, locale: str) -> float | None:
    """Return the number that a text is whose groups of three are parted by a space, or None.

    Examples
    --------
    >>> parse_spaced("4 800", "es_MX"), parse_spaced("1 234 567,5 %", "es_CO"), parse_spaced("4 80", "es_MX")
    (4800.0, 1234567.5, None)
    """
    bare = text.strip().removesuffix("%").rstrip()
    found = _SPACED.fullmatch(bare)
    return parse_number(bare.replace(found[1], ""), locale) if found else None


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


def names_ratio(text: str) -> bool:
    """Say whether a name, or a unit of measure, begins as that of a rate, an index, a mean, a ratio or a share does.

    It proves nothing: «tasa» is also a fee.

    Examples
    --------
    >>> names_ratio("Tasa de desocupación"), names_ratio("ÍNDICE"), names_ratio("% de quejas resueltas")
    (True, True, True)
    >>> names_ratio("Recaudación de tasas"), names_ratio("Tasas municipales"), names_ratio("Razón social inscrita")
    (False, False, False)
    """
    return _RATIO.match(normalize(text)) is not None
