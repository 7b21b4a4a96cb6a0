"""An evaluator of its own, in exact fractions, written from the contract of the figures and not from the package.

It judges one activity in a quarter or to date. What the contract leaves open it does not judge, and says so by `OPEN`.
"""

from fractions import Fraction

OPEN = "open"
KINDS = ("suma", "ultimo", "nivel", "promedio", "constante", "razon")


def judge(activity, periods, quarter, *, to_date):
    """Return programme, result, percentage and whether the goal is met, each a fraction, None or `OPEN`.

    `periods` are (closing month, length, programme, result, numerator, denominator), in order; the whole quarter has
    closed.
    """
    first, last = (1 if to_date else 3 * quarter - 2), 3 * quarter
    inside = [p for p in periods if first <= p[0] <= last]
    descending = activity["sentido"] == "descendente"
    if not inside:  # nothing closes: nothing is due
        return OPEN, None, None, None
    due = [p for p in inside if p[2] is not None and (p[2] != 0 or descending)]
    if any(p[3] is None for p in due):
        return OPEN, None, None, None
    if not due:
        return OPEN, OPEN, None, None
    counted = inside if activity["acumulacion"] == "suma" else [p for p in inside if p[2] != 0] or inside
    earlier = [p for p in periods if p[0] < first]
    programme = add_up(activity["acumulacion"], counted, 2, earlier, first, activity)
    result = add_up(activity["acumulacion"], counted, 3, earlier, first, activity)
    if programme is None or result is None:
        return programme, result, None, None
    return programme, result, *compare(activity, programme, result)


def add_up(kind, periods, at, earlier, first, activity):
    """Return the figure of a window by the kind of accumulation."""
    values = [Fraction(p[at]) for p in periods if p[at] is not None]
    if not values:
        return None
    if kind == "suma":
        return sum(values)
    if kind == "nivel":
        return values[-1]
    if kind == "promedio":
        return sum(values) / len(values)
    if kind == "ultimo":
        if first == 1:
            return values[-1]
        before = earlier[-1][at] if earlier else None
        return values[-1] - before if before is not None and before <= values[-1] else None
    if kind == "razon":
        below = sum(Fraction(p[5]) for p in periods)
        if at == 3:
            return sum(Fraction(p[4]) for p in periods) * 100 / below if below else None
        return values[0] if len({*values}) == 1 else sum(Fraction(p[5]) * p[2] for p in periods) / below
    sign = -1 if activity["sentido"] == "descendente" else 1  # constante: the period that did worst by its own goal
    return Fraction(min(periods, key=lambda p: sign * Fraction(p[3]) / (p[2] or 1))[at])


def compare(activity, programme, result):
    """Return percentage and whether the goal is met."""
    base = activity["linea_base"]
    if activity["sentido"] == "ascendente":
        return (result * 100 / programme, result >= programme) if programme > 0 else (None, None)
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
