"""Totals: the rows of a plan added up into the totals that its documents print, and what such a sum counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import pandas as pd

from poa_eval.metrics.formulas import TOLERANCE, weigh_readings
from poa_eval.plan.accumulation import SERIES, find_accumulation
from poa_eval.plan.notes import InferredTotals
from poa_eval.text.numbers import is_percentage

#: Closing month and length of a period → its figure.
Values = dict[tuple[int, int], float]


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


@dataclass
class _Cells:
    """Rows added up: how many; whether some cell is blank, may mean more than nothing, or is below 0."""

    whole: float = 0.0
    number: int = 0
    is_blank: bool = False
    is_open: bool = False
    has_negative: bool = False

    def add(self, value: float, is_blank: bool, is_open: bool) -> None:
        """Add a row."""
        self.whole, self.number = self.whole + value, self.number + 1
        self.is_blank, self.is_open = self.is_blank or is_blank, self.is_open or is_open
        self.has_negative = self.has_negative or value < 0


@dataclass
class TotalsCalculator:
    """Adds up a plan's rows into its totals.

    Parameters
    ----------
    activities, periods, series, goals : mapping
        By `actividad_id`: its row, its periods, its figures (with the series in the key), its goal.
    totals : sequence of dict
        All that the documents print of several rows.
    known : InferredTotals, optional
        What the totals count, where it is declared or noted already.
    """

    activities: Mapping[str, Mapping]
    periods: Mapping[str, Sequence[Mapping]]
    series: Mapping[tuple[str, str], Values]
    goals: Mapping[str, float | None]
    totals: Sequence[Mapping]
    known: InferredTotals | None = None
    _sums: dict[tuple, tuple[_Cells, _Cells]] = field(default_factory=dict, init=False)

    def settle(self, total: Mapping) -> RowsSum:
        """Return the sum of a total's rows; with blank cells only where they do not matter.

        That is where the other cells agree with the total, or pass it already: a blank can only add.
        """
        counts = self.counts
        found = self._add_rows(total, counts.counts_percents is not False)
        over = found.whole - total["valor"]
        shows = not found.is_open if abs(over) <= TOLERANCE else over > 0 and not found.has_negative
        if not found.number or (found.is_blank and not shows):
            return RowsSum(None, counts, "open" if found.number else "")
        return RowsSum(found.whole, counts, "left out" if found.is_blank else "")

    @cached_property
    def counts(self) -> InferredTotals:
        """Return whether the totals count percentages, as they themselves show."""
        sums = ((total["valor"], *(part.whole for part in self._split_rows(total))) for total in self.totals)
        return weigh_readings(sums) if self.known is None and self._percents else self.known or InferredTotals()

    @cached_property
    def _percents(self) -> set[str]:
        return {key for key, a in self.activities.items() if is_percentage(str(a["unidad_medida"]))}

    @cached_property
    def _filled(self) -> set[str]:
        """Return the activities whose programme fills the goal of the year: what is blank in it is nothing."""
        found = set()
        for key, goal in self.goals.items():
            values = [row["programado"] for row in self.periods[key] if pd.notna(row["programado"])]
            adds = goal is not None and find_accumulation(self.activities[key], "programado").adds
            if adds and min(values, default=-1) >= 0 and abs(sum(values) - goal) <= TOLERANCE:
                found.add(key)
        return found

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

    def _add_rows(self, total: Mapping, counts_percents: bool) -> _Cells:
        rows, percents = self._split_rows(total)
        if not counts_percents or not percents.number:
            return rows
        both = zip(vars(rows).values(), vars(percents).values(), strict=True)
        return _Cells(*(one or other if isinstance(one, bool) else one + other for one, other in both))

    def _split_rows(self, total: Mapping) -> tuple[_Cells, _Cells]:
        """Return the sum of a total's rows that are no percentages, and that of the percentages."""
        asked = tuple(total[k] for k in ("ambito", "clave", "concepto", "mes", "meses"))
        if asked not in self._sums:
            sums = _Cells(), _Cells()
            for row in self.list_rows(*asked[:2]):
                sums[row["actividad_id"] in self._percents].add(*self._take(row, *asked[2:]))
            self._sums[asked] = sums
        return self._sums[asked]

    def _take(self, row: Mapping, name: str, month: int, length: int) -> tuple[float, bool, bool]:
        """Return what a row adds to a total; whether some of that is blank, and whether more may be meant by it.

        It may where the row says nothing of any period, or has a figure of a period that is not within this one.
        """
        key = row["actividad_id"]
        if name == "meta_anual":
            goal = self.goals[key]
            return goal or 0.0, goal is None, False
        values, adds = self.series[key, name], find_accumulation(row, name).adds
        exact = values.get((month, length))
        if exact is None and adds:
            exact = add_parts(values, month, length)
        if exact is not None:
            return exact, False, False
        near = [(m, n) for m, n in values if month - length < m and m - n < month]
        inside = [(m, n) for m, n in near if adds and m <= month and m - n >= month - length]
        known = max((sum(values[p] for p in inside if p[1] == n) for n in {n for _, n in inside}), default=0.0)
        is_open = len(inside) < len(near) or not any(self.series[key, other] for other in SERIES)
        return known, is_open or name != "programado" or key not in self._filled, is_open


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
