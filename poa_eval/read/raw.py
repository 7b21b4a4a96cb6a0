"""Raw cells: what every reader gives, whatever the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from openpyxl.utils import get_column_letter

from poa_eval.errors import Place
from poa_eval.names import fold


class ShownPercent(str):
    """A number shown as a percentage: the text that the sheet shows, and the bare value below it."""

    valor: float

    def __new__(cls, text: str, valor: float) -> ShownPercent:
        """Make the text with its value."""
        made = super().__new__(cls, text)
        made.valor = valor
        return made


class Filled(str):
    """The text of a merged cell, once more: in each cell of its range but the first."""


Cell = str | float | int | bool | None


def name_file(address: str) -> str:
    """Return the file of an address, however its places are named.

    Examples
    --------
    >>> [name_file(a) for a in ("poi.xlsx!Ejecución!F12", "poi.txt:L12", "poa.docx:tabla 8, fila 1")]
    ['poi.xlsx', 'poi.txt', 'poa.docx']
    """
    return re.split(r"!|:(?=L\d|tabla |párrafo )", address, maxsplit=1)[0]


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
    desde: int = 0  # column of the file in which the rows begin, where they are a part of its sheet

    @cached_property
    def textos(self) -> dict[str, str]:
        """Every distinct text of the sheet, folded."""
        return {text: fold(text) for text in set().union(*self.filas) if isinstance(text, str)}

    def crop(self, start: int, stop: int | None) -> RawSheet:
        """Return the columns from `start` to before `stop` as a sheet whose cells keep their addresses."""
        return replace(self, filas=tuple(row[start:stop] for row in self.filas), desde=self.desde + start)

    def note_hidden(self) -> tuple[str, str, str]:
        """Return the note of a hidden sheet: key, text, source."""
        return "hoja_oculta", f"La hoja «{self.hoja}» está oculta y no se leyó.", self.address(0, 0)

    def locate(self, row: int, column: int | None = None) -> Place:
        """Return the place of a cell counted from 0: ``F12`` in a sheet, ``L12`` in a text, its name elsewhere."""
        if self.hoja is None:
            return Place(self.archivo, None, self.rotulos[row] if row < len(self.rotulos) else f"L{row + 1}")
        return Place(self.archivo, self.hoja, f"{get_column_letter(self.desde + (column or 0) + 1)}{row + 1}")

    def address(self, row: int, column: int | None = None) -> str:
        """Return the same as an address to follow: ``poi.xlsx!Ejecución!F12`` or ``poi.txt:L12``."""
        place = self.locate(row, column)
        return f"{place.archivo}:{place.celda}" if self.hoja is None else f"{place.archivo}!{place.hoja}!{place.celda}"

    def addresses(self, rows: Sequence[int], columns: Sequence[int]) -> list[list[str]]:
        """Return per column the addresses of its cells in several rows."""
        if self.hoja is None:
            return [[self.address(row) for row in rows]] * len(columns)
        numbers = [str(row + 1) for row in rows]
        starts = [f"{self.archivo}!{self.hoja}!{get_column_letter(self.desde + column + 1)}" for column in columns]
        return [[start + number for number in numbers] for start in starts]


@dataclass(frozen=True)
class RawDocument:
    """A file as it was read: its name and its sheets in their order."""

    archivo: str
    hojas: tuple[RawSheet, ...]
