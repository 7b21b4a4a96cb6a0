"""Accumulation: how an activity's periods add up in a window of time, one entry a kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from poa_eval.text.numbers import is_percentage

#: A row of `avances`.
Period = Mapping[str, object]


#: The kind of which numerator and denominator are added up apart.
RATIO = "razon"


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
    noun: str  # what such a figure is called
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


def _divide_sums(rows: Sequence[Period], values: Sequence[float], column: str, activity: Mapping) -> float:
    """Return the ratio of sums; of goals, what they would give of the same denominators. NaN where a part is blank."""
    told = [row for row in rows if pd.notna(row[column])]
    below = sum(float(row["denominador"]) for row in told)
    if column == "programado":
        if len({*values}) == 1:
            return values[0]
        return sum(float(row["denominador"]) * row[column] for row in told) / below if below else float("nan")
    scale = 100 if is_shown_in_percent(activity) else 1
    return sum(float(row["numerador"]) for row in told) * scale / below if below else float("nan")


def is_shown_in_percent(activity: Mapping) -> bool:
    """Say whether a ratio is shown in percent: its unit of measure is a percentage, or is not said."""
    measure = activity.get("unidad_medida")
    return measure is None or pd.isna(measure) or is_percentage(str(measure))


def has_no_cases(row: Period, activity: Mapping) -> bool:
    """Say whether a period reports 0 of 0: there was nothing of which a ratio could be."""
    return activity["acumulacion"] == RATIO and row.get("numerador") == 0 == row.get("denominador")


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


def _divide_sums_live(w: SheetWindow) -> LiveFormula:
    if w.series == "programado":
        if len({row["programado"] for row in w.rows if pd.notna(row["programado"])}) == 1:
            return f"AVERAGEIFS({w.column},{w.criteria})", "La misma meta en todos sus periodos", False
        weighed = f"SUMPRODUCT({w.mask}*{w.column}*Periodos[Denominador])"
        return f"{weighed}/SUMPRODUCT({w.mask}*Periodos[Denominador])", "Meta de lo que se contó", False
    scale = "100*" if is_shown_in_percent(w.activity) else ""
    above, below = (f"SUMIFS(Periodos[{name}],{w.criteria})" for name in ("Numerador", "Denominador"))
    return f"{scale}{above}/{below}", "Suma de numeradores entre suma de denominadores", False


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
        noun="una suma",
        joined="Suma de {n} periodos",
        excel=_sum_live,
        adds=True,
    ),
    "ultimo": AccumulationKind(
        pick=lambda rows, values, column, activity: values[-1],
        done="último valor ejecutado",
        planned="último valor programado",
        noun="un acumulado",
        joined="Último valor de {n} periodos",
        excel=_take_increment_live,
        is_running=True,
    ),
    "nivel": AccumulationKind(
        pick=lambda rows, values, column, activity: values[-1],
        done="último nivel",
        planned="último nivel programado",
        noun="un nivel",
        joined="Último nivel de {n} periodos",
        excel=_take_last_live,
    ),
    "promedio": AccumulationKind(
        pick=lambda rows, values, column, activity: sum(values) / len(values),
        done="promedio ejecutado",
        planned="promedio programado",
        noun="un promedio",
        joined="Promedio de {n} periodos",
        excel=_average_live,
    ),
    "constante": AccumulationKind(
        pick=_pick_weakest,
        done="periodo más bajo",
        planned="meta constante",
        noun="una constante",
        joined="Periodo más bajo de {n}",
        excel=_pick_weakest_live,
    ),
    RATIO: AccumulationKind(
        pick=_divide_sums,
        done="Σ numerador / Σ denominador",
        planned="meta",
        noun="una razón",
        joined="Razón de las sumas de {n} periodos",
        excel=_divide_sums_live,
    ),
}
#: From where it is known how an activity accumulates (`acumulacion_origen`).
DECLARED, PROVED, DEFAULT = "declarada", "de la fila", "por omisión"
#: Series of figures → column of `actividades` that says how it accumulates.
SERIES = {"programado": "acumulacion_programado", "ejecutado": "acumulacion"}


def name_kinds(kinds: Sequence[str]) -> str:
    """Name kinds of accumulation as readers do.

    Examples
    --------
    >>> name_kinds(("nivel", "ultimo"))
    'un nivel o un acumulado'
    """
    return " o ".join(ACCUMULATIONS[kind].noun for kind in kinds)


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
    if figure != figure:
        return None
    if not kind.is_running or first == 1:
        return figure
    earlier = [row for row in periods if row["mes"] < first]
    before = float(earlier[-1][series]) if earlier and pd.notna(earlier[-1][series]) else None
    return figure - before if before is not None and figure >= before else None


def accumulate_year(
    rows: Sequence[Period], activity: Mapping, kinds: Sequence[str] = (), months: int = 12
) -> float | None:
    """Return the goal of the year that a programme makes, by the kinds that are left open or the activity's own.

    None where a period is blank or the periods do not fill the months of the plan, where the kinds do not agree, or
    where a constant goal changes.

    Examples
    --------
    >>> quarters = [{"mes": 3 * n, "meses": 3, "programado": 446.0, "ejecutado": None} for n in (1, 2, 3, 4)]
    >>> accumulate_year(quarters, {"acumulacion_programado": "constante", "sentido": "ascendente"})
    446.0
    """
    values = [row["programado"] for row in rows]
    if any(pd.isna(value) for value in values) or sum(row["meses"] for row in rows) != months:
        return None
    kinds = kinds or [activity["acumulacion_programado"]]
    if "constante" in kinds and len({*values}) > 1:
        return None
    found = {accumulate(rows, "programado", {**activity, "acumulacion_programado": kind}) for kind in kinds}
    return found.pop() if len(found) == 1 else None
