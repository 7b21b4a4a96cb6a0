"""The registry of rules: what a rule looks at, how it is registered, and how a finding is made."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from babel.numbers import format_decimal

from poa_eval.audit.ledger import DIFFERS, Ledger
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
    def activities(self) -> Mapping[str, Mapping]:
        """Return the activities by id."""
        return self.windows.activities

    @cached_property
    def quarters(self) -> tuple[int, ...]:
        """Return the quarters that began up to the cut-off."""
        return tuple(range(1, (self.windows.due.corte + 2) // 3 + 1))

    @cached_property
    def columns(self) -> ColumnFinder:
        """Return what finds the cell of a comment or a goal in the row of a period or an activity."""
        return ColumnFinder(self.plan.columns)

    @cached_property
    def comments(self) -> list[tuple[dict, dict]]:
        """Return each commented period that has a result, with its activity."""
        periods = ((self.activities[key], row) for key, rows in self.windows.due.periods.items() for row in rows)
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


Finding = dict[str, object]
Rule = Callable[[CheckContext], Iterator[Finding]]
RULES: dict[str, tuple[str, Rule]] = {}


def rule(slug: str, severity: str) -> Callable[[Rule], Rule]:
    """Register a rule under its slug with the severity of its findings."""

    def register(function: Rule) -> Rule:
        RULES[slug] = (severity, function)
        return function

    return register


def make_finding(found: object, expected: object, message: str, source: object, **where: object) -> Finding:
    """Make a finding: what was found and expected, the sentence on it, its cell, and whom and what it is about.

    Sentences of advice, which several findings may share, come apart, as `consejo`.
    """
    return {**where, "encontrado": found, "esperado": expected, "mensaje": message, "fuente": source}


def make_difference(found: float, expected: float, message: str, source: str, **where: object) -> Finding:
    """Make a finding of two numbers that differ."""
    texts = (f"{round(value, 6):.15g}" for value in (found, expected))
    return make_finding(*texts, message, source, diferencia=found - expected, **where)
