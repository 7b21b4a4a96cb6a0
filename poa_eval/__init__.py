"""poa_eval: a reproducible evaluation workbook for annual operating plans (POA, POI)."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

#: Where each name comes from; it is loaded when it is first used, so that a command that needs little starts at once.
_HOMES = {
    "check": "check",
    "compare": "show_changes show_counts",
    "contrast": "show_ledger show_published",
    "draw": "plot_activity plot_periods",
    "errors": "PoaError",
    "explain": "show_findings show_findings_summary show_method show_plan show_sources show_table",
    "explore": "open_document",
    "goals": "show_context show_goals show_mission show_swot",
    "layout": "list_layouts",
    "ledger": "reconcile",
    "load": "load merge_plans",
    "measure": "Evaluation measure",
    "open": "open_quarter",
    "params": "load_params",
    "plan": "Plan",
    "planning": "show_due show_evaluability show_investment",
    "prepare": "prepare_quarter",
    "project": "show_year_end",
    "quarter": "Quarter",
    "rank": "show_extremes show_heatmap show_ranking",
    "show": "show_activities show_comments show_headline show_key_figures show_periods show_signatures show_title",
    "trace": "trace",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [*sorted(_HOME_OF)]


class _Package(ModuleType):
    """The package; a stage's function has the name of its module, and is what an analyst finds under it."""

    def __getattr__(self, name: str) -> Any:
        if name not in _HOME_OF:
            raise AttributeError(f"module 'poa_eval' has no attribute '{name}'")
        value = getattr(import_module(f"poa_eval.{_HOME_OF[name]}"), name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, ModuleType) and name in _HOME_OF:
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Package
