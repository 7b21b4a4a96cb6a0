"""What the first sheet of a capture workbook tells the unit that fills it in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import pandas as pd
from babel.dates import format_date

from poa_eval.entry import CAUSES, HEADINGS
from poa_eval.measure import close_month, describe_quarter
from poa_eval.owe import Owed, name_length
from poa_eval.plan import Plan
from poa_eval.values import MONTH_NAMES
from poa_eval.windows import list_calendar

_MEANING = {
    "meta_texto": "lo que el plan se propone con la actividad",
    "indicador": "lo que se mide",
    "unidad_medida": "en qué se cuenta; lo ejecutado va en la misma unidad",
    "periodo": "el periodo que cierra en el trimestre y que se reporta en esa fila",
    "programado": "lo que el plan prevé para el periodo; si la celda es amarilla, el plan no lo dice: escríbalo",
    "ejecutado": "lo que se alcanzó en el periodo: un número de 0 en adelante",
    "realizada": "Sí, si la actividad se realizó en el periodo; No, si no se realizó",
    "causa": "si el resultado se apartó de lo previsto, la razón principal, elegida de la lista",
    "comentario": "lo que ayude a entender el resultado: qué pasó, qué falta, cuándo se hará",
}

#: A line: a title of its own, or a label with its text.
Line = tuple[str, str | None]


def list_guide(
    plan: Plan,
    activities: pd.DataFrame,
    owed: Sequence[Owed],
    columns: Sequence[str],
    trimestre: int,
    fecha_limite: dt.date | None,
) -> Iterator[Line]:
    """List the lines of the instructions; a line without text is the title of a section.

    Parameters
    ----------
    plan : Plan
    activities : DataFrame
        Of the unit, by `actividad_id`.
    owed : sequence of Owed
        Of the unit and quarter.
    columns : sequence of str
        Those that the workbook has.
    trimestre : int
    fecha_limite : date or None
        Until when the workbook is returned.

    Yields
    ------
    tuple of str, (str or None)
    """
    close = close_month(plan.ejercicio, 3 * trimestre)
    span = f"{MONTH_NAMES[3 * trimestre - 3]} a {MONTH_NAMES[3 * trimestre - 1]} de {plan.ejercicio}"
    yield "Para qué es", None
    yield (
        "",
        f"Recoge lo que la unidad realizó en el {describe_quarter(trimestre)} ({span}); de aquí salen los informes.",
    )
    yield "Hasta cuándo", None
    until = f"A más tardar el {_name_day(fecha_limite, plan)}." if fecha_limite else "En la fecha que fije planeación."
    yield "", f"{until} Se reporta lo que cierra hasta el {_name_day(close, plan)}."
    yield "Cómo se llena", None
    for number, step in enumerate(_list_steps(owed, columns), start=1):
        yield f"{number}.", step
    yield "Qué dice cada columna", None
    yield from ((HEADINGS[name], text) for name, text in _MEANING.items() if name in columns)
    yield "Causas de la desviación", None
    yield from CAUSES.items()
    yield from _list_rest(plan, activities, owed)


def _list_steps(owed: Sequence[Owed], columns: Sequence[str]) -> Iterator[str]:
    yield (
        "Abra la hoja «Captura». Cada fila es una actividad y un periodo. Se llenan solo las celdas amarillas, bajo "
        "«▼\u00a0llenar»; las demás están protegidas."
    )
    if "ejecutado" in columns:
        yield (
            "En «Ejecutado» escriba solo el número, con el separador decimal de su hoja de cálculo: 95, y no «95 %» "
            "ni «95 visitas»."
        )
    if "realizada" in columns:
        yield "En «¿Realizada?» elija Sí o No de la lista."
    yield "Lo que aún no se sabe se deja vacío: vacío quiere decir «sin reporte»; 0 o No quieren decir que no se logró."
    if any(item.programado == 0 for item in owed):
        yield "Donde «Programado» es 0 no se debe nada: llene la fila solo si algo se ejecutó."
    if any(item.ejecutado is not None for item in owed):
        yield (
            "Un número ya escrito es el que consta en los documentos: cámbielo solo si es un error, y avise a "
            "planeación."
        )
    yield "Si el resultado se apartó de lo previsto, elija la causa y explíquela en «Comentario»."
    yield (
        "Puede ensanchar las columnas. No quite la protección ni pegue filas de otro libro: cada fila lleva una clave "
        "oculta, y el libro solo sirve para esta unidad y este trimestre."
    )
    yield "Guarde el libro como .xlsx, con el mismo nombre, y devuélvalo aunque quede a medias."


def _list_rest(plan: Plan, activities: pd.DataFrame, owed: Sequence[Owed]) -> Iterator[Line]:
    """List the activities that the workbook does not ask for, and why."""
    calendar, asked, reported = (
        list_calendar(plan),
        {item.actividad_id for item in owed},
        set(plan.avances["actividad_id"]),
    )
    rest = {key: name for key, name in activities["actividad"].items() if key not in asked}
    idle = [key for key in rest if key in calendar or key in reported]
    if idle:
        yield "Nada vence este trimestre", None
    for key in idle:
        dates = ", ".join(name_length(month, length) for month, length in calendar.get(key, ()))
        yield "–", f"{rest[key]}{f' (vence: {dates})' if dates else ''}"
    if len(idle) < len(rest):
        yield "Sin meta por periodo ni calendario en el plan: no se piden", None
    yield from (("–", name) for key, name in rest.items() if key not in idle)


def _name_day(day: dt.date, plan: Plan) -> str:
    return format_date(day, "d 'de' MMMM 'de' y", locale=plan.locale)
