"""Wording: signs, numbers, dates and names as the reader of a report sees them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeGuard, TypeVar

from babel import dates, numbers

from poa_eval.text.names import make_slug, normalize
from poa_eval.text.periods import MONTH_NAMES, name_period

if TYPE_CHECKING:
    import pandas as pd  # slow to load, and a run with nothing to do needs no tables

T = TypeVar("T")

MISSING = "—"

#: A sign for each state, so that it never rests on colour alone.
SYMBOLS = {
    "sobrecumplida": "▲",
    "cumplida": "✓",
    "casi cumplida": "◕",
    "en riesgo": "◔",
    "crítica": "✗",
    "sin reporte": "?",
    "no programada": "–",
    "no evaluable": "◌",
}

#: What the states without a percentage mean.
EMPTY_STATES = {
    "sin reporte": "venció un periodo y nadie informó su resultado; no es un resultado de cero",
    "no programada": "el plan no pedía nada en ese lapso; no cuenta como cero",
    "no evaluable": "no hay una meta cuantificada con la cual comparar, o falta el documento; no cuenta como cero",
    "0 %": "se informó un resultado de cero habiendo algo programado: es un cero verdadero y sí cuenta",
}

_ACCENTED = (
    "acción actualización acumulación área compensación descripción ejecución específico específicos evaluación "
    "fórmula idénticas información inversión línea numérica ponderación sobreejecución vacía validación verificación"
)
_ACCENTS = {"anio": "año"} | {normalize(word): word for word in _ACCENTED.split()}


def is_present(value: T | None) -> TypeGuard[T]:
    """Say whether there is a value: neither None nor NaN nor infinite nor blank."""
    if value is None or type(value).__name__ == "NAType":  # pandas' own, which nothing can be compared with
        return False
    if isinstance(value, str):
        return bool(value.strip())
    return bool(value == value) and value not in (float("inf"), float("-inf"))  # NaN and NaT differ from themselves


def format_number(value: float | None, locale: str) -> str:
    """Write a quantity with at most two decimals; more where it would look like zero.

    Examples
    --------
    >>> format_number(767683, "es_MX"), format_number(24.99, "es_CO"), format_number(None, "es_MX")
    ('767,683', '24,99', '—')
    """
    if not is_present(value):
        return MISSING
    digits = 2 if value == 0 or round(value, 2) else 6
    return numbers.format_decimal(round(value, digits) + 0, format="#,##0." + "#" * digits, locale=locale)


def format_percent(value: float | None, locale: str) -> str:
    """Write a percentage with one decimal; with more where it would look like 100 % or like zero and is not.

    Examples
    --------
    >>> [format_percent(p, "es_PE").replace(chr(160), " ") for p in (99.5242, 99.97, 100, 0.02, 0)]
    ['99.5 %', '99.97 %', '100.0 %', '0.02 %', '0.0 %']
    """
    if not is_present(value):
        return MISSING
    digits = 1
    while digits < 6 and (round(value, digits) >= 100 > value + 1e-9 or (value > 0 and round(value, digits) == 0)):
        digits += 1
    return (
        numbers.format_decimal(round(value, digits) + 0, format="#,##0." + "0" * digits, locale=locale)
        + "\N{NO-BREAK SPACE}%"
    )


def format_day(day: dt.date) -> str:
    """Write a date in words, in Spanish as the pages are, whatever the locale of a document's numbers.

    Examples
    --------
    >>> format_day(dt.date(2023, 3, 31))
    '31 de marzo de 2023'
    """
    return dates.format_date(day, format="long", locale="es")


def count_words(number: int, singular: str, plural: str) -> str:
    """Write a count with its noun.

    Examples
    --------
    >>> count_words(1, "actividad", "actividades"), count_words(2, "actividad", "actividades")
    ('1 actividad', '2 actividades')
    """
    return f"{number} {singular if number == 1 else plural}"


def join_words(words: Iterable[str], last: str = "y") -> str:
    """Join words as an enumeration, with «y» (or «e» before the sound of i), or another word, before the last.

    Examples
    --------
    >>> join_words(["a", "b", "c"]), join_words(["meta", "indicador"]), join_words(["meta", "plazo"], "ni")
    ('a, b y c', 'meta e indicador', 'meta ni plazo')
    """
    *most, end = list(words)
    sounds = normalize(end)
    if last == "y" and sounds.startswith(("i", "hi")) and not sounds.startswith(("hia", "hie", "ia", "io")):
        last = "e"
    return f"{', '.join(most)} {last} {end}" if most else end


def capitalize(text: str) -> str:
    """Return a text with its first letter as a capital; the others stay."""
    return text[:1].upper() + text[1:]


def tell_period(mes: int, meses: int) -> str:
    """Return a period as a sentence names it: ``febrero``, ``el II trimestre``, ``el periodo de enero a abril``.

    Examples
    --------
    >>> tell_period(2, 1), tell_period(6, 3), tell_period(4, 4)
    ('febrero', 'el II trimestre', 'el periodo de enero a abril')
    """
    if meses == 1:
        return MONTH_NAMES[mes - 1]
    if meses in (3, 6, 12) and mes % meses == 0:
        return f"el {name_period(mes, meses)}"
    return f"el periodo de {MONTH_NAMES[(mes - meses) % 12]} a {MONTH_NAMES[mes - 1]}"


def name_span(first: int, last: int) -> str:
    """Return the months from one to another.

    Examples
    --------
    >>> name_span(1, 6), name_span(7, 7)
    ('de enero a junio', 'en julio')
    """
    months = MONTH_NAMES[first - 1], MONTH_NAMES[last - 1]
    return f"en {months[0]}" if first == last else "de {} a {}".format(*months)


def name_unit(unidad_id: str, unidad: str) -> str:
    """Name a unit by code and name, or by its name alone where the code was made of it.

    Examples
    --------
    >>> name_unit("303", "FACTURACIÓN"), name_unit("obras", "OBRAS")
    ('303 · FACTURACIÓN', 'OBRAS')
    """
    return unidad if unidad_id.startswith(make_slug(unidad)) else f"{unidad_id} · {unidad}"


def name_units(units: "pd.DataFrame") -> dict[str, str]:
    """Name each unit of a plan's table `unidades`, by its id."""
    return {key: name_unit(key, name) for key, name in zip(units["unidad_id"], units["unidad"], strict=True)}


def name_activity(row: Mapping[str, object], code: object = None) -> str:
    """Name an activity by its code, its name and its indicator, as far as there are."""
    return join_name(code, row["actividad"], name_indicator(row))


def join_name(*parts: object) -> str:
    """Join code, name and what else names something, as far as there are.

    Examples
    --------
    >>> join_name("1.2", "Bachear calles"), join_name(None, "Bachear calles")
    ('1.2 · Bachear calles', 'Bachear calles')
    """
    return " · ".join(str(part) for part in parts if is_present(part))


def name_indicator(row: Mapping[str, object]) -> str:
    """Return «indicador: …», or nothing where there is none or it repeats the activity's name."""
    name = row["indicador"]
    return f"indicador: {name}" if is_present(name) and normalize(str(name)) != normalize(str(row["actividad"])) else ""


def name_rule(slug: str) -> str:
    """Name a rule of the findings, or what a document says of itself, in words.

    Examples
    --------
    >>> name_rule("ejecucion-sin-programa"), name_rule("fecha_de_validacion")
    ('Ejecución sin programa', 'Fecha de validación')
    """
    return capitalize(" ".join(_ACCENTS.get(word, word) for word in slug.replace("_", "-").split("-")))
