"""Matrix: a quarter in the form in which institutions file it: activities by months, quarters and total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from poa_eval.appendix import name_all
from poa_eval.measure import Evaluation
from poa_eval.narrate import find_dues
from poa_eval.prove import PERCENT, STATES
from poa_eval.spread import Field, Spread
from poa_eval.values import MONTHS, QUARTERS
from poa_eval.windows import measure_window
from poa_eval.words import capitalize, has, name_span

_FIGURES = ("programado", "ejecutado")


def put_matrix(spread: Spread, e: Evaluation, periods: Sequence[Mapping]) -> None:
    """Lay out the sheet «Matriz»: per activity its months, the figures of each quarter, and the total to date."""
    due, closed = find_dues(e), [period for period in periods if period["cuenta"]]
    cells = {(period["actividad_id"], period["mes"]): period for period in closed if period["meses"] == 1}
    months = sorted({month for _, month in cells})
    quarters = range(1, e.trimestre + 1)
    units, results = name_all(e)[0], e.actividades.set_index("actividad_id").to_dict("index")
    is_wide = any(period["situacion"] == "sin reporte" for period in cells.values())
    known = (period[figure] for period in closed for figure in _FIGURES)
    width = 9 if is_wide or any(has(value) and abs(value) >= 10_000 for value in known) else 6
    total = f"Total {name_span(e.trimestre)}"
    groups = {-quarter: f"{QUARTERS[quarter - 1]} trimestre" for quarter in quarters} | {0: total}
    fields = [
        Field("Unidad", "nombre", width=20),
        Field("Actividad", "actividad", width=34),
        Field("Unidad de medida", "unidad_medida", width=15),
        Field("Meta anual", "meta_anual", "number", 9),
        *(Field(capitalize(MONTHS[m - 1]), (f, m), "number", width, capitalize(f)) for f in _FIGURES for m in months),
        *(Field(capitalize(f), (f, q), "number", 11, group) for q, group in groups.items() for f in _FIGURES),
        Field(PERCENT["acumulado"], "cumplimiento_acumulado", "percent", 14, total),
        Field(STATES["acumulado"], "estado", "state", 14, total),
    ]
    rows = []
    for activity in e.plan.actividades.to_dict("records"):
        key = activity["actividad_id"]
        row = activity | results[key] | {"nombre": units[activity["unidad_id"]]}
        for month in months:
            period = cells.get((key, month), {"situacion": ""})
            row |= {(figure, month): _say(period.get(figure), period["situacion"]) for figure in _FIGURES}
        for quarter in quarters:
            window = measure_window(activity, due, (quarter,), e.perfil)
            row["programado", -quarter] = window.programado
            row["ejecutado", -quarter] = _say(window.ejecutado, window.estado)
        row["programado", 0] = row["programado_acumulado"]
        row["ejecutado", 0] = _say(row["ejecutado_acumulado"], row["estado"])
        rows.append(row)
    note = "Los meses como los trae el documento; los trimestres y el total, con el comportamiento de cada indicador."
    foot = _sum_up(rows, fields) if e.plan.rule("suma_segun_documento") else None
    what = "actividades por mes y trimestre, como las llevan las instituciones"
    spread.put_table("Matriz", what, note, fields, rows, foot=foot, frozen=2)


def _say(result: float | None, state: str) -> float | str | None:
    return result if has(result) or state != "sin reporte" else state


def _sum_up(rows: list[dict], fields: list[Field]) -> dict:
    """Add up the columns of quantities of which no row is missing, as the document does in its own total."""
    foot: dict = {"nombre": "Suma según el documento, de las filas que trae"}
    for field in fields:
        column = [row[field.source] for row in rows] if field.kind == "number" else [None]
        if all(has(value) and not isinstance(value, str) for value in column):
            foot[field.source] = sum(column)
    return foot
