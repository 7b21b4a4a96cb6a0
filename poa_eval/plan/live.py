"""Live formulas: how the figure of a window is made of the workbook's sheet «Periodos», one function a kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from poa_eval.text.numbers import is_percentage

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
        """Whether any period has something programmed: the others then say nothing of a level that is not to fall."""
        if self.activity["sentido"] == "descendente":
            return False
        known = (row for row in self.rows if pd.notna(row["programado"]) or pd.notna(row["ejecutado"]))
        return any(row["programado"] != 0 for row in known)

    @property
    def running(self) -> str:
        """What picks the periods with something programmed, or in which a cumulative figure has gone on."""
        falls = self.activity["sentido"] == "descendente"
        return "" if falls else f"*((Periodos[Programado]<>0)+({self.column}<>0)>0)"

    def pick(self, *, runs: bool = False) -> str:
        """Return what picks the periods of the window that say something of a level, as a product of conditions."""
        start = f"*({self.month}>={self.first})" if self.is_quarter else ""
        planned = (self.running if runs else "*(Periodos[Programado]<>0)") if self.is_planned else ""
        return f"(Periodos[Clave]={self.key}){start}*({self.month}<={self.last}){planned}"


#: A live formula, what it does in words, and whether it works on arrays.
LiveFormula = tuple[str, str, bool]


def is_shown_in_percent(activity: Mapping) -> bool:
    """Say whether a ratio is shown in percent: its unit of measure is a percentage, or is not said."""
    measure = activity.get("unidad_medida")
    return measure is None or pd.isna(measure) or is_percentage(str(measure))


def sum_live(w: SheetWindow) -> LiveFormula:
    """Return the formula of a sum."""
    return f"SUMIFS({w.column},{w.criteria})", f"Suma de lo {w.series} en sus periodos", False


def average_live(w: SheetWindow) -> LiveFormula:
    """Return the formula of a mean."""
    planned = ',Periodos[Programado],"<>0"' if w.is_planned else ""
    return f"AVERAGEIFS({w.column},{w.criteria}{planned})", f"Promedio de lo {w.series} en sus periodos", False


def take_last_live(w: SheetWindow, *, runs: bool = False) -> LiveFormula:
    """Return the formula of a last value."""
    last = f'SUMPRODUCT(MAX({w.pick(runs=runs)}*({w.column}<>"")*{w.month}))'
    formula = f"SUMIFS({w.column},Periodos[Clave],{w.key},{w.month},{last})"
    return formula, f"Último valor de lo {w.series}", False


def take_increment_live(w: SheetWindow) -> LiveFormula:
    """Return the formula of the last value, of a quarter less the one with which the quarter before closed."""
    formula, said, is_array = take_last_live(w, runs=True)
    if not w.is_quarter:
        return formula, said, is_array
    earlier = f'(Periodos[Clave]={w.key})*({w.month}<{w.first}){w.running}*({w.column}<>"")'
    before = f"SUMPRODUCT(MAX({earlier}*{w.month}))"
    formula += f"-SUMIFS({w.column},Periodos[Clave],{w.key},{w.month},{before})"
    return formula, f"{said}, menos el último de los trimestres anteriores", is_array


def divide_sums_live(w: SheetWindow) -> LiveFormula:
    """Return the formula of a ratio of sums."""
    if w.series == "programado":
        if len({row["programado"] for row in w.rows if pd.notna(row["programado"])}) == 1:
            return f"AVERAGEIFS({w.column},{w.criteria})", "La misma meta en todos sus periodos", False
        weighed = f"SUMPRODUCT({w.pick()}*{w.column}*Periodos[Denominador])"
        return f"{weighed}/SUMPRODUCT({w.pick()}*Periodos[Denominador])", "Meta de lo que se contó", False
    scale = "100*" if is_shown_in_percent(w.activity) else ""
    above, below = (f"SUMIFS(Periodos[{name}],{w.criteria})" for name in ("Numerador", "Denominador"))
    return f"{scale}{above}/{below}", "Suma de numeradores entre suma de denominadores", False


def pick_weakest_live(w: SheetWindow) -> LiveFormula:
    """Return the formula of the period that did worst by its own goal."""
    if not any(pd.notna(row["programado"]) and pd.notna(row["ejecutado"]) for row in w.rows):
        return take_last_live(w)
    pick, said = ("MAX", "más alto") if w.activity["sentido"] == "descendente" else ("MIN", "más bajo")
    mask = f'{w.pick()}*(Periodos[Ejecutado]<>"")'
    if len({row["programado"] for row in w.rows if pd.notna(row["programado"])}) == 1:
        if w.series == "programado":
            return f"AVERAGEIFS({w.column},{w.criteria})", "La misma meta en todos sus periodos", False
        return f"{pick}(IF({mask},{w.column}))", f"Lo {w.series} {said} de sus periodos", True
    goal = "Periodos[Programado]" if w.is_planned else "IF(Periodos[Programado]=0,1,Periodos[Programado])"
    share = f"Periodos[Ejecutado]/{goal}"
    found = f"MATCH(1,IF({mask},IF({share}={pick}(IF({mask},{share})),1)),0)"
    return f"INDEX({w.column},{found})", f"Lo {w.series} en el periodo {said} frente a su meta", True
