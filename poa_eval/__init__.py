"""poa_eval: a reproducible evaluation workbook for annual operating plans (POA, POI)."""

from poa_eval.check import check
from poa_eval.compare import show_changes, show_counts
from poa_eval.contrast import show_ledger, show_published
from poa_eval.draw import plot_activity, plot_periods
from poa_eval.errors import PoaError
from poa_eval.explain import (
    show_findings,
    show_findings_summary,
    show_method,
    show_plan,
    show_sources,
    show_table,
)
from poa_eval.explore import open_document
from poa_eval.goals import show_context, show_goals, show_mission, show_swot
from poa_eval.layout import list_layouts
from poa_eval.ledger import reconcile
from poa_eval.load import load, merge_plans
from poa_eval.measure import Evaluation, measure
from poa_eval.params import load_params
from poa_eval.plan import Plan
from poa_eval.planning import show_due, show_evaluability, show_investment
from poa_eval.project import show_year_end
from poa_eval.quarter import Quarter, open_quarter, prepare_quarter
from poa_eval.rank import show_extremes, show_heatmap, show_ranking
from poa_eval.show import (
    show_activities,
    show_comments,
    show_headline,
    show_key_figures,
    show_periods,
    show_signatures,
    show_title,
)
from poa_eval.trace import trace

__version__ = "0.1.0"

__all__ = [
    "Evaluation",
    "Plan",
    "PoaError",
    "Quarter",
    "check",
    "list_layouts",
    "load",
    "load_params",
    "measure",
    "merge_plans",
    "open_document",
    "open_quarter",
    "plot_activity",
    "plot_periods",
    "prepare_quarter",
    "reconcile",
    "show_activities",
    "show_changes",
    "show_comments",
    "show_context",
    "show_counts",
    "show_due",
    "show_evaluability",
    "show_extremes",
    "show_findings",
    "show_findings_summary",
    "show_goals",
    "show_headline",
    "show_heatmap",
    "show_investment",
    "show_key_figures",
    "show_ledger",
    "show_method",
    "show_mission",
    "show_periods",
    "show_plan",
    "show_published",
    "show_ranking",
    "show_signatures",
    "show_sources",
    "show_swot",
    "show_table",
    "show_title",
    "show_year_end",
    "trace",
]
