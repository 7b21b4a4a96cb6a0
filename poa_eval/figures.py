"""Figures of a row: the periods that it reports and the derived figures that it prints, each with its cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from poa_eval.errors import FormatoError, LayoutError
from poa_eval.layout import Edition
from poa_eval.names import fold
from poa_eval.read.raw import Cell
from poa_eval.repair import Reading, read_row
from poa_eval.tables import Row
from poa_eval.values import close_months, parse_month, parse_number, parse_quarter

Record = dict[str, object]
FIGURES = ("programado", "ejecutado", "programado_inicial")
#: Number → the text it may be given as: both mapped to one heading take each cell for what it is.
TEXT_TWINS = {"linea_base": "linea_base_texto", "meta_anual": "meta_texto", "inversion": "inversion_texto"}

_STATES = {
    "reconstruida": "reconstruida: {what}; una sola lectura cumple las sumas impresas",
    "ambigua": "ambigua: {what}; varias lecturas cumplen las sumas impresas, y donde difieren queda solo el trimestre",
    "ninguna": "ninguna: {what}; ninguna lectura cumple las sumas impresas",
}


@dataclass
class RowFigures:
    """What a row says in figures.

    Parameters
    ----------
    periodos : list of dict
        `mes`, `meses`, `programado`, `ejecutado`, `programado_inicial`, `comentario`, `origen`, `fuente`.
    publicado : list of dict
        `concepto`, `mes`, `meses`, `valor`, `texto`, `fuente`.
    nota, nota_fuente : str or None
        What was damaged in the row, and where.
    """

    periodos: list[Record] = field(default_factory=list)
    publicado: list[Record] = field(default_factory=list)
    nota: str | None = None
    nota_fuente: str | None = None


def read_figures(row: Row, edition: Edition, locale: str) -> RowFigures:
    """Read the figures of a data row.

    Raises
    ------
    FormatoError
        A cell holds something else than a number, or the period is not said; names the cell.
    LayoutError
        `reparar` is declared for columns that it cannot work on.
    """
    if edition.reparar:
        figures = _read_block(row, edition, locale)
    else:
        figures = RowFigures(_read_periods(row, edition, locale), list(_read_published(row, edition, locale)))
    for item in edition.publicado:
        if item.columna:
            month, length = _read_period(row, edition)
            figures.publicado += _print_cell(
                row, f"publicado:{item.concepto}", item.concepto, month, length, edition, locale
            )
    return figures


def read_totals(row: Row, edition: Edition, locale: str) -> list[Record]:
    """Read a row of totals: the goal, and each period of each series, as printed figures."""
    found: list[Record] = []
    if "meta_anual" in row.table.columns:
        found += _print_cell(row, "meta_anual", "meta_anual", 12, 12, edition, locale)
    if edition.reparar:
        block = _read_block(row, edition, locale)
        for period in block.periodos:
            for name in FIGURES[:2]:
                if period["meses"] == 1 and period.get(name) is not None:
                    found.append(
                        {k: period[k] for k in ("mes", "meses", "fuente")} | {"concepto": name, "valor": period[name]}
                    )
        return found + block.publicado
    for series in edition.periodos:
        for month in series.encabezados:
            key = f"{series.columna}:{month}:{series.meses}"
            if series.columna in FIGURES[:2]:
                found += _print_cell(row, key, series.columna, month, series.meses, edition, locale)
    return found + list(_read_published(row, edition, locale))


def read_number(row: Row, key: str, edition: Edition, locale: str) -> float | None:
    """Return the number in a mapped column of a row, or None where it is blank.

    Raises
    ------
    FormatoError
        The cell holds anything else; names the cell and the column.
    """
    column, cell = row.table.columns.get(key), row.value(key)
    may_be_text = column is not None and column == row.table.columns.get(TEXT_TWINS.get(key, ""))
    if may_be_text and isinstance(cell, str) and parse_number(cell, locale) is None:
        return None
    return _to_number(cell, row, column, key, edition, locale)


def _to_number(cell: Cell, row: Row, column: int | None, key: str, edition: Edition, locale: str) -> float | None:
    if cell is None or (isinstance(cell, str) and fold(cell) in map(fold, edition.vacios)):
        return None
    number = parse_number(cell, locale) if isinstance(cell, str) else None if isinstance(cell, bool) else float(cell)
    if number is None:
        shown = (edition.expected().get(key) or (key,))[0]
        raise FormatoError(
            f"«{cell}»",
            f"un número ({shown}), como los escribe {locale}",
            "corrija la celda en el documento, o declárela en `vacios:` del layout si quiere decir «sin dato»",
            lugar=row.sheet.locate(row.index, column),
        )
    return number


def _read_period(row: Row, edition: Edition) -> tuple[int, int]:
    """Return closing month and length of the period that the lines above a row say; the year without any."""
    if "mes" in row.contexto:
        return parse_month(row.contexto["mes"]) or 0, 1
    if "trimestre" in row.contexto:
        return 3 * (parse_quarter(row.contexto["trimestre"]) or 0), 3
    if edition.periodo == "columnas":
        return 12, 12
    raise FormatoError(
        "ninguna línea con el periodo encima de la tabla",
        "una línea como: " + "; ".join(p for p in edition.contexto if "{mes}" in p or "{trimestre}" in p),
        "escriba el mes o trimestre encima de la tabla, o agregue al layout la forma en que está escrito",
        lugar=row.sheet.locate(row.table.top, 0),
    )


def _read_periods(row: Row, edition: Edition, locale: str) -> list[Record]:
    if edition.periodo == "contexto":
        month, length = _read_period(row, edition)
        comment = row.value("comentario")
        record: Record = {name: read_number(row, name, edition, locale) for name in FIGURES}
        record |= {"mes": month, "meses": length, "comentario": None if comment is None else str(comment)}
        source = row.address("ejecutado" if "ejecutado" in row.table.columns else "programado")
        return [record | {"origen": "leido", "fuente": source}]
    periods: dict[tuple[int, int], Record] = {}
    for series in edition.periodos:
        for month in series.encabezados:
            key = f"{series.columna}:{month}:{series.meses}"
            start = {"mes": month, "meses": series.meses, "origen": "leido", "fuente": row.address(key)}
            record = periods.setdefault((month, series.meses), start)
            if series.columna == "comentario":
                record["comentario"] = None if row.value(key) is None else str(row.value(key))
            else:
                record[series.columna] = read_number(row, key, edition, locale)
            if series.columna == "ejecutado":
                record["fuente"] = row.address(key)
    return list(periods.values())


def _read_published(row: Row, edition: Edition, locale: str) -> Iterator[Record]:
    for item in edition.publicado:
        for month in item.encabezados:
            key = f"publicado:{item.concepto}:{month}:{item.meses}"
            yield from _print_cell(row, key, item.concepto, month, item.meses, edition, locale)


def _print_cell(
    row: Row, key: str, concept: str, month: int, length: int, edition: Edition, locale: str
) -> Iterator[Record]:
    """Yield the printed figure of a cell, unless it is blank."""
    cell = row.value(key)
    if cell is not None:
        value = read_number(row, key, edition, locale)
        yield {
            "concepto": concept,
            "mes": month,
            "meses": length,
            "valor": value,
            "texto": str(cell),
            "fuente": row.address(key),
        }


def _read_block(row: Row, edition: Edition, locale: str) -> RowFigures:
    """Read a row by its equations: months of a quarter where they stand, else the quarter."""
    first, names = _find_block(row, edition)
    keys = {column: key for key, column in row.table.columns.items()}
    cells = row.sheet.filas[row.index]
    values = [
        _to_number(cells[c], row, c, keys.get(c, "una columna de más"), edition, locale)
        for c in range(first, len(cells))
    ]
    reading = read_row(values, series=len(names), goal=read_number(row, "meta_anual", edition, locale))
    figures = RowFigures()
    origin = "reconstruido" if reading.estado == "reconstruida" or reading.perdidas else "leido"
    result_first = first + 12 * names.index("ejecutado") if "ejecutado" in names else first
    for quarter in range(1, 5):
        segments = [reading.segmentos[kind * 4 + quarter - 1] for kind in range(len(names))]
        at = (quarter - 1) * len(names)
        if all(segment is not None for segment in segments):
            for i, month in enumerate(close_months(quarter)):
                record: Record = {name: segment[i] for name, segment in zip(names, segments, strict=True) if segment}
                source = row.sheet.address(row.index, result_first + month - 1)
                figures.periodos.append(record | {"mes": month, "meses": 1, "origen": origin, "fuente": source})
        else:
            record = dict(zip(names, reading.bloque[at : at + len(names)], strict=True))
            source = row.sheet.address(row.index, first + reading.inicio_bloque + at + len(names) - 1)
            figures.periodos.append(record | {"mes": 3 * quarter, "meses": 3, "origen": "leido", "fuente": source})
    for i, value in enumerate(reading.bloque):
        column = first + reading.inicio_bloque + i
        if value is not None and column < len(cells) and cells[column] is not None:
            printed = {"concepto": names[i % len(names)], "mes": 3 * (i // len(names) + 1), "meses": 3, "valor": value}
            figures.publicado.append(
                printed | {"texto": str(cells[column]), "fuente": row.sheet.address(row.index, column)}
            )
    if reading.estado in _STATES:
        figures.nota = _STATES[reading.estado].format(what=_describe_damage(reading))
        figures.nota_fuente = row.sheet.address(row.index, first)
    return figures


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


def _describe_damage(reading: Reading) -> str:
    count = abs(reading.perdidas)
    if not count:
        return "la fila tiene celdas en blanco o sumas que no cuadran"
    if reading.perdidas > 0:
        return f"la fila perdió {count} celda{'s' if count > 1 else ''}"
    return f"a la fila le {'sobran' if count > 1 else 'sobra'} {count} celda{'s' if count > 1 else ''}"
