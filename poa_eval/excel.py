"""Spread: tables laid out on the sheets of a workbook to be read: real numbers and dates, filters, print set-up."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from poa_eval.text.columns import Column
from poa_eval.text.names import make_slug
from poa_eval.text.wording import capitalize, format_number, format_percent, is_present

#: Written as the moment of making and of the last change, so that the bytes depend on the content alone.
STAMP = dt.datetime(2000, 1, 1)
DARK, SOFT, LINE, LINK = "#0B3C5D", "#4A5866", "#C9D1D9", "#0B5394"
_BASE = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter"}
_WORD = (("align", "center"), ("text_wrap", True))
_TEXT = (("align", "left"), ("indent", 1), ("text_wrap", True))
_DAY = (("num_format", "dd/mm/yyyy"), ("align", "left"))
_HEADING = (*{"bold": True, "font_color": "#FFFFFF", "bg_color": DARK, "text_wrap": True}.items(),)
_HEADING += (*{"border": 1, "border_color": LINE, "align": "center"}.items(),)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
#: Ink and fill of the words that are coloured, as on the pages; the word itself always stands.
_COLOURS = {
    "sobrecumplida": ("#FFFFFF", "#0B4F7A"),
    "cumplida": ("#0B3C5D", "#D3E5F3"),
    "casi cumplida": ("#24494D", "#E6F1F1"),
    "en riesgo": ("#5C3A00", "#FFE9B8"),
    "crítica": ("#FFFFFF", "#9C3500"),
    "no programada": ("#414B55", "#ECEFF2"),
    "no evaluable": ("#414B55", "#ECEFF2"),
    "error": ("#FFFFFF", "#9C3500"),
    "advertencia": ("#5C3A00", "#FFE9B8"),
    "difiere": ("#FFFFFF", "#9C3500"),
    "coincide": ("#0B3C5D", "#D3E5F3"),
    "coincide por reconstrucción": ("#24494D", "#E6F1F1"),
    "no": ("#5C3A00", "#FFE9B8"),
}
_MAX_TEXT, _MAX_HEADER = 32_767, 255
_A4 = 9
_PAGE_LETTERS = 215  # across A4 that can still be read
_HEAD = 3  # row of the headings, counted from 0


@dataclass(frozen=True)
class CellFormula:
    """A live formula with its result, which a preview shows without computing anything."""

    text: str
    result: float | str
    is_array: bool = False


class _Sheet(Worksheet):
    """A sheet that takes formulas as they are; XlsxWriter seeks thirty newer functions in each, and none is used."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula


class Spread:
    """A workbook in the making."""

    def __init__(self, title: str, institution: str, language: str) -> None:
        self._file = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._file, {"in_memory": True})
        about = {"title": title[:255], "subject": institution[:255], "author": "poa_eval"}
        self.book.set_properties(about | {"created": STAMP})
        #: Of each sheet with a table: its name, what it holds, and its rows.
        self.listed: list[tuple[str, str, int]] = []
        self._language = language.replace("_", "-")
        self._formats: dict[tuple, Any] = {}
        self._heading = title.replace("&", "&&"), institution.replace("&", "&&")[:120]

    def format(self, *pairs: tuple[str, object], **properties: object) -> Any:
        """Return the format with these properties, of which the later ones come before the earlier."""
        key = (*pairs, *properties.items()) if properties else pairs
        if key not in self._formats:
            self._formats[key] = self.book.add_format(_BASE | dict(key))
        return self._formats[key]

    def add_sheet(self, name: str) -> Any:
        """Add an empty sheet, set up for reading and for A4 across."""
        sheet = self.book.add_worksheet(name, worksheet_class=_Sheet)
        sheet.hide_gridlines(2)
        sheet.set_tab_color(DARK)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.75, 0.6)
        sheet.set_header("&L{}&R{}".format(*self._heading)[:_MAX_HEADER].rstrip("&"))
        sheet.set_footer("&L&A&RPágina &P de &N")
        return sheet

    def put(
        self, sheet: Any, row: int, column: int, value: object, kind: str = "text", *pairs: tuple, **look: object
    ) -> None:
        """Put a value into a cell as what it is, with a format; a text stays a text, whatever it begins with.

        Characters that a workbook cannot hold are left out, and a text is cut where a cell ends.
        """
        if isinstance(value, str) and value.strip():
            text = value if value.isprintable() else _ILLEGAL.sub("", value)
            own = _WORD if kind == "state" else _TEXT
            own = (*own, ("quote_prefix", True)) if text.startswith(("=", "+", "-", "@")) else own
            sheet.write_string(row, column, text[:_MAX_TEXT], self.format(*own, *pairs, **look))
        elif isinstance(value, CellFormula):
            own = (("num_format", _pick_format(value.result, kind)), *(_WORD[:1] if kind == "state" else ()))
            args = (value.text, self.format(*own, *pairs, **look), value.result)
            if value.is_array:
                sheet.write_array_formula(row, column, row, column, *args)
            else:
                sheet.write_formula(row, column, *args)
        elif not is_present(value):
            sheet.write_blank(row, column, None, self.format(*pairs, **look))
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, column, value, self.format(*_DAY, *pairs, **look))
        else:
            own = ("num_format", _pick_format(value, kind))
            sheet.write_number(row, column, value, self.format(own, *pairs, **look))

    def put_table(
        self,
        name: str,
        what: str,
        note: str,
        columns: Iterable[Column],
        rows: Sequence[Mapping],
        *,
        foot: Mapping | None = None,
        grouped: bool = False,
        frozen: int = 1,
        printed: int | None = None,
    ) -> tuple[Any, int]:
        """Lay a table out on a sheet of its own, and list it in `listed`.

        It is an Excel table, whose columns formulas can name; where the columns' groups are shown, the rows only get a
        filter. Columns that stand on pages only are left out.
        `what` the sheet holds and a `note` stand above; `foot` is a row apart below, not filtered; `frozen`
        columns stay in view; printing is limited to the first `printed` rows. Missing values leave the cell empty.
        Returns the sheet, and the row of the foot, counted from 0.
        """
        columns = [
            column
            for column in columns
            if column.value is not None
            and (not column.is_optional or any(is_present(column.take(row)) for row in rows))
        ]
        self.listed.append((name, what, len(rows)))
        sheet, title = self.add_sheet(name), capitalize(what)
        sheet.write_string(0, 0, title, self.format(bold=True, font_size=14, font_color=DARK))
        sheet.write_string(1, 0, note, self.format(font_color=SOFT))
        sheet.write_url(2, 0, "internal:'Portada'!A1", self.format(font_color=LINK, underline=1), "Ir a la portada")
        top = _HEAD + grouped
        bottom, last = top + len(rows), len(columns) - 1
        end = bottom + 2 if foot else bottom
        head = self.format(*_HEADING)
        if grouped:
            self._put_groups(sheet, columns, head)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(top, at, column.title, head)
        sheet.set_row(top, 13.5 * max(count_lines(column.title, column.width - 3) for column in columns) + 8)
        if grouped:
            sheet.autofilter(top, 0, bottom, last)
        else:
            heads = [{"header": column.title, "header_format": head} for column in columns]
            about = {"name": make_slug(name).capitalize(), "columns": heads, "style": None, "banded_rows": False}
            sheet.add_table(top, 0, bottom, last, about)
        for at, row in enumerate(rows, start=top + 1):
            self._put_row(sheet, at, columns, row, ("bottom", 1), ("bottom_color", LINE))
        if foot:
            self._put_row(sheet, end, columns, foot, ("bold", True), ("top", 2), ("top_color", DARK))
        self._colour(sheet, top + 1, end, columns)
        sheet.freeze_panes(top + 1, frozen)
        sheet.repeat_rows(_HEAD, top)
        sheet.repeat_columns(0, frozen - 1)
        widths = [column.width for column in columns if not column.is_aside]
        area = (0, 0, printed - 1) if printed else (_HEAD, 0, end)
        sheet.print_area(*area, len(widths) - 1)
        sheet.fit_to_pages(-(-sum(widths) // _PAGE_LETTERS), 0)
        above = '&L{}&C&"-,Bold"{}&R{}'.format(self._heading[0], title.replace("&", "&&"), self._heading[1])
        sheet.set_header(above[:_MAX_HEADER].rstrip("&"))
        return sheet, bottom + 2

    def _put_row(self, sheet: Any, at: int, columns: Sequence[Column], row: Mapping, *look: tuple) -> None:
        high = 1
        for place, column in enumerate(columns):
            value = column.take(row)
            value, kind = value if isinstance(value, tuple) else (value, column.kind)
            self.put(sheet, at, place, value, kind, *look)
            if isinstance(value, str) and not column.is_aside:
                high = max(high, count_lines(value, column.width - 1.5))
        sheet.set_row(at, min(13 * high + 4, 409))

    def _put_groups(self, sheet: Any, columns: Sequence[Column], look: Any) -> None:
        at = 0
        for text, members in groupby(column.group for column in columns):
            last = at + len([*members]) - 1
            if last > at:
                sheet.merge_range(_HEAD, at, _HEAD, last, text, look)
            else:
                sheet.write_string(_HEAD, at, text, look)
            at = last + 1

    def _colour(self, sheet: Any, first: int, last: int, columns: Iterable[Column]) -> None:
        """Colour the words of states; the rule follows the word when a planner changes it."""
        for at, column in enumerate(columns):
            for word, (ink, fill) in _COLOURS.items() if column.kind == "state" else ():
                look = self.book.add_format({"font_color": ink, "bg_color": fill})
                rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
                sheet.conditional_format(first, at, last, at, rule)

    def render(self, *, lock: bool = False) -> bytes:
        """Return the workbook's bytes; they depend on its content alone. Where locked, its sheets stay as they are."""
        self.book.close()
        said = {"docProps/core.xml": ("</cp:coreProperties>", f"<dc:language>{self._language}</dc:language>")}
        if lock:
            said["xl/workbook.xml"] = ("<bookViews>", '<workbookProtection lockStructure="1"/>')
        fixed = io.BytesIO()
        with zipfile.ZipFile(self._file) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
            for member in old.infolist():
                content = old.read(member)
                if member.filename in said:  # what XlsxWriter has no word for
                    before, text = said[member.filename]
                    content = content.replace(before.encode(), f"{text}{before}".encode(), 1)
                new.writestr(zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
        return fixed.getvalue()


@lru_cache(maxsize=65536)
def count_lines(text: str, width: float) -> int:
    """Return how many lines a text takes, word by word, in a column of that width."""
    lines = 0
    for part in text.splitlines() or [""]:
        lines, used = lines + 1, 0.0
        for word in part.split():
            capitals = sum(map(str.isupper, word))
            long = 0.92 * capitals + 0.78 * (len(word) - capitals)
            if used and used + 0.6 + long > width:
                lines, used = lines + 1, 0.0
            lines, used = lines + int(long // (width + 1)), used + 0.6 * (used > 0) + long % (width + 1)
    return lines


@lru_cache(maxsize=65536)
def _pick_format(value: object, kind: str) -> str:
    """Return the number format that shows as many decimals as the pages do."""
    if isinstance(value, str):
        return "General"
    write = format_percent if kind == "percent" else format_number
    decimals = len(write(value, "en").replace("\N{NO-BREAK SPACE}%", "").partition(".")[2])
    digits = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f'{digits}"\N{NO-BREAK SPACE}%"' if kind == "percent" else digits
