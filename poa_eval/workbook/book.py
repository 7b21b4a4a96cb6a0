"""Book: the figures of a quarter as a workbook to read, filter, print and check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from poa_eval.excel import Spread
from poa_eval.metrics.due import DuePeriods, list_window
from poa_eval.metrics.evaluation import Evaluation, describe_quarter, has_plan, name_quarter
from poa_eval.metrics.registry import FIGURES
from poa_eval.quarter.quarter import Quarter
from poa_eval.reports.sections.activities import PERCENT, SPANS, STATE, list_activities, list_columns
from poa_eval.reports.sections.provenance import Provenance
from poa_eval.text.columns import Column
from poa_eval.text.periods import MONTHS, QUARTERS, name_period
from poa_eval.text.wording import capitalize, is_present, name_span, name_unit
from poa_eval.workbook.cover import put_cover
from poa_eval.workbook.sheets import Activities, put_findings, put_ledger, put_plan
from poa_eval.workbook.tally import put_proofs

_FIGURES = ("programado", "ejecutado")
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
    units = {row["unidad_id"]: name_unit(row["unidad_id"], row["unidad"]) for row in e.plan.unidades.to_dict("records")}
    activities, due = list_activities(e), e.due
    last, periods, foot = min(due.corte, 3 * e.trimestre), [], 0
    if not e.solo_plan and activities:
        periods = _list_periods(e, activities, due, last)
        foot = _put_units(spread, e, units)
        _put_activities(spread, e, activities)
        _put_periods(spread, activities, periods)
        _put_matrix(spread, e, activities, periods, due)
    if has_plan(e) and activities:
        put_plan(spread, e, activities)
    put_findings(spread, quarter)
    put_ledger(spread, quarter)
    put_proofs(spread, e, activities, periods, last, foot)
    put_cover(spread, cover, quarter)
    Path(path).write_bytes(spread.render())


def _name_state(e: Evaluation, key: str) -> Callable[[Mapping], object]:
    return lambda row: e.perfil.state_of(row[key]) if is_present(row[key]) else None


def _put_units(spread: Spread, e: Evaluation, units: Mapping[str, str]) -> int:
    """Lay out the units; the institution stands apart, below, in the row that is returned."""
    fields = [Column("Unidad", "nombre", width=40), Column("Actividades", "actividades", "number", 11)]
    for window in reversed(SPANS):
        for name, figure in FIGURES.items():
            heading, kind = f"{figure.label} {SPANS[window]}", "percent" if figure.kind == "percent" else "number"
            fields.append(Column(heading, f"{name}_{window}", kind, is_optional=figure.needs_weights))
            if figure.gives_state:
                label = f"Estado según ese promedio {SPANS[window]}"
                fields.append(Column(label, _name_state(e, f"{name}_{window}"), "state", 15))
    fields += [
        Column("Avance anual", "avance_anual", "percent"),
        Column("Motivo de lo que falta", "motivo", width=34, is_optional=True),
        Column("Clave", "unidad_id", width=24, is_aside=True),
    ]
    rows = e.unidades.assign(nombre=e.unidades["unidad_id"].map(units)).to_dict("records")
    whole = e.institucion.iloc[0].to_dict() | {"nombre": "Toda la institución"}
    note = f"A la fecha es {name_span(e.trimestre)}; en el trimestre, el {describe_quarter(e.trimestre)} solo."
    what = "cifras de cada unidad y de la institución"
    return spread.put_table("Unidades", what, note, fields, rows, foot=whole)[1]


def _put_activities(spread: Spread, e: Evaluation, activities: Activities) -> None:
    note = "Una celda vacía es una cifra que no hay: el estado y el motivo dicen por qué. No cuenta como cero."
    what = "lo programado y lo ejecutado de cada actividad, con su estado"
    frozen = 1 + any(is_present(row["codigo"]) for row in activities.values())
    spread.put_table("Actividades", what, note, list_columns(Provenance(e)), [*activities.values()], frozen=frozen)


def _list_periods(e: Evaluation, activities: Activities, due: DuePeriods, last: int) -> list[dict]:
    """List every period of the year, those that lack a report included.

    As rows of `avances`, with `situacion`, what the period is in words, and `cuenta`, whether it is closed.
    """
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
    if is_present(row["ejecutado"]):
        return "informado"
    if row["programado"] == 0 and activity["sentido"] != "descendente":
        return "no programada"
    return "sin reporte" if is_present(row["programado"]) or row.get("falta") else "sin meta ni resultado"


def _put_periods(spread: Spread, activities: Activities, periods: Sequence[Mapping]) -> None:
    rows = [activities[row["actividad_id"]] | row for row in periods]
    fields = [
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
        Column("Mes de cierre", "mes", "number", 9, is_aside=True),
        Column("Meses que abarca", "meses", "number", 9, is_aside=True),
        Column("Origen", lambda row: _ORIGINS.get(row["origen"]), width=15, is_aside=True),
        Column("Clave", "actividad_id", width=30, is_aside=True),
    ]
    note = "De estas celdas salen las sumas. «Sin reporte»: venció y nadie informó su resultado; no es un cero."
    what = "lo programado y lo ejecutado en cada mes o trimestre"
    spread.put_table("Periodos", what, note, fields, rows, frozen=2)


def _put_matrix(
    spread: Spread, e: Evaluation, activities: Activities, periods: Sequence[Mapping], due: DuePeriods
) -> None:
    """Lay out the sheet «Matriz»: per activity its months, the figures of each quarter, and the total to date."""
    closed = [period for period in periods if period["cuenta"]]
    cells = {(period["actividad_id"], period["mes"]): period for period in closed if period["meses"] == 1}
    months = sorted({month for _, month in cells})
    quarters = range(1, e.trimestre + 1)
    is_wide = any(period["situacion"] == "sin reporte" for period in cells.values())
    known = (period[figure] for period in closed for figure in _FIGURES)
    width = 9 if is_wide or any(is_present(value) and abs(value) >= 10_000 for value in known) else 6
    total = f"Total {name_span(e.trimestre)}"
    groups = {-quarter: f"{QUARTERS[quarter - 1]} trimestre" for quarter in quarters} | {0: total}
    fields = [
        Column("Unidad", "nombre", width=20),
        Column("Actividad", "actividad", width=34),
        Column("Unidad de medida", "unidad_medida", width=15),
        Column("Meta anual", "meta_anual", "number", 9),
        *(
            Column(capitalize(MONTHS[m - 1]), (f, m), "number", width, group=capitalize(f))
            for f in _FIGURES
            for m in months
        ),
        *(Column(capitalize(f), (f, q), "number", 11, group=group) for q, group in groups.items() for f in _FIGURES),
        Column(PERCENT["acumulado"], "cumplimiento_acumulado", "percent", 14, group=total),
        Column(STATE["acumulado"], "estado", "state", 14, group=total),
    ]
    rows = []
    for key, activity in activities.items():
        row = {**activity}
        for month in months:
            period = cells.get((key, month), {"situacion": ""})
            row |= {(figure, month): _say_result(period.get(figure), period["situacion"]) for figure in _FIGURES}
        for quarter in quarters:
            window = e.windows.find(key, (quarter,))
            row["programado", -quarter] = window.programado
            row["ejecutado", -quarter] = _say_result(window.ejecutado, window.estado)
        row["programado", 0] = row["programado_acumulado"]
        row["ejecutado", 0] = _say_result(row["ejecutado_acumulado"], row["estado"])
        rows.append(row)
    note = "Los meses como los trae el documento; los trimestres y el total, con el comportamiento de cada indicador."
    foot = _sum_up(rows, fields) if e.plan.rule("suma_segun_documento") else None
    what = "actividades por mes y trimestre, como las llevan las instituciones"
    spread.put_table("Matriz", what, note, fields, rows, foot=foot, grouped=True, frozen=2)


def _say_result(result: float | None, state: str) -> float | str | None:
    return result if is_present(result) or state != "sin reporte" else state


def _sum_up(rows: list[dict], fields: list[Column]) -> dict:
    """Add up the columns of quantities of which no row is missing, as the document does in its own total."""
    foot: dict = {"nombre": "Suma según el documento, de las filas que trae"}
    for field in fields:
        column = [row[field.value] for row in rows] if field.kind == "number" else [None]
        if all(is_present(value) and not isinstance(value, str) for value in column):
            foot[field.value] = sum(column)
    return foot
