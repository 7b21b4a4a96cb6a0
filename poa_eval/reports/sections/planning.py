"""Planning: what a plan can be held to, as words and tables: its evaluability, what falls due, what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from poa_eval.metrics.evaluability import CRITERIA, Evaluability
from poa_eval.metrics.evaluation import Evaluation, has_plan, is_unit
from poa_eval.metrics.schedule import ORIGINS, Schedule
from poa_eval.plan.notes import Statement
from poa_eval.reports.html.blocks import (
    EMPTY,
    Block,
    Cell,
    Column,
    count_cell,
    number_cell,
    percent_cell,
    render_table,
    render_words,
    text_cell,
)
from poa_eval.reports.html.sparklines import draw_bar
from poa_eval.reports.sections.changes import link_unit
from poa_eval.reports.sections.narrate import Source, name_source, take_evaluation
from poa_eval.reports.sections.tell import tell_due, tell_investment, tell_peak
from poa_eval.text.periods import MONTHS, QUARTERS
from poa_eval.text.wording import capitalize, count_words, is_present, join_name, join_words, name_unit, name_units

_ASSESSED = "Actividades que cumplen el criterio, una por una en datos/evaluabilidad.csv"


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
    found = e.evaluability
    ranked = EMPTY if is_unit(e) or len(found.unidades) < 2 else _rank_units(found, e, links)
    return _list_criteria(found, e) + ranked + _list_missing(found, e)


def _list_criteria(found: Evaluability, e: Evaluation) -> Block:
    total, share = len(found.actividades), found.institucion.iloc[0]
    rows = [
        [
            text_cell(capitalize(name), notes=[f"{capitalize(meaning)}."]),
            Cell(f"{int(found.actividades[column].sum())} de {total}", is_number=True),
            percent_cell(share[column], e.plan.locale, picture=draw_bar(share[column])),
        ]
        for column, (name, meaning) in CRITERIA.items()
    ]
    columns = [
        Column("Criterio, y qué cuenta"),
        Column("Actividades que lo cumplen", is_number=True, origin=_ASSESSED),
        Column("Actividades que lo cumplen (%)", is_number=True, origin=f"{_ASSESSED}, entre las del plan × 100"),
    ]
    mean = percent_cell(share["evaluabilidad"], e.plan.locale)
    foot = [text_cell("Evaluabilidad", notes=["Media de los criterios."]), Cell("", is_number=True), mean]
    caption = "Los criterios de evaluabilidad y cuántas actividades los cumplen"
    return render_table(caption, columns, [("", rows)], source=name_source(e), total=foot)


def _rank_units(found: Evaluability, e: Evaluation, links: bool) -> Block:
    rows = [
        [
            link_unit(row, links, [count_words(row["actividades"], "actividad", "actividades")]),
            Cell(str(row["lugar"]) if is_present(row["lugar"]) else "—", is_number=True),
            *(percent_cell(row[column], e.plan.locale) for column in ("evaluabilidad", *CRITERIA)),
        ]
        for row in found.unidades.to_dict("records")
    ]
    columns = [Column("Unidad"), Column("Lugar", is_number=True, origin="Orden por evaluabilidad")]
    columns.append(Column("Evaluabilidad (%)", is_number=True, origin="Media de las actividades de la unidad"))
    group = "Actividades que cumplen cada criterio (%)"
    columns += [Column(capitalize(name), group, is_number=True, origin=_ASSESSED) for name, _ in CRITERIA.values()]
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
        rows = []
        for row in part.to_dict("records"):
            marks = (Cell("✓ sí" if row[column] else "✗ no") for column in CRITERIA)
            rows.append([_name_activity(row, codes[row["actividad_id"]]), *marks])
        groups.append((f"{unit}{said} ({count_words(len(part), 'actividad', 'actividades')})", rows))
    caption = "Qué cumple y qué le falta a cada actividad"
    return render_table(caption, columns, groups, source=name_source(e), kind="compacta")


def _name_activity(row: Mapping[str, object], code: object) -> Cell:
    return text_cell(join_name(code, row["actividad"]), source=row["fuente"])


def show_due(source: Source) -> Block:
    """Show what falls due in the quarter, in which months each activity stands, and of what the plan does not say when.

    An activity without calendar is «sin calendario»; it is not «no programada».
    """
    e = take_evaluation(source)
    load = e.schedule
    if e.plan.actividades.empty or (load.meses.empty and not e.solo_plan):
        return EMPTY
    if load.meses.empty:
        return render_words([tell_due(e)])
    signs = [f"{sign}: {meaning}." for sign, meaning, *_ in load.origins]
    counts = _count_quarters(e, load) if e.plan.actividades["unidad_id"].nunique() > 1 else EMPTY
    return render_words([tell_due(e), *tell_peak(load), *signs]) + counts + _list_months(e, load)


def _name_quarters(e: Evaluation) -> list[str]:
    return [f"{name} trimestre" + " (el que se evalúa)" * (q == e.trimestre) for q, name in enumerate(QUARTERS, 1)]


def _count_quarters(e: Evaluation, load: Schedule) -> Block:
    origin = "Actividades contadas; los meses de cada una están en datos/calendario.csv"
    heads = [(head, load.noun) for head in _name_quarters(e)] + [("Sin calendario", ""), ("Actividades del plan", "")]
    columns = [Column("Unidad"), *(Column(head, group, is_number=True, origin=origin) for head, group in heads)]

    def count(label: str, ids: pd.Series) -> list[Cell]:
        part = load.narrow(ids)
        return [Cell(label), *map(count_cell, (*part.trimestres, len(part.sin_calendario), len(ids)))]

    owned, names = e.plan.actividades.groupby("unidad_id", sort=False)["actividad_id"], name_units(e.plan.unidades)
    rows = [count(names[unit_id], ids) for unit_id, ids in owned]
    total = count("Total", e.plan.actividades["actividad_id"])
    caption = f"{load.noun} en cada trimestre de {e.plan.ejercicio}"
    return render_table(caption, columns, [("", rows)], source=name_source(e), total=total)


def _list_months(e: Evaluation, load: Schedule) -> Block:
    """Show the months of each activity as signs, and below them what has no calendar."""
    signs = {key: ORIGINS[origin][0] for key, origin in load.meses.set_index(["actividad_id", "mes"])["origen"].items()}

    def make_row(row: Mapping[str, object]) -> list[Cell]:
        months = [Cell(signs.get((row["actividad_id"], month), "·")) for month in range(1, 13)]
        return [_name_activity(row, row["codigo"]), *months, text_cell(row["frecuencia"])]

    rows = e.plan.actividades.to_dict("records")
    dated = [row for row in rows if row["actividad_id"] not in load.sin_calendario]
    undated = [make_row(row) for row in rows if row["actividad_id"] in load.sin_calendario]
    groups = _group_by_unit(e, dated, make_row)
    groups += [(f"Sin calendario: el plan no dice cuándo ({len(undated)})", undated)] if undated else []
    columns = [Column("Actividad")]
    columns += [Column(month, _name_quarters(e)[i // 3]) for i, month in enumerate(MONTHS)]
    columns.append(Column("Frecuencia", is_optional=True))
    caption = f"Meses de {e.plan.ejercicio} en que está cada actividad"
    return render_table(caption, columns, groups, source=name_source(e), kind="compacta periodos")


def _group_by_unit(e: Evaluation, rows: Sequence[dict], make_row) -> list[tuple[str, list[list[Cell]]]]:
    """Return the rows under the names of their units, where there is more than one unit."""
    several, names = e.plan.actividades["unidad_id"].nunique() > 1, name_units(e.plan.unidades)
    groups: dict[str, list[list[Cell]]] = {}
    for row in rows:
        groups.setdefault(names[row["unidad_id"]] if several else "", []).append(make_row(row))
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
        share = row["inversion"] / total * 100 if total and is_present(row["inversion"]) else None
        amount = number_cell(row["inversion"], locale, source=row["fuente"])
        cells = [_name_activity(row, row["codigo"]), amount, percent_cell(share, locale)]
        return [*cells, text_cell(row["inversion_texto"]), text_cell(row["recursos"])]

    ordered = plan.actividades.assign(monto=-amounts).sort_values("monto", kind="stable", na_position="last")
    groups = _group_by_unit(e, ordered.to_dict("records"), make_row) if amounts.notna().any() else []
    notes = plan.list_notes(Statement)
    rows, said = [], {note.owner: note.text for note in notes if note.name == "inversion_texto"}
    for row in goals.to_dict("records"):
        name = text_cell(join_name(row["codigo"], row["texto"]), source=row["fuente"])
        amount = number_cell(row["inversion"], locale, source=row["fuente"])
        rows.append([name, amount, Cell(is_number=True), text_cell(said.get(row["meta_id"])), Cell()])
    levels = join_words(dict.fromkeys(capitalize(str(level)) for level in goals["nivel"])) if rows else ""
    aside = ": no se suman con las actividades" if groups else ""
    groups += [(f"Montos por encima de las actividades ({levels}){aside}", rows)] if rows else []
    columns = [Column("Actividad"), Column("Inversión", is_number=True, origin="Suma de las actividades")]
    share = "Inversión de la actividad / total de las actividades × 100"
    columns += [Column("Parte del total (%)", is_number=True, is_optional=True, origin=share)]
    columns += [Column("Lo que dice el documento", is_optional=True), Column("Recursos", is_optional=True)]
    foot = [Cell("Total de las actividades"), number_cell(total, locale), Cell("", is_number=True), Cell(""), Cell("")]
    if amounts.isna().all():
        foot = []
    caption = f"Inversión prevista en {plan.ejercicio}, en la moneda del documento"
    words = render_words([tell_investment(e)]) if foot else EMPTY
    return words + render_table(caption, columns, groups, source=name_source(e), total=foot)
