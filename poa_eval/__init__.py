"""poa_eval: a reproducible evaluation workbook for annual operating plans (POA, POI)."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

#: Where each name comes from; it is loaded when it is first used, so that a command that needs little starts at once.
_HOMES = {
    "poa_eval.audit.findings": "check",
    "poa_eval.reports.sections.changes": "show_changes show_counts",
    "poa_eval.reports.sections.reconciliation": "show_ledger show_published",
    "poa_eval.reports.sections.charts": "plot_activity plot_periods",
    "poa_eval.errors": "PoaError",
    "poa_eval.reports.sections.findings": "show_findings show_findings_summary show_method show_plan show_sources show_table",
    "poa_eval.quarter.explore": "open_document",
    "poa_eval.reports.sections.goals": "show_context show_goals show_mission show_swot",
    "poa_eval.layouts.layout": "list_layouts",
    "poa_eval.audit.ledger": "reconcile",
    "poa_eval.loaders.load": "load merge_plans",
    "poa_eval.metrics.evaluation": "Evaluation measure",
    "poa_eval.quarter.notebook": "open_quarter",
    "poa_eval.config.params": "load_params",
    "poa_eval.plan.plan": "Plan",
    "poa_eval.reports.sections.planning": "show_due show_evaluability show_investment",
    "poa_eval.quarter.prepare": "prepare_quarter",
    "poa_eval.reports.sections.year_end": "show_year_end",
    "poa_eval.quarter.quarter": "Quarter",
    "poa_eval.reports.sections.ranking": "show_extremes show_heatmap show_ranking",
    "poa_eval.reports.sections.summary": "show_activities show_comments show_headline show_key_figures show_periods show_signatures "
    "show_title",
    "poa_eval.reports.sections.provenance": "trace",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [*sorted(_HOME_OF)]


class _Package(ModuleType):
    """The package; a stage's function has the name of its module, and is what an analyst finds under it."""

    def __getattr__(self, name: str) -> Any:
        if name not in _HOME_OF:
            raise AttributeError(f"module 'poa_eval' has no attribute '{name}'")
        value = getattr(import_module(_HOME_OF[name]), name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, ModuleType) and name in _HOME_OF:
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Package
