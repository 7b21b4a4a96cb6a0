"""Lengths: a table that gives its programme by month and its results by quarter, or the other way round."""

from collections.abc import Mapping

import pandas as pd

from poa_eval.layouts.layout import Edition
from poa_eval.layouts.parts import FIGURE_COLUMNS
from poa_eval.plan.accumulation import SERIES, accumulate


def fold_lengths(periods: pd.DataFrame, activities: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Return the periods with shorter ones folded into the longer one that has what they lack.

    Months of the programme become the quarter of the results, by how the activity accumulates; where one of them is
    blank the quarter has no programme. Not where both lengths give the same series: they overlap, and are refused.
    """
    lengths = {series.meses for series in edition.periodos if series.columna in FIGURE_COLUMNS}
    if len(lengths) < 2 or periods.empty:
        return periods
    known = {row["actividad_id"]: row for row in activities.to_dict("records")}
    kept: list[Mapping] = []
    for key, own in periods.groupby("actividad_id", sort=False):
        kept += _fold(own.sort_values(["mes", "meses"]).to_dict("records"), known[str(key)])
    return pd.DataFrame(kept, columns=list(periods.columns)).astype(dict(periods.dtypes))


def _fold(rows: list[dict], activity: Mapping) -> list[dict]:
    """Return the periods of an activity, each month within a longer period of another series folded into it."""
    for whole in sorted(rows, key=lambda row: row["meses"]):
        first = whole["mes"] - whole["meses"]
        parts = [row for row in rows if row["meses"] < whole["meses"] and first < row["mes"] <= whole["mes"]]
        series = [name for name in SERIES if any(pd.notna(row[name]) for row in parts)]
        if not parts or any(pd.notna(whole[name]) for name in series):
            continue
        is_filled = sum(row["meses"] for row in parts) == whole["meses"]
        for name in series:
            complete = is_filled and all(pd.notna(row[name]) for row in parts)
            figure = accumulate(parts, name, activity) if complete else None
            whole[name] = float("nan") if figure is None else figure
        rows = [row for row in rows if not any(row is part for part in parts)]
    return sorted(rows, key=lambda row: row["mes"])
