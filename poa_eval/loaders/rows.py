"""Tables in raw sheets: which rows are data, and what the lines above them say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from poa_eval.errors import FormatoError
from poa_eval.layouts.layout import Edition
from poa_eval.layouts.patterns import compile_pattern, compile_patterns, match_line
from poa_eval.loaders.headings import Form, Table, find_headings, list_sheets, make_form, refuse_years, split_sheet
from poa_eval.loaders.totals import find_total, is_total, says_total, suggest_pattern
from poa_eval.readers.cells import Cell
from poa_eval.readers.formats import RawDocument, RawSheet
from poa_eval.text.names import normalize
from poa_eval.text.periods import parse_period

#: What a document, its layout or its reading says beside the figures: key, text, source.
Note = tuple[str, str, str]
#: What ends a table where `fin_tabla` says so: a row without any cell.
BLANK_ROW = "fila en blanco"


@dataclass(eq=False, slots=True)
class Row:
    """One data row of a table."""

    sheet: RawSheet
    index: int
    table: Table
    contexto: dict[str, str]  # what the lines above say: key → text
    is_total: bool = False
    relleno: dict[str, Cell] = field(default_factory=dict)  # cells of fill-down columns: its own, else those above

    def value(self, key: str) -> Cell:
        """Return the cell of a mapped column; None where blank."""
        column = self.table.columns.get(key)
        cells = self.sheet.filas[self.index]
        return cells[column] if column is not None and column < len(cells) else None

    def address(self, key: str | None = None) -> str:
        """Return the address of a mapped column's cell in this row."""
        return self.sheet.address(self.index, self.table.columns.get(key, 0) if key else 0)


@dataclass
class Content:
    """What a document holds by one edition of a layout: data rows in order, and lines of text."""

    rows: list[Row] = field(default_factory=list)
    lines: list[Note] = field(default_factory=list)


_WIDE = 4  # so many different cells in a row are a table, not a line with a label


@dataclass(frozen=True)
class _Marks:
    """What tells rows apart: expressions and folded texts of an edition, once for a document."""

    lines: tuple[re.Pattern[str], ...]  # patterns of a line, or of one cell of it
    rows: tuple[re.Pattern[str], ...]  # patterns of several cells
    ignored: tuple[str, ...]  # first cells of rows left out
    unwanted: tuple[dict[str, str], ...]  # their cells by column, "" for a blank one
    ends: tuple[str, ...]
    totals: tuple[str, ...]


def read_content(document: RawDocument, edition: Edition, ejercicio: int | None = None) -> Content:
    """Read the data rows and lines of all visible sheets, each with a table or left out on purpose."""
    content = Content()
    form = make_form(edition, ejercicio)
    marks = _Marks(
        *compile_patterns(edition.contexto),
        tuple(normalize(item) for item in edition.ignorar_filas if isinstance(item, str)),
        tuple({k: normalize(v) for k, v in item.items()} for item in edition.ignorar_filas if isinstance(item, dict)),
        tuple(map(normalize, edition.fin_tabla)),
        tuple(map(normalize, edition.totales.texto)) if edition.totales else (),
    )
    for sheet in list_sheets(document, edition):
        if sheet.oculta:
            content.lines.append(sheet.note_hidden())
            continue
        named = match_line(sheet.hoja or "", tuple(map(compile_pattern, edition.nombre_hoja)))
        content.lines += [(key, text, sheet.address(0, 0)) for key, text in named.items()]
        before, said = len(content.rows), len(content.lines)
        for part in split_sheet(sheet, form):
            has_table = _read_sheet(part, form, marks, named, content)
            if not has_table and len(content.rows) > before:
                raise FormatoError(
                    "una tabla al lado de otra, sin todos los encabezados del layout",
                    f"los mismos encabezados {edition.lado_a_lado} veces (`lado_a_lado:`)",
                    "corrija los encabezados en el documento; los que están bajo un grupo lo necesitan cada vez",
                    lugar=part.locate(0, 0),
                )
        wide = next((i for i, row in enumerate(sheet.filas) if len({*row} - {None}) >= _WIDE), None)
        if len(content.rows) == before and sheet.hoja and wide is not None:
            raise FormatoError(
                f"en la hoja «{sheet.hoja}», filas de varias celdas y ninguna tabla con los encabezados del layout",
                "la tabla del layout en cada hoja visible que no se deje fuera a propósito",
                "corrija los encabezados de la hoja, ocúltela, o declárela en `ignorar_hojas:` del layout",
                lugar=sheet.locate(wide, 0),
            )
        if len(content.rows) == before and sheet.hoja and any(map(any, sheet.filas)):
            content.lines[said:] = [line for line in content.lines[said:] if line[0] != "nota"]
            note = f"En la hoja «{sheet.hoja}» no hay filas de la tabla del layout."
            content.lines.append(("hoja_sin_tabla", note, sheet.address(0, 0)))
    _keep_year(content, form)
    if not content.rows:
        raise FormatoError(
            "ninguna fila de datos bajo los encabezados",
            "al menos una fila",
            "revise que la tabla no esté vacía, ni en una hoja oculta o dejada fuera, ni sea de otro ejercicio",
            lugar=document.hojas[0].locate(0) if document.hojas else None,
        )
    return content


def _read_sheet(sheet: RawSheet, form: Form, marks: _Marks, named: dict[str, str], content: Content) -> bool:
    """Add rows and lines of a sheet, and say whether it has the table."""
    tables = {table.top: table for table in find_headings(sheet, form)}
    edition = form.edition
    contexto = dict(named)
    above: dict[str, Cell] = {}
    kinds: dict[Cell, str] = {}  # first cell → what it makes of its row
    table: Table | None = None
    after_rows = False
    skip_to = 0
    totals = {text for text in sheet.textos if says_total(text)}
    pending: list[Note] = []  # lines above the next table; below the last one they are notes
    for index, cells in enumerate(sheet.filas):
        if index in tables:
            content.lines += [("texto" if key == "nota" else key, text, address) for key, text, address in pending]
            above = above if after_rows and not pending else {}  # a heading repeated at a page break goes on
            if after_rows and pending:  # lines that say nothing known do not leave the last table's period standing
                contexto = dict(named)
            pending = []
            table, skip_to, after_rows = tables[index], index + tables[index].height, False
            if table.year is not None:
                content.lines.append(("ejercicio", str(table.year), sheet.address(index, 0)))
        if index < skip_to:
            continue
        first, is_line = _look_at(cells, table)
        if first is None:
            table = None if BLANK_ROW in marks.ends else table
            continue
        if table is not None and not is_line and not (marks.rows and match_line(_join(cells), marks.rows)):
            kind = kinds.get(first) or kinds.setdefault(first, _name_kind(first, marks))
            row = Row(sheet, index, table, contexto, kind == "total")
            if kind == "end":
                table = None
            elif kind == "ignored":
                continue
            elif marks.unwanted and _is_unwanted(row, marks.unwanted):
                content.lines.append(("fila_ignorada", _join(cells), sheet.address(index, 0)))
                continue
            else:
                if kind == "data" and not totals.isdisjoint(cells):
                    _refuse_total(row, above)
                if edition.rellenar:
                    _fill_down(row, edition.rellenar, above)
                content.rows.append(row)
                if edition.contexto_columnas:
                    content.lines += _read_context_columns(row, edition)
                after_rows = True
                continue
        found = _match_cells(cells, marks)
        if after_rows and found:
            contexto, after_rows = dict(named), False
        contexto |= found
        address = sheet.address(index, 0)
        line = " ".join(str(cell) for cell in dict.fromkeys(cells) if cell is not None)
        pending += [(key, text, address) for key, text in found.items()] or [("nota", line, address)]
    content.lines += pending
    return bool(tables)


def _is_unwanted(row: Row, conditions: tuple[dict[str, str], ...]) -> bool:
    def fits(key: str, pattern: str) -> bool:
        value = row.value(key)
        return fnmatchcase(normalize(str(value)), pattern) if value is not None else not pattern

    return any(all(fits(key, pattern) for key, pattern in item.items()) for item in conditions)


def _look_at(cells: tuple[Cell, ...], table: Table | None) -> tuple[Cell, bool]:
    """Return the first cell of a row, and whether the row is a line: above every table, or one text alone in it."""
    first, at = None, 0
    for column, cell in enumerate(cells):
        if cell is None:
            continue
        if first is None:
            first, at = cell, column
        elif cell != first:
            return first, table is None
    alone = isinstance(first, str) and table is not None and (at == 0 or at != table.columns.get("actividad"))
    return first, table is None or alone


def _name_kind(first: Cell, marks: _Marks) -> str:
    text = normalize(str(first))
    for kind, patterns in (("end", marks.ends), ("ignored", marks.ignored), ("total", marks.totals)):
        if any(fnmatchcase(text, pattern) for pattern in patterns):
            return kind
    return "data"


def _refuse_total(row: Row, above: Mapping[str, Cell]) -> None:
    """Refuse a row of totals that the layout does not declare: it would be read as an activity or a unit."""
    said = row.value("unidad") or above.get("unidad") or row.contexto.get("unidad")
    cells = row.sheet.filas[row.index]
    first = next(at for at, cell in enumerate(cells) if cell is not None)
    at = first if is_total(cells[first]) else find_total(cells, row.table.columns, said)
    if at is None:
        return
    text = str(cells[at])
    pattern = f'"{suggest_pattern(text)}"'
    if text != cells[first]:
        pattern = f"{{{'unidad' if at == row.table.columns.get('unidad') else 'actividad'}: {pattern}}}"
    raise FormatoError(
        f"una fila «{text}» que el layout no declara",
        "filas de actividades, o totales declarados",
        f"si no interesa, agregue al layout `ignorar_filas: [{pattern}]`; si es un total que se debe comparar, "
        f'`totales: {{texto: "{text}"}}`',
        lugar=row.sheet.locate(row.index, at),
    )


def _join(cells: tuple[Cell, ...]) -> str:
    return " | ".join(str(cell) for cell in dict.fromkeys(cells) if cell is not None)


def _match_cells(cells: tuple[Cell, ...], marks: _Marks) -> dict[str, str]:
    """Return what a line says: its cells by a pattern of several, the whole, or else each cell by itself."""
    found = match_line(_join(cells), marks.rows)
    distinct = [str(cell) for cell in dict.fromkeys(cells) if cell is not None]
    found |= match_line(" ".join(distinct), marks.lines)
    if not found and len(distinct) > 1:
        for cell in distinct:
            found |= match_line(cell, marks.lines)
    return found


def _fill_down(row: Row, columns: tuple[str, ...], above: dict[str, Cell]) -> None:
    """Give blank cells of merged columns the value above, within their table; a total is above nothing."""
    if row.is_total:
        return
    for key in columns:
        value = row.value(key)
        above[key] = value if value is not None else above.get(key)
    row.relleno = dict(above)


def _read_context_columns(row: Row, edition: Edition) -> Iterator[Note]:
    for key in () if row.is_total else edition.contexto_columnas:
        value = row.value(f"contexto:{key}")
        if value is not None:
            yield key, str(value), row.address(f"contexto:{key}")


def _keep_year(content: Content, form: Form) -> None:
    """Keep the rows of the year asked for, where rows say their year; note the years that are kept."""
    edition = form.edition
    if edition.ejercicio is not None:
        content.lines.append(("ejercicio", str(edition.ejercicio), "layout"))
    if not {"ejercicio", "periodo"} & set(edition.columnas):
        return
    kept, years = [], {}
    for row in content.rows:
        period = parse_period(str(row.value("periodo") or ""))
        said = re.search(r"\d{4}", str(row.value("ejercicio") or row.relleno.get("ejercicio") or ""))
        year = int(said[0]) if said else period.ejercicio if period else None
        if year is None or form.year in (None, year):
            kept.append(row)
            if year is not None:
                years.setdefault(year, row.address("ejercicio" if said else "periodo"))
    if years:
        refuse_years("filas", years, content.rows[0].sheet.locate(content.rows[0].index, 0))
    content.rows = kept
    content.lines += [("ejercicio", str(year), address) for year, address in years.items()]
