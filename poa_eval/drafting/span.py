"""Span of a draft: the months that a plan is of, where its columns are not of the whole year."""

import re
from dataclasses import dataclass

from poa_eval.drafting.find_table import find_lines, find_span
from poa_eval.drafting.guess import Guess
from poa_eval.plan.inferred import PlanSpan
from poa_eval.plan.plan import Plan
from poa_eval.text.names import normalize
from poa_eval.text.periods import MONTH_NAMES

_REPORT = re.compile(r"\b(?:avance|informe|reporte|seguimiento|ejecu|evalua|relatorio)")


@dataclass(frozen=True)
class Span:
    """The months that a plan may be of, whether the document says it, and what a person must look at."""

    first: str
    last: str
    is_told: bool
    doubt: str


def propose_span(guess: Guess, plan: Plan | None) -> Span | None:
    """Propose the months of a plan of which all series have columns from one month to another, and not the year.

    It is told where the goals of the year are the sums of these columns, or where a line above that speaks of no
    report says the same months, up to December: a form of January to March may be a report. Nothing is proposed of
    columns that begin in January and of which no line says so.
    """
    spans = {
        (min(run.columns) - run.meses + 1, max(run.columns))
        for name, run in guess.series
        if len(run.columns) * run.meses == max(run.columns) - min(run.columns) + run.meses
    }
    if len(spans) != 1 or spans == {(1, 12)}:
        return None
    first, last = spans.pop()
    line = next(
        (text for cells in find_lines(guess.sketch) for text in cells if find_span(text) == (first, last)), None
    )
    said = line is not None and not _REPORT.search(normalize(line))
    is_proved = plan is not None and bool(plan.list_notes(PlanSpan))
    if last < 12 and line is None:
        return None
    names = MONTH_NAMES[first - 1], MONTH_NAMES[last - 1]
    told = f"«{line}»" if line else "lo programado en esos meses da las metas" if is_proved else ""
    doubt = told or f"si el plan es solo de {names[0]} a {names[1]}, quite el primer #"
    if line and not (last == 12 and (said or is_proved)):
        doubt = f"{told}: si es el plan, y no lo que se informa, quite el primer #"
    return Span(*names, is_told=last == 12 and (said or is_proved), doubt=doubt)
