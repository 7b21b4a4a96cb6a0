"""Reader of filled forms: rows found by their headings, read cell by cell with all that is wrong."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from poa_eval.errors import ConflictoError, FormatoError, Place
from poa_eval.forms.form import Form
from poa_eval.plan.plan import Plan
from poa_eval.readers.cells import KNOWN_ERRORS, NO_VALUE, Cell, RawDocument, RawSheet
from poa_eval.readers.marker import MARKER, read_marker
from poa_eval.text.names import normalize, suggest_sentence

#: Headings that a row shows at least, where it is the one of the headings.
_FEWEST = 4
ERRORS = {*KNOWN_ERRORS, NO_VALUE}


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

    def read_text(self, name: str) -> str:
        """Return what was written into a cell; a formula or its error is refused."""
        if self.cell(name) in ERRORS:
            self.refuse(name, f"«{self.cell(name)}», una fórmula donde va un texto; escríbalo sin «=» al principio")
        return self.text(name)

    def address(self, name: str) -> str:
        """Return the address of a cell, for `fuente`."""
        return self.sheet.address(self.row, self.columns[name])

    def place(self, name: str) -> Place:
        """Return the place of a cell, for a message."""
        return self.sheet.locate(self.row, self.columns.get(name))

    def refuse(self, name: str, text: str, *, is_conflict: bool = False) -> None:
        """Note what is wrong with a cell."""
        self.faults.append(Fault(self.place(name), text, is_conflict))


def find_entries(
    sheets: Sequence[RawSheet], form: Form, columns: Collection[str], faults: list[Fault]
) -> Iterator[Entry]:
    """Yield the rows below the headings that hold a key or were filled in.

    A heading that was altered, removed or repeated and a second sheet with headings are faults, and no row is read:
    what stands below would be lost unseen. `columns` are those with which the workbook was made, in their order.
    """
    shown = [sheet for sheet in sheets if sheet.hoja != MARKER]
    heads = [(sheet, row) for sheet in shown if (row := _find_head(sheet, form)) is not None]
    heads.sort(key=lambda head: head[0].hoja != form.hoja)
    for sheet, _ in heads[1:]:
        text = f"otra hoja con los encabezados de {form.libro}, además de «{heads[0][0].hoja}»; deje una sola"
        faults.append(Fault(Place(sheet.archivo, sheet.hoja), text))
    for sheet, head in heads[:1]:
        places = _place_columns(sheet, head, form)
        wrong = list(_check_head(sheet, head, places, form, columns))
        faults += wrong
        if wrong or len(heads) > 1:
            return
        found = {name: numbers[0] for name, numbers in places.items()}
        telling = (*form.pick("clave"), *form.pick("llena"))
        for row in range(head + 1, len(sheet.filas)):
            entry = Entry(sheet, row, found, faults)
            if any(entry.cell(name) is not None for name in telling):
                yield entry


def find_field(sheets: Sequence[RawSheet], form: Form, name: str, faults: list[Fault]) -> str | None:
    """Return what was filled in beside a label above the headings, None where nothing was; a formula is refused."""
    label = normalize(form.campos[name].titulo)
    for sheet in (sheet for sheet in sheets if sheet.hoja != MARKER):
        for number, row in enumerate(sheet.filas[: _find_head(sheet, form) or 0]):
            for column, (cell, beside) in enumerate(zip(row, row[1:], strict=False), start=1):
                if isinstance(cell, str) and normalize(cell) == label and beside is not None:
                    return Entry(sheet, number, {name: column}, faults).read_text(name)
    return None


def _find_head(sheet: RawSheet, form: Form) -> int | None:
    """Return the row of the headings, or None; some of them may be missing."""
    return next((row for row in range(len(sheet.filas)) if len(_place_columns(sheet, row, form)) >= _FEWEST), None)


def _place_columns(sheet: RawSheet, row: int, form: Form) -> dict[str, list[int]]:
    """Return where each heading stands in a row."""
    known = {normalize(text): name for name, text in form.encabezados.items()}
    found: dict[str, list[int]] = {}
    for column, cell in enumerate(sheet.filas[row]):
        if isinstance(cell, str) and (name := known.get(sheet.textos[cell])):
            found.setdefault(name, []).append(column)
    return found


def _check_head(
    sheet: RawSheet, row: int, places: Mapping[str, Sequence[int]], form: Form, columns: Collection[str]
) -> Iterator[Fault]:
    cells = sheet.filas[row]
    for number, name in enumerate(columns):
        if name not in places and form.columnas[name].papel != "muestra":
            said = cells[number] if number < len(cells) else None
            said = "una celda vacía" if said is None else f"«{said}»"
            text = f"{said} donde va el encabezado «{form.encabezados[name]}»; repóngalo"
            yield Fault(sheet.locate(row, number), text)
    for name, numbers in places.items():
        if len(numbers) > 1 and form.columnas[name].papel != "muestra":
            text = f"el encabezado «{form.encabezados[name]}» por segunda vez; deje una sola columna"
            yield Fault(sheet.locate(row, numbers[1]), text)


def bare(text: str) -> str:
    """Return what is compared of a text that went through a cell: letters and digits of its beginning."""
    return re.sub(r"[\W_]+", "", normalize(text))[:200]


def raise_faults(faults: Sequence[Fault], esperado: str, que_hacer: str) -> None:
    """Raise all that is wrong in filled workbooks as one error, by cell; nothing where nothing is.

    It is a ConflictoError where figures contradict the documents and nothing else is wrong, else a FormatoError.
    """
    if not faults:
        return
    files = {fault.lugar.archivo for fault in faults}
    place = Place(files.pop()) if len(files) == 1 else None
    places = [str(replace(fault.lugar, archivo=None) if place else fault.lugar) for fault in faults]
    found = "\n".join(f"{where}: {fault.texto}".removeprefix(": ") for where, fault in zip(places, faults, strict=True))
    if all(fault.es_conflicto for fault in faults):
        raise ConflictoError(
            found,
            "la misma cifra de un periodo en todas las fuentes",
            "corrija el libro o el documento, o escriba `reemplaza: true` en la fuente que rectifica a las anteriores",
            lugar=place,
        )
    raise FormatoError(found, esperado, que_hacer, lugar=place)


def identify_book(
    document: RawDocument, form: Form, plan: Plan, trimestre: int, faults: list[Fault]
) -> tuple[str, int] | None:
    """Return the unit and the quarter of which a workbook is, or None where it does not belong to the plan."""
    said = dict(row[:2] for row in read_marker(document) if len(row) > 1)
    if not said:
        text = f"un libro de {form.libro} sin la hoja oculta que dice de qué unidad es; pase lo escrito al que se envió"
        faults.append(Fault(Place(document.archivo), text))
        return None
    unit, quarter, units = said.get("unidad_id", ""), said.get("trimestre", ""), list(plan.unidades["unidad_id"])
    wrong = []
    if said.get("formato") != form.formato:
        wrong.append(f"un libro de {form.libro} del formato {said.get('formato')}; se lee el formato {form.formato}")
    if normalize(said.get("institucion", "")) != normalize(plan.institucion):
        wrong.append(f"un libro de «{said.get('institucion')}»; el plan es de «{plan.institucion}»")
    if said.get("ejercicio") != str(plan.ejercicio):
        wrong.append(f"un libro del ejercicio {said.get('ejercicio')}; el plan es de {plan.ejercicio}")
    if quarter not in {str(q) for q in range(1, trimestre + 1)}:
        wrong.append(f"un libro del trimestre {quarter}; se evalúa el trimestre {trimestre}")
    if unit not in units:
        wrong.append(f"un libro de la unidad «{unit}», que no está en el plan; {suggest_sentence(unit, units)}")
    faults += [Fault(Place(document.archivo), text) for text in wrong]
    return None if wrong else (unit, int(quarter))
