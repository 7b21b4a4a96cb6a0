"""Results of a run besides its reports: tables, workbooks to return observations in, and the workbook."""

from pathlib import Path

import pandas as pd

from poa_eval.audit.findings import FINDING_COLUMNS
from poa_eval.audit.ledger import LEDGER_COLUMNS
from poa_eval.forms.observations import write_observations
from poa_eval.quarter.quarter import Quarter
from poa_eval.runs.tables import write_tables
from poa_eval.workbook.book import write_book


def write_results(quarter: Quarter, folder: Path) -> None:
    """Write into a folder what a run leaves besides reports and evidence: tables, observations, the workbook."""
    (folder / "datos").mkdir()
    write_tables(_list_results(quarter), folder / "datos")
    write_observations(quarter, folder)
    write_book(quarter, folder / "evaluacion.xlsx")


def _list_results(quarter: Quarter) -> dict[str, pd.DataFrame]:
    evaluation = quarter.evaluacion
    return {
        **quarter.plan.tables(),
        "hallazgos": quarter.hallazgos[FINDING_COLUMNS],
        "conciliacion": quarter.conciliacion[list(LEDGER_COLUMNS)],
        "evaluabilidad": evaluation.evaluability.actividades,
        "evaluacion_actividades": evaluation.actividades,
        "evaluacion_unidades": evaluation.unidades,
        "evaluacion_institucion": evaluation.institucion,
        **({"respuestas": quarter.respuestas} if quarter.params.respuestas else {}),
    }
