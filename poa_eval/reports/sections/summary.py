"""Show stage: what was reached, as sentences, figures and tables for a reader."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from poa_eval.config.profile import STATES
from poa_eval.errors import ParamsError
from poa_eval.metrics.evaluation import (
    Evaluation,
    count_base,
    describe_quarter,
    is_unit,
    name_formula,
    name_quarter,
    name_sum,
    pick_figures,
)
from poa_eval.metrics.reasons import tell_reason, tell_reasons
from poa_eval.metrics.registry import FIGURES, sort_key_figures
from poa_eval.metrics.series import list_comparable, list_periods
from poa_eval.reports.html.blocks import (
    EMPTY,
    Block,
    Cell,
    Column,
    number_cell,
    render,
    render_table,
    render_words,
    state_cell,
    text_cell,
)
from poa_eval.reports.html.sparklines import draw_trend
from poa_eval.reports.sections.headline import tell_headline
from poa_eval.reports.sections.narrate import Source, list_notes, name_source, take_evaluation, tell_done
from poa_eval.reports.sections.provenance import Origins
from poa_eval.reports.sections.reconciliation import tell_trust
from poa_eval.reports.sections.tell import list_figures, tell_plan
from poa_eval.text.names import normalize, suggest_sentence
from poa_eval.text.periods import name_period
from poa_eval.text.wording import (
    MISSING,
    capitalize,
    format_day,
    format_number,
    format_percent,
    is_present,
    join_name,
    join_words,
    name_activity,
    name_indicator,
    name_span,
    name_unit,
    name_units,
)

_LETTERS = 96  # what a table of periods has room for beside the names


def show_title(source: Source) -> Block:
    """Show the page's heading: institution or unit, quarter, cut-off date, and what the document says of itself."""
    e = take_evaluation(source)
    title, lines = e.plan.institucion, []
    if is_unit(e) and len(e.plan.unidades):
        unit = e.plan.unidades.iloc[0]
        title, lines = name_unit(unit["unidad_id"], unit["unidad"]), [e.plan.institucion]
        lines += [f"Responsable: {unit['responsable']}"] if is_present(unit["responsable"]) else []
    dates = f"{capitalize(name_quarter(e))} · Fecha de corte: {format_day(e.fecha_corte, e.plan.locale)}"
    lines += [dates, *(f"{note}." for note in list_notes(e))]
    return render("titulo.html.j2", title=title, lines=lines)


def show_headline(source: Source) -> Block:
    """Show in words, from the figures, what happened in the quarter and to date; of a plan alone, what it is."""
    e = take_evaluation(source)
    told = tell_plan(e) if e.solo_plan else tell_headline(e)
    return render_words([*told, *tell_trust(source)], kind="titular")


def show_key_figures(source: Source) -> Block:
    """Show the figures side by side, to date and of the quarter, each with what it means and its formula.

    The profile's principal figure comes first. Those that do not exist are named in one line, with the reason. A plan
    alone shows how far it can be evaluated, what falls due and what it costs.
    """
    e = take_evaluation(source)
    row = pick_figures(e)
    names = [figure.name for figure in sort_key_figures(e.perfil)] if row and not e.solo_plan else []
    there = [
        name for name in names if any(is_present(row[f"{name}_{window}"]) for window in ("acumulado", "trimestre"))
    ]
    figures = list_figures(e) if e.solo_plan else [_describe_figure(name, row, e) for name in there]
    reasons: dict[str, list[str]] = {}
    for name in names:
        if name not in there:
            reasons.setdefault(tell_reasons(e.find_gap(name, row, "acumulado")), []).append(FIGURES[name].label.lower())
    gaps = [f"{join_words(labels)} ({reason})" for reason, labels in reasons.items()]
    if not figures and not gaps:
        return render_words(["No hay cifras: la unidad no tiene actividades en el plan."])
    shown = render("cifras.html.j2", figures=figures) if figures else EMPTY
    return shown + (render_words([f"Sin cifra: {'; '.join(gaps)}."]) if gaps else EMPTY)


def _describe_figure(name: str, row: Mapping[str, object], e: Evaluation) -> dict[str, object]:
    told = [_tell_window(name, row, window, e) for window in ("acumulado", "trimestre")]
    quarter = describe_quarter(e.trimestre)
    notes = [f"A la fecha y en el {quarter}: {told[0]}"]
    if told[0] != told[1]:
        notes = [f"A la fecha, {name_span(e.trimestre)}: {told[0]}", f"En el {quarter}: {told[1]}"]
    value = format_percent(row[f"{name}_acumulado"], e.plan.locale)
    notes = [FIGURES[name].meaning, *notes, f"Fórmula: {name_formula(name, e)}"]
    return {"name": FIGURES[name].label, "value": value, "notes": notes}


def _tell_window(name: str, row: Mapping[str, object], window: str, e: Evaluation) -> str:
    """Tell a figure of a window, with what it is made of; where it is empty, why."""
    value, locale = row[f"{name}_{window}"], e.plan.locale
    said = [
        format_percent(value, locale)
        if is_present(value)
        else f"sin cifra: {tell_reasons(e.find_gap(name, row, window))}"
    ]
    if name == "proporcion_cumplidas":
        if is_present(value):
            base = count_base(row, window, e)
            which = e.perfil.denominador if base != 1 else e.perfil.denominador.removesuffix("s")
            said[0] += f", {row[f'cumplidas_{window}']} de {base} {which}"
        said.append(f"cobertura de reporte: {format_percent(row[f'cobertura_reporte_{window}'], locale)}")
    if name == "volumen" and is_present(value):
        said[0] += f", {tell_done(row, window, locale)}"
        measure = name_sum(e, window)
        mixed = "unidades de medida distintas, sumadas como en el documento"
        said.append(f"unidad de medida: {measure}" if measure else mixed)
    return "; ".join(said)


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
        table = table[(table["unidad_id"].map(normalize) == asked) | (table["unidad"].map(normalize) == asked)]
    if estado is not None:
        table = table[table["estado"].map(normalize) == _choose(estado, STATES, "el estado")]
    narrowed = f", en el estado «{estado}» a la fecha" if estado is not None else ""
    if e.solo_plan:
        return EMPTY
    if table.empty:
        return render_words([f"No hay actividades{narrowed}."])
    columns = [Column("Actividad")]
    for window in ("trimestre", "acumulado") if e.trimestre > 1 else ("ambos",):
        group, percent = _WINDOWS[window]
        group = group.format(quarter=describe_quarter(e.trimestre), span=name_span(e.trimestre))
        columns += [Column(title, group, is_number=True) for title in ("Programado", "Ejecutado", percent)]
    columns += [Column("Avance anual (%)", is_number=True), Column("Por periodo", is_optional=True)]
    origins, names = Origins(e), name_units(e.plan.unidades)
    groups: dict[str, list[list[Cell]]] = {}
    for row in table.to_dict("records"):
        groups.setdefault(row["unidad_id"], []).append(_row_activity(row, origins))
    titled = [("" if is_unit(e) else names[unit_id], rows) for unit_id, rows in groups.items()]
    caption = f"Actividades: programado y ejecutado en el {name_quarter(e)} y a la fecha{narrowed}"
    return render_table(caption, columns, titled, source=name_source(e))


#: Group and percentage of a window's columns; in the first quarter one window is both.
_WINDOWS = {
    "trimestre": ("{quarter}", "Cumplimiento del trimestre (%)"),
    "acumulado": ("A la fecha, {span}", "Cumplimiento acumulado (%)"),
    "ambos": ("{quarter} y a la fecha, {span}", "Cumplimiento del trimestre y acumulado (%)"),
}


def _row_activity(row: Mapping, origins: Origins) -> list[Cell]:
    e, key = origins.evaluation, row["actividad_id"]
    activity, locale = origins.activities[key], e.plan.locale
    measure = (
        f"Unidad de medida: {row['unidad_medida']}" if is_present(row["unidad_medida"]) else "Sin unidad de medida"
    )
    name = join_name(activity["codigo"], row["actividad"])
    cells = [text_cell(name, notes=(capitalize(name_indicator(row)), measure), source=row["fuente"])]
    for window in ("trimestre", "acumulado") if e.trimestre > 1 else ("acumulado",):
        reason = tell_reason(e.reasons[key].find(window))
        figures = (f"{what}_{window}" for what in ("programado", "ejecutado", "cumplimiento"))
        cells += [origins.cell(key, figure, reason=reason) for figure in figures]
    year = origins.cell(key, "avance_anual", reason=tell_reason(e.reasons[key].year))
    if is_present(row["meta_anual"]):
        year = replace(year, notes=(f"meta: {format_number(row['meta_anual'], locale)}", *year.notes))
    trend = draw_trend(list_comparable(activity, origins.due, e.trimestre)[0], locale) if is_unit(e) else ""
    return [*cells, year, Cell("" if trend else MISSING, picture=trend)]


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
    origins = Origins(e)
    found = {key: list_periods(activity, origins.due, e.trimestre) for key, activity in origins.activities.items()}
    found = {key: {p["mes"]: p for p in periods} for key, periods in found.items() if periods}
    if not found:
        return render_words(["El documento no trae cifras por periodo de esta unidad."])
    months = sorted({month for periods in found.values() for month in periods})
    lengths = {m: min(periods[m]["meses"] for periods in found.values() if m in periods) for m in months}
    groups = []
    for key, periods in found.items():
        activity, rows = origins.activities[key], []
        for series in ("programado", "ejecutado"):
            cells = (_cell_period(key, periods.get(m), series, lengths[m], origins) for m in months)
            rows.append([Cell(capitalize(series)), *cells])
        measure = f" ({activity['unidad_medida']})" if is_present(activity["unidad_medida"]) else ""
        groups.append((name_activity(activity, activity["codigo"]) + measure, rows))
    columns = [Column(name_period(m, lengths[m]), is_number=True) for m in months]
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


def _cell_period(key: str, period: Mapping | None, series: str, length: int, origins: Origins) -> Cell:
    """Return a figure of a period; where the column is of shorter periods, with the name of its own."""
    if period is None:
        return Cell("", is_number=True)
    if series == "ejecutado" and period["estado"]:
        return state_cell(period["estado"], is_number=True)
    source = (
        origins.find_period(key, period, series)
        if is_present(period[series]) and is_present(period["fuente"])
        else None
    )
    cell = number_cell(period[series], origins.evaluation.plan.locale, source=source)
    said = name_period(period["mes"], period["meses"]).replace("trimestre", "trim.")
    return cell if series == "ejecutado" or period["meses"] == length else replace(cell, notes=(said,))


def show_signatures() -> Block:
    """Show the lines on which those sign who made, reviewed and approved the report."""
    return render("firmas.html.j2", roles=("Elaboró", "Revisó", "Vo. Bo."), fields=("Nombre", "Cargo", "Fecha"))
