"""Goals: what a plan wants, in its own words: mission and vision, SWOT, objectives down to lines of action."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

import pandas as pd

from poa_eval.metrics.evaluation import Evaluation, has_plan, is_unit
from poa_eval.plan.notes import Statement
from poa_eval.plan.plan import Plan
from poa_eval.reports.html.blocks import EMPTY, Block, render
from poa_eval.reports.sections.inputs import Source, name_source, take_evaluation
from poa_eval.text.names import normalize
from poa_eval.text.wording import capitalize, format_number, is_present, name_rule, name_units

_QUADRANTS = {"fortaleza": "Fortalezas", "oportunidad": "Oportunidades"}
_QUADRANTS |= {"debilidad": "Debilidades", "amenaza": "Amenazas"}
#: What is told of an activity or of a level above it, in this order: column → label.
_TOLD = (
    "objetivo eje subeje transversalidad programa linea_accion meta_texto meta_anual indicador descripcion "
    "unidad_medida linea_base linea_base_texto frecuencia periodo beneficiarios recursos medio_verificacion"
)
_FACTS = {column: name_rule(column) for column in _TOLD.split()} | {
    "linea_accion": "Línea de acción",
    "meta_texto": "Meta",
    "unidad_medida": "Unidad de medida",
    "linea_base_texto": "Línea base",
    "medio_verificacion": "Medio de verificación",
}
_NUMBERS = ("meta_anual", "linea_base")
_AIMS = ("objetivo", "estrategia")
_SHORT = 60


@dataclass
class _Node:
    """A goal or an activity: its label and text, what is told of it, and what stands under it."""

    label: str
    text: str
    source: str
    facts: dict[str, list[str]]
    lines: list[str]
    marks: list[str] = field(default_factory=list)
    children: "list[_Node]" = field(default_factory=list)

    @property
    def paragraphs(self) -> list[list[tuple[str, list[str]]]]:
        """Return the facts as paragraphs."""
        return _group_facts(self.facts)


def show_mission(source: Source) -> Block:
    """Show mission, vision and responsible of each unit, as the plan says them."""
    e = take_evaluation(source)
    labels, units = {"mision": "Misión", "vision": "Visión", "responsable": "Responsable"}, []
    for row in e.plan.unidades.to_dict("records") if has_plan(e) else ():
        said = {label: _split(row[column]) for column, label in labels.items() if is_present(row[column])}
        units += [(_head_unit(e, row["unidad_id"]), said)] if said else []
    return render("datos.html.j2", units=units, source=name_source(e)) if units else EMPTY


def show_swot(source: Source) -> Block:
    """Show strengths, opportunities, weaknesses and threats of each unit, as four lists."""
    e = take_evaluation(source)
    table, units = e.plan.foda, []
    for unit_id, rows in table.groupby("unidad_id", sort=False):
        lists: dict[str, list[tuple[str, str]]] = {name: [] for name in _QUADRANTS.values()}
        for row in rows.to_dict("records"):
            name = _QUADRANTS.get(row["cuadrante"], capitalize(row["cuadrante"]))
            lists.setdefault(name, []).append((row["punto"], _name_place(row)))
        units.append((_head_unit(e, unit_id), [(name, points) for name, points in lists.items() if points]))
    return render("foda.html.j2", units=units, source=name_source(e)) if units else EMPTY


def show_goals(source: Source) -> Block:
    """Show objectives, goals and activities as they hang together, each with what the plan says of it.

    What all activities of a unit share is told once. A goal that nothing hangs on is marked «sin actividad»; one that
    says no more than a blank, «meta vacía».
    """
    e = take_evaluation(source)
    plan = e.plan
    if not has_plan(e) or (plan.metas.empty and plan.lineas.empty and not e.solo_plan) or plan.actividades.empty:
        return EMPTY
    aims = {name_rule(name): _split(text) for name, text in _list_statements(plan) if name.startswith(_AIMS)}
    units = []
    for unit_id in plan.unidades["unidad_id"]:
        shared, nodes = _make_tree(e, unit_id)
        if nodes:
            units.append((_head_unit(e, unit_id), _group_facts(shared), nodes))
    return render("metas.html.j2", aims=_group_facts(aims), units=units, source=name_source(e))


def show_context(source: Source) -> Block:
    """Show where in the plan a unit's activities belong: axis, programme, objective, line of action; each said once."""
    e = take_evaluation(source)
    if has_plan(e) or not is_unit(e):
        return EMPTY
    facts = {}
    for column in ("eje", "subeje", "transversalidad", "programa", "objetivo", "linea_accion"):
        found = {
            normalize(str(text)).replace(" ", ""): str(text) for text in e.plan.actividades[column] if is_present(text)
        }
        facts |= {_FACTS[column]: list(found.values())} if found else {}
    return render("datos.html.j2", units=[("", facts)], source=name_source(e)) if facts else EMPTY


def show_statements(source: Source) -> Block:
    """Show what a plan's document says of itself: period, dates, evaluator, formula."""
    e = take_evaluation(source)
    skipped = ("nota", "texto", "ejercicio", "fuente_del_documento")
    told = [(name, text) for name, text in _list_statements(e.plan) if name not in skipped and has_plan(e)]
    elsewhere = ("corte_", *_AIMS)
    said = {name_rule(name): _split(text) for name, text in told if not name.startswith(elsewhere)}
    units = [("Lo que el documento dice de sí mismo", said)]
    return render("datos.html.j2", units=units, source="") if said else EMPTY


def _list_statements(plan: Plan) -> list[tuple[str, str]]:
    """List what is said of the whole document."""
    notes = plan.list_notes(Statement)
    return [(note.name, str(note.text)) for note in notes if note.owner is None and is_present(note.text)]


def _head_unit(e: Evaluation, unit_id: str) -> str:
    """Return the heading of a unit, where there are several."""
    return "" if is_unit(e) or len(e.plan.unidades) == 1 else name_units(e.plan.unidades)[unit_id]


def _name_place(row: Mapping[str, object]) -> str:
    return str(row["fuente"]) if is_present(row["fuente"]) else ""


def _make_tree(e: Evaluation, unit_id: str) -> tuple[dict[str, list[str]], list[_Node]]:
    """Return what all activities of a unit share, and its goals with the activities under them."""
    plan = e.plan
    goals = plan.metas[plan.metas["unidad_id"] == unit_id].to_dict("records")
    activities = plan.actividades[plan.actividades["unidad_id"] == unit_id].to_dict("records")
    told = {row["actividad_id"]: _list_facts(row, e) for row in activities}
    first, *rest = list(told.values()) or [{}]
    shared = {label: said for label, said in first.items() if rest and all(r.get(label) == said for r in rest)}
    lines = {key: list(rows["texto"].astype(str)) for key, rows in plan.lineas.groupby("padre_id")}
    quality = e.evaluability.metas.set_index("actividad_id") if activities else pd.DataFrame()
    goal_nodes = {row["meta_id"]: _make_goal(row, e, lines) for row in goals}
    used = {row["meta_id"] for row in activities} | {row["padre_id"] for row in goals}
    joined = {row["nivel"] for row in goals if row["meta_id"] in used}
    roots: list[_Node] = []
    loose: list[_Node] = []
    for row in goals:
        node = goal_nodes[row["meta_id"]]
        node.marks += ["sin actividad"] * (row["meta_id"] not in used and row["nivel"] in joined)
        parent = goal_nodes.get(row["padre_id"]) if row["padre_id"] != row["meta_id"] else None
        (parent.children if parent else roots).append(node)
    for row in activities:
        key = row["actividad_id"]
        label = _name_level("Actividad" if is_present(row["codigo"]) else "", row)
        facts = {label: said for label, said in told[key].items() if label not in shared}
        node = _Node(label, str(row["actividad"]), _name_place(row), facts, lines.get(key, []))
        if key in quality.index:
            node.marks += ["meta vacía"] * bool(quality.at[key, "vacia"] and not quality["vacia"].all())
            node.marks += ["✓ meta cuantificada"] * bool(quality.at[key, "cuantificada"])
        parent = goal_nodes.get(row["meta_id"])
        (parent.children if parent else loose).append(node)
    return shared, roots + loose


def _make_goal(row: Mapping[str, object], e: Evaluation, lines: Mapping[str, list[str]]) -> _Node:
    key = row["meta_id"]
    said = {note.name: note.text for note in e.plan.list_notes(Statement) if note.owner == key}
    text = str(row["texto"]) if is_present(row["texto"]) else "sin texto"
    facts = _list_facts({**said, **{k: row[k] for k in ("frecuencia", "recursos", "indicador")}}, e)
    label = _name_level(capitalize(str(row["nivel"])), row)
    return _Node(label, text, _name_place(row), facts, lines.get(key, []))


def _name_level(level: str, row: Mapping[str, object]) -> str:
    return " ".join(str(part) for part in (level, row["codigo"]) if is_present(part))


def _list_facts(row: Mapping[str, object], e: Evaluation) -> dict[str, list[str]]:
    """List what is told of a row, by label."""
    start, end = (row.get(column) if is_present(row.get(column)) else None for column in ("inicio", "fin"))
    span = f"del {start} al {end}" if start and end else f"desde {start}" if start else f"hasta {end}" if end else None
    values = {**row, "periodo": span}
    facts: dict[str, list[str]] = {}
    for column, label in _FACTS.items():
        value = values.get(column)
        if is_present(value):
            facts[label] = [format_number(value, e.plan.locale)] if column in _NUMBERS else _split(value)
    return facts


def _split(text: object) -> list[str]:
    """Return the lines of a cell."""
    return [line.strip() for line in str(text).splitlines() if line.strip()]


def _group_facts(facts: Mapping[str, list[str]]) -> list[list[tuple[str, list[str]]]]:
    """Return facts as paragraphs: short ones that follow each other share one."""
    groups: list[list[tuple[str, list[str]]]] = []
    for is_short, run in groupby(facts.items(), lambda fact: len(fact[1]) == 1 and len(fact[1][0]) <= _SHORT):
        told = [*run]
        groups += [told] if is_short else [[fact] for fact in told]
    return groups
