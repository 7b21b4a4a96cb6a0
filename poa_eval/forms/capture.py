"""Capture workbooks: per unit, what it owes in a quarter, to fill in and send back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from poa_eval.errors import ArchivoError, Place
from poa_eval.forms.owed import CAPTURE_FORM, CAUSES, HEADINGS, Owed, choose_columns, list_owed, name_length
from poa_eval.forms.writer import make_form
from poa_eval.metrics.due import close_month, list_calendar
from poa_eval.metrics.evaluation import describe_quarter
from poa_eval.plan.plan import Plan
from poa_eval.text.names import file_name
from poa_eval.text.periods import MONTH_NAMES
from poa_eval.text.wording import format_day


def write_capture(plan: Plan, trimestre: int, folder: str | Path, *, fecha_limite: dt.date | None = None) -> list[Path]:
    """Write one capture workbook per unit that has activities.

    Parameters
    ----------
    plan : Plan
    trimestre : int
        Quarter to report on, 1–4.
    folder : path-like
        Made if it is missing.
    fecha_limite : date, optional
        Until when the unit returns the workbook.

    Returns
    -------
    list of Path
        In the plan's order of units. The same plan gives the same bytes.

    Raises
    ------
    ArchivoError
        A workbook of that name is there with other content, perhaps filled in; then nothing is written.
    """
    folder = Path(folder)
    owed = list_owed(plan, trimestre)
    books: dict[Path, bytes] = {}
    for unit_id in plan.unidades["unidad_id"]:
        if (plan.actividades["unidad_id"] == unit_id).any():
            own = [item for item in owed if item.unidad_id == unit_id]
            book = make_capture(plan, unit_id, trimestre, own, fecha_limite=fecha_limite)
            books[folder / f"{file_name(unit_id)}.xlsx"] = book
    for path, content in books.items():
        if path.exists() and path.read_bytes() != content:
            raise ArchivoError(
                "un libro de captura con otro contenido, quizá ya llenado",
                "una carpeta sin libros de captura que se perderían",
                "indique otra carpeta, o mueva de ahí el libro",
                lugar=Place(str(path)),
            )
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in books.items():
        path.write_bytes(content)
    return list(books)


def make_capture(
    plan: Plan, unit_id: str, trimestre: int, owed: Sequence[Owed], *, fecha_limite: dt.date | None = None
) -> bytes:
    """Make the capture workbook of a unit, of what that unit owes in the quarter."""
    activities = plan.actividades[plan.actividades["unidad_id"] == unit_id].set_index("actividad_id")
    columns = choose_columns(activities, owed)
    guide = {
        "quarter": describe_quarter(trimestre),
        "span": f"{MONTH_NAMES[3 * trimestre - 3]} a {MONTH_NAMES[3 * trimestre - 1]} de {plan.ejercicio}",
        "limit": fecha_limite and format_day(fecha_limite, plan.locale),
        "close": format_day(close_month(plan.ejercicio, 3 * trimestre), plan.locale),
    }
    words = {"columns": columns, "owed": owed, "headings": HEADINGS, "causes": CAUSES}
    return make_form(
        CAPTURE_FORM,
        plan,
        unit_id,
        trimestre,
        columns,
        [
            (
                {name: _take_value(name, item, activities.loc[item.actividad_id]) for name in columns},
                [name for name in columns if _is_input(name, item)],
            )
            for item in owed
        ],
        title=f"Captura de avances · {describe_quarter(trimestre)} de {plan.ejercicio}",
        guide=guide | words | _list_rest(plan, activities, owed),
    )


def _take_value(name: str, item: Owed, activity: pd.Series) -> object:
    if name in (*CAPTURE_FORM.pick("clave"), "periodo"):
        return getattr(item, name)
    if name in ("programado", "ejecutado"):
        return getattr(item, name) if item.pregunta == "ejecutado" else None
    value = activity.get(name)
    if value is None or pd.isna(value):
        return None
    is_whole = name == "codigo" and value.isdigit() and value[0] != "0"
    return int(value) if is_whole else value


def _is_input(name: str, item: Owed) -> bool:
    if name == "programado":
        return item.pregunta == "ejecutado" and item.programado is None
    return name in (item.pregunta, "causa", "comentario")


def _list_rest(plan: Plan, activities: pd.DataFrame, owed: Sequence[Owed]) -> dict[str, list[str]]:
    """List the activities that the workbook does not ask for: nothing falls due, or the plan never says when."""
    calendar, reported = list_calendar(plan), set(plan.avances["actividad_id"])
    asked = {item.actividad_id for item in owed}
    idle, unplanned = [], []
    for key, name in activities["actividad"].items():
        dates = ", ".join(name_length(month, length) for month, length in calendar.get(key, ()))
        if key not in asked and (key in calendar or key in reported):
            idle.append(f"{name}{f' (vence: {dates})' if dates else ''}")
        elif key not in asked:
            unplanned.append(name)
    return {"idle": idle, "unplanned": unplanned}
