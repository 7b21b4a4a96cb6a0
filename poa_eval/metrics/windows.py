"""Windows of time: which periods of an activity are due in one, and what was reached in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from poa_eval.config.profile import ROUNDING, Profile
from poa_eval.plan.notes import Answered, CapturedQuarter
from poa_eval.plan.plan import Plan
from poa_eval.text.periods import MONTHS, QUARTERS, close_months, name_period, parse_frequency

#: How results and goals are accumulated, in words.
_FIGURES = {
    "suma": ("Σ ejecutado", "Σ programado"),
    "ultimo": ("último valor ejecutado", "último valor programado"),
    "promedio": ("promedio ejecutado", "promedio programado"),
    "constante": ("periodo más bajo", "meta constante"),
}

Period = dict[str, object]


@dataclass(frozen=True)
class Due:
    """What is due in a plan.

    `granularity` is for the activities that have no row at all: a unit that files monthly owes every month. `calendar`
    is for those that are due by calendar only, where results are captured; without any capture nobody owes a report on
    them, and it is empty.
    """

    periods: Mapping[str, list[Period]]  # activity id → its rows of `avances` by closing month
    granularity: Mapping[str, int]  # unit id → length in months of its shortest period
    absent: frozenset[int]  # quarters of which no source was loaded
    corte: int  # last closed month
    calendar: Mapping[str, list[tuple[int, int]]] = field(default_factory=dict)  # activity id → (closing month, length)


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
    """Find what is due in a plan up to the last closed month, 0–12."""
    periods: dict[str, list[Period]] = {activity_id: [] for activity_id in plan.actividades["actividad_id"]}
    for row in plan.avances.sort_values(["actividad_id", "mes"], kind="stable").to_dict("records"):
        periods[row["actividad_id"]].append(row)
    captured = {int(note.text) for note in plan.list_notes(CapturedQuarter)}
    calendar = list_calendar(plan) if captured else {}
    unit_of = plan.actividades.set_index("actividad_id")["unidad_id"]
    own = plan.avances[~plan.avances["actividad_id"].isin(calendar)] if calendar else plan.avances
    lengths = own["meses"].groupby(own["actividad_id"].map(unit_of)).min()
    seen = {(int(month) - 1) // 3 + 1 for month in plan.avances["mes"].unique()} | captured
    short = captured or (len(lengths) and lengths.min() <= 3)
    absent = frozenset(range(1, 5)) - seen if short else frozenset()
    return Due(periods, {str(k): int(v) for k, v in lengths.items()}, absent, corte, calendar)


def list_calendar(plan: Plan) -> dict[str, list[tuple[int, int]]]:
    """List the periods, as (closing month, length), of the activities that are due by calendar only.

    Those are the ones of which no programme was read: without a row in `avances`, or with rows that come from the
    question «¿Realizada?» of a capture workbook. The length is that of `frecuencia` where all months close such a
    period; else each month stands for itself, as a mark does.
    """
    known = set(plan.avances["actividad_id"]) - list_answered(plan)
    frequency = plan.actividades.set_index("actividad_id")["frecuencia"]
    found = {}
    for activity_id, months in plan.calendario.groupby("actividad_id", sort=False)["mes"]:
        if activity_id not in known:
            length = parse_frequency(str(frequency[activity_id])) or 1
            length = length if (months % length == 0).all() else 1
            found[str(activity_id)] = [(int(month), length) for month in sorted(months.unique())]
    return found


def list_answered(plan: Plan) -> set[str]:
    """List the activities whose rows in `avances` are answers to «¿Realizada?»: 1 for Sí, 0 for No, of 1."""
    return {note.owner for note in plan.list_notes(Answered)}


def list_window(activity: Mapping, due: Due, quarters: tuple[int, ...]) -> tuple[list[Period], list[tuple[int, int]]]:
    """List the periods of a window that closed, and those that are due without a row, as (closing month, length)."""
    found: list[Period] = []
    lacking: list[tuple[int, int]] = []
    calendar = due.calendar.get(activity["actividad_id"])
    for quarter in quarters:
        months = close_months(quarter)
        rows = [row for row in due.periods.get(activity["actividad_id"], ()) if row["mes"] in months]
        if calendar is not None:
            wanted = [period for period in calendar if period[0] in months]
        elif any(row["meses"] == 1 for row in rows):
            wanted = [(month, 1) for month in months]
        elif rows:
            wanted = []
        else:
            own = [row["meses"] for row in due.periods.get(activity["actividad_id"], ())]
            length = min(own, default=due.granularity.get(activity["unidad_id"]))
            wanted = [(month, length) for month in months if month % length == 0] if length else []
        have = {row["mes"] for row in rows}
        found += [row for row in rows if row["mes"] <= due.corte]
        lacking += [(month, length) for month, length in wanted if month not in have and month <= due.corte]
    return found, lacking


def measure_window(activity: Mapping, due: Due, quarters: tuple[int, ...], profile: Profile) -> Window:
    """Measure an activity, a row of `actividades`, in a window of quarters that are given in order."""
    calendar = due.calendar.get(activity["actividad_id"])
    owed = range(1, 5) if calendar is None else {(month + 2) // 3 for month, _ in calendar}
    gone = [QUARTERS[q - 1] for q in quarters if q in due.absent and q in owed]
    if gone:
        return Window(motivo=f"falta el documento del {' y '.join(gone)} trimestre")
    if close_months(quarters[-1])[0] > due.corte:
        last = f"se reporta hasta {MONTHS[due.corte - 1]}" if due.corte else "no cerró ningún mes"
        return Window(motivo=f"posterior al corte: {last}")
    rows, lacking = list_window(activity, due, quarters)
    if not rows and not lacking:
        periods = due.periods.get(activity["actividad_id"], ())
        if any(row["mes"] <= 3 * quarters[-1] for row in periods):
            return Window(motivo="posterior al corte")
        if calendar is not None or any(pd.notna(row["programado"]) for row in periods):
            return Window(0.0, estado="no programada", motivo="no vence ningún periodo")
        return Window(motivo=_name_lack(activity))
    descending = activity["sentido"] == "descendente"
    known = [row for row in rows if pd.notna(row["programado"]) or pd.notna(row["ejecutado"])]
    open_rows = [r for r in known if pd.isna(r["ejecutado"]) and (r["programado"] != 0 or descending)]
    missing = sorted(lacking + [(r["mes"], r["meses"]) for r in open_rows])
    programme = _accumulate(known, "programado", activity, quarters, due) if known and not lacking else None
    if missing:
        why = "falta " + ", ".join(name_period(month, length) for month, length in missing)
        return Window(programme, estado="sin reporte", motivo=why, filas=tuple(rows), faltan=tuple(missing))
    if any(pd.isna(row["programado"]) for row in known) or not known:
        return Window(motivo=_name_lack(activity), filas=tuple(rows))
    result = _accumulate(known, "ejecutado", activity, quarters, due)
    if all(row["programado"] == 0 for row in known) and not descending:
        why = "ejecución sin programa" if result else None
        return Window(0.0, result, estado="no programada", motivo=why, filas=tuple(rows))
    if programme is None or result is None:
        return Window(programme, result, motivo="falta el valor con que cerró el trimestre anterior", filas=tuple(rows))
    percentage, met, formula, why = compare_values(programme, result, activity, profile)
    state = "no evaluable" if percentage is None else profile.state_of(percentage)
    if percentage is not None and activity["sentido"] in ("regular", "nominal"):
        state = "cumplida" if met else "crítica"
    blank = ", ".join(name_period(row["mes"], row["meses"]) for row in rows if row not in known)
    why = why or (f"sin meta ni resultado en {blank}" if blank else None)
    return Window(programme, result, percentage, met, state, why, formula, tuple(rows))


def _name_lack(activity: Mapping) -> str:
    return "sin meta cuantificada" if pd.isna(activity["meta_anual"]) else "sin meta para el periodo"


def _accumulate(
    rows: list[Period], column: str, activity: Mapping, quarters: tuple[int, ...], due: Due
) -> float | None:
    """Return the figure of a window: summed, last, mean, or of the weakest period of a constant target.

    Where figures do not add up, a period with nothing programmed is none: it says nothing of the level.
    """
    how = activity["acumulacion" if column == "ejecutado" else "acumulacion_programado"]
    planned = [row for row in rows if row["programado"] != 0]
    rows = planned if planned and how != "suma" else rows
    values = [float(row[column]) for row in rows if pd.notna(row[column])]
    if not values:
        return None
    if how == "suma":
        return sum(values)
    if how == "promedio":
        return sum(values) / len(values)
    if how == "constante":
        sign = -1 if activity["sentido"] == "descendente" else 1
        both = [row for row in rows if pd.notna(row["programado"]) and pd.notna(row["ejecutado"])]
        worst = min(both, key=lambda row: sign * row["ejecutado"] / (row["programado"] or 1), default=rows[-1])
        return float(worst[column])
    before = 0.0
    if quarters[0] > 1:
        earlier = [r for r in due.periods[activity["actividad_id"]] if r["mes"] <= 3 * (quarters[0] - 1)]
        if not earlier or pd.isna(earlier[-1][column]):
            return None
        before = float(earlier[-1][column])
    return values[-1] - before


def compare_values(
    programme: float, result: float, activity: Mapping, profile: Profile
) -> tuple[float | None, bool | None, str | None, str | None]:
    """Return percentage, whether the goal is met, the formula, and the reason where there is no percentage."""
    direction = activity["sentido"]
    if programme <= 0 or result < 0:
        wrong = "la meta es negativa" if programme < 0 else "el resultado es negativo"
        return None, None, None, "la meta es 0" if programme == 0 else wrong
    if direction == "descendente":
        base = activity["linea_base"]
        if pd.notna(base):
            if base <= programme:
                same = "es igual a la meta" if base == programme else "está bajo la meta de un indicador descendente"
                return None, None, None, f"la línea base {same}"
            value, formula = (base - result) * 100 / (base - programme), "(LB − valor) / (LB − meta) × 100"
        else:
            value, formula = (2 * programme - result) * 100 / programme, "(2 − valor / meta) × 100"
        return min(max(value, 0.0), 200.0), result <= programme + 1e-9, formula, None
    percentage = result * 100 / programme  # in this order 66 of 60 are 110, not a hair more
    formula = f"{_FIGURES[activity['acumulacion']][0]} / {_FIGURES[activity['acumulacion_programado']][1]} × 100"
    if direction in ("regular", "nominal"):
        span = profile.rangos.get(direction)
        if span is None:
            return None, None, None, f"indicador {direction} sin rango en el perfil"
        met = span.minimo - ROUNDING <= percentage <= span.maximo + ROUNDING
        return percentage, met, f"{formula}, en el rango del perfil", None
    return percentage, result >= programme - 1e-9, formula, None
