"""Book: the figures of a quarter as a workbook to read, filter, print and check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from poa_eval.appendix import name_all, put_findings, put_ledger, put_plan
from poa_eval.cover import put_cover
from poa_eval.matrix import put_matrix
from poa_eval.measure import Evaluation, describe_quarter
from poa_eval.narrate import find_dues, name_quarter
from poa_eval.prove import GROUP, MET, PERCENT, SPANS, STATES
from poa_eval.quarter import Quarter
from poa_eval.spread import Field, Spread
from poa_eval.tally import put_proofs
from poa_eval.tell import has_plan
from poa_eval.values import name_period
from poa_eval.windows import list_window
from poa_eval.words import has, name_span

_ORIGINS = {"leido": "leído", "reconstruido": "reconstruido por las sumas del documento"}


def write_book(quarter: Quarter, path: str | Path) -> None:
    """Write the workbook of a quarter; the same quarter gives the same bytes.

    Parameters
    ----------
    quarter : Quarter
    path : path-like
        The ``.xlsx`` file.
    """
    e = quarter.evaluacion
    title = f"Evaluación del plan operativo anual · {name_quarter(e)}"
    spread = Spread(title, e.plan.institucion, e.plan.locale)
    cover = spread.add_sheet("Portada")
    periods, foot = [], 0
    if not e.solo_plan and len(e.actividades):
        periods = list_all_periods(e)
        foot = _put_units(spread, e)
        _put_activities(spread, e)
        _put_periods(spread, e, periods)
        put_matrix(spread, e, periods)
    if has_plan(e) and len(e.plan.actividades):
        put_plan(spread, e)
    put_findings(spread, quarter)
    put_ledger(spread, quarter)
    put_proofs(spread, e, periods, min(3 * e.trimestre, find_dues(e).corte), foot)
    put_cover(spread, cover, quarter)
    Path(path).write_bytes(spread.render())


def _say_yes(key: str) -> Callable[[Mapping], object]:
    return lambda row: None if pd.isna(row[key]) else "sí" if row[key] else "no"


def _name_state(e: Evaluation, key: str) -> Callable[[Mapping], object]:
    return lambda row: e.perfil.state_of(row[key]) if has(row[key]) else None


def _put_units(spread: Spread, e: Evaluation) -> int:
    """Lay out the units; the institution stands apart, below, in the row that is returned."""
    fields = [Field("Unidad", "nombre", width=40), Field("Actividades", "actividades", "number", 11)]
    for window in reversed(SPANS):
        for name, (title, is_percent) in GROUP.items():
            kind, optional = "percent" if is_percent else "number", name == "promedio_ponderado"
            fields.append(Field(f"{title} {SPANS[window]}", f"{name}_{window}", kind, is_optional=optional))
            if name == "promedio_topado":
                label = f"Estado según ese promedio {SPANS[window]}"
                fields.append(Field(label, _name_state(e, f"{name}_{window}"), "state", 15))
    fields += [
        Field("Avance anual", "avance_anual", "percent"),
        Field("Motivo de lo que falta", "motivo", width=34, is_optional=True),
        Field("Clave", "unidad_id", width=24, is_aside=True),
    ]
    rows = e.unidades.assign(nombre=e.unidades["unidad_id"].map(name_all(e)[0])).to_dict("records")
    whole = e.institucion.iloc[0].to_dict() | {"nombre": "Toda la institución"}
    note = f"A la fecha es {name_span(e.trimestre)}; en el trimestre, el {describe_quarter(e.trimestre)} solo."
    what = "cifras de cada unidad y de la institución"
    return spread.put_table("Unidades", what, note, fields, rows, foot=whole)[1]


def _put_activities(spread: Spread, e: Evaluation) -> None:
    units, plan = name_all(e)[0], e.plan.actividades.set_index("actividad_id").to_dict("index")
    said = e.plan.list_comments()
    rows = [
        plan[key := row["actividad_id"]] | row | {"nombre": units[row["unidad_id"]], "comentario": said.get(key)}
        for row in e.actividades.to_dict("records")
    ]
    fields = [
        Field("Código", "codigo", width=10, is_optional=True),
        Field("Actividad", "actividad", width=42),
        Field("Unidad", "nombre", width=24),
        Field("Indicador", "indicador", width=24, is_optional=True),
        Field("Unidad de medida", "unidad_medida", width=16),
        Field("Meta anual", "meta_anual", "number"),
    ]
    for window, span in SPANS.items():
        tail = "_trimestre" * (window == "trimestre")
        fields += [
            Field(f"Programado {span}", f"programado_{window}", "number", 13),
            Field(f"Ejecutado {span}", f"ejecutado_{window}", "number", 13),
            Field(PERCENT[window], f"cumplimiento_{window}", "percent", 15),
            Field(MET[window], _say_yes(f"meta_cumplida{tail}"), "state", 11),
            Field(STATES[window], f"estado{tail}", "state", 15),
        ]
    fields += [
        Field("Avance anual", "avance_anual", "percent"),
        Field("Motivo de lo que falta", "motivo", width=30, is_optional=True),
        Field("Comentario de la unidad", "comentario", width=42, is_optional=True),
        Field("Línea base", "linea_base", "number", is_aside=True, is_optional=True),
        Field("Ponderación", "ponderacion", "number", is_aside=True, is_optional=True),
        Field("Fórmula", "formula", width=44, is_aside=True),
        Field("Lugar en el documento", "fuente", width=34, is_aside=True),
        Field("Clave", "actividad_id", width=30, is_aside=True),
        Field("Clave de la unidad", "unidad_id", width=24, is_aside=True),
    ]
    note = "Una celda vacía es una cifra que no hay: el estado y el motivo dicen por qué. No cuenta como cero."
    what = "lo programado y lo ejecutado de cada actividad, con su estado"
    frozen = 1 + any(has(row["codigo"]) for row in rows)
    spread.put_table("Actividades", what, note, fields, rows, frozen=frozen)


def list_all_periods(e: Evaluation) -> list[dict]:
    """List every period of the year, those that lack a report included.

    As rows of `avances`, with `situacion`, what the period is in words, and `cuenta`, whether it is closed.
    """
    due = find_dues(e)
    quarters = tuple(q for q in range(1, e.trimestre + 1) if q not in due.absent)
    last, rows = min(due.corte, 3 * e.trimestre), []
    for activity in e.plan.actividades.to_dict("records"):
        key = activity["actividad_id"]
        blank = dict.fromkeys(e.plan.avances.columns) | {"actividad_id": key, "fuente": activity["fuente"]}
        lacking = [blank | {"mes": m, "meses": n, "falta": True} for m, n in list_window(activity, due, quarters)[1]]
        for row in sorted([*due.periods.get(key, ()), *lacking], key=lambda row: (row["mes"], row["meses"])):
            word = _name_situation(row, activity) if row["mes"] <= last else "posterior al corte"
            rows.append(row | {"situacion": word, "cuenta": row["mes"] <= last})
    return rows


def _name_situation(row: Mapping, activity: Mapping) -> str:
    if has(row["ejecutado"]):
        return "informado"
    if row["programado"] == 0 and activity["sentido"] != "descendente":
        return "no programada"
    return "sin reporte" if has(row["programado"]) or row.get("falta") else "sin meta ni resultado"


def _put_periods(spread: Spread, e: Evaluation, periods: list[dict]) -> None:
    plan = e.plan.actividades.set_index("actividad_id").to_dict("index")
    units, names = name_all(e)
    rows = [plan[row["actividad_id"]] | row for row in periods]
    fields = [
        Field("Actividad", lambda row: names[row["actividad_id"]], width=42),
        Field("Periodo", lambda row: name_period(row["mes"], row["meses"]), width=13),
        Field("Unidad", lambda row: units[row["unidad_id"]], width=24),
        Field("Unidad de medida", "unidad_medida", width=15, is_optional=True),
        Field("Programado", "programado", "number", 13),
        Field("Ejecutado", "ejecutado", "number", 13),
        Field("Situación", "situacion", "state", 17),
        Field("Comentario de la unidad", "comentario", width=42, is_optional=True),
        Field("Lugar en el documento", "fuente", width=30),
        Field("Programado inicial", "programado_inicial", "number", 13, is_aside=True, is_optional=True),
        Field("Mes de cierre", "mes", "number", 9, is_aside=True),
        Field("Meses que abarca", "meses", "number", 9, is_aside=True),
        Field("Origen", lambda row: _ORIGINS.get(row["origen"]), width=15, is_aside=True),
        Field("Clave", "actividad_id", width=30, is_aside=True),
    ]
    note = "De estas celdas salen las sumas. «Sin reporte»: venció y nadie informó su resultado; no es un cero."
    what = "lo programado y lo ejecutado en cada mes o trimestre"
    spread.put_table("Periodos", what, note, fields, rows, frozen=2)
