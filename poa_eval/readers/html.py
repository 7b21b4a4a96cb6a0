"""HTML pages: blocks of text and tables in their order, as the rows of one sheet."""

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from poa_eval.errors import Place
from poa_eval.readers.cells import Cell, Filled, FilledAcross, RawDocument, RawSheet
from poa_eval.readers.guard import check_extent
from poa_eval.readers.text import decode_text

MAX_WIDTH = 1000  # columns that a span may reach; browsers, too, take it for the limit
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*(?:collapse|hidden))", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_UNREAD = frozenset(("head", "script", "style", "template"))
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr legend li main nav ol option p pre section summary table tbody td tfoot th thead tr"
    " ul".split()
)


def read_html(path: Path) -> RawDocument:
    """Read a page: each block of text and each row of a table is a row; its line is the one in the source.

    Cells that span rows or columns are filled from their range, as merged cells are; the blocks in a cell are its
    lines. A table within a cell is read once, after the table that holds it. Lines are counted up to 65,535: what
    stands below is given that line.

    Raises ArchivoError: the file is not text, or the spans of a table make it too large.
    """
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    text, encoding = decode_text(path)
    root = etree.fromstring(text.encode(), parser)
    rows: list[tuple[Cell, ...]] = []
    names: list[str] = []
    hidden: set[int] = set()
    for piece, line in () if root is None else _list_pieces(root):
        tables = deque([piece] if not isinstance(piece, str) else [])
        if not tables:
            rows.append((piece,))
            names.append(f"L{line}")
        while tables:
            for row, at, is_hidden in _read_html_table(tables.popleft(), tables, path.name):
                hidden |= {len(rows)} if is_hidden else set()
                rows.append(row)
                names.append(f"L{at}")
            rows.append(())
            names.append(names[-1] if names else "L1")
    places = tuple(names)
    sheet = RawSheet(
        path.name, None, tuple(rows), rotulos=places, codificacion=encoding, filas_ocultas=frozenset(hidden)
    )
    return RawDocument(path.name, (sheet,))


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
) -> Iterator[tuple[tuple[Cell, ...], int, bool]]:
    """Give caption and rows of a table, their lines and whether they are hidden; add to `inner` the tables within."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    for part in table.iterchildren("caption") if rows else (table,):
        for piece, line in _list_pieces(part):
            if isinstance(piece, str):
                yield (piece,), line, False
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
            height = min(read_number(cell.get("rowspan"), 1), left)
            height = height or 1 + sum(1 for _ in row.itersiblings("tr"))  # 0: to the end of its group
            width = read_width(cell.get("colspan"), column)
            rest, across = (text and kind(text) for kind in (Filled, FilledAcross))
            cells |= dict.fromkeys(range(column, column + width), across) | {column: text}
            if height > 1:
                hanging |= dict.fromkeys(range(column, column + width), (height - 1, across))
                hanging[column] = height - 1, rest
            column += width
        width = max(cells, default=-1) + 1
        check_extent(len(rows), width, Place(archivo, None, f"L{row.sourceline}"))
        yield tuple(cells.get(at) for at in range(width)), row.sourceline or 1, _is_hidden(row)


def _is_hidden(row: etree._Element) -> bool:
    return row.get("hidden") is not None or _HIDDEN.search(row.get("style") or "") is not None


def read_number(text: str | None, otherwise: int) -> int:
    """Return the number that an attribute holds."""
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def read_width(text: str | None, column: int) -> int:
    """Return how many columns a cell that begins in this one spans, within the limit."""
    return max(min(read_number(text, 1), MAX_WIDTH - column), 1)
