"""Appendix: the sheets of a workbook on the plan itself, on the findings, and on what the document prints twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from poa_eval.audit.findings import SEVERITIES
from poa_eval.excel import Field, Spread
from poa_eval.forms.answers import tell_answer
from poa_eval.metrics.evaluability import CRITERIA
from poa_eval.metrics.evaluation import Evaluation, describe_quarter
from poa_eval.metrics.schedule import ORIGINS
from poa_eval.quarter.quarter import Quarter
from poa_eval.text.periods import MONTH_NAMES, QUARTERS
from poa_eval.text.wording import capitalize, is_present, name_activity, name_rule

Activities = Mapping[str, Mapping]
_START = [
    Field("Código", "codigo", width=10, is_optional=True),
    Field("Actividad", "actividad", width=38),
    Field("Unidad", "nombre", width=22),
]
_KEYS = [
    Field("Lugar en el documento", "fuente", width=30, is_aside=True),
    Field("Clave", "actividad_id", width=30, is_aside=True),
    Field("Clave de la unidad", "unidad_id", width=24, is_aside=True),
]


def put_plan(spread: Spread, e: Evaluation, rows: Activities) -> None:
    """Lay out what the plan itself says: how far it can be evaluated, when things fall due, what they cost."""
    plan = e.plan.actividades
    frozen = 1 + bool(plan["codigo"].notna().any())
    _put_evaluability(spread, e, rows, frozen)
    _put_calendar(spread, e, rows, frozen)
    if plan["inversion"].notna().any():
        fields = [
            *_START,
            Field("Inversión", "inversion", "number", 16),
            Field("Lo que dice el documento", "inversion_texto", width=44, is_optional=True),
            Field("Recursos", "recursos", width=34, is_optional=True),
            *_KEYS,
        ]
        total = {"actividad": "Total de las actividades", "inversion": plan["inversion"].sum()}
        note = "En la moneda del documento. Una celda vacía es un monto que el documento no dice; no es un cero."
        what = "lo que el plan prevé gastar en cada actividad"
        spread.put_table("Inversión", what, note, fields, [*rows.values()], foot=total, frozen=frozen)


def _put_evaluability(spread: Spread, e: Evaluation, rows: Activities, frozen: int) -> None:
    fields = [
        *_START,
        *(Field(capitalize(name), say_yes(key), "state", 11) for key, (name, _) in CRITERIA.items()),
        Field("Evaluabilidad", "evaluabilidad", "percent", 13),
        Field("Qué le falta", "faltan", width=36, is_optional=True),
        Field("Meta", "meta_texto", width=40, is_aside=True, is_optional=True),
        Field("Indicador", "indicador", width=34, is_aside=True, is_optional=True),
        *_KEYS,
    ]
    found = [rows[row["actividad_id"]] | row for row in e.evaluability.actividades.to_dict("records")]
    note = f"Evaluabilidad: criterios cumplidos / {len(CRITERIA)} × 100."
    what = "qué dice el plan de cada actividad para poder evaluarla"
    spread.put_table("Evaluabilidad", what, note, fields, found, frozen=frozen)


def _put_calendar(spread: Spread, e: Evaluation, rows: Activities, frozen: int) -> None:
    marks = {(m["actividad_id"], m["mes"]): ORIGINS[m["origen"]][2] for m in e.schedule.meses.to_dict("records")}
    if not marks:
        return

    def name_quarters(row: Mapping) -> str:
        own = sorted({(month + 2) // 3 for key, month in marks if key == row["actividad_id"]})
        return ", ".join(QUARTERS[quarter - 1] for quarter in own) or "sin calendario"

    fields = [
        *_START,
        Field("Trimestres", name_quarters, width=13),
        Field("Frecuencia", "frecuencia", width=12, is_optional=True),
        *(
            Field(capitalize(name), lambda row, m=month: marks.get((row["actividad_id"], m)), "state", 10)
            for month, name in enumerate(MONTH_NAMES, start=1)
        ),
        *_KEYS,
    ]
    note = f"El trimestre de este libro es el {describe_quarter(e.trimestre)}. "
    note += "«Sin calendario»: el plan no dice cuándo; no es lo mismo que no programada."
    what = "en qué meses vence o está prevista cada actividad"
    spread.put_table("Calendario", what, note, fields, [*rows.values()], frozen=frozen)


def put_findings(spread: Spread, quarter: Quarter, units: Mapping[str, str], activities: Activities) -> None:
    """Lay out what does not add up in the documents, the gravest first, and what units answered."""
    told = {row["hallazgo_id"]: tell_answer(row) for row in quarter.respuestas.to_dict("records")}
    names = {key: row["llamada"] for key, row in activities.items()}
    rows = quarter.hallazgos.to_dict("records")
    rows.sort(key=lambda row: (SEVERITIES.index(row["gravedad"]), row["regla"]))
    fields = [
        Field("Gravedad", "gravedad", "state", 13),
        Field("Regla", lambda row: name_rule(row["regla"]), width=24),
        Field("Hallazgo", "mensaje", width=64),
        Field("Unidad", lambda row: units.get(row["unidad_id"], "Todo el documento"), width=28),
        Field("Actividad", lambda row: names.get(row["actividad_id"]), width=40, is_optional=True),
        Field("Lugar en el documento", "fuente", width=34),
        Field("Respuesta de la unidad", lambda row: told.get(row["hallazgo_id"]), width=36, is_optional=True),
        Field("Mes de cierre", "mes", "number", 9, is_aside=True, is_optional=True),
        Field("Encontrado", _take_number("encontrado"), width=24, is_aside=True, is_optional=True),
        Field("Esperado", _take_number("esperado"), width=24, is_aside=True, is_optional=True),
        Field("Diferencia", "diferencia", "number", is_aside=True, is_optional=True),
        Field("Clave del hallazgo", "hallazgo_id", width=14, is_aside=True),
    ]
    if rows:
        note = "El primer paso es mirar el lugar citado en el documento."
        what = "lo que no cuadra o falta en los documentos, y dónde"
        spread.put_table("Hallazgos", what, note, fields, rows, frozen=2)


def _take_number(key: str) -> Callable[[Mapping], object]:
    """Return what takes a text of a finding; as a number where it is one: those of a difference are plain decimals."""
    return lambda row: (
        (float(row[key]), "number") if is_present(row["diferencia"]) and is_present(row[key]) else row[key]
    )


def put_ledger(spread: Spread, ledger: pd.DataFrame, units: Mapping[str, str]) -> None:
    """Lay out each figure that the document prints against the one that its rows give."""
    rows = ledger.to_dict("records")
    percents = ("avance_pct", "avance_absoluto")

    def take(key: str) -> Callable[[Mapping], object]:
        return lambda row: (row[key], "percent" if row["cifra"] in percents else "number")

    fields = [
        Field("Resultado", "resultado", "state", 16),
        Field("Cifra, y cómo se obtiene de nuevo", "concepto", width=70),
        Field("Unidad", lambda row: units.get(row["unidad_id"]), width=28, is_optional=True),
        Field("Publicado", take("publicado"), width=13),
        Field("Recalculado", take("recalculado"), width=13),
        Field("Diferencia", "diferencia", "number"),
        Field("Lugar en el documento", "fuente", width=34),
        Field("Documento", "documento", width=24, is_aside=True),
        Field("Clave", "actividad_id", width=30, is_aside=True, is_optional=True),
    ]
    if rows:
        note = "Recalculado: lo que sale de las filas del documento; vacío donde no las trae."
        what = "cada cifra que el documento imprime dos veces, frente a la que sale de sus filas"
        spread.put_table("Conciliación", what, note, fields, rows)


def say_yes(key: str) -> Callable[[Mapping], object]:
    """Return what takes whether something is so, as a word."""
    return lambda row: None if pd.isna(row[key]) else "sí" if row[key] else "no"


def list_activities(e: Evaluation, units: Mapping[str, str]) -> Activities:
    """Return by its id what plan and evaluation say of each activity, with its unit's and its own name as shown."""
    tables = (table.to_dict("records") for table in (e.plan.actividades, e.actividades))
    activities, said = {}, e.plan.list_comments()
    for row, result in zip(*tables, strict=True):
        own = {"nombre": units[row["unidad_id"]], "llamada": name_activity(row, row["codigo"])}
        activities[row["actividad_id"]] = row | result | own | {"comentario": said.get(row["actividad_id"])}
    return activities
