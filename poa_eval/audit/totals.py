"""Totals: the rows of a plan added up into the totals that its documents print, and what such a sum counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import pandas as pd

from poa_eval.audit.printed import PrintedFigures, add_parts
from poa_eval.metrics.formulas import TOLERANCE, weigh_readings
from poa_eval.plan.accumulation import SERIES, find_accumulation
from poa_eval.plan.notes import InferredTotals
from poa_eval.text.numbers import is_percentage

_BLANKS = {
    "": "",
    "left out": ", sin contar lo que está en blanco",
    "open": "; hay celdas en blanco que podrían sumar",
}


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
