"""Printed figures: what a document prints of others, and each way to obtain it again from what it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from poa_eval.audit.totals import RowsSum, TotalsCalculator, Values, add_parts
from poa_eval.metrics.formulas import TOLERANCE, PrintedProgress
from poa_eval.metrics.progress import weigh_ratios
from poa_eval.plan.accumulation import SERIES, find_accumulation
from poa_eval.plan.notes import CapturedQuarter, InferredFormula, InferredTotals
from poa_eval.plan.plan import Plan
from poa_eval.readers.addresses import ColumnFinder, name_file
from poa_eval.text.periods import close_months, parse_frequency


class Way(NamedTuple):
    """A way to obtain a figure again (a key of `ledger.WAYS`), its value, None where something lacks, and its rule."""

    name: str = ""
    value: float | None = None
    rule: RowsSum | InferredFormula | None = None


class PrintedFigures:
    """A plan's figures by what they are of, and the ways to obtain a printed one again."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.activities = {row["actividad_id"]: row for row in plan.actividades.to_dict("records")}
        # What a total, a unit or an activity has: (scope, key, series) → (closing month, length) → value.
        self.printed: dict[tuple[str, str, str], Values] = {}
        for row in plan.publicado.dropna(subset="valor").to_dict("records"):
            if row["clave"] != "parcial":
                key = (row["ambito"], row["clave"], row["concepto"])
                self.printed.setdefault(key, {})[row["mes"], row["meses"]] = row["valor"]

    def list_printed(self) -> Iterator[dict]:
        """Yield the printed figures: the goals of the activities, and all that the document derives."""
        columns = ColumnFinder(self.plan.columns)
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
        if self.plan.list_notes(CapturedQuarter):
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
            for name in SERIES:
                read = {(row["mes"], row["meses"]): row[name] for row in rows if pd.notna(row[name])}
                found[key, name] = read | self.printed.get(("actividad", key, name), {})
        return found

    @cached_property
    def goals(self) -> dict[str, float | None]:
        """Return the goal of each activity, None where there is none."""
        return {k: None if pd.isna(a["meta_anual"]) else a["meta_anual"] for k, a in self.activities.items()}

    @cached_property
    def totals(self) -> TotalsCalculator:
        """Return what adds the rows up into totals."""
        kinds = (*SERIES, "meta_anual")
        t = self.plan.publicado.dropna(subset="valor")
        t = t[(t["ambito"] != "actividad") & (t["clave"] != "parcial") & t["concepto"].isin(kinds)]
        is_declared = self.plan.rule("suma_segun_documento") is not None
        known = [InferredTotals()] if is_declared else self.plan.list_notes(InferredTotals)
        rows = t.to_dict("records")
        return TotalsCalculator(self.activities, self.periods, self.series, self.goals, rows, next(iter(known), None))

    @cached_property
    def progress(self) -> PrintedProgress:
        """Return what tells by which formula the documents compute the progress of activities."""
        t = self.plan.publicado
        t = t[(t["ambito"] == "actividad") & (t["concepto"] == "avance_pct")].dropna(subset="valor")
        noted = next(iter(self.plan.list_notes(InferredFormula)), None)
        return PrintedProgress(t.to_dict("records"), self.periods, self.activities, noted)

    def recompute(self, printed: Mapping) -> Iterator[Way]:
        """Yield each way to obtain a printed figure again."""
        scope, key, name, month, length = (printed[k] for k in ("ambito", "clave", "concepto", "mes", "meses"))
        if key == "parcial":
            return
        is_row, is_goal = scope == "actividad", name == "meta_anual" and length == 12
        if not is_row and (name in SERIES or is_goal):
            rows = self.totals.settle(printed)
            yield Way("filas", rows.value, rows)
        if name in SERIES and self._adds(scope, key, name):
            own = self.series[key, name] if is_row else self.printed[scope, key, name]
            parts = add_parts(own, month, length)
            if length > 1:
                yield Way("periodos", parts)
            if parts is None:
                yield Way("resto", self._subtract(scope, key, name, month, length))
        elif is_goal and self._adds(scope, key, "programado"):
            yield Way("meta", self._add_programme(scope, key, printed["valor"]))
        elif is_row and name not in SERIES and not is_goal:
            yield from self._weigh(printed)

    def _adds(self, scope: str, key: str, name: str) -> bool:
        """Say whether the periods of a figure are added up: no last value, mean or constant is among its rows."""
        return all(find_accumulation(row, name).adds for row in self.totals.list_rows(scope, key))

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

    def _weigh(self, printed: Mapping) -> Iterator[Way]:
        """Yield what the formula of progress, the layout's or the one inferred, gives for a figure of an activity."""
        name, key, month, length = (printed[k] for k in ("concepto", "clave", "mes", "meses"))
        if self.plan.rule("avance") is None:
            inferred = self.progress.inferred if name == "avance_pct" else None
            if inferred and inferred.formula:
                yield Way("inferida", self.progress.recompute(printed), inferred)
            return
        weight = self.plan.rule(f"avance.peso.{length}")
        if name == "avance_pct":
            rows = [row for row in self.periods[key] if row["mes"] <= month]
            whole = sum(row["meses"] for row in rows) == month
            yield Way("formula", weigh_ratios(rows, self.activities[key], self.plan) if whole else None)
        elif name == "avance_absoluto" and weight:
            asked = parse_frequency(str(self.activities[key]["frecuencia"])) or length
            yield Way("peso" if asked <= length else "frecuencia", float(weight) * max(asked, length) / length)
        elif name == "meta_anual" and weight:
            year = float(weight) * 12 / length
            yield Way("pesos", 100.0 if abs(year - 100) <= TOLERANCE else year)  # 8.33 a month are a rounded twelfth
