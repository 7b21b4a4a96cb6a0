"""The form of a capture workbook: its marker, its headings, and what a filled cell says or does wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from poa_eval.errors import Place
from poa_eval.names import fold
from poa_eval.owe import Owed
from poa_eval.read import RawDocument, RawSheet
from poa_eval.read.raw import Cell

#: Name of the hidden sheet by which a capture workbook is known.
MARKER = "_poa_eval"
#: Name of the sheet that is filled in.
ENTRY_SHEET = "Captura"
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
#: Reasons that a unit may choose for a deviation, with what they mean.
CAUSES = {
    "Presupuesto": "el recurso faltó, se recortó o llegó tarde",
    "Personal": "faltó personal, o cambió",
    "Trámite de terceros": "dependía de otra área, de un proveedor o de otra autoridad",
    "Contingencia": "una emergencia, el clima, una suspensión de labores",
    "Reprogramación": "se acordó hacerla en otro periodo",
    "Meta mal planeada": "la meta era demasiado alta o baja, o no era de esta unidad",
    "Otra": f"explíquela en «{HEADINGS['comentario']}»",
}
ANSWERS = {"Sí": 1.0, "No": 0.0}
#: Columns that only explain a row: a workbook is read without them.
_SHOWN = {"codigo", "meta_texto", "indicador", "unidad_medida"}
#: Headings that a row shows at least, where it is the one of the headings.
_FEWEST = 4
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
        """Return cause and comment as one text.

        A cause outside the list is refused, whatever its accents and capitals: deviations are told by these causes,
        and what is particular to one goes into the comment.
        """
        known = {fold(cause): cause for cause in CAUSES}
        for name in ("causa", "comentario"):
            if self.cell(name) in _ERRORS:
                self.refuse(name, f"«{self.cell(name)}», una fórmula donde va un texto; escríbalo sin «=» al principio")
        said, comment = self.text("causa"), self.text("comentario")
        cause = known.get(fold(said))
        if said and cause is None and said not in _ERRORS:
            wanted = f"elija {', '.join(list(CAUSES)[:-1])} u {list(CAUSES)[-1]}"
            self.refuse("causa", f"«{said}», una causa fuera de la lista; {wanted}, y explíquela en el comentario")
        return ". ".join(filter(None, [f"Causa: {cause}" if cause else "", comment])) or None


def is_capture(document: RawDocument) -> bool:
    """Say whether a document is a capture workbook, filled or not."""
    return any(sheet.hoja == MARKER for sheet in document.hojas)


def choose_columns(activities: pd.DataFrame, owed: Sequence[Owed]) -> list[str]:
    """Return the columns that say anything of these rows, in the order of `HEADINGS`.

    Parameters
    ----------
    activities : DataFrame
        Of the unit, by `actividad_id`.
    owed : sequence of Owed
        Of the unit and quarter.
    """
    rows = activities.loc[[item.actividad_id for item in owed]]
    asked = {item.pregunta for item in owed}
    wanted = {*KEYS, "actividad", "periodo", "causa", "comentario", *asked}
    wanted |= {name for name in ("codigo", "indicador", "unidad_medida") if rows[name].notna().any()}
    if "ejecutado" in asked:
        wanted.add("programado")
    if "realizada" in asked and rows["meta_texto"].notna().any():
        wanted.add("meta_texto")
    return [name for name in HEADINGS if name in wanted]


def find_entries(sheets: Sequence[RawSheet], columns: Sequence[str], faults: list[Fault]) -> Iterator[Entry]:
    """Yield the rows below the headings that hold a key or were filled in.

    A heading that was altered, removed or repeated and a second sheet with headings are faults, and no row is read:
    what stands below would be lost unseen.

    Parameters
    ----------
    sheets : sequence of RawSheet
    columns : sequence of str
        Those with which the workbook was made.
    faults : list of Fault
        Where the entries gather what is wrong with their cells.
    """
    heads = [(sheet, row) for sheet in sheets if (row := _find_head(sheet)) is not None]
    heads.sort(key=lambda head: head[0].hoja != ENTRY_SHEET)
    for sheet, _ in heads[1:]:
        text = f"otra hoja con los encabezados de captura, además de «{heads[0][0].hoja}»; deje una sola"
        faults.append(Fault(Place(sheet.archivo, sheet.hoja), text))
    for sheet, head in heads[:1]:
        places = _place_columns(sheet, head)
        wrong = list(_check_head(sheet, head, places, columns))
        faults += wrong
        if wrong or len(heads) > 1:
            return
        found = {name: numbers[0] for name, numbers in places.items()}
        for row in range(head + 1, len(sheet.filas)):
            entry = Entry(sheet, row, found, faults)
            if any(entry.cell(name) is not None for name in (*KEYS, *ENTRIES)):
                yield entry


def _find_head(sheet: RawSheet) -> int | None:
    """Return the row of the headings, or None; some of them may be missing."""
    return next((row for row in range(len(sheet.filas)) if len(_place_columns(sheet, row)) >= _FEWEST), None)


def _place_columns(sheet: RawSheet, row: int) -> dict[str, list[int]]:
    """Return where each heading stands in a row."""
    known = {fold(text): name for name, text in HEADINGS.items()}
    found: dict[str, list[int]] = {}
    for column, cell in enumerate(sheet.filas[row]):
        if isinstance(cell, str) and (name := known.get(sheet.textos[cell])):
            found.setdefault(name, []).append(column)
    return found


def _check_head(
    sheet: RawSheet, row: int, places: Mapping[str, Sequence[int]], columns: Sequence[str]
) -> Iterator[Fault]:
    cells = sheet.filas[row]
    for number, name in enumerate(columns):
        if name not in places and name not in _SHOWN:
            said = cells[number] if number < len(cells) else None
            said = "una celda vacía" if said is None else f"«{said}»"
            yield Fault(sheet.locate(row, number), f"{said} donde va el encabezado «{HEADINGS[name]}»; repóngalo")
    for name, numbers in places.items():
        if len(numbers) > 1 and name not in _SHOWN:
            text = f"el encabezado «{HEADINGS[name]}» por segunda vez; deje una sola columna"
            yield Fault(sheet.locate(row, numbers[1]), text)


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
