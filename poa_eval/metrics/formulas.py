"""Infer: by which rule a document makes what it prints, where it does not say so, told by its own figures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from poa_eval.plan.accumulation import SERIES, accumulate, adds_up
from poa_eval.plan.inferred import InferredFormula, InferredTotals
from poa_eval.readers.addresses import name_file

#: Figures are compared with this tolerance; percentages in points.
TOLERANCE = 0.05
#: How many figures other than 0 a formula has to give, and which part of all, to be taken for the document's.
_LEAST, _PART = 3, 0.75

Periods = Sequence[Mapping]
Formula = Callable[[Periods, Mapping], float]
#: A printed figure, the periods up to which it tells, their activity, the kinds of accumulation left open of it, and
#: the first month of its own period.
Case = tuple[float, Periods, Mapping, Sequence[str], int]


def _accumulate(periods: Periods, series: str, activity: Mapping) -> float:
    """Return the figure of a series to date, by how the activity accumulates; a blank is nothing."""
    figure = accumulate(periods, series, activity) if periods else None
    return float("nan") if figure is None else figure


def _last(periods: Periods) -> Mapping:
    return [p for p in periods if p["ejecutado"] == p["ejecutado"]][-1]


def _fold(periods: Periods, activity: Mapping, first: int) -> Mapping:
    """Return the periods from a month on as one, by how the activity accumulates."""
    own = [period for period in periods if period["mes"] >= first]
    return {name: accumulate(own, name, activity, periods, first) if own else None for name in SERIES}


def _list_ratios(periods: Periods) -> list[tuple[float, int]]:
    ratios = [(p["ejecutado"] / p["programado"], p["meses"]) for p in periods if p["programado"]]
    return [(ratio, length) for ratio, length in ratios if ratio == ratio]


def _mean(periods: Periods, _: Mapping) -> float:
    ratios = _list_ratios(periods)
    return sum(ratio for ratio, _ in ratios) * 100 / len(ratios)


def _weigh(weights: dict[int, float]) -> Formula:
    return lambda periods, _: sum(ratio * weights[length] for ratio, length in _list_ratios(periods))


class UsualFormula(NamedTuple):
    """A formula of progress: what it gives, and whether it adds up ratios, which must then be of sums."""

    give: Formula
    adds: bool = False
    is_of_period: bool = False  # of the printed period alone, which it is given as one; else of all to date


#: What documents compute their progress by, besides what a layout declares; tried in this order.
_PLAIN = {
    "ejecutado a la fecha / meta anual × 100": UsualFormula(
        lambda ps, a: _accumulate(ps, "ejecutado", a) * 100 / a["meta_anual"]
    ),
    "ejecutado / programado a la fecha × 100": UsualFormula(
        lambda ps, a: _accumulate(ps, "ejecutado", a) * 100 / _accumulate(ps, "programado", a)
    ),
    "último valor / meta anual × 100": UsualFormula(lambda ps, a: _last(ps)["ejecutado"] * 100 / a["meta_anual"]),
    "último valor / programado del periodo × 100": UsualFormula(
        lambda ps, _: _last(ps)["ejecutado"] * 100 / _last(ps)["programado"]
    ),
    "promedio de ejecutado / programado × 100": UsualFormula(_mean),
    "Σ ejecutado / programado × (100 / 12 por mes)": UsualFormula(
        _weigh({n: n * 100 / 12 for n in (1, 2, 3, 4, 6, 12)}), adds=True
    ),
    "Σ ejecutado / programado × (8.33 por mes, 25 por trimestre)": UsualFormula(
        _weigh({1: 8.33, 3: 25.0, 6: 50.0, 12: 100.0}), adds=True
    ),
}


_DONE = {name: usual for name, usual in _PLAIN.items() if name.startswith("ejecutado")}
#: And their compliance of a period: of it alone, or to date.
_OF_PERIOD = {
    "ejecutado / programado del periodo × 100": UsualFormula(
        lambda ps, _: _last(ps)["ejecutado"] * 100 / _last(ps)["programado"], is_of_period=True
    ),
    "ejecutado del periodo / meta anual × 100": UsualFormula(
        lambda ps, a: _last(ps)["ejecutado"] * 100 / a["meta_anual"], is_of_period=True
    ),
}


def _limit(usual: UsualFormula) -> UsualFormula:
    return usual._replace(give=lambda periods, activity: min(usual.give(periods, activity), 100.0))


def _add_limited(formulas: Mapping[str, UsualFormula]) -> dict[str, UsualFormula]:
    """Return formulas, and each as it stands where more than all counts as all."""
    return {**formulas, **{f"{name}, hasta 100 %": _limit(usual) for name, usual in formulas.items()}}


#: Formulas of progress, by name; and of each printed percentage (a concept of `publicado`) those that it may follow.
FORMULAS = _add_limited(_PLAIN)
OF_CONCEPT = {"avance_pct": FORMULAS, "cumplimiento": _add_limited(_OF_PERIOD | _DONE)}
_ALL = FORMULAS | OF_CONCEPT["cumplimiento"]


def compute(
    formula: str, periods: Periods, activity: Mapping, kinds: Sequence[str] = (), first: int = 1
) -> float | None:
    """Return what a formula gives, a blank being nothing; None where it gives no figure: no goal, no weight, no result.

    Figures that are no sum (a last value, a mean) are left out of formulas that add up ratios. `kinds` are those of the
    activity's accumulation that are left open: they must agree. `first` is the month with which the printed period
    begins.

    Examples
    --------
    >>> periods = [{"ejecutado": 3.0, "programado": 4.0, "meses": 1}]
    >>> how = {"acumulacion": "suma", "acumulacion_programado": "suma"}
    >>> compute("ejecutado a la fecha / meta anual × 100", periods, how | {"meta_anual": 12.0})
    25.0
    """
    usual = _ALL[formula]
    variants = [{**activity, **dict.fromkeys(SERIES.values(), kind)} for kind in kinds] or [activity]
    try:
        given = [[_fold(periods, a, first)] if usual.is_of_period else periods for a in variants]
        values = {
            usual.give(own, a) if adds_up(a) or not usual.adds else None for own, a in zip(given, variants, strict=True)
        }
    except (ZeroDivisionError, KeyError, IndexError):
        return None
    value = values.pop()
    return value if not values and value == value else None


def guess_formula(cases: Sequence[Case], concept: str = "avance_pct") -> InferredFormula:
    """Return the usual formula that nearly all figures of a concept follow in a document, and how many; else none.

    It gives at least three figures other than 0, and three in four. Another one that does so too is a rival where it
    gives a figure that this one does not, or explains as many and says something else of any: then both are told, and
    none is taken.
    """
    passing = []
    for name in OF_CONCEPT[concept]:
        values = [compute(name, *parts) for _, *parts in cases]
        known = [at for at, value in enumerate(values) if value is not None]
        hits = {at for at in known if abs(values[at] - cases[at][0]) <= TOLERANCE}
        telling = sum(cases[at][0] != 0 for at in hits)
        if telling >= _LEAST and len(hits) >= _PART * len(known):
            passing.append((len(hits), -len(known), name, hits, values))
    if not passing:
        return InferredFormula(concept=concept)
    best = max(passing, key=lambda found: found[:2])  # of equal ones the first
    _, _, name, hits, values = best
    for other in passing:
        differs = any(None not in (a, b) and abs(a - b) > TOLERANCE for a, b in zip(values, other[4], strict=True))
        if other[3] - hits or (differs and len(other[3]) == len(hits)):
            return InferredFormula(concept=concept, rivals=(name, other[2]), hits=len(hits), known=-best[1])
    return InferredFormula(concept=concept, formula=name, hits=len(hits), known=-best[1])


@dataclass
class PrintedProgress:
    """What a plan's documents print of a concept, of activities, where no layout declares its formula."""

    concept: str  # "avance_pct" or "cumplimiento"
    printed: Sequence[Mapping]  # rows of `publicado`
    periods: Mapping[str, Periods]  # by `actividad_id`, as are `activities`
    activities: Mapping[str, Mapping]
    noted: InferredFormula | None = None  # the formula, where it is known already
    open_kinds: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of `Plan.open_kinds`

    @cached_property
    def inferred(self) -> InferredFormula:
        """Return the formula that the figures follow."""
        if self.noted is not None:
            return self.noted
        return guess_formula([(row["valor"], *self._find_parts(row)) for row in self.printed], self.concept)

    def recompute(self, printed: Mapping) -> float | None:
        """Return what the formula gives for a figure."""
        return compute(str(self.inferred.formula), *self._find_parts(printed))

    @cached_property
    def _closed(self) -> dict[str, int]:
        """Return the last month of which each file gives a result."""
        found: dict[str, int] = {}
        for row in (row for rows in self.periods.values() for row in rows if row["ejecutado"] == row["ejecutado"]):
            name = name_file(str(row["fuente"]))
            found[name] = max(found.get(name, 0), row["mes"])
        return found

    def _find_parts(self, printed: Mapping) -> tuple[Periods, Mapping, Sequence[str], int]:
        """Return what a figure is made of, as far as its document has results: what follows it in a `Case`."""
        month = min(printed["mes"], self._closed.get(name_file(str(printed["fuente"])), 0))
        key = printed["clave"]
        own = [row for row in self.periods[key] if row["mes"] <= month]
        return own, self.activities[key], self.open_kinds.get(key, ()), printed["mes"] - printed["meses"] + 1


def weigh_readings(totals: Iterable[tuple[float, float, float]]) -> InferredTotals:
    """Tell whether totals count the rows of percentages, and on what that rests; only the rows where no total tells.

    Parameters
    ----------
    totals : iterable of tuple
        What is printed, the sum of the other rows, and that of the percentages.

    Examples
    --------
    >>> weigh_readings([(965, 965, 50), (966, 966, 50), (955, 955, 0)]).text
    'suma de las filas sin los porcentajes (totales que así cuadran: 2 de 2)'
    >>> weigh_readings([(955, 955, 0)]).text
    'suma de las filas'
    """
    telling = [total for total in totals if abs(total[2]) > TOLERANCE]
    if not telling:
        return InferredTotals()
    misses = {
        use: [abs(printed - rows - use * percents) for printed, rows, percents in telling] for use in (False, True)
    }
    hits = {use: sum(miss <= TOLERANCE for miss in found) for use, found in misses.items()}
    use = max(misses, key=lambda use: (hits[use], -sum(misses[use])))
    return InferredTotals(counts_percents=use, hits=hits[use], telling=len(telling))
