"""Schedule of a plan: in which months its activities fall due or are planned, and how many in each quarter."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from poa_eval.plan.plan import Plan

#: Why a month stands in an activity's calendar: its sign, what it means, and the verb for one and for several.
ORIGINS = {
    "frecuencia": ("●", "cierra un periodo de la frecuencia que dice el plan", "vence", "vencen"),
    "marca": ("■", "está marcado en el plan", "está prevista", "están previstas"),
    "fechas": ("▲", "está entre las fechas de inicio y fin que dice el plan", "está prevista", "están previstas"),
    "programado": ("◆", "cierra un periodo con una cantidad programada", "está prevista", "están previstas"),
}


@dataclass(frozen=True)
class Schedule:
    """How many activities stand in each quarter."""

    meses: pd.DataFrame  # `actividad_id`, `mes`, `origen` (a key of `ORIGINS`), `fuente`; in order
    trimestres: tuple[int, ...]  # activities with a month in each of the four quarters
    sin_calendario: tuple[str, ...]  # activities of which the plan does not say when

    def narrow(self, ids: Iterable[str]) -> "Schedule":
        """Return the schedule of some of the activities, in the order of their ids."""
        return _order_months(self.meses, ids)

    @property
    def origins(self) -> list[tuple[str, str, str, str]]:
        """Return the sign, the meaning and the verbs of each origin that occurs."""
        present = set(self.meses["origen"])
        return [said for origin, said in ORIGINS.items() if origin in present]

    @property
    def verbs(self) -> tuple[str, str]:
        """Return the verb for what stands in a quarter, for one and for several."""
        found = [said[2:] for said in self.origins] or [("vence", "vencen")]
        one, many = (list(dict.fromkeys(words)) for words in zip(*found, strict=True))
        return " o ".join(one), " o ".join(many)

    @property
    def noun(self) -> str:
        """Return what to call the activities of a quarter."""
        return "Actividades que vencen" if "vence" in self.verbs[0] else "Actividades previstas"


def find_schedule(plan: Plan, *, with_programme: bool = False) -> Schedule:
    """Find in which months the activities of a plan stand.

    The months are those of `calendario`; `with_programme`, of a plan alone, also those that close a period with
    something programmed.
    """
    table = plan.calendario[["actividad_id", "mes", "origen", "fuente"]]
    if with_programme:
        known = plan.avances["actividad_id"].isin(table["actividad_id"])
        rows = plan.avances[(plan.avances["programado"] > 0) & ~known]
        table = pd.concat([table, rows.assign(origen="programado")[table.columns]])
    return _order_months(table.drop_duplicates(["actividad_id", "mes"]), plan.actividades["actividad_id"])


def _order_months(months: pd.DataFrame, ids: Iterable[str]) -> Schedule:
    """Return the months of activities, those of these ids, in their order."""
    order = {activity_id: i for i, activity_id in enumerate(ids)}
    keys = ["actividad_id", "mes"]
    table = months[months["actividad_id"].isin(order)]
    table = table.sort_values(keys, key=lambda c: c.map(order) if c.name == keys[0] else c, ignore_index=True)
    quarters = (table["mes"].astype(int) + 2) // 3
    counts = tuple(int(table.loc[quarters == q, "actividad_id"].nunique()) for q in range(1, 5))
    known = set(table["actividad_id"])
    return Schedule(table, counts, tuple(key for key in order if key not in known))
