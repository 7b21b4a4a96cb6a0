"""Measure a group of activities, a unit's or all: how many were due, reported and met, and what may be added up."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from poa_eval.names import fold
from poa_eval.profile import Profile
from poa_eval.values import is_percentage

WINDOWS = ("trimestre", "acumulado")
_COUNTS = ("evaluadas", "cumplidas", "sin_reporte", "no_programadas", "no_evaluables")
FIGURES = (
    "cobertura_reporte proporcion_cumplidas promedio_topado promedio_ponderado programado ejecutado volumen".split()
)
_SUMS = (None, "suma según el documento")
_OBSTACLES = (
    "los porcentajes no se suman",
    "hay indicadores que no se suman",
    "hay actividades que se responden Sí o No",
)


def group_columns() -> list[str]:
    """Return the columns that `measure_group` fills."""
    return ["actividades", *(f"{c}_{w}" for w in WINDOWS for c in (*_COUNTS, *FIGURES)), "avance_anual", "motivo"]


def measure_group(
    group: pd.DataFrame,
    weights: pd.Series,
    profile: Profile,
    obstacles: Mapping[str, str | None],
    *,
    any_measures: bool = False,
) -> dict[str, object]:
    """Return counts and figures of a unit or the institution, for the quarter and to date.

    `group` are rows of `Evaluation.actividades`; `weights` (`ponderacion`) and `obstacles` (of `find_obstacle`) go by
    `actividad_id`. With `any_measures` the document itself adds up whatever it holds, and so does the figure.
    """
    row: dict[str, object] = {"actividades": len(group)}
    reasons: dict[str, None] = {}
    for window in WINDOWS:
        state = "estado" if window == "acumulado" else "estado_trimestre"
        met = "meta_cumplida" if window == "acumulado" else "meta_cumplida_trimestre"
        percent = group[f"cumplimiento_{window}"].astype(float)
        evaluated = group[percent.notna()]
        counts = group[state].value_counts()
        missing = int(counts.get("sin reporte", 0))
        due = len(evaluated) + missing
        capped = percent[percent.notna()].clip(upper=100)
        weight = weights.reindex(evaluated["actividad_id"]).to_numpy()
        weighted = len(evaluated) and pd.notna(weight).all() and weight.sum() > 0
        values = {
            "evaluadas": len(evaluated),
            "cumplidas": int(evaluated[met].sum()),
            "sin_reporte": missing,
            "no_programadas": int(counts.get("no programada", 0)),
            "no_evaluables": int(counts.get("no evaluable", 0)),
            "cobertura_reporte": len(evaluated) * 100 / due if due else None,
            "promedio_topado": capped.mean() if len(capped) else None,
            "promedio_ponderado": (capped.to_numpy() * weight).sum() / weight.sum() if weighted else None,
        }
        base = profile.count_base(len(evaluated), missing)
        values["proporcion_cumplidas"] = values["cumplidas"] * 100 / base if len(evaluated) else None
        reason = _refuse_sum(evaluated, obstacles, any_measures)
        if reason in _SUMS:
            values["programado"] = evaluated[f"programado_{window}"].sum()
            values["ejecutado"] = evaluated[f"ejecutado_{window}"].sum()
            values["volumen"] = values["ejecutado"] * 100 / values["programado"] if values["programado"] else None
        reasons |= dict.fromkeys(filter(None, [reason]))
        row |= {f"{key}_{window}": value for key, value in values.items()}
    if row.get("volumen_acumulado") is not None:
        goals = group["meta_anual"].astype(float)
        decided = group["cumplimiento_acumulado"].notna() | (group["estado"] == "no programada")
        known = goals.notna().all() and goals.sum() > 0 and decided.all()
        if known and _refuse_sum(group, obstacles, any_measures) in _SUMS:
            row["avance_anual"] = row["ejecutado_acumulado"] * 100 / goals.sum()
    row["motivo"] = "; ".join(reasons) or None
    return row


def _refuse_sum(group: pd.DataFrame, obstacles: Mapping[str, str | None], any_measures: bool) -> str | None:
    """Return why the figures of a group are not added up, or the note with which they are."""
    if group.empty:
        return "sin actividades evaluadas"
    if any_measures:
        return "suma según el documento"
    measures = {fold(str(m)) for m in group["unidad_medida"].dropna()}
    if group["unidad_medida"].isna().any() or len(measures) > 1:
        return "unidades de medida mixtas" if len(measures) > 1 else "sin unidad de medida"
    found = {obstacles[activity_id] for activity_id in group["actividad_id"]}
    return next((obstacle for obstacle in _OBSTACLES if obstacle in found), None)


def find_obstacle(activity: dict, answered: set[str]) -> str | None:
    """Return why the figures of an activity are not added up to those of others."""
    percentages, not_adding, yes_or_no = _OBSTACLES
    if is_percentage(fold(str(activity["unidad_medida"]))):
        return percentages
    if (activity["acumulacion"], activity["acumulacion_programado"]) != ("suma", "suma"):
        return not_adding
    return yes_or_no if activity["actividad_id"] in answered else None
