"""Activities: what each was to do and did in the quarter and to date; the columns of their table on page and sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from poa_eval.config.profile import STATES
from poa_eval.errors import ParamsError
from poa_eval.metrics.due import list_comparable
from poa_eval.metrics.evaluation import Evaluation, describe_quarter, is_unit, name_quarter
from poa_eval.metrics.reasons import tell_reason
from poa_eval.reports.html.blocks import EMPTY, Block, render_words
from poa_eval.reports.html.sparklines import draw_trend
from poa_eval.reports.html.tables import Cell, render_records, text_cell
from poa_eval.reports.sections.inputs import Source, name_source, take_evaluation
from poa_eval.reports.sections.provenance import Provenance
from poa_eval.text.columns import Column, say_yes
from poa_eval.text.names import normalize, suggest_sentence
from poa_eval.text.wording import (
    MISSING,
    capitalize,
    format_number,
    is_present,
    join_name,
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


def name_activity_cell(row: Mapping) -> Cell:
    """Return the cell that names an activity or a goal by its code and text, with its place."""
    return text_cell(join_name(row["codigo"], row["actividad"]), source=row["fuente"])


#: Columns with which the tables on the plan itself begin and end.
NAMES = [
    Column("Código", "codigo", width=10, is_optional=True),
    Column("Actividad", "actividad", width=38, cell=name_activity_cell),
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
        Column("Actividad", "actividad", width=42, cell=_name_activity),
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
        Column("Clave", "actividad_id", width=30, is_aside=True),
        Column("Clave de la unidad", "unidad_id", width=24, is_aside=True),
    ]


def _list_window_columns(provenance: Provenance, window: str) -> list[Column]:
    """List the columns of a window; on the pages of the first quarter, what is to date is the quarter as well."""
    e, span, tail = provenance.evaluation, SPANS[window], "_trimestre" * (window == "trimestre")
    quarter, to_date = describe_quarter(e.trimestre), f"a la fecha, {name_span(e.trimestre)}"
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


def _name_activity(row: Mapping) -> Cell:
    measure = (
        f"Unidad de medida: {row['unidad_medida']}" if is_present(row["unidad_medida"]) else "Sin unidad de medida"
    )
    notes = (capitalize(name_indicator(row)), measure)
    return text_cell(join_name(row["codigo"], row["actividad"]), notes=notes, source=row["fuente"])


def _show_progress(row: Mapping, provenance: Provenance) -> Cell:
    e = provenance.evaluation
    year = provenance.cell(row["actividad_id"], "avance_anual", reason=tell_reason(e.reasons[row["actividad_id"]].year))
    if is_present(row["meta_anual"]):
        year = replace(year, notes=(f"meta: {format_number(row['meta_anual'], e.plan.locale)}", *year.notes))
    return year


def _show_trend(row: Mapping, provenance: Provenance) -> Cell:
    e, trend = provenance.evaluation, ""
    if is_unit(e):
        trend = draw_trend(list_comparable(row, provenance.due, e.trimestre)[0], e.plan.locale)
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
