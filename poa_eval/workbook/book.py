"""Book: the figures of a quarter as a workbook to read, filter, print and check."""

from __future__ import annotations

from pathlib import Path

from poa_eval.excel import Spread
from poa_eval.metrics.evaluation import has_plan, name_quarter
from poa_eval.quarter.quarter import Quarter
from poa_eval.reports.sections.activities import list_activities
from poa_eval.workbook.cover import put_cover
from poa_eval.workbook.formulas import put_proofs
from poa_eval.workbook.periods import list_periods, put_matrix, put_periods
from poa_eval.workbook.sheets import put_activities, put_findings, put_ledger, put_plan, put_units


def write_book(quarter: Quarter, path: str | Path) -> None:
    """Write the workbook of a quarter; the same quarter gives the same bytes.

    Parameters
    ----------
    quarter : Quarter
    path : path-like
        The ``.xlsx`` file.
    """
    e = quarter.evaluacion
    title = f"Evaluación del plan operativo anual · {name_quarter(e)}"
    spread = Spread(title, e.plan.institucion, e.plan.locale)
    cover = spread.add_sheet("Portada")
    activities, periods, foot = list_activities(e), [], 0
    last = min(e.due.corte, 3 * e.trimestre)
    if not e.solo_plan and activities:
        periods = list_periods(e, activities, last)
        foot = put_units(spread, e)
        put_activities(spread, e, activities)
        put_periods(spread, activities, periods)
        put_matrix(spread, e, activities, periods)
    if has_plan(e) and activities:
        put_plan(spread, e, activities)
    put_findings(spread, quarter)
    put_ledger(spread, quarter)
    put_proofs(spread, e, activities, periods, last, foot)
    put_cover(spread, cover, quarter)
    Path(path).write_bytes(spread.render())
