"""Capture workbooks: per unit, what it owes in a quarter, to fill in and send back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from poa_eval.captured import FORMAT
from poa_eval.entry import ANSWERS, CAUSES, ENTRY_SHEET, HEADINGS, KEYS, MARKER, choose_columns
from poa_eval.errors import ArchivoError, Place
from poa_eval.guide import Line, list_guide
from poa_eval.measure import describe_quarter
from poa_eval.names import file_name
from poa_eval.owe import Owed, list_owed
from poa_eval.plan import Plan
from poa_eval.workbook import fit_rows, put_value, render_workbook

_HEAD = 6  # row of the headings
_WIDTHS = {
    "codigo": 7,
    "actividad": 42,
    "meta_texto": 38,
    "indicador": 30,
    "unidad_medida": 17,
    "periodo": 14,
    "programado": 13,
    "ejecutado": 13,
    "realizada": 13,
    "causa": 22,
    "comentario": 44,
}
_FONT, _DARK, _INPUT, _LINE = "Calibri", "1F4E5F", "FFF2CC", "B8C4C8"
_EDGE = Border(*[Side(style="thin", color=_LINE)] * 4)
_WRAP = Alignment(wrap_text=True, vertical="top")
_PAPER_A4, _PAPER_LETTER = "9", "1"
_USE_A4 = {"AR", "BO", "BR", "CU", "EC", "ES", "PE", "PY", "UY"}


def write_capture(plan: Plan, trimestre: int, folder: str | Path, *, fecha_limite: dt.date | None = None) -> list[Path]:
    """Write one capture workbook per unit that has activities.

    Parameters
    ----------
    plan : Plan
    trimestre : int
        Quarter to report on, 1–4.
    folder : path-like
        Made if it is missing.
    fecha_limite : date, optional
        Until when the unit returns the workbook.

    Returns
    -------
    list of Path
        In the plan's order of units. The same plan gives the same bytes.

    Raises
    ------
    ArchivoError
        A workbook of that name is there with other content, perhaps filled in; then nothing is written.
    """
    folder = Path(folder)
    owed = list_owed(plan, trimestre)
    books: dict[Path, bytes] = {}
    for unit_id in plan.unidades["unidad_id"]:
        if (plan.actividades["unidad_id"] == unit_id).any():
            own = [item for item in owed if item.unidad_id == unit_id]
            book = make_workbook(plan, unit_id, trimestre, own, fecha_limite=fecha_limite)
            books[folder / f"{file_name(unit_id)}.xlsx"] = render_workbook(book)
    for path, content in books.items():
        if path.exists() and path.read_bytes() != content:
            raise ArchivoError(
                "un libro de captura con otro contenido, quizá ya llenado",
                "una carpeta sin libros de captura que se perderían",
                "indique otra carpeta, o mueva de ahí el libro",
                lugar=Place(str(path)),
            )
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in books.items():
        path.write_bytes(content)
    return list(books)


def make_workbook(
    plan: Plan, unit_id: str, trimestre: int, owed: Sequence[Owed], *, fecha_limite: dt.date | None = None
) -> Workbook:
    """Make the capture workbook of a unit: instructions, the rows to fill in, and the hidden marker.

    Parameters
    ----------
    plan : Plan
    unit_id : str
    trimestre : int
    owed : sequence of Owed
        Of that unit and quarter.
    fecha_limite : date, optional

    Returns
    -------
    openpyxl.Workbook
    """
    activities = plan.actividades[plan.actividades["unidad_id"] == unit_id].set_index("actividad_id")
    columns = choose_columns(activities, owed)
    unit = plan.unidades.set_index("unidad_id").loc[unit_id, "unidad"]
    head = [f"Captura de avances · {describe_quarter(trimestre)} de {plan.ejercicio}", plan.institucion, unit]
    book = Workbook()
    guide, entries, marker = book.active, book.create_sheet(ENTRY_SHEET), book.create_sheet(MARKER)
    guide.title = "Instrucciones"
    _fill_guide(guide, head, list_guide(plan, activities, owed, columns, trimestre, fecha_limite))
    _fill_entries(entries, head, columns, activities, owed)
    said = {"formato": FORMAT, "institucion": plan.institucion, "ejercicio": plan.ejercicio, "trimestre": trimestre}
    for row, (key, value) in enumerate((said | {"unidad_id": unit_id}).items(), start=1):
        put_value(marker.cell(row, 1), key)
        put_value(marker.cell(row, 2), str(value))
    marker.sheet_state = "veryHidden"
    for sheet in book:
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False  # False: allowed
        _set_print(sheet, unit, _PAPER_A4 if plan.locale[-2:] in _USE_A4 else _PAPER_LETTER)
    entries.print_title_rows = f"{_HEAD}:{_HEAD}"
    guide.page_setup.orientation = "portrait"
    book.security = WorkbookProtection(lockStructure=True)
    return book


def _fill_guide(sheet: Worksheet, head: Sequence[str], lines: Iterable[Line]) -> None:
    for letter, width in zip("AB", (26, 92), strict=True):
        sheet.column_dimensions[letter].width = width
    _put_head(sheet, 1, head)
    for row, (label, text) in enumerate(lines, start=len(head) + 2):
        cell = sheet.cell(row, 1)
        put_value(cell, label)
        if text is None:
            cell.font = Font(name=_FONT, bold=True, color=_DARK, size=12)
            sheet.row_dimensions[row].height = 24
            cell.alignment = Alignment(vertical="bottom")
        else:
            cell.alignment = Alignment(vertical="top", horizontal="right" if len(label) < 3 else None)
            put_value(sheet.cell(row, 2), text)
            sheet.cell(row, 2).alignment = _WRAP
            fit_rows(sheet, [row])


def _put_head(sheet: Worksheet, column: int, head: Sequence[str]) -> None:
    for row, text in enumerate(head, start=1):
        put_value(sheet.cell(row, column), text)
        sheet.cell(row, column).font = Font(name=_FONT, bold=row != 2, size=14 if row == 1 else 11, color=_DARK)


def _fill_entries(
    sheet: Worksheet, head: Sequence[str], columns: Sequence[str], activities: pd.DataFrame, owed: Sequence[Owed]
) -> None:
    _put_head(sheet, len(KEYS) + 1, head)
    checks = _make_checks()
    for number, name in enumerate(columns, start=1):
        cell = sheet.cell(_HEAD, number)
        put_value(cell, HEADINGS[name])
        cell.font, cell.fill = Font(name=_FONT, bold=True, color="FFFFFF"), PatternFill("solid", start_color=_DARK)
        cell.alignment, cell.border = Alignment(wrap_text=True, vertical="center"), _EDGE
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(name, 10)
        sheet.column_dimensions[get_column_letter(number)].hidden = name in KEYS
        if any(_is_input(name, item) for item in owed):
            put_value(sheet.cell(_HEAD - 1, number), "▼ llenar")
            sheet.cell(_HEAD - 1, number).font = Font(name=_FONT, bold=True, color=_DARK)
    for row, item in enumerate(owed, start=_HEAD + 1):
        activity = activities.loc[item.actividad_id]
        for number, name in enumerate(columns, start=1):
            cell = sheet.cell(row, number)
            put_value(cell, _take_value(name, item, activity))
            cell.alignment, cell.border = _WRAP, _EDGE
            if _is_input(name, item):
                _open_cell(cell, name)
    fit_rows(sheet, range(_HEAD, _HEAD + len(owed) + 1))
    for number, name in enumerate(columns, start=1):
        if name in checks and owed:
            letter = get_column_letter(number)
            checks[name].add(f"{letter}{_HEAD + 1}:{letter}{_HEAD + len(owed)}")
            sheet.add_data_validation(checks[name])
    sheet.freeze_panes = sheet.cell(_HEAD + 1, 1)


def _take_value(name: str, item: Owed, activity: pd.Series) -> object:
    if name in (*KEYS, "periodo"):
        return getattr(item, name)
    if name in ("programado", "ejecutado"):
        return getattr(item, name) if item.pregunta == "ejecutado" else None
    value = activity.get(name)
    if value is None or pd.isna(value):
        return None
    is_whole = name == "codigo" and value.isdigit() and value[0] != "0"
    return int(value) if is_whole else value


def _is_input(name: str, item: Owed) -> bool:
    if name == "programado":
        return item.pregunta == "ejecutado" and item.programado is None
    return name in (item.pregunta, "causa", "comentario")


def _open_cell(cell: Cell, name: str) -> None:
    cell.protection = Protection(locked=False)
    cell.fill = PatternFill("solid", start_color=_INPUT)
    if name == "comentario":
        cell.number_format = "@"  # «-10 % menos» stays a text


def _make_checks() -> dict[str, DataValidation]:
    """Return what the cells of each column accept, with what the spreadsheet says otherwise."""
    number = {"type": "decimal", "operator": "greaterThanOrEqual", "formula1": "0"}
    checks = {}
    for name, rule, wanted in (
        ("programado", number, "Escriba un número de 0 en adelante, sin texto ni unidades."),
        ("ejecutado", number, "Escriba un número de 0 en adelante, sin texto ni unidades. Vacía: sin reporte."),
        ("realizada", _make_list(ANSWERS), "Elija Sí o No. Vacía: sin reporte."),
        ("causa", _make_list(CAUSES), "Elija una causa de la lista; explíquela en «Comentario»."),
    ):
        title = HEADINGS[name]
        texts = {"errorTitle": title, "error": wanted, "promptTitle": title, "prompt": wanted}
        checks[name] = DataValidation(
            **rule, **texts, errorStyle="stop", allow_blank=True, showErrorMessage=True, showInputMessage=True
        )
    return checks


def _make_list(choices: Iterable[str]) -> dict[str, str]:
    return {"type": "list", "formula1": '"{}"'.format(",".join(choices))}


def _set_print(sheet: Worksheet, unit: str, paper: str) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", paper
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.left.text = unit.replace("&", "&&")[:120]
    sheet.oddFooter.right.text = "Página &P de &N"
