"""Spreadsheets through python-calamine, with what it leaves out put back: percentages, errors, lost formulas."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from poa_eval.errors import ArchivoError, Place
from poa_eval.read.raw import Cell, RawDocument, RawSheet, ShownPercent

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BUILTIN_PERCENT = {9, 10}
_NO_VALUE = "#FÓRMULA SIN VALOR"


def read_spreadsheet(path: Path) -> RawDocument:
    """Read a workbook: all sheets, merged cells filled from their range, real addresses.

    A number shown as a percentage comes as the text that the sheet shows (``8.33%``), an Excel error as its
    text (``#DIV/0!``), a formula that was never calculated as ``#FÓRMULA SIN VALOR``: none is silently blank.

    Raises
    ------
    ArchivoError
        Not a workbook, damaged, or locked by a password.
    """
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            notes = _read_cell_notes(path)
            sheets = tuple(
                _read_sheet(workbook.get_sheet_by_name(meta.name), meta.visible, path, notes.get(meta.name, {}))
                for meta in workbook.sheets_metadata
                if meta.typ == SheetTypeEnum.WorkSheet
            )
    except PasswordError as error:
        raise ArchivoError(
            "un libro protegido con contraseña",
            "un libro que se pueda abrir",
            "quite la contraseña (Archivo > Información > Proteger libro) y guárdelo de nuevo",
            lugar=Place(path.name),
        ) from error
    except (ZipError, XmlError, CalamineError, OSError, zipfile.BadZipFile, ET.ParseError, KeyError) as error:
        raise ArchivoError(
            _name_content(path),
            f"un libro de cálculo «{path.suffix.lower()}» completo",
            "ábralo en la hoja de cálculo y guárdelo otra vez como .xlsx; si es de otro formato, expórtelo desde allí",
            lugar=Place(path.name),
        ) from error
    return RawDocument(path.name, sheets)


def _name_content(path: Path) -> str:
    start = path.read_bytes()[:512].lstrip().lower()
    kinds = {
        b"%pdf": "un PDF con otra extensión",
        b"<html": "una página HTML con otra extensión",
        b"<!doctype html": "una página HTML con otra extensión",
        b"\xd0\xcf\x11\xe0": "un libro antiguo o cifrado con otra extensión",
        b"pk": "un archivo comprimido dañado, o que no es un libro de cálculo",
    }
    return next(
        (name for mark, name in kinds.items() if start.startswith(mark)), "un archivo que no es un libro de cálculo"
    )


def _read_sheet(
    sheet: CalamineSheet, visible: SheetVisibleEnum, path: Path, notes: dict[tuple[int, int], str | None]
) -> RawSheet:
    rows = [[_clean_cell(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), text in notes.items():
        if row < len(rows) and column < len(rows[row]):
            value = rows[row][column]
            if text is not None:
                rows[row][column] = text
            elif isinstance(value, int | float) and not isinstance(value, bool):
                rows[row][column] = ShownPercent(f"{(Decimal(repr(value)) * 100).normalize():f}%", float(value))
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top < len(rows) and left < len(rows[top]):
            value = rows[top][left]
            # A number merged over several columns is one figure: repeated, it would be added up.
            last = right if isinstance(value, str) else left
            for row in range(top, min(bottom + 1, len(rows))):
                rows[row][left : last + 1] = [value] * len(rows[row][left : last + 1])
    return RawSheet(path.name, sheet.name, tuple(map(tuple, rows)), visible != SheetVisibleEnum.Visible)


def _clean_cell(cell: object) -> Cell:
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    if isinstance(cell, dt.datetime) and cell.time() == dt.time(0):
        return cell.date().isoformat()
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        return str(cell)
    return cell


def _read_cell_notes(path: Path) -> dict[str, dict[tuple[int, int], str | None]]:
    """Return per sheet the cells that calamine gives bare: None for a percentage, a text for an error."""
    if path.suffix.lower() not in {".xlsx", ".xlsm"}:
        return {}
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        styles = _find_percent_styles(archive.read("xl/styles.xml")) if "xl/styles.xml" in names else set()
        book = ET.fromstring(archive.read("xl/workbook.xml"))
        targets = {
            rel.get("Id"): rel.get("Target", "").removeprefix("/xl/")
            for rel in ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        return {
            sheet.get("name", ""): _scan_cells(archive.read(f"xl/{target}"), styles)
            for sheet in book.iterfind("m:sheets/m:sheet", _NS)
            if f"xl/{(target := targets.get(sheet.get(_REL), ''))}" in names
        }


def _find_percent_styles(xml: bytes) -> set[int]:
    root = ET.fromstring(xml)
    formats = {
        int(fmt.get("numFmtId", -1))
        for fmt in root.iterfind("m:numFmts/m:numFmt", _NS)
        if "%" in re.sub(r'"[^"]*"', "", fmt.get("formatCode", ""))
    }
    cells = root.iterfind("m:cellXfs/m:xf", _NS)
    return {index for index, xf in enumerate(cells) if int(xf.get("numFmtId", 0)) in formats | _BUILTIN_PERCENT}


def _scan_cells(xml: bytes, percent_styles: set[int]) -> dict[tuple[int, int], str | None]:
    notes: dict[tuple[int, int], str | None] = {}
    if percent_styles:
        wanted = "|".join(map(str, sorted(percent_styles))).encode()
        for cell in re.finditer(rb'<c (?=[^>]*\br="([A-Z]+)(\d+)")(?=[^>]*\bs="(?:' + wanted + rb')")[^>]*>', xml):
            notes[_cell_index(cell)] = None
    for cell in re.finditer(rb'<c (?=[^>]*\br="([A-Z]+)(\d+)")[^>]*\bt="e"[^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>', xml):
        notes[_cell_index(cell)] = cell[3].decode()
    if b"<f" in xml:
        never = rb'<c (?=[^>]*\br="([A-Z]+)(\d+)")[^>]*>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
        for cell in re.finditer(never, xml):
            notes[_cell_index(cell)] = _NO_VALUE
    return notes


def _cell_index(cell: re.Match[bytes]) -> tuple[int, int]:
    column = 0
    for letter in cell[1]:
        column = column * 26 + letter - 64
    return int(cell[2]) - 1, column - 1
