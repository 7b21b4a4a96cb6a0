"""Cards: forms of labels and values, numbered items and month marks, read in the order in which they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from poa_eval.forms import Cards, Matrix
from poa_eval.names import fold
from poa_eval.patterns import compile_pattern, match_line
from poa_eval.read import RawDocument, RawSheet
from poa_eval.read.raw import Cell, Filled

_MONTHS = 12


@dataclass(eq=False)
class Item:
    """A goal or activity as it stands in the document."""

    tabla: str
    nivel: str | None
    codigo: str | None
    texto: str
    fuente: str
    padre: Item | None = None
    campos: dict[str, tuple[str, str]] = field(default_factory=dict)  # name → text, source
    lineas: list[tuple[str, str]] = field(default_factory=list)  # text, source
    meses: list[tuple[int, str]] = field(default_factory=list)  # marked month, source


@dataclass
class Outline:
    """What a document of cards holds, in its order."""

    items: list[Item] = field(default_factory=list)
    documento: dict[str, tuple[str, str]] = field(default_factory=dict)  # key → text, source
    secciones: list[tuple[str, str, str]] = field(default_factory=list)  # target, text, source
    textos: list[tuple[str, str, str]] = field(default_factory=list)  # key, text, source


def score_cards(document: RawDocument, edition: Cards) -> tuple[int, list[str]]:
    """Return how many marks of the form the document has, and which are missing."""
    wanted = {" | ".join(section.encabezado): section.encabezado for section in edition.secciones}
    rows = [
        tuple(str(cell) for cell in row if cell is not None and not isinstance(cell, Filled))
        for sheet in document.hojas
        for row in sheet.filas
        if any(cell is not None for cell in row)
    ]
    missing = [name for name, heading in wanted.items() if not any(_fits(row, heading) for row in rows)]
    if edition.matriz:
        name = " | ".join(edition.matriz.encabezado)
        wanted[name] = edition.matriz.encabezado
        missing += [] if any(_fits(row, edition.matriz.encabezado) for row in rows) else [name]
    for block in edition.bloques:
        wanted[block.inicio] = ()
        pattern = (compile_pattern(block.inicio),)
        missing += [] if any(match_line(" | ".join(row), pattern) for row in rows) else [block.inicio]
    if edition.cronograma:
        wanted["cronograma"] = ()
        marks = {fold(mark) for mark in edition.cronograma.marcas}
        grids = (row for sheet in document.hojas for row in sheet.filas)
        missing += [] if any(_read_marks(row, marks) for row in grids) else ["doce columnas de meses con marcas"]
    return len(wanted) - len(missing), missing


def read_outline(document: RawDocument, edition: Cards) -> Outline:
    """Read the visible sheets of a document, cell after cell, into goals, activities and what belongs to them."""
    outline = Outline()
    for sheet in document.hojas:
        if sheet.oculta:
            outline.textos.append(
                ("hoja_oculta", f"La hoja «{sheet.hoja}» está oculta y no se leyó.", sheet.address(0, 0))
            )
        else:
            _Reader(sheet, edition, outline).read()
    return outline


def _compile(patterns: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    """Return the patterns of one cell, and those of a whole row."""
    of_row = tuple(compile_pattern(pattern) for pattern in patterns if " | " in pattern)
    return tuple(compile_pattern(pattern) for pattern in patterns if " | " not in pattern), of_row


def _fits(cells: tuple[str, ...], heading: tuple[str, ...]) -> bool:
    return len(cells) == len(heading) and all(
        fnmatchcase(fold(cell), fold(text)) for cell, text in zip(cells, heading, strict=True)
    )


def _read_marks(row: tuple[Cell, ...], marks: set[str]) -> list[int]:
    """Return the marked months of a row of the grid; empty where it is no such row."""
    if len(row) <= _MONTHS or not isinstance(row[0], str) or any(cell is not None for cell in row[_MONTHS + 1 :]):
        return []
    cells = [None if cell is None else fold(str(cell)) for cell in row[1 : _MONTHS + 1]]
    if any(cell is not None and cell not in marks for cell in cells):
        return []
    return [month for month, cell in enumerate(cells, start=1) if cell is not None]


class _Reader:
    """One sheet on its way into an outline."""

    def __init__(self, sheet: RawSheet, edition: Cards, outline: Outline) -> None:
        self.sheet, self.edition, self.outline = sheet, edition, outline
        self.document, self.fields = _compile(edition.documento), _compile(edition.campos)
        self.blocks = [(block, (compile_pattern(block.inicio),)) for block in edition.bloques]
        self.lists = {fold(text) for text in edition.listas}
        self.marks = {fold(mark) for mark in edition.cronograma.marcas} if edition.cronograma else set()
        self.item: Item | None = None
        self.in_list = False
        self.pending: list[str] = []  # targets of the section whose contents come next
        self.matrix: dict[str, int] | None = None

    def read(self) -> None:
        """Read every row."""
        for index, row in enumerate(self.sheet.filas):
            once = [None if isinstance(cell, Filled) else cell for cell in row]
            cells = [(column, str(cell)) for column, cell in enumerate(once) if cell is not None]
            if not cells:
                continue
            texts = tuple(text for _, text in cells)
            if self.marks and (months := _read_marks(row, self.marks)):
                self.matrix, self.item = None, None
                self._add_marks(texts[0], months, index)
            elif len(texts) == 1 and self.matrix is not None and self._names_activity(texts[0]):
                self.outline.textos.append(("texto", texts[0], self._address(index)))
            elif self.edition.matriz and _fits(texts, self.edition.matriz.encabezado):
                names = self.edition.matriz.encabezado
                self.matrix = {name: column for name, (column, _) in zip(names, cells, strict=True)}
            elif self.matrix is not None and self.edition.matriz and len(row) > 1:  # one cell is a paragraph between
                self._read_matrix_row(once, index, self.edition.matriz)
            else:
                self._read_row(cells, index)

    def _address(self, index: int, column: int = 0) -> str:
        return self.sheet.address(index, column)

    def _read_row(self, cells: list[tuple[int, str]], index: int) -> None:
        texts = tuple(text for _, text in cells)
        joined, source = " | ".join(texts), self._address(index, cells[0][0])
        for section in self.edition.secciones:
            if _fits(texts, section.encabezado):
                self.pending = list(section.parrafos or section.destinos)
                self.item = None
                return
        for block, pattern in self.blocks:
            found = match_line(joined, pattern)
            if found:
                name = found.pop("actividad", None) or found.pop("texto", "")
                self.item = Item(block.tabla, block.nivel, found.pop("codigo", None), name, source)
                self.item.campos = {key: (text, source) for key, text in found.items()}
                self.outline.items.append(self.item)
                self.in_list, self.pending = False, []
                return
        if self._take_document(joined, source, is_row=True) or self._take_field(joined, source, is_row=True):
            return
        if len(cells) > 1 and self.pending:
            targets = list(dict.fromkeys(self.pending))
            for (column, text), target in zip(cells, targets, strict=False):
                self._add_section(target, text, self._address(index, column))
            self.pending = []
            return
        after = len(cells) == 1 and not cells[0][0] and bool(self.outline.items) and self.matrix is None
        for column, text in cells:
            self._read_cell(text, self._address(index, column), "nota" if after else "texto")

    def _read_cell(self, text: str, source: str, key: str) -> None:
        if fold(text) in self.lists:
            self.in_list = True
        elif (
            any(fnmatchcase(fold(text), fold(pattern)) for pattern in self.edition.ignorar)
            or self._take_field(text, source)
            or self._take_document(text, source)
        ):
            return
        elif self.pending:
            self._add_section(self.pending.pop(0), text, source)
        elif self.item is not None and self.in_list:
            self.item.lineas.append((text, source))
        else:
            key = key if self.item is None else "texto"
            self.outline.textos.append((key, " ".join(text.split()), source))

    def _take_document(self, text: str, source: str, *, is_row: bool = False) -> bool:
        found = match_line(text, self.document[is_row])
        for key, value in found.items():
            known = self.outline.documento.setdefault(key, (value, source))
            if known[0] != value:
                self.outline.textos.append(("texto", " ".join(text.split()), source))
        if found:
            self.item = None
        return bool(found)

    def _take_field(self, text: str, source: str, *, is_row: bool = False) -> bool:
        found = match_line(text, self.fields[is_row]) if self.item is not None else {}
        if self.item is not None:
            self.item.campos |= {key: (value, source) for key, value in found.items()}
        return bool(found)

    def _names_activity(self, text: str) -> bool:
        return any(item.tabla == "actividades" and fold(item.texto) == fold(text) for item in self.outline.items)

    def _add_section(self, target: str, text: str, source: str) -> None:
        for paragraph in text.split("\n"):
            self.outline.secciones.append((target, re.sub(r"^\d+\s*[.)]?-?\s+|^\d+\.-?\s*", "", paragraph), source))

    def _add_marks(self, name: str, months: list[int], index: int) -> None:
        wanted = fold(name)
        items = [item for item in self.outline.items if item.tabla == "actividades"]
        found = next((item for item in items if fold(item.texto) == wanted), None)
        if found is None and self.edition.clase == "cronograma":
            found = Item("actividades", None, None, name, self._address(index))
            self.outline.items.append(found)
        if found is None:
            self.outline.textos.append(("cronograma_sin_actividad", name, self._address(index)))
        else:
            found.meses += [(month, self._address(index, month)) for month in months]

    def _read_matrix_row(self, row: list[Cell], index: int, matrix: Matrix) -> None:
        columns = self.matrix or {}
        for name, pattern in matrix.opcional.items():
            at = columns[name]
            cell = row[at] if at < len(row) else None
            if cell is not None and not re.fullmatch(pattern, str(cell)) and len(row) < len(columns):
                row.insert(at, None)
            elif cell is not None:
                self.outline.documento.setdefault(fold(name), (str(cell), self._address(index, at)))
        for depth, level in enumerate(matrix.niveles):
            at = columns[level.columna]
            for paragraph in self._paragraphs(row, at):
                self._add_numbered(depth, paragraph, index, at, matrix)
        first = self._last(matrix, 0)
        for name, target in matrix.bloque.items():
            for paragraph in self._paragraphs(row, columns[name]):
                before = first.campos.get(target) if first else None
                text = re.sub(r"^-\s*", "", paragraph)
                if first:
                    source = before[1] if before else self._address(index, columns[name])
                    first.campos[target] = (f"{before[0]}\n{text}" if before else text, source)

    def _paragraphs(self, row: list[Cell], at: int) -> Iterator[str]:
        cell = row[at] if at < len(row) else None
        yield from (part.strip() for part in str(cell or "").split("\n") if part.strip())

    def _last(self, matrix: Matrix, depth: int) -> Item | None:
        """Return the last item of a level."""
        level = matrix.niveles[depth]
        same = (item for item in reversed(self.outline.items) if (item.tabla, item.nivel) == (level.tabla, level.nivel))
        return next(same, None)

    def _add_numbered(self, depth: int, paragraph: str, index: int, at: int, matrix: Matrix) -> None:
        level = matrix.niveles[depth]
        number = re.match(r"^(" + r"\.".join([r"\d+"] * level.numero) + r")(?:\.(?!\d)\s*|\s+)(?=\D)", paragraph)
        last = self._last(matrix, depth)
        if number is None and depth and last is not None:
            last.texto = f"{last.texto} {paragraph}"
            return
        code = number[1] if number else None
        item = Item(
            level.tabla, level.nivel, code, paragraph[number.end() :] if number else paragraph, self._address(index, at)
        )
        item.padre = self._find_parent(matrix, depth, code)
        self.outline.items.append(item)

    def _find_parent(self, matrix: Matrix, depth: int, code: str | None) -> Item | None:
        """Return the item above: by the code's beginning within the block, else the block's last one."""
        if not depth:
            return None
        above, block = matrix.niveles[depth - 1], self._last(matrix, 0)
        prefix = code.rpartition(".")[0] if code else None
        for item in reversed(self.outline.items):
            same_level = (item.tabla, item.nivel) == (above.tabla, above.nivel)
            if same_level and item.codigo == prefix and (depth == 1 or block in _ancestors(item)):
                return item
        last = self._last(matrix, depth - 1)
        return last if last is not None and (depth == 1 or block in _ancestors(last)) else block


def _ancestors(item: Item) -> Iterator[Item]:
    while item.padre is not None:
        item = item.padre
        yield item
