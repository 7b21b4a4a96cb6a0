"""Draft: a commented layout for a document of an unknown form, with what could be placed and what could not."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import shorten

import yaml

from poa_eval.drafting.assign_columns import Guess, escape_heading, find_target, guess_columns
from poa_eval.drafting.find_table import Run, find_lines, list_sayings
from poa_eval.errors import FormatoError, Place
from poa_eval.layouts.parts import FIGURE_COLUMNS, PERIOD_COLUMNS
from poa_eval.loaders.columns import TEXT_TWINS
from poa_eval.loaders.totals import find_total, is_total, suggest_pattern
from poa_eval.plan.schema import COLUMNS, NUMBER
from poa_eval.readers.cells import Cell, ShownPercent
from poa_eval.readers.formats import read_raw
from poa_eval.text.names import make_slug, normalize
from poa_eval.text.periods import LENGTHS, parse_period

_REVIEW = "  # revisar"
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_LONG = 150  # a line longer than this is a paragraph
_SHORT = 12  # a text longer than this says more than «no figure»
_ORDER = ["unidad_id", "unidad", "responsable", *COLUMNS["actividades"], *PERIOD_COLUMNS, *FIGURE_COLUMNS, "comentario"]
_NUMBERS = {name for name, kind in COLUMNS["actividades"].items() if kind == NUMBER}
_TEXTS = COLUMNS["actividades"].keys() - _NUMBERS
_LOCALES = "es_MX y es_PE escriben 1,234.5; es_CO y es_AR, 1.234,5"


def draft_layout(path: str | Path, nombre: str | None = None) -> str:
    """Draft the layout of a document: YAML with comments, a guess per column, and what could not be placed.

    Its name is the one given, else made of the document's. Raises FormatoError: no row looks like a heading.
    """
    document = read_raw(path)
    guess = guess_columns(document)
    if guess is None:
        raise FormatoError(
            "ninguna fila que parezca el encabezado de una tabla",
            "al menos tres encabezados en una fila, con datos debajo",
            "revise que el documento tenga una tabla; si son fichas, escriba un layout `clase: fichas`",
            lugar=Place(document.archivo),
        )
    return "\n".join(_write(guess, document.archivo, nombre or make_slug(Path(document.archivo).stem))) + "\n"


def _quote(text: str) -> str:
    """Return a text as YAML writes it, in a list as well: in quotes unless it is plain words."""
    plain = re.fullmatch(r"\w[\w .°º/()-]*", text) and not text.endswith(" ") and yaml.safe_load(text) == text
    return str(text) if plain else json.dumps(str(text), ensure_ascii=False)


def _list(texts: Iterable[str]) -> str:
    quoted = list(map(_quote, texts))
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"


def _write(guess: Guess, archivo: str, nombre: str) -> Iterator[str]:
    sketch = guess.sketch
    placed = len(sketch.paths) - len(set(guess.ignored))
    year, source = _find_year(guess, archivo)
    yield f"# Borrador de layout para {archivo}, hecho por `poa-eval draft`."
    yield "# Revise cada línea, sobre todo las que dicen «revisar»; después"
    yield "# `poa-eval load ARCHIVO --layout ESTE.yaml --out CARPETA` dice lo que aún falta."
    yield f"# El encabezado está en {sketch.sheet.address(sketch.top, 0)};"
    yield f"# se ubicaron {placed} de sus {len(sketch.paths)} columnas."
    yield f"nombre: {_quote(nombre)}"
    yield f"titulo: {_quote(f'Formato de {archivo}')}{_REVIEW}: qué documento es, en pocas palabras"
    yield f"institucion: Institución{_REVIEW}: su nombre"
    yield f"locale: {guess.locale}{_REVIEW}: {_LOCALES}"
    yield "ediciones:"
    yield f"  {_quote(str(year or 'única'))}:"
    for line in _write_edition(guess, year, source):
        yield f"    {line}"


def _write_edition(guess: Guess, year: int | None, source: str) -> Iterator[str]:
    yield "clase: tabla"
    if guess.left_out and not guess.others and guess.sketch.sheet.hoja:
        yield f"hojas: [{_quote(guess.sketch.sheet.hoja)}]{_REVIEW}: no tienen la tabla: {', '.join(guess.left_out)}"
    elif guess.left_out:
        yield f"ignorar_hojas: [{', '.join(map(_quote, guess.left_out))}]{_REVIEW}: en ellas no está la tabla"
    if guess.sketch.height > 1:
        yield f"encabezado: {{filas: {guess.sketch.height}}}"
    if guess.side_by_side > 1:
        yield f"lado_a_lado: {guess.side_by_side}"
    patterns, notes = _find_patterns(guess)
    period = "contexto" if any(f"{{{name}}}" in pattern for pattern in patterns for name in LENGTHS) else None
    period = "fila" if set(PERIOD_COLUMNS[:-1]) & set(guess.columns) else period
    dated = any("{ejercicio}" in text or "{anio}" in text for text in [*patterns, *guess.templates])
    if year is None:
        yield "# ejercicio: 20XX    falta: el documento no dice de qué año es"
    elif not dated and "ejercicio" not in guess.columns:
        yield f"ejercicio: {year}{_REVIEW}: no está junto a la tabla; se tomó {source}"
    if patterns or notes:
        yield "contexto: # lo que dicen las líneas encima de la tabla" if patterns else "# contexto:"
        yield from (f"  - {_quote(pattern)}" for pattern in patterns)
        yield from (f"  # - {_quote(note)}" for note in notes)
    if guess.ends_blank:
        yield "fin_tabla: fila en blanco"
    whole_year = guess.by_row and period is None
    yield "columnas:"
    for name, column in sorted(guess.columns.items(), key=lambda item: _ORDER.index(item[0])):
        if not (whole_year and name in FIGURE_COLUMNS):
            headings = [_mark_year(guess, year, text) for text in guess.spellings(column)]
            doubt = guess.doubts.get(name) or "por su contenido" * (name in guess.unsure)
            yield f"  {name}: {_list(headings)}" + f"{_REVIEW}: {doubt}" * bool(doubt)
    if "actividad" not in guess.columns:
        yield "  # actividad:    falta la columna con el nombre de la actividad"
    if filled := [name for name in ("unidad_id", "unidad", "programa", "actividad") if _needs_filling(guess, name)]:
        yield f"rellenar: [{', '.join(filled)}] # celdas en blanco que quieren decir «como arriba»"
    if guess.by_row and not whole_year:
        yield f"periodo: {period}"
    yield from _write_series(guess, year, whole_year)
    yield from _write_totals(guess, "actividad" in filled)
    if shown := _find_odd_percents(guess):
        yield f"# valor_sin_formato: [{', '.join(shown)}]{_REVIEW}: hay % entre números; ¿80 se ve como 8000%?"
    blanks = _find_blanks(guess)
    if said := [text for text in blanks if len(text) <= _SHORT and not re.search(r"\d", text)]:
        yield f"vacios: [{', '.join(map(_quote, said))}]{_REVIEW}: textos donde debería haber un número"
    if unread := [text for text in blanks if text not in said]:
        yield "# revisar: `load` rechaza lo que sigue, que no es un número: deje la cifra sola en su celda,"
        yield "# cambie `locale:`, o, si quiere decir «sin dato», ponga el texto en `vacios:`"
        yield from (f"#   «{shorten(text, 40, placeholder='…')}» en {blanks[text]}" for text in unread)
    if guess.ignored:
        yield f"ignorar:{_REVIEW}: columnas que no se supo ubicar"
        yield from (f"  - {_quote(heading)}" for heading in _list_ignored(guess))


def _write_totals(guess: Guess, fills_activity: bool) -> Iterator[str]:
    """Write which rows add up others: the document's totals, and the rest as rows that do not count."""
    first = [text for text, key in guess.totals.items() if not key]
    whole = [text for text in first if not suggest_pattern(text).endswith("*")]
    declared = [text for text in whole if is_total(text)] or (whole if len(whole) == 1 else [])
    if not declared and all(map(is_total, first)):
        declared = first
    if declared:
        yield f"totales: {{texto: {_list(declared)}}}"
    others = {(key, _quote(suggest_pattern(text))): 0 for text, key in guess.totals.items() if text not in declared}
    listed = [f"{{{key}: {text}}}" if key else text for key, text in others]
    if listed:
        yield f"ignorar_filas: [{', '.join(listed)}]{_REVIEW}: suman otras; las que se comparan van en `totales:`"
    if not fills_activity and (count := _count_nameless(guess)):
        listed.append('{actividad: ""}')
        rows = ", ".join(listed)
        yield f"# ignorar_filas: [{rows}]{_REVIEW}: {count} sin actividad; si no cuentan, quite el primer #"
        yield "# rellenar: [actividad]    si la actividad es la de la fila de arriba"


def _write_series(guess: Guess, year: int | None, whole_year: bool) -> Iterator[str]:
    own = [(name, guess.columns[name]) for name in FIGURE_COLUMNS if whole_year and name in guess.columns]
    if guess.series or own:
        yield "periodos:"
        yield from _list_runs(guess.series, "columna", guess.unsure)
        for name, column in own:
            yield f"  - {{columna: {name}, encabezados: [{_list(guess.spellings(column))}]}}{_REVIEW}: el año entero"
    if "meta_anual" not in guess.columns and any(name == "programado" and run.is_whole for name, run in guess.series):
        yield f"# meta_anual: suma de programado{_REVIEW}: si la meta del año es esa suma, quite el primer #"
    if any(name == "ejecutado" for name, _ in guess.series):
        yield f"# corte: último mes con resultados{_REVIEW}: si lo que sigue aún no se reporta, quite el primer #"
    if guess.printed or guess.published:
        yield "publicado: # cifras que el documento deriva de otras; se comparan con las que se calculan"
        yield from _list_runs(guess.printed, "concepto", set())
        for name, column in guess.published.items():
            yield f"  - {{concepto: {name}, columna: {_quote(_mark_year(guess, year, guess.heading(column)))}}}"
    months = [name for name, run in guess.series if run.kind == "mes" and run.is_whole]
    if months == [name for name, run in guess.printed if run.kind == "trimestre" and run.is_whole] != []:
        yield f"# reparar: [meses = trimestres, trimestres = meta_anual]{_REVIEW}: si viene de un PDF, quite el #"


def _list_runs(series: Iterable[tuple[str, Run]], key: str, unsure: set[str]) -> Iterator[str]:
    for name, run in series:
        doubt = "¿programado o ejecutado?" * (name in unsure) or "faltan periodos" * (not run.is_whole)
        yield f"  - {key}: {name}" + f"{_REVIEW}: {doubt}" * bool(doubt)
        if run.initials:
            yield from [f"    grupo: {_quote(group)}" for group in run.templates if group]
            yield "    encabezados: [E, F, M, A, M, J, J, A, S, O, N, D]"
        elif run.is_whole:
            yield f"    patron: {_list(_drop_alike(run.templates))}"
        else:
            yield f"    meses: {LENGTHS[run.kind]}"
            yield "    encabezados:"
            for month in sorted(run.columns):
                mark = f"{{{run.kind}={month // LENGTHS[run.kind]}}}"
                yield f"      {month}: {_list(t.replace(f'{{{run.kind}}}', mark) for t in _drop_alike(run.templates))}"


def _drop_alike(texts: Iterable[str]) -> list[str]:
    return list({normalize(text): text for text in reversed(list(texts))}.values())[::-1]


def _mark_year(guess: Guess, year: int | None, heading: str) -> str:
    """Return a heading with its year as a placeholder, where those of the periods have it so."""
    dated = year and any("{ejercicio}" in template for template in guess.templates)
    return heading.replace(str(year), "{ejercicio}") if dated else heading


def _find_patterns(guess: Guess) -> tuple[list[str], list[str]]:
    """Return patterns of the lines above that say something known, and those that may."""
    patterns, notes, said = [], [], set(guess.columns)
    lines = [line for sketch in (guess.sketch, *guess.others) for line in find_lines(sketch)]
    for cells in dict.fromkeys(lines):
        colon = len(cells) == 1 and re.match(r"([^:]{2,60}):\s*\S", cells[0])
        label = " ".join((colon[1] if colon else cells[0]).split())
        target = find_target(label.rstrip(": ")) if colon or len(cells) in (2, 3) else None
        key = make_slug(label).replace("-", "_")[:40]
        if target and target not in said:
            several = [label, *[f"{{clave_{key}}}"] * (len(cells) - 2), f"{{{target}}}"]
            patterns.append(f"{label}: {{{target}}}" if colon else " | ".join(several))
            said.add(target)
            continue
        found = next((text for cell in cells if (text := _make_pattern(cell, guess.by_row))), None)
        if not target:
            patterns += [found] if found else []
            notes += [f"{label}: {{{key}}}"] if colon and not found and len(label) < 40 else []
    return list(dict.fromkeys(patterns)), list(dict.fromkeys(notes))


def _make_pattern(cell: str, by_row: bool) -> str | None:
    """Return a line with placeholders for the year, and for the period where the rows below are of one."""
    if len(cell) > _LONG:
        return None
    if by_row and parse_period(cell):
        return next((template for _, _, template in list_sayings(cell)), None)
    return " ".join(_YEAR.sub("{ejercicio}", cell, count=1).split()) if _YEAR.search(cell) else None


def _find_year(guess: Guess, archivo: str) -> tuple[int | None, str]:
    """Return the year that the headings, the lines above or the file's name say, and which of them."""
    dated = [guess.sketch.paths[column] for _, run in guess.series for column in run.all_columns]
    headings = [part for path in dated for part in path]
    above = [text for line in find_lines(guess.sketch) for text in line]
    places = {"de los encabezados": headings, "de las líneas de arriba": above, "del nombre del archivo": [archivo]}
    for source, texts in places.items():
        if years := Counter(_YEAR.findall(" ".join(texts))):
            return int(max(years, key=lambda year: (years[year], year))), source
    return None, ""


def _list_rows(guess: Guess) -> list[tuple[Cell, ...]]:
    """Return the rows that are of activities."""
    return [row for row in guess.rows if find_total(row, guess.columns) is None]


def _needs_filling(guess: Guess, name: str) -> bool:
    column = guess.columns.get(name)
    rows = [row for row in _list_rows(guess) if sum(cell is not None for cell in row) > 2]
    blank = [column is not None and column < len(row) and row[column] is None for row in rows]
    return bool(rows) and column is not None and not blank[0] and sum(blank) >= 0.2 * len(rows)


def _count_nameless(guess: Guess) -> int:
    column = guess.columns.get("actividad")
    rows = _list_rows(guess) if column is not None else ()
    return sum(len(set(row) - {None}) > 2 and (column >= len(row) or row[column] is None) for row in rows)


def _find_blanks(guess: Guess) -> dict[str, str]:
    """Return the texts that stand where numbers do, the most frequent first, each with its first cells."""
    numeric = [column for run in guess.runs for column in run.all_columns]
    names = {*FIGURE_COLUMNS, *_NUMBERS} - {name for name, twin in TEXT_TWINS.items() if twin in guess.columns}
    numeric += [*guess.published.values(), *(column for name, column in guess.columns.items() if name in names)]
    rows, sheet = set(map(id, guess.rows)), guess.sketch.sheet
    found: dict[str, list[str]] = {}
    for at, row in enumerate(sheet.filas):
        for column in sorted(set(numeric)) if id(row) in rows else ():
            cell = row[column] if column < len(row) else None
            if isinstance(cell, str) and guess.to_number(cell) is None:
                found.setdefault(cell, []).append(str(sheet.locate(at, column).celda))
    most = sorted(found.items(), key=lambda item: -len(item[1]))[:12]
    return {text: ", ".join(cells[:6]) + "…" * (len(cells) > 6) for text, cells in most}


def _find_odd_percents(guess: Guess) -> list[str]:
    """Return the columns in which some numbers, and not most, have a percent format."""
    columns = [(name, column) for name, run in guess.series for column in run.all_columns]
    columns += [*guess.columns.items(), *(("publicado", column) for column in guess.published.values())]

    def is_odd(column: int) -> bool:
        shown = [isinstance(cell, ShownPercent) for cell in guess.cells(column)]
        return 0 < sum(shown) < 0.5 * len(shown)

    return list(dict.fromkeys(name for name, column in columns if name not in _TEXTS and is_odd(column)))


def _list_ignored(guess: Guess) -> list[str]:
    """Return the headings of columns left over; the last level alone where it names no column that is placed."""
    paths, found = guess.sketch.paths, []
    for column in sorted(set(guess.ignored)):
        last = normalize(paths[column][-1])
        alone = all(other in guess.ignored for other, path in paths.items() if normalize(path[-1]) == last)
        found += [escape_heading(paths[column][-1])] if alone else [guess.heading(column)]
        found += guess.spellings(column)[1:]
    return _drop_alike(found)
