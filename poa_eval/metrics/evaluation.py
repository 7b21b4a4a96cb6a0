"""Measure stage: what each activity, unit and the institution reached, in the quarter and to date."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from poa_eval.config.profile import Profile, find_profile
from poa_eval.errors import ParamsError
from poa_eval.metrics.evaluability import is_plan_only
from poa_eval.metrics.groups import FIGURES, WINDOWS, find_obstacle, group_columns, measure_group
from poa_eval.metrics.windows import Due, Window, find_due, list_answered, measure_window
from poa_eval.plan.notes import CapturedQuarter
from poa_eval.plan.plan import Plan
from poa_eval.text.periods import QUARTERS, find_month

_ACTIVITY_COLUMNS = (
    "unidad_id unidad actividad_id actividad indicador unidad_medida meta_anual programado_trimestre "
    "ejecutado_trimestre cumplimiento_trimestre meta_cumplida_trimestre estado_trimestre programado_acumulado "
    "ejecutado_acumulado cumplimiento_acumulado meta_cumplida estado avance_anual formula motivo fuente"
).split()
_ACTIVITY_TYPES = {
    column: "boolean" if column.startswith("meta_cumplida") else "float64"
    for column in _ACTIVITY_COLUMNS
    if column.startswith(("meta_", "programado_", "ejecutado_", "cumplimiento_", "avance_"))
}


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of a plan at the close of a quarter.

    Parameters
    ----------
    plan : Plan
    perfil : Profile
    trimestre : int
        1–4.
    fecha_corte : date
        Periods that close after it are not due.
    actividades, unidades, institucion : DataFrame
        Percentages 0–100 at full precision; empty where undecided, with the reason in `motivo`. `_trimestre` is the
        quarter alone, `_acumulado` January to its close; `meta_cumplida` and `estado` are to date.
    solo_plan : bool
        Nobody in the institution reported a result, nor was asked for one by a capture workbook.
    """

    plan: Plan
    perfil: Profile
    trimestre: int
    fecha_corte: dt.date
    actividades: pd.DataFrame
    unidades: pd.DataFrame
    institucion: pd.DataFrame
    solo_plan: bool = False

    def __repr__(self) -> str:
        """Return the evaluation in a line: of when, and of what."""
        return f"<Evaluation: {describe_quarter(self.trimestre)}, perfil {self.perfil.nombre}, de {self.plan!r}>"

    @cached_property
    def anteriores(self) -> tuple[Evaluation, ...]:
        """Return the evaluations of the earlier quarters, of the same plan."""
        return tuple(measure(self.plan, quarter, perfil=self.perfil) for quarter in range(1, self.trimestre))


def read_corte(notes: Mapping[str, str]) -> int | None:
    """Return the closing month up to which a document says that it reports, or None."""
    name = "mes" if "corte_mes" in notes else "trimestre"
    return find_month(name, notes.get(f"corte_{name}", ""))


def find_corte(plan: Plan, fecha_corte: dt.date | None = None) -> int:
    """Return the last closed month: by the date given, and by what the document says that it covers.

    Without either it is the last period with a result; 0, nothing is due, where there is none.
    """
    said = read_corte(dict(zip(plan.contexto["clave"], plan.contexto["texto"].astype(str), strict=True)))
    limits = [said] if said else []
    if fecha_corte is not None:
        closed = [month for month in range(1, 13) if close_month(plan.ejercicio, month) <= fecha_corte]
        limits.append(max(closed, default=0))
    if limits:
        return min(limits)
    reported = plan.avances.loc[plan.avances["ejecutado"].notna(), "mes"]
    return int(reported.max()) if len(reported) else 0


def measure(
    plan: Plan, trimestre: int, *, perfil: Profile | str = "neutro", fecha_corte: dt.date | None = None
) -> Evaluation:
    """Evaluate a plan at the close of a quarter.

    Parameters
    ----------
    plan : Plan
    trimestre : int
        1–4.
    perfil : Profile or str, default "neutro"
    fecha_corte : date, optional
        Without it, the last day of the quarter.

    Returns
    -------
    Evaluation

    Raises
    ------
    ParamsError
        The quarter is not 1–4.

    Notes
    -----
    ``cumplimiento`` is Σ ejecutado / Σ programado × 100 of the window; ``avance_anual`` is Σ ejecutado / meta
    anual × 100 or the formula that the layout declares. The proportion of goals met is the formula «No. Act.
    Realizadas / No. Act. Proyectadas × 100» that municipal plans print; the profile says what it divides by.
    """
    if trimestre not in (1, 2, 3, 4):
        raise ParamsError(f"trimestre {trimestre}", "un trimestre de 1 a 4", "corrija `trimestre:`")
    profile = perfil if isinstance(perfil, Profile) else find_profile(str(perfil))
    date = fecha_corte or close_month(plan.ejercicio, 3 * trimestre)
    due = find_due(plan, find_corte(plan, date))
    planned, answered = plan.actividades.to_dict("records"), list_answered(plan)
    names = plan.unidades.set_index("unidad_id")["unidad"].to_dict()
    rows = [
        {"unidad": names[activity["unidad_id"]]}
        | _measure_activity(activity, due, trimestre, plan, profile, activity["actividad_id"] in answered)
        for activity in planned
    ]
    groups: dict[str, list[dict]] = {}
    for row in rows:
        groups.setdefault(row["unidad_id"], []).append(row)
    weights = {activity["actividad_id"]: activity["ponderacion"] for activity in planned}
    obstacles = {activity["actividad_id"]: find_obstacle(activity, answered) for activity in planned}
    activities = pd.DataFrame(rows, columns=_ACTIVITY_COLUMNS).astype(_ACTIVITY_TYPES)
    units = pd.DataFrame(
        [
            {"unidad_id": unit_id, "unidad": names[unit_id]} | measure_group(group, weights, profile, obstacles)
            for unit_id, group in groups.items()
        ],
        columns=["unidad_id", "unidad", *group_columns()],
    )
    says_so = bool(plan.rule("suma_segun_documento"))
    whole = measure_group(rows, weights, profile, obstacles, any_measures=says_so)
    total = pd.DataFrame([whole], columns=group_columns())
    figures = {f"{name}_{window}": "float64" for name in FIGURES for window in WINDOWS} | {"avance_anual": "float64"}
    units, total = (table.astype(figures | {"motivo": "str"}) for table in (units, total))
    only_planned = is_plan_only(plan) and not plan.list_notes(CapturedQuarter)
    return Evaluation(plan, profile, trimestre, date, activities, units, total, only_planned)


def _measure_activity(
    activity: dict, due: Due, quarter: int, plan: Plan, profile: Profile, is_answered: bool
) -> dict[str, object]:
    alone = measure_window(activity, due, (quarter,), profile)
    to_date = measure_window(activity, due, tuple(range(1, quarter + 1)), profile)
    progress, formula, why = _measure_progress(activity, to_date, plan, is_answered)
    reasons = (
        [alone.motivo] if alone.motivo == to_date.motivo else _label(trimestre=alone.motivo, acumulado=to_date.motivo)
    )
    if why and to_date.cumplimiento is not None:
        reasons.append(f"avance anual: {why}")
    row = {key: activity[key] for key in _ACTIVITY_COLUMNS if key in activity}
    for name in ("programado", "ejecutado", "cumplimiento"):
        row |= {f"{name}_trimestre": getattr(alone, name), f"{name}_acumulado": getattr(to_date, name)}
    return row | {
        "meta_cumplida_trimestre": alone.cumplida,
        "estado_trimestre": alone.estado,
        "meta_cumplida": to_date.cumplida,
        "estado": to_date.estado,
        "avance_anual": progress,
        "formula": "; ".join(_label(cumplimiento=to_date.formula or alone.formula, **{"avance anual": formula})),
        "motivo": "; ".join(filter(None, reasons)) or None,
    }


def _label(**texts: str | None) -> list[str]:
    return [f"{label}: {text}" for label, text in texts.items() if text]


def _measure_progress(
    activity: dict, to_date: Window, plan: Plan, is_answered: bool
) -> tuple[float | None, str | None, str | None]:
    """Return progress towards the year, its formula, and the reason where there is none."""
    if plan.rule("avance") == "razones_ponderadas":
        value = weigh_ratios(to_date.filas, activity, plan) if to_date.is_complete else None
        why = None if value is not None else to_date.motivo or "un periodo sin meta"
        return value, plan.rule("avance.texto"), why
    formula = "Σ ejecutado / meta anual × 100"
    goal = activity["meta_anual"]
    if pd.isna(goal) or goal <= 0:
        return None, None, "sin meta anual cuantificada"
    if is_answered:
        return None, None, "se responde Sí o No, sin cifra"
    if activity["sentido"] != "ascendente":
        return None, None, f"indicador {activity['sentido']}"
    if to_date.ejecutado is None:
        return None, formula, to_date.motivo
    return to_date.ejecutado * 100 / goal, formula, None


def weigh_ratios(periods: Iterable[dict], activity: dict, plan: Plan) -> float | None:
    """Return Σ ejecutado / programado × weight of the period, in percent of the year, by the weights of the layout.

    `periods` are rows of `avances` in order, without gaps; a cumulative result counts by its increments. None where a
    period has no target or no weight.
    """
    total, before = 0.0, 0.0
    for period in periods:
        weight = plan.rule(f"avance.peso.{period['meses']}")
        if weight is None or pd.isna(period["programado"]) or pd.isna(period["ejecutado"]) or not period["programado"]:
            return None
        value = period["ejecutado"]
        total += (value - before) / period["programado"] * float(weight)
        before = value if activity["acumulacion"] == "ultimo" else 0.0
    return total


def close_month(year: int, month: int) -> dt.date:
    """Return the last day of a month.

    Examples
    --------
    >>> close_month(2024, 2)
    datetime.date(2024, 2, 29)
    """
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def describe_quarter(trimestre: int) -> str:
    """Return a quarter in words.

    Examples
    --------
    >>> describe_quarter(4)
    'IV trimestre'
    """
    return f"{QUARTERS[trimestre - 1]} trimestre"


def name_quarter(evaluation: Evaluation) -> str:
    """Return «I trimestre de 2023»."""
    return f"{describe_quarter(evaluation.trimestre)} de {evaluation.plan.ejercicio}"
