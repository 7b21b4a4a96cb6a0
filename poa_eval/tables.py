"""Tables in raw sheets: where the headings of a layout stand, which rows are data, what the lines above say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from poa_eval.errors import FormatoError, LayoutError
from poa_eval.layout import Edition, Layout, known_layouts, split_heading
from poa_eval.names import fold, fold_letters, suggest_sentence
from poa_eval.read import RawDocument, RawSheet
from poa_eval.read.raw import Cell
from poa_eval.values import parse_month, parse_quarter

_NEAR = 0.5  # share of the expected headings from which a row counts as an attempt at the form

_PLACEHOLDERS = {
    "ejercicio": r"\d{4}",
    "anio": r"\d{2}",
    "mes": r"[a-z]+\.?",
    "corte_mes": r"[a-z]+\.?",
    "trimestre": r"\w+\.?",
    "corte_trimestre": r"\w+\.?",
}


@dataclass(frozen=True)
class Row:
    """One data row of a table with what the lines above it say (`contexto`: key → text)."""

    sheet: RawSheet
    index: int
    table: Table
    contexto: dict[str, str]
    is_total: bool = False

    def value(self, key: str) -> Cell:
        """Return the cell of a mapped column; None where blank."""
        column = self.table.columns.get(key)
        cells = self.sheet.filas[self.index]
        return cells[column] if column is not None and column < len(cells) else None

    def address(self, key: str | None = None) -> str:
        """Return the address of a mapped column's cell in this row."""
        return self.sheet.address(self.index, self.table.columns.get(key, 0) if key else 0)


@dataclass(frozen=True)
class Table:
    """A heading found in a sheet: its first row, and the column of each mapped key."""

    sheet: RawSheet
    top: int
    height: int
    columns: dict[str, int]


@dataclass
class Content:
    """What a document holds by one edition of a layout: data rows in order, and lines of text."""

    rows: list[Row] = field(default_factory=list)
    lines: list[tuple[str, str, str]] = field(default_factory=list)  # clave, texto, fuente


def choose_edition(document: RawDocument, layout: Layout | None) -> tuple[Layout, Edition]:
    """Find the edition whose headings the document has: of one layout, or of all that are known.

    Raises
    ------
    FormatoError
        None fits; says which were tried, which was nearest, and which headings it lacks.
    """
    candidates = [(la, name, ed) for la in ([layout] if layout else known_layouts()) for name, ed in la.ediciones.items()]
    if not candidates:
        raise LayoutError("ningún layout conocido", "al menos uno", "indique `--layout ARCHIVO.yaml`")
    scored = [(*_score_headings(document, ed), la, name, ed) for la, name, ed in candidates]
    complete = [entry for entry in scored if not entry[1] and entry[0]]
    if complete:
        _, _, la, _, ed = max(complete, key=lambda entry: entry[0])
        return la, ed
    best = max(scored, key=lambda entry: (entry[0] / max(entry[0] + len(entry[1]), 1)))
    matched, missing, la, name, ed = best
    if matched / max(matched + len(missing), 1) >= _NEAR:
        return la, ed  # an attempt at this form: reading it strictly names the cell and the heading that fail
    tried = ", ".join(f"{la.nombre} ({name})" for _, _, la, name, _ in scored)
    headings = ", ".join(f"«{text}»" for text in missing[:8]) + ("…" if len(missing) > 8 else "")
    raise FormatoError(
        f"encabezados que no son de ningún layout probado: {tried}",
        f"los encabezados de un layout; el más cercano es {la.nombre} ({name}), que además pide {headings}",
        "indique el layout con `--layout`, o escriba uno nuevo (CONTRIBUTING.md, «Add an institution»)",
        lugar=document.hojas[0].locate(0) if document.hojas else None,
    )


def read_content(document: RawDocument, edition: Edition) -> Content:
    """Read the data rows and lines of all visible sheets.

    Raises
    ------
    FormatoError
        A heading is missing, repeated, or neither mapped nor ignored.
    """
    content = Content()
    patterns = [(pattern, _compile_pattern(pattern)) for pattern in edition.contexto]
    for sheet in document.hojas:
        if sheet.oculta:
            content.lines.append(("hoja_oculta", f"La hoja «{sheet.hoja}» está oculta y no se leyó.", sheet.address(0, 0)))
        else:
            _read_sheet(sheet, edition, patterns, content)
    if not content.rows:
        raise FormatoError(
            "ninguna fila de datos bajo los encabezados",
            "al menos una fila",
            "revise que la tabla no esté vacía ni en una hoja oculta",
            lugar=document.hojas[0].locate(0) if document.hojas else None,
        )
    return content


def _read_sheet(sheet: RawSheet, edition: Edition, patterns: list[tuple[str, re.Pattern[str]]], content: Content) -> None:
    tables = {table.top: table for table in find_headings(sheet, edition)}
    contexto: dict[str, str] = {}
    table: Table | None = None
    after_rows = False
    skip_to = 0
    pending: list[tuple[str, str, str]] = []  # lines above the next table; below the last one they are notes
    for index, cells in enumerate(sheet.filas):
        if index in tables:
            content.lines += [("texto" if key == "nota" else key, text, address) for key, text, address in pending]
            pending = []
            table, skip_to, after_rows = tables[index], index + tables[index].height, False
        if index < skip_to or not any(cell is not None for cell in cells):
            continue
        line = _read_line(cells, table, edition)
        if line is None:
            row = _make_row(sheet, index, table, dict(contexto), edition)
            if row is not None:
                content.rows.append(row)
                after_rows = True
            continue
        found = _match_line(line, patterns)
        if after_rows and found:
            contexto, after_rows = {}, False
        contexto |= found
        address = sheet.address(index, 0)
        pending += [(key, text, address) for key, text in found.items()] or [("nota", line, address)]
    content.lines += pending


def _read_line(cells: tuple[Cell, ...], table: Table | None, edition: Edition) -> str | None:
    """Return the text of a row that is a line, not data: above every table, or with one text alone in it."""
    distinct = list(dict.fromkeys(cell for cell in cells if cell is not None))
    if table is None:
        return " ".join(map(str, distinct))
    if len(distinct) == 1 and isinstance(distinct[0], str):
        alone = next(i for i, cell in enumerate(cells) if cell is not None)
        if alone == 0 or alone != table.columns.get("actividad"):
            return distinct[0]
    return None


def _make_row(sheet: RawSheet, index: int, table: Table | None, contexto: dict[str, str], edition: Edition) -> Row | None:
    assert table is not None
    first = fold(str(next(cell for cell in sheet.filas[index] if cell is not None)))
    if any(fnmatchcase(first, fold(pattern)) for pattern in edition.ignorar_filas):
        return None
    is_total = edition.totales is not None and first == fold(edition.totales.texto)
    return Row(sheet, index, table, contexto, is_total)


def find_headings(sheet: RawSheet, edition: Edition) -> Iterator[Table]:
    """Yield each place in a sheet where the edition's headings stand.

    Raises
    ------
    FormatoError
        A heading of the form is missing there, stands twice, or is neither mapped nor ignored.
    """
    index = 0
    while index < len(sheet.filas):
        matched, missing, paths = _try_heading(sheet, index, edition)
        if matched and len(matched) / (len(matched) + len(missing)) >= _NEAR:
            _refuse_bad_heading(sheet, index, edition, matched, missing, paths)
            yield Table(sheet, index, edition.encabezado.filas, {key: columns[0] for key, columns in matched.items()})
            index += edition.encabezado.filas
        else:
            index += 1


def _try_heading(
    sheet: RawSheet, index: int, edition: Edition
) -> tuple[dict[str, list[int]], list[str], dict[int, tuple[str, ...]]]:
    """Match the rows from `index` on with the expected headings: columns by key, missing ones, paths by column."""
    wanted = {key: [split_heading(alias) for alias in names] for key, names in edition.expected().items()}
    parts = {part for aliases in wanted.values() for alias in aliases for part in alias}
    texts = [cell for cell in sheet.filas[index] if isinstance(cell, str)]
    if sum(fold(text) in parts for text in texts) < min(2, len(wanted)):
        return {}, [names[0] for names in edition.expected().values()], {}
    paths = _read_paths(sheet, index, edition.encabezado.filas)
    matched: dict[str, list[int]] = {}
    missing = []
    for key, aliases in wanted.items():
        columns = [column for column, path in paths.items() if any(_path_matches(path, alias) for alias in aliases)]
        if columns:
            matched[key] = columns
        else:
            missing.append(edition.expected()[key][0])
    return matched, missing, paths


def _read_paths(sheet: RawSheet, index: int, height: int) -> dict[int, tuple[str, ...]]:
    """Return per column its folded headings from the top row down; a group reaches right over its columns."""
    rows = sheet.filas[index : index + height]
    width = max(len(row) for row in rows)
    paths = {}
    carried: list[str | None] = [None] * height
    for column in range(width):
        levels = [row[column] if column < len(row) else None for row in rows]
        last = max((level for level, text in enumerate(levels) if text is not None), default=None)
        if last is None:
            continue
        path: list[str] = []
        for level in range(last + 1):
            if levels[level] is not None:
                carried[level:] = [fold(str(levels[level])), *[None] * (height - level - 1)]
            text = carried[level]
            if text is not None and (not path or path[-1] != text):
                path.append(text)
        paths[column] = tuple(path)
    return paths


def _path_matches(path: tuple[str, ...], alias: tuple[str, ...]) -> bool:
    rest = iter(path)
    return path[-1:] == alias[-1:] and all(part in rest for part in alias)


def _refuse_bad_heading(
    sheet: RawSheet,
    index: int,
    edition: Edition,
    matched: dict[str, list[int]],
    missing: list[str],
    paths: dict[int, tuple[str, ...]],
) -> None:
    ignored = [split_heading(alias) for names in edition.ignorar for alias in names]
    used = {column for columns in matched.values() for column in columns}
    strange = {c: p for c, p in paths.items() if c not in used and not any(_path_matches(p, alias) for alias in ignored)}
    if missing:
        names = ", ".join(f"«{text}»" for text in missing)
        near = [f"«{' > '.join(path)}»" for path in strange.values()]
        raise FormatoError(
            f"ningún encabezado {names}" + (f"; sin asignar: {', '.join(near)}" if near else ""),
            "todos los encabezados del layout",
            "corrija el encabezado en el documento, o agregue su nueva forma de escribirse en el layout",
            lugar=sheet.locate(index, min(strange, default=0)),
        )
    if strange:
        column, path = next(iter(strange.items()))
        raise FormatoError(
            f"la columna «{' > '.join(path)}», que el layout no conoce",
            "solo columnas asignadas o declaradas en `ignorar:`",
            "asígnela en `columnas:` o agréguela a `ignorar:` del layout; "
            + suggest_sentence(path[-1], [names[0] for names in edition.expected().values()]),
            lugar=sheet.locate(index + edition.encabezado.filas - 1, column),
        )
    for key, columns in matched.items():
        if len(columns) > 1:
            raise FormatoError(
                f"el encabezado «{' > '.join(paths[columns[1]])}» dos veces",
                f"una sola columna para «{key}»",
                "escriba el encabezado con su grupo en el layout: «GRUPO > NOMBRE»",
                lugar=sheet.locate(index, columns[1]),
            )


def _score_headings(document: RawDocument, edition: Edition) -> tuple[int, list[str]]:
    """Return how many headings the best row of the document matches, and which are missing there."""
    best: tuple[int, list[str]] = (0, [names[0] for names in edition.expected().values()])
    for sheet in document.hojas:
        for index in range(len(sheet.filas)):
            matched, missing, _ = _try_heading(sheet, index, edition)
            if len(matched) > best[0]:
                best = (len(matched), missing)
            if not missing:
                return best
    return best


def _compile_pattern(pattern: str) -> re.Pattern[str]:
    """Turn a line with placeholders into an expression over folded text; spaces around signs are free."""
    out = []
    for part in re.split(r"(\{[a-z_]+\})", pattern):
        if part.startswith("{"):
            out.append(f"(?P<{part[1:-1]}>{_PLACEHOLDERS.get(part[1:-1], '.+?')})")
            continue
        for token in re.findall(r"\s+|\w+|[^\w\s]", fold_letters(unicodedata.normalize("NFC", part))):
            sign = "[-–—]" if token in "-–—" else re.escape(token)
            out.append(r"\s+" if token.isspace() else token if token.isalnum() else rf"\s*{sign}\s*")
    return re.compile(re.sub(r"(\\s[+*]){2,}", r"\\s*", "".join(out)))


def _match_line(line: str, patterns: list[tuple[str, re.Pattern[str]]]) -> dict[str, str]:
    """Return what the first pattern that fits says: key → text as printed."""
    text = " ".join(unicodedata.normalize("NFC", line).split())
    folded = fold_letters(text)
    for _, pattern in patterns:
        found = pattern.fullmatch(folded)
        if found and _is_sensible(found.groupdict()):
            return {key: text[slice(*found.span(key))].strip() for key in found.groupdict()} or {"texto": text}
    return {}


def _is_sensible(groups: dict[str, str]) -> bool:
    months = all(parse_month(groups[key]) for key in ("mes", "corte_mes") if key in groups)
    return months and all(parse_quarter(groups[key]) for key in ("trimestre", "corte_trimestre") if key in groups)
