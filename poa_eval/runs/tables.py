"""Tables as CSV: the same bytes for the same figures, on every system."""

import csv
from collections.abc import Mapping
from datetime import date
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import pandas as pd


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    r"""Write each table as ``<name>.csv``: UTF-8, ``\n``, decimal point, missing values empty, whole numbers whole."""
    for name, table in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table.columns)
            writer.writerows([_format_cell(cell) for cell in row] for row in table.itertuples(index=False, name=None))


def _format_cell(cell: Any) -> str:
    if pd.isna(cell):
        return ""
    if pd.api.types.is_bool(cell):
        return "true" if cell else "false"
    if isinstance(cell, Integral):
        return str(int(cell))
    if isinstance(cell, Real):
        number = float(cell)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    return str(cell).replace("\r\n", "\n")
