"""HTML pages and Word documents: paragraphs and tables in their order, as the rows of one sheet."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph

from poa_eval.errors import ArchivoError, Place
from poa_eval.read.raw import Cell, Filled, RawDocument, RawSheet
from poa_eval.read.text import decode_text

_MAX_SPAN = 1000  # what browsers, too, take for the limit
_BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "caption", "dt", "dd")


def read_html(path: Path) -> RawDocument:
    """Read a page: each paragraph and each row of a table is a row; its line is the one in the source.

    Cells that span rows or columns are filled from their range, as merged cells are.
    """
    soup = BeautifulSoup(decode_text(path), "html.parser")
    rows: list[tuple[Cell, ...]] = []
    lines: list[int] = []
    for element in soup.find_all(("table", *_BLOCKS)):
        if element.name == "table":
            for row, line in _read_html_table(element):
                rows.append(row)
                lines.append(line)
            rows.append(())
            lines.append(lines[-1] if lines else 1)
        elif element.find_parent("table") is None:
            rows.append((_text_of(element),))
            lines.append(element.sourceline or 1)
    return RawDocument(path.name, (RawSheet(path.name, None, tuple(rows), lineas=tuple(lines)),))


def _text_of(element: Tag) -> str | None:
    for line_break in element.find_all("br"):
        line_break.replace_with("\n")
    return "\n".join(" ".join(line.split()) for line in element.get_text().split("\n") if line.strip()) or None


def _read_html_table(table: Tag) -> Iterator[tuple[tuple[Cell, ...], int]]:
    grid: dict[tuple[int, int], str | None] = {}
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    for i, row in enumerate(rows):
        column = 0
        for cell in row.find_all(("td", "th"), recursive=False):
            while (i, column) in grid:
                column += 1
            text = _text_of(cell)
            height, width = _read_span(cell, "rowspan"), _read_span(cell, "colspan")
            rest = text and Filled(text)
            grid |= {(i + down, column + right): rest for down in range(height) for right in range(width)}
            grid[(i, column)] = text
            column += width
        width = max((at + 1 for line, at in grid if line == i), default=0)
        yield tuple(grid.get((i, at)) for at in range(width)), row.sourceline or 1


def _read_span(cell: Tag, name: str) -> int:
    text = str(cell.get(name) or "1")
    return min(max(int(text), 1), _MAX_SPAN) if text.isdigit() else 1


def read_word(path: Path) -> RawDocument:
    """Read a Word document: each paragraph and each row of a table is a row, counted from 1 as its line.

    A cell merged over several is filled over its range; the paragraphs of a cell are its lines.

    Raises
    ------
    ArchivoError
        Not a Word document, or damaged.
    """
    try:
        document = Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ArchivoError(
            "un archivo que no es un documento de Word, o dañado",
            "un documento «.docx» completo",
            "ábralo en Word y guárdelo de nuevo como .docx",
            lugar=Place(path.name),
        ) from error
    rows: list[tuple[Cell, ...]] = []
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            rows.append((block.text.strip() or None,))
        elif isinstance(block, Table):
            rows += _read_word_table(block)
            rows.append(())
    return RawDocument(path.name, (RawSheet(path.name, None, tuple(rows)),))


def _read_word_table(table: Table) -> Iterator[tuple[Cell, ...]]:
    seen: set[object] = set()
    for row in table.rows:
        cells: list[Cell] = []
        for cell in row.cells:
            text = cell.text.strip() or None
            cells.append(text and (Filled(text) if cell._tc in seen else text))
            seen.add(cell._tc)
        yield tuple(cells)
