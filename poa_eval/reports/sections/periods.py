"""Periods: what each activity of a unit was to do and did, period by period, and what the unit commented."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from poa_eval.metrics.due import list_periods
from poa_eval.metrics.evaluation import is_unit
from poa_eval.reports.html.blocks import EMPTY, Block, render_words
from poa_eval.reports.html.tables import Cell, number_cell, render_table, state_cell, text_cell
from poa_eval.reports.sections.inputs import Source, name_source, take_evaluation
from poa_eval.reports.sections.provenance import Provenance
from poa_eval.text.columns import Column
from poa_eval.text.periods import name_period
from poa_eval.text.wording import capitalize, is_present, join_words, name_activity, name_span

_LETTERS = 96  # what a table of periods has room for beside the names


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
