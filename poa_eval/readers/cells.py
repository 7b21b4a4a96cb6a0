"""Raw cells: what every reader gives, whatever the file, and how those of a spreadsheet are cleaned and filled."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from itertools import chain
from operator import itemgetter

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from poa_eval.errors import Place
from poa_eval.text.names import normalize


class ShownPercent(str):
    """A number shown as a percentage: the text that the sheet shows, and the bare value below it."""

    valor: float

    def __new__(cls, text: str, valor: float) -> "ShownPercent":
        """Make the text with its value."""
        made = super().__new__(cls, text)
        made.valor = valor
        return made


class Filled(str):
    """The text of a merged cell, once more: in each cell of its range but the first."""


class FilledAcross(Filled):
    """The same in a column after the first: the text is over several columns."""


Cell = str | float | int | bool | None
Index = tuple[int, int]

NO_VALUE = "#FÓRMULA SIN VALOR"
KNOWN_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))

#: What a number format shows as it stands (quoted, escaped, a space as wide as a sign, a fill), colours, conditions.
_LITERAL = re.compile(r'"[^"]*"?|[\\_*].|\[[^\]]*\]', re.DOTALL)


@dataclass(frozen=True)
class RawSheet:
    """One sheet of a file, or the whole of a text document.

    Its rows begin in row 1 and column A, and may differ in length; a blank cell is None.
    """

    archivo: str
    hoja: str | None  # None for a text document, whose rows are its lines
    filas: tuple[tuple[Cell, ...], ...]
    oculta: bool = False
    rotulos: tuple[str, ...] = ()  # place of each row, where a row is no line: ``L12``, ``tabla 3, fila 2``
    codificacion: str = ""  # of a text in an old code page, which was told by its letters
    filas_ocultas: frozenset[int] = frozenset()
    columnas_ocultas: frozenset[int] = frozenset()
    desde: int = 0  # column of the file in which the rows begin, where they are a part of its sheet
    movidas: Mapping[Index, int] = field(
        default_factory=dict, hash=False
    )  # row and column of a cell taken from another column
    combinada: bool = True  # whether cells of it may be merged

    @cached_property
    def textos(self) -> dict[str, str]:
        """Every distinct text of the sheet, normalized."""
        return {text: normalize(text) for text in set().union(*self.filas) if isinstance(text, str)}

    @cached_property
    def has_percents(self) -> bool:
        """Return whether a percent sign stands anywhere in the sheet."""
        return "%" in "\n".join(self.textos)

    @cached_property
    def has_spans(self) -> bool:
        """Return whether a text stands over several columns anywhere in the sheet."""
        return self.combinada and FilledAcross in set(map(type, chain.from_iterable(self.filas)))

    def crop(self, start: int, stop: int | None) -> "RawSheet":
        """Return the columns from `start` to before `stop` as a sheet whose cells keep their addresses."""
        return replace(self, filas=tuple(row[start:stop] for row in self.filas), desde=self.desde + start)

    def fill_columns(self, rows: Iterable[int], column: int, others: Sequence[int], blanks: Set[str]) -> "RawSheet":
        """Return the sheet with cells of a column, where they are blank, taken from the first of others that is filled.

        They keep the address at which they stand. `blanks` are texts that count as blank, normalized.
        """
        filled, moved = list(self.filas), dict(self.movidas)

        def is_blank(row: tuple[Cell, ...], at: int) -> bool:
            cell = row[at] if at < len(row) else None
            return cell is None or type(cell) is FilledAcross or (isinstance(cell, str) and normalize(cell) in blanks)

        for index in rows:
            row = filled[index]
            at = next((at for at in others if not is_blank(row, at)), None) if is_blank(row, column) else None
            if at is not None:
                cells = [*row, *[None] * (column + 1 - len(row))]
                cells[column], moved[index, column] = row[at], at
                filled[index] = tuple(cells)
        return replace(self, filas=tuple(filled), movidas=moved)

    def list_notes(self, *, leaves_out: bool = False) -> Iterator[tuple[str, str, str]]:
        """Yield what is to be told of how a sheet was read: key, text, source; of hidden rows also where left out."""
        if self.codificacion:
            text = f"El archivo no está en UTF-8 ni en Windows-1252: se leyó con la codificación {self.codificacion}."
            yield "codificacion", text, self.address(0, 0)
        for index in sorted(self.filas_ocultas):
            if index < len(self.filas) and any(cell is not None for cell in self.filas[index]):
                name = str(index + 1) if self.hoja else f"«{self.locate(index).celda}»"
                end = "no se leyó, como pide `filas_ocultas: ignorar`" if leaves_out else "se leyó como las demás"
                yield "fila_oculta", f"La fila {name} está oculta y {end}.", self.address(index, 0)
        for at in sorted(self.columnas_ocultas):
            first = next((i for i, row in enumerate(self.filas) if at < len(row) and row[at] is not None), None)
            if first is not None:
                text = f"La columna {xl_col_to_name(at)} está oculta y se leyó como las demás."
                yield "columna_oculta", text, self.address(first, at)

    def note_hidden(self) -> tuple[str, str, str]:
        """Return the note of a hidden sheet: key, text, source."""
        return "hoja_oculta", f"La hoja «{self.hoja}» está oculta y no se leyó.", self.address(0, 0)

    def locate(self, row: int, column: int | None = None) -> Place:
        """Return the place of a cell counted from 0: ``F12`` in a sheet, ``L12`` in a text, its name elsewhere."""
        if self.hoja is None:
            return Place(self.archivo, None, self.rotulos[row] if row < len(self.rotulos) else f"L{row + 1}")
        at = self.movidas.get((row, column or 0), column or 0)
        return Place(self.archivo, self.hoja, xl_rowcol_to_cell(row, self.desde + at))

    def address(self, row: int, column: int | None = None) -> str:
        """Return the same as an address to follow: ``poi.xlsx!Ejecución!F12`` or ``poi.txt:L12``."""
        place = self.locate(row, column)
        return f"{place.archivo}:{place.celda}" if self.hoja is None else f"{place.archivo}!{place.hoja}!{place.celda}"

    def addresses(self, rows: Sequence[int], columns: Sequence[int]) -> list[list[str]]:
        """Return per column the addresses of its cells in several rows."""
        if self.hoja is None:
            return [[self.address(row) for row in rows]] * len(columns)
        if self.movidas:
            return [[self.address(row, column) for row in rows] for column in columns]
        numbers = [str(row + 1) for row in rows]
        starts = [f"{self.archivo}!{self.hoja}!{xl_col_to_name(self.desde + column)}" for column in columns]
        return [[start + number for number in numbers] for start in starts]


@dataclass(frozen=True)
class RawDocument:
    """A file as it was read: its name and its sheets in their order."""

    archivo: str
    hojas: tuple[RawSheet, ...]


@dataclass
class Marks:
    """What python-calamine leaves out of a sheet, by row and column counted from 0."""

    percents: list[Index] = field(default_factory=list)  # cells whose number is shown as a percentage
    texts: dict[Index, str] = field(default_factory=dict)  # cells with an error or no value, and what to show for it
    merges: list[tuple[Index, Index]] = field(default_factory=list)  # first and last cell of merged ranges
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def clean_cell(cell: object) -> Cell:
    """Return a value as the readers give it: stripped text, whole numbers as int, dates as ISO text, blanks as None.

    Examples
    --------
    >>> clean_cell(" a "), clean_cell(3.0), clean_cell(""), clean_cell(dt.datetime(2023, 1, 31))
    ('a', 3, None, '2023-01-31')
    """
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    if isinstance(cell, dt.datetime) and cell.time() == dt.time(0):
        return cell.date().isoformat()
    return cell if cell is None or isinstance(cell, int) else str(cell)


class _Cleaned(dict[object, Cell]):
    """Value → as `clean_cell` gives it, found when it first occurs: most values of a sheet stand in it many times."""

    def __missing__(self, cell: object) -> Cell:
        self[cell] = clean_cell(cell)
        return self[cell]


def clean_rows(rows: Sequence[Sequence[object]]) -> list[list[Cell]]:
    """Clean every cell of a sheet.

    Examples
    --------
    >>> clean_rows([[1.0, " a "], [True, ""]])
    [[1, 'a'], [True, None]]
    """
    if not rows or len(rows[0]) < 2 or bool in set(map(type, chain.from_iterable(rows))):  # True equals 1
        return [[clean_cell(cell) for cell in row] for row in rows]
    cleaned = _Cleaned()
    return [list(itemgetter(*row)(cleaned)) for row in rows]  # the quickest way there is


def shows_percent(code: str) -> bool:
    r"""Tell whether a number format multiplies by 100; a quoted or escaped percent sign is only a sign.

    Examples
    --------
    >>> shows_percent("0.00%"), shows_percent('0.0"%"'), shows_percent(r"0.0\%"), shows_percent("[Red]-0%;0 %")
    (True, False, False, True)
    """
    return "%" in _LITERAL.sub("", code)


def apply_marks(rows: list[list[Cell]], marks: Marks) -> None:
    """Put back what the marks say, and fill merged ranges: each text over its whole range.

    A number, a percentage or an error stays in the first cell: repeated, it would be added up. What lies hidden
    under a merged cell is not shown in the sheet, and is blanked.
    """
    for row, column in _within(rows, marks.texts):
        rows[row][column] = marks.texts[row, column]
    for (top, left), (bottom, right) in marks.merges:
        if top < len(rows) and left < len(rows[top]):
            value = rows[top][left]
            fill = value if isinstance(value, str) and (top, left) not in marks.texts else None
            across = fill and FilledAcross(fill)
            for cells in rows[top : bottom + 1]:
                cells[left : right + 1] = [fill, *[across] * (right - left)][: len(cells) - left]
            rows[top][left] = value
    for row, column in _within(rows, marks.percents):
        value = rows[row][column]
        if isinstance(value, int | float) and not isinstance(value, bool):
            rows[row][column] = ShownPercent(f"{(Decimal(repr(value)) * 100).normalize():f}%", float(value))


def _within(rows: list[list[Cell]], cells: Iterable[Index]) -> Iterable[Index]:
    return ((row, column) for row, column in cells if row < len(rows) and column < len(rows[row]))
