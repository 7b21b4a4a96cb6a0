"""Idle keys: what an edition declares and has no effect in its form."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from poa_eval.layouts.parts import FIGURE_COLUMNS, TARGETS
from poa_eval.plan.schema import COLUMNS, NUMBER
from poa_eval.text.names import suggest_sentence

if TYPE_CHECKING:
    from poa_eval.layouts.layout import Edition

#: Columns and series of numbers, as `valor_sin_formato` names them.
NUMBERS = {*FIGURE_COLUMNS, *(c for c, kind in COLUMNS["actividades"].items() if kind == NUMBER), "publicado", "todo"}


def find_idle(edition: "Edition", said: set[str]) -> Iterator[str]:
    """Yield what is declared and has no effect in this form."""
    columns = edition.columnas
    used = {name for rule in edition.reglas for name in rule.cuando} | {*edition.identidad}
    used |= {name for item in edition.unir for name in item.clave}
    used |= {name for text in edition.componer.values() for name in re.findall(r"\{(\w+)\}", text)}
    used |= {name for item in edition.ignorar_filas if isinstance(item, dict) for name in item}
    for name in columns:
        if name not in TARGETS | used:
            yield (
                f"columnas: nada usa «{name}»; {suggest_sentence(name, sorted(TARGETS))} (un nombre propio sirve "
                "en `componer`, `cuando`, `identidad`, `unir` o `ignorar_filas`)"
            )
    for name in edition.componer:
        if name in columns:
            yield f"componer: «{name}» ya está en columnas; quite una de las dos"
    for key in ("opcionales", "nombres"):
        yield from (f"{key}: «{name}» no está en columnas" for name in getattr(edition, key) if name not in said)
    yield from _find_idle_tables(edition)
    yield from _find_idle_figures(edition)


def _find_idle_tables(edition: "Edition") -> Iterator[str]:
    """Yield what is declared of several columns or tables and joins nothing."""
    columns = edition.columnas
    for name, headings in edition.primera.items():
        if name not in columns or len(headings) < 2:
            yield f"columnas: `primera` de «{name}» pide dos encabezados o más: `{name}: {{primera: [A, B]}}`"
    for part in edition.tablas:
        if not part.hojas or part.tablas:
            yield "`tablas`: cada tabla pide `hojas`, y no lleva otras `tablas`"
        there = part.said | ({"unidad"} if "unidad_id" in part.said else set())
        lacking = [name for name in edition.identidad if name not in there]
        yield from (f"`tablas`: falta asignar «{name}», que pide `identidad`" for name in lacking)


def _find_idle_figures(edition: "Edition") -> Iterator[str]:
    """Yield what is declared of figures and has no effect in this form."""
    columns = edition.columnas
    series = {series.columna for series in edition.periodos} | {*columns}
    counted = {item.columna for item in edition.counted} | {*columns}
    if edition.meta_anual and counted.isdisjoint(("programado", "por_fila")):
        yield "`meta_anual: suma de programado` pide una serie o columna `programado`"
    if edition.parte_del_anio and ("meta_anual" not in columns or not counted.isdisjoint(("programado", "por_fila"))):
        yield "`parte_del_anio` pide `meta_anual` en columnas, y ninguna serie ni columna `programado`"
    shortest = min((s.meses for s in edition.counted if s.columna in FIGURE_COLUMNS), default=12)
    if edition.parte_del_anio and shortest % (12 // len(edition.parte_del_anio)):
        yield (
            f"`parte_del_anio` tiene {len(edition.parte_del_anio)} partes, y los resultados son de {shortest} "
            f"mes{'es' if shortest > 1 else ''}: escriba {12 // shortest}"
        )
    planned = {item.columna for item in edition.counted} & {"programado", "por_fila"}
    if edition.vacio_es_cero and (edition.reparar or not planned):
        yield "`vacio_es_cero: true` pide una serie `programado` con cantidades en `periodos`, sin `reparar`"
    bare = {*edition.valor_sin_formato} - {"todo"} - (series | ({"publicado"} if edition.publicado else set()))
    if "por_fila" not in series:
        yield from (f"valor_sin_formato: «{name}» no está en columnas ni en periodos" for name in bare & NUMBERS)
