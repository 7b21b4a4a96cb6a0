"""What a workbook's XML says of its cells and python-calamine does not: percentages, errors, lost formulas."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from xml.etree import ElementTree as ET

from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from poa_eval.errors import ArchivoError, Place
from poa_eval.readers.cells import KNOWN_ERRORS, NO_VALUE, Index, Marks, shows_percent
from poa_eval.readers.guard import MAX_CELLS, MAX_COLUMNS, check_encoding, check_extent

_BUILTIN_PERCENT = {9, 10}


_FAR_COLUMN = re.compile(rb'r=["\']([A-Za-z]{2,3})\d')
_FAR_ROW = re.compile(rb'r=["\'][A-Za-z]{1,3}(\d{6,7})["\']')
_CELL_ADDRESS = re.compile(rb'\sr\s*=\s*["\']([A-Za-z]{1,3})(\d{1,7})["\']')
_ROW_ADDRESS = re.compile(rb'\sr\s*=\s*["\'](\d{1,7})["\']')
_HIDDEN = re.compile(rb'\shidden\s*=\s*["\'](?:1|true)["\']')
_COLUMN_SPAN = re.compile(rb'\s(min|max)\s*=\s*["\'](\d{1,5})["\']')
_ROOT = re.compile(rb"<((?:[^\s<>/:!?]+:)?)worksheet[\s>]")


def scan_xlsx(path: Path) -> dict[str, Marks]:
    """Return the marks of each sheet; the sheet's XML is searched only where such cells are in it at all.

    Raises ArchivoError: cells too far out, an encoding or an error value that python-calamine does not read.
    """
    with zipfile.ZipFile(path) as archive:
        names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}

        def read(part: str) -> bytes:
            return archive.read(names[part.lower()])

        book = dict(_read_links(read("_rels/.rels"), "").values())["officeDocument"]
        folder, name = posixpath.split(book)
        links = _read_links(read(posixpath.join(folder, "_rels", f"{name}.rels")), folder)
        parts = dict(links.values())
        styles = _find_percent_styles(read(parts["styles"])) if "styles" in parts else set()
        if "sharedStrings" in parts:
            check_encoding(read(parts["sharedStrings"])[:200], Place(path.name))
        marks = {}
        for sheet in ET.fromstring(read(book)).iterfind("{*}sheets/{*}sheet"):
            kind, part = links[next(value for key, value in sheet.items() if key.endswith("}id"))]
            if kind == "worksheet":
                name = sheet.get("name", "")
                marks[name] = _scan_sheet(read(part), styles, Place(path.name, name))
        return marks


def _read_links(xml: bytes, folder: str) -> dict[str, tuple[str, str]]:
    """Return by id what kind of part each relation leads to, and where it is in the zip."""
    return {
        link.get("Id", ""): (
            posixpath.basename(link.get("Type", "")),
            posixpath.normpath(posixpath.join("/", folder, link.get("Target", "").replace("\\", "/"))).lstrip("/"),
        )
        for link in ET.fromstring(xml)
    }


def _find_percent_styles(xml: bytes) -> set[int]:
    root = ET.fromstring(xml)
    formats = dict.fromkeys(_BUILTIN_PERCENT, True) | {
        int(form.get("numFmtId", -1)): shows_percent(form.get("formatCode", ""))
        for form in root.iterfind("{*}numFmts/{*}numFmt")
    }
    styles = root.iterfind("{*}cellXfs/{*}xf")
    return {index for index, style in enumerate(styles) if formats.get(int(style.get("numFmtId", 0)))}


def _scan_sheet(xml: bytes, percent_styles: set[int], place: Place) -> Marks:
    check_encoding(xml, place)
    sheet = _SheetXml(xml)
    check_extent(*sheet.measure(), place)
    marks = Marks([sheet.locate(start) for start in sheet.find_styled(percent_styles)])
    for start, text in sheet.find_errors():
        row, column = sheet.locate(start)
        if text not in KNOWN_ERRORS:
            raise ArchivoError(
                f"el error «{text}»",
                "un valor, o un error de los que toda hoja de cálculo conoce",
                "corrija la fórmula, o borre la celda, y guárdelo de nuevo",
                lugar=Place(place.archivo, place.hoja, xl_rowcol_to_cell(row, column)),
            )
        marks.texts[row, column] = text
    marks.texts |= {sheet.locate(start): NO_VALUE for start in sheet.find_uncalculated()}
    marks.hidden_rows, marks.hidden_columns = sheet.find_hidden()
    return marks


class _SheetXml:
    """A sheet's XML, searched as bytes: parsing it whole would take longer than reading its cells.

    Tags may have a prefix, and attributes any order and either quote. A cell is known by where its tag begins.
    """

    def __init__(self, xml: bytes) -> None:
        self.xml = xml
        root = _ROOT.search(xml)
        if root is None:
            raise ValueError("no worksheet in the part of a worksheet")
        self._open = b"<" + re.escape(root[1])
        self._close = b"</" + re.escape(root[1])

    def measure(self) -> tuple[int, int]:
        """Return height and width of the used area: bounds where they are small enough, else exactly."""
        width = max(map(_number_column, set(_FAR_COLUMN.findall(self.xml))), default=26)
        height = max(map(int, set(_FAR_ROW.findall(self.xml))), default=99_999)
        if width * height <= MAX_CELLS:
            return height, width
        cells = set(re.findall(self._open + rb"c" + rb"(?=\s)[^>]*?" + _CELL_ADDRESS.pattern, self.xml))
        return max((int(row) for _, row in cells), default=0), max((_number_column(c) for c, _ in cells), default=0)

    def find_styled(self, styles: set[int]) -> Iterator[int]:
        """Find the cells of the styles; a cell that names none has the first."""
        if styles:
            yield from self._find_tags("s", "|".join(map(str, sorted(styles))))
        if 0 in styles:
            for found in re.finditer(self._open + rb"c(?=[\s>/])(?![^>]*\ss\s*=)", self.xml):
                yield found.start()

    def find_hidden(self) -> tuple[set[int], set[int]]:
        """Find the rows and the columns that are hidden, by a filter or by hand."""
        rows: set[int] = set()
        columns: set[int] = set()
        if b"hidden" not in self.xml:
            return rows, columns
        for tag in re.finditer(self._open + rb"col\s[^>]*>", self.xml):
            if _HIDDEN.search(tag[0]):
                ends = {name: int(value) for name, value in _COLUMN_SPAN.findall(tag[0])}
                columns.update(range(ends.get(b"min", 1) - 1, min(ends.get(b"max", 0), MAX_COLUMNS)))
        index = -1
        for tag in re.finditer(self._open + rb"row(?=[\s>/])[^>]*>", self.xml):
            address = _ROW_ADDRESS.search(tag[0])
            index = int(address[1]) - 1 if address else index + 1
            if _HIDDEN.search(tag[0]):
                rows.add(index)
        return rows, columns

    def find_errors(self) -> Iterator[tuple[int, str]]:
        """Find the cells with an error, and its text."""
        if b'"e"' not in self.xml and not (b"'" in self.xml and b"'e'" in self.xml):
            return
        value = re.compile(self._open + rb"v(?:\s[^>]*)?>([^<]*)<|" + self._close + rb"c\s*>")
        for start in self._find_tags("t", "e"):
            text = value.search(self.xml, start)
            if text and text[1]:
                yield start, text[1].decode().strip()

    def find_uncalculated(self) -> Iterator[int]:
        """Find the cells with a formula and no value: an empty text is one, if the cell says that it is a text."""
        if not re.search(self._open + b"f", self.xml):
            return
        element = rb"%s%s(?:\s[^>]*|/)?(?:(?<=/)>|>%s%s%s\s*>)\s*"
        formula = element % (self._open, b"f", rb"[^<]*", self._close, b"f")
        empty = element % (self._open, b"v", rb"\s*", self._close, b"v")
        for found in re.finditer(formula + rb"(" + empty + rb")?" + self._close + rb"c\s*>", self.xml):
            start = self.xml.rfind(self._open + b"c", 0, found.start())
            tag = self.xml[start : self.xml.find(b">", start)]
            if not (found[1] and re.search(rb'\st\s*=\s*["\']str["\']', tag)):
                yield start

    def _find_tags(self, attribute: str, values: str) -> Iterator[int]:
        wanted = rf"{attribute}\s*=\s*[\"'](?:{values})[\"']".encode()
        cell = re.compile(self._open + rb"c\s[^>]*?(?<=\s)" + wanted)
        for found in re.finditer(wanted, self.xml):
            start = self.xml.rfind(b"<", 0, found.start())
            if cell.match(self.xml, start, found.end()):
                yield start

    def locate(self, start: int) -> Index:
        """Return row and column, counted from 0, of the cell that begins there."""
        address = _CELL_ADDRESS.search(self.xml, start, self.xml.find(b">", start))
        return (int(address[2]) - 1, _number_column(address[1]) - 1) if address else self._counted[start]

    @cached_property
    def _counted(self) -> dict[int, Index]:
        """The place of every cell, counted: some programs write cells without their address."""
        places: dict[int, Index] = {}
        row = column = -1
        for tag in re.finditer(self._open + rb"(row|c)(?=[\s>/])[^>]*>", self.xml):
            address = (_ROW_ADDRESS if tag[1] == b"row" else _CELL_ADDRESS).search(tag[0])
            if tag[1] == b"row":
                row, column = int(address[1]) - 1 if address else row + 1, -1
            else:
                column = _number_column(address[1]) - 1 if address else column + 1
                places[tag.start()] = (row, column)
        return places


@cache
def _number_column(letters: bytes) -> int:
    return xl_cell_to_rowcol(letters.decode().upper() + "1")[1] + 1
