"""Explain: what backs the figures: findings, published totals, method, sources, and what a document holds."""

from __future__ import annotations

import re

import pandas as pd

from poa_eval.audit.findings import RULES, SEVERITIES
from poa_eval.config.profile import Threshold
from poa_eval.errors import ParamsError
from poa_eval.forms.answers import GONE, tell_answer
from poa_eval.layouts.catalog import known_layouts, read_layout
from poa_eval.metrics.due import close_month
from poa_eval.metrics.evaluation import Evaluation, is_unit, name_quarter
from poa_eval.metrics.reasons import write_formula
from poa_eval.metrics.registry import KEY_FIGURES
from poa_eval.plan.notes import DeclaredRule
from poa_eval.quarter.quarter import Quarter
from poa_eval.readers.addresses import join_addresses
from poa_eval.reports.html.blocks import (
    EMPTY,
    Block,
    Cell,
    Column,
    count_cell,
    number_cell,
    render,
    render_table,
    render_words,
    state_cell,
    text_cell,
)
from poa_eval.reports.sections.goals import show_statements
from poa_eval.reports.sections.narrate import Source, list_notes, name_source, pick_findings, take_evaluation
from poa_eval.reports.sections.tell import tell_method
from poa_eval.text.names import suggest_sentence
from poa_eval.text.wording import (
    EMPTY_STATES,
    capitalize,
    count_words,
    format_day,
    format_number,
    is_present,
    name_activity,
    name_rule,
    name_span,
    name_units,
)

_SENTENCE = re.compile(r"(?<=[.»]) (?=[A-ZÁÉÍÓÚÑ])(?![^«]*»)")  # outside what is quoted
_MOST_NAMES = 6  # so many activities are named in one cell
_FORMS = {
    "captura": "Libro de captura que llenó la unidad",
    "observaciones": "Libro de observaciones que llenó la unidad",
}
_TABLES = {
    "unidades": "unidades responsables",
    "metas": "objetivos, programas y metas por encima de las actividades",
    "actividades": "lo que se mide: actividad con su indicador",
    "lineas": "líneas de acción",
    "avances": "programado y ejecutado por periodo",
    "calendario": "meses en que algo está previsto",
    "publicado": "cifras derivadas que el documento imprime",
    "foda": "fortalezas, oportunidades, debilidades y amenazas",
    "contexto": "lo demás que el documento dice de sí mismo",
}


def show_findings(q: Quarter, *, regla: str | None = None) -> Block:
    """Show what does not add up in the documents, by severity and rule, each with its place.

    Parameters
    ----------
    q : Quarter
    regla : str, optional
        Only those of this rule.

    Raises
    ------
    ParamsError
        No finding is of that rule; the nearest is suggested.
    """
    e, table = q.evaluacion, pick_findings(q)
    if regla is not None:
        known = sorted(set(table["regla"]))
        if regla not in known:
            raise ParamsError(f"la regla «{regla}»", "una regla con hallazgos", suggest_sentence(regla, known))
        table = table[table["regla"] == regla]
    if table.empty:
        none = ["Sin hallazgos en lo que se comprueba.", f"Se comprueba: {_name_checks(q)}."]
        return render_words(none) + _show_gone(q)
    answers = {a["hallazgo_id"]: tell_answer(a) for a in q.respuestas.to_dict("records")}
    table = table.assign(respuesta=[answers.get(key, "") for key in table["hallazgo_id"]])
    activities = {a["actividad_id"]: name_activity(a, a["codigo"]) for a in q.plan.actividades.to_dict("records")}
    units, groups = name_units(q.plan.unidades), []
    for severity in SEVERITIES:
        for rule, found in table[table["gravedad"] == severity].groupby("regla"):
            rows, advice = [], _share_advice(list(found["mensaje"].unique()))
            for (message, answer), same in found.groupby(["mensaje", "respuesta"], sort=False):
                keys = zip(same["actividad_id"], same["unidad_id"], strict=True)
                own = [(activities.get(activity, ""), units.get(unit, "")) for activity, unit in keys]
                names = dict.fromkeys(activity or unit or "Todo el documento" for activity, unit in own)
                notes = dict.fromkeys(unit for activity, unit in own if activity and not is_unit(e))
                if len(names) > _MOST_NAMES and same["actividad_id"].notna().all():
                    names = [f"{'Las ' * (len(names) == len(activities))}{len(names)} actividades"]
                row = [text_cell(message.removesuffix(advice).rstrip()), text_cell("; ".join(names), notes=notes)]
                row.append(text_cell(join_addresses(same["fuente"])))
                rows.append([*row, text_cell(answer)] if answers else row)
            title = f"{capitalize(severity)} · {name_rule(rule)}: {len(found)}"
            groups.append((f"{title}. {advice}" if advice else title, rows))
    titles = ["Hallazgo", "Actividad o unidad", "Lugar en el documento"]
    columns = [Column(title) for title in titles + (["Respuesta de la unidad"] if answers else [])]
    found = render_table("Hallazgos en el documento", columns, groups, source=name_source(e))
    return found if regla else found + _show_gone(q)


def _share_advice(messages: list[str]) -> str:
    """Return the sentences with which all of several messages end, each of which says something before them."""
    split = [_SENTENCE.split(message) for message in messages]
    shared: list[str] = []
    while len(split) > 1 and min(map(len, split)) > 1 and len({sentences[-1] for sentences in split}) == 1:
        shared.insert(0, split[0][-1])
        split = [sentences[:-1] for sentences in split]
    return " ".join(shared)


def _show_gone(q: Quarter) -> Block:
    """Show what units were asked to answer and is no longer found."""
    gone = q.respuestas[q.respuestas["estado"] == GONE].to_dict("records")
    units = name_units(q.plan.unidades)
    rows = [
        [Cell(name_rule(a["regla"])), text_cell(a["mensaje"]), Cell(units[a["unidad_id"]]), text_cell(tell_answer(a))]
        for a in gone
    ]
    columns = [Column(title) for title in ("Regla", "Hallazgo", "Unidad", "Respuesta de la unidad")]
    return render_table("Hallazgos que ya no aparecen", columns, [("", rows)]) if rows else EMPTY


def show_findings_summary(q: Quarter) -> Block:
    """Show how many findings there are of each rule and severity."""
    table = pick_findings(q)
    if table.empty:
        return render_words(["No hay hallazgos."])
    rows = [
        [Cell(name_rule(rule)), Cell(severity), count_cell(number)]
        for severity in SEVERITIES
        for rule, number in table.loc[table["gravedad"] == severity, "regla"].value_counts().sort_index().items()
    ]
    origin = "Contados en la tabla «Hallazgos en el documento»"
    columns = [Column("Regla"), Column("Gravedad"), Column("Hallazgos (número)", is_number=True, origin=origin)]
    total, place = [Cell("Total"), Cell(""), count_cell(len(table))], name_source(q.evaluacion)
    return render_table("Hallazgos por regla y gravedad", columns, [("", rows)], source=place, total=total)


def _name_checks(q: Quarter) -> str:
    """Name the rules that look at a report's rows; what none looks at is not vouched for."""
    names = [slug for slug in RULES if not (is_unit(q.evaluacion) and slug.startswith("celda-"))]
    return ", ".join(name_rule(slug).lower() for slug in names)


def show_method(q: Source) -> Block:
    """Show how the figures are obtained: windows, formulas, thresholds with their source, and what the states mean."""
    e = take_evaluation(q)
    if e.solo_plan:
        return render_words(tell_method(e))
    formulas: dict[str, int] = {}
    for row in e.actividades.to_dict("records"):
        for label, formula in e.formulas[row["actividad_id"]].list_labelled():
            said = f"{label}: {write_formula(formula)}"
            formulas[said] = formulas.get(said, 0) + (label == "cumplimiento" or is_present(row["avance_anual"]))
    behaves = e.plan.actividades[["acumulacion", "acumulacion_programado"]]
    rules = [rule.text for rule in e.plan.list_notes(DeclaredRule) if rule.name == "comportamiento"]
    bands = [(name.replace("_", " "), band) for name, band in e.perfil.bandas]
    rows = [_row_threshold(state, "más de" if state == "sobrecumplida" else "desde", b, e) for state, b in bands]
    rows.append(_row_threshold("crítica", "menos de", e.perfil.bandas.en_riesgo, e))
    rows.append(_row_threshold("", "desde", e.perfil.cobertura_minima, e))
    columns = [Column("Estado"), Column("Cumplimiento (%)", is_number=True)]
    columns += [Column("Fuente del umbral"), Column("Verificado")]
    caption = f"{capitalize(e.perfil.titulo)}: {e.perfil.nota}"
    nouns, cutoff = ("actividad", "actividades"), format_day(e.fecha_corte, e.plan.locale)
    values = {
        "quarter": name_quarter(e),
        "span": name_span(e.trimestre),
        "cutoff": cutoff if e.fecha_corte < close_month(e.plan.ejercicio, 12) else "",
        "formulas": [f"{capitalize(said)} ({count_words(n, *nouns)})" for said, n in formulas.items() if n],
        "behaviour": [] if (behaves == "suma").all(axis=None) else [str(rule).replace("_", " ") for rule in rules],
        "figures": [f"{figure.label}: {figure.tell_formula(e.perfil)}" for figure in KEY_FIGURES.values()],
        "empty": EMPTY_STATES,
    }
    return render("metodo.html.j2", **values) + render_table(caption, columns, [("", rows)])


def _row_threshold(state: str, word: str, threshold: Threshold, e: Evaluation) -> list[Cell]:
    name = state_cell(state) if state else Cell("Cobertura de reporte mínima para ordenar a una unidad")
    value = Cell(f"{word} {format_number(threshold.valor, e.plan.locale)}", is_number=True)
    return [name, value, text_cell(threshold.fuente), Cell("sí" if threshold.verificado else "no")]


def show_sources(q: Quarter) -> Block:
    """Show the documents with their layout, the cut-off date, what they say of themselves; the institution's sha256."""
    rows = [
        [
            text_cell(source["archivo"], notes=[f"SHA-256: {source['sha256']}"] if "sha256" in source else []),
            text_cell(name_form(q, source["layout"])),
        ]
        for source in q.fuentes.to_dict("records")
    ]
    columns = [Column("Archivo"), Column("Forma del documento")]
    table = render_table("Documentos de los que salen las cifras", columns, [("", rows)])
    notes = [f"{note}." for note in list_notes(q.evaluacion)]
    day = format_day(q.evaluacion.fecha_corte, q.plan.locale)
    return table + show_statements(q) + render_words([f"Fecha de corte: {day}.", *notes])


def name_form(q: Quarter, layout: str) -> str:
    """Return the title of a layout that a document was read with, or what a workbook made here is."""
    own = [s.layout for s in q.params.fuentes if s.layout and s.layout.endswith((".yaml", ".yml"))]
    known = [*(read_layout(q.root / path) for path in own), *known_layouts()]
    return _FORMS.get(layout) or next((found.titulo for found in known if found.nombre == layout), layout)


def show_plan(q: Source) -> Block:
    """Show what a loaded document holds: its tables and how many rows each has."""
    e = take_evaluation(q)
    rows = [[Cell(name), Cell(_TABLES[name]), count_cell(len(table))] for name, table in e.plan.tables().items()]
    columns = [Column("Tabla"), Column("Qué hay en cada fila"), Column("Filas (número)", is_number=True)]
    caption = f"{e.plan.institucion}, {e.plan.ejercicio}: contenido del documento"
    return render_table(caption, columns, [("", rows)], source=name_source(e))


def show_table(q: Source, tabla: str, *, filas: int = 20) -> Block:
    """Show the first rows of one of the plan's tables, without the columns that hold nothing.

    Parameters
    ----------
    q : Quarter or Evaluation
    tabla : str
        Name of the table, as `show_plan` lists them.
    filas : int, default 20
        How many rows.

    Raises
    ------
    ParamsError
        There is no such table; the nearest is suggested.
    """
    e = take_evaluation(q)
    tables = e.plan.tables()
    if tabla not in tables:
        raise ParamsError(f"la tabla «{tabla}»", "una tabla del plan", suggest_sentence(tabla, tables))
    table = tables[tabla]
    if table.empty:
        return render_words([f"El documento no trae nada para la tabla «{tabla}»."])
    head, columns, cells = table.head(filas), [], []
    for name, values in head.items():
        is_number = pd.api.types.is_numeric_dtype(values)
        columns.append(Column(capitalize(name.replace("_", " ")), is_number=is_number, is_optional=True))
        cells.append([number_cell(v, e.plan.locale) if is_number else text_cell(v) for v in values])
    rows = list(zip(*cells, strict=True))
    caption = f"{capitalize(_TABLES[tabla])}: {len(head)} de {count_words(len(table), 'fila', 'filas')}"
    return render_table(caption, columns, [("", rows)], source=name_source(e))
