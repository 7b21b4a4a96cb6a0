"""Figures of rows: the periods that they report and the derived figures that they print, each with its cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd

from poa_eval.columns import Columns
from poa_eval.errors import FormatoError, LayoutError
from poa_eval.layout import Edition
from poa_eval.names import fold
from poa_eval.parts import FIGURES
from poa_eval.periods import LENGTHS, Period, find_month, parse_period
from poa_eval.plan import COLUMNS
from poa_eval.repair import Reading, read_row
from poa_eval.tables import Row
from poa_eval.values import close_months

Record = dict[str, object]
_KEY = ["actividad_id", "mes", "meses"]

_STATES = {
    "reconstruida": "reconstruida: {what}; una sola lectura cumple las sumas impresas",
    "ambigua": "ambigua: {what}; varias lecturas cumplen las sumas impresas, y donde difieren queda solo el trimestre",
    "ninguna": "ninguna: {what}; ninguna lectura cumple las sumas impresas",
}


@dataclass
class RowFigures:
    """What rows say in figures.

    Parameters
    ----------
    periodos : dict
        Columns of `avances` as arrays of one length; `fila` is the position of the row that each period is of.
    publicado : list of (int, dict)
        Position of the row, and `concepto`, `mes`, `meses`, `valor`, `texto`, `fuente`.
    notas : list of (int, str, str)
        Position of a damaged row, what was damaged, and where.
    """

    periodos: dict[str, np.ndarray] = field(default_factory=dict)
    publicado: list[tuple[int, Record]] = field(default_factory=list)
    notas: list[tuple[int, str, str]] = field(default_factory=list)


def read_figures(rows: Sequence[Row], columns: Columns) -> RowFigures:
    """Read the figures of data rows under one heading.

    Raises
    ------
    FormatoError
        A cell holds something else than a number, or the period is not said; names the cell.
    LayoutError
        `reparar` is declared for columns that it cannot work on.
    """
    edition = columns.edition
    figures = RowFigures()
    if edition.reparar:
        records: list[Record] = []
        for at, row in enumerate(rows):
            block, printed, note = _read_block(row, columns)
            records += [{"fila": at} | record for record in block]
            figures.publicado += [(at, record) for record in printed]
            figures.notas += [(at, *note)] if note else []
        names = ["fila", *list(COLUMNS["avances"])[1:]]
        figures.periodos = {name: _as_array(name, [record.get(name) for record in records]) for name in names}
    elif edition.periodo == "columnas":
        figures.periodos = _read_wide(rows, columns)
    else:
        figures.periodos = _read_long(rows, columns)
    if edition.publicado:
        for at, row in enumerate(rows):
            printed = [] if edition.reparar else list(_read_published(row, columns))
            for item in edition.publicado:
                if item.columna:
                    month, length, _ = _read_period(row, edition)
                    printed += _print_cell(row, f"publicado:{item.concepto}", item.concepto, month, length, columns)
            figures.publicado += [(at, record) for record in printed]
    return figures


def read_totals(row: Row, columns: Columns) -> list[Record]:
    """Read a row of totals: the goal, and each period of each series, as printed figures."""
    edition = columns.edition
    found: list[Record] = []
    if "meta_anual" in row.table.columns:
        found += _print_cell(row, "meta_anual", "meta_anual", 12, 12, columns)
    if edition.reparar:
        periods, printed, _ = _read_block(row, columns)
        for period in periods:
            for name in FIGURES[:2]:
                if period["meses"] == 1 and period.get(name) is not None:
                    found.append(
                        {k: period[k] for k in ("mes", "meses", "fuente")} | {"concepto": name, "valor": period[name]}
                    )
        return found + printed
    for series in edition.periodos:
        for month in series.headings():
            key = f"{series.columna}:{month}:{series.meses}"
            if series.columna in FIGURES[:2]:
                found += _print_cell(row, key, series.columna, month, series.meses, columns)
    return found + list(_read_published(row, columns))


def join_periods(blocks: Sequence[dict[str, np.ndarray]], *, may_fill: bool) -> pd.DataFrame:
    """Join blocks of periods into a table; a period that stands twice with the same figures counts once.

    Parameters
    ----------
    blocks : sequence of dict
        Columns of `avances`.
    may_fill : bool
        Rows of one activity hold different figures of one period: each fills what the other lacks.

    Raises
    ------
    FormatoError
        Two rows report different figures for one activity and period.
    """
    names = list(COLUMNS["avances"])
    if not blocks:
        return pd.DataFrame(columns=names)
    table = pd.DataFrame({name: np.concatenate([block[name] for block in blocks]) for name in names}, copy=False)
    codes = pd.factorize(table["actividad_id"])[0].astype(np.int64) * 256 + table["mes"] * 16 + table["meses"]
    if len(np.unique(codes)) == len(codes):
        return table
    for _, rows in table[codes.duplicated(keep=False)].groupby(_KEY, sort=False):
        figures = rows[list(FIGURES)]
        differing = figures.nunique(dropna=may_fill) > 1
        if differing.any():
            raise FormatoError(
                f"dos reportes distintos del mismo periodo: {rows['fuente'].iloc[0]} y {rows['fuente'].iloc[-1]}",
                "un solo reporte por actividad y periodo",
                "corrija el documento; si son dos actividades, asigne en el layout la columna que las distingue",
            )
    order = {name: "first" for name in names if name not in _KEY} | ({"fuente": "last"} if may_fill else {})
    return table.groupby(_KEY, sort=False, as_index=False).agg(order)[names]


def _as_array(name: str, values: list[object]) -> np.ndarray:
    if name in FIGURES:
        return np.array(values, dtype=float)
    return np.array(values, dtype=np.int64 if name in ("fila", "mes", "meses") else object)


def _read_wide(rows: Sequence[Row], columns: Columns) -> dict[str, np.ndarray]:
    """Read one column per period: a period per row and column, in the order of the rows."""
    edition = columns.edition
    keys: dict[tuple[int, int], dict[str, str]] = {}
    for series in edition.periodos:
        for month in series.headings():
            key = f"{series.columna}:{month}:{series.meses}"
            keys.setdefault((month, series.meses), {})[series.columna] = key
    if not keys:
        return {}
    height, width = len(rows), len(keys)
    figures = {name: np.full((height, width), np.nan) for name in FIGURES}
    comments = np.full((height, width), None, dtype=object)
    sources = np.empty((height, width), dtype=object)
    kinds = _read_kinds(rows, columns)
    indices = [row.index for row in rows]
    for at, series in enumerate(keys.values()):
        for name, key in series.items():
            if name == "comentario":
                comments[:, at] = columns.texts(rows, key)
            elif name == "por_fila":
                values = columns.numbers(rows, key)
                for kind in FIGURES:
                    figures[kind][:, at] = np.where(kinds == kind, values, np.nan)
            else:
                figures[name][:, at] = columns.numbers(rows, key)
        column = rows[0].table.columns[series.get("ejecutado") or next(iter(series.values()))]
        sources[:, at] = rows[0].sheet.addresses(indices, column)
    kept = np.repeat(kinds != "ignorar", width)
    block = {name: values.ravel() for name, values in figures.items()}
    block |= {
        "fila": np.repeat(np.arange(height), width),
        "mes": np.tile(np.array([month for month, _ in keys]), height),
        "meses": np.tile(np.array([length for _, length in keys]), height),
        "comentario": comments.ravel(),
        "origen": np.full(height * width, "leido", dtype=object),
        "fuente": sources.ravel(),
    }
    return block if kept.all() else {name: values[kept] for name, values in block.items()}


def _read_kinds(rows: Sequence[Row], columns: Columns) -> np.ndarray:
    """Return per row which figure it holds (`series_por_fila`); all the same where each has columns of its own."""
    said = columns.edition.series_por_fila
    if said is None:
        return np.full(len(rows), "", dtype=object)
    marks = [(fold(text), name) for name, texts in said.texts().items() for text in texts]
    kinds = []
    for row, text in zip(rows, columns.texts(rows, "serie"), strict=True):
        found = next((name for mark, name in marks if text is not None and fnmatchcase(fold(text), mark)), None)
        if found is None:
            raise FormatoError(
                f"«{text or ''}» como clase de la fila",
                "uno de los textos de `series_por_fila:`",
                "corrija la celda, o agregue el texto en `series_por_fila:` (en `ignorar:` si la fila no cuenta)",
                lugar=row.sheet.locate(row.index, row.table.columns["serie"]),
            )
        kinds.append(found)
    return np.array(kinds, dtype=object)


def _read_long(rows: Sequence[Row], columns: Columns) -> dict[str, np.ndarray]:
    """Read one row per period."""
    edition = columns.edition
    periods = [_read_period(row, edition) for row in rows]
    source = "ejecutado" if "ejecutado" in rows[0].table.columns else "programado"
    comments = columns.cells(rows, rows[0].table.columns.get("comentario"))
    return {name: columns.numbers(rows, name) for name in FIGURES} | {
        "fila": np.arange(len(rows)),
        "mes": np.array([period.mes for period in periods]),
        "meses": np.array([period.meses for period in periods]),
        "comentario": np.array([None if cell is None else str(cell) for cell in comments], dtype=object),
        "origen": np.full(len(rows), "leido", dtype=object),
        "fuente": np.array([row.address(source) for row in rows], dtype=object),
    }


def _read_period(row: Row, edition: Edition) -> Period:
    """Return the period that a row, or the lines above it, say; the year without any."""
    if edition.periodo == "fila":
        return _read_row_period(row, edition)
    for name in LENGTHS:
        if name in row.contexto:
            return Period(find_month(name, row.contexto[name]) or 0, LENGTHS[name])
    if edition.periodo == "columnas":
        return Period(12, 12)
    raise FormatoError(
        "ninguna línea con el periodo encima de la tabla",
        "una línea como: " + "; ".join(p for p in edition.contexto if any(f"{{{name}}}" in p for name in LENGTHS)),
        "escriba el mes o trimestre encima de la tabla, o agregue al layout la forma en que está escrito",
        lugar=row.sheet.locate(row.table.top, 0),
    )


def _read_row_period(row: Row, edition: Edition) -> Period:
    for name in ("periodo", *LENGTHS):
        if name not in edition.columnas:
            continue
        cell = row.value(name)
        text = str(row.relleno.get(name, "") if cell is None else cell)
        month = find_month(name, text) if name != "periodo" else None
        period = parse_period(text) or (Period(month, LENGTHS[name]) if month else None)
        if period is not None:
            return period
        raise FormatoError(
            f"«{text}»",
            f"un periodo ({(edition.columnas[name])[0]}), como «ene», «Marzo 2025», «2025-03», «T1» o «I trimestre»",
            "corrija la celda; si son números solos, asigne la columna a `mes:` o `trimestre:` en lugar de `periodo:`",
            lugar=row.sheet.locate(row.index, row.table.columns.get(name)),
        )
    return Period(12, 12)


def _read_published(row: Row, columns: Columns) -> Iterator[Record]:
    for item in columns.edition.publicado:
        for month in item.spread():
            key = f"publicado:{item.concepto}:{month}:{item.meses}"
            yield from _print_cell(row, key, item.concepto, month, item.meses, columns)


def _print_cell(row: Row, key: str, concept: str, month: int, length: int, columns: Columns) -> Iterator[Record]:
    """Yield the printed figure of a cell, unless it is blank."""
    cell = row.value(key)
    if cell is not None:
        value = columns.number(row, key)
        yield {
            "concepto": concept,
            "mes": month,
            "meses": length,
            "valor": value,
            "texto": str(cell),
            "fuente": row.address(key),
        }


def _read_block(row: Row, columns: Columns) -> tuple[list[Record], list[Record], tuple[str, str] | None]:
    """Read a row by its equations: months of a quarter where they stand, else the quarter.

    Returns its periods, the figures that it prints, and what was damaged with its place.
    """
    first, names = _find_block(row, columns.edition)
    keys = {column: key for key, column in row.table.columns.items()}
    cells = row.cells
    values = [
        columns.to_number(cells[c], row, c, keys.get(c, "una columna de más")) for c in range(first, len(cells))
    ]
    reading = read_row(values, series=len(names), goal=columns.number(row, "meta_anual"))
    periods: list[Record] = []
    published: list[Record] = []
    origin = "reconstruido" if reading.estado == "reconstruida" or reading.perdidas else "leido"
    result_first = first + 12 * names.index("ejecutado") if "ejecutado" in names else first
    for quarter in range(1, 5):
        segments = [reading.segmentos[kind * 4 + quarter - 1] for kind in range(len(names))]
        at = (quarter - 1) * len(names)
        if all(segment is not None for segment in segments):
            for i, month in enumerate(close_months(quarter)):
                record: Record = {name: segment[i] for name, segment in zip(names, segments, strict=True) if segment}
                source = row.sheet.address(row.index, result_first + month - 1)
                periods.append(record | {"mes": month, "meses": 1, "origen": origin, "fuente": source})
        else:
            record = dict(zip(names, reading.bloque[at : at + len(names)], strict=True))
            source = row.sheet.address(row.index, first + reading.inicio_bloque + at + len(names) - 1)
            periods.append(record | {"mes": 3 * quarter, "meses": 3, "origen": "leido", "fuente": source})
    for i, value in enumerate(reading.bloque):
        column = first + reading.inicio_bloque + i
        if value is not None and column < len(cells) and cells[column] is not None:
            printed = {"concepto": names[i % len(names)], "mes": 3 * (i // len(names) + 1), "meses": 3, "valor": value}
            published.append(printed | {"texto": str(cells[column]), "fuente": row.sheet.address(row.index, column)})
    note = None
    if reading.estado in _STATES:
        note = _STATES[reading.estado].format(what=_describe_damage(reading)), row.sheet.address(row.index, first)
    return periods, published, note


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
