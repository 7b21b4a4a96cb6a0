"""Periods: months, quarters and other parts of a year, as people write them and as reports name them."""

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
_ORDINALS = {"v": 5, "5": 5, "5to": 5, "quinto": 5, "vi": 6, "6": 6, "6to": 6, "sexto": 6} | _QUARTER_OF
#: Word in the name of a period → what it says: a month, a length in months, which one of that length, or nothing.
_SAID = {name: {"month": month} for name, month in _MONTH_OF.items() if not name.isdigit()}
_SAID |= {word: {"number": number} for word, number in _ORDINALS.items()}
_SAID |= {word: {"length": 12, "number": 1} for word in ("anual", "ano", "anio")}
_SAID |= {word: {} for word in ("", "de", "del", "a", "al", "mes", "periodo", "y")}
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})(?:[-/]\d{1,2}(?:[ t][\d:.]*)?)?|(\d{1,2})[-/](\d{4})")
_BREAKS = re.compile(r"[\s\-–/_.,()]+")


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


def find_month(name: str, text: str) -> int | None:
    """Return the closing month of a period that a placeholder's text numbers (``trimestre``, ``II`` → 6), or None."""
    if name == "mes":
        return parse_month(text)
    number = _ORDINALS.get(normalize(text).rstrip("."))
    return number * LENGTHS[name] if number and number * LENGTHS[name] <= 12 else None


def _read_word(word: str, after_month: bool) -> dict[str, int] | None:
    """Return what a word in the name of a period says of it, or None where it is of no known kind."""
    if re.fullmatch(r"\d{4}", word):
        return {"year": int(word)}
    if after_month and re.fullmatch(r"\d{2}", word):
        return {"year": 2000 + int(word)}
    if numbered := re.fullmatch(r"([btqcs])(\d)|(\d)([btqcs])", word):  # «t2», «2t»
        return {"length": _INITIALS[numbered[1] or numbered[4]], "number": int(numbered[2] or numbered[3])}
    if stem := re.match("|".join(_STEMS), word):
        return {"length": _STEMS[stem[0]]}
    return _SAID.get(word)


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
    if date := _DATE.fullmatch(folded):
        month = parse_month(date[2] or date[3])
        return Period(month, 1, int(date[1] or date[4])) if month else None
    if joined := re.fullmatch(r"((?:19|20)\d\d)(0[1-9]|1[0-2])", folded):  # 202503
        return Period(int(joined[2]), 1, int(joined[1]))
    said: dict[str, int] = {}
    months: list[int] = []
    for word in _BREAKS.split(folded):
        found = _read_word(word, bool(months))
        if found is None:
            return None
        said |= found
        months += [found["month"]] if "month" in found else []
    if months:
        span = months[-1] - months[0] + 1
        is_span = len(months) <= 2 and span in (1, 2, 3, 4, 6, 12)
        return Period(months[-1], span, said.get("year")) if is_span else None
    length, closing = said.get("length", 0), said.get("length", 0) * said.get("number", 0)
    return Period(closing, length, said.get("year")) if 0 < closing <= 12 else None


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
    if meses in (3, 6) and mes % meses == 0:
        return f"{QUARTERS[mes // meses - 1]} {'trimestre' if meses == 3 else 'semestre'}"
    if meses == 12 and mes == 12:
        return "año"
    return f"{MONTHS[(mes - meses) % 12]}–{MONTHS[mes - 1]}"
