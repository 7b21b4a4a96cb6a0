"""First filled: cells that stand in one of several columns, brought into the one that is read."""

from collections.abc import Sequence, Set

from poa_eval.loaders.headings import Table
from poa_eval.readers.cells import RawSheet


def fill_first(sheet: RawSheet, tables: Sequence[Table], blanks: Set[str]) -> RawSheet:
    """Return the sheet with the first filled cell of several columns in the one of each key (`primera`)."""
    for table, stop in zip(tables, [*(table.top for table in tables[1:]), len(sheet.filas)], strict=False):
        for key, others in table.further.items():
            rows = range(table.top + table.height, stop)
            sheet = sheet.fill_columns(rows, table.columns[key], others, blanks) if others else sheet
    return sheet
