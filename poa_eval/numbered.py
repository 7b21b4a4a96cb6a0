"""Numbered items: a matrix whose cells hold several of them, which may run on over a page break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from poa_eval.errors import FormatoError
from poa_eval.forms import Matrix
from poa_eval.items import Item, Outline, list_above
from poa_eval.names import fold
from poa_eval.read import RawSheet
from poa_eval.read.raw import Cell


@dataclass
class MatrixReader:
    """A matrix in a sheet: the column of each heading, and the outline that its items go to."""

    sheet: RawSheet
    matrix: Matrix
    outline: Outline
    columns: dict[str, int]

    def read_row(self, row: list[Cell], index: int) -> None:
        """Read one row: its numbered paragraphs by level, and what belongs to the whole block."""
        columns = self.columns
        for name, pattern in self.matrix.opcional.items():
            at = columns[name]
            cell = row[at] if at < len(row) else None
            if cell is not None and not re.fullmatch(pattern, str(cell)) and len(row) < len(columns):
                row.insert(at, None)
            elif cell is not None:
                self.outline.documento.setdefault(fold(name), (str(cell), self.sheet.address(index, at)))
        for depth, level in enumerate(self.matrix.niveles):
            at = columns[level.columna]
            for paragraph in self._paragraphs(row, at):
                self._add_numbered(depth, paragraph, index, at)
        first = self._last(0)
        for name, target in self.matrix.bloque.items():
            for paragraph in self._paragraphs(row, columns[name]):
                before = first.campos.get(target) if first else None
                text = re.sub(r"^-\s*", "", paragraph)
                if first:
                    source = before[1] if before else self.sheet.address(index, columns[name])
                    first.campos[target] = (f"{before[0]}\n{text}" if before else text, source)

    def _paragraphs(self, row: list[Cell], at: int) -> Iterator[str]:
        cell = row[at] if at < len(row) else None
        yield from (part.strip() for part in str(cell or "").split("\n") if part.strip())

    def _last(self, depth: int) -> Item | None:
        """Return the last item of a level."""
        level = self.matrix.niveles[depth]
        same = (item for item in reversed(self.outline.items) if (item.tabla, item.nivel) == (level.tabla, level.nivel))
        return next(same, None)

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
        found = number[1] if number else None
        item = Item(
            level.tabla,
            level.nivel,
            found,
            paragraph[number.end() :] if number else paragraph,
            self.sheet.address(index, at),
        )
        item.padre = self._find_parent(depth, found)
        self.outline.items.append(item)

    def _find_parent(self, depth: int, code: str | None) -> Item | None:
        """Return the item above: by the code's beginning within the block, else the block's last one."""
        if not depth:
            return None
        above, block = self.matrix.niveles[depth - 1], self._last(0)
        prefix = code.rpartition(".")[0] if code else None
        for item in reversed(self.outline.items):
            same_level = (item.tabla, item.nivel) == (above.tabla, above.nivel)
            if same_level and item.codigo == prefix and (depth == 1 or block in list_above(item)):
                return item
        last = self._last(depth - 1)
        return last if last is not None and (depth == 1 or block in list_above(last)) else block
