"""Tables: the rows of an edition in a document, shaped into the tidy tables of a plan."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from poa_eval.errors import FormatoError, Place, Refusals
from poa_eval.layouts.layout import Edition, Layout
from poa_eval.layouts.parts import BehaviourRule
from poa_eval.loaders.activities import ActivityTable, read_activities
from poa_eval.loaders.columns import Columns, split_runs
from poa_eval.loaders.figures import join_periods, read_figures, read_totals
from poa_eval.loaders.headings import HeadingMatcher
from poa_eval.loaders.joins import join_tables
from poa_eval.loaders.row_marks import scope_totals
from poa_eval.loaders.rows import Content, Line, Row, read_content
from poa_eval.loaders.schedule import make_calendar, read_marks
from poa_eval.loaders.sheets import list_sheets
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
from poa_eval.plan.schema import COLUMNS, Record, make_table
from poa_eval.readers.cells import RawDocument
from poa_eval.text.names import normalize
from poa_eval.text.numbers import write_exact

#: What a finding or a figure may be about that stands in another cell than its row's source.
_LOCATED = {"programado", "comentario", *COLUMNS["actividades"]} - {"actividad_id", "unidad_id", "meta_id"}


class TableReader:
    """The table of an edition in a document: the first of it, or a further one that is joined to it (`tablas`)."""

    def __init__(
        self,
        document: RawDocument,
        layout: Layout,
        edition: Edition,
        headings: HeadingMatcher,
        refusals: Refusals,
        *,
        is_further: bool = False,
    ) -> None:
        self.document, self.layout, self.edition, self.headings = document, layout, edition, headings
        self.refusals, self.is_further = refusals, is_further

    def read(self, names: Mapping[str, Mapping[str, str]] | None, identidad: Sequence[str]) -> None:
        """Read rows, activities and figures; `names` are accepted ones, `identidad` the columns of the params.

        Raises FormatoError, or adds to the refusals, what is not as the layout says.
        """
        if self.is_further and not any(list_sheets(self.document, self.edition)):
            raise _refuse_no_sheet(self.document, self.edition)
        self.content = read_content(self.document, self.headings, self.refusals, may_be_empty=self.is_further)
        self.unmatched = join_tables(self.content, self.document, self.edition)
        columns = Columns(self.edition, self.layout.locale, names, identidad, self.refusals)
        self.read_rows = _shape_rows(self.content, columns, self.layout.institucion)

    def shape(self, year: int) -> dict[str, pd.DataFrame | list]:
        """Return the tables of a plan of a year."""
        edition, content, source = self.edition, self.content, self.layout.nombre
        activities, periods, printed, notes, owners, marked = self.read_rows
        unused = [_tell_condition(rule) for rule in edition.reglas if rule.porque not in activities.used_rules]
        texts = [f"ninguna actividad cumple la regla «{when}» del layout" for when in unused]
        lines = [*content.lines, *((IDLE_RULE, text, f"layout {source}") for text in texts)]
        notes += [*_list_statements(lines, content, owners, edition), *_list_rules(self.layout, edition)]
        notes = list({(note.key, note.text): note for note in reversed(notes)}.values())[::-1]  # each text once
        table = activities.frame()
        periods = fold_lengths(periods, table, edition)
        span = note_span(periods, table.set_index("actividad_id")["meta_anual"].astype(float), edition, source)
        said = list_said(edition, periods, self.document.archivo, source)
        notes += [*self.unmatched, *(n for n in said if not (self.is_further and isinstance(n, NoResults)))]
        if edition.meta_anual:
            months = span[0].last - span[0].first + 1 if span else 12
            table["meta_anual"] = table["actividad_id"].map(sum_programme(periods, months))
        return {
            "unidades": activities.units,
            "actividades": table,
            "avances": periods,
            "calendario": make_calendar(table, periods, marked, edition, year),
            "publicado": make_table("publicado", printed).drop_duplicates(),
            "contexto": [*notes, *span, *find_cutoff(periods, edition, source)],
        }


def _refuse_no_sheet(document: RawDocument, edition: Edition) -> FormatoError:
    there = ", ".join(f"«{sheet.hoja}»" for sheet in document.hojas if sheet.hoja)
    return FormatoError(
        f"ninguna hoja {' ni '.join(f'«{name}»' for name in edition.hojas)}, que pide `tablas:` del layout",
        f"una de las hojas que hay: {there}" if there else "un libro con hojas",
        "corrija `hojas:` de esa tabla en el layout, o el nombre de la hoja",
        lugar=Place(document.archivo),
    )


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
