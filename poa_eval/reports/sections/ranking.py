"""Ranking: units and goals in order: who leads, what lags and what overshoots."""

from collections.abc import Iterable, Mapping

import pandas as pd

from poa_eval.config.profile import STATES
from poa_eval.metrics.due import list_comparable
from poa_eval.metrics.evaluation import Evaluation, count_base, describe_quarter, is_unit
from poa_eval.metrics.ranking import pick_state, rank_units
from poa_eval.metrics.registry import FIGURES
from poa_eval.metrics.windows import compare_values
from poa_eval.reports.html.blocks import EMPTY, Block, render_words
from poa_eval.reports.html.sparklines import draw_bar
from poa_eval.reports.html.tables import Cell, number_cell, percent_cell, render_table, text_cell
from poa_eval.reports.sections.inputs import Source, name_source, take_evaluation
from poa_eval.reports.sections.provenance import Provenance
from poa_eval.text.columns import Column
from poa_eval.text.names import file_name
from poa_eval.text.periods import name_period
from poa_eval.text.wording import SYMBOLS, capitalize, count_words, format_percent, is_present, name_span, name_unit

_MOST = 8  # rows of a short table
_MONTH = "Media del cumplimiento del mes de las actividades que lo reportan por mes, limitado cada uno a 100 %"


def link_unit(row: Mapping[str, object], links: bool = False, notes: Iterable[str] = ()) -> Cell:
    """Return the cell that names a unit, linked to its page where asked."""
    link = f"unidades/{file_name(str(row['unidad_id']))}.html" if links else ""
    return text_cell(name_unit(str(row["unidad_id"]), str(row["unidad"])), notes=notes, link=link)


def show_ranking(source: Source, *, links: bool = False) -> Block:
    """Show the units by the profile's principal figure; those with too few reports stand apart, with the reason.

    Parameters
    ----------
    source : Quarter or Evaluation
    links : bool, default False
        Link each unit to its page in ``unidades/``.
    """
    e = take_evaluation(source)
    if e.solo_plan:
        return EMPTY
    locale, principal = e.plan.locale, e.perfil.principal
    label, provenance, (ranked, apart) = FIGURES[principal].label, Provenance(e), rank_units(e)
    name = label.lower()

    def make_row(row: dict, place: str, reason: str) -> list[Cell]:
        def cell(figure: str, picture: str = "") -> Cell:
            tooltip = provenance.name_group(row, figure, row["unidad_id"])
            return percent_cell(row[figure], locale, tooltip=tooltip, picture=picture)

        return [
            link_unit(row, links, [reason]),
            Cell(place, is_number=True),
            cell(f"{principal}_acumulado", "" if reason else draw_bar(row[f"{principal}_acumulado"])),
            cell(f"{principal}_trimestre"),
            Cell(f"{row['cumplidas_acumulado']} de {count_base(row, 'acumulado', e)}", is_number=True),
            cell("cobertura_reporte_acumulado"),
            cell("promedio_topado_acumulado"),
        ]

    columns = [
        Column("Unidad"),
        Column("Lugar", kind="number", tooltip=f"Orden por {name} a la fecha"),
        Column(f"{label} a la fecha", kind="percent"),
        Column(f"{label} en el trimestre", kind="percent"),
        Column(f"Cumplidas de {e.perfil.denominador} a la fecha", kind="number", tooltip="Actividades contadas"),
        Column("Cobertura de reporte a la fecha", kind="percent"),
        Column("Promedio topado a la fecha", kind="percent"),
    ]
    groups = [("", [make_row(row, str(place), "") for place, row in ranked])] if ranked else []
    groups += [("Sin lugar", [make_row(row, "—", reason) for row, reason in apart])] if apart else []
    if not groups:
        return render_words(["El plan no tiene unidades con actividades."])
    caption = f"Unidades por {name} a la fecha, {name_span(*e.months)}"
    least = format_percent(e.perfil.cobertura_minima.valor, locale)
    said = f"Las unidades se ordenan por su {name} a la fecha."
    rule = f"La que tiene una cobertura de reporte menor de {least} no recibe lugar."
    return render_words([said, rule]) + render_table(caption, columns, groups, source=name_source(e))


def show_heatmap(source: Source) -> Block:
    """Show the mean of compliance, capped at 100, of each unit in each quarter; in the first quarter, also by month."""
    e = take_evaluation(source)
    if e.solo_plan or is_unit(e) or e.unidades.empty:
        return EMPTY
    spans = [(describe_quarter(x.trimestre), "trimestre", Provenance(x)) for x in (*e.anteriores, e)]
    if e.trimestre > 1:
        spans.append((f"A la fecha, {name_span(*e.months)}", "acumulado", spans[-1][2]))
    columns = _list_months(e) if e.trimestre == 1 else []
    for title, window, provenance in spans:
        rows = provenance.evaluation.unidades.to_dict("records")
        columns.append((title, {row["unidad_id"]: _cell_heat(row, window, provenance) for row in rows}))
    empty, (ranked, apart) = Cell("·", is_number=True), rank_units(e)
    units = [*(row for _, row in ranked), *(row for row, _ in apart)]
    rows = [[link_unit(row), *(cells.get(row["unidad_id"], empty) for _, cells in columns)] for row in units]
    heads = [Column("Unidad"), *(Column(capitalize(title), kind="number") for title, _ in columns)]
    shown = {cell.state for row in rows for cell in row if cell.state}
    signs = [f"{SYMBOLS[state]} {state}" for state in STATES if state in shown]
    signs += ["· la unidad no informa de ese mes por separado"] if any(empty in row for row in rows) else []
    caption = f"Promedio topado de cada unidad por periodo (%), con el estado que le corresponde: {', '.join(signs)}"
    return render_table(caption, heads, [("", rows)], source=name_source(e))


def _cell_heat(row: Mapping[str, object], window: str, provenance: Provenance) -> Cell:
    e, figure = provenance.evaluation, f"promedio_topado_{window}"
    value = row[figure]
    idle = "no programada" if row[f"no_programadas_{window}"] else "no evaluable"
    state = "sin reporte" if row[f"sin_reporte_{window}"] else idle
    return _badge(value, state, provenance.name_group(row, figure, str(row["unidad_id"])), e)


def _badge(value: float | None, state: str, tooltip: str, e: Evaluation) -> Cell:
    """Return a cell that is one badge: the sign and colour of a number's state with it, or without one a state's name.

    `state` is the one without a number, `tooltip` says how the number comes about.
    """
    if not is_present(value):
        return Cell("", is_number=True, state=state, value=value)
    said, state = format_percent(value, e.plan.locale), e.perfil.state_of(value)
    return Cell("", tooltip=tooltip, is_number=True, state=state, badge=said, value=value)


def _list_months(e: Evaluation) -> list[tuple[str, dict[str, Cell]]]:
    """List the months of the first quarter with the units' cells; a unit that does not file monthly has none."""
    due, found = e.due, {}
    for activity in e.plan.actividades.to_dict("records"):
        for period in list_comparable(activity, due, 1)[0]:
            if period["meses"] == 1:
                known = is_present(period["programado"]) and is_present(period["ejecutado"])
                values = (period["programado"], period["ejecutado"], activity, e.perfil)
                percent = compare_values(*values)[0] if known else None
                cell = found.setdefault(period["mes"], {}).setdefault(activity["unidad_id"], ([], []))
                cell[0].extend([] if percent is None else [min(percent, 100.0)])
                cell[1].append(period["estado"] or "no evaluable")
    columns = []
    for month in sorted(found):
        cells = {}
        for unit_id, (values, states) in found[month].items():
            mean = sum(values) / len(values) if values else None
            cells[unit_id] = _badge(mean, pick_state(states), _MONTH, e)
        columns.append((name_period(month, 1), cells))
    return columns


def show_extremes(source: Source) -> Block:
    """Show the goals furthest behind and those far beyond their target, at most eight of each, with their numbers."""
    e = take_evaluation(source)
    if e.solo_plan:
        return EMPTY
    table = e.actividades.sort_values("cumplimiento_acumulado", kind="stable")
    behind = table[table["meta_cumplida"].fillna(True) == False]  # noqa: E712  (undecided is neither)
    beyond = table[table["estado"] == "sobrecumplida"][::-1]
    band = format_percent(e.perfil.bandas.sobrecumplida.valor, e.plan.locale)
    captions = ("Metas más rezagadas a la fecha", f"Metas muy por encima de lo programado (más de {band})")
    blocks = [_list_extremes(t, said, e) for t, said in zip((behind, beyond), captions, strict=True) if len(t)]
    if not blocks:
        there = table["cumplimiento_acumulado"].notna().any()
        none = "Ninguna meta evaluada quedó por debajo de lo programado ni muy por encima de ello."
        return render_words([none if there else "No hay metas evaluadas que ordenar."])
    late = int((table["estado"] == "sin reporte").sum())
    who = count_words(late, "actividad sin reporte no tiene", "actividades sin reporte no tienen")
    return sum(blocks, EMPTY) + (render_words([f"{who} cifra que ordenar."]) if late else EMPTY)


def _list_extremes(table: pd.DataFrame, caption: str, e: Evaluation) -> Block:
    provenance, figures = Provenance(e), ("programado_acumulado", "ejecutado_acumulado", "cumplimiento_acumulado")
    rows = [
        [
            provenance.name_cell(row["actividad_id"]),
            text_cell(name_unit(row["unidad_id"], row["unidad"])),
            *(provenance.cell(row["actividad_id"], figure) for figure in figures),
            number_cell(row["ejecutado_acumulado"] - row["programado_acumulado"], e.plan.locale),
        ]
        for row in table.head(_MOST).to_dict("records")
    ]
    columns = [Column("Actividad"), Column("Unidad")]
    columns += [Column("Programado", kind="number"), Column("Ejecutado", kind="number")]
    columns.append(Column("Cumplimiento acumulado", kind="percent"))
    columns.append(Column("Diferencia", kind="number", tooltip="Ejecutado − programado, a la fecha"))
    more = f": {_MOST} de {len(table)}" if len(table) > _MOST else ""
    return render_table(f"{caption}{more}", columns, [("", rows)], source=name_source(e))
