"""Workbooks of Excel 97–2003 through xlrd: python-calamine gives neither their percentages nor their errors."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import xlrd
from xlrd.compdoc import SIGNATURE, CompDoc
from xlrd.sheet import Cell as XlsCell
from xlrd.sheet import Sheet

from poa_eval.read.cells import Marks, apply_marks, clean_cell, shows_percent
from poa_eval.read.guard import name_password, refuse_damage
from poa_eval.read.raw import Cell, RawDocument, RawSheet


def read_xls(path: Path) -> RawDocument:
    """Read an old workbook as newer ones are read.

    The format keeps a result for each formula, so none lacks its value: an empty text is blank.

    Raises ArchivoError: not an old workbook, damaged, or locked by a password.
    """
    with refuse_damage(path):
        content = path.read_bytes()
        _check_chains(content)
        try:
            book = xlrd.open_workbook(
                file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
            )
        except xlrd.XLRDError as error:
            if "encrypted" in str(error) or "EncryptedPackage".encode("utf-16-le") in content:
                raise name_password(path) from error
            raise
        return RawDocument(path.name, tuple(_read_sheet(sheet, path.name) for sheet in book.sheets()))


def _check_chains(content: bytes) -> None:
    """Refuse a chain of short sectors that ends in itself: xlrd would follow it for ever."""
    if content.startswith(SIGNATURE):
        container = CompDoc(content, logfile=io.StringIO())
        for entry in container.dirlist:
            sector = entry.first_SID if entry.tot_size < container.min_size_std_stream else -1
            for _ in container.SSAT:
                sector = container.SSAT[sector] if 0 <= sector < len(container.SSAT) else -1
            if sector >= 0:
                raise ValueError(f"the chain of {entry.name!r} has no end")


def _read_sheet(sheet: Sheet, archivo: str) -> RawSheet:
    formats = {key: form.format_str for key, form in sheet.book.format_map.items()}
    codes = [formats.get(style.format_key, "") for style in sheet.book.xf_list]
    percent_styles = {index for index, code in enumerate(codes) if shows_percent(code)}
    marks = Marks(merges=[((top, left), (end - 1, last - 1)) for top, end, left, last in sheet.merged_cells])
    rows: list[list[Cell]] = []
    for i, cells in enumerate(sheet.get_rows()):
        rows.append([_read_cell(cell, sheet.book.datemode, codes[cell.xf_index]) for cell in cells])
        marks.percents += ((i, j) for j, cell in enumerate(cells) if cell.xf_index in percent_styles)
        marks.texts |= {(i, j): rows[i][j] for j, cell in enumerate(cells) if cell.ctype == xlrd.XL_CELL_ERROR}
    height = max((i + 1 for i, row in enumerate(rows) if any(cell is not None for cell in row)), default=0)
    width = max(map(len, rows[:height]), default=0)
    rows = [row + [None] * (width - len(row)) for row in rows[:height]]
    apply_marks(rows, marks)
    return RawSheet(archivo, sheet.name, tuple(map(tuple, rows)), sheet.visibility != 0)


def _read_cell(cell: XlsCell, datemode: int, code: str) -> Cell:
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#ERROR")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return clean_cell(_read_date(cell.value, datemode, code))
    return clean_cell(cell.value)


def _read_date(value: float, datemode: int, code: str) -> dt.datetime | dt.time | dt.timedelta | float:
    if "[h" in code.lower() or "[m" in code.lower() or "[s" in code.lower():
        return dt.timedelta(days=value)
    try:
        moment = xlrd.xldate_as_datetime(value, datemode)
    except (xlrd.XLDateError, OverflowError):
        return value  # a date that no calendar has: the sheet shows only #####
    return moment.time() if value < 1 else moment
