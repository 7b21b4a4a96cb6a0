"""Cards: forms of labels and values, numbered items and month marks, read in the order in which they stand."""

import re
from fnmatch import fnmatchcase

from babel.numbers import format_decimal

from poa_eval.errors import FormatoError
from poa_eval.layouts.cards import Cards
from poa_eval.layouts.patterns import compile_pattern, compile_patterns, match_line
from poa_eval.loaders.cards.matrix import MatrixReader
from poa_eval.loaders.cards.outline import UNIT_KEYS, Item, Outline
from poa_eval.readers.cells import Cell, Filled, RawDocument, RawSheet
from poa_eval.text.names import normalize
from poa_eval.text.periods import parse_month

_MONTHS = 12
_LEAST_MONTHS = 2  # that a heading within a card names


def score_cards(document: RawDocument, edition: Cards) -> tuple[int, list[str]]:
    """Return how many marks of the form the document has, and which are missing."""
    rows = [
        tuple(str(cell) for cell in row if cell is not None and not isinstance(cell, Filled))
        for sheet in document.hojas
        for row in sheet.filas
        if any(cell is not None for cell in row)
    ]
    headings = [part.encabezado for part in (*edition.secciones, edition.matriz) if part]
    found = {" | ".join(heading): any(_fits(row, heading) for row in rows) for heading in headings}
    for block in edition.bloques:
        pattern = (compile_pattern(block.inicio),)
        found[block.inicio] = any(match_line(" | ".join(row), pattern) for row in rows)
    if edition.cronograma:
        marks = {normalize(mark) for mark in edition.cronograma.marcas}
        grids = (row for sheet in document.hojas for row in sheet.filas)
        found["doce columnas de meses con marcas"] = any(_read_marks(row, marks)[0] for row in grids)
    missing = [name for name, is_there in found.items() if not is_there]
    return len(found) - len(missing), missing


def read_outline(document: RawDocument, edition: Cards, locale: str) -> Outline:
    """Read the visible sheets of a document, cell after cell, into goals, activities and what belongs to them.

    Raises FormatoError for two years in one document, a field twice in a card, an odd mark in a month grid,
    or a code of another level in a column.
    """
    outline = Outline()
    for sheet in document.hojas:
        if sheet.oculta:
            outline.textos.append(sheet.note_hidden())
        else:
            outline.textos += sheet.list_notes()
            outline.open_part()
            _Reader(sheet, edition, outline, locale).read()
    return outline


def _fits(cells: tuple[str, ...], heading: tuple[str, ...]) -> bool:
    return len(cells) == len(heading) and all(
        fnmatchcase(normalize(cell), normalize(text)) for cell, text in zip(cells, heading, strict=True)
    )


def _read_marks(row: tuple[Cell, ...], marks: set[str]) -> tuple[list[int], list[int]]:
    """Return the marked months of a row of the grid and its odd cells by column; both empty where it is no such row."""
    if len(row) <= _MONTHS or not isinstance(row[0], str):
        return [], []
    cells = {
        column: normalize(str(cell)) for column, cell in enumerate(row[: _MONTHS + 1]) if column and cell is not None
    }
    marked = [column for column, text in cells.items() if text in marks]
    odd = [column for column, text in cells.items() if text not in marks]
    return (marked, odd) if len(marked) > len(odd) else ([], [])


class _Reader:
    """One sheet on its way into an outline."""

    def __init__(self, sheet: RawSheet, edition: Cards, outline: Outline, locale: str) -> None:
        self.sheet, self.edition, self.outline, self.locale = sheet, edition, outline, locale
        self.document, self.fields = compile_patterns(edition.documento), compile_patterns(edition.campos)
        self.blocks = [(block, (compile_pattern(block.inicio),)) for block in edition.bloques]
        units = [pattern.partition("{") for pattern in edition.documento]
        labels = (
            label.strip(" |") for label, _, rest in units if rest.startswith(tuple(f"{key}}}" for key in UNIT_KEYS))
        )
        self.labels = {normalize(label) for label in labels} - {""}
        self.lists = {normalize(text) for text in edition.listas}
        self.marks = {normalize(mark) for mark in edition.cronograma.marcas} if edition.cronograma else set()
        self.item: Item | None = None
        self.in_list = False
        self.targets: dict[int, str] = {}  # of the section whose contents come next, by column of its heading
        self.pending: list[str] = []  # the same, by paragraph, where its cells came out as paragraphs
        self.months: dict[int, str] = {}  # column → month, of the heading in a card that its figures come below
        self.matrix: MatrixReader | None = None

    def read(self) -> None:
        """Read every row."""
        for index, row in enumerate(self.sheet.filas):
            once = [None if isinstance(cell, Filled) else cell for cell in row]
            cells = [(column, self._show(cell)) for column, cell in enumerate(once) if cell is not None]
            if not cells:
                continue
            texts = tuple(text for _, text in cells)
            months, odd = _read_marks(row, self.marks) if self.marks else ([], [])
            if odd:
                raise FormatoError(
                    f"«{row[odd[0]]}»",
                    f"una marca ({', '.join(sorted(self.marks))}) o una celda en blanco",
                    "corrija la celda, o agregue la marca a `cronograma: {marcas: […]}` del layout",
                    lugar=self.sheet.locate(index, odd[0]),
                )
            if months:
                self.matrix, self.item = None, None
                self._add_marks(texts[0], months, index)
                self.outline.textos += [("texto", t, self.sheet.address(index, c)) for c, t in cells if c > _MONTHS]
            elif self.edition.clase == "cronograma" and len(texts) == 1 and len(row) > _MONTHS and self.outline.items:
                self._add_marks(texts[0], [], index)
            elif len(texts) == 1 and self.matrix is not None and self._list_named(texts[0]):
                self.outline.textos.append(("texto", texts[0], self.sheet.address(index)))
            elif self.edition.matriz and _fits(texts, self.edition.matriz.encabezado):
                names = self.edition.matriz.encabezado
                columns = {name: column for name, (column, _) in zip(names, cells, strict=True)}
                self.matrix = MatrixReader(self.sheet, self.edition.matriz, self.outline, columns)
            elif self.matrix is not None and len(row) > 1:  # one cell is a paragraph between
                self.matrix.read_row(once, index)
            else:
                self._read_row(cells, index)

    def _show(self, cell: Cell) -> str:
        """Return a cell as its readers write it, so that a number is read again as the same number."""
        return format_decimal(cell, format="0.##########", locale=self.locale) if isinstance(cell, float) else str(cell)

    def _read_row(self, cells: list[tuple[int, str]], index: int) -> None:
        texts = tuple(text for _, text in cells)
        joined, source = " | ".join(texts), self.sheet.address(index, cells[0][0])
        for section in self.edition.secciones:
            if _fits(texts, section.encabezado):
                self.pending = list(section.parrafos)
                self.targets = {column: t for (column, _), t in zip(cells, section.destinos, strict=False)}
                self.item = None
                self.outline.repeat_sections(self.targets.values(), joined, source)
                return
        if self._start_card(joined, source) or self._take_months(cells, index):
            return
        if self._take_document(joined, source, is_row=True) or self._take_field(joined, source, is_row=True):
            return
        if self.targets and (len(cells) > 1 or not self.pending):
            self.pending = []
            for column, text in cells:
                target = self.targets[max((at for at in self.targets if at <= column), default=min(self.targets))]
                self._add_section(target, text, self.sheet.address(index, column))
            return
        for column, text in cells:
            self._read_cell(text, self.sheet.address(index, column))

    def _read_cell(self, text: str, source: str) -> None:
        if normalize(text) in self.lists:
            self.in_list = True
        elif (
            any(fnmatchcase(normalize(text), normalize(pattern)) for pattern in self.edition.ignorar)
            or self._take_field(text, source)
            or self._take_document(text, source)
        ):
            return
        elif self.pending:
            self._add_section(self.pending.pop(0), text, source)
            self.targets = self.targets if self.pending else {}
        elif self.item is not None and self.in_list:
            self.item.lineas.append((text, source))
        else:
            is_note = any(fnmatchcase(normalize(text), normalize(pattern)) for pattern in self.edition.notas)
            self.outline.textos.append(("nota" if is_note else "texto", " ".join(text.split()), source))

    def _take_document(self, text: str, source: str, *, is_row: bool = False) -> bool:
        found, before = match_line(text, self.document[is_row]), self.outline.parte
        if named := {key: found[key] for key in UNIT_KEYS if key in found}:
            is_text = self.sheet.hoja is None and not self.sheet.rotulos
            self.outline.name_unit(named, source, may_be_cut=is_text)
        for key, value in found.items():
            known = self.outline.say(key, value, source)
            one, other = normalize(known[0]), normalize(value)  # one may be cut short at the end of a line
            if key == "ejercicio" and not one.startswith(other) and not other.startswith(one):
                raise _refuse_two(key, known, (value, source), "un documento de un solo año")
            if known[0] != value and key not in self.outline.parte.propio:
                self.outline.textos.append(("texto", " ".join(text.split()), source))
        if is_row and normalize(text) in self.labels:
            self.outline.open_part(is_blank=True)
            self.item = None
        if self.outline.parte is not before:
            self.matrix = None
        if found:
            self.item, self.targets, self.pending = None, {}, []
        return bool(found)

    def _take_field(self, text: str, source: str, *, is_row: bool = False) -> bool:
        found = match_line(text, self.fields[is_row]) if self.item is not None else {}
        for key, value in found.items():
            self._set_field(key, value, source)
        return bool(found)

    def _set_field(self, key: str, value: str, source: str) -> None:
        known = self.item.campos.setdefault(key, (value, source)) if self.item else (value, source)
        if normalize(known[0]) != normalize(value):
            raise _refuse_two(key, known, (value, source), "cada dato una sola vez en su ficha")

    def _start_card(self, joined: str, source: str) -> bool:
        """Take a row as the first of a card, or as the heading of its months, which a pattern of a card fits too."""
        for block, pattern in self.blocks:
            found = match_line(joined, pattern)
            if any(_is_month(name) and _is_month(text) for name, text in found.items()):
                self.item = None  # the heading of the card's months, which its pattern fits too
                return True
            if found:
                name = found.pop("actividad", None) or found.pop("texto", "")
                self.item = Item(block.tabla, block.nivel, found.pop("codigo", None), name, source, self.outline.parte)
                self.item.campos = {key: (text, source) for key, text in found.items()}
                self.outline.items.append(self.item)
                self.in_list, self.pending, self.targets, self.months = False, [], {}, {}
                return True
        return False

    def _take_months(self, cells: list[tuple[int, str]], index: int) -> bool:
        """Take a row of a card that names months, its text going on with the name, and the row of their figures.

        Raises FormatoError where the figures are not as many as the months, and do not stand below them.
        """
        if self.item is None or self.item.tabla != "actividades":
            return False
        if self.months:
            columns = [column for column, _ in cells]
            months = dict(zip(columns, self.months.values(), strict=False))
            if len(cells) != len(self.months):  # of a row that lost no cell, blank ones keep the place of the others
                is_whole = len(self.sheet.filas[index]) > max(self.months)
                months = {column: self.months[column] for column in columns if is_whole and column in self.months}
            if len(months) != len(cells):
                raise FormatoError(
                    f"{len(cells)} celdas bajo {', '.join(self.months.values())}",
                    "una cifra bajo cada mes",
                    "complete la fila de cifras de la ficha, con 0 donde no se programa nada",
                    lugar=self.sheet.locate(index),
                )
            for column, text in cells:
                self._set_field(months[column], text, self.sheet.address(index, column))
            self.months = {}
            return True
        named = [at for at, (_, text) in enumerate(cells) if _is_month(text)]
        if len(named) < _LEAST_MONTHS or named != list(range(named[0], len(cells))) or named[0] > 1:
            return False
        self.months = {column: normalize(text) for column, text in cells[named[0] :]}
        if named[0]:
            self.item.texto = f"{self.item.texto} {cells[0][1]}"
        return True

    def _list_named(self, name: str) -> list[Item]:
        """List the activities of a name: the unit's own, where there are any."""
        items = (item for item in self.outline.items if item.tabla == "actividades")
        named = [item for item in items if normalize(item.texto) == normalize(name)]
        return [item for item in named if item.parte is self.outline.parte] or named

    def _add_section(self, target: str, text: str, source: str) -> None:
        for paragraph in text.split("\n"):
            self.outline.parte.secciones.append((target, re.sub(r"^\d+\s*[.)-]+\s*", "", paragraph), source))

    def _add_marks(self, name: str, months: list[int], index: int) -> None:
        named = self._list_named(name)
        found = named[0] if len(named) == 1 else None  # between two of one name nothing is guessed
        if found is None and self.edition.clase == "cronograma":
            found = Item("actividades", None, None, name, self.sheet.address(index), self.outline.parte)
            self.outline.items.append(found)
        if found is None:
            self.outline.textos.append(("cronograma_sin_actividad", name, self.sheet.address(index)))
        else:
            found.meses += [(month, self.sheet.address(index, month)) for month in months]


def _is_month(text: str) -> bool:
    return not text.isdecimal() and parse_month(text) is not None


def _refuse_two(key: str, known: tuple[str, str], found: tuple[str, str], expected: str) -> FormatoError:
    return FormatoError(
        f"{key}: «{found[0]}» ({found[1]}), y antes «{known[0]}» ({known[1]})",
        expected,
        "corrija el documento; si son dos fichas, revise que el inicio de la segunda sea como lo dice el layout",
    )
