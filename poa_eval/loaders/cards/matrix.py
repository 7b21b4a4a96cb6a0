"""Matrices: tables of which the cells hold several numbered items."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from poa_eval.errors import FormatoError
from poa_eval.layouts.cards import Matrix
from poa_eval.loaders.cards.outline import Item, Outline
from poa_eval.readers.cells import Cell, RawSheet
from poa_eval.text.names import normalize


@dataclass
class MatrixReader:
    """A matrix in a sheet: the column of each heading, and the outline that its items go to."""

    sheet: RawSheet
    matrix: Matrix
    outline: Outline
    columns: dict[str, int]

    def read_row(self, row: list[Cell], index: int) -> None:
        """Read one row: its numbered paragraphs by level, and what belongs to the whole block."""
        for name, pattern in self.matrix.opcional.items():
            at = self.columns[name]
            cell = row[at] if at < len(row) else None
            if cell is not None and not re.fullmatch(pattern, str(cell)) and len(row) < len(self.columns):
                row.insert(at, None)
            elif cell is not None:
                self.outline.documento.setdefault(normalize(name), (str(cell), self.sheet.address(index, at)))
        for depth, level in enumerate(self.matrix.niveles):
            at = self.columns[level.columna]
            for paragraph in _split_paragraphs(row, at):
                self._add_numbered(depth, paragraph, index, at)
        block = self._last(0)
        for name, target in self.matrix.bloque.items() if block else ():
            at = self.columns[name]
            for paragraph in _split_paragraphs(row, at):
                text = re.sub(r"^-\s*", "", paragraph)
                before, source = block.campos.get(target, (None, self.sheet.address(index, at)))
                block.campos[target] = (text if before is None else f"{before}\n{text}", source)

    def _list_level(self, depth: int) -> Iterator[Item]:
        """Yield the unit's items of a level, the last one first."""
        level = self.matrix.niveles[depth]
        part = self.outline.parte  # on another sheet the unit may be said nowhere
        own = (item for item in reversed(self.outline.items) if item.parte is part or not part.is_named)
        return (item for item in own if (item.tabla, item.nivel) == (level.tabla, level.nivel))

    def _last(self, depth: int) -> Item | None:
        return next(self._list_level(depth), None)

    def _add_numbered(self, depth: int, paragraph: str, index: int, at: int) -> None:
        level = self.matrix.niveles[depth]
        code = r"\.".join([r"\d+"] * level.numero)
        sign = r"[.):-]+\s*" if level.numero == 1 else r"[.):\-\s]*"  # «20 talleres» is no objective 20
        number = re.match(rf"^({code})(?!\.?\d){sign}(?=\S)", paragraph)
        if number is None and re.match(r"^\d+(?:\.\d+)+(?!\d)\D", paragraph):
            raise FormatoError(
                f"«{paragraph[:60]}»",
                f"un código de {level.numero} partes, como los demás de la columna",
                "corrija el código en el documento, o `numero:` en el layout",
                lugar=self.sheet.locate(index, at),
            )
        last = self._last(depth)
        if number is None and last is not None and (depth or not last.texto.endswith((".", ";", ":"))):
            last.texto = f"{last.texto} {paragraph}"
            return
        found, text = (number[1], paragraph[number.end() :]) if number else (None, paragraph)
        above = self._find_parent(depth, found) if depth else None
        source, part = self.sheet.address(index, at), self.outline.parte
        self.outline.items.append(Item(level.tabla, level.nivel, found, text, source, part, above))

    def _find_parent(self, depth: int, code: str | None) -> Item | None:
        """Return the item above: by the code's beginning within the block, else the block's last one."""
        block = self._last(0)
        inside = [item for item in self._list_level(depth - 1) if depth == 1 or block in item.list_above()]
        prefix = code.rpartition(".")[0] if code else None
        named = next((item for item in inside if item.codigo == prefix), None)
        last = self._last(depth - 1)
        return named or (last if last in inside else block)


def _split_paragraphs(row: list[Cell], at: int) -> list[str]:
    cell = row[at] if at < len(row) else None
    return [part.strip() for part in str(cell or "").split("\n") if part.strip()]
