"""Order: units by the profile's principal figure, activities by how much they ask for a look."""

from collections.abc import Iterable

import pandas as pd

from poa_eval.config.profile import STATES
from poa_eval.metrics.evaluation import Evaluation
from poa_eval.metrics.reasons import tell_reasons
from poa_eval.text.wording import format_percent, is_present

#: States that ask for a look, in this order.
ATTENTION = ("sin reporte", "crítica", "en riesgo", "casi cumplida", "sobrecumplida")

_NEED = {state: i for i, state in enumerate((*ATTENTION, *(s for s in STATES if s not in ATTENTION)))}


def rank_units(e: Evaluation) -> tuple[list[tuple[int, dict]], list[tuple[dict, str]]]:
    """Return the units with their place by the profile's principal figure to date, and the others with the reason."""
    name, least = e.perfil.principal, e.perfil.cobertura_minima.valor
    ranked, apart = [], []
    for row in e.unidades.to_dict("records"):
        coverage = row["cobertura_reporte_acumulado"]
        if is_present(coverage) and coverage < least:
            limits = (format_percent(p, e.plan.locale) for p in (coverage, least))
            apart.append((row, "cobertura de reporte de {}; el mínimo del perfil es {}".format(*limits)))
        elif not is_present(row[f"{name}_acumulado"]):
            apart.append((row, tell_reasons(e.find_gap(name, row, "acumulado"))))
        else:
            ranked.append(row)
    ranked.sort(key=lambda row: -row[f"{name}_acumulado"])
    values = [row[f"{name}_acumulado"] for row in ranked]
    return [(values.index(row[f"{name}_acumulado"]) + 1, row) for row in ranked], apart


def sort_by_need(evaluation: Evaluation) -> pd.DataFrame:
    """Return the activities with those first that most ask for a look."""
    table = evaluation.actividades
    rank = table["estado"].map(_NEED)
    share = table["cumplimiento_acumulado"].astype(float)
    share = share.where(table["estado"] != "sobrecumplida", -share)
    keys = pd.DataFrame({"rank": rank, "share": share}).sort_values(["rank", "share"], kind="stable")
    return table.loc[keys.index]


def pick_state(states: Iterable[str]) -> str:
    """Return the state that most asks for a look; "" where there is none."""
    return min(states, key=_NEED.__getitem__, default="")
