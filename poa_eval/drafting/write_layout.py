"""Write a draft: a commented layout for a document of an unknown form, with what could be placed and what not."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from poa_eval.drafting.assign_columns import find_target, guess_columns
from poa_eval.drafting.behaviour import settle_texts
from poa_eval.drafting.find_table import find_lines, list_sayings
from poa_eval.drafting.guess import Guess, escape_heading, is_mark
from poa_eval.drafting.identity import Identity, propose_identity
from poa_eval.drafting.preview import preview_activities, read_draft
from poa_eval.drafting.render import drop_alike, quote, render_layout
from poa_eval.drafting.span import propose_span
from poa_eval.errors import FormatoError, Place, PoaError
from poa_eval.layouts.parts import FIGURE_COLUMNS, PERIOD_COLUMNS
from poa_eval.loaders.columns import TEXT_TWINS
from poa_eval.loaders.row_marks import find_total, is_total, suggest_pattern
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import COLUMNS, NUMBER
from poa_eval.readers.cells import Cell, ShownPercent
from poa_eval.readers.formats import read_raw
from poa_eval.text.goals import parse_goal
from poa_eval.text.names import make_slug, normalize
from poa_eval.text.periods import LENGTHS, parse_period

#: A year that stands for itself: not of a date, a version or a span, nor «hasta la gestión 2027».
_YEAR = re.compile(r"(?<!\d)(?<!\d[/.\-–])((?:199|20[0-4])\d|2050)(?![\d]|\s*[/\-–]\s*\d)")
_TOWARDS = re.compile(
    r"\b(?:hasta|desde|al|até)\s+(?:(?:el|la|o|a)\s+)?(?:(?:gestión|año|ejercicio|ano)\s+)?$", re.IGNORECASE
)
_OF_HEADINGS = "de los encabezados"
_LONG = 150  # a line longer than this is a paragraph
_SHORT = 12  # a text longer than this says more than «no figure»
_ORDER = ["unidad_id", "unidad", "responsable", *COLUMNS["actividades"], *PERIOD_COLUMNS, *FIGURE_COLUMNS, "comentario"]
_NUMBERS = {name for name, kind in COLUMNS["actividades"].items() if kind == NUMBER}
_TEXTS = COLUMNS["actividades"].keys() - _NUMBERS


def draft_layout(path: str | Path, nombre: str | None = None) -> str:
    """Draft the layout of a document: YAML with comments, a guess per column, what is left, and the first activities.

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
    name = nombre or make_slug(Path(document.archivo).stem)

    plans: list[Plan] = []  # as it is read so far

    def write(identity: Identity) -> str:
        values = _find_values(guess, document.archivo, name)
        return render_layout(values | {"identity": identity, "span": propose_span(guess, plans[-1] if plans else None)})

    def read(identity: Identity) -> Plan | PoaError:
        return read_draft(document, write(identity), has_year=_find_year(guess, document.archivo)[0] is not None)

    identity = propose_identity(guess, read)
    first = read(identity)
    if isinstance(first, Plan):
        plans.append(first)
        settle_texts(guess, first)
    return write(identity) + "".join(f"# {line}\n" for line in preview_activities(read(identity)))


def _find_values(guess: Guess, archivo: str, nombre: str) -> dict[str, object]:
    """Return what the template shows of a guess, beside the guess itself."""
    year, source = _find_year(guess, archivo)
    patterns, notes = _find_patterns(guess)
    period = "contexto" if any(f"{{{name}}}" in pattern for pattern in patterns for name in LENGTHS) else None
    period = "fila" if set(PERIOD_COLUMNS[:-1]) & set(guess.columns) else period
    headings = {
        name: [_mark_year(guess, year, text) for text in guess.spellings(column)]
        for name, column in sorted(guess.columns.items(), key=_rank_column)
    }
    if guess.corner is not None:
        headings["unidad"] = ["{actividad}"]
    whole_year = set(FIGURE_COLUMNS if guess.by_row and period is None else ())
    filled = [name for name in ("unidad_id", "unidad", "programa", "actividad") if _needs_filling(guess, name)]
    blanks = _find_blanks(guess)
    short = [text for text in blanks if len(text) <= _SHORT and not re.search(r"\d", text) and not is_mark(text)]
    months = [name for name, run in guess.series if run.kind == "mes" and run.is_whole]
    quarters = [name for name, run in guess.printed if run.kind == "trimestre" and run.is_whole]
    totals, ignored_rows = _sort_totals(guess)
    return {
        "guess": guess,
        "sketch": guess.sketch,
        "archivo": archivo,
        "nombre": nombre,
        "year": year,
        "year_source": source,
        "dated": any("{ejercicio}" in text or "{anio}" in text for text in [*patterns, *guess.templates])
        and not (source == _OF_HEADINGS and any(len(at) > 1 for run in guess.runs for at in run.columns.values())),
        "patterns": patterns,
        "notes": notes,
        "period": period,
        "columns": {name: texts for name, texts in headings.items() if name not in whole_year},
        "filled": filled,
        "whole_years": {
            name: guess.spellings(guess.columns[name]) for name in FIGURE_COLUMNS if name in whole_year & set(headings)
        },
        "whole_series": [name for name, run in guess.series if run.is_whole and not guess.list_marks(run)],
        "published": {name: _mark_year(guess, year, guess.heading(column)) for name, column in guess.published.items()},
        "is_repairable": months == quarters != [],
        "totals": totals,
        "ignored_rows": ignored_rows,
        "nameless": 0 if "actividad" in filled else _count_nameless(guess),
        "odd_percents": _find_odd_percents(guess),
        "blanks": short,
        "unread": {text: cells for text, cells in blanks.items() if text not in short},
        "ignored": _list_ignored(guess),
    }


def _rank_column(item: tuple[str, int]) -> int:
    """Return where a column stands in a draft: names that are no column of the plan come last."""
    return _ORDER.index(item[0]) if item[0] in _ORDER else len(_ORDER)


def _sort_totals(guess: Guess) -> tuple[list[str], list[str]]:
    """Return which rows add up others: the document's totals, and the rest as rows that do not count."""
    first = [text for text, key in guess.totals.items() if not key]
    whole = [text for text in first if not suggest_pattern(text).endswith("*")]
    declared = [text for text in whole if is_total(text)] or (whole if len(whole) == 1 else [])
    if not declared and all(map(is_total, first)):
        declared = first
    others = {(key, quote(suggest_pattern(text))): 0 for text, key in guess.totals.items() if text not in declared}
    return declared, [f"{{{key}: {text}}}" if key else text for key, text in others]


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
    found = next(_find_years(cell), None)
    return " ".join(f"{cell[: found.start()]}{{ejercicio}}{cell[found.end() :]}".split()) if found else None


def _find_years(text: str) -> Iterator[re.Match[str]]:
    """Yield the years of a line that may be its own."""
    return (found for found in _YEAR.finditer(text) if not _TOWARDS.search(text[: found.start()]))


def _find_year(guess: Guess, archivo: str) -> tuple[int | None, str]:
    """Return the year that the headings, the lines above or the file's name say, and which of them."""
    dated = [guess.sketch.paths[column] for _, run in guess.series for column in run.all_columns]
    headings = [part for path in dated for part in path]
    above = [text for line in find_lines(guess.sketch) for text in line]
    places = {_OF_HEADINGS: headings, "de las líneas de arriba": above, "del nombre del archivo": [archivo]}
    for source, texts in places.items():
        if years := Counter(found[1] for text in texts for found in _find_years(text)):
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
    numeric = [column for run in guess.runs if not guess.list_marks(run) for column in run.all_columns]
    names = {*FIGURE_COLUMNS, *_NUMBERS} - {name for name, twin in TEXT_TWINS.items() if twin in guess.columns}
    numeric += [*guess.published.values(), *(column for name, column in guess.columns.items() if name in names)]
    rows, sheet = set(map(id, guess.rows)), guess.sketch.sheet
    found: dict[str, list[str]] = {}
    for at, row in enumerate(sheet.filas):
        for column in sorted(set(numeric)) if id(row) in rows else ():
            cell = row[column] if column < len(row) else None
            is_goal = column == guess.columns.get("meta_anual") and isinstance(cell, str)
            if is_goal and parse_goal(str(cell), guess.locale):
                continue
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
    return drop_alike(found)
