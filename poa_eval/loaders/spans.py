"""Spans: the months that a plan is of and those that it reports, and periods of two lengths brought to one."""

from collections.abc import Mapping

import pandas as pd

from poa_eval.errors import FormatoError
from poa_eval.layouts.layout import LAST_REPORTED, Edition
from poa_eval.layouts.parts import FIGURE_COLUMNS
from poa_eval.metrics.formulas import TOLERANCE
from poa_eval.plan.folding import fold_periods
from poa_eval.plan.inferred import GoalShares, PlanSpan
from poa_eval.plan.notes import DerivedGoals, NoResults, Note, Statement
from poa_eval.text.names import normalize
from poa_eval.text.periods import MONTH_NAMES


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
        kept += fold_periods(own.sort_values(["mes", "meses"]).to_dict("records"), known[str(key)])
    return pd.DataFrame(kept, columns=list(periods.columns)).astype(dict(periods.dtypes))


def note_span(periods: pd.DataFrame, goals: pd.Series, edition: Edition, layout: str) -> list[PlanSpan]:
    """Return the note of the months that a plan is of, where they are not the year.

    As the layout says it (`vigencia`); else, of a form with a column per period, from where its columns begin if they
    go on to December and give the printed goals of the year (`goals`, by activity): a report of half a year does not.
    """
    if edition.vigencia is not None:
        return [PlanSpan(first=edition.vigencia.desde, last=edition.vigencia.hasta, source=f"layout {layout}")]
    if edition.periodo != "columnas" or periods.empty or periods["mes"].max() < 12:
        return []
    starts = periods["mes"] - periods["meses"] + 1
    first = int(starts.min())
    sums = sum_programme(periods, 13 - first) if first > 1 else goals.iloc[0:0]
    known = pd.concat([sums, goals], axis=1, keys=["sum", "goal"], join="inner").dropna()
    if known.empty or ((known["sum"] - known["goal"]).abs() > TOLERANCE).any():
        return []
    return [PlanSpan(first=first, last=12, source=periods["fuente"].loc[starts.idxmin()])]


def sum_programme(periods: pd.DataFrame, months: int = 12) -> pd.Series:
    """Return activity → the sum of its programme, where all months of the plan are known and none is below 0."""
    known = periods[periods["programado"] >= 0].groupby("actividad_id")[["meses", "programado"]].sum()
    return known.loc[known["meses"] == months, "programado"]


def list_said(edition: Edition, periods: pd.DataFrame, document: str, layout: str) -> list[Note]:
    """List what a layout says of all of a document: no place for results, goals that are sums, parts of the year.

    Raises FormatoError: periods are shorter than the parts of the year.
    """
    source, notes = f"layout {layout}", list[Note]()
    if not edition.has_results:
        notes.append(NoResults(text=document, source=source))
    if edition.meta_anual:
        notes.append(DerivedGoals(text=document, source=source))
    if parts := edition.parte_del_anio:
        length = 12 // len(parts)
        if len(short := periods[periods["meses"] % length != 0]):
            months = int(short["meses"].iloc[0])
            raise FormatoError(
                f"{short['fuente'].iloc[0]} es de {months} mes{'es' if months > 1 else ''}, y `parte_del_anio` tiene "
                f"{len(parts)} partes",
                "una parte del año por cada periodo",
                f"escriba {12 // months} partes en `parte_del_anio:` del layout",
            )
        shares = tuple((length * n, part) for n, part in enumerate(parts, start=1))
        notes.append(GoalShares(document=document, shares=shares, source=source))
    return notes


def find_cutoff(periods: pd.DataFrame, edition: Edition, layout: str) -> list[Statement]:
    """Return the note of the month up to which the document reports, where the layout declares it or asks for it."""
    if edition.corte is None:
        return []
    if normalize(edition.corte) != LAST_REPORTED:
        return [Statement(name="corte_mes", text=edition.corte, source=f"layout {layout}")]
    reported = periods[periods["ejecutado"].notna()]
    if reported.empty:
        return []
    last = reported.loc[reported["mes"].idxmax()]
    return [Statement(name="corte_mes", text=MONTH_NAMES[int(last["mes"]) - 1], source=last["fuente"])]
