"""Ledger: each figure that a document prints of others, compared with what it is made of."""

from collections.abc import Iterator, Mapping, Set
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from poa_eval.audit.printed import PrintedFigures, RowsSum, TotalsCalculator, add_parts
from poa_eval.metrics.activities import weigh_ratios
from poa_eval.metrics.formulas import OF_CONCEPT, TOLERANCE, PrintedProgress
from poa_eval.plan.accumulation import SERIES
from poa_eval.plan.inferred import ROWS, InferredFormula
from poa_eval.plan.notes import Note, Repair
from poa_eval.plan.plan import Plan
from poa_eval.readers.addresses import name_file
from poa_eval.text.periods import close_months, name_period, parse_frequency
from poa_eval.text.wording import name_activity, name_units

#: Columns of ``datos/conciliacion.csv``, the contract.
LEDGER_COLUMNS = ("documento", "concepto", "publicado", "recalculado", "diferencia", "fuente")
AGREES, REBUILT, DIFFERS, UNCHECKED = "coincide", "coincide por reconstrucción", "difiere", "sin contraste"

#: How a figure is obtained again.
WAYS = {
    "periodos": "suma de sus periodos",
    "meta": "suma de lo programado en el año",
    "resto": "una suma en la que entra, y que cuadra",
    "filas": ROWS,
    "formula": "fórmula del documento",
    "inferida": "fórmula que siguen sus cifras",
    "peso": "peso del periodo",
    "frecuencia": "peso del periodo que dice su frecuencia",
    "pesos": "peso del periodo por los periodos del año",
}
#: What the figures that documents print are called.
CONCEPTS = {
    "programado": "Programado",
    "ejecutado": "Ejecutado",
    "meta_anual": "Meta anual",
    "avance_pct": "Avance publicado",
    "avance_absoluto": "Avance absoluto",
    "cumplimiento": "Cumplimiento publicado",
}
_NUMBERS = dict.fromkeys(("publicado", "recalculado", "diferencia"), "float64") | {"mes": "Int64", "meses": "Int64"}


def reconcile(plan: Plan) -> pd.DataFrame:
    """Compare each printed figure that other figures of the document give again.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    DataFrame
        One row a comparison: `documento`, `concepto` (what is printed, how it is obtained again, of what activity or
        unit), `publicado`, `recalculado`, `diferencia` (`publicado` less `recalculado`) and `fuente` of the printed
        figure; then `via` (a key of `WAYS`), `resultado`, `cifra` (a concept of `publicado`), `ambito`, `unidad_id`,
        `actividad_id`, `mes`, `meses`, `como` (the way in words, or why there is none). Where the document does not
        hold what a figure is made of, `recalculado` is empty and the result «sin contraste». Months that were put right
        by these very sums agree because of it, and say so: «coincide por reconstrucción».

    Notes
    -----
    A figure may stand in several comparisons: the total of a quarter is the sum of its rows, and of its own months.

    Examples
    --------
    >>> reconcile(Plan("Municipio", 2024, "es_MX")).empty
    True
    """
    return Ledger(plan).table


class Way(NamedTuple):
    """A way to obtain a figure again (a key of `ledger.WAYS`), its value, None where something lacks, and its rule."""

    name: str = ""
    value: float | None = None
    rule: RowsSum | InferredFormula | None = None


class Ledger:
    """The comparisons of a plan's printed figures, obtained again once; `check` and `reconcile` show them.

    Examples
    --------
    >>> Ledger(Plan("Municipio", 2024, "es_MX")).comparisons
    []
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._figures = PrintedFigures(plan)
        self._totals = TotalsCalculator(self._figures)

    @cached_property
    def comparisons(self) -> list[dict]:
        """Return each comparison: a printed figure as `publicado` has it, with `via`, its `regla`, and the result."""
        rebuilt = {repair.owner for repair in self.plan.list_notes(Repair) if repair.state != "ninguna"}
        found = []
        for printed in self._figures.list_printed():
            ways = list(self._recompute(printed))
            for way in [way for way in ways if way.value is not None] or ways[:1] or [Way()]:
                said = {"via": way.name, "regla": way.rule, "recalculado": way.value}
                found.append(printed | said | {"resultado": _judge(printed, way, rebuilt)})
        return found

    @cached_property
    def table(self) -> pd.DataFrame:
        """Return the comparisons as `reconcile` gives them."""
        activities, units, rows = self._figures.activities, name_units(self.plan.unidades), []
        for found in self.comparisons:
            activity = activities.get(str(found["clave"]), {})
            unit = activity.get("unidad_id") or (found["clave"] if found["ambito"] == "unidad" else None)
            of_total = "TOTAL parcial" if found["clave"] == "parcial" else "TOTAL"
            who = name_activity(activity, activity["codigo"]) if activity else units.get(str(unit), unit or of_total)
            row = found | {
                "documento": name_file(str(found["fuente"])),
                "publicado": found["valor"],
                "cifra": found["concepto"],
                "unidad_id": unit,
                "actividad_id": activity.get("actividad_id"),
                "como": _tell_way(found),
            }
            rows.append(row | {"concepto": f"{name_comparison(row)} · {who}"})
        names = [*LEDGER_COLUMNS, *"via resultado cifra ambito unidad_id actividad_id mes meses como".split()]
        table = pd.DataFrame(rows, columns=names).astype(_NUMBERS | dict.fromkeys(set(names) - set(_NUMBERS), "str"))
        return table.assign(diferencia=table["publicado"] - table["recalculado"])

    @property
    def inferred_rules(self) -> list[Note]:
        """Return notes of the rules that the printed figures follow undeclared: a unit has few of them."""
        notes: list[Note] = []
        printed = {*self.plan.publicado["concepto"]}
        notes += (self._progress[name].inferred for name in OF_CONCEPT if name in printed and self._is_inferred(name))
        if self.plan.publicado["ambito"].ne("actividad").any() and self.plan.rule("suma_segun_documento") is None:
            notes.append(self._totals.counts)
        return notes

    def _is_inferred(self, concept: str) -> bool:
        """Say whether the formula of a printed percentage is told by the document's own figures alone."""
        return concept in OF_CONCEPT and (concept != "avance_pct" or self.plan.rule("avance") is None)

    @cached_property
    def _progress(self) -> dict[str, PrintedProgress]:
        """Return of each concept what tells by which formula the documents compute it."""
        t, figures = self.plan.publicado, self._figures
        t = t[t["ambito"] == "actividad"].dropna(subset="valor")
        noted = {note.concept: note for note in self.plan.list_notes(InferredFormula)}
        parts = (figures.periods, figures.activities)
        return {
            name: PrintedProgress(
                name, t[t["concepto"] == name].to_dict("records"), *parts, noted.get(name), self.plan.open_kinds
            )
            for name in OF_CONCEPT
        }

    def _recompute(self, printed: Mapping) -> Iterator[Way]:
        """Yield each way to obtain a printed figure again."""
        scope, key, name, month, length = (printed[k] for k in ("ambito", "clave", "concepto", "mes", "meses"))
        if key == "parcial":
            return
        is_row, is_goal = scope == "actividad", name == "meta_anual" and length == 12
        if not is_row and (name in SERIES or is_goal):
            rows = self._totals.settle(printed)
            yield Way("filas", rows.value, rows)
        if name in SERIES and self._figures.adds_up(scope, key, name):
            own = self._figures.series[key, name] if is_row else self._figures.printed[scope, key, name]
            parts = add_parts(own, month, length)
            if length > 1:
                yield Way("periodos", parts)
            if parts is None:
                yield Way("resto", self._subtract(scope, key, name, month, length))
        elif is_goal and self._figures.adds_up(scope, key, "programado"):
            yield Way("meta", self._add_programme(scope, key, printed["valor"]))
        elif is_row and name not in SERIES and not is_goal:
            yield from self._weigh(printed)

    def _subtract(self, scope: str, key: str, name: str, month: int, length: int) -> float | None:
        """Return what the figure above leaves for a period: a quarter for its month, the goal for its quarter.

        Only of a sum that holds: one that does not is a difference of that figure, and not of each addend.
        """
        values = self._figures.printed.get((scope, key, name), {})
        if length == 1:
            whole, others = values.get(((month + 2) // 3 * 3, 3)), close_months((month + 2) // 3)
        elif length == 3 and name == "programado":
            goal = self._figures.goals.get(key) if scope == "actividad" else None
            whole, others = goal, range(3, 13, 3)
        else:
            return None
        found = [values.get((other, length)) for other in others]
        holds = whole is not None and None not in found and abs(sum(found) - whole) <= TOLERANCE
        return values[month, length] if holds else None

    def _add_programme(self, scope: str, key: str, goal: float) -> float | None:
        """Return what is programmed in the year: the printed quarters, or else the periods read.

        A blank quarter is what its months say; where they say nothing it is no obstacle if the others pass the goal
        or go on to the last one.
        """
        printed = self._figures.printed.get((scope, key, "programado"), {})
        own = self._figures.series.get((key, "programado"), {}) if scope == "actividad" else printed
        if not any(length == 3 for _, length in printed):
            return add_parts(own, 12, 12)
        quarters = {month: printed.get((month, 3), add_parts(own, month, 3)) for month in range(3, 13, 3)}
        whole = sum(value for value in quarters.values() if value is not None)
        told = None not in quarters.values() or (12, 3) in printed or whole > goal + TOLERANCE
        return whole if told else None

    def _weigh(self, printed: Mapping) -> Iterator[Way]:
        """Yield what the formula of progress, the layout's or the one inferred, gives for a figure of an activity."""
        name, key, month, length = (printed[k] for k in ("concepto", "clave", "mes", "meses"))
        if self._is_inferred(name):
            inferred = self._progress[name].inferred
            if inferred.formula:
                yield Way("inferida", self._progress[name].recompute(printed), inferred)
            elif inferred.rivals:
                yield Way("", None, inferred)
        if self.plan.rule("avance") is None:
            return
        weight = self.plan.rule(f"avance.peso.{length}")
        if name == "avance_pct":
            rows = [row for row in self._figures.periods[key] if row["mes"] <= month]
            whole = sum(row["meses"] for row in rows) == month
            yield Way("formula", weigh_ratios(rows, self._figures.activities[key], self.plan) if whole else None)
        elif name == "avance_absoluto" and weight:
            asked = parse_frequency(str(self._figures.activities[key]["frecuencia"])) or length
            yield Way("peso" if asked <= length else "frecuencia", float(weight) * max(asked, length) / length)
        elif name == "meta_anual" and weight:
            year = float(weight) * 12 / length
            yield Way("pesos", 100.0 if abs(year - 100) <= TOLERANCE else year)  # 8.33 a month are a rounded twelfth


def _judge(printed: Mapping, way: Way, rebuilt: Set[str]) -> str:
    """Say whether the figure obtained again is the printed one, and whether it could not but be."""
    if way.value is None:
        return UNCHECKED
    if abs(printed["valor"] - way.value) > TOLERANCE:
        return DIFFERS
    return REBUILT if way.name == "periodos" and printed["clave"] in rebuilt else AGREES


def name_comparison(row: Mapping) -> str:
    """Name a printed figure with its period and the way in which it is obtained again, not of whom it is."""
    period = "" if row["meses"] == 12 else f", {name_period(row['mes'], row['meses'])}"
    return f"{CONCEPTS.get(row['cifra'], row['cifra'])}{period}" + (f" = {row['como']}" if row["via"] else "")


def _tell_way(found: Mapping) -> str:
    """Say in words how a figure was obtained again, and on what that rests; or why it was not."""
    if found["regla"] is not None:
        return found["regla"].text
    if not found["via"] and found["ambito"] == "actividad" and found["concepto"] in OF_CONCEPT:
        return "el documento no dice su fórmula, y ninguna usual da casi todas sus cifras"
    return WAYS.get(found["via"], "")
