"""Columns of a table: the texts and numbers of many rows at once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, zip_longest

import numpy as np

from poa_eval.errors import LISTED, FormatoError, ParamsError, Place, Refusals
from poa_eval.layouts.layout import Edition
from poa_eval.layouts.parts import show_heading
from poa_eval.loaders.rows import Row
from poa_eval.readers.cells import Cell, FilledAcross, ShownPercent
from poa_eval.text.goals import parse_goal
from poa_eval.text.names import normalize, suggest_sentence
from poa_eval.text.numbers import parse_number, parse_spaced

#: Number → the text it may be given as: both mapped to one heading take each cell for what it is.
TEXT_TWINS = {"linea_base": "linea_base_texto", "meta_anual": "meta_texto", "inversion": "inversion_texto"}


def split_runs(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield rows that follow one another under the same heading."""
    for _, run in groupby(rows, key=lambda row: id(row.table)):
        yield list(run)


class Columns:
    """What the columns of an edition hold; the rows of a call stand under one heading.

    `names` are those that the analyst accepted: per column, printed name → real name; applied after the edition's.
    `identidad` are the columns that identify an activity, where they are not the edition's.

    Raises ParamsError: one of these is no column of the edition.
    """

    def __init__(
        self,
        edition: Edition,
        locale: str,
        names: Mapping[str, Mapping[str, str]] | None = None,
        identidad: Sequence[str] = (),
        refusals: Refusals | None = None,
    ) -> None:
        self.refusals = refusals or Refusals()
        self.edition = edition
        self.identidad = tuple(identidad) or edition.identidad
        self.locale = locale
        self._faults: list[tuple[str, str, Place]] = []
        self._spaced: dict[tuple[int, int | None], bool] = {}  # table, column → whether all of it parts thousands so
        self._rows: Sequence[Row] = ()
        self._turned: list[tuple[Cell, ...]] = []  # the rows of the last call, turned into columns
        self._said = edition.said | {*edition.componer}
        self._blanks = frozenset(map(normalize, edition.vacios))
        self._names, self._accepted = (
            {key: {normalize(printed): name for printed, name in said.items()} for key, said in renamed.items()}
            for renamed in (edition.nombres, names or {})
        )
        if lost := [name for name in self.identidad if name != "unidad" and not self.has(name)]:
            raise ParamsError(
                f"identidad: «{lost[0]}»",
                "columnas que el layout asigna, o dice en `contexto`",
                suggest_sentence(lost[0], sorted(self._said)),
            )
        self.used: list[tuple[str, str, Row]] = []  # column, accepted name as printed, its row

    def cells(self, rows: Sequence[Row], column: int | None) -> Sequence[Cell]:
        """Return the cells of a column; None where blank, or where the row ends before it."""
        if column is None:
            return [None] * len(rows)
        if rows is not self._rows:
            self._rows, self._turned = rows, list(zip_longest(*(row.sheet.filas[row.index] for row in rows)))
        cells = self._turned[column] if column < len(self._turned) else (None,) * len(rows)
        if rows and rows[0].sheet.has_spans:
            return [None if type(cell) is FilledAcross else cell for cell in cells]  # the text is the first column's
        return cells

    def texts(self, rows: Sequence[Row], key: str) -> list[str | None]:
        """Return a text per row: its cell, else the one above where filled, else what is composed or said above."""
        if not self.has(key) and ":" not in key and key != "serie":
            return [None] * len(rows)
        cells = self.cells(rows, rows[0].table.columns.get(key) if rows else None)
        texts = [cell if type(cell) is str else None if cell is None else str(cell) for cell in cells]
        if None in texts:
            texts = [self._find_text(row, key) if text is None else text for row, text in zip(rows, texts, strict=True)]
        if names := self._names.get(key):
            texts = [text and names.get(normalize(text), text) for text in texts]
        if accepted := self._accepted.get(key):
            said = [(row, normalize(text)) for row, text in zip(rows, texts, strict=True) if text]
            self.used += [(key, text, row) for row, text in said if text in accepted]
            texts = [text and accepted.get(normalize(text), text) for text in texts]
        return texts

    def _find_text(self, row: Row, key: str) -> str | None:
        value: Cell = row.relleno.get(key)
        if value is None and key in self.edition.componer:
            value = self._compose(row, self.edition.componer[key])
        if value is None:
            value = row.contexto.get(key)
        return None if value is None else str(value)

    def _compose(self, row: Row, template: str) -> str | None:
        parts: dict[str, Cell] = {}
        for name in re.findall(r"\{(\w+)\}", template):
            value = row.value(name)
            value = row.relleno.get(name, row.contexto.get(name)) if value is None else value
            if value is None:
                return None
            parts[name] = value
        return re.sub(r"\{(\w+)\}", lambda found: str(parts[found[1]]), template)

    def has(self, key: str) -> bool:
        """Say whether rows may hold a text: in a column, composed, or in the lines above."""
        return key in self._said

    def numbers(self, rows: Sequence[Row], key: str) -> np.ndarray:
        """Return a number per row, NaN where blank."""
        column = rows[0].table.columns.get(key) if rows else None
        cells = self.cells(rows, column)
        if key in self.edition.rellenar:
            cells = [row.relleno.get(key) if cell is None else cell for row, cell in zip(rows, cells, strict=True)]
        if not set(map(type, cells)) <= {int, float, type(None)}:
            cells = [
                self.to_number(cell, row, column, key) if isinstance(cell, str | bool) else cell
                for row, cell in zip(rows, cells, strict=True)
            ]
        return np.array(cells, dtype=float)

    def number(self, row: Row, key: str) -> float | None:
        """Return the number in a mapped column of a row, or None where it is blank."""
        return self.to_number(row.value(key), row, row.table.columns.get(key), key)

    def to_number(self, cell: Cell, row: Row, column: int | None, key: str) -> float | None:
        """Return the number that a cell holds, or None where it is blank or declared as such.

        Anything else is kept for `refuse_faults`, so that one message says all of it.
        """
        if cell is None or (isinstance(cell, str) and normalize(cell) in self._blanks):
            return None
        if isinstance(cell, ShownPercent):  # a number with a format, whatever the locale
            return cell.valor if self.is_bare(key) else float(cell.removesuffix("%"))
        if not isinstance(cell, str | bool):
            return float(cell)
        number = self._parse(cell, row, column) if isinstance(cell, str) else None
        if number is None and key == "meta_anual" and (goal := parse_goal(str(cell), self.locale)):
            return goal.value
        if number is None and not self._may_be_text(cell, row, column, key):
            shown = show_heading((self.edition.expected().get(key) or (key,))[0])
            self._faults.append((f"«{cell}»", shown, row.sheet.locate(row.index, column)))
        return number

    def _parse(self, cell: str, row: Row, column: int | None) -> float | None:
        """Return the number that a text is; spaces part its thousands only where they do so in the whole column."""
        number = parse_number(cell, self.locale)
        if number is not None or (spaced := parse_spaced(cell, self.locale)) is None:
            return number
        at = id(row.table), column
        if at not in self._spaced:
            below = row.sheet.filas[row.table.top + row.table.height :] if column is not None else ()
            cells = {cells[column] for cells in below if column < len(cells)}
            self._spaced[at] = not any(map(self._is_unspaced, cells))
        return spaced if self._spaced[at] else None

    def _is_unspaced(self, cell: Cell) -> bool:
        """Say whether a cell is a number of which a space parts no thousands, although it could."""
        if not isinstance(cell, str):
            return cell is not None
        number = parse_number(cell, self.locale)
        return number is not None and abs(number) >= 1000 and parse_spaced(cell, self.locale) is None

    def refuse_faults(self) -> None:
        """Refuse what was found so far: what stood where a number must be, and what is wrong of rows."""
        if self._faults:
            self.refusals.add(self._list_faults())
        self.refusals.refuse()

    def _list_faults(self) -> FormatoError:
        cell, shown, place = self._faults[0]
        hint = "corrija la celda en el documento, o declárela en `vacios:` del layout si quiere decir «sin dato»"
        expected = f"números, como los escribe {self.locale}"
        if len(self._faults) == 1:
            expected = f"un número ({shown}), como los escribe {self.locale}"
        else:
            listed = [f"{text} · {at.celda} ({heading})" for text, heading, at in self._faults]
            more = [f"y {len(listed) - LISTED} más"] if len(listed) > LISTED else []
            cell = "\n".join([*listed[:LISTED], *more])
        return FormatoError(cell, expected, hint, lugar=place)

    def is_bare(self, key: str) -> bool:
        """Say whether the percent format of a column is only how its cells are shown (`valor_sin_formato`)."""
        return not {"todo", key.split(":")[0]}.isdisjoint(self.edition.valor_sin_formato)

    def _may_be_text(self, cell: Cell, row: Row, column: int | None, key: str) -> bool:
        twin = row.table.columns.get(TEXT_TWINS.get(key, ""))
        return isinstance(cell, str) and column is not None and column == twin
