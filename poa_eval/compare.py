"""Compare: activities, units and quarters side by side: what changed, who leads, what lags and what overshoots."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from poa_eval.bars import draw_bar
from poa_eval.block import (
    EMPTY,
    Block,
    Cell,
    Column,
    join_blocks,
    number_cell,
    percent_cell,
    render_table,
    render_words,
    state_cell,
    text_cell,
)
from poa_eval.measure import Evaluation, describe_quarter
from poa_eval.names import file_name
from poa_eval.narrate import (
    count_base,
    find_dues,
    is_unit,
    list_comparable,
    name_source,
    pick_figures,
    rank_units,
    take_evaluation,
)
from poa_eval.profile import STATES
from poa_eval.quarter import Quarter
from poa_eval.values import name_period
from poa_eval.windows import compare_values
from poa_eval.words import (
    FIGURES,
    SYMBOLS,
    capitalize,
    count_words,
    format_percent,
    has,
    join_words,
    name_activity,
    name_span,
    name_unit,
)

Source = Quarter | Evaluation

_MOST = 8  # rows of a short table
_MET = ("sobrecumplida", "cumplida")


def measure_before(e: Evaluation) -> tuple[Evaluation | None, str]:
    """Return the evaluation of the quarter before from the same plan, or why there is none."""
    if e.trimestre == 1:
        return None, "Es el primer trimestre del ejercicio: no hay uno anterior con el cual comparar."
    before = e.anteriores[-1]
    if before.actividades["cumplimiento_acumulado"].notna().any():
        return before, ""
    reasons = dict.fromkeys(str(reason) for reason in before.actividades["motivo"] if has(reason))
    why = f": {join_words(reasons)}" if 0 < len(reasons) <= 3 else ""
    return None, f"Al cierre del {describe_quarter(e.trimestre - 1)} no hay actividades que se puedan evaluar{why}."


def show_counts(source: Source) -> Block:
    """Show how many activities are in each state: at the close of the quarter before, to date, and in the quarter."""
    e = take_evaluation(source)
    if e.solo_plan or e.actividades.empty:
        return EMPTY
    before = None if is_unit(e) else measure_before(e)[0]
    tables = [("En el {} (actividades)", e.actividades["estado_trimestre"], e.trimestre)]
    tables += [("A la fecha, " + name_span(e.trimestre) + " (actividades)", e.actividades["estado"], e.trimestre)]
    if before:
        tables += [("Al cierre del {} (actividades)", before.actividades["estado"], before.trimestre)]
    columns = [Column("Estado")]
    columns += [Column(title.format(describe_quarter(q)), is_number=True) for title, _, q in tables]
    counts, total = [states.value_counts().to_dict() for _, states, _ in tables], len(e.actividades)

    def count(state: str) -> list[Cell]:
        numbers = [count.get(state, 0) for count in counts]
        return [Cell(str(n), is_number=True, picture=draw_bar(n, total) if n else "") for n in numbers]

    rows = [[state_cell(s), *count(s)] for s in STATES if any(s in count for count in counts)]
    foot = [Cell("Total"), *[Cell(str(total), is_number=True)] * len(tables)]
    return render_table("Actividades por estado", columns, [("", rows)], source=name_source(e), total=foot)


def show_changes(source: Source) -> Block:
    """Show what changed since the quarter before: figures, activities that crossed into or out of «cumplida»."""
    e = take_evaluation(source)
    if e.solo_plan or is_unit(e):
        return EMPTY
    before, why = measure_before(e)
    if before is None:
        return render_words([why])
    old, new, locale = pick_figures(before), pick_figures(e), e.plan.locale
    sentences = []
    for name, (label, _) in FIGURES.items():
        was, now = old[f"{name}_acumulado"], new[f"{name}_acumulado"]
        if has(was) and has(now):
            then, here = format_percent(was, locale), format_percent(now, locale)
            moved = f"sigue en {here}" if then == here else f"{'subió' if now > was else 'bajó'} de {then} a {here}"
            sentences.append(f"{label} a la fecha: {moved}.")
    sentences.append(_tell_moves(before, e))
    table = e.actividades.merge(before.actividades, on="actividad_id", suffixes=("", "_antes"))
    met, was_met = (table[c].isin(_MET) for c in ("estado", "estado_antes"))
    codes = e.plan.actividades.set_index("actividad_id")["codigo"]
    groups = []
    for title, rows in (("Dejaron de estar cumplidas", was_met & ~met), ("Pasaron a estar cumplidas", met & ~was_met)):
        cells = [
            [
                _name_row(row, codes),
                text_cell(name_unit(row["unidad_id"], row["unidad"])),
                percent_cell(row["cumplimiento_acumulado_antes"], locale, state=row["estado_antes"]),
                percent_cell(row["cumplimiento_acumulado"], locale, state=row["estado"]),
            ]
            for row in table[rows].to_dict("records")
        ]
        groups += [(f"{title}: {len(cells)}", cells)] if cells else []
    if not groups:
        return render_words([*sentences, "Ninguna actividad pasó a estar cumplida ni dejó de estarlo."])
    columns = [Column("Actividad"), Column("Unidad")]
    columns += [
        Column(f"Cumplimiento acumulado al cierre del {describe_quarter(q)} (%)", is_number=True)
        for q in (before.trimestre, e.trimestre)
    ]
    caption = "Actividades que cambiaron de lado desde el trimestre anterior"
    return join_blocks(render_words(sentences), render_table(caption, columns, groups, source=name_source(e)))


def _tell_moves(before: Evaluation, e: Evaluation) -> str:
    """Tell which units moved in the order since the quarter before."""
    was, now = ({row["unidad_id"]: place for place, row in rank_units(x)[0]} for x in (before, e))
    names = e.plan.unidades.set_index("unidad_id")["unidad"]
    moved = sorted(now.keys() & was.keys(), key=lambda unit: (-abs(now[unit] - was[unit]), now[unit], unit))
    told = [
        f"{name_unit(unit, names[unit])} {'sube' if now[unit] < was[unit] else 'baja'} "
        f"del lugar {was[unit]} al {now[unit]}"
        for unit in moved
        if now[unit] != was[unit]
    ]
    rest = f"; cambian de lugar {len(told) - 3} unidades más" if len(told) > 4 else ""
    return f"{'; '.join(told[: 3 if rest else 4])}{rest}." if told else "Ninguna unidad cambió de lugar."


def _name_row(row: Mapping[str, object], codes: pd.Series) -> Cell:
    return text_cell(name_activity(row, codes[row["actividad_id"]]), source=row["fuente"])


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
    label = FIGURES[principal][0]
    ranked, apart = rank_units(e)

    def make_row(row: dict, place: str, reason: str) -> list[Cell]:
        value = row[f"{principal}_acumulado"]
        return [
            _link_unit(row, links, [reason]),
            Cell(place, is_number=True),
            percent_cell(value, locale, picture=draw_bar(value) if not reason else ""),
            percent_cell(row[f"{principal}_trimestre"], locale),
            Cell(f"{row['cumplidas_acumulado']} de {count_base(row, 'acumulado', e)}", is_number=True),
            percent_cell(row["cobertura_reporte_acumulado"], locale),
            percent_cell(row["promedio_topado_acumulado"], locale),
        ]

    columns = [
        Column("Unidad"),
        Column("Lugar", is_number=True),
        Column(f"{label} a la fecha (%)", is_number=True),
        Column(f"{label} en el trimestre (%)", is_number=True),
        Column(f"Cumplidas de {e.perfil.denominador} a la fecha", is_number=True),
        Column("Cobertura de reporte a la fecha (%)", is_number=True),
        Column("Promedio topado a la fecha (%)", is_number=True),
    ]
    groups = [("", [make_row(row, str(place), "") for place, row in ranked])] if ranked else []
    groups += [("Sin lugar en la ordenación", [make_row(row, "—", reason) for row, reason in apart])] if apart else []
    if not groups:
        return render_words(["El plan no tiene unidades con actividades."])
    caption = f"Unidades por {label[:1].lower() + label[1:]} a la fecha, {name_span(e.trimestre)}"
    return render_table(caption, columns, groups, source=name_source(e))


def _link_unit(row: Mapping[str, object], links: bool, notes: list[str] | None = None) -> Cell:
    link = f"unidades/{file_name(row['unidad_id'])}.html" if links else ""
    return text_cell(name_unit(row["unidad_id"], row["unidad"]), notes=notes or (), link=link)


def show_heatmap(source: Source, *, links: bool = False) -> Block:
    """Show the mean of compliance, capped at 100, of each unit in each quarter; in the first quarter, also by month.

    Parameters
    ----------
    source : Quarter or Evaluation
    links : bool, default False
        Link each unit to its page in ``unidades/``.
    """
    e = take_evaluation(source)
    if e.solo_plan or is_unit(e) or e.unidades.empty:
        return EMPTY
    columns: list[tuple[str, dict[str, Cell]]] = list(_list_months(e)) if e.trimestre == 1 else []
    for x in (*e.anteriores, e):
        cells = {row["unidad_id"]: _cell_heat(row, "trimestre", e) for row in x.unidades.to_dict("records")}
        columns.append((describe_quarter(x.trimestre), cells))
    if e.trimestre > 1:
        cells = {row["unidad_id"]: _cell_heat(row, "acumulado", e) for row in e.unidades.to_dict("records")}
        columns.append((f"A la fecha, {name_span(e.trimestre)}", cells))
    empty, (ranked, apart) = Cell("", is_number=True), rank_units(e)
    units = [*(row for _, row in ranked), *(row for row, _ in apart)]
    rows = [[_link_unit(row, links), *(cells.get(row["unidad_id"], empty) for _, cells in columns)] for row in units]
    heads = [Column("Unidad"), *(Column(capitalize(title), is_number=True) for title, _ in columns)]
    shown = {cell.state for row in rows for cell in row if cell.state}
    legend = ", ".join(f"{SYMBOLS[state]} {state}" for state in STATES if state in shown)
    caption = f"Promedio topado de cada unidad por periodo (%), con el estado que le corresponde: {legend}"
    return render_table(caption, heads, [("", rows)], source=name_source(e))


def _cell_heat(row: Mapping[str, object], window: str, e: Evaluation) -> Cell:
    value = row[f"promedio_topado_{window}"]
    missing = "sin reporte" if row[f"sin_reporte_{window}"] else ""
    idle = "no programada" if row[f"no_programadas_{window}"] else "no evaluable"
    return _badge(value, e.perfil.state_of(value) if has(value) else missing or idle, e)


def _badge(value: float | None, state: str, e: Evaluation) -> Cell:
    """Return a cell that is one badge: the state's sign and colour with the number, or without one the state's name."""
    said = format_percent(value, e.plan.locale) if has(value) else ""
    return Cell("", is_number=True, state=state, badge=said, value=value)


def _list_months(e: Evaluation) -> list[tuple[str, dict[str, Cell]]]:
    """List the months of the first quarter with the units' cells; a unit that does not file monthly has none."""
    due, found = find_dues(e), {}
    for activity in e.plan.actividades.to_dict("records"):
        for period in list_comparable(activity, due, 1)[0]:
            if period["meses"] == 1:
                known = has(period["programado"]) and has(period["ejecutado"])
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
            state = e.perfil.state_of(mean) if values else max(states)
            cells[unit_id] = _badge(mean, state, e)
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
    blocks = [
        _list_extremes(behind, "Metas más rezagadas a la fecha", e) if len(behind) else EMPTY,
        _list_extremes(beyond, f"Metas muy por encima de lo programado (más de {band})", e) if len(beyond) else EMPTY,
    ]
    if not len(behind) and not len(beyond):
        there = table["cumplimiento_acumulado"].notna().any()
        none = "Ninguna meta evaluada quedó por debajo de lo programado ni muy por encima de ello."
        return render_words([none if there else "No hay metas evaluadas que ordenar."])
    late = int((table["estado"] == "sin reporte").sum())
    who = count_words(late, "actividad sin reporte no tiene", "actividades sin reporte no tienen")
    return join_blocks(*blocks, render_words([f"{who} cifra que ordenar."]) if late else EMPTY)


def _list_extremes(table: pd.DataFrame, caption: str, e: Evaluation) -> Block:
    codes, locale = e.plan.actividades.set_index("actividad_id")["codigo"], e.plan.locale
    rows = [
        [
            _name_row(row, codes),
            text_cell(name_unit(row["unidad_id"], row["unidad"])),
            *(number_cell(row[f"{c}_acumulado"], locale, source=row["fuente"]) for c in ("programado", "ejecutado")),
            percent_cell(row["cumplimiento_acumulado"], locale, state=row["estado"]),
            number_cell(row["ejecutado_acumulado"] - row["programado_acumulado"], locale),
        ]
        for row in table.head(_MOST).to_dict("records")
    ]
    columns = [Column("Actividad"), Column("Unidad")]
    titles = ("Programado", "Ejecutado", "Cumplimiento acumulado (%)", "Diferencia")
    columns += [Column(title, is_number=True) for title in titles]
    more = f": {_MOST} de {len(table)}" if len(table) > _MOST else ""
    return render_table(f"{caption}{more}", columns, [("", rows)], source=name_source(e))
