"""Windows of time: what an activity reached in a quarter or to date, and why where that is undecided."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from poa_eval.config.profile import ROUNDING, Profile
from poa_eval.metrics.due import DuePeriods, list_window, plans_nothing
from poa_eval.metrics.reasons import Formula, Reason
from poa_eval.plan.accumulation import SERIES, Period, accumulate, find_accumulation, has_no_cases, name_kinds
from poa_eval.plan.plan import Plan
from poa_eval.text.periods import QUARTERS, close_months
from poa_eval.text.wording import join_words

#: Windows of an evaluation, in the columns' names: the quarter alone, and January to its close.
WINDOWS = ("trimestre", "acumulado")


class Window(NamedTuple):
    """What an activity reached in a window; None where it is undecided, with the reason."""

    programado: float | None = None
    ejecutado: float | None = None
    cumplimiento: float | None = None
    cumplida: bool | None = None
    estado: str = "no evaluable"
    reason: Reason | None = None
    formula: Formula | None = None
    filas: tuple[Period, ...] = ()
    faltan: tuple[tuple[int, int], ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether the window has periods and all that are due are reported."""
        return bool(self.filas) and not self.faltan


@dataclass(frozen=True)
class Windows:
    """The windows of a plan's activities, each measured once."""

    due: DuePeriods
    perfil: Profile

    @cached_property
    def activities(self) -> Mapping[str, Mapping]:
        """Return the rows of `actividades` by their id."""
        return {row["actividad_id"]: row for row in self.due.plan.actividades.to_dict("records")}

    @cached_property
    def _measured(self) -> dict[str, dict[tuple[int, ...], Window]]:
        return defaultdict(dict)

    def __getstate__(self) -> dict[str, object]:
        """Leave out of a pickle what can be measured again faster than it is read."""
        return {"due": self.due, "perfil": self.perfil}

    def find(self, actividad_id: str, quarters: tuple[int, ...]) -> Window:
        """Return what an activity reached in a window of quarters."""
        own = self._measured[actividad_id]
        if quarters not in own:
            activity, kinds = self.activities[actividad_id], self.due.plan.open_kinds.get(actividad_id, ())
            variants = [activity | dict.fromkeys(SERIES.values(), kind) for kind in kinds] or [activity]
            own[quarters] = _agree(
                [measure_window(variant, self.due, quarters, self.perfil) for variant in variants], kinds
            )
        return own[quarters]

    def narrow(self, plan: Plan, unidad_id: str) -> "Windows":
        """Return the windows of a unit, whose own plan is given."""
        own = Windows(self.due.narrow(plan, unidad_id), self.perfil)
        ids = list(plan.actividades["actividad_id"])
        own.__dict__["activities"] = {key: self.activities[key] for key in ids}
        own.__dict__["_measured"] = defaultdict(dict, {key: self._measured[key] for key in ids})
        return own


def _agree(windows: Sequence[Window], kinds: Sequence[str]) -> Window:
    """Return the window on which the kinds that are left open agree; else what they agree on, and why no more."""
    first = windows[0]
    if all(window[:5] == first[:5] for window in windows):
        return first._replace(formula=Formula("un periodo")) if len(windows) > 1 and first.formula else first
    programme, result = (
        value if all(window[at] == value for window in windows) else None for at, value in enumerate(first[:2])
    )
    about_all = len(kinds) > 3  # a percentage, of which nothing tells
    reason = Reason("acumulación sin decir") if about_all else Reason("acumulación abierta", about=name_kinds(kinds))
    return Window(programme, result, reason=reason, filas=first.filas)


def measure_window(activity: Mapping, due: DuePeriods, quarters: tuple[int, ...], profile: Profile) -> Window:
    """Measure an activity, a row of `actividades`, in a window of quarters that are given in order."""
    if (reason := _refuse_window(activity, due, quarters)) is not None:
        return Window(reason=reason)
    rows, lacking = list_window(activity, due, quarters)
    if not rows and not lacking:
        return _explain_nothing(activity, due, quarters)
    if (reason := _hold_back(rows, lacking, activity, due)) is not None:
        return Window(reason=reason, filas=tuple(rows))
    if has_goal_alone(activity, due):
        return _measure_goal(activity, due, quarters, profile, rows, lacking)
    rows = [row for row in rows if not has_no_cases(row, activity)]
    descending = activity["sentido"] == "descendente"
    known = [row for row in rows if pd.notna(row["programado"]) or pd.notna(row["ejecutado"])]
    open_rows = [r for r in known if pd.isna(r["ejecutado"]) and (r["programado"] != 0 or descending)]
    missing = tuple(sorted(lacking + [(r["mes"], r["meses"]) for r in open_rows]))
    filas, before = tuple(rows), _look_back(activity, due, quarters)
    programme = accumulate(known, "programado", activity, *before) if known and not lacking else None
    if missing and due.is_plan:
        return Window(programme, reason=Reason("sin lugar para resultados"), filas=filas)
    if missing:
        reason = Reason("sin reporte", missing)
        return Window(programme, estado="sin reporte", reason=reason, filas=filas, faltan=missing)
    if any(pd.isna(row["programado"]) for row in known) or not known:
        return Window(reason=_name_lack(activity), filas=filas)
    result = accumulate(known, "ejecutado", activity, *before)
    stands = programme == 0 and find_accumulation(activity, "programado").is_running  # cumulative, and does not grow
    if (stands or all(row["programado"] == 0 for row in known)) and not descending:
        reason = Reason("sin programa") if result else None
        return Window(0.0, result, estado="no programada", reason=reason, filas=filas)
    if programme is None or result is None:
        return Window(programme, result, reason=_explain_increment(known, activity, *before), filas=filas)
    blank = tuple((row["mes"], row["meses"]) for row in rows if row not in known) if len(known) < len(rows) else ()
    return _judge(programme, result, activity, profile, filas, blank)


def _look_back(activity: Mapping, due: DuePeriods, quarters: tuple[int, ...]) -> tuple[Sequence[Period], int]:
    """Return all periods of an activity, and the month in which a window begins: 1 where the plan does not before."""
    first = close_months(quarters[0])[0]
    return due.periods.get(activity["actividad_id"], ()), first if first > due.span[0] else 1


def has_goal_alone(activity: Mapping, due: DuePeriods) -> bool:
    """Say whether an activity has a goal of the year, and a document that gives no programme of any period of it."""
    periods = due.periods.get(activity["actividad_id"], ())
    return pd.notna(activity["meta_anual"]) and all(pd.isna(row["programado"]) for row in periods)


def _measure_goal(
    activity: Mapping,
    due: DuePeriods,
    quarters: tuple[int, ...],
    profile: Profile,
    rows: Sequence[Period],
    lacking: Sequence[tuple[int, int]],
) -> Window:
    """Measure a window of an activity whose programme is the goal of the year alone: only the whole year is judged."""
    filas, blank = tuple(rows), [(row["mes"], row["meses"]) for row in rows if pd.isna(row["ejecutado"])]
    is_idle = plans_nothing(activity, due)
    if due.is_plan:
        return Window(reason=Reason("sin lugar para resultados"), filas=filas)
    if not is_idle and (missing := tuple(sorted([*lacking, *blank]))):
        return Window(estado="sin reporte", reason=Reason("sin reporte", missing), filas=filas, faltan=missing)
    known = [row for row in rows if pd.notna(row["ejecutado"])]
    result = accumulate(known, "ejecutado", activity, *_look_back(activity, due, quarters)) if known else None
    if is_idle:
        reason = Reason("sin programa" if result else "nada en el año")
        return Window(0.0, result, estado="no programada", reason=reason, filas=filas)
    if len(quarters) == 4 and due.corte == 12 and result is not None:
        return _judge(activity["meta_anual"], result, activity, profile, filas, ())
    return Window(None, result, reason=Reason("sin programa del periodo"), filas=filas)


def _refuse_window(activity: Mapping, due: DuePeriods, quarters: tuple[int, ...]) -> Reason | None:
    """Return why a window can not be looked at yet: a document is absent, or its last quarter has not begun."""
    dated = due.calendar.get(activity["actividad_id"])
    owed = range(1, 5) if dated is None else {(month + 2) // 3 for month, _ in dated}
    if gone := [QUARTERS[q - 1] for q in quarters if q in due.absent and q in owed]:
        return Reason("sin documento", about=join_words(gone))
    if close_months(quarters[-1])[0] > due.corte:
        return Reason("cerrado hasta", ((due.corte, 1),)) if due.corte else Reason("nada cerrado")
    return None


def _hold_back(
    rows: Sequence[Period], lacking: Sequence[tuple[int, int]], activity: Mapping, due: DuePeriods
) -> Reason | None:
    """Return why the figures of a window are not used: one is on another scale, or all of them are of no cases."""
    held = due.plan.held.get(activity["actividad_id"], ())
    if waiting := tuple((row["mes"], row["meses"]) for row in rows if (row["mes"], row["meses"]) in held):
        return Reason("escala mezclada", waiting)
    idle = tuple((row["mes"], row["meses"]) for row in rows if has_no_cases(row, activity))
    return Reason("sin casos", idle) if idle and len(idle) == len(rows) and not lacking else None


def _explain_nothing(activity: Mapping, due: DuePeriods, quarters: tuple[int, ...]) -> Window:
    """Return the window of an activity that has no period in it."""
    periods = due.periods.get(activity["actividad_id"], ())
    if any(row["mes"] <= 3 * quarters[-1] for row in periods):
        return Window(reason=Reason("posterior"))
    if plans_nothing(activity, due):
        return Window(0.0, estado="no programada", reason=Reason("nada en el año"))
    if activity["actividad_id"] in due.calendar or any(pd.notna(row["programado"]) for row in periods):
        return Window(0.0, estado="no programada", reason=Reason("nada vence"))
    return Window(reason=_name_lack(activity))


def _explain_increment(rows: Sequence[Period], activity: Mapping, periods: Sequence[Period], first: int) -> Reason:
    """Return why periods with results give none: a cumulative one falls or begins nowhere, a ratio lacks a part."""
    if activity["acumulacion"] == "razon":
        return Reason("sin partes")
    earlier = [row["ejecutado"] for row in periods if row["mes"] < first and pd.notna(row["ejecutado"])]
    last = [row["ejecutado"] for row in rows if pd.notna(row["ejecutado"])]
    return Reason("acumulado retrocede" if earlier and last and last[-1] < earlier[-1] else "sin cierre anterior")


def _name_lack(activity: Mapping) -> Reason:
    return Reason("sin meta" if pd.isna(activity["meta_anual"]) else "sin meta del periodo")


def _judge(
    programme: float,
    result: float,
    activity: Mapping,
    profile: Profile,
    rows: tuple[Period, ...],
    blank: tuple[tuple[int, int], ...],
) -> Window:
    """Return the window of a result against its goal; `blank` are its periods that say nothing."""
    percentage, met, formula, reason = compare_values(programme, result, activity, profile)
    state = "no evaluable" if percentage is None else profile.state_of(percentage)
    if percentage is not None and activity["sentido"] in ("regular", "nominal"):
        state = "cumplida" if met else "crítica"
    reason = reason or (Reason("en blanco", blank) if blank else None)
    return Window(programme, result, percentage, met, state, reason, formula, rows)


def compare_values(
    programme: float, result: float, activity: Mapping, profile: Profile
) -> tuple[float | None, bool | None, Formula | None, Reason | None]:
    """Return percentage, whether the goal is met, the formula, and the reason where there is no percentage."""
    direction = activity["sentido"]
    is_kept_at_zero = programme == 0 and direction == "descendente"
    if result < 0 or (programme <= 0 and not is_kept_at_zero):
        kind = "meta cero" if programme == 0 else "meta negativa" if programme < 0 else "resultado negativo"
        return None, None, None, Reason(kind)
    if direction == "descendente":
        return _compare_descending(programme, result, activity["linea_base"])
    percentage = result * 100 / programme  # in this order 66 of 60 are 110, not a hair more
    how = activity["acumulacion"], activity["acumulacion_programado"]
    if direction in ("regular", "nominal"):
        span = profile.rangos.get(direction)
        if span is None:
            return None, None, None, Reason("sin rango", about=direction)
        met = span.minimo - ROUNDING <= percentage <= span.maximo + ROUNDING
        return percentage, met, Formula("en rango", how), None
    return percentage, result >= programme - 1e-9, Formula("razón", how), None


def _compare_descending(
    programme: float, result: float, base: float | None
) -> tuple[float | None, bool | None, Formula | None, Reason | None]:
    """Return the same of an indicator that is to fall, from its base line where it has one.

    Without one a goal of 0 has no percentage: it is met, or it is not.
    """
    if pd.isna(base) and programme == 0:
        return None, result <= ROUNDING, None, Reason("meta cero")
    if pd.isna(base):
        value, kind = (2 * programme - result) * 100 / programme, "descendente"
    elif base <= programme:
        return None, None, None, Reason("línea base igual" if base == programme else "línea base bajo")
    else:
        value, kind = (base - result) * 100 / (base - programme), "línea base"
    return min(max(value, 0.0), 200.0), result <= programme + 1e-9, Formula(kind), None
