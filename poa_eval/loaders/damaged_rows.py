"""Damaged rows: figures read by the sums that the document prints, where position is no longer the month."""

from __future__ import annotations

from poa_eval.errors import LayoutError
from poa_eval.layouts.layout import Edition
from poa_eval.loaders.columns import Columns
from poa_eval.loaders.repair import read_row
from poa_eval.loaders.rows import Row
from poa_eval.plan.notes import Repair
from poa_eval.plan.schema import Record
from poa_eval.text.periods import close_months


def read_block(row: Row, columns: Columns) -> tuple[list[Record], list[Record], Repair | None]:
    """Read a row by its equations: months of a quarter where they stand, else the quarter.

    Returns its periods, the figures that it prints, and what was done about its damage; raises LayoutError where the
    columns do not follow one another.
    """
    first, names = _find_block(row, columns.edition)
    keys = {column: key for key, column in row.table.columns.items()}
    cells = row.sheet.filas[row.index]
    values = [columns.to_number(cells[c], row, c, keys.get(c, "una columna de más")) for c in range(first, len(cells))]
    reading = read_row(values, series=len(names), goal=columns.number(row, "meta_anual"))
    periods: list[Record] = []
    published: list[Record] = []
    origin = "reconstruido" if reading.estado == "reconstruida" or reading.perdidas else "leido"
    result_first = first + 12 * names.index("ejecutado") if "ejecutado" in names else first
    for quarter in range(1, 5):
        segments = [reading.segmentos[kind * 4 + quarter - 1] for kind in range(len(names))]
        at = (quarter - 1) * len(names)
        in_block = row.sheet.address(row.index, first + reading.inicio_bloque + at + len(names) - 1)
        if all(segment is not None for segment in segments):
            for i, month in enumerate(close_months(quarter)):
                record: Record = {name: segment[i] for name, segment in zip(names, segments, strict=True) if segment}
                # In a row that lost cells a month's own cell is not known: its quarter's is.
                own = row.sheet.address(row.index, result_first + month - 1)
                source = in_block if reading.perdidas else own
                periods.append(record | {"mes": month, "meses": 1, "origen": origin, "fuente": source})
        else:
            record = dict(zip(names, reading.bloque[at : at + len(names)], strict=True))
            periods.append(record | {"mes": 3 * quarter, "meses": 3, "origen": "leido", "fuente": in_block})
    for i, value in enumerate(reading.bloque):
        column = first + reading.inicio_bloque + i
        if value is not None and column < len(cells) and cells[column] is not None:
            printed = {"concepto": names[i % len(names)], "mes": 3 * (i // len(names) + 1), "meses": 3, "valor": value}
            published.append(printed | {"texto": str(cells[column]), "fuente": row.sheet.address(row.index, column)})
    if reading.estado == "exacta":
        return periods, published, None
    place = row.sheet.address(row.index, first)
    return periods, published, Repair(state=reading.estado, lost=reading.perdidas, source=place)


def _find_block(row: Row, edition: Edition) -> tuple[int, list[str]]:
    """Return the first column of months and the series in their order; the columns must follow one another."""
    columns = row.table.columns
    names = sorted((s.columna for s in edition.periodos), key=lambda name: columns[f"{name}:1:1"])
    wanted = [f"{name}:{month}:1" for name in names for month in range(1, 13)]
    wanted += [f"publicado:{name}:{month}:3" for month in (3, 6, 9, 12) for name in names]
    found = [columns.get(key, -1) for key in wanted]
    if found != list(range(found[0], found[0] + len(found))):
        raise LayoutError(
            "`reparar:` sobre columnas que no están seguidas",
            "doce meses por serie, una serie tras otra, y luego por trimestre una cifra de cada serie",
            "quite `reparar:` del layout",
            lugar=row.sheet.locate(row.table.top, found[0]),
        )
    return found[0], names
