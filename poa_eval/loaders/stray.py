"""Stray cells: what stands in a data row to the right of all headings, and is never dropped in silence."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from poa_eval.errors import FormatoError
from poa_eval.layouts.layout import Edition
from poa_eval.readers.cells import Cell

if TYPE_CHECKING:
    from poa_eval.loaders.rows import Row

_NUMBER = re.compile(r"-?\d[\d.,\s]*(?:[eE][+-]?\d+)?\s*%?")


def list_stray(row: "Row", edition: Edition) -> Iterator[tuple[str, str, str]]:
    """Yield a note of each number beyond the last heading where the layout ignores all that it does not map.

    Texts there are remarks. A row that gained cells is for `reparar`, where the layout asks for it.

    Raises FormatoError for such a number elsewhere.
    """
    cells = row.sheet.filas[row.index]
    for column in range(row.table.width, 0 if edition.reparar else len(cells)):
        if not _is_number(cells[column]):
            continue
        if not any("*" in names for names in edition.ignorar):
            raise FormatoError(
                f"«{cells[column]}», a la derecha del último encabezado de la tabla",
                "cada cifra bajo un encabezado",
                "escriba el encabezado de esa columna y asígnelo en el layout; si no interesa, borre la celda o "
                'declare `ignorar: ["*"]`',
                lugar=row.sheet.locate(row.index, column),
            )
        text = f"«{cells[column]}» está a la derecha del último encabezado y no se leyó."
        yield "celda_sin_encabezado", text, row.sheet.address(row.index, column)


def _is_number(cell: Cell) -> bool:
    if isinstance(cell, str):
        return _NUMBER.fullmatch(cell) is not None
    return isinstance(cell, int | float) and not isinstance(cell, bool)
