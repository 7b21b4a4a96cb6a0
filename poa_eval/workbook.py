"""Workbooks written by openpyxl: text that stays text, the same bytes for the same content, forms to fill in."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from poa_eval.filled import MARKER, Form

_STAMP = dt.datetime(2000, 1, 1)
_ZIP_STAMP = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_MAX_TEXT = 32_767
_LINE_POINTS, _MAX_POINTS = 15, 409
_HEAD = 6  # row of the headings
_FONT, _DARK, _INPUT, _LINE = "Calibri", "1F4E5F", "FFF2CC", "B8C4C8"
_EDGE = Border(*[Side(style="thin", color=_LINE)] * 4)
_WRAP = Alignment(wrap_text=True, vertical="top")
_PAPER_A4, _PAPER_LETTER = "9", "1"
_USE_A4 = {"AR", "BO", "BR", "CU", "EC", "ES", "PE", "PY", "UY"}
_TEXTS = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=False,  # noqa: S701  (texts of cells, not of a page)
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
    finalize=lambda value: " ".join(str(value).split()),  # a name never begins a line of its own
)

#: A line of instructions: a title of its own, or a label with its text.
Line = tuple[str, str | None]


@dataclass(frozen=True)
class Column:
    """A column of a form: its width, and what the cells that are filled in accept.

    Parameters
    ----------
    ancho : float
    pide : str
        What the spreadsheet says when a cell is chosen, and when it refuses what was typed.
    lista : tuple of str
        Choices of a drop-down.
    es_numero : bool
        Only numbers from 0 on.
    """

    ancho: float = 10
    pide: str = ""
    lista: tuple[str, ...] = ()
    es_numero: bool = False


def make_form(
    form: Form,
    columns: Mapping[str, Column],
    rows: Sequence[tuple[Mapping[str, object], Collection[str]]],
    *,
    head: Sequence[str],
    guide: Iterable[Line],
    marker: Iterable[Sequence[object]],
    locale: str,
) -> Workbook:
    """Make a workbook to fill in: instructions, a protected sheet with open cells, and the hidden marker.

    Parameters
    ----------
    form : Form
    columns : mapping of str to Column
        By name, in their order; those of the form's keys are hidden where their heading is their name.
    rows : sequence of (mapping, collection of str)
        Values by column, and the columns that are filled in.
    head : sequence of str
        Title, institution and unit.
    guide : iterable of Line
    marker : iterable of sequence
        Rows of the hidden sheet, by which the filled workbook is known.
    locale : str

    Returns
    -------
    openpyxl.Workbook
    """
    book = Workbook()
    instructions, entries, hidden = book.active, book.create_sheet(form.hoja), book.create_sheet(MARKER)
    instructions.title = "Instrucciones"
    _fill_guide(instructions, head, guide)
    _fill_entries(entries, form, columns, rows, head)
    for number, said in enumerate([("libro", form.libro), ("formato", form.formato), *marker], start=1):
        for column, value in enumerate(said, start=1):
            put_value(hidden.cell(number, column), str(value))
    hidden.sheet_state = "veryHidden"
    for sheet in book:
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False  # False: allowed
        _set_print(sheet, head[-1], _PAPER_A4 if locale[-2:] in _USE_A4 else _PAPER_LETTER)
    entries.print_title_rows = f"{_HEAD}:{_HEAD}"
    instructions.page_setup.orientation = "portrait"
    book.security = WorkbookProtection(lockStructure=True)
    return book


def render_guide(template: str, **values: object) -> list[Line]:
    """Return the instructions that a template says: ``# title``, ``label | text``, and ``* | text`` for a step."""
    lines: list[Line] = []
    step = 0
    for line in _TEXTS.get_template(template).render(values).splitlines():
        label, _, text = (part.strip() for part in line.partition("|"))
        if line.startswith("# "):
            step = 0
            lines.append((line[2:], None))
        elif text:
            step += label == "*"
            lines.append((f"{step}." if label == "*" else label, text))
    return lines


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
    sheet: Worksheet,
    form: Form,
    columns: Mapping[str, Column],
    rows: Sequence[tuple[Mapping[str, object], Collection[str]]],
    head: Sequence[str],
) -> None:
    hidden = [name for name in columns if form.encabezados[name] == name]
    _put_head(sheet, len(hidden) + 1, head)
    for label, name in form.campos.values():
        place = sheet.cell(len(head) + 1, list(columns).index(name) + 1)
        put_value(place, label)
        place.alignment = _WRAP
        _open_cell(sheet.cell(place.row, place.column + 1), "General")
    for number, (name, column) in enumerate(columns.items(), start=1):
        letter, cell = get_column_letter(number), sheet.cell(_HEAD, number)
        put_value(cell, form.encabezados[name])
        cell.font, cell.fill = Font(name=_FONT, bold=True, color="FFFFFF"), PatternFill("solid", start_color=_DARK)
        cell.alignment, cell.border = Alignment(wrap_text=True, vertical="center"), _EDGE
        sheet.column_dimensions[letter].width = column.ancho
        sheet.column_dimensions[letter].hidden = name in hidden
        if any(name in opened for _, opened in rows):
            put_value(sheet.cell(_HEAD - 1, number), "▼ llenar")
            sheet.cell(_HEAD - 1, number).font = Font(name=_FONT, bold=True, color=_DARK)
        for row, (values, opened) in enumerate(rows, start=_HEAD + 1):
            cell = sheet.cell(row, number)
            put_value(cell, values.get(name))
            cell.alignment, cell.border = _WRAP, _EDGE
            if name in opened:
                _open_cell(cell, "General" if column.pide else "@")  # «-10 % menos» stays a text
        if column.pide and rows:
            _check_cells(sheet, f"{letter}{_HEAD + 1}:{letter}{_HEAD + len(rows)}", form.encabezados[name], column)
    fit_rows(sheet, [*range(len(head) + 1, _HEAD - 1), *range(_HEAD, _HEAD + len(rows) + 1)])
    sheet.freeze_panes = sheet.cell(_HEAD + 1, 1)


def _open_cell(cell: Cell, number_format: str) -> None:
    """Let a cell be filled in, and show it."""
    cell.protection = Protection(locked=False)
    cell.fill, cell.border, cell.alignment = PatternFill("solid", start_color=_INPUT), _EDGE, _WRAP
    cell.number_format = number_format


def _check_cells(sheet: Worksheet, span: str, title: str, column: Column) -> None:
    """Say what cells accept, with what the spreadsheet says otherwise."""
    rule = {"type": "list", "formula1": '"{}"'.format(",".join(column.lista))}
    if column.es_numero:
        rule = {"type": "decimal", "operator": "greaterThanOrEqual", "formula1": "0"}
    texts = {"errorTitle": title, "error": column.pide, "promptTitle": title, "prompt": column.pide}
    check = DataValidation(
        **rule, **texts, errorStyle="stop", allow_blank=True, showErrorMessage=True, showInputMessage=True
    )
    check.add(span)
    sheet.add_data_validation(check)


def _set_print(sheet: Worksheet, unit: str, paper: str) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", paper
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.left.text = unit.replace("&", "&&")[:120]
    sheet.oddFooter.right.text = "Página &P de &N"


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


def is_as_written(path: Path) -> bool:
    """Say whether a workbook is as `render_workbook` made it: no other program saved it since."""
    try:
        with zipfile.ZipFile(path) as book:
            found = _MODIFIED.search(book.read("docProps/core.xml"))
    except (KeyError, zipfile.BadZipFile):
        return False
    return found is not None and found[0].endswith(_STAMP.strftime("%Y-%m-%dT%H:%M:%SZ").encode())
