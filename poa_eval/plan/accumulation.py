"""Accumulation: how an activity's periods add up in a window of time, one entry a kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from poa_eval.plan.live import (
    LiveFormula,
    Period,
    SheetWindow,
    average_live,
    divide_sums_live,
    is_shown_in_percent,
    pick_weakest_live,
    sum_live,
    take_increment_live,
    take_last_live,
)

#: The kind of which numerator and denominator are added up apart.
RATIO = "razon"


@dataclass(frozen=True)
class AccumulationKind:
    """One way in which periods add up.

    `pick` gives the figure of a window: of its rows (of those with something programmed, unless the kind adds), of the
    column's values in them, of the column's name, and of the activity.
    """

    pick: Callable[[Sequence[Period], Sequence[float], str, Mapping], float]
    done: str  # the figure of results, in formulas
    planned: str  # that of goals
    noun: str  # what such a figure is called
    joined: str  # how it is made of `n` periods, in words
    excel: Callable[[SheetWindow], LiveFormula]  # the live formula of a window of the workbook
    adds: bool = False  # figures of periods, and of activities, may be added up
    is_running: bool = False  # each counts from January: a later quarter brought the difference to the one before


def _pick_weakest(rows: Sequence[Period], values: Sequence[float], column: str, activity: Mapping) -> float:
    """Return the figure of the period that did worst by its own target."""
    sign = -1 if activity["sentido"] == "descendente" else 1
    both = [row for row in rows if pd.notna(row["programado"]) and pd.notna(row["ejecutado"])]
    worst = min(both, key=lambda row: sign * row["ejecutado"] / (row["programado"] or 1), default=rows[-1])
    return float(worst[column])


def _divide_sums(rows: Sequence[Period], values: Sequence[float], column: str, activity: Mapping) -> float:
    """Return the ratio of sums; of goals, what they would give of the same denominators. NaN where a part is blank."""
    told = [row for row in rows if pd.notna(row[column])]
    below = sum(float(row["denominador"]) for row in told)
    if column == "programado":
        if len({*values}) == 1:
            return values[0]
        return sum(float(row["denominador"]) * row[column] for row in told) / below if below else float("nan")
    scale = 100 if is_shown_in_percent(activity) else 1
    return sum(float(row["numerador"]) for row in told) * scale / below if below else float("nan")


def has_no_cases(row: Period, activity: Mapping) -> bool:
    """Say whether a period reports 0 of 0: there was nothing of which a ratio could be."""
    return activity["acumulacion"] == RATIO and row.get("numerador") == 0 == row.get("denominador")


#: The values that `acumulacion` and `acumulacion_programado` may have.
ACCUMULATIONS: dict[str, AccumulationKind] = {
    "suma": AccumulationKind(
        pick=lambda rows, values, column, activity: sum(values),
        done="Σ ejecutado",
        planned="Σ programado",
        noun="una suma",
        joined="Suma de {n} periodos",
        excel=sum_live,
        adds=True,
    ),
    "ultimo": AccumulationKind(
        pick=lambda rows, values, column, activity: values[-1],
        done="último valor ejecutado",
        planned="último valor programado",
        noun="un acumulado",
        joined="Último valor de {n} periodos",
        excel=take_increment_live,
        is_running=True,
    ),
    "nivel": AccumulationKind(
        pick=lambda rows, values, column, activity: values[-1],
        done="último nivel",
        planned="último nivel programado",
        noun="un nivel",
        joined="Último nivel de {n} periodos",
        excel=take_last_live,
    ),
    "promedio": AccumulationKind(
        pick=lambda rows, values, column, activity: sum(values) / len(values),
        done="promedio ejecutado",
        planned="promedio programado",
        noun="un promedio",
        joined="Promedio de {n} periodos",
        excel=average_live,
    ),
    "constante": AccumulationKind(
        pick=_pick_weakest,
        done="periodo más bajo",
        planned="meta constante",
        noun="una constante",
        joined="Periodo más bajo de {n}",
        excel=pick_weakest_live,
    ),
    RATIO: AccumulationKind(
        pick=_divide_sums,
        done="Σ numerador / Σ denominador",
        planned="meta",
        noun="una razón",
        joined="Razón de las sumas de {n} periodos",
        excel=divide_sums_live,
    ),
}
#: From where it is known how an activity accumulates (`acumulacion_origen`).
DECLARED, PROVED, DEFAULT = "declarada", "de la fila", "por omisión"
#: Series of figures → column of `actividades` that says how it accumulates.
SERIES = {"programado": "acumulacion_programado", "ejecutado": "acumulacion"}


def name_kinds(kinds: Sequence[str]) -> str:
    """Name kinds of accumulation as readers do.

    Examples
    --------
    >>> name_kinds(("nivel", "ultimo"))
    'un nivel o un acumulado'
    """
    return " o ".join(ACCUMULATIONS[kind].noun for kind in kinds)


def find_accumulation(activity: Mapping, series: str) -> AccumulationKind:
    """Return how a series of an activity, ``programado`` or ``ejecutado``, accumulates."""
    return ACCUMULATIONS[activity[SERIES[series]]]


def adds_up(activity: Mapping) -> bool:
    """Say whether both the results and the goals of an activity are summed.

    Examples
    --------
    >>> adds_up({"acumulacion": "suma", "acumulacion_programado": "ultimo"})
    False
    """
    return all(find_accumulation(activity, series).adds for series in SERIES)


def accumulate(
    rows: Sequence[Period], series: str, activity: Mapping, periods: Sequence[Period] = (), first: int = 1
) -> float | None:
    """Return the figure of a series in a window; None where no row has one, or what it is the difference to lacks.

    Where figures do not add up, a period with nothing programmed is none: it says nothing of the level. But a
    cumulative result goes on in it, and of an indicator that is to fall 0 is a goal. `periods` are all of the activity,
    `first` the month in which the window begins, 1 where the plan begins in it.

    Examples
    --------
    >>> how = {"acumulacion": "ultimo", "acumulacion_programado": "suma"}
    >>> months = [{"mes": m, "programado": 10.0, "ejecutado": 10.0 * m} for m in (1, 2, 3, 4)]
    >>> accumulate(months, "programado", how), accumulate(months[3:], "ejecutado", how, months, 4)
    (40.0, 10.0)
    """
    kind = find_accumulation(activity, series)
    rows = [row for row in rows if _speaks(row, series, activity, kind)] or rows
    values = [float(row[series]) for row in rows if pd.notna(row[series])]
    if not values:
        return None
    figure = kind.pick(rows, values, series, activity)
    if figure != figure:
        return None
    if not kind.is_running or first == 1:
        return figure
    earlier = [row for row in periods if row["mes"] < first and _speaks(row, series, activity, kind)]
    before = float(earlier[-1][series]) if earlier and pd.notna(earlier[-1][series]) else None
    return figure - before if before is not None and figure >= before else None


def _speaks(row: Period, series: str, activity: Mapping, kind: AccumulationKind) -> bool:
    """Say whether a period counts in a series: always in a sum, else where something is programmed, or has gone on."""
    if kind.adds or row["programado"] != 0 or activity.get("sentido") == "descendente":
        return True
    return kind.is_running and pd.notna(row[series]) and row[series] != 0


def accumulate_year(
    rows: Sequence[Period], activity: Mapping, kinds: Sequence[str] = (), months: int = 12
) -> float | None:
    """Return the goal of the year that a programme makes, by the kinds that are left open or the activity's own.

    None where a period is blank or the periods do not fill the months of the plan, where the kinds do not agree, or
    where a constant goal changes.

    Examples
    --------
    >>> quarters = [{"mes": 3 * n, "meses": 3, "programado": 446.0, "ejecutado": None} for n in (1, 2, 3, 4)]
    >>> accumulate_year(quarters, {"acumulacion_programado": "constante", "sentido": "ascendente"})
    446.0
    """
    values = [row["programado"] for row in rows]
    if any(pd.isna(value) for value in values) or sum(row["meses"] for row in rows) != months:
        return None
    kinds = kinds or [activity["acumulacion_programado"]]
    if "constante" in kinds and len({*values}) > 1:
        return None
    found = {accumulate(rows, "programado", {**activity, "acumulacion_programado": kind}) for kind in kinds}
    return found.pop() if len(found) == 1 else None
