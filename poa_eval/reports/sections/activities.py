"""Activities: what each was to do and did, in the quarter, to date and by period; the columns of page and sheet."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from poa_eval.config.profile import STATES
from poa_eval.errors import ParamsError
from poa_eval.metrics.due import list_comparable, list_periods
from poa_eval.metrics.evaluation import Evaluation, describe_quarter, is_unit, name_quarter
from poa_eval.metrics.reasons import tell_reason
from poa_eval.reports.html.blocks import EMPTY, Block, render_words
from poa_eval.reports.html.sparklines import draw_trend
from poa_eval.reports.html.tables import Cell, number_cell, render_records, render_table, state_cell, text_cell
from poa_eval.reports.sections.inputs import Source, name_source, take_evaluation
from poa_eval.reports.sections.provenance import Provenance
from poa_eval.text.columns import Column, say_yes
from poa_eval.text.names import normalize, suggest_sentence
from poa_eval.text.periods import name_period
from poa_eval.text.wording import (
    MISSING,
    capitalize,
    format_number,
    is_present,
    join_name,
    join_words,
    name_activity,
    name_indicator,
    name_span,
    name_units,
)

#: Window → its words, and the headings of its percentage, of whether the goal was met, and of the state.
SPANS = {"trimestre": "en el trimestre", "acumulado": "a la fecha"}
PERCENT = {"trimestre": "Cumplimiento del trimestre", "acumulado": "Cumplimiento acumulado"}
MET = {window: f"Meta cumplida {span}" for window, span in SPANS.items()}
STATE = {window: f"Estado {span}" for window, span in SPANS.items()}
_LETTERS = 96  # what a table of periods has room for beside the names

#: Columns with which the tables on the plan itself begin and end.
NAMES = [
    Column("Código", "codigo", width=10, is_optional=True),
    Column("Actividad", "actividad", width=38, cell=lambda row: _name_activity(row)),
    Column("Unidad", "nombre", width=22),
]
KEYS = [
    Column("Lugar en el documento", "fuente", width=30, is_aside=True),
    Column("Clave", "actividad_id", width=30, is_aside=True),
    Column("Clave de la unidad", "unidad_id", width=24, is_aside=True),
]


def group_by_unit(rows: Iterable[dict], *, is_titled: bool) -> list[tuple[str, list[dict]]]:
    """Return the rows of `list_activities` by unit, under their names where these are asked for."""
    groups: dict[str, list[dict]] = {}
    for row in rows:
        groups.setdefault(row["unidad_id"] if is_titled else "", []).append(row)
    return [(own[0]["nombre"] if is_titled else "", own) for own in groups.values()]


def list_activities(e: Evaluation) -> dict[str, dict]:
    """Return by its id what plan and evaluation say of each activity, with its unit's and its own name as shown."""
    tables = (table.to_dict("records") for table in (e.plan.actividades, e.actividades))
    activities, said, units = {}, e.plan.list_comments(), name_units(e.plan.unidades)
    for row, result in zip(*tables, strict=True):
        own = {"nombre": units[row["unidad_id"]], "llamada": name_activity(row, row["codigo"])}
        activities[row["actividad_id"]] = row | result | own | {"comentario": said.get(row["actividad_id"])}
    return activities


def list_columns(provenance: Provenance) -> list[Column]:
    """List the columns of the activities, for the table of a page and for the sheet; rows as of `list_activities`."""
    return [
        Column("Código", "codigo", width=10, is_optional=True),
        Column("Actividad", "actividad", width=42, cell=lambda row: _name_activity(row, *_list_notes(row))),
        Column("Unidad", "nombre", width=24),
        Column("Indicador", "indicador", width=24, is_optional=True),
        Column("Unidad de medida", "unidad_medida", width=16),
        Column("Meta anual", "meta_anual", "number"),
        *_list_window_columns(provenance, "trimestre"),
        *_list_window_columns(provenance, "acumulado"),
        Column("Avance anual", "avance_anual", "percent", cell=lambda row: _show_progress(row, provenance)),
        Column("Por periodo", cell=lambda row: _show_trend(row, provenance), is_optional=True),
        Column("Motivo de lo que falta", "motivo", width=30, is_optional=True),
        Column("Comentario de la unidad", "comentario", width=42, is_optional=True),
        Column("Línea base", "linea_base", "number", is_aside=True, is_optional=True),
        Column("Ponderación", "ponderacion", "number", is_aside=True, is_optional=True),
        Column("Fórmula", "formula", width=44, is_aside=True),
        Column("Lugar en el documento", "fuente", width=34, is_aside=True),
        *KEYS[1:],
    ]


def _list_window_columns(provenance: Provenance, window: str) -> list[Column]:
    """List the columns of a window; on the pages of the first quarter, what is to date is the quarter as well."""
    e, span, tail = provenance.evaluation, SPANS[window], "_trimestre" * (window == "trimestre")
    quarter, to_date = describe_quarter(e.trimestre), f"a la fecha, {name_span(*e.months)}"
    percent, group = PERCENT[window], quarter if tail else capitalize(to_date)
    if e.trimestre == 1:
        percent, group = "Cumplimiento del trimestre y acumulado", f"{quarter} y {to_date}"

    def show(figure: str) -> Callable[[Mapping], Cell] | None:
        def cell(row: Mapping) -> Cell:
            reason = tell_reason(e.reasons[row["actividad_id"]].find(window)) if figure == "cumplimiento" else ""
            return provenance.cell(row["actividad_id"], f"{figure}_{window}", reason=reason)

        return None if tail and e.trimestre == 1 else cell

    quantities = [
        Column(f"{title} {span}", f"{key}_{window}", "number", 13, cell=show(key), short=title, group=group)
        for key, title in (("programado", "Programado"), ("ejecutado", "Ejecutado"))
    ]
    cell, key = show("cumplimiento"), f"cumplimiento_{window}"
    return [
        *quantities,
        Column(PERCENT[window], key, "percent", 15, cell=cell, short=percent, group=group),
        Column(MET[window], say_yes(f"meta_cumplida{tail}"), "state", 11),
        Column(STATE[window], f"estado{tail}", "state", 15),
    ]


def _name_activity(row: Mapping, *notes: str) -> Cell:
    """Return the cell that names an activity or a goal by its code and text, with its place."""
    return text_cell(join_name(row["codigo"], row["actividad"]), notes=notes, source=row["fuente"])


def _list_notes(row: Mapping) -> tuple[str, str]:
    measure = row["unidad_medida"]
    said = f"Unidad de medida: {measure}" if is_present(measure) else "Sin unidad de medida"
    return capitalize(name_indicator(row)), said


def _show_progress(row: Mapping, provenance: Provenance) -> Cell:
    e = provenance.evaluation
    year = provenance.cell(row["actividad_id"], "avance_anual", reason=tell_reason(e.reasons[row["actividad_id"]].year))
    if is_present(row["meta_anual"]):
        year = replace(year, notes=(f"meta: {format_number(row['meta_anual'], e.plan.locale)}", *year.notes))
    return year


def _show_trend(row: Mapping, provenance: Provenance) -> Cell:
    e, trend = provenance.evaluation, ""
    if is_unit(e):
        trend = draw_trend(list_comparable(row, e.due, e.trimestre)[0], e.plan.locale)
    return Cell("" if trend else MISSING, picture=trend)


def show_activities(source: Source, *, unidad: object = None, estado: str | None = None) -> Block:
    """Show the activities with their quarter, to date and the year.

    Parameters
    ----------
    source : Quarter or Evaluation
    unidad : str, optional
        Only this unit's, by its code or name.
    estado : str, optional
        Only those in this state to date.

    Raises
    ------
    ParamsError
        There is no such unit or state; the nearest is suggested.
    """
    e = take_evaluation(source)
    rows = [*list_activities(e).values()]
    if unidad is not None:
        asked = _choose(str(unidad), [row[key] for key in ("unidad_id", "unidad") for row in rows], "la unidad")
        rows = [row for row in rows if asked in (normalize(row["unidad_id"]), normalize(row["unidad"]))]
    if estado is not None:
        asked = _choose(estado, STATES, "el estado")
        rows = [row for row in rows if normalize(row["estado"]) == asked]
    narrowed = f", en el estado «{estado}» a la fecha" if estado is not None else ""
    if e.solo_plan:
        return EMPTY
    if not rows:
        return render_words([f"No hay actividades{narrowed}."])
    groups = group_by_unit(rows, is_titled=not is_unit(e))
    caption = f"Actividades: programado y ejecutado en el {name_quarter(e)} y a la fecha{narrowed}"
    return render_records(caption, list_columns(Provenance(e)), groups, source=name_source(e))


def _choose(word: str, choices: list[str] | tuple[str, ...], what: str) -> str:
    """Return the folded word where it is one of the choices; else refuse, with the nearest."""
    if normalize(word) not in {normalize(choice) for choice in choices}:
        raise ParamsError(f"{what} «{word}»", "un nombre que exista", suggest_sentence(word, dict.fromkeys(choices)))
    return normalize(word)


def show_periods(source: Source) -> Block:
    """Show what each activity of a unit was to do and did, period by period; the institution has no such table."""
    e = take_evaluation(source)
    if e.solo_plan or not is_unit(e):
        return EMPTY
    provenance = Provenance(e)
    found = {key: list_periods(activity, e.due, e.trimestre) for key, activity in provenance.activities.items()}
    found = {key: {p["mes"]: p for p in periods} for key, periods in found.items() if periods}
    if not found:
        return render_words(["El documento no trae cifras por periodo de esta unidad."])
    months = sorted({month for periods in found.values() for month in periods})
    lengths = {m: min(periods[m]["meses"] for periods in found.values() if m in periods) for m in months}
    groups = []
    for key, periods in found.items():
        activity, rows = provenance.activities[key], []
        for series in ("programado", "ejecutado"):
            cells = (_cell_period(key, periods.get(m), series, lengths[m], provenance) for m in months)
            rows.append([Cell(capitalize(series)), *cells])
        measure = f" ({activity['unidad_medida']})" if is_present(activity["unidad_medida"]) else ""
        groups.append((name_activity(activity, activity["codigo"]) + measure, rows))
    columns = [Column(name_period(m, lengths[m]), kind="number") for m in months]
    _, *by_month = zip(*(row for _, rows in groups for row in rows), strict=True)
    parts = math.ceil(sum(max(len(cell.text) for cell in cells) + 3 for cells in by_month) / _LETTERS)
    size, shown = math.ceil(len(months) / parts), EMPTY
    for start in range(0, len(months), size):
        kept = slice(start + 1, start + size + 1)
        part = [(title, [[row[0], *row[kept]] for row in rows]) for title, rows in groups]
        span = "" if parts == 1 else f" ({columns[start].title} a {columns[min(start + size, len(months)) - 1].title})"
        caption = f"Programado y ejecutado por periodo, {name_span(*e.months)}{span}"
        heads = [Column("Actividad"), *columns[start : start + size]]
        kind = "compacta periodos" if size > 4 else "periodos"
        shown += render_table(caption, heads, part, source=name_source(e), kind=kind)
    return shown


def _cell_period(key: str, period: Mapping | None, series: str, length: int, provenance: Provenance) -> Cell:
    """Return a figure of a period; where the column is of shorter periods, with the name of its own."""
    if period is None:
        return Cell("", is_number=True)
    if series == "ejecutado" and period["estado"]:
        return state_cell(period["estado"], is_number=True)
    source = (
        provenance.find_period(key, period, series)
        if is_present(period[series]) and is_present(period["fuente"])
        else None
    )
    cell = number_cell(period[series], provenance.evaluation.plan.locale, source=source)
    said = name_period(period["mes"], period["meses"]).replace("trimestre", "trim.")
    return cell if series == "ejecutado" or period["meses"] == length else replace(cell, notes=(said,))


def show_comments(source: Source) -> Block:
    """Show what a unit commented on its results of the quarter; what it said of several periods stands once.

    A comment on an activity as a whole stands after those on periods.
    """
    e = take_evaluation(source)
    if e.solo_plan or not is_unit(e):
        return EMPTY
    due, rows, whole = e.due, [], e.plan.list_comments()
    for activity in e.plan.actividades.to_dict("records"):
        said: dict[str, list[str]] = {}
        for period in list_periods(activity, due, e.trimestre):
            if is_present(period["comentario"]) and period["mes"] > 3 * e.trimestre - 3:
                said.setdefault(str(period["comentario"]), []).append(name_period(period["mes"], period["meses"]))
        told = [f"{capitalize(join_words(periods))}: {text}" for text, periods in said.items()]
        told += [f"Sobre la actividad: {whole[key]}"] if (key := activity["actividad_id"]) in whole else []
        name = activity["indicador"] if is_present(activity["indicador"]) else activity["actividad"]
        rows += [[text_cell(name, source=activity["fuente"]), text_cell("; ".join(told))]] if told else []
    if not rows:
        return EMPTY
    columns = [Column("Actividad o indicador"), Column("Comentario, por periodo")]
    return render_table("Lo que comentó la unidad", columns, [("", rows)], source=name_source(e))
