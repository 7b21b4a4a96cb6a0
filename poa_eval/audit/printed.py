"""Printed figures: what a document prints of others, and the figures that these may be made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import pandas as pd

from poa_eval.plan.accumulation import SERIES, find_accumulation
from poa_eval.plan.notes import CapturedQuarter
from poa_eval.plan.plan import Plan
from poa_eval.readers.addresses import ColumnFinder, name_file

#: Closing month and length of a period → its figure.
Values = dict[tuple[int, int], float]


class PrintedFigures:
    """A plan's figures by what they are of."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.activities = {row["actividad_id"]: row for row in plan.actividades.to_dict("records")}
        # What a total, a unit or an activity has: (scope, key, series) → (closing month, length) → value.
        self.printed: dict[tuple[str, str, str], Values] = {}
        for row in plan.publicado.dropna(subset="valor").to_dict("records"):
            if row["clave"] != "parcial":
                key = (row["ambito"], row["clave"], row["concepto"])
                self.printed.setdefault(key, {})[row["mes"], row["meses"]] = row["valor"]

    def list_printed(self) -> Iterator[dict]:
        """Yield the printed figures: the goals of the activities, and all that the document derives."""
        columns = ColumnFinder(self.plan.columns)
        for activity in self.activities.values():
            if pd.notna(activity["meta_anual"]):
                goal = {"ambito": "actividad", "clave": activity["actividad_id"], "concepto": "meta_anual"}
                source = columns.find(activity["fuente"], "meta_anual")
                yield goal | {"mes": 12, "meses": 12, "valor": activity["meta_anual"], "fuente": source}
        yield from self.plan.publicado.dropna(subset="valor").to_dict("records")

    @cached_property
    def periods(self) -> dict[str, list[dict]]:
        """Return the periods read of each activity, in order; no printed figure is made of captured results."""
        table = self.plan.avances.sort_values(["actividad_id", "mes"], kind="stable")
        if self.plan.list_notes(CapturedQuarter):
            printing = {*self.plan.publicado["fuente"], *self.plan.actividades["fuente"]}
            files = {name_file(str(source)) for source in printing}
            is_captured = ~table["fuente"].map(lambda source: name_file(str(source)) in files)
            table = table.assign(ejecutado=table["ejecutado"].mask(is_captured))
        rows = table.to_dict("records")
        found: dict[str, list[dict]] = {key: [] for key in self.activities}
        for row in rows:
            found[row["actividad_id"]].append(row)
        return found

    @cached_property
    def series(self) -> dict[tuple[str, str], Values]:
        """Return the figures of each activity and series, read and printed."""
        found: dict[tuple[str, str], Values] = {}
        for key, rows in self.periods.items():
            for name in SERIES:
                read = {(row["mes"], row["meses"]): row[name] for row in rows if pd.notna(row[name])}
                found[key, name] = read | self.printed.get(("actividad", key, name), {})
        return found

    @cached_property
    def goals(self) -> dict[str, float | None]:
        """Return the goal of each activity, None where there is none."""
        return {k: None if pd.isna(a["meta_anual"]) else a["meta_anual"] for k, a in self.activities.items()}

    @cached_property
    def _units(self) -> dict[str, list[Mapping]]:
        found: dict[str, list[Mapping]] = {}
        for row in self.activities.values():
            found.setdefault(row["unidad_id"], []).append(row)
        return found

    def list_rows(self, scope: str, key: str) -> Iterable[Mapping]:
        """List the activities that a figure is of: one, those of a unit, or all."""
        if scope == "actividad":
            return [self.activities[key]]
        return self.activities.values() if scope == "institucion" else self._units.get(key, [])

    def adds_up(self, scope: str, key: str, name: str) -> bool:
        """Say whether the periods of a figure are added up: no last value, mean or constant is among its rows."""
        return all(find_accumulation(row, name).adds for row in self.list_rows(scope, key))


def add_parts(values: Values, month: int, length: int) -> float | None:
    """Return the sum of shorter periods that fill one exactly, the shortest first; None where none do.

    Examples
    --------
    >>> add_parts({(1, 1): 2.0, (2, 1): 3.0, (3, 1): 4.0}, 3, 3), add_parts({(1, 1): 2.0}, 3, 3)
    (9.0, None)
    """
    for part in (1, 2, 3, 4, 6):
        if part < length and length % part == 0:
            found = [values.get((m, part)) for m in range(month - length + part, month + 1, part)]
            if None not in found:
                return sum(found)
    return None
