"""Accumulation: how an activity's periods add up in a window of time, one entry a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

#: A row of `avances`.
Period = Mapping[str, object]


@dataclass(frozen=True)
class Accumulation:
    """One way in which periods add up.

    Parameters
    ----------
    pick : callable
        Gives the figure of a window: of its rows (of those with something programmed, unless the kind adds), of the
        column's values in them, of the column's name, and of the activity.
    done, planned : str
        The figure of results and of goals, in formulas.
    joined : str
        How it is made of `n` periods, in words.
    adds : bool
        Figures of periods, and of activities, may be added up.
    is_running : bool
        Each figure counts from January: what a later quarter brought is the difference to the one before.
    """

    pick: Callable[[Sequence[Period], Sequence[float], str, Mapping], float]
    done: str
    planned: str
    joined: str
    adds: bool = False
    is_running: bool = False


def _pick_weakest(rows: Sequence[Period], values: Sequence[float], column: str, activity: Mapping) -> float:
    """Return the figure of the period that did worst by its own target."""
    sign = -1 if activity["sentido"] == "descendente" else 1
    both = [row for row in rows if pd.notna(row["programado"]) and pd.notna(row["ejecutado"])]
    worst = min(both, key=lambda row: sign * row["ejecutado"] / (row["programado"] or 1), default=rows[-1])
    return float(worst[column])


#: The values that `acumulacion` and `acumulacion_programado` may have.
ACCUMULATIONS: dict[str, Accumulation] = {
    "suma": Accumulation(
        pick=lambda rows, values, column, activity: sum(values),
        done="Σ ejecutado",
        planned="Σ programado",
        joined="Suma de {n} periodos",
        adds=True,
    ),
    "ultimo": Accumulation(
        pick=lambda rows, values, column, activity: values[-1],
        done="último valor ejecutado",
        planned="último valor programado",
        joined="Último valor de {n} periodos",
        is_running=True,
    ),
    "promedio": Accumulation(
        pick=lambda rows, values, column, activity: sum(values) / len(values),
        done="promedio ejecutado",
        planned="promedio programado",
        joined="Promedio de {n} periodos",
    ),
    "constante": Accumulation(
        pick=_pick_weakest,
        done="periodo más bajo",
        planned="meta constante",
        joined="Periodo más bajo de {n}",
    ),
}
#: Series of figures → column of `actividades` that says how it accumulates.
SERIES = {"programado": "acumulacion_programado", "ejecutado": "acumulacion"}


def find_accumulation(activity: Mapping, series: str) -> Accumulation:
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
    rows: Sequence[Period], series: str, activity: Mapping, earlier: Sequence[Period] | None = None
) -> float | None:
    """Return the figure of a series in a window; None where no row has one, or what it is the difference to lacks.

    Where figures do not add up, a period with nothing programmed is none: it says nothing of the level. `earlier` are
    the periods before a window that does not begin in January.

    Examples
    --------
    >>> how = {"acumulacion": "ultimo", "acumulacion_programado": "suma"}
    >>> months = [{"mes": m, "programado": 10.0, "ejecutado": 10.0 * m} for m in (1, 2, 3, 4)]
    >>> accumulate(months, "programado", how), accumulate(months[3:], "ejecutado", how, months[:3])
    (40.0, 10.0)
    """
    kind = find_accumulation(activity, series)
    planned = [row for row in rows if row["programado"] != 0]
    rows = planned if planned and not kind.adds else rows
    values = [float(row[series]) for row in rows if pd.notna(row[series])]
    if not values:
        return None
    figure = kind.pick(rows, values, series, activity)
    if not kind.is_running or earlier is None:
        return figure
    return figure - float(earlier[-1][series]) if earlier and pd.notna(earlier[-1][series]) else None
