"""Word documents: paragraphs and tables in their order, as the rows of one sheet."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from poa_eval.errors import Place
from poa_eval.readers.cells import Cell, Filled, FilledAcross, RawDocument, RawSheet
from poa_eval.readers.guard import check_extent, refuse_damage
from poa_eval.readers.html import MAX_WIDTH, read_number, read_width

_PARAGRAPH, _TABLE, _ROW, _CELL = map(qn, "w:p w:tbl w:tr w:tc".split())
_HOLDERS = frozenset(map(qn, "w:sdt w:sdtContent w:customXml w:ins w:moveTo".split()))
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_NO_TEXT = frozenset(map(qn, "w:pPr w:rPr w:del w:moveFrom w:drawing w:pict w:object".split())) | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
}


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
    hidden: set[int] = set()
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
            read = list(_read_word_table(tables.popleft(), tables, path.name))
            hidden |= {len(rows) + at for at, (_, is_hidden) in enumerate(read) if is_hidden}
            found = [*(row for row, _ in read), ()]
            rows += found
            names += [f"tabla {number}, fila {row}" for row in range(1, len(found) + 1)]
    return RawDocument(
        path.name, (RawSheet(path.name, None, tuple(rows), rotulos=tuple(names), filas_ocultas=frozenset(hidden)),)
    )


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


def _read_word_table(
    table: etree._Element, inner: deque[etree._Element], archivo: str
) -> Iterator[tuple[tuple[Cell, ...], bool]]:
    """Give the rows of a table, and whether they are hidden; add to `inner` the tables within its cells."""
    merged: dict[int, str | None] = {}  # column → what a cell merged with the one above is filled with
    rows = list(_list_within(table, _ROW))
    for row in rows:
        if row.find(f"{qn('w:trPr')}/{qn('w:del')}") is not None:
            continue
        above, merged = merged, {}
        cells: list[Cell] = [None] * min(read_number(_find_value(row, "w:trPr", "w:gridBefore"), 0), MAX_WIDTH)
        for cell in _list_within(row, _CELL):
            blocks = list(_list_within(cell, _PARAGRAPH, _TABLE))
            inner.extend(block for block in blocks if block.tag == _TABLE)
            text = "\n".join(_read_words(block) for block in blocks if block.tag == _PARAGRAPH).strip() or None
            column = len(cells)
            merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            if merge is not None and merge.get(qn("w:val")) != "restart":
                text = text or above.get(column)
            rest, across = (text and kind(text) for kind in (Filled, FilledAcross))
            if merge is not None:
                merged[column] = rest
            cells += [text, *[across] * (read_width(_find_value(cell, "w:tcPr", "w:gridSpan"), column) - 1)]
        check_extent(len(rows), len(cells), Place(archivo))
        mark = row.find(f"{qn('w:trPr')}/{qn('w:hidden')}")
        yield tuple(cells), mark is not None and mark.get(qn("w:val")) not in ("0", "false")


def _find_value(element: etree._Element, properties: str, name: str) -> str | None:
    found = element.find(f"{qn(properties)}/{qn(name)}")
    return None if found is None else found.get(qn("w:val"))
