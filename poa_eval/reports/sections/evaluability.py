"""Evaluability: what a plan says of its activities so that they can be evaluated, criterion by criterion."""

from collections.abc import Callable, Mapping

from poa_eval.metrics.evaluability import CRITERIA, Evaluability
from poa_eval.metrics.evaluation import Evaluation, has_plan, is_unit
from poa_eval.reports.html.blocks import EMPTY, Block
from poa_eval.reports.html.sparklines import draw_bar
from poa_eval.reports.html.tables import Cell, percent_cell, render_records, render_table, text_cell
from poa_eval.reports.sections.activities import KEYS, NAMES, list_activities
from poa_eval.reports.sections.inputs import Source, name_source, take_evaluation
from poa_eval.reports.sections.ranking import link_unit
from poa_eval.text.columns import Column, say_yes
from poa_eval.text.wording import capitalize, count_words, is_present

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
    return _list_criteria(found, e) + ranked + _list_missing(e)


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
        Column("Actividades que lo cumplen", kind="number", tooltip=_ASSESSED),
        Column("Actividades que lo cumplen", kind="percent", tooltip=f"{_ASSESSED}, entre las del plan × 100"),
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
    columns = [Column("Unidad"), Column("Lugar", kind="number", tooltip="Orden por evaluabilidad")]
    columns.append(Column("Evaluabilidad", kind="percent", tooltip="Media de las actividades de la unidad"))
    group = "Actividades que cumplen cada criterio (%)"
    columns += [
        Column(capitalize(name), kind="number", group=group, tooltip=_ASSESSED) for name, _ in CRITERIA.values()
    ]
    return render_table("Unidades por evaluabilidad", columns, [("", rows)], source=name_source(e), kind="compacta")


def list_records(e: Evaluation) -> list[dict]:
    """Return what is found of each activity, with what plan and evaluation say of it."""
    activities = list_activities(e)
    return [activities[row["actividad_id"]] | row for row in e.evaluability.actividades.to_dict("records")]


def _show_mark(column: str) -> Callable[[Mapping], Cell]:
    return lambda row: Cell("✓ sí" if row[column] else "✗ no")


#: The criteria of each activity, for the table of a page and for the sheet; rows as of `list_records`.
COLUMNS = [
    *NAMES,
    *(
        Column(capitalize(name), say_yes(column), "state", 11, cell=_show_mark(column))
        for column, (name, _) in CRITERIA.items()
    ),
    Column("Evaluabilidad", "evaluabilidad", "percent", 13),
    Column("Qué le falta", "faltan", width=36, is_optional=True),
    Column("Meta", "meta_texto", width=40, is_aside=True, is_optional=True),
    Column("Indicador", "indicador", width=34, is_aside=True, is_optional=True),
    *KEYS,
]


def _list_missing(e: Evaluation) -> Block:
    """Show each activity with what it meets; those that miss the same stand together, those that miss least first."""
    rows = sorted(list_records(e), key=lambda row: -row["criterios"])
    several, groups = not is_unit(e) and len({row["unidad_id"] for row in rows}) > 1, {}
    for row in rows:
        missing = row["faltan"] if is_present(row["faltan"]) else ""
        groups.setdefault((row["unidad_id"] if several else "", missing), []).append(row)
    titled = []
    for (_, missing), own in groups.items():
        said = f"{own[0]['nombre']}. " if several else ""
        said += f"{own[0]['criterios']} de {len(CRITERIA)} criterios. "
        said += f"Falta {missing}" if missing else "No falta nada"
        titled.append((f"{said} ({count_words(len(own), 'actividad', 'actividades')})", own))
    caption = "Qué cumple y qué le falta a cada actividad"
    return render_records(caption, COLUMNS, titled, source=name_source(e), kind="compacta")


def count_criteria(found: Evaluability) -> str:
    """Tell how many of the criteria are met by all activities, and by none."""
    shares, number = found.institucion[list(CRITERIA)].iloc[0], len(CRITERIA)
    full, none = int((shares == 100).sum()), int((shares == 0).sum())
    if len(found.actividades) == 1:
        return f"la actividad cumple {full} de {number} criterios"
    if number in (full, none):
        return f"las actividades cumplen los {number} criterios" if full else "ninguna actividad cumple criterio alguno"
    parts = [f"{full} se {'cumple' if full == 1 else 'cumplen'} en todas las actividades"] if full else []
    where = "ninguna" if full else "ninguna actividad"
    parts += [f"{none} no se {'cumple' if none == 1 else 'cumplen'} en {where}"] if none else []
    return f"de {number} criterios, {' y '.join(parts) or 'todos se cumplen solo en algunas actividades'}"


def tell_goals(e: Evaluation) -> str:
    """Tell how many goals are quantified, and how many are empty."""
    goals = e.evaluability.metas
    number, counted, empty = len(goals), int(goals["cuantificada"].sum()), int(goals["vacia"].sum())
    if empty == number:
        return "no dice ninguna meta"
    are = "está cuantificada" if counted <= 1 else "están cuantificadas"
    if number == 1:
        return f"su única meta {'' if counted else 'no '}{are}"
    which = f"{counted} de {number}" if counted else f"ninguna de las {number}"
    which = f"las {number}" if counted == number else which
    rest = f" y {empty} {'está vacía' if empty == 1 else 'están vacías'}" if empty else ""
    return f"{which} metas {are}{rest}"
