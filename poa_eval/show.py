"""Show stage: what was reached, as sentences, figures and tables for a reader."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from poa_eval.block import (
    EMPTY,
    Block,
    Cell,
    Column,
    number_cell,
    percent_cell,
    render,
    render_table,
    render_words,
    state_cell,
    text_cell,
)
from poa_eval.errors import ParamsError
from poa_eval.measure import Evaluation, describe_quarter
from poa_eval.names import file_name, fold, suggest_sentence
from poa_eval.narrate import (
    count_base,
    find_dues,
    find_gap,
    find_reason,
    is_unit,
    list_notes,
    list_periods,
    list_volumes,
    name_quarter,
    name_source,
    pick_figures,
    rank_units,
    take_evaluation,
    tell_headline,
)
from poa_eval.profile import STATES
from poa_eval.quarter import Quarter
from poa_eval.tell import list_figures, tell_plan
from poa_eval.values import QUARTERS, name_period
from poa_eval.words import (
    FIGURES,
    capitalize,
    count_words,
    format_day,
    format_number,
    format_percent,
    has,
    name_activity,
    name_indicator,
    name_span,
    name_unit,
)

Source = Quarter | Evaluation


def show_title(source: Source) -> Block:
    """Show the page's heading: institution or unit, quarter, cut-off date, and what the document says of itself."""
    e = take_evaluation(source)
    title, lines = e.plan.institucion, []
    if is_unit(e) and len(e.plan.unidades):
        unit = e.plan.unidades.iloc[0]
        title, lines = name_unit(unit["unidad_id"], unit["unidad"]), [e.plan.institucion]
        lines += [f"Responsable: {unit['responsable']}"] if has(unit["responsable"]) else []
    dates = f"{capitalize(name_quarter(e))} · Fecha de corte: {format_day(e.fecha_corte, e.plan.locale)}"
    lines += [dates, *(f"{note}." for note in list_notes(e))]
    return render("titulo.html.j2", title=title, lines=lines)


def show_headline(source: Source) -> Block:
    """Show in words, from the figures, what happened in the quarter and to date; of a plan alone, what it is."""
    e = take_evaluation(source)
    return render_words(tell_plan(e) if e.solo_plan else tell_headline(e), kind="titular")


def show_key_figures(source: Source) -> Block:
    """Show the four figures side by side, each with its formula; to date, and of the quarter below.

    The profile's principal figure comes first. A figure that is empty says why. A plan alone shows how far it can be
    evaluated, what falls due and what it costs.
    """
    e = take_evaluation(source)
    row = pick_figures(e)
    names = sorted(FIGURES, key=lambda name: name != e.perfil.principal)
    figures = [_describe_figure(name, row, e) for name in names] if row else []
    figures = list_figures(e) if e.solo_plan else figures
    if not figures:
        return render_words(["No hay cifras: la unidad no tiene actividades en el plan."])
    return render("cifras.html.j2", figures=figures)


def _describe_figure(name: str, row: Mapping[str, object], e: Evaluation) -> dict[str, object]:
    label, formula = FIGURES[name]
    formula = e.perfil.formula_proporcion if name == "proporcion_cumplidas" else formula
    notes = [_tell_window(name, row, window, e) for window in ("acumulado", "trimestre")]
    quarter = describe_quarter(e.trimestre)
    if notes[0] == notes[1]:
        notes = [f"A la fecha y en el {quarter}: {notes[0]}"]
    else:
        notes = [f"A la fecha, {name_span(e.trimestre)}: {notes[0]}", f"En el {quarter}: {notes[1]}"]
    value = format_percent(row[f"{name}_acumulado"], e.plan.locale)
    return {"name": label, "value": value, "notes": [*notes, f"Fórmula: {formula}"]}


def _tell_window(name: str, row: Mapping[str, object], window: str, e: Evaluation) -> str:
    """Tell a figure of a window, with what it is made of; where it is empty, why."""
    value, locale = row[f"{name}_{window}"], e.plan.locale
    said = [format_percent(value, locale) if has(value) else f"sin cifra: {find_gap(name, row, window)}"]
    if name == "proporcion_cumplidas":
        if has(value):
            said[0] += f", {row[f'cumplidas_{window}']} de {count_base(row, window, e)} {e.perfil.denominador}"
        said.append(f"cobertura de reporte: {format_percent(row[f'cobertura_reporte_{window}'], locale)}")
    if name == "volumen" and has(value):
        done, planned = (format_number(row[f"{c}_{window}"], locale) for c in ("ejecutado", "programado"))
        said[0] += f", {done} de {planned}"
        said += ["suma según el documento"] * ("según el documento" in str(row["motivo"]))
    return "; ".join(said)


def show_counts(source: Source) -> Block:
    """Show how many activities are in each state, in the quarter and to date."""
    e = take_evaluation(source)
    if e.solo_plan:
        return EMPTY
    table = e.actividades
    counts = [table["estado_trimestre"].value_counts(), table["estado"].value_counts()]
    rows = [[state_cell(s), *(Cell(str(int(count.get(s, 0))), is_number=True) for count in counts)] for s in STATES]
    columns = [
        Column("Estado"),
        Column(f"En el {describe_quarter(e.trimestre)} (actividades)", is_number=True),
        Column(f"A la fecha, {name_span(e.trimestre)} (actividades)", is_number=True),
    ]
    total = [Cell("Total"), *[Cell(str(len(table)), is_number=True)] * 2]
    return render_table("Actividades por estado", columns, [("", rows)], source=name_source(e), total=total)


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
    quarter, to_date = describe_quarter(e.trimestre), f"A la fecha, {name_span(e.trimestre)}"
    columns = [Column("Actividad")]
    for group, percent in ((quarter, "Cumplimiento del trimestre (%)"), (to_date, "Cumplimiento acumulado (%)")):
        columns += [Column(title, group, is_number=True) for title in ("Programado", "Ejecutado", percent)]
    columns.append(Column("Avance anual (%)", is_number=True))
    codes = e.plan.actividades.set_index("actividad_id")["codigo"]
    names = e.plan.unidades.set_index("unidad_id")["unidad"]
    groups = [
        (
            "" if is_unit(e) else name_unit(unit_id, names[unit_id]),
            [_row_activity(r, codes, e) for r in rows.to_dict("records")],
        )
        for unit_id, rows in table.groupby("unidad_id", sort=False)
    ]
    caption = f"Actividades: programado y ejecutado en el {name_quarter(e)} y a la fecha{narrowed}"
    return render_table(caption, columns, groups, source=name_source(e))


def _row_activity(row: Mapping[str, object], codes: pd.Series, e: Evaluation) -> list[Cell]:
    locale, source = e.plan.locale, row["fuente"]
    measure = f"Unidad de medida: {row['unidad_medida']}" if has(row["unidad_medida"]) else "Sin unidad de medida"
    code = codes[row["actividad_id"]]
    name = " · ".join(str(part) for part in (code, row["actividad"]) if has(part))
    cells = [text_cell(name, notes=(capitalize(name_indicator(row)), measure), source=source)]
    for window, state in (("trimestre", "estado_trimestre"), ("acumulado", "estado")):
        cells += [number_cell(row[f"{c}_{window}"], locale, source=source) for c in ("programado", "ejecutado")]
        reason = find_reason(row["motivo"], window)
        cells.append(percent_cell(row[f"cumplimiento_{window}"], locale, state=row[state], reason=reason))
    return [*cells, percent_cell(row["avance_anual"], locale, reason=find_reason(row["motivo"], "avance anual"))]


def _choose(word: str, choices: list[str] | tuple[str, ...], what: str) -> str:
    """Return the folded word where it is one of the choices; else refuse, with the nearest."""
    if fold(word) not in {fold(choice) for choice in choices}:
        raise ParamsError(f"{what} «{word}»", "un nombre que exista", suggest_sentence(word, dict.fromkeys(choices)))
    return fold(word)


def show_periods(source: Source) -> Block:
    """Show programmed against executed: a unit's activities by period, the institution's volumes by quarter."""
    e = take_evaluation(source)
    if e.solo_plan:
        return EMPTY
    return _show_unit_periods(e) if is_unit(e) else _show_volumes(e)


def _show_unit_periods(e: Evaluation) -> Block:
    due, locale = find_dues(e), e.plan.locale
    groups = []
    for activity in e.plan.actividades.to_dict("records"):
        rows = []
        for p in list_periods(activity, due, e.trimestre):
            planned, done = (number_cell(p[c], locale, source=p["fuente"]) for c in ("programado", "ejecutado"))
            done = state_cell(p["estado"], is_number=True) if p["estado"] else done
            rows.append([Cell(name_period(p["mes"], p["meses"])), planned, done, text_cell(p["comentario"])])
        measure = f" ({activity['unidad_medida']})" if has(activity["unidad_medida"]) else ""
        groups += [(name_activity(activity, activity["codigo"]) + measure, rows)] if rows else []
    if not groups:
        return render_words(["El documento no trae cifras por periodo de esta unidad."])
    columns = [
        Column("Periodo"),
        Column("Programado", is_number=True),
        Column("Ejecutado", is_number=True),
        Column("Comentario de la unidad", is_optional=True),
    ]
    return render_table(
        f"Programado y ejecutado por periodo, {name_span(e.trimestre)}", columns, groups, source=name_source(e)
    )


def _show_volumes(e: Evaluation) -> Block:
    """Show the sums of each unit of measure by quarter: what is of different units is not added up."""
    table, left_out = list_volumes(e)
    if table.empty:
        return render_words(["No hay cantidades evaluadas que se puedan sumar dentro de una unidad de medida."])
    quarters = range(1, e.trimestre + 1)
    columns = [Column("Unidad de medida")]
    columns += [Column(t, f"{QUARTERS[q - 1]} trimestre", True) for q in quarters for t in ("Programado", "Ejecutado")]

    def sum_up(label: str, part: pd.DataFrame) -> list[Cell]:
        sums = part.groupby("trimestre")[["programado", "ejecutado"]].sum().reindex(quarters)
        cells = [number_cell(sums.at[q, c], e.plan.locale) for q in quarters for c in sums.columns]
        count = count_words(part["actividad_id"].nunique(), "actividad", "actividades")
        return [text_cell(label, notes=[count]), *cells]

    rows = [sum_up(measure, part) for measure, part in table.groupby("medida", sort=False)]
    per_document = e.plan.rule("suma_segun_documento")
    total = sum_up("Suma según el documento", table) if per_document else []
    notes = ["Cada suma es de las actividades evaluadas en el trimestre"]
    notes += [] if per_document else ["Unidades de medida distintas no se suman"]
    if left_out:
        who = count_words(left_out, "actividad queda", "actividades quedan")
        notes.append(f"{who} fuera: son porcentajes, resultados ya acumulados o sin unidad de medida")
    source = ". ".join([name_source(e), *notes])
    caption = "Programado y ejecutado por trimestre y unidad de medida"
    return render_table(caption, columns, [("", rows)], source=source, total=total)


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
    locale, label = e.plan.locale, FIGURES[e.perfil.principal][0]
    ranked, apart = rank_units(e)

    def make_row(row: dict, place: str, reason: str) -> list[Cell]:
        name = name_unit(row["unidad_id"], row["unidad"])
        met = f"{row['cumplidas_acumulado']} de {count_base(row, 'acumulado', e)}"
        return [
            text_cell(name, notes=[reason], link=f"unidades/{file_name(row['unidad_id'])}.html" if links else ""),
            Cell(place, is_number=True),
            *(percent_cell(row[f"{e.perfil.principal}_{window}"], locale) for window in ("acumulado", "trimestre")),
            Cell(met, is_number=True),
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
