"""Faults of an edition: keys of a layout that contradict one another, one rule a function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from poa_eval.layouts.parts import FIGURE_COLUMNS, PERIOD_COLUMNS
from poa_eval.plan.schema import COLUMNS, NUMBER
from poa_eval.text.names import suggest_sentence

if TYPE_CHECKING:
    from poa_eval.layouts.layout import Edition

_NUMBERS = {*FIGURE_COLUMNS, *(c for c, kind in COLUMNS["actividades"].items() if kind == NUMBER), "publicado", "todo"}
#: Columns of a table of one row a period; the year alone is none.
_ROW_PERIODS = tuple(name for name in PERIOD_COLUMNS if name != "ejercicio")


def find_faults(edition: Edition) -> Iterator[str]:
    """Yield what contradicts itself in an edition, in the order of the rules."""
    for check in _CHECKS:
        yield from check(edition)


def _check_filled(edition: Edition) -> Iterator[str]:
    for column in edition.rellenar:
        if column not in edition.columnas:
            yield f"rellenar: «{column}» no está en columnas"


def _check_ignored_rows(edition: Edition) -> Iterator[str]:
    for column in (name for item in edition.ignorar_filas if isinstance(item, dict) for name in item):
        if column not in edition.columnas:
            yield f"ignorar_filas: «{column}» no está en columnas"


def _check_rules(edition: Edition) -> Iterator[str]:
    said = {*edition.columnas, *re.findall(r"\{(\w+)\}", " ".join((*edition.contexto, *edition.nombre_hoja)))}
    for rule in edition.reglas:
        for column in rule.cuando:
            if column not in said:
                yield f"reglas: «{column}» no está en columnas ni en contexto"
        if not rule.cuando:
            yield "reglas: `cuando:` está vacío, y la regla valdría para todo"


def _check_figures_of_rows(edition: Edition) -> Iterator[str]:
    by_row = [name for name in FIGURE_COLUMNS if name in edition.columnas]
    if edition.periodo == "columnas" and by_row:
        yield (
            f"{', '.join(by_row)} en columnas pide `periodo: contexto` (el periodo está encima de la tabla) o "
            "`periodo: fila` (en una columna); si hay un mes por columna, use `periodos`"
        )


def _check_one_period(edition: Edition) -> Iterator[str]:
    if edition.periodo != "columnas" and edition.periodos:
        yield f"`periodos` y `periodo: {edition.periodo}` se excluyen"


def _check_row_period(edition: Edition) -> Iterator[str]:
    if (edition.periodo == "fila") == edition.columnas.keys().isdisjoint(_ROW_PERIODS):
        yield "`periodo: fila` va con una columna del periodo: " + ", ".join(_ROW_PERIODS)


def _check_row_series(edition: Edition) -> Iterator[str]:
    if (edition.series_por_fila is None) == any(series.columna == "por_fila" for series in edition.periodos):
        yield "`series_por_fila` va con una serie `columna: por_fila` en `periodos`, y al revés"


def _check_repair(edition: Edition) -> Iterator[str]:
    if edition.reparar and not any(series.meses == 1 for series in edition.periodos):
        yield "`reparar` necesita series de meses en `periodos`"


def _check_goal(edition: Edition) -> Iterator[str]:
    if edition.meta_anual and "meta_anual" in edition.columnas:
        yield "`meta_anual: suma de programado` y `meta_anual` en columnas se excluyen"


def _check_bare_numbers(edition: Edition) -> Iterator[str]:
    for name in edition.valor_sin_formato:
        if name not in _NUMBERS:
            yield f"valor_sin_formato: «{name}» no es una columna de números; {suggest_sentence(name, _NUMBERS)}"


_CHECKS = (
    _check_filled,
    _check_ignored_rows,
    _check_rules,
    _check_figures_of_rows,
    _check_one_period,
    _check_row_period,
    _check_row_series,
    _check_repair,
    _check_goal,
    _check_bare_numbers,
)
