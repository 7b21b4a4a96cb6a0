"""Sheets: those of a document that an edition reads, and their cells that stand in one of several columns."""

from collections.abc import Iterable, Iterator, Sequence, Set
from fnmatch import fnmatchcase

from poa_eval.layouts.layout import Edition
from poa_eval.loaders.headings import Table
from poa_eval.readers.cells import RawDocument, RawSheet
from poa_eval.text.names import normalize


def list_sheets(document: RawDocument, edition: Edition) -> Iterator[RawSheet]:
    """Yield the sheets that an edition reads, hidden ones included."""
    others = [name for item in (*edition.unir, *edition.tablas) for name in item.hojas]
    for sheet in document.hojas:
        wanted = not edition.hojas or is_named(sheet, edition.hojas)
        if wanted and not is_named(sheet, (*edition.ignorar_hojas, *others)):
            yield sheet


def is_named(sheet: RawSheet, patterns: Iterable[str]) -> bool:
    """Say whether the name of a sheet fits one of several (`*` for any text)."""
    return any(fnmatchcase(normalize(sheet.hoja or ""), normalize(pattern)) for pattern in patterns)


def fill_first(sheet: RawSheet, tables: Sequence[Table], blanks: Set[str]) -> RawSheet:
    """Return the sheet with the first filled cell of several columns in the one of each key (`primera`)."""
    for table, stop in zip(tables, [*(table.top for table in tables[1:]), len(sheet.filas)], strict=False):
        for key, others in table.further.items():
            rows = range(table.top + table.height, stop)
            sheet = sheet.fill_columns(rows, table.columns[key], others, blanks) if others else sheet
    return sheet
