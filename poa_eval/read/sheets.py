"""Spreadsheets: the values through python-calamine, with what it leaves out of them put back."""

from __future__ import annotations

import zipfile
from pathlib import Path

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from poa_eval.read.cells import Marks, apply_marks, clean_rows
from poa_eval.read.guard import name_password, refuse_damage
from poa_eval.read.ods import scan_ods
from poa_eval.read.raw import RawDocument, RawSheet
from poa_eval.read.xls import read_xls
from poa_eval.read.xlsx import scan_xlsx


def read_spreadsheet(path: Path) -> RawDocument:
    """Read a workbook: all sheets, text of merged cells over their whole range, real addresses.

    A number shown as a percentage comes as the text that the sheet shows (``8.33%``), with all its decimals; an Excel
    error as its text (``#DIV/0!``), a formula that was never calculated as ``#FÓRMULA SIN VALOR``: none is silently
    blank. A number, a percentage or an error in merged cells stays in the first of them.

    Raises ArchivoError: not a workbook, damaged, with cells too far out, or locked by a password.
    """
    if path.suffix.lower() == ".xls":
        return read_xls(path)
    with refuse_damage(path):
        marks = _scan_file(path)
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
                        sheets.append(RawSheet(path.name, meta.name, tuple(map(tuple, rows)), hidden))
        except PasswordError as error:
            raise name_password(path) from error
    return RawDocument(path.name, tuple(sheets))


def _scan_file(path: Path) -> dict[str, Marks]:
    if not zipfile.is_zipfile(path):
        return {}  # python-calamine says what it is
    return scan_ods(path) if path.suffix.lower() == ".ods" else scan_xlsx(path)
