"""Folding: months of one series brought to the longer periods of another, of one activity."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from poa_eval.plan.accumulation import SERIES, accumulate

Periods = list[dict]


def fold_periods(rows: Iterable[Mapping], activity: Mapping, kinds: Sequence[str] = ()) -> Periods:
    """Return the periods of an activity, each shorter one of another series folded into the longer it lies in.

    Months of the programme become the quarter of the results, by how the activity accumulates, or by each of the
    `kinds` that are open, where they agree; where one of them is blank the quarter has no programme. Periods that give
    the same series stay apart.

    Examples
    --------
    >>> months = [{"mes": m, "meses": 1, "programado": 2.0, "ejecutado": float("nan")} for m in (1, 2, 3)]
    >>> quarter = {"mes": 3, "meses": 3, "programado": float("nan"), "ejecutado": 5.0}
    >>> fold_periods([*months, quarter], {"acumulacion": "suma", "acumulacion_programado": "suma"})
    [{'mes': 3, 'meses': 3, 'programado': 6.0, 'ejecutado': 5.0}]
    """
    rows = [dict(row) for row in rows]
    for whole in sorted(rows, key=lambda row: row["meses"]):
        first = whole["mes"] - whole["meses"]
        parts = [row for row in rows if row["meses"] < whole["meses"] and first < row["mes"] <= whole["mes"]]
        series = [name for name in SERIES if any(pd.notna(row[name]) for row in parts)]
        if not parts or any(pd.notna(whole[name]) for name in series):
            continue
        is_filled = sum(row["meses"] for row in parts) == whole["meses"]
        for name in series:
            complete = is_filled and all(pd.notna(row[name]) for row in parts)
            whole[name] = _accumulate(parts, name, activity, kinds) if complete else float("nan")
        rows = [row for row in rows if not any(row is part for part in parts)]
    return sorted(rows, key=lambda row: row["mes"])


def _accumulate(parts: Periods, name: str, activity: Mapping, kinds: Sequence[str]) -> float:
    """Return the figure of several periods; NaN where there is none, or what is open gives several."""
    found = {accumulate(parts, name, {**activity, SERIES[name]: kind}) for kind in kinds or (activity[SERIES[name]],)}
    figure = found.pop()
    return float("nan") if found or figure is None else figure
