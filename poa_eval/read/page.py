"""HTML pages and Word documents: paragraphs and tables in their order, as the rows of one sheet."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from poa_eval.errors import Place
from poa_eval.read.guard import check_extent, refuse_damage
from poa_eval.read.raw import Cell, Filled, RawDocument, RawSheet
from poa_eval.read.text import decode_text

_MAX_WIDTH = 1000  # columns that a span may reach; browsers, too, take it for the limit
_SPACES = re.compile(r"\s+")
_UNREAD = frozenset(("head", "script", "style", "template"))
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr legend li main nav ol option p pre section summary table tbody td tfoot th thead tr"
    " ul".split()
)
_PARAGRAPH, _TABLE, _ROW, _CELL = map(qn, "w:p w:tbl w:tr w:tc".split())
_HOLDERS = frozenset(map(qn, "w:sdt w:sdtContent w:customXml w:ins w:moveTo".split()))
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_NO_TEXT = frozenset(map(qn, "w:pPr w:rPr w:del w:moveFrom w:drawing w:pict w:object".split())) | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
}


def read_html(path: Path) -> RawDocument:
    """Read a page: each block of text and each row of a table is a row; its line is the one in the source.

    Cells that span rows or columns are filled from their range, as merged cells are; the blocks in a cell are its
    lines. A table within a cell is read once, after the table that holds it. Lines are counted up to 65,535: what
    stands below is given that line.

    Raises ArchivoError: the file is not text, or the spans of a table make it too large.
    """
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    root = etree.fromstring(decode_text(path).encode(), parser)
    rows: list[tuple[Cell, ...]] = []
    names: list[str] = []
    for piece, line in () if root is None else _list_pieces(root):
        tables = deque([piece] if not isinstance(piece, str) else [])
        if not tables:
            rows.append((piece,))
            names.append(f"L{line}")
        while tables:
            for row, at in _read_html_table(tables.popleft(), tables, path.name):
                rows.append(row)
                names.append(f"L{at}")
            rows.append(())
            names.append(names[-1] if names else "L1")
    return RawDocument(path.name, (RawSheet(path.name, None, tuple(rows), rotulos=tuple(names)),))


def _list_pieces(root: etree._Element) -> Iterator[tuple[str | etree._Element, int]]:
    """Give the texts in an element, parted by its blocks, and its outer tables, in their order, with their lines."""
    words, start, line = "", 0, root.sourceline or 1
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        is_start = event == "start"
        if element.tag in _BLOCKS:
            if text := _clean(words):
                yield text, start
            words = ""
        if is_start:
            line = max(line, element.sourceline or 1)
            is_table = element.tag == "table" and element is not root
            if is_table:
                yield element, line
            if is_table or element.tag in _UNREAD:
                line += "".join(element.itertext()).count("\n")
                walk.skip_subtree()
                continue
            words += "\n" * (element.tag == "br")
        piece = (element.text if is_start else element.tail if element is not root else None) or ""
        if not words or words.isspace():
            start = line + piece[: len(piece) - len(piece.lstrip())].count("\n")
        words += _SPACES.sub(" ", piece)
        line += piece.count("\n")
    if text := _clean(words):
        yield text, start


def _clean(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())


def _read_html_table(
    table: etree._Element, inner: deque[etree._Element], archivo: str
) -> Iterator[tuple[tuple[Cell, ...], int]]:
    """Give the caption and the rows of a table with their lines; add to `inner` the tables within its cells."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    for part in table.iterchildren("caption") if rows else (table,):
        for piece, line in _list_pieces(part):
            if isinstance(piece, str):
                yield (piece,), line
            else:
                inner.append(piece)
    hanging: dict[int, tuple[int, Cell]] = {}  # column → rows still to fill, and with what
    for i, row in enumerate(rows):
        cells = {column: text for column, (_, text) in hanging.items()}
        hanging = {column: (left - 1, text) for column, (left, text) in hanging.items() if left > 1}
        column = 0
        for cell in row.iterchildren("td", "th"):
            while column in cells:
                column += 1
            pieces = [piece for piece, _ in _list_pieces(cell)]
            inner.extend(piece for piece in pieces if not isinstance(piece, str))
            text = "\n".join(piece for piece in pieces if isinstance(piece, str)) or None
            left = len(rows) - i
            height = min(_read_number(cell.get("rowspan"), 1) or left, left)
            width = _read_width(cell.get("colspan"), column)
            rest = text and Filled(text)
            cells |= dict.fromkeys(range(column, column + width), rest) | {column: text}
            if height > 1:
                hanging |= dict.fromkeys(range(column, column + width), (height - 1, rest))
            column += width
        width = max(cells, default=-1) + 1
        check_extent(len(rows), width, Place(archivo, None, f"L{row.sourceline}"))
        yield tuple(cells.get(at) for at in range(width)), row.sourceline or 1


def _read_number(text: str | None, otherwise: int) -> int:
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def _read_width(text: str | None, column: int) -> int:
    return max(min(_read_number(text, 1), _MAX_WIDTH - column), 1)


def read_word(path: Path) -> RawDocument:
    """Read a Word document: each paragraph and each row of a table is a row, named as such.

    A cell merged over several is filled over its range; the paragraphs of a cell are its lines. A table within a cell
    is read once, after the table that holds it. Content controls are read; of tracked changes, the text as it would
    be with all accepted. Not read: text boxes, headers, footers, footnotes and comments.

    Raises ArchivoError: not a Word document, or damaged.
    """
    with refuse_damage(path):
        blocks = list(_list_within(Document(str(path)).element.body, _PARAGRAPH, _TABLE))
    rows: list[tuple[Cell, ...]] = []
    names: list[str] = []
    paragraphs = number = 0
    for block in blocks:
        tables = deque([block] if block.tag == _TABLE else [])
        if not tables:
            text = _read_words(block).strip() or None
            paragraphs += text is not None
            rows.append((text,))
            names.append(f"párrafo {paragraphs}")
        while tables:
            number += 1
            found = [*_read_word_table(tables.popleft(), tables, path.name), ()]
            rows += found
            names += [f"tabla {number}, fila {row}" for row in range(1, len(found) + 1)]
    return RawDocument(path.name, (RawSheet(path.name, None, tuple(rows), rotulos=tuple(names)),))


def _list_within(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Give the children of these names, also those that stand in a content control or a tracked insertion."""
    for child in element:
        if child.tag in _HOLDERS:
            yield from _list_within(child, *names)
        elif child.tag in names:
            yield child


def _read_words(element: etree._Element) -> str:
    if element.tag == qn("w:t"):
        return element.text or ""
    if element.tag in _SIGNS:
        return _SIGNS[element.tag]
    return "".join(_read_words(child) for child in element if child.tag not in _NO_TEXT)


def _read_word_table(table: etree._Element, inner: deque[etree._Element], archivo: str) -> Iterator[tuple[Cell, ...]]:
    """Give the rows of a table; add to `inner` the tables within its cells."""
    merged: dict[int, Cell] = {}  # column → what a cell merged with the one above is filled with
    rows = list(_list_within(table, _ROW))
    for row in rows:
        if row.find(f"{qn('w:trPr')}/{qn('w:del')}") is not None:
            continue
        above, merged = merged, {}
        cells: list[Cell] = [None] * min(_read_number(_find_value(row, "w:trPr", "w:gridBefore"), 0), _MAX_WIDTH)
        for cell in _list_within(row, _CELL):
            blocks = list(_list_within(cell, _PARAGRAPH, _TABLE))
            inner.extend(block for block in blocks if block.tag == _TABLE)
            text = "\n".join(_read_words(block) for block in blocks if block.tag == _PARAGRAPH).strip() or None
            column = len(cells)
            merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            if merge is not None and merge.get(qn("w:val")) != "restart":
                text = text or above.get(column)
            rest = text and Filled(text)
            if merge is not None:
                merged[column] = rest
            cells += [text, *[rest] * (_read_width(_find_value(cell, "w:tcPr", "w:gridSpan"), column) - 1)]
        check_extent(len(rows), len(cells), Place(archivo))
        yield tuple(cells)


def _find_value(element: etree._Element, properties: str, name: str) -> str | None:
    found = element.find(f"{qn(properties)}/{qn(name)}")
    return None if found is None else found.get(qn("w:val"))
