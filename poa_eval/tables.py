"""Tables in raw sheets: which rows are data, and what the lines above them say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from poa_eval.errors import FormatoError
from poa_eval.headings import Form, Table, find_headings, make_form
from poa_eval.layout import Edition
from poa_eval.names import fold
from poa_eval.patterns import compile_pattern, match_line
from poa_eval.read import RawDocument, RawSheet
from poa_eval.read.raw import Cell

@dataclass(frozen=True)
class Row:
    """One data row of a table with what the lines above it say (`contexto`: key → text)."""

    sheet: RawSheet
    index: int
    table: Table
    contexto: dict[str, str]
    is_total: bool = False

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
    lines: list[tuple[str, str, str]] = field(default_factory=list)  # clave, texto, fuente


def read_content(document: RawDocument, edition: Edition) -> Content:
    """Read the data rows and lines of all visible sheets.

    Raises
    ------
    FormatoError
        A heading is missing, repeated, or neither mapped nor ignored.
    """
    content = Content()
    form = make_form(edition)
    patterns = tuple(compile_pattern(pattern) for pattern in edition.contexto)
    for sheet in document.hojas:
        if sheet.oculta:
            content.lines.append(
                ("hoja_oculta", f"La hoja «{sheet.hoja}» está oculta y no se leyó.", sheet.address(0, 0))
            )
        else:
            _read_sheet(sheet, form, patterns, content)
    if not content.rows:
        raise FormatoError(
            "ninguna fila de datos bajo los encabezados",
            "al menos una fila",
            "revise que la tabla no esté vacía ni en una hoja oculta",
            lugar=document.hojas[0].locate(0) if document.hojas else None,
        )
    return content


def _read_sheet(sheet: RawSheet, form: Form, patterns: tuple[re.Pattern[str], ...], content: Content) -> None:
    tables = {table.top: table for table in find_headings(sheet, form)}
    contexto: dict[str, str] = {}
    table: Table | None = None
    after_rows = False
    skip_to = 0
    pending: list[tuple[str, str, str]] = []  # lines above the next table; below the last one they are notes
    for index, cells in enumerate(sheet.filas):
        if index in tables:
            content.lines += [("texto" if key == "nota" else key, text, address) for key, text, address in pending]
            pending = []
            table, skip_to, after_rows = tables[index], index + tables[index].height, False
        if index < skip_to or not any(cell is not None for cell in cells):
            continue
        line = _read_line(cells, table)
        if line is None and table is not None:
            row = _make_row(sheet, index, table, contexto, form.edition)
            if row is not None:
                content.rows.append(row)
                content.lines += _read_context_columns(row, form.edition)
                after_rows = True
            continue
        found = match_line(str(line), patterns)
        if after_rows and found:
            contexto, after_rows = {}, False
        contexto |= found
        address = sheet.address(index, 0)
        pending += [(key, text, address) for key, text in found.items()] or [("nota", str(line), address)]
    content.lines += pending


def _read_line(cells: tuple[Cell, ...], table: Table | None) -> str | None:
    """Return the text of a row that is a line, not data: above every table, or with one text alone in it."""
    distinct = list(dict.fromkeys(cell for cell in cells if cell is not None))
    if table is None:
        return " ".join(map(str, distinct))
    if len(distinct) == 1 and isinstance(distinct[0], str):
        alone = next(i for i, cell in enumerate(cells) if cell is not None)
        if alone == 0 or alone != table.columns.get("actividad"):
            return distinct[0]
    return None


def _read_context_columns(row: Row, edition: Edition) -> Iterator[tuple[str, str, str]]:
    for key in () if row.is_total else edition.contexto_columnas:
        value = row.value(f"contexto:{key}")
        if value is not None:
            yield key, str(value), row.address(f"contexto:{key}")


def _make_row(sheet: RawSheet, index: int, table: Table, contexto: dict[str, str], edition: Edition) -> Row | None:
    first = fold(str(next(cell for cell in sheet.filas[index] if cell is not None)))
    if any(fnmatchcase(first, fold(pattern)) for pattern in edition.ignorar_filas):
        return None
    is_total = edition.totales is not None and first == fold(edition.totales.texto)
    return Row(sheet, index, table, contexto, is_total)
