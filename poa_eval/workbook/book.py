"""Book: the figures of a quarter as a workbook to read, filter, print and check: its sheets, from cover to proofs."""

from collections.abc import Callable, Mapping
from pathlib import Path

from poa_eval.audit.findings import SEVERITIES
from poa_eval.excel import Spread
from poa_eval.metrics.evaluability import CRITERIA
from poa_eval.metrics.evaluation import Evaluation, describe_quarter, has_plan, lacks_programme, name_quarter
from poa_eval.metrics.registry import FIGURES, YEAR_FIGURES
from poa_eval.quarter.quarter import Quarter
from poa_eval.reports.sections import activities, evaluability, findings, investment, reconciliation, schedule
from poa_eval.reports.sections.activities import SPANS
from poa_eval.reports.sections.provenance import Provenance
from poa_eval.text.columns import Column
from poa_eval.text.wording import is_present, name_span, name_units
from poa_eval.workbook.cover import put_cover
from poa_eval.workbook.formulas import put_proofs
from poa_eval.workbook.periods import Activities, list_periods, put_matrix, put_periods


def write_book(quarter: Quarter, path: str | Path) -> None:
    """Write the workbook of a quarter as an ``.xlsx`` file; the same quarter gives the same bytes."""
    e = quarter.evaluacion
    title = f"Evaluación del plan operativo anual · {name_quarter(e)}"
    spread = Spread(title, e.plan.institucion, e.plan.locale)
    cover = spread.add_sheet("Portada")
    rows, periods, foot = activities.list_activities(e), [], 0
    last = min(e.due.corte, 3 * e.trimestre)
    if not e.solo_plan and rows:
        periods = list_periods(e, rows, last)
        foot = _put_units(spread, e)
        _put_activities(spread, e, rows)
        put_periods(spread, rows, periods)
        put_matrix(spread, e, rows, periods)
    if has_plan(e) and rows:
        _put_plan(spread, e, rows)
    _put_findings(spread, quarter)
    _put_ledger(spread, quarter)
    put_proofs(spread, e, rows, periods, last, foot)
    put_cover(spread, cover, quarter)
    Path(path).write_bytes(spread.render())


def _name_state(e: Evaluation, key: str) -> Callable[[Mapping], object]:
    return lambda row: e.perfil.state_of(row[key]) if is_present(row[key]) else None


def _put_units(spread: Spread, e: Evaluation) -> int:
    """Lay out the units; the institution stands apart, below, in the row that is returned."""
    columns = [Column("Unidad", "nombre", width=40), Column("Actividades", "actividades", "number", 11)]
    for window in reversed(SPANS):
        for name, figure in FIGURES.items():
            heading, optional = f"{figure.label} {SPANS[window]}", figure.needs_weights
            columns.append(Column(heading, f"{name}_{window}", figure.cell_kind, is_optional=optional))
            if figure.gives_state:
                label = f"Estado según ese promedio {SPANS[window]}"
                columns.append(Column(label, _name_state(e, f"{name}_{window}"), "state", 15))
    columns += [
        Column("Avance anual", "avance_anual", "percent"),
        *(Column(f.label, name, "percent") for name, f in YEAR_FIGURES.items() if lacks_programme(e)),
        Column("Motivo de lo que falta", "motivo", width=34, is_optional=True),
        Column("Clave", "unidad_id", width=24, is_aside=True),
    ]
    rows = e.unidades.assign(nombre=e.unidades["unidad_id"].map(name_units(e.plan.unidades))).to_dict("records")
    whole = e.institucion.iloc[0].to_dict() | {"nombre": "Toda la institución"}
    note = f"A la fecha es {name_span(*e.months)}; en el trimestre, el {describe_quarter(e.trimestre)} solo."
    what = "cifras de cada unidad y de la institución"
    return spread.put_table("Unidades", what, note, columns, rows, foot=whole)[1]


def _put_activities(spread: Spread, e: Evaluation, rows: Activities) -> None:
    """Lay out the activities with their figures in the quarter and to date."""
    note = "Una celda vacía es una cifra que no hay: el estado y el motivo dicen por qué. No cuenta como cero."
    what = "lo programado y lo ejecutado de cada actividad, con su estado"
    frozen = 1 + any(is_present(row["codigo"]) for row in rows.values())
    spread.put_table("Actividades", what, note, activities.list_columns(Provenance(e)), [*rows.values()], frozen=frozen)


def _put_plan(spread: Spread, e: Evaluation, rows: Activities) -> None:
    """Lay out what the plan itself says: how far it can be evaluated, when things fall due, what they cost."""
    plan = e.plan.actividades
    frozen = 1 + bool(plan["codigo"].notna().any())
    note = f"Evaluabilidad: criterios cumplidos / {len(CRITERIA)} × 100."
    what = "qué dice el plan de cada actividad para poder evaluarla"
    found = evaluability.list_records(e)
    spread.put_table("Evaluabilidad", what, note, evaluability.COLUMNS, found, frozen=frozen)
    if len(e.schedule.meses):
        note = f"El trimestre de este libro es el {describe_quarter(e.trimestre)}. "
        note += "«Sin calendario»: el plan no dice cuándo; no es lo mismo que no programada."
        what = "en qué meses vence o está prevista cada actividad"
        spread.put_table("Calendario", what, note, schedule.list_columns(e), [*rows.values()], frozen=frozen)
    if plan["inversion"].notna().any():
        total = {"actividad": "Total de las actividades", "inversion": plan["inversion"].sum()}
        note = "En la moneda del documento. Una celda vacía es un monto que el documento no dice; no es un cero."
        what = "lo que el plan prevé gastar en cada actividad"
        spread.put_table(
            "Inversión", what, note, investment.list_columns(e.plan.locale), [*rows.values()], foot=total, frozen=frozen
        )


def _put_findings(spread: Spread, quarter: Quarter) -> None:
    """Lay out what does not add up in the documents, the gravest first, and what units answered."""
    rows = quarter.hallazgos.to_dict("records")
    rows.sort(key=lambda row: (SEVERITIES.index(row["gravedad"]), row["regla"]))
    if rows:
        note = "El primer paso es mirar el lugar citado en el documento."
        what = "lo que no cuadra o falta en los documentos, y dónde"
        spread.put_table("Hallazgos", what, note, findings.list_columns(quarter), rows, frozen=2)


def _put_ledger(spread: Spread, quarter: Quarter) -> None:
    """Lay out each figure that the document prints against the one that its rows give."""
    rows = quarter.conciliacion.to_dict("records")
    if rows:
        note = "Recalculado: lo que sale de las filas del documento; vacío donde no las trae."
        what = "cada cifra que el documento imprime dos veces, frente a la que sale de sus filas"
        spread.put_table("Conciliación", what, note, reconciliation.list_columns(quarter.plan), rows)
