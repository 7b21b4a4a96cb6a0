"""Behaviour that a column says: which way is better, and how periods add up, by a layout's map or usual spellings."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from itertools import chain

from poa_eval.config.models import read_yaml
from poa_eval.errors import FormatoError, LayoutError
from poa_eval.loaders.columns import Columns
from poa_eval.loaders.rows import Row
from poa_eval.plan.accumulation import DECLARED, SERIES
from poa_eval.readers.cells import ShownPercent
from poa_eval.text.names import normalize


@cache
def _read_spellings() -> dict[str, dict[str, list[str]]]:
    """Return of each column value → how forms spell it."""
    with resources.as_file(resources.files("poa_eval.loaders") / "behaviour.yaml") as path:
        found = read_yaml(path, LayoutError)
    return found | {"acumulacion_programado": found["acumulacion"]}


def read_behaviour(run: Sequence[Row], values: dict[str, list], columns: Columns) -> None:
    """Let columns, and series that are printed cumulative, give direction and accumulation of each row.

    What is said of results holds for goals too, unless they say otherwise.

    Raises FormatoError, by its cell: a text that neither the layout's `valores` nor the usual spellings have.
    """
    for series in columns.edition.periodos:
        if series.acumulado:  # what is printed counts from January
            values[SERIES[series.columna]] = ["ultimo"] * len(run)
            values["acumulacion_origen"] = [DECLARED] * len(run)
    for name in _read_spellings():
        if name in run[0].table.columns:
            said = _translate(run, name, columns, list_spellings(name))
            for at, value in enumerate(said):
                values[name][at] = value or values[name][at]
                if value and name in SERIES.values():
                    values["acumulacion_origen"][at] = DECLARED
                    if name == "acumulacion":
                        values["acumulacion_programado"][at] = value
    if "unidad_medida" in columns.edition.valores and "unidad_medida" in run[0].table.columns:
        values["unidad_medida"] = _translate(run, "unidad_medida", columns, {})


def list_spellings(name: str) -> dict[str, str]:
    """Return how forms spell the values of a column, as `fold_words` gives it: text → value."""
    return {fold_words(text): value for value, texts in _read_spellings()[name].items() for text in texts}


def fold_words(text: str) -> str:
    """Return a text without what parts its words: «Quanto menor, melhor» is «quanto menor melhor»."""
    return " ".join(re.sub(r"[,;:.\-–—/]+", " ", normalize(text)).split()) or normalize(text)


def _translate(run: Sequence[Row], name: str, columns: Columns, usual: dict[str, str]) -> list[str | None]:
    """Return what the texts of a column mean, None where blank."""
    said = columns.edition.valores.get(name)
    known = {fold_words(text): value for text, value in said.items()} if said else usual
    found = []
    for row, text in zip(run, columns.texts(run, name), strict=True):
        value = known.get(fold_words(text)) if text else None
        if text and value is None:
            options = ", ".join(dict.fromkeys(said or _read_spellings()[name]))
            fault = FormatoError(
                f"«{text}» en la columna de `{name}`",
                f"uno de los textos que dice el layout: {options}" if said else f"una forma usual de decir {options}",
                f"diga en el layout qué vale cada texto: `{name}: {{columna: …, valores: {{texto: valor}}}}`",
                lugar=row.sheet.locate(row.index, row.table.columns[name]),
            )
            columns.refusals.add(fault)
        found.append(value)
    return found


def find_percents(run: Sequence[Row], columns: Columns) -> list[bool]:
    """Say of each row whether its periods carry a percent sign that is not only a format (`valor_sin_formato`)."""
    edition = columns.edition
    found = [False] * len(run)
    if not run[0].sheet.has_percents:
        return found
    series = (
        f"{s.columna}:{month}:{s.meses}"
        for s in edition.periodos
        if s.columna != "comentario"
        for month in s.headings()
    )
    for key in chain(series, ("programado", "ejecutado")):
        column = run[0].table.columns.get(key)
        cells = columns.cells(run, column)
        if column is None or columns.is_bare(key) or {ShownPercent, str}.isdisjoint(map(type, cells)):
            continue
        for at, cell in enumerate(cells):
            found[at] = found[at] or (isinstance(cell, str) and cell.rstrip().endswith("%"))
    return found


def fits_texts(cell: object, patterns: Iterable[str]) -> bool:
    """Say whether a cell has one of several texts, as `cuando` writes them: folded, `*` for any text."""
    text = normalize(str(cell or ""))
    return any(fnmatchcase(text, pattern) for pattern in patterns)
