"""Activities: what each was to do and did, as tables: in quarter and year, by period, with the unit's comments."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from poa_eval.config.profile import STATES
from poa_eval.errors import ParamsError
from poa_eval.metrics.evaluation import describe_quarter, name_quarter
from poa_eval.reports.html.blocks import EMPTY, Block, render_words
from poa_eval.reports.html.sparklines import draw_trend
from poa_eval.reports.html.tables import Cell, number_cell, render_table, state_cell, text_cell
from poa_eval.reports.sections.narrate import (
    Source,
    find_dues,
    find_reason,
    find_year_reason,
    is_unit,
    list_comparable,
    list_periods,
    name_source,
    take_evaluation,
)
from poa_eval.reports.sections.provenance import Provenance
from poa_eval.text.columns import Column
from poa_eval.text.names import fold, suggest_sentence
from poa_eval.text.values import name_period
from poa_eval.text.wording import (
    MISSING,
    capitalize,
    format_number,
    has,
    join_name,
    join_words,
    name_activity,
    name_indicator,
    name_span,
    name_units,
)

_LETTERS = 96  # what a table of periods has room for beside the names

#: Group and percentage of a window's columns; in the first quarter one window is both.
_WINDOWS = {
    "trimestre": ("{quarter}", "Cumplimiento del trimestre (%)"),
    "acumulado": ("A la fecha, {span}", "Cumplimiento acumulado (%)"),
    "ambos": ("{quarter} y a la fecha, {span}", "Cumplimiento del trimestre y acumulado (%)"),
}


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
    table = e.actividades
    if unidad is not None:
        asked = _choose(str(unidad), [*table["unidad_id"], *table["unidad"]], "la unidad")
        table = table[(table["unidad_id"].map(fold) == asked) | (table["unidad"].map(fold) == asked)]
    if estado is not None:
        table = table[table["estado"].map(fold) == _choose(estado, STATES, "el estado")]
    narrowed = f", en el estado «{estado}» a la fecha" if estado is not None else ""
    if e.solo_plan:
        return EMPTY
    if table.empty:
        return render_words([f"No hay actividades{narrowed}."])
    columns = [Column("Actividad")]
    for window in ("trimestre", "acumulado") if e.trimestre > 1 else ("ambos",):
        group, percent = _WINDOWS[window]
        group = group.format(quarter=describe_quarter(e.trimestre), span=name_span(e.trimestre))
        columns += [Column(title, kind="number", group=group) for title in ("Programado", "Ejecutado", percent)]
    columns += [Column("Avance anual", kind="percent"), Column("Por periodo", is_optional=True)]
    provenance, names = Provenance(e), name_units(e.plan.unidades)
    groups: dict[str, list[list[Cell]]] = {}
    for row in table.to_dict("records"):
        groups.setdefault(row["unidad_id"], []).append(_row_activity(row, provenance))
    titled = [("" if is_unit(e) else names[unit_id], rows) for unit_id, rows in groups.items()]
    caption = f"Actividades: programado y ejecutado en el {name_quarter(e)} y a la fecha{narrowed}"
    return render_table(caption, columns, titled, source=name_source(e))


def _row_activity(row: Mapping, provenance: Provenance) -> list[Cell]:
    e, key = provenance.evaluation, row["actividad_id"]
    activity, locale = provenance.activities[key], e.plan.locale
    measure = f"Unidad de medida: {row['unidad_medida']}" if has(row["unidad_medida"]) else "Sin unidad de medida"
    name = join_name(activity["codigo"], row["actividad"])
    cells = [text_cell(name, notes=(capitalize(name_indicator(row)), measure), source=row["fuente"])]
    for window in ("trimestre", "acumulado") if e.trimestre > 1 else ("acumulado",):
        reason = find_reason(row["motivo"], window)
        figures = (f"{what}_{window}" for what in ("programado", "ejecutado", "cumplimiento"))
        cells += [provenance.cell(key, figure, reason=reason) for figure in figures]
    year = provenance.cell(key, "avance_anual", reason=find_year_reason(row, e))
    if has(row["meta_anual"]):
        year = replace(year, notes=(f"meta: {format_number(row['meta_anual'], locale)}", *year.notes))
    trend = draw_trend(list_comparable(activity, provenance.due, e.trimestre)[0], locale) if is_unit(e) else ""
    return [*cells, year, Cell("" if trend else MISSING, picture=trend)]


def _choose(word: str, choices: list[str] | tuple[str, ...], what: str) -> str:
    """Return the folded word where it is one of the choices; else refuse, with the nearest."""
    if fold(word) not in {fold(choice) for choice in choices}:
        raise ParamsError(f"{what} «{word}»", "un nombre que exista", suggest_sentence(word, dict.fromkeys(choices)))
    return fold(word)


def show_comments(source: Source) -> Block:
    """Show what a unit commented on its results of the quarter; what it said of several periods stands once.

    A comment on an activity as a whole stands after those on periods.
    """
    e = take_evaluation(source)
    if e.solo_plan or not is_unit(e):
        return EMPTY
    due, rows, whole = find_dues(e), [], e.plan.list_comments()
    for activity in e.plan.actividades.to_dict("records"):
        said: dict[str, list[str]] = {}
        for period in list_periods(activity, due, e.trimestre):
            if has(period["comentario"]) and period["mes"] > 3 * e.trimestre - 3:
                said.setdefault(str(period["comentario"]), []).append(name_period(period["mes"], period["meses"]))
        told = [f"{capitalize(join_words(periods))}: {text}" for text, periods in said.items()]
        told += [f"Sobre la actividad: {whole[key]}"] if (key := activity["actividad_id"]) in whole else []
        name = activity["indicador"] if has(activity["indicador"]) else activity["actividad"]
        rows += [[text_cell(name, source=activity["fuente"]), text_cell("; ".join(told))]] if told else []
    if not rows:
        return EMPTY
    columns = [Column("Actividad o indicador"), Column("Comentario, por periodo")]
    return render_table("Lo que comentó la unidad", columns, [("", rows)], source=name_source(e))


def show_periods(source: Source) -> Block:
    """Show what each activity of a unit was to do and did, period by period; the institution has no such table."""
    e = take_evaluation(source)
    if e.solo_plan or not is_unit(e):
        return EMPTY
    provenance = Provenance(e)
    found = {
        key: list_periods(activity, provenance.due, e.trimestre) for key, activity in provenance.activities.items()
    }
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
        measure = f" ({activity['unidad_medida']})" if has(activity["unidad_medida"]) else ""
        groups.append((name_activity(activity, activity["codigo"]) + measure, rows))
    columns = [Column(name_period(m, lengths[m]), kind="number") for m in months]
    _, *by_month = zip(*(row for _, rows in groups for row in rows), strict=True)
    parts = math.ceil(sum(max(len(cell.text) for cell in cells) + 3 for cells in by_month) / _LETTERS)
    size, shown = math.ceil(len(months) / parts), EMPTY
    for start in range(0, len(months), size):
        kept = slice(start + 1, start + size + 1)
        part = [(title, [[row[0], *row[kept]] for row in rows]) for title, rows in groups]
        span = "" if parts == 1 else f" ({columns[start].title} a {columns[min(start + size, len(months)) - 1].title})"
        caption = f"Programado y ejecutado por periodo, {name_span(e.trimestre)}{span}"
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
    source = provenance.find_period(key, period, series) if has(period[series]) and has(period["fuente"]) else None
    cell = number_cell(period[series], provenance.evaluation.plan.locale, source=source)
    said = name_period(period["mes"], period["meses"]).replace("trimestre", "trim.")
    return cell if series == "ejecutado" or period["meses"] == length else replace(cell, notes=(said,))
