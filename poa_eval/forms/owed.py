"""What each unit owes a report on in a quarter, and the form in which it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from poa_eval.forms.form import Column, Form
from poa_eval.metrics.due import find_due, list_calendar, list_window
from poa_eval.plan.plan import Plan
from poa_eval.readers.marker import CAPTURE
from poa_eval.text.periods import MONTH_NAMES, close_months, name_period

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
    def key(self) -> tuple[str, int, int]:
        """Return what tells it from all others."""
        return self.actividad_id, self.mes, self.meses

    @property
    def periodo(self) -> str:
        """Return the period as a unit reads it: ``marzo``, ``I trimestre``."""
        return name_length(self.mes, self.meses)


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
        rows = [_take(row) for row in found] + [{"mes": month, "meses": length} for month, length in lacking]
        owed += [Owed(**ids, **row, pregunta="ejecutado") for row in sorted(rows, key=lambda row: row["mes"])]
    return owed


def _take(row: dict) -> dict:
    names = ("mes", "meses", "programado", "ejecutado", "comentario", "fuente")
    return {name: None if pd.isna(row[name]) else row[name] for name in names}


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


def name_length(mes: int, meses: int) -> str:
    """Return a period by its whole name.

    Examples
    --------
    >>> name_length(3, 1), name_length(3, 3)
    ('marzo', 'I trimestre')
    """
    return MONTH_NAMES[mes - 1] if meses == 1 else name_period(mes, meses)
