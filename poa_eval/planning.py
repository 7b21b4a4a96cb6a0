"""Planning: what a plan can be held to, as words and tables: its evaluability, what falls due, what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

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
    text_cell,
)
from poa_eval.evaluability import CRITERIA, Evaluability, assess
from poa_eval.measure import Evaluation
from poa_eval.names import file_name
from poa_eval.narrate import is_unit, name_quarter, name_source, take_evaluation
from poa_eval.quarter import Quarter
from poa_eval.tell import find_load, has_plan, tell_due, tell_investment
from poa_eval.values import MONTHS, QUARTERS, close_months
from poa_eval.words import (
    capitalize,
    count_words,
    format_number,
    format_percent,
    has,
    join_words,
    name_unit,
)

Source = Quarter | Evaluation


def show_evaluability(source: Source, *, links: bool = False) -> Block:
    """Show criterion by criterion what the plan says of its activities so that they can be evaluated.

    Parameters
    ----------
    source : Quarter or Evaluation
    links : bool, default False
        Link each unit to its page in ``unidades/``.

    Returns
    -------
    Block
        Empty for documents with results and nothing of a plan.
    """
    e = take_evaluation(source)
    if not has_plan(e) or e.plan.actividades.empty:
        return EMPTY
    found = assess(e.plan)
    ranked = [] if is_unit(e) or len(found.unidades) < 2 else [_rank_units(found, e, links)]
    sentences = [*_tell_criteria(found.actividades), *_tell_ranking(found, e.plan.locale) * bool(ranked)]
    return join_blocks(render_words(sentences), _list_criteria(found, e), *ranked, _list_missing(found, e))


def _tell_criteria(table: pd.DataFrame) -> list[str]:
    """Tell which criteria all activities meet, which some, which none."""
    total, names = len(table), {column: name for column, (name, _) in CRITERIA.items()}
    counts = {names[column]: int(table[column].sum()) for column in CRITERIA}
    full, none = ([name for name, number in counts.items() if number == limit] for limit in (total, 0))
    some = [f"{name} ({number} de {total})" for name, number in counts.items() if 0 < number < total]
    if total == 1:
        parts = [f"La única actividad tiene {join_words(full)}."] if full else []
        return [*parts, *([f"Le falta {join_words(none)}."] if none else [])]
    said = [f"Las {total} actividades tienen {join_words(full)}."] if full else []
    said += [f"Solo algunas: {join_words(some)}."] if some else []
    return said + ([f"Ninguna tiene {join_words(none, 'ni')}."] if none else [])


def _tell_ranking(found: Evaluability, locale: str) -> list[str]:
    """Tell what sets the first unit apart from the last, criterion by criterion."""
    table = found.unidades[found.unidades["evaluabilidad"].notna()]
    if len(table) < 2:
        return []
    first, last = table.iloc[0], table.iloc[-1]
    if first["evaluabilidad"] == last["evaluabilidad"]:
        return ["Todas las unidades tienen la misma evaluabilidad."]
    names, shares = (
        [name_unit(row["unidad_id"], row["unidad"]) for row in (first, last)],
        [format_percent(row["evaluabilidad"], locale) for row in (first, last)],
    )
    gaps = [
        f"{name}, {format_percent(first[column], locale)} de las actividades de una frente a "
        f"{format_percent(last[column], locale)} de la otra"
        for column, (name, _) in CRITERIA.items()
        if first[column] != last[column]
    ]
    return [f"{names[0]} ({shares[0]}) y {names[1]} ({shares[1]}) se distinguen en: {'; '.join(gaps)}."]


def _list_criteria(found: Evaluability, e: Evaluation) -> Block:
    total = len(found.actividades)
    rows = [
        [
            text_cell(capitalize(name), notes=[f"{capitalize(meaning)}."]),
            Cell(f"{int(found.actividades[column].sum())} de {total}", is_number=True),
            percent_cell(found.institucion[column].iloc[0], e.plan.locale),
        ]
        for column, (name, meaning) in CRITERIA.items()
    ]
    columns = [
        Column("Criterio, y qué cuenta"),
        Column("Actividades que lo cumplen", is_number=True),
        Column("Actividades que lo cumplen (%)", is_number=True),
    ]
    share = percent_cell(found.institucion["evaluabilidad"].iloc[0], e.plan.locale)
    total_row = [text_cell("Evaluabilidad", notes=["Media de los criterios."]), Cell("", is_number=True), share]
    caption = "Los criterios de evaluabilidad y cuántas actividades los cumplen"
    return render_table(caption, columns, [("", rows)], source=name_source(e), total=total_row)


def _rank_units(found: Evaluability, e: Evaluation, links: bool) -> Block:
    rows = [
        [
            text_cell(
                name_unit(row["unidad_id"], row["unidad"]),
                notes=[count_words(row["actividades"], "actividad", "actividades")],
                link=f"unidades/{file_name(row['unidad_id'])}.html" if links else "",
            ),
            Cell(str(row["lugar"]) if has(row["lugar"]) else "—", is_number=True),
            *(percent_cell(row[column], e.plan.locale) for column in ("evaluabilidad", *CRITERIA)),
        ]
        for row in found.unidades.to_dict("records")
    ]
    columns = [Column("Unidad"), Column("Lugar", is_number=True), Column("Evaluabilidad (%)", is_number=True)]
    group = "Actividades que cumplen cada criterio (%)"
    columns += [Column(capitalize(name), group, is_number=True) for name, _ in CRITERIA.values()]
    return render_table("Unidades por evaluabilidad", columns, [("", rows)], source=name_source(e), kind="compacta")


def _list_missing(found: Evaluability, e: Evaluation) -> Block:
    """Show each activity with what it meets; those that miss the same stand together, those that miss least first."""
    codes = e.plan.actividades.set_index("actividad_id")["codigo"]
    columns = [Column("Actividad"), *(Column(capitalize(name)) for name, _ in CRITERIA.values())]
    table = found.actividades.assign(faltan=found.actividades["faltan"].fillna(""))
    ordered = table.sort_values("criterios", ascending=False, kind="stable")
    by = ["faltan"] if is_unit(e) or table["unidad_id"].nunique() == 1 else ["unidad_id", "faltan"]
    groups = []
    for _, part in ordered.groupby(by, sort=False):
        first = part.iloc[0]
        unit = f"{name_unit(first['unidad_id'], first['unidad'])}. " if len(by) > 1 else ""
        said = f"{first['criterios']} de {len(CRITERIA)} criterios. "
        said += f"Falta {first['faltan']}" if first["faltan"] else "No falta nada"
        rows = [
            [
                _name_cell(row, codes[row["actividad_id"]]),
                *(Cell("✓ sí" if row[column] else "✗ no") for column in CRITERIA),
            ]
            for row in part.to_dict("records")
        ]
        groups.append((f"{unit}{said} ({count_words(len(part), 'actividad', 'actividades')})", rows))
    caption = "Qué cumple y qué le falta a cada actividad"
    return render_table(caption, columns, groups, source=name_source(e), kind="compacta")


def _name_cell(row: Mapping[str, object], code: object, notes: Iterable[str] = ()) -> Cell:
    name = " · ".join(str(part) for part in (code, row["actividad"]) if has(part))
    return text_cell(name, notes=notes, source=row["fuente"])


def show_due(source: Source) -> Block:
    """Show what falls due in the quarter, how much in each quarter, and of what the plan does not say when.

    An activity without calendar is «sin calendario»; it is not «no programada».
    """
    e = take_evaluation(source)
    load = find_load(e)
    if e.plan.actividades.empty or (load.meses.empty and not e.solo_plan):
        return EMPTY
    if load.meses.empty:
        return render_words([tell_due(e)])
    origins = [meaning for _, meaning, *_ in load.origins]
    words = render_words([tell_due(e), f"Un mes cuenta cuando {join_words(origins, 'o')}."])
    return join_blocks(words, _count_quarters(e), _list_due(e))


def _count_quarters(e: Evaluation) -> Block:
    plan, noun = e.plan, find_load(e).noun
    heads = [f"{name} trimestre" + " (el que se evalúa)" * (q == e.trimestre) for q, name in enumerate(QUARTERS, 1)]
    columns = [Column("Unidad"), *(Column(head, noun, is_number=True) for head in heads)]
    columns += [Column("Sin calendario", is_number=True), Column("Actividades del plan", is_number=True)]

    def count(label: str, ids: pd.Series) -> list[Cell]:
        load = find_load(e, ids)
        numbers = (*load.trimestres, len(load.sin_calendario), len(ids))
        return [Cell(label), *(Cell(str(number), is_number=True) for number in numbers)]

    owned = plan.actividades.groupby("unidad_id", sort=False)["actividad_id"]
    names = plan.unidades.set_index("unidad_id")["unidad"]
    rows = [count(name_unit(unit_id, names[unit_id]), ids) for unit_id, ids in owned]
    total = count("Total", plan.actividades["actividad_id"]) if len(rows) > 1 else []
    caption = f"{noun} en cada trimestre de {plan.ejercicio}"
    return render_table(caption, columns, [("", rows)], source=name_source(e), total=total)


def _list_due(e: Evaluation) -> Block:
    """List what stands in the quarter, and below it what has no calendar."""
    load, months = find_load(e), close_months(e.trimestre)
    here = load.meses[load.meses["mes"].isin(months)]
    marks = {key: rows.to_dict("records") for key, rows in here.groupby("actividad_id")}
    due = [row for row in e.plan.actividades.to_dict("records") if row["actividad_id"] in marks]
    undated = e.plan.actividades[e.plan.actividades["actividad_id"].isin(load.sin_calendario)].to_dict("records")

    def make_row(row: Mapping[str, object]) -> list[Cell]:
        months = [MONTHS[int(mark["mes"]) - 1] for mark in marks.get(row["actividad_id"], [])]
        when = (", ".join(months) or "sin calendario").replace(" ", "\N{NO-BREAK SPACE}")
        name = _name_cell(row, row["codigo"], notes=_tell_goal(row, e.plan.locale))
        return [name, Cell(when), text_cell(row["frecuencia"])]

    groups = _group_by_unit(e, due, make_row) or [("Ninguna en el trimestre", [])]
    if undated:
        groups.append((f"Sin calendario: el plan no dice cuándo ({len(undated)})", [make_row(row) for row in undated]))
    columns = [Column("Actividad"), Column("Meses"), Column("Frecuencia", is_optional=True)]
    caption = f"{load.noun} en el {name_quarter(e)}"
    return render_table(caption, columns, groups, source=name_source(e))


def _tell_goal(row: Mapping[str, object], locale: str) -> list[str]:
    """Return the goal of an activity, in figures and in words, as far as the plan says it."""
    figure = [format_number(row["meta_anual"], locale)] if has(row["meta_anual"]) else []
    figure += [str(row["unidad_medida"])] if figure and has(row["unidad_medida"]) else []
    words = [str(row["meta_texto"])] if has(row["meta_texto"]) else []
    return [f"Meta: {' · '.join([' '.join(figure), *words] if figure else words)}"] if figure or words else []


def _group_by_unit(e: Evaluation, rows: Sequence[dict], make_row) -> list[tuple[str, list[list[Cell]]]]:
    """Return the rows under the names of their units, where there is more than one unit."""
    names = e.plan.unidades.set_index("unidad_id")["unidad"]
    several = e.plan.actividades["unidad_id"].nunique() > 1
    groups: dict[str, list[list[Cell]]] = {}
    for row in rows:
        title = name_unit(row["unidad_id"], names[row["unidad_id"]]) if several else ""
        groups.setdefault(title, []).append(make_row(row))
    return list(groups.items())


def show_investment(source: Source) -> Block:
    """Show what each activity costs, as the document says it, with the total; what is not said stays missing."""
    e = take_evaluation(source)
    plan, locale = e.plan, e.plan.locale
    amounts, goals = plan.actividades["inversion"], plan.metas[plan.metas["inversion"].notna()]
    if amounts.isna().all() and goals.empty:
        return EMPTY
    total = float(amounts.sum())

    def make_row(row: Mapping[str, object]) -> list[Cell]:
        share = row["inversion"] / total * 100 if total and has(row["inversion"]) else None
        amount = number_cell(row["inversion"], locale, source=row["fuente"])
        cells = [_name_cell(row, row["codigo"]), amount, percent_cell(share, locale)]
        return [*cells, text_cell(row["inversion_texto"]), text_cell(row["recursos"])]

    ordered = plan.actividades.assign(monto=-amounts).sort_values("monto", kind="stable", na_position="last")
    groups = _group_by_unit(e, ordered.to_dict("records"), make_row) if amounts.notna().any() else []
    rows = [
        [
            text_cell(" · ".join(str(p) for p in (row["codigo"], row["texto"]) if has(p)), source=row["fuente"]),
            number_cell(row["inversion"], locale, source=row["fuente"]),
            *[Cell(is_number=True), Cell(), Cell()],
        ]
        for row in goals.to_dict("records")
    ]
    levels = join_words(dict.fromkeys(capitalize(str(level)) for level in goals["nivel"])) if rows else ""
    aside = ": no se suman con las actividades" if groups else ""
    groups += [(f"Montos por encima de las actividades ({levels}){aside}", rows)] if rows else []
    columns = [Column("Actividad"), Column("Inversión", is_number=True)]
    columns += [Column("Parte del total (%)", is_number=True, is_optional=True)]
    columns += [Column("Lo que dice el documento", is_optional=True), Column("Recursos", is_optional=True)]
    foot = [Cell("Total de las actividades"), number_cell(total, locale), Cell("", is_number=True), Cell(""), Cell("")]
    words = render_words([tell_investment(e), *_tell_largest(e)]) if amounts.notna().any() else EMPTY
    caption = f"Inversión prevista en {plan.ejercicio}, en la moneda del documento"
    table = render_table(caption, columns, groups, source=name_source(e), total=foot if amounts.notna().any() else [])
    return join_blocks(words, table)


def _tell_largest(e: Evaluation) -> list[str]:
    """Tell the largest amount and its share, where there are several."""
    amounts = e.plan.actividades["inversion"]
    if (amounts > 0).sum() < 2:
        return []
    row = e.plan.actividades.loc[amounts.idxmax()]
    share = format_percent(amounts.max() / amounts.sum() * 100, e.plan.locale)
    return [f"La mayor es la de «{str(row['actividad']).rstrip('.')}»: {share} del total."]
