"""Method: how the figures of a report are obtained, and by which thresholds results are judged."""

from __future__ import annotations

from poa_eval.config.profile import Threshold
from poa_eval.metrics.evaluation import Evaluation, close_month, name_quarter
from poa_eval.reports.html.blocks import Block, render, render_words
from poa_eval.reports.html.tables import Cell, render_table, state_cell, text_cell
from poa_eval.reports.sections.narrate import Source, name_formula, take_evaluation
from poa_eval.reports.sections.tell import tell_method
from poa_eval.text.columns import Column
from poa_eval.text.wording import (
    EMPTY_STATES,
    FIGURES,
    capitalize,
    count_words,
    format_day,
    format_number,
    has,
    name_span,
)


def show_method(q: Source) -> Block:
    """Show how the figures are obtained: windows, formulas, thresholds with their source, and what the states mean."""
    e = take_evaluation(q)
    if e.solo_plan:
        return render_words(tell_method(e))
    formulas: dict[str, int] = {}
    for row in e.actividades.to_dict("records"):
        for said in filter(None, str(row["formula"]).split("; ") if has(row["formula"]) else []):
            applied = has(row["avance_anual"]) or not said.startswith("avance anual")
            formulas[said] = formulas.get(said, 0) + applied
    behaves = e.plan.actividades[["acumulacion", "acumulacion_programado"]]
    rules = e.plan.contexto.loc[e.plan.contexto["clave"] == "regla.comportamiento", "texto"]
    bands = [(name.replace("_", " "), band) for name, band in e.perfil.bandas]
    rows = [_row_threshold(state, "más de" if state == "sobrecumplida" else "desde", b, e) for state, b in bands]
    rows.append(_row_threshold("crítica", "menos de", e.perfil.bandas.en_riesgo, e))
    rows.append(_row_threshold("", "desde", e.perfil.cobertura_minima, e))
    columns = [Column("Estado"), Column("Cumplimiento", kind="percent")]
    columns += [Column("Fuente del umbral"), Column("Verificado")]
    caption = f"{capitalize(e.perfil.titulo)}: {e.perfil.nota}"
    nouns, cutoff = ("actividad", "actividades"), format_day(e.fecha_corte, e.plan.locale)
    values = {
        "quarter": name_quarter(e),
        "span": name_span(e.trimestre),
        "cutoff": cutoff if e.fecha_corte < close_month(e.plan.ejercicio, 12) else "",
        "formulas": [f"{capitalize(said)} ({count_words(n, *nouns)})" for said, n in formulas.items() if n],
        "behaviour": [] if (behaves == "suma").all(axis=None) else [str(rule).replace("_", " ") for rule in rules],
        "figures": [f"{label}: {name_formula(name, e)}" for name, (label, _) in FIGURES.items()],
        "empty": EMPTY_STATES,
    }
    return render("metodo.html.j2", **values) + render_table(caption, columns, [("", rows)])


def _row_threshold(state: str, word: str, threshold: Threshold, e: Evaluation) -> list[Cell]:
    name = state_cell(state) if state else Cell("Cobertura de reporte mínima para ordenar a una unidad")
    value = Cell(f"{word} {format_number(threshold.valor, e.plan.locale)}", is_number=True)
    return [name, value, text_cell(threshold.fuente), Cell("sí" if threshold.verificado else "no")]
