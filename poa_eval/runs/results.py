"""Write what a run leaves besides reports; tables as CSV: the same bytes for the same figures, on every system."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from poa_eval.quarter.quarter import Quarter


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    r"""Write each table as ``<name>.csv``: UTF-8, ``\n``, decimal point, missing values empty, whole numbers as such.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables by name.
    folder : Path
        Existing folder.
    """
    for name, table in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table.columns)
            writer.writerows([_format_cell(cell) for cell in row] for row in table.itertuples(index=False, name=None))


def _format_cell(cell: object) -> str:
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


def write_results(quarter: Quarter, folder: Path) -> None:
    """Write into a folder what a run leaves besides reports and evidence: tables, observations, the workbook."""
    from poa_eval.forms.observations import write_observations
    from poa_eval.workbook.book import write_book

    (folder / "datos").mkdir()
    write_tables(_list_results(quarter), folder / "datos")
    write_observations(quarter, folder)
    write_book(quarter, folder / "evaluacion.xlsx")


def _list_results(quarter: Quarter) -> dict[str, pd.DataFrame]:
    from poa_eval.audit.ledger import LEDGER_COLUMNS

    evaluation = quarter.evaluacion
    return {
        **quarter.plan.tables(),
        "hallazgos": quarter.hallazgos,
        "conciliacion": quarter.conciliacion[list(LEDGER_COLUMNS)],
        "evaluabilidad": evaluation.evaluability.actividades,
        "evaluacion_actividades": evaluation.actividades,
        "evaluacion_unidades": evaluation.unidades,
        "evaluacion_institucion": evaluation.institucion,
        **({"respuestas": quarter.respuestas} if quarter.params.respuestas else {}),
    }
