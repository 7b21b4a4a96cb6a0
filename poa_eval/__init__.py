"""poa_eval: a reproducible evaluation workbook for annual operating plans (POA, POI)."""

from poa_eval.check import check
from poa_eval.errors import PoaError
from poa_eval.layout import list_layouts
from poa_eval.load import load, merge_plans
from poa_eval.measure import Evaluation, measure
from poa_eval.params import load_params
from poa_eval.plan import Plan
from poa_eval.quarter import Quarter, open_quarter, prepare_quarter

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
    "open_quarter",
    "prepare_quarter",
]
