"""Workbooks written by openpyxl: text that stays text, and the same bytes for the same content."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet.worksheet import Worksheet

_STAMP = dt.datetime(2000, 1, 1)
_ZIP_STAMP = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_MAX_TEXT = 32_767
_LINE_POINTS, _MAX_POINTS = 15, 409


def put_value(cell: Cell, value: object) -> None:
    """Put a value into a cell; a text stays a text, even one that begins like a formula or reads like an error.

    Characters that a workbook cannot hold are left out, and a text is cut where a cell ends.

    Examples
    --------
    >>> cell = Workbook().active["A1"]
    >>> put_value(cell, "=1+1")
    >>> cell.value, cell.data_type
    ('=1+1', 's')
    """
    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_MAX_TEXT]
    cell.data_type = "s"
    cell.quotePrefix = value[:1] in tuple("=+-@")


def fit_rows(sheet: Worksheet, rows: Iterable[int]) -> None:
    """Make rows as high as their wrapped text asks for; spreadsheets do not do it on opening what openpyxl wrote."""
    for row in rows:
        lines = 1
        for cell in sheet[row]:
            column = sheet.column_dimensions[cell.column_letter]
            if isinstance(cell.value, str) and cell.alignment.wrap_text and not column.hidden:
                # A capital is about a quarter wider than the average letter.
                needed = (len(part) + 0.25 * sum(map(str.isupper, part)) for part in cell.value.splitlines() or [""])
                lines = max(lines, sum(max(1, math.ceil(letters / column.width)) for letters in needed))
        sheet.row_dimensions[row].height = min(_LINE_POINTS * lines + 3, _MAX_POINTS)


def render_workbook(book: Workbook) -> bytes:
    """Return the bytes of a workbook; they depend on its content alone, not on the clock.

    Examples
    --------
    >>> render_workbook(Workbook()) == render_workbook(Workbook())
    True
    """
    book.properties.creator = "poa_eval"
    book.properties.created = _STAMP
    written, fixed = io.BytesIO(), io.BytesIO()
    book.save(written)
    stamp = _STAMP.strftime(r"\g<1>%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "docProps/core.xml":
                content = _MODIFIED.sub(stamp, content)
            new.writestr(zipfile.ZipInfo(member.filename, _ZIP_STAMP), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
