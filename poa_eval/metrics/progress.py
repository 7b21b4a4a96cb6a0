"""Progress towards the year's goal, by the usual formula or by the one that the layout declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from poa_eval.metrics.reasons import Formula, Reason
from poa_eval.metrics.windows import Window
from poa_eval.plan.accumulation import Period, find_accumulation
from poa_eval.plan.plan import Plan


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
    goal, formula = activity["meta_anual"], Formula("avance")
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
