"""Measure an activity: its row in the evaluation, why figures of it are empty, and by which formulas the others are."""

from collections.abc import Iterable, Mapping

import pandas as pd

from poa_eval.metrics.reasons import Formula, Formulas, Reason, Reasons, join_formulas, label_reasons
from poa_eval.metrics.windows import WINDOWS, Window, Windows
from poa_eval.plan.accumulation import Period, find_accumulation
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


def is_weighed(plan: Plan) -> bool:
    """Say whether the layout declares that progress is the weighed sum of the ratios of the periods."""
    return plan.rule("avance") == "razones_ponderadas"


def measure_progress(
    activity: Mapping, to_date: Window, plan: Plan, answered: frozenset[str]
) -> tuple[float | None, Formula | None, Reason | None]:
    """Return progress towards the year, its formula, and the reason where there is none.

    `answered` are the activities whose results are answers to «¿Realizada?».
    """
    if is_weighed(plan):
        value = weigh_ratios(to_date.filas, activity, plan) if to_date.is_complete else None
        reason = None if value is not None else to_date.reason or Reason("periodo sin meta")
        text = plan.rule("avance.texto")
        return value, Formula("declarada", about=text) if text else None, reason
    how = activity["acumulacion"], activity["acumulacion_programado"]
    goal, formula = activity["meta_anual"], Formula("avance", how)
    if pd.isna(goal) or goal <= 0:
        return None, None, Reason("meta anual sin cifra")
    if activity["actividad_id"] in answered:
        return None, None, Reason("respuesta")
    if activity["sentido"] != "ascendente":
        return None, None, Reason("sentido", about=activity["sentido"])
    if to_date.ejecutado is None:
        return None, formula, to_date.reason
    return to_date.ejecutado * 100 / goal, formula, None


def weigh_ratios(periods: Iterable[Period], activity: Mapping, plan: Plan) -> float | None:
    """Return Σ ejecutado / programado × weight of the period, in percent of the year, by the weights of the layout.

    `periods` are rows of `avances` in order, without gaps; a cumulative result counts by its increments. None where a
    period has no target or no weight.
    """
    total, before = 0.0, 0.0
    is_running = find_accumulation(activity, "ejecutado").is_running
    for period in periods:
        weight = plan.rule(f"avance.peso.{period['meses']}")
        if weight is None or pd.isna(period["programado"]) or pd.isna(period["ejecutado"]) or not period["programado"]:
            return None
        value = period["ejecutado"]
        total += (value - before) / period["programado"] * float(weight)
        before = value if is_running else 0.0
    return total
