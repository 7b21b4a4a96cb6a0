"""What the rules look at: the plan, its ledger and what is due in it, each worked out once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from babel.numbers import format_decimal

from poa_eval.audit.ledger import DIFFERS, Ledger
from poa_eval.config.profile import Profile
from poa_eval.metrics.due import DuePeriods
from poa_eval.metrics.windows import Window, Windows
from poa_eval.plan.plan import Plan
from poa_eval.readers.addresses import ColumnFinder


@dataclass(frozen=True)
class CheckContext:
    """What the rules look at: the plan, what its activities reached in each window, and its ledger."""

    plan: Plan
    windows: Windows
    ledger: Ledger

    @property
    def due(self) -> DuePeriods:
        """Return what is due."""
        return self.windows.due

    @property
    def perfil(self) -> Profile:
        """Return the profile."""
        return self.windows.perfil

    @property
    def activities(self) -> Mapping[str, Mapping]:
        """Return the activities by id."""
        return self.windows.activities

    @cached_property
    def quarters(self) -> tuple[int, ...]:
        """Return the quarters that began up to the cut-off."""
        return tuple(range(1, (self.due.corte + 2) // 3 + 1))

    @cached_property
    def columns(self) -> ColumnFinder:
        """Return what finds the cell of a comment or a goal in the row of a period or an activity."""
        return ColumnFinder(self.plan.columns)

    @cached_property
    def comments(self) -> list[tuple[dict, dict]]:
        """Return each commented period that has a result, with its activity."""
        periods = ((self.activities[key], row) for key, rows in self.due.periods.items() for row in rows)
        return [(a, p) for a, p in periods if type(p["comentario"]) is str and pd.notna(p["ejecutado"])]

    @cached_property
    def comparisons(self) -> list[dict]:
        """Return the printed figures that were obtained again, as the ledger has them."""
        return [found for found in self.ledger.comparisons if found["recalculado"] is not None]

    def differences(self, *ways: str) -> Iterator[dict]:
        """Yield the comparisons of these ways that differ."""
        return (found for found in self.comparisons if found["via"] in ways and found["resultado"] == DIFFERS)

    def window(self, activity: dict, *quarters: int) -> Window:
        """Return what an activity reached in a window of quarters; to date where none is named."""
        return self.windows.find(activity["actividad_id"], quarters or self.quarters)

    def show(self, value: float) -> str:
        """Write a number as the plan's readers do, with at most two decimals."""
        return format_decimal(round(value, 2), locale=self.plan.locale)
