"""Behaviour: how the periods of an activity add up, where no layout says so and the figures of its own row prove it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from poa_eval.loaders.ratios import make_ratios
from poa_eval.metrics.due import find_span
from poa_eval.metrics.formulas import TOLERANCE
from poa_eval.plan.accumulation import DECLARED, DEFAULT, PROVED, SERIES, accumulate_year
from poa_eval.plan.inferred import InferredAccumulation
from poa_eval.plan.notes import PercentCells
from poa_eval.plan.plan import Plan, number_activities
from poa_eval.plan.schema import group_rows
from poa_eval.readers.addresses import ColumnFinder, join_addresses
from poa_eval.text.numbers import is_percentage

#: What a row may prove; of several that are left the first is what `acumulacion` holds.
_KINDS = ("nivel", "ultimo", "promedio", "constante", "suma")
_PROGRESS = "avance_pct"
_BLANK = float("nan")
_PERIOD = ["actividad_id", "mes", "meses", *SERIES, "fuente"]  # what a proof reads of `avances`, and of `actividades`
_ASKED = ["actividad_id", "meta_anual", "sentido", "fuente", "is_percent"]


@dataclass(frozen=True)
class ProofRow:
    """What the row of an activity prints: its periods in order, its goal of the year, and what is derived of them."""

    periods: Sequence[Mapping]  # of `avances`
    goal: float = _BLANK
    printed: Sequence[Mapping] = ()  # of `publicado`: progress, and the series over longer periods
    is_percent: bool = False
    is_descending: bool = False

    def prove(self) -> tuple[tuple[str, ...], list[str]]:
        """Return the kinds that all figures allow, and the cells that tell; all but a sum of a percentage without any.

        A sum prevails, but not of percentages; a goal that each period has as its own is held in each.

        Examples
        --------
        >>> def quarters(*values):
        ...     rows = [{"mes": 3 * n, "meses": 3, "programado": v} for n, v in enumerate(values, start=1)]
        ...     return [row | {"ejecutado": float("nan"), "fuente": f"p.csv:L2 C{row['mes']}"} for row in rows]
        >>> ProofRow(quarters(17.0, 17.0, 17.0, 17.0), goal=17.0).prove()[0]
        ('constante',)
        >>> ProofRow(quarters(60.0, 70.0, 80.0, 90.0), goal=90.0).prove()[0]
        ('nivel', 'ultimo')
        """
        kinds, cells = {*_KINDS}, list[str]()
        falls = any(map(self._falls, SERIES))
        if falls:
            kinds.discard("ultimo")
        for fits, told in self._list_proofs():
            kinds &= fits
            cells += told
        if self.is_percent and not (cells and kinds):  # nothing tells, or figures contradict one another
            kinds, cells = {*_KINDS} - ({"suma", "ultimo"} if falls else {"suma"}), []
        elif not cells:
            kinds = set()
        elif "suma" in kinds and not self.is_percent:  # a goal of 0 beside zeros is one
            kinds = {"suma"}
        elif "constante" in kinds and self._is_held():
            kinds = {"constante"}
        return tuple(kind for kind in _KINDS if kind in kinds), cells

    @property
    def clears_goal(self) -> bool:
        """Whether a sum of the programme would contradict the goal of the year."""
        values = self._list_values("programado")
        return values is not None and self.goal == self.goal and abs(sum(values) - self.goal) > TOLERANCE

    def _list_values(self, series: str, first: int = 1, last: int = 12) -> list[float] | None:
        """List a series over all periods within some months; None where one is blank, or there are not several."""
        values = [p[series] for p in self.periods if p["mes"] - p["meses"] + 1 >= first and p["mes"] <= last]
        return values if len(values) > 1 and all(value == value for value in values) else None

    def _falls(self, series: str) -> bool:
        known = [p[series] for p in self.periods if p[series] == p[series]]
        return any(after < before - TOLERANCE for before, after in zip(known, known[1:], strict=False))

    def _is_held(self) -> bool:
        """Say whether each period has the goal of the year as its own."""
        values = self._list_values("programado") or [_BLANK]
        return all(abs(value - self.goal) <= TOLERANCE for value in values)

    def _list_proofs(self) -> Iterator[tuple[set[str], list[str]]]:
        """Yield the kinds that a printed figure allows, and its cells; a figure that none explains tells nothing."""
        programme = self._list_values("programado")
        if programme and (fits := list_fits(programme, self.goal, self.is_descending)):
            yield fits, [str(p["fuente"]) for p in self.periods]
        reported = max((p["mes"] for p in self.periods if p["ejecutado"] == p["ejecutado"]), default=0)
        for item in self.printed:
            is_progress, month = item["concepto"] == _PROGRESS, item["mes"]
            if is_progress and not self.goal > 0:
                continue
            series, first = ("ejecutado", 1) if is_progress else (item["concepto"], month - item["meses"] + 1)
            values = self._list_values(series, first, min(month, reported) if is_progress else month)
            scale = 100 / self.goal if is_progress else 1
            values = [value * scale for value in values or ()]
            limit = 100 if is_progress and item["valor"] == 100 else float("inf")
            if values and (fits := list_fits(values, item["valor"], self.is_descending, limit)):
                yield fits, [str(item["fuente"])]


def list_fits(values: Sequence[float], total: float, is_descending: bool, limit: float = float("inf")) -> set[str]:
    """Return the kinds by which values, at most up to a limit, give a total."""
    given = {
        "suma": sum(values),
        "promedio": sum(values) / len(values),
        "nivel": values[-1],
        "ultimo": values[-1],
        "constante": max(values) if is_descending else min(values),
    }
    return {kind for kind, value in given.items() if abs(min(value, limit) - total) <= TOLERANCE}


def infer_accumulation(plan: Plan) -> Plan:
    """Return the plan with the accumulation of activities that declare none, as far as their own figures prove it.

    A printed goal of the year is the sum of the programme, its mean, its last, or each; printed progress, and printed
    results, are so of the results. A sum that fits is taken without a word, anything else noted with its cells
    (`InferredAccumulation`). Percentages are never summed without proof. Where several kinds are left, `acumulacion`
    is the first of them, and only figures on which all agree stand. Ratios that a document does not print are made.
    """
    plan = make_ratios(plan)
    if older := plan.list_notes(InferredAccumulation):  # of the documents one by one: all of them together tell anew
        left = plan.contexto[~plan.contexto["clave"].isin({note.key for note in older})].reset_index(drop=True)
        again = plan.actividades["actividad_id"].isin({note.owner for note in older})
        fresh = plan.actividades.copy()
        fresh.loc[again & (fresh["acumulacion_origen"] != DECLARED), [*SERIES.values(), "acumulacion_origen"]] = [
            "suma",
            "suma",
            DEFAULT,
        ]
        plan = plan.narrow(contexto=left, actividades=fresh)
    percents = {note.owner for note in plan.list_notes(PercentCells)}
    table, derives = plan.actividades.copy(), plan.rule("meta_anual") is not None
    measures = {str(text) for text in table["unidad_medida"].dropna().unique()}
    is_percent = table["unidad_medida"].isin({text for text in measures if is_percentage(text)})
    is_percent |= table["actividad_id"].isin(percents)
    is_own = table["acumulacion_origen"] == DECLARED
    is_sum = table["actividad_id"].isin([] if derives else _list_sums(plan)) & ~is_percent
    table["acumulacion_origen"] = table["acumulacion_origen"].mask(~is_own & is_sum, PROVED)
    if not (table["acumulacion"][is_sum & ~is_own] == "suma").all():  # another document proved something else
        table.loc[~is_own & is_sum, [*SERIES.values()]] = "suma"
    asked = plan.actividades.assign(is_percent=is_percent)[~is_own & ~is_sum]
    told = dict(_prove_rows(plan, asked, derives=derives))
    for name in SERIES.values():
        table.loc[[*told], name] = [note.kinds[0] for note in told.values()]
    table.loc[[*told], "acumulacion_origen"] = [PROVED if note.is_proved else DEFAULT for note in told.values()]
    notes = [note for note in told.values() if note.kinds != ("suma",)]
    if derives:
        first, last = find_span(plan)
        months = last - first + 1
        periods, kinds = group_rows(plan.avances, "actividad_id"), {note.owner: note.kinds for note in notes}
        odd = table[table["acumulacion_programado"] != "suma"]
        keyed = [(row["actividad_id"], row) for row in odd.to_dict("records")]
        goals = [accumulate_year(periods.get(key, []), row, kinds.get(key, ()), months) for key, row in keyed]
        table.loc[odd.index, "meta_anual"] = np.array(goals, dtype=float)
    return plan.narrow(actividades=table).add_notes(notes)


def _list_sums(plan: Plan) -> np.ndarray:
    """List the activities whose programme, of several periods and not all 0, adds up to the goal of the year."""
    numbers, ids = number_activities(plan.avances)
    sums = np.bincount(numbers, plan.avances["programado"].fillna(0), len(ids))
    goals = plan.actividades.set_index("actividad_id")["meta_anual"].reindex(ids).to_numpy()
    return ids[(abs(sums - goals) <= TOLERANCE) & (np.bincount(numbers, minlength=len(ids)) > 1) & (sums > 0)]


def _prove_rows(plan: Plan, asked: pd.DataFrame, *, derives: bool) -> Iterator[tuple[int, InferredAccumulation]]:
    """Yield what the rows of some activities prove, by their position."""
    if asked.empty:
        return
    finder = ColumnFinder(plan.columns)
    own = plan.avances.loc[plan.avances["actividad_id"].isin(asked["actividad_id"]), _PERIOD]
    periods = group_rows(own.sort_values(["actividad_id", "mes"], kind="stable"), "actividad_id")
    telling = plan.publicado["concepto"].isin((*SERIES, _PROGRESS)) & plan.publicado["ambito"].eq("actividad")
    printed = group_rows(plan.publicado[telling & plan.publicado["valor"].notna()], "clave")
    for at, activity in zip(asked.index, asked[_ASKED].to_dict("records"), strict=True):
        key = activity["actividad_id"]
        goal = _BLANK if derives else activity["meta_anual"]
        is_descending = activity["sentido"] == "descendente"
        row = ProofRow(
            periods.get(key, ()), goal, printed.get(key, ()), activity["is_percent"], is_descending=is_descending
        )
        kinds, cells = row.prove()
        if kinds:
            source = finder.find(activity["fuente"], "meta_anual")
            places = join_addresses([source, *cells])
            clears = bool(cells) and row.clears_goal and not row.is_percent
            told = {"owner": key, "source": source, "kinds": kinds, "cells": places}
            yield at, InferredAccumulation(**told, is_proved=bool(cells), clears_goal=clears)
