"""Spreadsheets: python-calamine with what it leaves out put back; xlrd for old ones, of which it leaves out more."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import xlrd
from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum
from xlrd.compdoc import SIGNATURE, CompDoc
from xlrd.sheet import Cell as XlsCell
from xlrd.sheet import Sheet

from poa_eval.readers.cells import (
    Cell,
    Marks,
    RawDocument,
    RawSheet,
    apply_marks,
    clean_cell,
    clean_rows,
    shows_percent,
)
from poa_eval.readers.guard import name_password, refuse_damage
from poa_eval.readers.ods import scan_ods
from poa_eval.readers.xlsx import scan_xlsx


def read_spreadsheet(path: Path) -> RawDocument:
    """Read a workbook: all sheets, text of merged cells over their whole range, real addresses.

    A number shown as a percentage comes as the text that the sheet shows (``8.33%``), with all its decimals; an Excel
    error as its text (``#DIV/0!``), a formula that was never calculated as ``#FÓRMULA SIN VALOR``: none is silently
    blank. A number, a percentage or an error in merged cells stays in the first of them.

    Raises ArchivoError: not a workbook, damaged, with cells too far out, or locked by a password.
    """
    if path.suffix.lower() == ".xls":
        return _read_xls(path)
    with refuse_damage(path):
        scan = scan_ods if path.suffix.lower() == ".ods" else scan_xlsx
        marks = scan(path) if zipfile.is_zipfile(path) else {}  # of what is no zip python-calamine says what it is
        try:
            with CalamineWorkbook.from_path(str(path)) as workbook:
                sheets = []
                for meta in workbook.sheets_metadata:
                    if meta.typ == SheetTypeEnum.WorkSheet:
                        sheet = workbook.get_sheet_by_name(meta.name)
                        rows = clean_rows(sheet.to_python(skip_empty_area=False))
                        noted = marks[meta.name]
                        noted.merges += sheet.merged_cell_ranges or ()
                        apply_marks(rows, noted)
                        hidden = meta.visible != SheetVisibleEnum.Visible
                        sheets.append(_make_sheet(path.name, meta.name, rows, noted, hidden=hidden))
        except PasswordError as error:
            raise name_password(path) from error
    return RawDocument(path.name, tuple(sheets))


def _read_xls(path: Path) -> RawDocument:
    """Read a workbook of Excel 97–2003, which keeps a result for each formula: none lacks its value."""
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
        marks.texts |= {(i, j): str(rows[i][j]) for j, cell in enumerate(cells) if cell.ctype == xlrd.XL_CELL_ERROR}
    height = max((i + 1 for i, row in enumerate(rows) if any(cell is not None for cell in row)), default=0)
    width = max(map(len, rows[:height]), default=0)
    rows = [row + [None] * (width - len(row)) for row in rows[:height]]
    apply_marks(rows, marks)
    marks.hidden_rows = {index for index, row in sheet.rowinfo_map.items() if row.hidden}
    marks.hidden_columns = {index for index, column in sheet.colinfo_map.items() if column.hidden}
    return _make_sheet(archivo, sheet.name, rows, marks, hidden=sheet.visibility != 0)


def _make_sheet(archivo: str, name: str, rows: list[list[Cell]], marks: Marks, *, hidden: bool) -> RawSheet:
    rows_hidden, columns_hidden = frozenset(marks.hidden_rows), frozenset(marks.hidden_columns)
    cells = tuple(map(tuple, rows))
    merged = bool(marks.merges)
    return RawSheet(
        archivo, name, cells, hidden, filas_ocultas=rows_hidden, columnas_ocultas=columns_hidden, combinada=merged
    )


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
