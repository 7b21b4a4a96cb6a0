"""Periods: months, quarters and other parts of a year, as people write them and as reports name them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from poa_eval.text.names import normalize

MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
MONTH_NAMES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
QUARTERS = ("I", "II", "III", "IV")
_MONTHS_PT = "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro".split()
_MONTH_ALIASES = {"set": 9, "setiembre": 9, "mzo": 3, "sept": 9}
_QUARTER_WORDS = {
    1: ("i", "1", "01", "1°", "1º", "1er", "1o", "1ro", "primer", "primero", "primeiro", "t1", "1t", "q1"),
    2: ("ii", "2", "02", "2°", "2º", "2do", "2o", "segundo", "t2", "2t", "q2"),
    3: ("iii", "3", "03", "3°", "3º", "3er", "3o", "3ro", "tercer", "tercero", "terceiro", "t3", "3t", "q3"),
    4: ("iv", "4", "04", "4°", "4º", "4to", "4o", "cuarto", "quarto", "t4", "4t", "q4"),
}
_MONTH_OF = {name: i % 12 + 1 for i, name in enumerate((*MONTHS, *MONTH_NAMES, *_MONTHS_PT))} | _MONTH_ALIASES
_MONTH_OF |= {name[:3]: i + 1 for i, name in enumerate(_MONTHS_PT)}
_MONTH_OF |= {form.format(month): month for month in range(1, 13) for form in ("{}", "{:02}")}
_QUARTER_OF = {word: quarter for quarter, words in _QUARTER_WORDS.items() for word in words}
_FREQUENCIES = {"mensual": 1, "bimestral": 2, "trimestral": 3, "cuatrimestral": 4, "semestral": 6, "anual": 12}
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


def parse_month(text: str) -> int | None:
    """Return the month 1–12 that a text names, or None.

    Examples
    --------
    >>> parse_month("Setiembre"), parse_month("mzo."), parse_month("Março"), parse_month("03"), parse_month("x")
    (9, 3, 3, 3, None)
    """
    return _MONTH_OF.get(normalize(text).rstrip("."))


def parse_quarter(text: str) -> int | None:
    """Return the quarter 1–4 that a text names, or None.

    Examples
    --------
    >>> parse_quarter("PRIMER"), parse_quarter("IV"), parse_quarter("quinto")
    (1, 4, None)
    """
    return _QUARTER_OF.get(normalize(text).rstrip("."))


def parse_ordinal(text: str) -> int | None:
    """Return the number 1–6 that an ordinal is, or None.

    Examples
    --------
    >>> parse_ordinal("Primero"), parse_ordinal("V"), parse_ordinal("x")
    (1, 5, None)
    """
    return parse_quarter(text) or _ORDINALS.get(normalize(text).rstrip("."))


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
    folded = normalize(text)
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


def parse_frequency(text: str) -> int | None:
    """Return the length in months of the period that a frequency names, or None.

    Examples
    --------
    >>> parse_frequency("Trimestral"), parse_frequency("SEMESTRAL"), parse_frequency("permanente")
    (3, 6, None)
    """
    return _FREQUENCIES.get(normalize(text).rstrip("."))


def close_months(trimestre: int) -> tuple[int, ...]:
    """Return the three months of a quarter.

    Examples
    --------
    >>> close_months(2)
    (4, 5, 6)
    """
    return (3 * trimestre - 2, 3 * trimestre - 1, 3 * trimestre)


def spell_period(mes: int, meses: int) -> str:
    """Return a period as it stands in a sentence: ``febrero``, ``el II trimestre``.

    Examples
    --------
    >>> spell_period(2, 1), spell_period(6, 3)
    ('febrero', 'el II trimestre')
    """
    return MONTH_NAMES[mes - 1] if meses == 1 else f"el {name_period(mes, meses)}"


def name_period(mes: int, meses: int) -> str:
    """Return a period as readers name it: ``feb``, ``II trimestre``, ``I semestre``, ``año``.

    Examples
    --------
    >>> name_period(2, 1), name_period(6, 3), name_period(12, 12)
    ('feb', 'II trimestre', 'año')
    """
    if meses == 1:
        return MONTHS[mes - 1]
    if meses == 3 and mes % 3 == 0:
        return f"{QUARTERS[mes // 3 - 1]} trimestre"
    if meses == 6 and mes % 6 == 0:
        return f"{QUARTERS[mes // 6 - 1]} semestre"
    if meses == 12 and mes == 12:
        return "año"
    return f"{MONTHS[(mes - meses) % 12]}–{MONTHS[mes - 1]}"
