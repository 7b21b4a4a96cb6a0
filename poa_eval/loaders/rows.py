"""Tables in raw sheets: which rows are data, and what the lines above them say."""

import re
from dataclasses import dataclass, field

from poa_eval.errors import FormatoError, Refusals
from poa_eval.layouts.layout import Edition
from poa_eval.layouts.patterns import compile_pattern, match_line
from poa_eval.loaders.headings import HeadingMatcher, Table, refuse_years
from poa_eval.loaders.row_marks import (
    BLANK_ROW,
    RowMarks,
    find_totals,
    find_undeclared_total,
    join_cells,
    list_stray,
    says_note,
    says_total,
)
from poa_eval.loaders.sheets import fill_first, list_sheets
from poa_eval.readers.cells import Cell, Filled, FilledAcross, RawDocument, RawSheet
from poa_eval.text.names import normalize
from poa_eval.text.periods import parse_period

#: What a document, its layout or its reading says beside the figures: key, text, source.
Line = tuple[str, str, str]


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
        cell = cells[column] if column is not None and column < len(cells) else None
        return None if type(cell) is FilledAcross else cell  # a text over several columns is the first one's

    def address(self, key: str | None = None) -> str:
        """Return the address of a mapped column's cell in this row."""
        return self.sheet.address(self.index, self.table.columns.get(key, 0) if key else 0)


@dataclass
class Content:
    """What a document holds by one edition of a layout: data rows in order, and lines of text."""

    rows: list[Row] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    refusals: Refusals = field(default_factory=Refusals)


_WIDE = 4  # so many different cells in a row are a table, not a line with a label


def read_content(
    document: RawDocument, headings: HeadingMatcher, refusals: Refusals, *, may_be_empty: bool = False
) -> Content:
    """Read the data rows and lines of all visible sheets, each with a table or left out on purpose.

    What is refused of a row is added to `refusals`, and the row left out.
    """
    content, edition = Content(refusals=refusals), headings.edition
    marks = RowMarks(edition)
    for sheet in list_sheets(document, edition):
        if sheet.oculta:
            content.lines.append(sheet.note_hidden())
            continue
        content.lines += sheet.list_notes(leaves_out=edition.filas_ocultas == "ignorar")
        named = match_line(sheet.hoja or "", tuple(map(compile_pattern, edition.nombre_hoja)))
        content.lines += [(key, text, sheet.address(0, 0)) for key, text in named.items()]
        before, said = len(content.rows), len(content.lines)
        for part in headings.split_sheet(sheet):
            tables = list(headings.find_tables(part))
            _SheetReader(fill_first(part, tables, marks.blanks), edition, marks, named, content).read(tables)
            if not tables and len(content.rows) > before:
                raise FormatoError(
                    "una tabla al lado de otra, sin todos los encabezados del layout",
                    f"los mismos encabezados {edition.lado_a_lado} veces (`lado_a_lado:`)",
                    "corrija los encabezados en el documento; los que están bajo un grupo lo necesitan cada vez",
                    lugar=part.locate(0, 0),
                )
        if len(content.rows) == before and sheet.hoja:
            _note_no_table(sheet, content, said)
    _keep_year(content, edition, headings.year)
    if not content.rows and not may_be_empty:
        raise FormatoError(
            "ninguna fila de datos bajo los encabezados",
            "al menos una fila",
            "revise que la tabla no esté vacía, ni en una hoja oculta o dejada fuera, ni sea de otro ejercicio",
            lugar=document.hojas[0].locate(0) if document.hojas else None,
        )
    return content


def _note_no_table(sheet: RawSheet, content: Content, said: int) -> None:
    """Line a sheet without rows, and keep of its lines, from the one numbered `said`, only what patterns asked for.

    Raises FormatoError where its rows look like a table's.
    """
    wide = next((i for i, row in enumerate(sheet.filas) if len({*row} - {None}) >= _WIDE), None)
    if wide is not None:
        raise FormatoError(
            f"en la hoja «{sheet.hoja}», filas de varias celdas y ninguna tabla con los encabezados del layout",
            "la tabla del layout en cada hoja visible que no se deje fuera a propósito",
            "corrija los encabezados de la hoja, ocúltela, o declárela en `ignorar_hojas:` del layout",
            lugar=sheet.locate(wide, 0),
        )
    if any(map(any, sheet.filas)):
        content.lines[said:] = [line for line in content.lines[said:] if line[0] != "texto"]
        note = f"En la hoja «{sheet.hoja}» no hay filas de la tabla del layout."
        content.lines.append(("hoja_sin_tabla", note, sheet.address(0, 0)))


class _SheetReader:
    """Adds rows and lines of a sheet to the content, from the top down: what a line says holds for the rows below."""

    def __init__(
        self, sheet: RawSheet, edition: Edition, marks: RowMarks, named: dict[str, str], content: Content
    ) -> None:
        self.sheet, self.edition, self.marks, self.content = sheet, edition, marks, content
        self.named = named  # what the sheet's name says
        self.contexto = dict(named)
        self.table: Table | None = None  # the one that rows now belong to
        self.after_rows = False  # whether its rows have begun, and no line has followed them
        self.above: dict[str, Cell] = {}  # the last cells of the columns that are filled down
        self.pending: list[Line] = []  # lines above the next table; below the last one they are notes
        self._kinds: dict[Cell, str] = {}  # first cell → what it makes of its row
        self._totals = find_totals(sheet.textos)

    def read(self, tables: list[Table]) -> None:
        """Read all rows; the tables are those of the sheet."""
        tops = {table.top: table for table in tables}
        skip_to = 0
        unread = self.sheet.filas_ocultas if self.edition.filas_ocultas == "ignorar" else frozenset()
        for index, cells in enumerate(self.sheet.filas):
            if index in tops:
                self._open_table(tops[index])
                skip_to = index + tops[index].height
            if index < skip_to or index in unread:
                continue
            first, is_line = _look_at(cells, self.table)
            if first is None:
                self.table = None if BLANK_ROW in self.marks.ends else self.table
            elif is_line or self.marks.match_row(cells) or not self._read_row(index, cells, first):
                self._read_line(index, cells)
        self.content.lines += self.pending

    def _open_table(self, table: Table) -> None:
        """Let the lines above a heading hold for its rows."""
        self.content.lines += self.pending
        if not self.after_rows or self.pending:  # a heading repeated at a page break goes on
            self.above = {}
        if self.after_rows and self.pending:  # the last table's period is not left standing by lines of nothing known
            self._forget()
        self.pending = []
        self.table, self.after_rows = table, False
        self.contexto = {**self.contexto, **table.said}
        if table.year is not None:
            self.content.lines.append(("ejercicio", str(table.year), self.sheet.address(table.top, 0)))

    def _forget(self) -> None:
        """Let what lines said no longer hold, but for what holds until it is said anew (`vale_hasta`)."""
        kept = {key: text for key, text in self.contexto.items() if key in self.edition.vale_hasta}
        self.contexto = {**kept, **self.named}

    def _read_row(self, index: int, cells: tuple[Cell, ...], first: Cell) -> bool:
        """Add a data row, unless it is left out; False where it ends the table and is a line."""
        kind = self._kinds.get(first) or self._kinds.setdefault(first, self.marks.name_kind(first))
        if kind == "end":
            self.table = None
        if kind in ("end", "ignored"):
            return kind == "ignored"
        row = Row(self.sheet, index, self.table, self.contexto, kind == "total")
        if self.sheet.has_spans and (at := self._find_merged_note(row, cells)) is not None:
            self.content.lines.append(("nota_combinada", join_cells(cells), self.sheet.address(index, at)))
            self._renew(row, set())
            return True
        if self.marks.unwanted and (why := self.marks.find_unwanted(row.value)):
            self._renew(row, why)
            self.content.lines.append(("fila_ignorada", join_cells(cells), self.sheet.address(index, 0)))
            return True
        may_be_total = kind == "data" and self._totals and not self._totals.isdisjoint(cells)
        if may_be_total and (fault := find_undeclared_total(row, self.above)) is not None:
            self.content.refusals.add(fault)
            return True
        if len(cells) > row.table.width:
            self.content.lines += list_stray(row, self.edition, self.content.refusals)
        self.content.rows.append(row)
        if not row.is_total:  # a total is above nothing
            self._fill_down(row)
            for key in self.edition.contexto_columnas:
                if (value := row.value(f"contexto:{key}")) is not None:
                    self.content.lines.append((key, str(value), row.address(f"contexto:{key}")))
        self.after_rows = True
        return True

    def _find_merged_note(self, row: Row, cells: tuple[Cell, ...]) -> int | None:
        """Return the first column of a text merged over several that makes its row a note; None where none does.

        That is where it is all that the row holds outside of columns that are filled down or merged from above, or
        where the layout calls it a blank.
        """
        mapped = {at: key for key, at in row.table.columns.items()}
        at = next((at for at, cell in enumerate(cells) if type(cell) is FilledAcross and at in mapped), None)
        if at is None:
            return None
        text = cells[at]
        start = next(other for other, cell in enumerate(cells) if cell == text and not isinstance(cell, FilledAcross))
        filled = {other for other, key in mapped.items() if key in self.edition.rellenar}
        rest = {
            other
            for other, cell in enumerate(cells)
            if cell is not None and cell != text and other not in filled and type(cell) is not Filled
        }
        return start if not rest or normalize(str(text)) in self.marks.blanks else None

    def _renew(self, row: Row, ignored_by: set[str]) -> None:
        """Let a row that is no activity say what blank cells below it mean, where that is not why it is left out."""
        for key in self.edition.rellenar:
            value = row.value(key)
            if isinstance(value, str) and key not in ignored_by and not says_total(value) and not says_note(value):
                self.above[key] = value

    def _fill_down(self, row: Row) -> None:
        """Give blank cells of merged columns the value above, within their table."""
        if not self.edition.rellenar:
            return
        for key in self.edition.rellenar:
            value = row.value(key)
            self.above[key] = value if value is not None else self.above.get(key)
        row.relleno = dict(self.above)

    def _read_line(self, index: int, cells: tuple[Cell, ...]) -> None:
        """Keep what a line says for the rows below it, and the line itself where it says nothing known."""
        found = self.marks.match_cells(cells)
        if self.after_rows and found:
            self._forget()
            self.after_rows = False
        if self.table is not None and not found:
            self._renew(Row(self.sheet, index, self.table, self.contexto), set())
        self.contexto |= found
        address = self.sheet.address(index, 0)
        line = " ".join(str(cell) for cell in dict.fromkeys(cells) if cell is not None)
        self.pending += [(key, text, address) for key, text in found.items()] or [
            (self.marks.name_line(line), line, address)
        ]


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
    in_name = table is not None and at != 0 and at == table.columns.get("actividad")
    alone = isinstance(first, str) and (not in_name or says_note(first, surely=True))
    return first, table is None or alone


def _keep_year(content: Content, edition: Edition, asked: int | None) -> None:
    """Keep the rows of the year asked for, where rows say their year; note the years that are kept."""
    if edition.ejercicio is not None:
        content.lines.append(("ejercicio", str(edition.ejercicio), "layout"))
    if not {"ejercicio", "periodo"} & set(edition.columnas):
        return
    kept, years = [], {}
    for row in content.rows:
        period = parse_period(str(row.value("periodo") or ""))
        said = re.search(r"\d{4}", str(row.value("ejercicio") or row.relleno.get("ejercicio") or ""))
        year = int(said[0]) if said else period.ejercicio if period else None
        if year is None or asked in (None, year):
            kept.append(row)
            if year is not None:
                years.setdefault(year, row.address("ejercicio" if said else "periodo"))
    if years:
        refuse_years("filas", years, content.rows[0].sheet.locate(content.rows[0].index, 0))
    content.rows = kept
    content.lines += [("ejercicio", str(year), address) for year, address in years.items()]
