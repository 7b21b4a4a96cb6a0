"""Accumulation: how an activity's periods add up in a window of time, one entry a kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

#: A row of `avances`.
Period = Mapping[str, object]


@dataclass(frozen=True)
class SheetWindow:
    """A window of a series on the workbook's sheet «Periodos», as live formulas name it."""

    series: str  # ``programado`` or ``ejecutado``
    activity: Mapping
    rows: Sequence[Period]  # the periods in the window
    key: str  # cell of the activity's key
    month: str  # column of the closing month
    first: str  # cell of the first month that counts
    last: str  # and of the last
    is_quarter: bool  # it begins later than in January

    @property
    def column(self) -> str:
        """The column of the series."""
        return f"Periodos[{self.series.capitalize()}]"

    @property
    def criteria(self) -> str:
        """What picks the periods of the window, for SUMIFS and its like."""
        start = f'{self.month},">="&{self.first},' if self.is_quarter else ""
        return f'Periodos[Clave],{self.key},{start}{self.month},"<="&{self.last}'

    @property
    def is_planned(self) -> bool:
        """Whether any period has something programmed: the others then say nothing of a level."""
        known = (row for row in self.rows if pd.notna(row["programado"]) or pd.notna(row["ejecutado"]))
        return any(row["programado"] != 0 for row in known)

    @property
    def mask(self) -> str:
        """What picks the periods of the window that say something of a level, as a product of conditions."""
        start = f"*({self.month}>={self.first})" if self.is_quarter else ""
        planned = "*(Periodos[Programado]<>0)" if self.is_planned else ""
        return f"(Periodos[Clave]={self.key}){start}*({self.month}<={self.last}){planned}"


#: A live formula, what it does in words, and whether it works on arrays.
LiveFormula = tuple[str, str, bool]


@dataclass(frozen=True)
class AccumulationKind:
    """One way in which periods add up.

    `pick` gives the figure of a window: of its rows (of those with something programmed, unless the kind adds), of the
    column's values in them, of the column's name, and of the activity.
    """

    pick: Callable[[Sequence[Period], Sequence[float], str, Mapping], float]
    done: str  # the figure of results, in formulas
    planned: str  # that of goals
    joined: str  # how it is made of `n` periods, in words
    excel: Callable[[SheetWindow], LiveFormula]  # the live formula of a window of the workbook
    adds: bool = False  # figures of periods, and of activities, may be added up
    is_running: bool = False  # each counts from January: a later quarter brought the difference to the one before


def _pick_weakest(rows: Sequence[Period], values: Sequence[float], column: str, activity: Mapping) -> float:
    """Return the figure of the period that did worst by its own target."""
    sign = -1 if activity["sentido"] == "descendente" else 1
    both = [row for row in rows if pd.notna(row["programado"]) and pd.notna(row["ejecutado"])]
    worst = min(both, key=lambda row: sign * row["ejecutado"] / (row["programado"] or 1), default=rows[-1])
    return float(worst[column])


def _sum_live(w: SheetWindow) -> LiveFormula:
    return f"SUMIFS({w.column},{w.criteria})", f"Suma de lo {w.series} en sus periodos", False


def _average_live(w: SheetWindow) -> LiveFormula:
    planned = ',Periodos[Programado],"<>0"' if w.is_planned else ""
    return f"AVERAGEIFS({w.column},{w.criteria}{planned})", f"Promedio de lo {w.series} en sus periodos", False


def _take_last_live(w: SheetWindow) -> LiveFormula:
    last = f'SUMPRODUCT(MAX({w.mask}*({w.column}<>"")*{w.month}))'
    formula = f"SUMIFS({w.column},Periodos[Clave],{w.key},{w.month},{last})"
    return formula, f"Último valor de lo {w.series}", False


def _take_increment_live(w: SheetWindow) -> LiveFormula:
    formula, said, is_array = _take_last_live(w)
    if not w.is_quarter:
        return formula, said, is_array
    before = f'SUMPRODUCT(MAX((Periodos[Clave]={w.key})*({w.month}<{w.first})*({w.column}<>"")*{w.month}))'
    formula += f"-SUMIFS({w.column},Periodos[Clave],{w.key},{w.month},{before})"
    return formula, f"{said}, menos el último de los trimestres anteriores", is_array


def _pick_weakest_live(w: SheetWindow) -> LiveFormula:
    if not any(pd.notna(row["programado"]) and pd.notna(row["ejecutado"]) for row in w.rows):
        return _take_last_live(w)
    pick, said = ("MAX", "más alto") if w.activity["sentido"] == "descendente" else ("MIN", "más bajo")
    mask = f'{w.mask}*(Periodos[Ejecutado]<>"")'
    if len({row["programado"] for row in w.rows if pd.notna(row["programado"])}) == 1:
        if w.series == "programado":
            return f"AVERAGEIFS({w.column},{w.criteria})", "La misma meta en todos sus periodos", False
        return f"{pick}(IF({mask},{w.column}))", f"Lo {w.series} {said} de sus periodos", True
    share = "Periodos[Ejecutado]/Periodos[Programado]" if w.is_planned else "Periodos[Ejecutado]"
    found = f"MATCH(1,IF({mask},IF({share}={pick}(IF({mask},{share})),1)),0)"
    return f"INDEX({w.column},{found})", f"Lo {w.series} en el periodo {said} frente a su meta", True


#: The values that `acumulacion` and `acumulacion_programado` may have.
ACCUMULATIONS: dict[str, AccumulationKind] = {
    "suma": AccumulationKind(
        pick=lambda rows, values, column, activity: sum(values),
        done="Σ ejecutado",
        planned="Σ programado",
        joined="Suma de {n} periodos",
        excel=_sum_live,
        adds=True,
    ),
    "ultimo": AccumulationKind(
        pick=lambda rows, values, column, activity: values[-1],
        done="último valor ejecutado",
        planned="último valor programado",
        joined="Último valor de {n} periodos",
        excel=_take_increment_live,
        is_running=True,
    ),
    "promedio": AccumulationKind(
        pick=lambda rows, values, column, activity: sum(values) / len(values),
        done="promedio ejecutado",
        planned="promedio programado",
        joined="Promedio de {n} periodos",
        excel=_average_live,
    ),
    "constante": AccumulationKind(
        pick=_pick_weakest,
        done="periodo más bajo",
        planned="meta constante",
        joined="Periodo más bajo de {n}",
        excel=_pick_weakest_live,
    ),
}
#: Series of figures → column of `actividades` that says how it accumulates.
SERIES = {"programado": "acumulacion_programado", "ejecutado": "acumulacion"}


def find_accumulation(activity: Mapping, series: str) -> AccumulationKind:
    """Return how a series of an activity, ``programado`` or ``ejecutado``, accumulates."""
    return ACCUMULATIONS[activity[SERIES[series]]]


def adds_up(activity: Mapping) -> bool:
    """Say whether both the results and the goals of an activity are summed.

    Examples
    --------
    >>> adds_up({"acumulacion": "suma", "acumulacion_programado": "ultimo"})
    False
    """
    return all(find_accumulation(activity, series).adds for series in SERIES)


def accumulate(
    rows: Sequence[Period], series: str, activity: Mapping, periods: Sequence[Period] = (), first: int = 1
) -> float | None:
    """Return the figure of a series in a window; None where no row has one, or what it is the difference to lacks.

    Where figures do not add up, a period with nothing programmed is none: it says nothing of the level. `periods` are
    all of the activity, `first` the month in which the window begins.

    Examples
    --------
    >>> how = {"acumulacion": "ultimo", "acumulacion_programado": "suma"}
    >>> months = [{"mes": m, "programado": 10.0, "ejecutado": 10.0 * m} for m in (1, 2, 3, 4)]
    >>> accumulate(months, "programado", how), accumulate(months[3:], "ejecutado", how, months, 4)
    (40.0, 10.0)
    """
    kind = find_accumulation(activity, series)
    if not kind.adds:
        rows = [row for row in rows if row["programado"] != 0] or rows
    values = [float(row[series]) for row in rows if pd.notna(row[series])]
    if not values:
        return None
    figure = kind.pick(rows, values, series, activity)
    if not kind.is_running or first == 1:
        return figure
    earlier = [row for row in periods if row["mes"] < first]
    return figure - float(earlier[-1][series]) if earlier and pd.notna(earlier[-1][series]) else None
