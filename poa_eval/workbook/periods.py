"""Periods: the sheets «Periodos», period by period, and «Matriz», months and quarters side by side."""

from collections.abc import Mapping, Sequence

from poa_eval.excel import Spread
from poa_eval.metrics.due import list_window
from poa_eval.metrics.evaluation import Evaluation
from poa_eval.plan.accumulation import SERIES, has_no_cases
from poa_eval.reports.sections.activities import PERCENT, STATE
from poa_eval.text.columns import Column
from poa_eval.text.periods import MONTHS, QUARTERS, name_period
from poa_eval.text.wording import capitalize, is_present, name_span

Activities = Mapping[str, Mapping]
_ORIGINS = {"leido": "leído", "reconstruido": "reconstruido por las sumas del documento"}


def list_periods(e: Evaluation, activities: Activities, last: int) -> list[dict]:
    """List every period of the year, those that lack a report included.

    As rows of `avances`, with `situacion`, what the period is in words, and `cuenta`, whether it is closed.
    """
    due = e.due
    quarters = tuple(q for q in range(1, e.trimestre + 1) if q not in due.absent)
    rows = []
    for key, activity in activities.items():
        blank = dict.fromkeys(e.plan.avances.columns) | {"actividad_id": key, "fuente": activity["fuente"]}
        lacking = [blank | {"mes": m, "meses": n, "falta": True} for m, n in list_window(activity, due, quarters)[1]]
        for row in sorted([*due.periods.get(key, ()), *lacking], key=lambda row: (row["mes"], row["meses"])):
            word = _name_situation(row, activity) if row["mes"] <= last else "posterior al corte"
            rows.append(row | {"situacion": word, "cuenta": row["mes"] <= last})
    return rows


def _name_situation(row: Mapping, activity: Mapping) -> str:
    if is_present(row["ejecutado"]) or has_no_cases(row, activity):
        return "informado"
    if row["programado"] == 0 and activity["sentido"] != "descendente":
        return "no programada"
    return "sin reporte" if is_present(row["programado"]) or row.get("falta") else "sin meta ni resultado"


def put_periods(spread: Spread, activities: Activities, periods: Sequence[Mapping]) -> None:
    """Lay out the sheet «Periodos»: what was programmed and executed in each month or quarter."""
    rows = [activities[row["actividad_id"]] | row for row in periods]
    is_ratio = any(row["acumulacion"] == "razon" for row in activities.values())
    parts = ("numerador", "denominador") if is_ratio else ()  # live formulas of ratios name them
    columns = [
        Column("Actividad", "llamada", width=42),
        Column("Periodo", lambda row: name_period(row["mes"], row["meses"]), width=13),
        Column("Unidad", "nombre", width=24),
        Column("Unidad de medida", "unidad_medida", width=15, is_optional=True),
        Column("Programado", "programado", "number", 13),
        Column("Ejecutado", "ejecutado", "number", 13),
        Column("Situación", "situacion", "state", 17),
        Column("Comentario de la unidad", "comentario", width=42, is_optional=True),
        Column("Lugar en el documento", "fuente", width=30),
        Column("Programado inicial", "programado_inicial", "number", 13, is_aside=True, is_optional=True),
        *(Column(name.capitalize(), name, "number", 13, is_aside=True) for name in parts),
        Column("Mes de cierre", "mes", "number", 9, is_aside=True),
        Column("Meses que abarca", "meses", "number", 9, is_aside=True),
        Column("Origen", lambda row: _ORIGINS.get(row["origen"]), width=15, is_aside=True),
        Column("Clave", "actividad_id", width=30, is_aside=True),
    ]
    note = "De estas celdas salen las sumas. «Sin reporte»: venció y nadie informó su resultado; no es un cero."
    what = "lo programado y lo ejecutado en cada mes o trimestre"
    spread.put_table("Periodos", what, note, columns, rows, frozen=2)


def put_matrix(spread: Spread, e: Evaluation, activities: Activities, periods: Sequence[Mapping]) -> None:
    """Lay out the sheet «Matriz»: per activity its months, the figures of each quarter, and the total to date."""
    closed = [period for period in periods if period["cuenta"]]
    cells = {(period["actividad_id"], period["mes"]): period for period in closed if period["meses"] == 1}
    months = sorted({month for _, month in cells})
    quarters = range(1, e.trimestre + 1)
    is_wide = any(period["situacion"] == "sin reporte" for period in cells.values())
    known = (period[figure] for period in closed for figure in SERIES)
    width = 9 if is_wide or any(is_present(value) and abs(value) >= 10_000 for value in known) else 6
    total = f"Total {name_span(*e.months)}"
    groups = {-quarter: f"{QUARTERS[quarter - 1]} trimestre" for quarter in quarters} | {0: total}
    columns = [
        Column("Unidad", "nombre", width=20),
        Column("Actividad", "actividad", width=34),
        Column("Unidad de medida", "unidad_medida", width=15),
        Column("Meta anual", "meta_anual", "number", 9),
        *(
            Column(capitalize(MONTHS[m - 1]), (f, m), "number", width, group=capitalize(f))
            for f in SERIES
            for m in months
        ),
        *(Column(capitalize(f), (f, q), "number", 11, group=group) for q, group in groups.items() for f in SERIES),
        Column(PERCENT["acumulado"], "cumplimiento_acumulado", "percent", 14, group=total),
        Column(STATE["acumulado"], "estado", "state", 14, group=total),
    ]
    rows = []
    for key, activity in activities.items():
        row = {**activity}
        for month in months:
            period = cells.get((key, month), {"situacion": ""})
            row |= {(figure, month): _say_result(period.get(figure), period["situacion"]) for figure in SERIES}
        for quarter in quarters:
            window = e.windows.find(key, (quarter,))
            row["programado", -quarter] = window.programado
            row["ejecutado", -quarter] = _say_result(window.ejecutado, window.estado)
        row["programado", 0] = row["programado_acumulado"]
        row["ejecutado", 0] = _say_result(row["ejecutado_acumulado"], row["estado"])
        rows.append(row)
    note = "Los meses como los trae el documento; los trimestres y el total, con el comportamiento de cada indicador."
    foot = _sum_up(rows, columns) if e.plan.rule("suma_segun_documento") else None
    what = "actividades por mes y trimestre, como las llevan las instituciones"
    spread.put_table("Matriz", what, note, columns, rows, foot=foot, grouped=True, frozen=2)


def _say_result(result: float | None, state: str) -> float | str | None:
    return result if is_present(result) or state != "sin reporte" else state


def _sum_up(rows: list[dict], columns: list[Column]) -> dict:
    """Add up the columns of quantities of which no row is missing, as the document does in its own total."""
    foot: dict = {"nombre": "Suma según el documento, de las filas que trae"}
    for column in columns:
        values = [row[column.value] for row in rows] if column.kind == "number" else [None]
        if all(is_present(value) and not isinstance(value, str) for value in values):
            foot[column.value] = sum(values)
    return foot
