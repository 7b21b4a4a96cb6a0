"""Ledger: each figure that a document prints of others, compared with what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import cached_property

import pandas as pd

from poa_eval.audit.printed import PrintedFigures, Way
from poa_eval.metrics.formulas import TOLERANCE
from poa_eval.plan.notes import ROWS, Note, Repair
from poa_eval.plan.plan import Plan
from poa_eval.readers.addresses import name_file
from poa_eval.text.periods import name_period
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

    @cached_property
    def comparisons(self) -> list[dict]:
        """Return each comparison: a printed figure as `publicado` has it, with `via`, its `regla`, and the result."""
        rebuilt = {repair.owner for repair in self.plan.list_notes(Repair) if repair.state != "ninguna"}
        found = []
        for printed in self._figures.list_printed():
            ways = list(self._figures.recompute(printed))
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
        if self.plan.rule("avance") is None and self.plan.publicado["concepto"].eq("avance_pct").any():
            notes.append(self._figures.progress.inferred)
        if self.plan.publicado["ambito"].ne("actividad").any() and self.plan.rule("suma_segun_documento") is None:
            notes.append(self._figures.totals.counts)
        return notes


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
    unknown = not found["via"] and found["ambito"] == "actividad" and found["concepto"] == "avance_pct"
    return (
        "el documento no dice su fórmula, y ninguna usual da casi todas sus cifras"
        if unknown
        else WAYS.get(found["via"], "")
    )
