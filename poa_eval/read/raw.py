"""Raw cells: what every reader gives, whatever the file."""

from __future__ import annotations

from dataclasses import dataclass

from poa_eval.errors import Place

Cell = str | float | int | bool | None


def letter_column(column: int) -> str:
    """Return the letters of a column counted from 0.

    Examples
    --------
    >>> letter_column(0), letter_column(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True)
class RawSheet:
    """One sheet of a file, or the whole of a text document.

    Parameters
    ----------
    archivo : str
        File name, without its folder.
    hoja : str or None
        Sheet name; None for a text document, whose rows are its lines.
    filas : tuple of tuple
        Cells as read, from row 1 and column A on; a blank cell is None. Rows may differ in length.
    oculta : bool
        The sheet is hidden in its file.
    lineas : tuple of int
        Line of the file on which each row begins, where rows are not lines.
    """

    archivo: str
    hoja: str | None
    filas: tuple[tuple[Cell, ...], ...]
    oculta: bool = False
    lineas: tuple[int, ...] = ()

    def locate(self, row: int, column: int | None = None) -> Place:
        """Return the place of a cell counted from 0: ``F12`` in a sheet, ``L12`` in a text."""
        if self.hoja is None:
            return Place(self.archivo, None, f"L{self.lineas[row] if row < len(self.lineas) else row + 1}")
        return Place(self.archivo, self.hoja, f"{letter_column(column or 0)}{row + 1}")

    def address(self, row: int, column: int | None = None) -> str:
        """Return the same as an address to follow: ``poi.xlsx!Ejecución!F12`` or ``poi.txt:L12``."""
        place = self.locate(row, column)
        return f"{place.archivo}:{place.celda}" if self.hoja is None else f"{place.archivo}!{place.hoja}!{place.celda}"


@dataclass(frozen=True)
class RawDocument:
    """A file as it was read: its name and its sheets in their order."""

    archivo: str
    hojas: tuple[RawSheet, ...]
