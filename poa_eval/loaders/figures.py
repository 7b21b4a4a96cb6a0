"""Figures of rows: the periods that they report and the derived figures that they print, each with its cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd

from poa_eval.errors import FormatoError
from poa_eval.layouts.layout import Edition
from poa_eval.layouts.parts import FIGURE_COLUMNS
from poa_eval.loaders.columns import Columns
from poa_eval.loaders.repair import read_block
from poa_eval.loaders.rows import Row
from poa_eval.plan.notes import Repair
from poa_eval.plan.schema import COLUMNS, Record
from poa_eval.text.names import normalize
from poa_eval.text.periods import LENGTHS, Period, find_month, parse_period

_KEY = ["actividad_id", "mes", "meses"]


@dataclass
class RowFigures:
    """What rows say in figures, each with the position of its row: in `fila`, or first."""

    periodos: dict[str, np.ndarray] = field(default_factory=dict)  # columns of `avances`, and `fila`
    publicado: list[tuple[int, Record]] = field(default_factory=list)
    repairs: list[tuple[int, Repair]] = field(default_factory=list)


def read_figures(rows: Sequence[Row], columns: Columns) -> RowFigures:
    """Read the figures of data rows under one heading.

    Raises FormatoError where the period is not said, LayoutError where `reparar` cannot work on the columns.
    """
    edition = columns.edition
    figures = RowFigures()
    if edition.reparar:
        records: list[Record] = []
        for at, row in enumerate(rows):
            block, printed, repair = read_block(row, columns)
            records += [{"fila": at} | record for record in block]
            figures.publicado += [(at, record) for record in printed]
            figures.repairs += [(at, repair)] if repair else []
        names = ["fila", *list(COLUMNS["avances"])[1:]]
        figures.periodos = {name: _as_array(name, [record.get(name) for record in records]) for name in names}
    elif edition.periodo == "columnas":
        figures.periodos = _read_wide(rows, columns)
    else:
        figures.periodos = _read_long(rows, columns)
    for at, row in enumerate(rows if edition.publicado else ()):
        if not edition.reparar:
            figures.publicado += [(at, record) for record in _read_published(row, columns)]
        for item in edition.publicado:
            if item.columna:
                month, length, _ = _read_period(row, columns)
                printed = _print_cell(row, f"publicado:{item.concepto}", item.concepto, month, length, columns)
                figures.publicado += [(at, record) for record in printed]
    return figures


def read_totals(row: Row, columns: Columns) -> list[Record]:
    """Read a row of totals: the goal, and each period of each series, as printed figures."""
    edition = columns.edition
    found: list[Record] = []
    if "meta_anual" in row.table.columns:
        found += _print_cell(row, "meta_anual", "meta_anual", 12, 12, columns)
    if edition.reparar:
        periods, printed, _ = read_block(row, columns)
        for period in periods:
            for name in FIGURE_COLUMNS[:2]:
                if period["meses"] == 1 and period.get(name) is not None:
                    own = row.address(f"{name}:{period['mes']}:1")
                    source = own if period["origen"] == "leido" else period["fuente"]
                    total = {"concepto": name, "valor": period[name], "fuente": source}
                    found.append({k: period[k] for k in ("mes", "meses")} | total)
        return found + printed
    for series in edition.counted:
        for month in series.headings():
            key = f"{series.columna}:{month}:{series.meses}"
            if series.columna in FIGURE_COLUMNS[:2]:
                found += _print_cell(row, key, series.columna, month, series.meses, columns)
    return found + list(_read_published(row, columns))


def join_periods(
    blocks: Sequence[dict[str, np.ndarray]], *, may_fill: bool, may_repeat: bool = True
) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Join blocks of periods into a table; a period that stands twice with the same figures counts once.

    With `may_fill`, rows of one activity hold different figures of one period, and each fills what the other lacks.
    Returned with activity and source of the rows that merely repeat another.

    Raises FormatoError where two rows report different figures for one activity and period.
    """
    names = list(COLUMNS["avances"])
    if not blocks:
        return pd.DataFrame(columns=names), []
    columns = {
        name: blocks[0][name] if len(blocks) == 1 else np.concatenate([block[name] for block in blocks])
        for name in names
    }
    if not pd.notna(columns["comentario"]).any():
        columns["comentario"] = pd.Series(None, index=range(len(columns["mes"])), dtype="str")
    table = pd.DataFrame(columns, copy=False)
    if not may_repeat:
        return table, []
    codes = pd.Series(pd.factorize(columns["actividad_id"])[0] * 256 + columns["mes"] * 16 + columns["meses"])
    if codes.is_unique:
        return table, []
    repeated = []
    for key, rows in table[codes.duplicated(keep=False)].groupby(_KEY, sort=False):
        if (rows[list(FIGURE_COLUMNS)].nunique(dropna=may_fill) > 1).any():
            raise FormatoError(
                f"dos reportes distintos del mismo periodo: {rows['fuente'].iloc[0]} y {rows['fuente'].iloc[-1]}",
                "un solo reporte por actividad y periodo",
                "corrija el documento; si son dos actividades, asigne en el layout la columna que las distingue",
            )
        repeated += [] if may_fill else [(str(key[0]), str(source)) for source in rows["fuente"].iloc[1:]]
    how = {name: "first" for name in names if name not in _KEY} | ({"fuente": "last"} if may_fill else {})
    return table.groupby(_KEY, sort=False, as_index=False).agg(how)[names], repeated


def _as_array(name: str, values: list[object]) -> np.ndarray:
    if name in FIGURE_COLUMNS:
        return np.array(values, dtype=float)
    return np.array(values, dtype=np.int64 if name in ("fila", "mes", "meses") else object)


def _name_told(series: dict[str, str]) -> str:
    """Return the column that a period is told by: its result, of a ratio what is counted, else the first."""
    return series.get("ejecutado") or series.get("numerador") or next(iter(series.values()))


def _read_wide(rows: Sequence[Row], columns: Columns) -> dict[str, np.ndarray]:
    """Read one column per period: a period per row and column, in the order of the rows."""
    edition = columns.edition
    keys = _find_keys(rows[0], edition)
    if not keys:
        return {}
    height, width = len(rows), len(keys)
    figures = {name: np.full((height, width), np.nan) for name in FIGURE_COLUMNS}
    comments = np.full((height, width), None, dtype=object)
    told = [rows[0].table.columns[_name_told(series)] for series in keys.values()]
    sources = np.array(rows[0].sheet.addresses([row.index for row in rows], told), dtype=object).T
    kinds = _read_kinds(rows, columns)
    for at, series in enumerate(keys.values()):
        for name, key in series.items():
            if name == "comentario":
                comments[:, at] = columns.texts(rows, key)
            elif name == "por_fila":
                values = columns.numbers(rows, key)
                for kind in FIGURE_COLUMNS:
                    figures[kind][:, at] = np.where(kinds == kind, values, np.nan)
            else:
                figures[name][:, at] = columns.numbers(rows, key)
    if edition.vacio_es_cero:
        figures["programado"] = _fill_blanks(figures["programado"], [*keys.values()])
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


def _find_keys(row: Row, edition: Edition) -> dict[tuple[int, int], dict[str, str]]:
    """Return closing month, length → figure → key of its column, of the periods that a table has."""
    keys: dict[tuple[int, int], dict[str, str]] = {}
    for series in edition.counted:
        for month in series.headings():
            key = f"{series.columna}:{month}:{series.meses}"
            if key in row.table.columns:  # a pattern takes the periods that there are
                keys.setdefault((month, series.meses), {})[series.columna] = key
    return keys


def _fill_blanks(programme: np.ndarray, periods: list[dict[str, str]]) -> np.ndarray:
    """Return a programme, rows × periods, with 0 for its blanks, in rows that hold a figure of it at all."""
    planned = np.array([not series.keys().isdisjoint(("programado", "por_fila")) for series in periods])
    blank = np.isnan(programme)
    return np.where(blank & planned & ~blank.all(axis=1, keepdims=True), 0.0, programme)


def _read_kinds(rows: Sequence[Row], columns: Columns) -> np.ndarray:
    """Return per row which figure it holds (`series_por_fila`); all the same where each has columns of its own."""
    said = columns.edition.series_por_fila
    if said is None:
        return np.full(len(rows), "", dtype=object)
    marks = [(normalize(text), name) for name, texts in said.texts().items() for text in texts]
    kinds = []
    for row, text in zip(rows, columns.texts(rows, "serie"), strict=True):
        found = next((name for mark, name in marks if text is not None and fnmatchcase(normalize(text), mark)), None)
        if found is None:
            fault = FormatoError(
                f"«{text or ''}» como clase de la fila",
                "uno de los textos de `series_por_fila:`",
                "corrija la celda, o agregue el texto en `series_por_fila:` (en `ignorar:` si la fila no cuenta)",
                lugar=row.sheet.locate(row.index, row.table.columns["serie"]),
            )
            columns.refusals.add(fault)
        kinds.append(found or "")
    return np.array(kinds, dtype=object)


def _read_long(rows: Sequence[Row], columns: Columns) -> dict[str, np.ndarray]:
    """Read one row per period."""
    periods = [_read_period(row, columns) for row in rows]
    source = "ejecutado" if "ejecutado" in rows[0].table.columns else "programado"
    comments = columns.cells(rows, rows[0].table.columns.get("comentario"))
    return {name: columns.numbers(rows, name) for name in FIGURE_COLUMNS} | {
        "fila": np.arange(len(rows)),
        "mes": np.array([period.mes for period in periods]),
        "meses": np.array([period.meses for period in periods]),
        "comentario": np.array([None if cell is None else str(cell) for cell in comments], dtype=object),
        "origen": np.full(len(rows), "leido", dtype=object),
        "fuente": np.array([row.address(source) for row in rows], dtype=object),
    }


def _read_period(row: Row, columns: Columns) -> Period:
    """Return the period that a row, or the lines above it, say; the year without any."""
    edition = columns.edition
    if edition.periodo == "fila":
        return _read_row_period(row, columns)
    for name, length in LENGTHS.items():
        if name in row.contexto:
            return Period(find_month(name, row.contexto[name]) or 0, length)
    if edition.periodo == "columnas":
        return Period(12, 12)
    fault = FormatoError(
        "ninguna línea con el periodo encima de la tabla",
        "una línea como: " + "; ".join(p for p in edition.contexto if any(f"{{{name}}}" in p for name in LENGTHS)),
        "escriba el mes o trimestre encima de la tabla, o agregue al layout la forma en que está escrito",
        lugar=row.sheet.locate(row.table.top, 0),
    )
    columns.refusals.add(fault)
    return Period(12, 12)


def _read_row_period(row: Row, columns: Columns) -> Period:
    edition = columns.edition
    name = next(name for name in ("periodo", *LENGTHS) if name in edition.columnas)
    cell = row.value(name)
    text = str(row.relleno.get(name, "") if cell is None else cell)
    month = find_month(name, text) if name != "periodo" else None
    period = parse_period(text) or (Period(month, LENGTHS[name]) if month else None)
    if period is None:
        fault = FormatoError(
            f"«{text}»",
            f"un periodo ({edition.columnas[name][0]}), como «ene», «Marzo 2025», «2025-03», «T1» o «I trimestre»",
            "corrija la celda; si son números solos, asigne la columna a `mes:` o `trimestre:` en lugar de `periodo:`",
            lugar=row.sheet.locate(row.index, row.table.columns.get(name)),
        )
        columns.refusals.add(fault)
    return period or Period(12, 12)


def _read_published(row: Row, columns: Columns) -> Iterator[Record]:
    for item in columns.edition.publicado:
        for month in item.spread():
            key = f"publicado:{item.concepto}:{month}:{item.meses}"
            yield from _print_cell(row, key, item.concepto, month, item.meses, columns)


def _print_cell(row: Row, key: str, concept: str, month: int, length: int, columns: Columns) -> Iterator[Record]:
    """Yield the printed figure of a cell, unless it is blank."""
    cell = row.value(key)
    if cell is not None:
        record = {"concepto": concept, "mes": month, "meses": length, "valor": columns.number(row, key)}
        yield record | {"texto": str(cell), "fuente": row.address(key)}
