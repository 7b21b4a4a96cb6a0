"""Headings: where those of a layout stand in raw sheets, and which layout a document has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from poa_eval.cards import score_cards
from poa_eval.errors import FormatoError, LayoutError
from poa_eval.forms import Cards
from poa_eval.layout import Edition, Layout, known_layouts, split_heading
from poa_eval.names import fold, suggest_sentence
from poa_eval.read import RawDocument, RawSheet

_NEAR = 0.5  # share of the expected headings from which a row counts as an attempt at the form


@dataclass(frozen=True)
class Form:
    """An edition with its headings folded, once for a document."""

    edition: Edition
    wanted: dict[str, tuple[tuple[str, ...], ...]]
    shown: dict[str, str]
    parts: frozenset[str]
    ignored: tuple[tuple[str, ...], ...]


def make_form(edition: Edition) -> Form:
    """Make an edition ready for matching."""
    expected = edition.expected()
    wanted = {key: tuple(map(split_heading, names)) for key, names in expected.items()}
    return Form(
        edition,
        wanted,
        {key: names[0] for key, names in expected.items()},
        frozenset(part for aliases in wanted.values() for alias in aliases for part in alias),
        tuple(split_heading(alias) for names in edition.ignorar for alias in names),
    )


@dataclass(frozen=True)
class Table:
    """A heading found in a sheet: its first row, and the column of each mapped key."""

    sheet: RawSheet
    top: int
    height: int
    columns: dict[str, int]


def choose_edition(document: RawDocument, layout: Layout | None) -> tuple[Layout, Edition | Cards]:
    """Find the edition whose headings the document has: of one layout, or of all that are known.

    Raises
    ------
    FormatoError
        None fits; says which were tried, which was nearest, and which headings it lacks.
    """
    candidates = [
        (la, name, ed) for la in ([layout] if layout else known_layouts()) for name, ed in la.ediciones.items()
    ]
    if not candidates:
        raise LayoutError("ningún layout conocido", "al menos uno", "indique `--layout ARCHIVO.yaml`")
    scored = [(*_score_edition(document, ed), la, name, ed) for la, name, ed in candidates]
    complete = [entry for entry in scored if not entry[1] and entry[0]]
    if complete:
        _, _, la, _, ed = max(complete, key=lambda entry: entry[0])
        return la, ed
    best = max(scored, key=lambda entry: entry[0] / max(entry[0] + len(entry[1]), 1))
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


def find_headings(sheet: RawSheet, form: Form) -> Iterator[Table]:
    """Yield each place in a sheet where the edition's headings stand.

    Raises
    ------
    FormatoError
        A heading of the form is missing there, stands twice, or is neither mapped nor ignored.
    """
    index = 0
    while index < len(sheet.filas):
        matched, missing, paths = _try_heading(sheet, index, form)
        if matched and len(matched) / (len(matched) + len(missing)) >= _NEAR:
            _refuse_bad_heading(sheet, index, form, matched, missing, paths)
            height = form.edition.encabezado.filas
            yield Table(sheet, index, height, {key: columns[0] for key, columns in matched.items()})
            index += height
        else:
            index += 1


def _try_heading(
    sheet: RawSheet, index: int, form: Form
) -> tuple[dict[str, list[int]], list[str], dict[int, tuple[str, ...]]]:
    """Match the rows from `index` on with the expected headings: columns by key, missing ones, paths by column."""
    texts = [cell for cell in sheet.filas[index] if isinstance(cell, str)]
    if sum(fold(text) in form.parts for text in texts) < min(2, len(form.wanted)):
        return {}, list(form.shown.values()), {}
    paths = _read_paths(sheet, index, form.edition.encabezado.filas)
    matched: dict[str, list[int]] = {}
    missing = []
    for key, aliases in form.wanted.items():
        columns = [column for column, path in paths.items() if any(_path_matches(path, alias) for alias in aliases)]
        if columns:
            matched[key] = columns
        else:
            missing.append(form.shown[key])
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
    form: Form,
    matched: dict[str, list[int]],
    missing: list[str],
    paths: dict[int, tuple[str, ...]],
) -> None:
    def show(column: int) -> str:
        rows = sheet.filas[index : index + form.edition.encabezado.filas]
        texts = [str(row[column]) for row in rows if column < len(row) and row[column] is not None]
        return f"«{texts[-1] if texts else paths[column][-1]}»"

    used = {column for columns in matched.values() for column in columns}
    strange = {
        c: p for c, p in paths.items() if c not in used and not any(_path_matches(p, alias) for alias in form.ignored)
    }
    if missing:
        names = ", ".join(f"«{text}»" for text in missing)
        near = [show(column) for column in strange]
        raise FormatoError(
            f"ningún encabezado {names}" + (f"; sin asignar: {', '.join(near)}" if near else ""),
            "todos los encabezados del layout",
            "corrija el encabezado en el documento, o agregue su nueva forma de escribirse en el layout",
            lugar=sheet.locate(index, min(strange, default=0)),
        )
    if strange:
        column, path = next(iter(strange.items()))
        raise FormatoError(
            f"la columna {show(column)}, que el layout no conoce",
            "solo columnas asignadas o declaradas en `ignorar:`",
            "asígnela en `columnas:` o agréguela a `ignorar:` del layout; "
            + suggest_sentence(path[-1], form.shown.values()),
            lugar=sheet.locate(index + form.edition.encabezado.filas - 1, column),
        )
    for key, columns in matched.items():
        if len(columns) > 1:
            raise FormatoError(
                f"el encabezado {show(columns[1])} dos veces",
                f"una sola columna para «{key}»",
                "escriba el encabezado con su grupo en el layout: «GRUPO > NOMBRE»",
                lugar=sheet.locate(index, columns[1]),
            )


def _score_edition(document: RawDocument, edition: Edition | Cards) -> tuple[int, list[str]]:
    if isinstance(edition, Cards):
        return score_cards(document, edition)
    return _score_headings(document, make_form(edition))


def _score_headings(document: RawDocument, form: Form) -> tuple[int, list[str]]:
    """Return how many headings the best row of the document matches, and which are missing there."""
    best: tuple[int, list[str]] = (0, list(form.shown.values()))
    for sheet in document.hojas:
        for index in range(len(sheet.filas)):
            matched, missing, _ = _try_heading(sheet, index, form)
            if len(matched) > best[0]:
                best = (len(matched), missing)
            if not missing:
                return best
    return best
