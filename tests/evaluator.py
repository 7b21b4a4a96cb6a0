"""An evaluator of its own, in exact fractions, written from the contract of the figures and not from the package.

It judges one activity in a quarter or to date, when the whole quarter has closed. What the contract leaves open it
does not judge, and says so by `OPEN`.
"""

from fractions import Fraction
from typing import NamedTuple

OPEN = "open"
KINDS = ("suma", "ultimo", "nivel", "promedio", "constante", "razon")
SCORED = "scored"  # any state that has a percentage


class Period(NamedTuple):
    """One period: closing month, length, programme and result, and the parts of a ratio."""

    month: int
    length: int
    goal: float | None
    result: float | None
    above: float | None = None
    below: float | None = None

    @property
    def is_idle(self):
        """0 of 0: there was nothing of which a ratio could be."""
        return self.above == 0 == self.below


def judge(activity, periods, quarter, *, to_date, start=0, ranges=None):
    """Return programme, result, percentage, whether the goal is met, and the state.

    `periods` are in order, `start` is the month after which the plan begins, `ranges` the least and the most percent
    by which a direction is met. A figure is a fraction, None or `OPEN`; the state a name, `SCORED` or `OPEN`.
    """
    first, last = (1 if to_date else 3 * quarter - 2), 3 * quarter
    inside = [p for p in periods if first <= p.month <= last]
    is_ratio = activity["acumulacion"] == "razon"
    if owes_month(periods, max(first, start + 1), last):
        return OPEN, None, None, None, "sin reporte"
    if not inside:  # a longer period closes later
        return OPEN, None, None, None, OPEN
    told = [p for p in inside if not (is_ratio and p.is_idle) and (p.goal, p.result) != (None, None)]
    if not told:
        return OPEN, None, None, None, "no evaluable"
    falls = activity["sentido"] == "descendente"
    if any(p.result is None and (p.goal != 0 or falls) for p in told):
        return OPEN, None, None, None, "sin reporte"
    if any(p.goal is None for p in told):
        return OPEN, OPEN, None, None, "no evaluable"
    if not falls and all(p.goal == 0 for p in told):
        return OPEN, OPEN, None, None, "no programada"
    begins = first <= start + 1
    before = [p for p in periods if p.month < first]
    programme = add_up(activity["acumulacion_programado"], told, "goal", before, activity, begins=begins)
    result = add_up(activity["acumulacion"], told, "result", before, activity, begins=begins)
    if programme is None or result is None:
        return programme, result, None, None, "no evaluable"
    if programme == 0 and not falls:  # cumulative, and it does not grow
        return programme, result, None, None, "no programada"
    percentage, met = compare(activity, programme, result, ranges or {})
    return programme, result, percentage, met, "no evaluable" if percentage is None else SCORED


def owes_month(periods, first, last):
    """Say whether an activity that goes by months lacks one: it owes every month."""
    return any(p.length == 1 for p in periods) and not {*range(first, last + 1)} <= {p.month for p in periods}


def add_up(kind, periods, series, before, activity, *, begins):
    """Return the figure of a series over the periods of a window, by its kind; None where it is undecided.

    A period of an indicator that is to rise, with nothing programmed, is no period of a level, a mean or a constant;
    in it a cumulative figure may go on: else the quarters would not give the year.
    """

    def speaks(period):
        goes_on = kind == "ultimo" and getattr(period, series)
        return kind == "suma" or activity["sentido"] == "descendente" or period.goal != 0 or goes_on

    periods, before = [*filter(speaks, periods)] or periods, [*filter(speaks, before)]
    values = [Fraction(getattr(p, series)) for p in periods if getattr(p, series) is not None]
    if not values:
        return None
    if kind == "suma":
        return sum(values)
    if kind == "nivel":
        return values[-1]
    if kind == "promedio":
        return sum(values) / len(values)
    if kind == "ultimo":
        if begins:  # of the year, or of the plan: it counts from there
            return values[-1]
        earlier = getattr(before[-1], series) if before else None
        return values[-1] - Fraction(earlier) if earlier is not None and earlier <= values[-1] else None
    if kind == "razon":
        return divide(periods, series, values)
    sign = -1 if activity["sentido"] == "descendente" else 1  # constante: the period that did worst by its own goal
    both = [p for p in periods if p.result is not None]
    return Fraction(getattr(min(both, key=lambda p: sign * Fraction(p.result) / Fraction(p.goal or 1)), series))


def divide(periods, series, values):
    """Return a ratio of sums; of goals, the same one, or what they would give of what was counted."""
    below = sum(Fraction(p.below) for p in periods)
    if series == "goal":
        return values[0] if len({*values}) == 1 else sum(Fraction(p.below) * Fraction(p.goal) for p in periods) / below
    return sum(Fraction(p.above) for p in periods) * 100 / below if below else None


def compare(activity, programme, result, ranges):
    """Return percentage and whether the goal is met."""
    base, direction = activity["linea_base"], activity["sentido"]
    if direction != "descendente":
        if programme <= 0:
            return None, None
        percentage = result * 100 / programme
        if direction == "ascendente":
            return percentage, result >= programme
        least, most = ranges.get(direction, (None, None))
        return (None, None) if least is None else (percentage, least <= percentage <= most)
    if base is None:
        if programme == 0:
            return None, result <= 0
        return limit((2 - result / programme) * 100), result <= programme
    if base <= programme:
        return None, None
    return limit((base - result) * 100 / (base - programme)), result <= programme


def limit(percentage):
    """Return a percentage between 0 and 200."""
    return min(max(percentage, Fraction(0)), Fraction(200))
