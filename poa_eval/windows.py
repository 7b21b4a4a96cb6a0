"""Windows of time: which periods of an activity are due in one, and what was reached in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from poa_eval.plan import Plan
from poa_eval.profile import Profile
from poa_eval.values import QUARTERS, close_months, name_period

_RESULTS = {
    "suma": "Σ ejecutado",
    "ultimo": "último valor ejecutado",
    "promedio": "promedio ejecutado",
    "constante": "periodo más bajo",
}
_GOALS = {
    "suma": "Σ programado",
    "ultimo": "último valor programado",
    "promedio": "promedio programado",
    "constante": "meta constante",
}

Period = dict[str, object]


@dataclass(frozen=True)
class Due:
    """What is due in a plan.

    Parameters
    ----------
    periods : mapping
        Activity id → its rows of `avances` by closing month.
    granularity : mapping
        Unit id → length in months of its shortest period, for its activities that have no row at all: a unit that
        files monthly owes every month.
    absent : frozenset of int
        Quarters of which no source was loaded.
    corte : int
        Last closed month.
    """

    periods: Mapping[str, list[Period]]
    granularity: Mapping[str, int]
    absent: frozenset[int]
    corte: int


@dataclass(frozen=True)
class Window:
    """What an activity reached in a window; None where it is undecided, with the reason in `motivo`."""

    programado: float | None = None
    ejecutado: float | None = None
    cumplimiento: float | None = None
    cumplida: bool | None = None
    estado: str = "no evaluable"
    motivo: str | None = None
    formula: str | None = None
    filas: tuple[Period, ...] = ()
    faltan: tuple[tuple[int, int], ...] = field(default=())

    @property
    def is_complete(self) -> bool:
        """Whether the window has periods and all that are due are reported."""
        return bool(self.filas) and not self.faltan


def find_due(plan: Plan, corte: int) -> Due:
    """Find what is due in a plan up to a closed month.

    Parameters
    ----------
    plan : Plan
    corte : int
        Last closed month, 0–12.
    """
    periods: dict[str, list[Period]] = {activity_id: [] for activity_id in plan.actividades["actividad_id"]}
    for row in plan.avances.sort_values(["actividad_id", "mes"], kind="stable").to_dict("records"):
        periods[row["actividad_id"]].append(row)
    unit_of = plan.actividades.set_index("actividad_id")["unidad_id"]
    lengths = plan.avances["meses"].groupby(plan.avances["actividad_id"].map(unit_of)).min()
    seen = {(int(month) - 1) // 3 + 1 for month in plan.avances["mes"].unique()}
    short = len(lengths) and lengths.min() <= 3
    absent = frozenset(range(1, 5)) - seen if short else frozenset()
    return Due(periods, {str(k): int(v) for k, v in lengths.items()}, absent, corte)


def list_window(activity: Mapping, due: Due, quarters: tuple[int, ...]) -> tuple[list[Period], list[tuple[int, int]]]:
    """List the periods of a window that closed, and those that are due without a row, as (closing month, length)."""
    found: list[Period] = []
    lacking: list[tuple[int, int]] = []
    for quarter in quarters:
        months = close_months(quarter)
        rows = [row for row in due.periods.get(activity["actividad_id"], ()) if row["mes"] in months]
        if any(row["meses"] == 1 for row in rows):
            wanted = [(month, 1) for month in months]
        elif rows:
            wanted = []
        else:
            own = [row["meses"] for row in due.periods.get(activity["actividad_id"], ())]
            length = min(own, default=due.granularity.get(activity["unidad_id"], 12))
            wanted = [(month, length) for month in months if month % length == 0]
        have = {row["mes"] for row in rows}
        found += [row for row in rows if row["mes"] <= due.corte or pd.notna(row["ejecutado"])]
        lacking += [(month, length) for month, length in wanted if month not in have and month <= due.corte]
    return found, lacking


def measure_window(activity: Mapping, due: Due, quarters: tuple[int, ...], profile: Profile) -> Window:
    """Measure an activity in a window of quarters.

    Parameters
    ----------
    activity : mapping
        Row of `actividades`.
    due : Due
    quarters : tuple of int
        Quarters of the window, in order.
    profile : Profile

    Returns
    -------
    Window
    """
    gone = [QUARTERS[q - 1] for q in quarters if q in due.absent]
    if gone:
        return Window(motivo=f"falta el documento del {' y '.join(gone)} trimestre")
    rows, lacking = list_window(activity, due, quarters)
    if not rows and not lacking:
        late = close_months(quarters[0])[0] > due.corte
        return Window(motivo="posterior al corte del documento" if late else "sin meta cuantificada")
    descending = activity["sentido"] == "descendente"
    known = [row for row in rows if pd.notna(row["programado"]) or pd.notna(row["ejecutado"])]
    open_rows = [r for r in known if pd.isna(r["ejecutado"]) and (r["programado"] != 0 or descending)]
    missing = sorted(lacking + [(r["mes"], r["meses"]) for r in open_rows])
    programme = _accumulate(known, "programado", activity, quarters, due) if known and not lacking else None
    if missing:
        names = ", ".join(name_period(month, length) for month, length in missing)
        return Window(
            programado=programme,
            estado="sin reporte",
            motivo=f"falta {names}",
            filas=tuple(rows),
            faltan=tuple(missing),
        )
    if any(pd.isna(row["programado"]) for row in known) or not known:
        return Window(motivo="sin meta cuantificada", filas=tuple(rows))
    result = _accumulate([r for r in known if pd.notna(r["ejecutado"])], "ejecutado", activity, quarters, due)
    if all(row["programado"] == 0 for row in known) and not descending:
        why = "ejecución sin programa" if result else None
        return Window(0.0, result or 0.0, estado="no programada", motivo=why, filas=tuple(rows))
    if programme is None or result is None:
        return Window(programme, result, motivo="falta el valor con que cerró el trimestre anterior", filas=tuple(rows))
    percentage, met, formula, why = _compare(programme, result, activity, profile)
    state = "no evaluable" if percentage is None else profile.state_of(percentage)
    return Window(programme, result, percentage, met, state, why, formula, tuple(rows))


def _accumulate(
    rows: list[Period], column: str, activity: Mapping, quarters: tuple[int, ...], due: Due
) -> float | None:
    """Return the figure of a window: summed, last, mean, or the weakest period of a constant target."""
    values = [float(row[column]) for row in rows if pd.notna(row[column])]
    how = activity["acumulacion" if column == "ejecutado" else "acumulacion_programado"]
    if not values:
        return None if column == "programado" else 0.0
    if how == "suma":
        return sum(values)
    if how == "promedio":
        return sum(values) / len(values)
    if how == "constante":
        worst = max if (activity["sentido"] == "descendente") == (column == "ejecutado") else min
        return worst(values) if column == "ejecutado" else values[-1]
    before = 0.0
    if quarters[0] > 1:
        earlier = [r for r in due.periods[activity["actividad_id"]] if r["mes"] <= 3 * (quarters[0] - 1)]
        if not earlier or pd.isna(earlier[-1][column]):
            return None
        before = float(earlier[-1][column])
    return values[-1] - before


def _compare(
    programme: float, result: float, activity: Mapping, profile: Profile
) -> tuple[float | None, bool | None, str | None, str | None]:
    """Return percentage, whether the goal is met, the formula, and the reason where there is no percentage."""
    direction = activity["sentido"]
    if programme <= 0:
        return None, None, None, "la meta es 0" if programme == 0 else "la meta es negativa"
    if direction == "descendente":
        base = activity["linea_base"]
        if pd.notna(base):
            if base == programme:
                return None, None, None, "la línea base es igual a la meta"
            value, formula = (base - result) / (base - programme), "(LB − valor) / (LB − meta) × 100"
        else:
            value, formula = 2 - result / programme, "(2 − valor / meta) × 100"
        return min(max(value * 100, 0.0), 200.0), result <= programme + 1e-9, formula, None
    percentage = result / programme * 100
    formula = f"{_RESULTS[activity['acumulacion']]} / {_GOALS[activity['acumulacion_programado']]} × 100"
    if direction in ("regular", "nominal"):
        span = profile.rangos.get(direction)
        if span is None:
            return None, None, None, f"indicador {direction} sin rango en el perfil"
        return percentage, span.minimo <= percentage <= span.maximo, f"{formula}, en el rango del perfil", None
    return percentage, result >= programme - 1e-9, formula, None
