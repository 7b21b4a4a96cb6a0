"""The form of a capture workbook: its marker, its headings, and what a filled cell says or does wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from poa_eval.errors import Place
from poa_eval.names import fold
from poa_eval.read import RawDocument, RawSheet
from poa_eval.read.raw import Cell

#: Name of the hidden sheet by which a capture workbook is known.
MARKER = "_poa_eval"
#: Headings of the sheet that is filled in; the first three stand over hidden columns.
HEADINGS = {
    "actividad_id": "actividad_id",
    "mes": "mes",
    "meses": "meses",
    "codigo": "N.º",
    "actividad": "Actividad",
    "meta_texto": "Meta",
    "indicador": "Indicador",
    "unidad_medida": "Unidad de medida",
    "periodo": "Periodo",
    "programado": "Programado",
    "ejecutado": "Ejecutado",
    "realizada": "¿Realizada?",
    "causa": "Causa de la desviación",
    "comentario": "Comentario",
}
KEYS = ("actividad_id", "mes", "meses")
#: Columns that a unit fills in.
ENTRIES = ("ejecutado", "realizada", "causa", "comentario")
ANSWERS = {"Sí": 1.0, "No": 0.0}
_FOLDED = {fold(answer): value for answer, value in ANSWERS.items()}
_NO_VALUE = "#FÓRMULA SIN VALOR"
_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", _NO_VALUE}


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where; a conflict is a figure that a document contradicts."""

    lugar: Place
    texto: str
    es_conflicto: bool = False


@dataclass(frozen=True)
class Entry:
    """A row of the sheet that is filled in; reading a cell adds what is wrong with it to `faults`."""

    sheet: RawSheet
    row: int
    columns: Mapping[str, int]
    faults: list[Fault]

    def cell(self, name: str) -> Cell:
        """Return a cell by its column; None where it is blank or there is no such column."""
        cells, column = self.sheet.filas[self.row], self.columns.get(name)
        return cells[column] if column is not None and column < len(cells) else None

    def text(self, name: str) -> str:
        """Return a cell as text, "" where it is blank."""
        cell = self.cell(name)
        return "" if cell is None else str(cell)

    def address(self, name: str) -> str:
        """Return the address of a cell, for `fuente`."""
        return self.sheet.address(self.row, self.columns[name])

    def place(self, name: str) -> Place:
        """Return the place of a cell, for a message."""
        return self.sheet.locate(self.row, self.columns.get(name))

    @property
    def key(self) -> tuple[str, Cell, Cell]:
        """Return activity, closing month and length, as its hidden cells say."""
        return self.text("actividad_id"), self.cell("mes"), self.cell("meses")

    def refuse(self, name: str, text: str, *, is_conflict: bool = False) -> None:
        """Note what is wrong with a cell."""
        self.faults.append(Fault(self.place(name), text, is_conflict))

    def read_number(self, name: str) -> float | None:
        """Return the number in a cell; a blank and whatever is no number ≥ 0 give None."""
        cell = self.cell(name)
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            if cell >= 0:
                return float(cell)
            self.refuse(name, f"«{cell:g}», un número negativo")
        elif cell is not None:
            self.refuse(name, _tell_text(str(cell)))
        return None

    def read_answer(self, name: str) -> float | None:
        """Return 1 for «Sí», 0 for «No», None for a blank and whatever is neither."""
        text = self.text(name)
        if text and fold(text) not in _FOLDED:
            self.refuse(name, f"«{text}» en «{HEADINGS[name]}»; escriba Sí o No, o déjela vacía")
        return _FOLDED.get(fold(text))

    def read_comment(self) -> str | None:
        """Return cause and comment as one text."""
        for name in ("causa", "comentario"):
            if self.cell(name) in _ERRORS:
                self.refuse(name, f"«{self.cell(name)}», una fórmula donde va un texto; escríbalo sin «=» al principio")
        cause, comment = self.text("causa"), self.text("comentario")
        return ". ".join(filter(None, [f"Causa: {cause}" if cause else "", comment])) or None


def is_capture(document: RawDocument) -> bool:
    """Say whether a document is a capture workbook, filled or not."""
    return any(sheet.hoja == MARKER for sheet in document.hojas)


def find_entries(sheets: Sequence[RawSheet], faults: list[Fault]) -> Iterator[Entry]:
    """Yield the rows below the headings that hold a key or were filled in.

    Parameters
    ----------
    sheets : sequence of RawSheet
    faults : list of Fault
        Where the entries gather what is wrong with their cells.
    """
    for sheet in sheets:
        for index, cells in enumerate(sheet.filas):
            columns = {name: cells.index(text) for name, text in HEADINGS.items() if text in cells}
            if {"actividad_id", "actividad", "comentario"} <= set(columns):
                for row in range(index + 1, len(sheet.filas)):
                    entry = Entry(sheet, row, columns, faults)
                    if any(entry.cell(name) is not None for name in (*KEYS, *ENTRIES)):
                        yield entry
                return


def _tell_text(text: str) -> str:
    """Say what is wrong with a text in a cell for a number."""
    if text == _NO_VALUE:
        return "una fórmula sin valor; escriba el número, o abra el libro en la hoja de cálculo y guárdelo"
    if text in _ERRORS:
        return f"«{text}», un error de la hoja de cálculo; escriba el número"
    if re.fullmatch(r"-?[\d.\s]*,[\d.,\s]*", text):
        return f"«{text}», un texto con coma; escriba el número con el separador decimal de su hoja de cálculo"
    if re.fullmatch(r"-?[\d.]+\s*%", text):
        return f"«{text}», un porcentaje; escriba solo el número: {text.rstrip('% ')}"
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return f"«{text}», un número guardado como texto; escríbalo de nuevo"
    return f"«{text}», un texto donde va un número; las explicaciones van en «{HEADINGS['comentario']}»"
