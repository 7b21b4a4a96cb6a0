"""Capture workbooks: per unit, what it owes a report on in a quarter, to fill in and send back."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from poa_eval.errors import ArchivoError, Place
from poa_eval.forms.form import Column, Form, make_form
from poa_eval.metrics.due import close_month, find_due, list_calendar, list_window
from poa_eval.metrics.evaluation import describe_quarter
from poa_eval.plan.plan import Plan
from poa_eval.readers.marker import CAPTURE
from poa_eval.text.names import file_name
from poa_eval.text.periods import MONTH_NAMES, close_months, spell_period
from poa_eval.text.wording import format_day

#: Reasons that a unit may choose for a deviation, with what they mean.
CAUSES = {
    "Presupuesto": "el recurso faltó, se recortó o llegó tarde",
    "Personal": "faltó personal, o cambió",
    "Trámite de terceros": "dependía de otra área, de un proveedor o de otra autoridad",
    "Contingencia": "una emergencia, el clima, una suspensión de labores",
    "Reprogramación": "se acordó hacerla en otro periodo",
    "Meta mal planeada": "la meta era demasiado alta o baja, o no era de esta unidad",
    "Otra": "explíquela en «Comentario»",
}
YES_NO = {"Sí": 1.0, "No": 0.0}
_NUMBER = "Escriba un número de 0 en adelante, sin texto ni unidades."
_CHOICE = "Elija una causa de la lista; explíquela en «Comentario»."
CAPTURE_FORM = Form(
    CAPTURE,
    formato="1",
    hoja="Captura",
    columnas={
        "actividad_id": Column("actividad_id", papel="clave"),
        "mes": Column("mes", papel="clave"),
        "meses": Column("meses", papel="clave"),
        "codigo": Column("N.º", 7, "muestra"),
        "actividad": Column("Actividad", 42),
        "meta_texto": Column("Meta", 38, "muestra"),
        "indicador": Column("Indicador", 30, "muestra"),
        "unidad_medida": Column("Unidad de medida", 17, "muestra"),
        "periodo": Column("Periodo", 14),
        "programado": Column("Programado", 13, pide=_NUMBER),
        "ejecutado": Column("Ejecutado", 13, "llena", f"{_NUMBER} Vacía: sin reporte."),
        "realizada": Column("¿Realizada?", 13, "llena", "Elija Sí o No. Vacía: sin reporte.", tuple(YES_NO)),
        "causa": Column("Causa de la desviación", 22, "llena", _CHOICE, tuple(CAUSES)),
        "comentario": Column("Comentario", 44, "llena"),
    },
)
HEADINGS = CAPTURE_FORM.encabezados
#: What is known of a period that is owed, as a row of `avances` has it.
_KNOWN = ("mes", "meses", "programado", "ejecutado", "comentario", "fuente")


@dataclass(frozen=True)
class Owed:
    """One activity in one period that closes in the quarter, with what the plan's row of `avances` says already."""

    actividad_id: str
    unidad_id: str
    mes: int
    meses: int
    pregunta: Literal["ejecutado", "realizada"]  # a number, or Sí or No where the plan only gives a calendar
    programado: float | None = None
    ejecutado: float | None = None
    comentario: str | None = None
    fuente: str | None = None

    @property
    def periodo(self) -> str:
        """Return the period as a unit reads it: ``marzo``, ``I trimestre``."""
        return spell_period(self.mes, self.meses).removeprefix("el ")


def list_owed(plan: Plan, trimestre: int) -> list[Owed]:
    """List the periods that close in a quarter and can be reported, in the plan's order.

    An activity with a programme has all its periods, those with nothing programmed as well (a unit may have
    executed something); one that stands on the calendar only has those that fall due. An activity with neither is
    not asked for.
    """
    due, calendar = find_due(plan, 12), list_calendar(plan)
    owed: list[Owed] = []
    for activity in plan.actividades.to_dict("records"):
        ids = {"actividad_id": activity["actividad_id"], "unidad_id": activity["unidad_id"]}
        if (dates := calendar.get(activity["actividad_id"])) is not None:
            months = close_months(trimestre)
            owed += [Owed(**ids, mes=m, meses=n, pregunta="realizada", programado=1.0) for m, n in dates if m in months]
            continue
        found, lacking = list_window(activity, due, (trimestre,))
        rows = [{name: row[name] for name in _KNOWN if pd.notna(row[name])} for row in found]
        rows += [{"mes": month, "meses": length} for month, length in lacking]
        owed += [Owed(**ids, **row, pregunta="ejecutado") for row in sorted(rows, key=lambda row: row["mes"])]
    return owed


def choose_columns(activities: pd.DataFrame, owed: Sequence[Owed]) -> list[str]:
    """Return the columns that say anything of what is owed, in the order of `CAPTURE_FORM`; `activities` are by id."""
    rows = activities.loc[[item.actividad_id for item in owed]]
    asked = {item.pregunta for item in owed}
    wanted = {*CAPTURE_FORM.pick("clave"), "actividad", "periodo", "causa", "comentario", *asked}
    wanted |= {name for name in ("codigo", "indicador", "unidad_medida") if rows[name].notna().any()}
    if "ejecutado" in asked:
        wanted.add("programado")
    if "realizada" in asked and rows["meta_texto"].notna().any():
        wanted.add("meta_texto")
    return [name for name in HEADINGS if name in wanted]


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
            books[folder / f"{file_name(unit_id)}.xlsx"] = _make_capture(plan, unit_id, trimestre, own, fecha_limite)
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


def _make_capture(
    plan: Plan, unit_id: str, trimestre: int, owed: Sequence[Owed], fecha_limite: dt.date | None
) -> bytes:
    """Make the capture workbook of a unit, of what that unit owes in the quarter."""
    activities = plan.actividades[plan.actividades["unidad_id"] == unit_id].set_index("actividad_id")
    columns = choose_columns(activities, owed)
    guide = {
        "quarter": describe_quarter(trimestre),
        "span": f"{MONTH_NAMES[3 * trimestre - 3]} a {MONTH_NAMES[3 * trimestre - 1]} de {plan.ejercicio}",
        "limit": fecha_limite and format_day(fecha_limite),
        "close": format_day(close_month(plan.ejercicio, 3 * trimestre)),
        **{"columns": columns, "owed": owed, "headings": HEADINGS, "causes": CAUSES},
    }
    values = [{name: _take_value(name, item, activities.loc[item.actividad_id]) for name in columns} for item in owed]
    inputs = [[name for name in columns if _is_input(name, item)] for item in owed]
    return make_form(
        CAPTURE_FORM,
        plan,
        unit_id,
        trimestre,
        columns,
        list(zip(values, inputs, strict=True)),
        title=f"Captura de avances · {describe_quarter(trimestre)} de {plan.ejercicio}",
        guide=guide | _list_rest(plan, activities, owed),
    )


def _take_value(name: str, item: Owed, activity: pd.Series) -> object:
    if name in (*CAPTURE_FORM.pick("clave"), "periodo"):
        return getattr(item, name)
    if name in ("programado", "ejecutado"):
        return getattr(item, name) if item.pregunta == "ejecutado" else None
    value = activity.get(name)
    is_whole = name == "codigo" and re.fullmatch(r"[1-9]\d*", str(value))
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
        dates = ", ".join(spell_period(*period).removeprefix("el ") for period in calendar.get(key, ()))
        if key not in asked and (key in calendar or key in reported):
            idle.append(f"{name}{f' (vence: {dates})' if dates else ''}")
        elif key not in asked:
            unplanned.append(name)
    return {"idle": idle, "unplanned": unplanned}
