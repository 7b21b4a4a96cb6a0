"""Load: one document into a plan, its rows shaped by the layout's word into tidy tables."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from poa_eval.errors import FormatoError, Place, Refusals
from poa_eval.layouts.cards import Cards
from poa_eval.layouts.catalog import find_layout
from poa_eval.layouts.layout import Edition, Layout
from poa_eval.layouts.parts import BehaviourRule
from poa_eval.loaders.activities import ActivityTable, read_activities
from poa_eval.loaders.behaviour import infer_accumulation
from poa_eval.loaders.cards.reader import read_outline
from poa_eval.loaders.cards.shape import shape_outline
from poa_eval.loaders.columns import Columns, split_runs
from poa_eval.loaders.detect import choose_edition
from poa_eval.loaders.figures import join_periods, read_figures, read_totals, scope_totals
from poa_eval.loaders.joins import join_tables
from poa_eval.loaders.rows import Content, Line, Row, read_content
from poa_eval.loaders.scale import note_mixed_scale
from poa_eval.loaders.schedule import make_calendar, read_marks
from poa_eval.loaders.spans import find_cutoff, fold_lengths, list_said, note_span, sum_programme
from poa_eval.plan.notes import (
    IDLE_RULE,
    AcceptedName,
    ColumnPlaces,
    Comment,
    DeclaredRule,
    NoResults,
    Note,
    Repair,
    Statement,
)
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import COLUMNS, Record, make_table
from poa_eval.readers.cells import RawDocument
from poa_eval.readers.formats import read_raw
from poa_eval.readers.marker import refuse_form
from poa_eval.text.names import normalize
from poa_eval.text.numbers import write_exact

#: What a finding or a figure may be about that stands in another cell than its row's source.
_LOCATED = {"programado", "comentario", *COLUMNS["actividades"]} - {"actividad_id", "unidad_id", "meta_id"}


def load(path: str | Path, layout: str | Path | Layout | None = None, *, ejercicio: int | None = None) -> Plan:
    """Load one document as a plan.

    Parameters
    ----------
    path : path-like
        A spreadsheet or text document.
    layout : str, path-like or Layout, optional
        Name of a known layout, or a YAML file; without it the layout is found by its headings.
    ejercicio : int, optional
        Year, for documents that do not say it.

    Raises
    ------
    PoaError
        The file or its content is not as it must be; names the cell and the way out.

    Examples
    --------
    >>> load("plan.xlsx")  # doctest: +SKIP
    """
    known = layout if layout is None or isinstance(layout, Layout) else find_layout(str(layout))
    with _pause_collection():
        document = read_raw(path)
        refuse_form(document)
        return shape_document(document, known, ejercicio=ejercicio)


@contextmanager
def _pause_collection() -> Iterator[None]:
    """Collect no garbage meanwhile: a document makes many objects and no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def shape_document(
    document: RawDocument,
    layout: Layout | None = None,
    *,
    ejercicio: int | None = None,
    names: Mapping[str, Mapping[str, str]] | None = None,
    identidad: Sequence[str] = (),
) -> Plan:
    """Shape a raw document into a plan.

    Without a layout, it is the known one whose headings the document has; `ejercicio` is for documents that do not say
    their year, `names` are accepted names of tables: per column, printed name → real name. `identidad` are the columns
    that identify an activity, instead of those of the layout.

    Raises FormatoError where a heading, a figure or the period is not as the layout says.
    """
    found = choose_edition(document, layout, ejercicio)
    layout, edition = found.layout, found.edition
    if isinstance(edition, Cards):
        return _shape_cards(document, layout, edition, ejercicio)
    refusals = Refusals()
    with refusals.tell_all():
        content = read_content(document, found.headings, refusals)
        unmatched = join_tables(content, document, edition)
        columns = Columns(edition, layout.locale, names, identidad, refusals)
        activities, periods, printed, notes, owners, marked = _shape_rows(content, columns, layout.institucion)
    unused = [_tell_condition(rule) for rule in edition.reglas if rule.porque not in activities.used_rules]
    texts = [f"ninguna actividad cumple la regla «{when}» del layout" for when in unused]
    lines = [*content.lines, *((IDLE_RULE, text, f"layout {layout.nombre}") for text in texts)]
    notes += [*_list_statements(lines, content, owners, edition), *_list_rules(layout, edition)]
    notes = list({(note.key, note.text): note for note in reversed(notes)}.values())[::-1]  # each text of a key once
    year = _find_year(content.lines, ejercicio, document)
    table = activities.frame()
    periods = fold_lengths(periods, table, edition)
    span = note_span(periods, table.set_index("actividad_id")["meta_anual"].astype(float), edition, layout.nombre)
    notes += [*unmatched, *list_said(edition, periods, document.archivo, layout.nombre)]
    if edition.meta_anual:
        months = span[0].last - span[0].first + 1 if span else 12
        table["meta_anual"] = table["actividad_id"].map(sum_programme(periods, months))
    tables = {
        "unidades": activities.units,
        "actividades": table,
        "avances": periods,
        "calendario": make_calendar(table, periods, marked, edition, year),
        "publicado": make_table("publicado", printed).drop_duplicates(),
        "contexto": [*notes, *span, *find_cutoff(periods, edition, layout.nombre)],
    }
    return infer_accumulation(note_mixed_scale(_make_plan(layout, year, tables)))


def _make_plan(layout: Layout, year: int, tables: Mapping[str, pd.DataFrame | list]) -> Plan:
    notes: list[Note] = tables["contexto"]
    rows = tables | {"contexto": [note.to_row() for note in notes]}
    made = {name: make_table(name, records) for name, records in rows.items()}
    return Plan(layout.institucion, year, layout.locale, **made, carried=tuple(notes))


def _shape_rows(
    content: Content, columns: Columns, institucion: str
) -> tuple[ActivityTable, pd.DataFrame, list[Record], list[Note], list[str], list[Record]]:
    """Read activities, periods, printed figures, notes, the unit of each row that is no total, and marked months."""
    printed: list[Record] = []
    marked: dict[tuple, Record] = {}
    rows = [row for row in content.rows if not row.is_total]
    activities, ids = read_activities(rows, columns, institucion)
    notes: list[Note] = [*activities.notes]
    blocks = []
    for run, names in zip(split_runs(rows), ids, strict=True):
        figures = read_figures(run, columns)
        if figures.periodos:
            of_row = np.array(names, dtype=object)[figures.periodos["fila"]]
            blocks.append(figures.periodos | {"actividad_id": of_row})
        for at, record in read_marks(run, columns):
            marked.setdefault((names[at], record["mes"]), {"actividad_id": names[at]} | record)
        printed += ({"ambito": "actividad", "clave": names[at]} | record for at, record in figures.publicado)
        notes += (replace(repair, owner=names[at]) for at, repair in figures.repairs)
        notes += [*_name_columns(run[0]), *_list_comments(run, names, columns)]
    units = dict(zip(activities.table["actividad_id"], activities.table["unidad_id"], strict=True))
    owners = [units[name] for names in ids for name in names]
    said = dict(zip(map(id, rows), (name for names in ids for name in names), strict=True))
    for key, text, row in columns.used:
        owner = units[said[id(row)]] if key == "unidad" else said[id(row)]
        notes.append(AcceptedName(column=key, owner=owner, text=text, source=row.address(key)))
    names = {normalize(str(unit["unidad"])): str(unit["unidad_id"]) for unit in activities.units}
    for row, scope in scope_totals(content.rows, owners, names):
        printed += (scope | record for record in read_totals(row, columns))
    columns.refuse_faults()
    may_fill, may_repeat = columns.edition.series_por_fila is not None, len(activities.positions) < len(rows)
    periods, repeated = join_periods(blocks, may_fill=may_fill, may_repeat=may_repeat)
    notes += (Repair(state="repetida", owner=key, source=source) for key, source in repeated)
    return activities, periods, printed, notes, owners, [*marked.values()]


def _list_comments(run: list[Row], names: list[str], columns: Columns) -> Iterator[Comment]:
    """Yield the comment on each row that holds the whole year: it speaks of the activity, not of one period."""
    if columns.edition.periodo == "columnas" and "comentario" in run[0].table.columns:
        for row, name, text in zip(run, names, columns.texts(run, "comentario"), strict=True):
            if text is not None:
                yield Comment(owner=name, text=text, source=row.address("comentario"))


def _name_columns(row: Row) -> Iterator[ColumnPlaces]:
    """Yield in which columns of a sheet stand goal, programme and texts: a period's source is its result's cell."""
    if row.sheet.hoja is None:
        return
    named = {key: at for key, at in row.table.columns.items() if not row.table.further.get(key)}
    places = {key: xl_col_to_name(at + row.sheet.desde) for key, at in named.items() if key.split(":")[0] in _LOCATED}
    yield ColumnPlaces.of_sheet(f"{row.sheet.archivo}!{row.sheet.hoja}", places)


def _list_statements(
    lines: Iterable[Line], content: Content, owners: Sequence[str], edition: Edition
) -> Iterator[Statement]:
    """Yield statements; what the context columns say only in the rows of one unit of several is of that unit."""
    said: dict[tuple[str, str], set[str]] = {}
    rows = (row for row in content.rows if not row.is_total)
    for row, owner in zip(rows, owners, strict=True) if len({*owners}) > 1 else ():
        for key in edition.contexto_columnas:
            said.setdefault((key, str(row.value(f"contexto:{key}"))), set()).add(owner)
    for name, text, source in lines:
        units = said.get((name, text), set())
        yield Statement(name=name, owner=next(iter(units)) if len(units) == 1 else None, text=text, source=source)


def _shape_cards(document: RawDocument, layout: Layout, edition: Cards, ejercicio: int | None) -> Plan:
    outline = read_outline(document, edition, layout.locale)
    place = document.hojas[0].locate(0) if document.hojas else Place(document.archivo)
    records = shape_outline(outline, edition, layout.institucion, layout.locale, place)
    year = _find_year(((key, *said) for key, said in outline.documento.items()), ejercicio, document)
    if records["avances"]:
        records["contexto"].append(NoResults(text=document.archivo, source=f"layout {layout.nombre}"))
    records["contexto"].append(DeclaredRule(name="layout", text=layout.nombre, source=f"layout {layout.nombre}"))
    return _make_plan(layout, year, records)


def _list_rules(layout: Layout, edition: Edition) -> list[DeclaredRule]:
    """List the rules that a layout declares."""
    said = [("layout", layout.nombre)]
    if edition.totales and edition.totales.suma_segun_documento:
        said.append(("suma_segun_documento", "sí"))
    if edition.avance:
        said += [("avance", edition.avance.formula), ("avance.texto", edition.avance.texto)]
        said += [(f"avance.peso.{n}", write_exact(weight)) for n, weight in sorted(edition.avance.pesos.items())]
    if edition.registro:
        said.append(("registro", "sí"))
    if edition.meta_anual:
        said.append(("meta_anual", edition.meta_anual))
    for column, names in edition.nombres.items():
        said.append((f"nombres.{column}", "; ".join(f"{printed} = {name}" for printed, name in names.items())))
    for rule in edition.reglas:
        said.append(("comportamiento", f"{_tell_condition(rule)}: {rule.porque}"))
    return [DeclaredRule(name=name, text=text, source=f"layout {layout.nombre}") for name, text in said]


def _tell_condition(rule: BehaviourRule) -> str:
    return ", ".join(f"{column}: {' o '.join(texts)}" for column, texts in rule.cuando.items())


def _find_year(lines: Iterable[tuple[str, str, str]], given: int | None, document: RawDocument) -> int:
    century = {"ejercicio": 0, "anio": 2000}
    said = [line for line in lines if line[0] in century]
    for _, text, source in said:
        if not text.isdecimal():
            raise FormatoError(
                f"«{text}» ({source})", "el año del ejercicio, en cifras", "corrija el año en el documento"
            )
    years = dict.fromkeys(century[key] + int(text) for key, text, _ in said)
    if given is not None:
        years.setdefault(given)
    if len(years) != 1:
        found = ", ".join(map(str, years)) or "ningún ejercicio"
        raise FormatoError(
            f"ejercicio {found} en el documento y los parámetros" if years else found,
            "un solo ejercicio",
            "revise el año en las líneas encima de las tablas y en `ejercicio:` de los parámetros",
            lugar=document.hojas[0].locate(0) if document.hojas else None,
        )
    return next(iter(years))
