"""What the rules look at, and how a rule is registered and a finding is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from babel.numbers import format_decimal

from poa_eval.plan import Plan
from poa_eval.profile import Profile
from poa_eval.windows import Due

#: Published percentages are compared with this tolerance, in points.
TOLERANCE = 0.05


@dataclass(frozen=True)
class Facts:
    """What the rules look at: the plan, what is due in it, and the profile."""

    plan: Plan
    due: Due
    perfil: Profile

    @cached_property
    def activities(self) -> dict[str, dict]:
        """Return the activities by id."""
        return {row["actividad_id"]: row for row in self.plan.actividades.to_dict("records")}

    @cached_property
    def quarters(self) -> tuple[int, ...]:
        """Return the quarters that began up to the cut-off."""
        return tuple(range(1, (self.due.corte + 2) // 3 + 1))

    def published(self, scope: str, concept: str, length: int) -> list[dict]:
        """Return printed figures of a scope, a concept and a length of period."""
        t = self.plan.publicado
        return t[(t["ambito"] == scope) & (t["concepto"] == concept) & (t["meses"] == length)].to_dict("records")

    def notes(self, kind: str, parts: int = 1) -> list[tuple[list[str], str, str]]:
        """Return what loading noted under ``kind/…``: so many parts of the key, text, source; an id may hold ``/``."""
        t = self.plan.contexto[self.plan.contexto["clave"].str.startswith(f"{kind}/")]
        rows = t.itertuples(index=False)
        return [(key[len(kind) + 1 :].rsplit("/", parts - 1), text, source) for key, text, source in rows]

    def show(self, value: float) -> str:
        """Write a number as the plan's readers do, with at most two decimals."""
        return format_decimal(round(value, 2), locale=self.plan.locale)


Finding = dict[str, object]
Rule = Callable[[Facts], Iterator[Finding]]
RULES: dict[str, tuple[str, Rule]] = {}


def rule(slug: str, severity: str) -> Callable[[Rule], Rule]:
    """Register a rule under its slug with the severity of its findings."""

    def register(function: Rule) -> Rule:
        RULES[slug] = (severity, function)
        return function

    return register


def make_difference(found: float, expected: float, message: str, source: str, **where: object) -> Finding:
    """Make a finding of two numbers that differ."""
    texts = {"encontrado": f"{round(found, 6):.15g}", "esperado": f"{round(expected, 6):.15g}"}
    return {**where, **texts, "diferencia": found - expected, "mensaje": message, "fuente": source}
