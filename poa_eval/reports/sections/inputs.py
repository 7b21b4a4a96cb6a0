"""Inputs: what a section takes, a quarter or an evaluation, and what it finds there: ledger, findings, documents."""

import pandas as pd

from poa_eval.audit.ledger import reconcile
from poa_eval.errors import ParamsError
from poa_eval.metrics.evaluation import Evaluation, is_unit
from poa_eval.quarter.quarter import Quarter
from poa_eval.readers.addresses import name_file
from poa_eval.text.wording import is_present

#: What a report is made from; of an evaluation alone there are no findings.
Source = Quarter | Evaluation


def take_evaluation(source: Source) -> Evaluation:
    """Return the evaluation of a quarter, or the one given; refuse anything else."""
    if not isinstance(source, Source):
        way_out = "evalúe primero el plan, poa.measure(plan, trimestre), o abra el documento con poa.open_document"
        raise ParamsError(f"un objeto {type(source).__name__}", "un Quarter o una Evaluation", way_out)
    return source.evaluacion if isinstance(source, Quarter) else source


def take_ledger(source: Source) -> pd.DataFrame:
    """Return what the documents print, obtained again, as `reconcile` gives it."""
    return source.conciliacion if isinstance(source, Quarter) else reconcile(take_evaluation(source).plan)


def pick_findings(q: Quarter) -> pd.DataFrame:
    """Return the findings of a report: a unit is not troubled with damage in the file."""
    table = q.hallazgos
    return table[~table["regla"].str.startswith("celda-")] if is_unit(q.evaluacion) else table


def list_notes(evaluation: Evaluation) -> list[str]:
    """List what the documents say of their own text and figures."""
    context = evaluation.plan.contexto
    texts = context.loc[context["clave"].isin(["nota", "fuente_del_documento"]), "texto"]
    return list(dict.fromkeys(str(text).rstrip(". ") for text in texts if is_present(text)))


def name_source(evaluation: Evaluation) -> str:
    """Return the documents of the figures, for the line under a table."""
    places = pd.concat([evaluation.plan.avances["fuente"], evaluation.plan.actividades["fuente"]]).dropna()
    files = dict.fromkeys(name_file(str(place)) for place in places)
    return ", ".join(files) or "el documento cargado"
