"""Printed figures: what a document prints of others, what these may be made of, and rows added up into totals."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import pandas as pd

from poa_eval.metrics.formulas import TOLERANCE, weigh_readings
from poa_eval.plan.accumulation import SERIES, find_accumulation
from poa_eval.plan.inferred import InferredTotals
from poa_eval.plan.notes import CapturedQuarter, DerivedGoals
from poa_eval.plan.plan import Plan
from poa_eval.readers.addresses import ColumnFinder, name_file
from poa_eval.text.numbers import is_percentage

#: Closing month and length of a period → its figure.
Values = dict[tuple[int, int], float]
_BLANKS = {
    "": "",
    "left out": ", sin contar lo que está en blanco",
    "open": "; hay celdas en blanco que podrían sumar",
}


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
        derived = {note.text for note in self.plan.list_notes(DerivedGoals)}
        for activity in self.activities.values():
            if pd.notna(activity["meta_anual"]) and name_file(str(activity["fuente"])) not in derived:
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


@dataclass(frozen=True)
class RowsSum:
    """The sum of a total's rows, None where that is not known; what it counts, and what its blank cells mean."""

    value: float | None
    counts: InferredTotals
    blanks: Literal["", "left out", "open"] = ""

    @property
    def rest(self) -> str:
        """Return in words what else is added up or left out."""
        return f"{self.counts.rest}{_BLANKS[self.blanks]}"

    @property
    def text(self) -> str:
        """Return in words how the total was obtained again."""
        return f"{self.counts.text}{_BLANKS[self.blanks]}"


class _Cell(NamedTuple):
    """What a row adds to a total; whether some of that is blank, and whether more may be meant by it."""

    value: float
    is_blank: bool = False
    is_open: bool = False


class TotalsCalculator:
    """Adds up a plan's rows into its totals."""

    def __init__(self, figures: PrintedFigures) -> None:
        self._figures = figures
        self._split: dict[tuple, tuple[list[_Cell], list[_Cell]]] = {}

    def settle(self, total: Mapping) -> RowsSum:
        """Return the sum of a total's rows; with blank cells only where they do not matter.

        That is where the other cells agree with the total, or pass it already: a blank can only add.
        """
        rows, percents = self._split_rows(total)
        parts = [rows] if self.counts.counts_percents is False else [rows, percents]
        cells = [cell for part in parts for cell in part]
        whole = sum(_add(part) for part in parts)
        over, is_blank = whole - total["valor"], any(cell.is_blank for cell in cells)
        agrees = abs(over) <= TOLERANCE and not any(cell.is_open for cell in cells)
        passes = over > TOLERANCE and all(cell.value >= 0 for cell in cells)
        if not cells or (is_blank and not agrees and not passes):
            return RowsSum(None, self.counts, "open" if cells else "")
        return RowsSum(whole, self.counts, "left out" if is_blank else "")

    @cached_property
    def counts(self) -> InferredTotals:
        """Return whether the totals count percentages: as is declared or noted, or as they themselves show."""
        plan = self._figures.plan
        noted = plan.list_notes(InferredTotals)
        if plan.rule("suma_segun_documento") is not None or not (noted or self._percents):
            return InferredTotals()
        if noted:
            return noted[0]
        t = plan.publicado.dropna(subset="valor")
        t = t[(t["ambito"] != "actividad") & (t["clave"] != "parcial") & t["concepto"].isin((*SERIES, "meta_anual"))]
        return weigh_readings((row["valor"], *map(_add, self._split_rows(row))) for row in t.to_dict("records"))

    @cached_property
    def _percents(self) -> set[str]:
        return {key for key, a in self._figures.activities.items() if is_percentage(str(a["unidad_medida"]))}

    @cached_property
    def _filled(self) -> set[str]:
        """Return the activities whose programme fills the goal of the year: what is blank in it is nothing."""
        found = set()
        for key, goal in self._figures.goals.items():
            values = [row["programado"] for row in self._figures.periods[key] if pd.notna(row["programado"])]
            adds = goal is not None and find_accumulation(self._figures.activities[key], "programado").adds
            if adds and min(values, default=-1) >= 0 and abs(sum(values) - goal) <= TOLERANCE:
                found.add(key)
        return found

    def _split_rows(self, total: Mapping) -> tuple[list[_Cell], list[_Cell]]:
        """Return the cells of a total's rows that are no percentages, and those of the percentages."""
        asked = tuple(total[k] for k in ("ambito", "clave", "concepto", "mes", "meses"))
        if asked not in self._split:
            self._split[asked] = [], []
            for row in self._figures.list_rows(*asked[:2]):
                self._split[asked][row["actividad_id"] in self._percents].append(self._take(row, *asked[2:]))
        return self._split[asked]

    def _take(self, row: Mapping, name: str, month: int, length: int) -> _Cell:
        """Return what a row adds to a total.

        More may be meant where it says nothing of any period, or has a figure of a period that is not within this one.
        """
        key = row["actividad_id"]
        if name == "meta_anual":
            goal = self._figures.goals[key]
            return _Cell(goal or 0.0, goal is None)
        values, adds = self._figures.series[key, name], find_accumulation(row, name).adds
        exact = values.get((month, length))
        if exact is None and adds:
            exact = add_parts(values, month, length)
        if exact is not None:
            return _Cell(exact)
        near = [(m, n) for m, n in values if month - length < m and m - n < month]
        inside = [(m, n) for m, n in near if adds and m <= month and m - n >= month - length]
        known = max((sum(values[p] for p in inside if p[1] == n) for n in {n for _, n in inside}), default=0.0)
        is_open = len(inside) < len(near) or not any(self._figures.series[key, other] for other in SERIES)
        return _Cell(known, is_open or name != "programado" or key not in self._filled, is_open)


def _add(cells: Iterable[_Cell]) -> float:
    return sum(cell.value for cell in cells)
