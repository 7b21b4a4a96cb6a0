"""Measure a group of activities, a unit's or all: how many were due, reported and met, and what may be added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from poa_eval.config.profile import Profile
from poa_eval.metrics.reasons import Reason, join_reasons
from poa_eval.metrics.windows import WINDOWS
from poa_eval.plan.accumulation import adds_up
from poa_eval.text.names import normalize
from poa_eval.text.numbers import is_percentage
from poa_eval.text.wording import is_present

_COUNTS = ("evaluadas", "cumplidas", "sin_reporte", "no_programadas", "no_evaluables")
FIGURES = (
    "cobertura_reporte proporcion_cumplidas promedio_topado promedio_ponderado programado ejecutado volumen".split()
)
#: With these, figures are added up: without any reason against it, or because the document itself does.
_SUMS = (None, Reason("según el documento"))
#: Why figures of an activity are not added up to those of others; the first that occurs in a group is named.
_PERCENTAGES, _NOT_ADDING, _ANSWERS = Reason("porcentajes"), Reason("no se suman"), Reason("respuestas")


def group_columns() -> list[str]:
    """Return the columns that `measure_group` fills."""
    return ["actividades", *(f"{c}_{w}" for w in WINDOWS for c in (*_COUNTS, *FIGURES)), "avance_anual", "motivo"]


def measure_group(
    group: Sequence[Mapping[str, object]],
    weights: Mapping[str, float],
    profile: Profile,
    obstacles: Mapping[str, Reason | None],
    *,
    any_measures: bool = False,
) -> tuple[dict[str, object], tuple[Reason, ...]]:
    """Return counts and figures of a unit or the institution, for the quarter and to date, and why some are empty.

    `group` are rows of `Evaluation.actividades`; `weights` (`ponderacion`) and `obstacles` (of `find_obstacle`) go by
    `actividad_id`. With `any_measures` the document itself adds up whatever it holds, and so does the figure.
    """
    row: dict[str, object] = {"actividades": len(group)}
    reasons: dict[Reason, None] = {}
    for window in WINDOWS:
        state = "estado" if window == "acumulado" else "estado_trimestre"
        met = "meta_cumplida" if window == "acumulado" else "meta_cumplida_trimestre"
        evaluated = [activity for activity in group if activity[f"cumplimiento_{window}"] is not None]
        counts = Counter(activity[state] for activity in group)
        missing = counts["sin reporte"]
        due = len(evaluated) + missing
        capped = np.minimum([activity[f"cumplimiento_{window}"] for activity in evaluated], 100)
        weight = np.array([weights[activity["actividad_id"]] for activity in evaluated])
        weighted = bool(evaluated) and not np.isnan(weight).any() and weight.sum() > 0
        values = {
            "evaluadas": len(evaluated),
            "cumplidas": sum(bool(activity[met]) for activity in evaluated),
            "sin_reporte": missing,
            "no_programadas": counts["no programada"],
            "no_evaluables": counts["no evaluable"],
            "cobertura_reporte": len(evaluated) * 100 / due if due else None,
            "promedio_topado": capped.mean() if evaluated else None,
            "promedio_ponderado": (capped * weight).sum() / weight.sum() if weighted else None,
        }
        base = profile.count_base(len(evaluated), missing)
        values["proporcion_cumplidas"] = values["cumplidas"] * 100 / base if evaluated else None
        reason = _refuse_sum(evaluated, obstacles, any_measures)
        if reason in _SUMS:
            values["programado"] = _add_up(evaluated, f"programado_{window}")
            values["ejecutado"] = _add_up(evaluated, f"ejecutado_{window}")
            values["volumen"] = values["ejecutado"] * 100 / values["programado"] if values["programado"] else None
        reasons |= dict.fromkeys(filter(None, [reason]))
        row |= {f"{key}_{window}": value for key, value in values.items()}
    if row.get("volumen_acumulado") is not None:
        goals = _add_up(group, "meta_anual")
        decided = all(a["cumplimiento_acumulado"] is not None or a["estado"] == "no programada" for a in group)
        if decided and goals > 0 and _refuse_sum(group, obstacles, any_measures) in _SUMS:
            row["avance_anual"] = row["ejecutado_acumulado"] * 100 / goals
    row["motivo"] = join_reasons(reasons)
    return row, tuple(reasons)


def _add_up(group: Sequence[Mapping[str, object]], figure: str) -> float:
    """Return the sum of a figure; NaN where one is missing."""
    return np.array([activity[figure] for activity in group], dtype=float).sum()


def _refuse_sum(
    group: Sequence[Mapping[str, object]], obstacles: Mapping[str, Reason | None], any_measures: bool
) -> Reason | None:
    """Return why the figures of a group are not added up, or the note with which they are."""
    if not group:
        return Reason("sin evaluadas")
    if any_measures:
        return Reason("según el documento")
    measures = {
        normalize(activity["unidad_medida"]) if is_present(activity["unidad_medida"]) else None for activity in group
    }
    if len(measures - {None}) > 1:
        return Reason("medidas mixtas")
    if None in measures:
        return Reason("sin medida")
    found = {obstacles[activity["actividad_id"]] for activity in group}
    return next((obstacle for obstacle in (_PERCENTAGES, _NOT_ADDING, _ANSWERS) if obstacle in found), None)


def find_obstacle(activity: Mapping, answered: frozenset[str]) -> Reason | None:
    """Return why the figures of an activity are not added up to those of others."""
    if is_percentage(normalize(str(activity["unidad_medida"]))):
        return _PERCENTAGES
    if not adds_up(activity):
        return _NOT_ADDING
    return _ANSWERS if activity["actividad_id"] in answered else None


def find_gap(name: str, row: Mapping[str, object], window: str, reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Return why a figure of a group, with these reasons, is empty."""
    nothing = Reason("sin evaluadas")
    if not row[f"evaluadas_{window}"]:
        return (nothing,)
    if name == "promedio_ponderado":
        return (Reason("sin ponderación"),)
    return tuple(reason for reason in reasons if reason != nothing) or (Reason("nada que sumar"),)
