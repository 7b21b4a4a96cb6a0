"""Measure an activity: its row in the evaluation, why figures of it are empty, and by which formulas the others are."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from poa_eval.metrics.progress import is_weighed, measure_progress
from poa_eval.metrics.reasons import Formulas, Reason, Reasons, join_formulas, label_reasons
from poa_eval.metrics.windows import WINDOWS, Window, Windows
from poa_eval.plan.plan import Plan

#: Columns of the evaluation of activities, the contract.
ACTIVITY_COLUMNS = (
    "unidad_id unidad actividad_id actividad indicador unidad_medida meta_anual programado_trimestre "
    "ejecutado_trimestre cumplimiento_trimestre meta_cumplida_trimestre estado_trimestre programado_acumulado "
    "ejecutado_acumulado cumplimiento_acumulado meta_cumplida estado avance_anual formula motivo fuente"
).split()
#: Types of those that may be empty.
ACTIVITY_TYPES = {
    column: "boolean" if column.startswith("meta_cumplida") else "float64"
    for column in ACTIVITY_COLUMNS
    if column.startswith(("meta_", "programado_", "ejecutado_", "cumplimiento_", "avance_"))
}


def list_quarters(window: str, trimestre: int) -> tuple[int, ...]:
    """Return the quarters of a window of an evaluation.

    Examples
    --------
    >>> list_quarters("trimestre", 3), list_quarters("acumulado", 3)
    ((3,), (1, 2, 3))
    """
    return (trimestre,) if window == "trimestre" else tuple(range(1, trimestre + 1))


def measure_activity(activity: Mapping, windows: Windows, quarter: int) -> tuple[dict[str, object], Reasons, Formulas]:
    """Return the row of an activity, and why its figures are empty and by which formulas they are made."""
    key, plan = activity["actividad_id"], windows.due.plan
    alone, to_date = (windows.find(key, list_quarters(window, quarter)) for window in WINDOWS)
    progress, formula, why = measure_progress(activity, to_date, plan, windows.due.answered)
    why = why if to_date.cumplimiento is not None else None
    formulas = Formulas(to_date.formula or alone.formula, formula)
    row = {column: activity[column] for column in ACTIVITY_COLUMNS if column in activity}
    for name in ("programado", "ejecutado", "cumplimiento"):
        row |= {f"{name}_trimestre": getattr(alone, name), f"{name}_acumulado": getattr(to_date, name)}
    row |= {
        "meta_cumplida_trimestre": alone.cumplida,
        "estado_trimestre": alone.estado,
        "meta_cumplida": to_date.cumplida,
        "estado": to_date.estado,
        "avance_anual": progress,
        "formula": join_formulas(formulas),
        "motivo": label_reasons(alone.reason, to_date.reason, why),
    }
    return row, Reasons(alone.reason, to_date.reason, _explain_year(activity, alone, to_date, why, plan)), formulas


def _explain_year(activity: Mapping, alone: Window, to_date: Window, why: Reason | None, plan: Plan) -> Reason | None:
    """Return why there is no progress towards the year: its own reason, no annual goal, or that of both windows."""
    if why is not None:
        return why
    if not is_weighed(plan) and pd.isna(activity["meta_anual"]):
        return Reason("sin meta anual")
    return alone.reason if alone.reason == to_date.reason else None
