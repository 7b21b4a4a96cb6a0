"""Ledger stage: each figure that a document prints of others, obtained again from what it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import pandas as pd

from poa_eval.audit.totals import ADDING, Adder, Values, add_parts
from poa_eval.metrics.formulas import NONE, ROWS, TOLERANCE, Progress
from poa_eval.metrics.progress import weigh_ratios
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.readers.addresses import ColumnFinder, name_file
from poa_eval.text.periods import close_months, name_period, parse_frequency
from poa_eval.text.wording import name_activity, name_units

#: Columns of ``datos/conciliacion.csv``, the contract.
COLUMNS = ("documento", "concepto", "publicado", "recalculado", "diferencia", "fuente")
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
#: Rules that are found in a plan's own figures, as notes of the plan.
_OF_PROGRESS, _OF_TOTALS = "avance_inferido", "totales_inferidos"
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
    activities = {row["actividad_id"]: row for row in plan.actividades.to_dict("records")}
    units, rows = name_units(plan.unidades), []
    for found in compare_figures(plan):
        activity = activities.get(str(found["clave"]), {})
        unit = activity.get("unidad_id") or (found["clave"] if found["ambito"] == "unidad" else None)
        of_total = "TOTAL parcial" if found["clave"] == "parcial" else "TOTAL"
        who = name_activity(activity, activity["codigo"]) if activity else units.get(str(unit), unit or of_total)
        what = CONCEPTS.get(str(found["concepto"]), str(found["concepto"]))
        period = "" if found["meses"] == 12 else f", {name_period(found['mes'], found['meses'])}"
        how = f" = {found['como']}" if found["via"] else ""
        own = {
            "documento": name_file(str(found["fuente"])),
            "concepto": f"{what}{period}{how} · {who}",
            "publicado": found["valor"],
            "cifra": found["concepto"],
            "unidad_id": unit,
            "actividad_id": activity.get("actividad_id"),
        }
        rows.append(found | own)
    names = [*COLUMNS, "via", "resultado", "cifra", "ambito", "unidad_id", "actividad_id", "mes", "meses", "como"]
    table = pd.DataFrame(rows, columns=names).astype(_NUMBERS | dict.fromkeys(set(names) - set(_NUMBERS), "str"))
    return table.assign(diferencia=table["publicado"] - table["recalculado"])


def compare_figures(plan: Plan) -> Iterator[dict]:
    """Yield each comparison: a printed figure as `publicado` has it, with `via`, `recalculado` and `resultado`."""
    books = _Books(plan)
    for printed in books.list_printed():
        ways = list(books.recompute(printed))
        known = [(way, value) for way, value in ways if value is not None]
        for way, value in known or ways[:1] or [("", None)]:
            result = UNCHECKED if value is None else books.judge(printed, way, value)
            how = books.tell(printed, way)
            yield printed | {"via": way, "recalculado": value, "resultado": result, "como": how}


def note_rules(plan: Plan) -> Plan:
    """Return the plan with notes of the rules that its printed figures follow undeclared: a unit has few of them."""
    books, notes = _Books(plan), {}
    if plan.rule("avance") is None and plan.publicado["concepto"].eq("avance_pct").any():
        notes[_OF_PROGRESS] = books.progress.formula
    if plan.publicado["ambito"].ne("actividad").any() and plan.rule("suma_segun_documento") is None:
        notes[_OF_TOTALS] = books.adder.reading[1]
    rows = [{"clave": f"regla.{key}", "texto": text, "fuente": "cifras impresas"} for key, text in notes.items()]
    table = pd.concat([plan.contexto, make_table("contexto", rows)], ignore_index=True)
    return plan.narrow(contexto=table) if rows else plan


class _Books:
    """A plan's figures by what they are of, and the ways to obtain a printed one again."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.activities = {row["actividad_id"]: row for row in plan.actividades.to_dict("records")}
        notes = plan.contexto[plan.contexto["clave"].str.startswith("lectura/").astype(bool)]
        repaired = notes[~notes["texto"].str.startswith("ninguna").astype(bool)]
        self.rebuilt = set(repaired["clave"].str.removeprefix("lectura/"))
        # What a total, a unit or an activity has: (scope, key, series) → (closing month, length) → value.
        self.printed: dict[tuple[str, str, str], Values] = {}
        for row in plan.publicado.dropna(subset="valor").to_dict("records"):
            if row["clave"] != "parcial":
                key = (row["ambito"], row["clave"], row["concepto"])
                self.printed.setdefault(key, {})[row["mes"], row["meses"]] = row["valor"]

    def list_printed(self) -> Iterator[dict]:
        """Yield the printed figures: the goals of the activities, and all that the document derives."""
        columns = ColumnFinder(self.plan.contexto)
        for activity in self.activities.values():
            if pd.notna(activity["meta_anual"]):
                goal = {"ambito": "actividad", "clave": activity["actividad_id"], "concepto": "meta_anual"}
                source = columns.find(activity["fuente"], "meta_anual")
                yield goal | {"mes": 12, "meses": 12, "valor": activity["meta_anual"], "fuente": source}
        yield from self.plan.publicado.dropna(subset="valor").to_dict("records")

    @cached_property
    def periods(self) -> dict[str, list[dict]]:
        """Return the periods read of each activity, in order; no printed figure is made of captured results."""
        table = self.plan.avances.sort_values(["actividad_id", "mes"], kind="stable")
        if self.plan.rule("captura"):
            printing = {*self.plan.publicado["fuente"], *self.plan.actividades["fuente"]}
            files = {name_file(str(source)) for source in printing}
            is_captured = ~table["fuente"].map(lambda source: name_file(str(source)) in files)
            table = table.assign(ejecutado=table["ejecutado"].mask(is_captured))
        rows = table.to_dict("records")
        found: dict[str, list[dict]] = {key: [] for key in self.activities}
        for row in rows:
            found[row["actividad_id"]].append(row)
        return found

    @cached_property
    def series(self) -> dict[tuple[str, str], Values]:
        """Return the figures of each activity and series, read and printed."""
        found: dict[tuple[str, str], Values] = {}
        for key, rows in self.periods.items():
            for name in ADDING:
                read = {(row["mes"], row["meses"]): row[name] for row in rows if pd.notna(row[name])}
                found[key, name] = read | self.printed.get(("actividad", key, name), {})
        return found

    @cached_property
    def goals(self) -> dict[str, float | None]:
        """Return the goal of each activity, None where there is none."""
        return {k: None if pd.isna(a["meta_anual"]) else a["meta_anual"] for k, a in self.activities.items()}

    @cached_property
    def adder(self) -> Adder:
        """Return what adds the rows up into totals."""
        kinds = (*ADDING, "meta_anual")
        t = self.plan.publicado.dropna(subset="valor")
        t = t[(t["ambito"] != "actividad") & (t["clave"] != "parcial") & t["concepto"].isin(kinds)]
        said = ROWS if self.plan.rule("suma_segun_documento") else self.plan.rule(_OF_TOTALS)
        return Adder(self.activities, self.periods, self.series, self.goals, t.to_dict("records"), said)

    @cached_property
    def progress(self) -> Progress:
        """Return what tells by which formula the documents compute the progress of activities."""
        t = self.plan.publicado
        t = t[(t["ambito"] == "actividad") & (t["concepto"] == "avance_pct")].dropna(subset="valor")
        return Progress(t.to_dict("records"), self.periods, self.activities, self.plan.rule(_OF_PROGRESS))

    def recompute(self, printed: Mapping) -> Iterator[tuple[str, float | None]]:
        """Yield each way to obtain a printed figure again, with its value; None where something for it lacks."""
        scope, key, name, month, length = (printed[k] for k in ("ambito", "clave", "concepto", "mes", "meses"))
        if key == "parcial":
            return
        is_row, is_goal = scope == "actividad", name == "meta_anual" and length == 12
        if not is_row and (name in ADDING or is_goal):
            yield "filas", self.adder.settle(printed)[0]
        if name in ADDING and self._adds(scope, key, name):
            own = self.series[key, name] if is_row else self.printed[scope, key, name]
            parts = add_parts(own, month, length)
            if length > 1:
                yield "periodos", parts
            if parts is None:
                yield "resto", self._subtract(scope, key, name, month, length)
        elif is_goal and self._adds(scope, key, "programado"):
            yield "meta", self._add_programme(scope, key, printed["valor"])
        elif is_row and name not in ADDING and not is_goal:
            yield from self._weigh(printed)

    def judge(self, printed: Mapping, way: str, value: float) -> str:
        """Say whether the figure obtained again is the printed one, and whether it could not but be."""
        if abs(printed["valor"] - value) > TOLERANCE:
            return DIFFERS
        return REBUILT if way == "periodos" and printed["clave"] in self.rebuilt else AGREES

    def tell(self, printed: Mapping, way: str) -> str:
        """Say in words how a figure was obtained again, and on what that rests; or why it was not."""
        if way == "filas":
            return self.adder.settle(printed)[1]
        if way == "inferida":
            return self.progress.formula
        unknown = not way and printed["ambito"] == "actividad" and printed["concepto"] == "avance_pct"
        return (
            "el documento no dice su fórmula, y ninguna usual da casi todas sus cifras"
            if unknown
            else WAYS.get(way, "")
        )

    def _adds(self, scope: str, key: str, name: str) -> bool:
        """Say whether the periods of a figure are added up: no last value, mean or constant is among its rows."""
        return all(row[ADDING[name]] == "suma" for row in self.adder.list_rows(scope, key))

    def _subtract(self, scope: str, key: str, name: str, month: int, length: int) -> float | None:
        """Return what the figure above leaves for a period: a quarter for its month, the goal for its quarter.

        Only of a sum that holds: one that does not is a difference of that figure, and not of each addend.
        """
        values = self.printed.get((scope, key, name), {})
        if length == 1:
            whole, others = values.get(((month + 2) // 3 * 3, 3)), close_months((month + 2) // 3)
        elif length == 3 and name == "programado":
            goal = self.goals.get(key) if scope == "actividad" else None
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
        printed = self.printed.get((scope, key, "programado"), {})
        own = self.series.get((key, "programado"), {}) if scope == "actividad" else printed
        if not any(length == 3 for _, length in printed):
            return add_parts(own, 12, 12)
        quarters = {month: printed.get((month, 3), add_parts(own, month, 3)) for month in range(3, 13, 3)}
        whole = sum(value for value in quarters.values() if value is not None)
        told = None not in quarters.values() or (12, 3) in printed or whole > goal + TOLERANCE
        return whole if told else None

    def _weigh(self, printed: Mapping) -> Iterator[tuple[str, float | None]]:
        """Yield what the formula of progress, the layout's or the one inferred, gives for a figure of an activity."""
        name, key, month, length = (printed[k] for k in ("concepto", "clave", "mes", "meses"))
        if self.plan.rule("avance") is None:
            if name == "avance_pct" and self.progress.formula != NONE:
                yield "inferida", self.progress.recompute(printed)
            return
        weight = self.plan.rule(f"avance.peso.{length}")
        if name == "avance_pct":
            rows = [row for row in self.periods[key] if row["mes"] <= month]
            whole = sum(row["meses"] for row in rows) == month
            yield "formula", weigh_ratios(rows, self.activities[key], self.plan) if whole else None
        elif name == "avance_absoluto" and weight:
            asked = parse_frequency(str(self.activities[key]["frecuencia"])) or length
            yield ("peso" if asked <= length else "frecuencia"), float(weight) * max(asked, length) / length
        elif name == "meta_anual" and weight:
            year = float(weight) * 12 / length
            yield "pesos", 100.0 if abs(year - 100) <= TOLERANCE else year  # 8.33 a month are a rounded twelfth
