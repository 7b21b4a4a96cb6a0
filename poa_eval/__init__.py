"""poa_eval: a reproducible evaluation workbook for annual operating plans (POA, POI)."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

#: Where each name comes from; it is loaded when it is first used, so that a command that needs little starts at once.
_HOMES = {
    "Evaluation": "poa_eval.metrics.evaluation",
    "Plan": "poa_eval.plan.plan",
    "PoaError": "poa_eval.errors",
    "Quarter": "poa_eval.quarter.quarter",
    "check": "poa_eval.audit.findings",
    "list_layouts": "poa_eval.layouts.catalog",
    "load": "poa_eval.loaders.load",
    "load_params": "poa_eval.config.params",
    "measure": "poa_eval.metrics.evaluation",
    "merge_plans": "poa_eval.plan.merge",
    "open_document": "poa_eval.quarter.notebook",
    "open_quarter": "poa_eval.quarter.notebook",
    "prepare_quarter": "poa_eval.quarter.prepare",
    "reconcile": "poa_eval.audit.ledger",
    "show": "poa_eval.reports.show",  # the module itself: the sections of the notebooks
    "trace": "poa_eval.reports.sections.provenance",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'poa_eval' has no attribute '{name}'")
    home = import_module(_HOMES[name])
    value = globals()[name] = home if name == "show" else getattr(home, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
