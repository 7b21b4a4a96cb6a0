"""What an OpenDocument sheet says of its cells and python-calamine does not: percentages, errors, merged ranges."""

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import NamedTuple

from poa_eval.errors import Place
from poa_eval.readers.cells import NO_VALUE, Marks
from poa_eval.readers.guard import MAX_COLUMNS, check_encoding, check_extent

_TABLE = re.compile(rb"<table:table(?=\s)([^>]*)>")
_ROW = re.compile(rb"<table:table-row(?=[\s>/])([^>]*)>")
_COLUMN = re.compile(rb"<table:table-column(?=[\s>/])([^>]*)>")
_UNSEEN = frozenset((b"collapse", b"filter"))
_CELL = re.compile(rb"<table:(?:covered-)?table-cell(?=[\s>/])([^>]*)>")
_FILLED = re.compile(rb"value|formula|<text:")
_REPEATED = re.compile(rb'table:number-columns-repeated\s*=\s*["\'](\d+)')
_NOTE = re.compile(rb"<office:annotation[\s>].*?</office:annotation>", re.DOTALL)
_MARKED = (b"percentage", b"formula", b"error", b"spanned")
_SHOWN = re.compile(rb"<text:p(?:\s[^>]*)?(?:(?<=/)>|/>|>(.*?)</text:p>)", re.DOTALL)


def scan_ods(path: Path) -> dict[str, Marks]:
    """Return the marks of each sheet; cells are looked at only in rows where they may have one.

    Raises ArchivoError: cells too far out, or an encoding that python-calamine does not read.
    """
    with zipfile.ZipFile(path) as archive:
        if "content.xml" not in archive.namelist():
            return {}  # locked by a password, which python-calamine says
        xml = archive.read("content.xml")
    check_encoding(xml, Place(path.name))
    marks = {}
    for table in _TABLE.finditer(xml):
        name = unescape(_attribute(table[1], b"table:name").decode())
        end = xml.find(b"</table:table>", table.end())
        marks[name] = _scan_table(xml, table.end(), end, Place(path.name, name))
    return marks


class _Row(NamedTuple):
    first: int
    repeated: int
    cells: bytes
    hidden: bool


def _list_hidden_columns(xml: bytes, start: int, end: int) -> Iterator[int]:
    column = 0
    for tag in _COLUMN.finditer(xml, start, end):
        last = min(
            column + (_count(tag[1], b"table:number-columns-repeated") if b"-repeated" in tag[1] else 1), MAX_COLUMNS
        )
        if _attribute(tag[1], b"table:visibility") in _UNSEEN:
            yield from range(column, last)
        column = last


def _scan_table(xml: bytes, start: int, end: int, place: Place) -> Marks:
    marks = Marks()
    width = 0
    for row in _iter_rows(xml, start, end):
        width = max(width, _measure_row(row.cells))
        check_extent(row.first + row.repeated, width, place)
        if row.hidden:
            marks.hidden_rows.update(range(row.first, row.first + row.repeated))
        if any(mark in row.cells for mark in _MARKED):
            _scan_row(row, marks)
    marks.hidden_columns.update(_list_hidden_columns(xml, start, end))
    return marks


def _iter_rows(xml: bytes, start: int, end: int) -> Iterator[_Row]:
    """Give the rows that hold something, without their last blank cells: both are repeated to the sheet's edge."""
    first = 0
    for tag in _ROW.finditer(xml, start, end):
        repeated = _count(tag[1], b"table:number-rows-repeated") if b"-repeated" in tag[1] else 1
        if not tag[1].endswith(b"/"):
            cells = xml[tag.end() : xml.find(b"</table:table-row>", tag.end(), end)]
            last = len(cells)
            while (begin := cells.rfind(b"<table:", 0, last)) >= 0 and not _FILLED.search(cells, begin, last):
                last = begin
            if begin >= 0:
                hidden = b"visibility" in tag[1] and _attribute(tag[1], b"table:visibility") in _UNSEEN
                yield _Row(first, repeated, cells[:last], hidden)
        first += repeated


def _measure_row(cells: bytes) -> int:
    width = cells.count(b"<table:table-cell") + cells.count(b"<table:covered-table-cell")
    return width + sum(int(count) - 1 for count in _REPEATED.findall(cells)) if b"-repeated" in cells else width


def _scan_row(row: _Row, marks: Marks) -> None:
    column = 0
    for index, tag in enumerate(_CELL.findall(row.cells)):
        last = column + (_count(tag, b"table:number-columns-repeated") if b"-repeated" in tag else 1)
        fault = _name_fault(row.cells, index) if b"formula" in tag or b"error" in tag else None
        if fault or b"percentage" in tag:
            places = [(i, j) for i in range(row.first, row.first + row.repeated) for j in range(column, last)]
            if fault:
                marks.texts |= dict.fromkeys(places, fault)
            elif _attribute(tag, b"office:value-type") == b"percentage":
                marks.percents += places
        if b"spanned" in tag:
            bottom = row.first + _count(tag, b"table:number-rows-spanned") - 1
            right = column + _count(tag, b"table:number-columns-spanned") - 1
            if (bottom, right) != (row.first, column):
                marks.merges.append(((row.first, column), (bottom, right)))
        column = last


def _name_fault(cells: bytes, index: int) -> str | None:
    """Return the error that a cell shows, or that its formula was never calculated: an empty text is a result."""
    _, tag, content = _CELL.split(cells, index + 2)[index * 2 :][:3]
    shown = _SHOWN.search(_NOTE.sub(b"", content))
    if shown:
        text = unescape(re.sub(rb"<[^>]*>", b"", shown[1] or b"").decode()).strip()
        return text if text.startswith(("#", "Err:")) else None
    return None if _attribute(tag, b"office:value-type") else NO_VALUE


def _attribute(tag: bytes, name: bytes) -> bytes:
    found = re.search(rb"\s%s\s*=\s*(?:\"([^\"]*)\"|'([^']*)')" % name, tag)
    return (found[1] or found[2] or b"") if found else b""


def _count(tag: bytes, name: bytes) -> int:
    return int(_attribute(tag, name) or 1)
