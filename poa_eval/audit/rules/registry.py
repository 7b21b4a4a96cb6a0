"""The registry of rules: how a rule is registered, and how a finding is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from poa_eval.audit.context import CheckContext

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
