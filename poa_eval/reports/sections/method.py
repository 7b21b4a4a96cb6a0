"""Method: how the figures of a report are obtained, and by which thresholds results are judged."""

from collections.abc import Mapping

from poa_eval.config.profile import Profile
from poa_eval.metrics.due import close_month
from poa_eval.metrics.evaluability import CRITERIA
from poa_eval.metrics.evaluation import Evaluation, name_quarter
from poa_eval.metrics.reasons import write_formula
from poa_eval.metrics.registry import FIGURES, KEY_FIGURES
from poa_eval.plan.accumulation import adds_up
from poa_eval.plan.inferred import GoalShares
from poa_eval.plan.notes import DeclaredRule
from poa_eval.reports.html.blocks import Block, render, render_words
from poa_eval.reports.html.tables import Cell, render_records, state_cell, text_cell
from poa_eval.reports.sections.activities import PERCENT
from poa_eval.reports.sections.inputs import Source, take_evaluation
from poa_eval.text.columns import Column
from poa_eval.text.wording import (
    EMPTY_STATES,
    capitalize,
    count_words,
    format_day,
    format_number,
    is_present,
    name_span,
)

#: What the three percentages of an activity measure.
_MEASURES = {
    PERCENT["trimestre"]: "lo ejecutado en el trimestre entre lo programado en él, por 100.",
    PERCENT["acumulado"]: "lo mismo desde enero hasta el cierre del trimestre. De él sale el estado a la fecha.",
    "Avance anual": "lo ejecutado hasta el cierre entre la meta del año, por 100, o la fórmula que declara el "
    "documento.",
}

#: A paragraph, and the points below it, each perhaps after what it is about.
Paragraph = tuple[str, list[tuple[str, str]]]


def show_method(q: Source) -> Block:
    """Show how the figures are obtained: windows, formulas, thresholds with their source, and what the states mean."""
    e = take_evaluation(q)
    if e.solo_plan:
        return render_words(tell_method(e))
    words = render("metodo.html.j2", paragraphs=list_paragraphs(e), empty=EMPTY_STATES)
    caption = f"{capitalize(e.perfil.titulo)}: {e.perfil.nota}"
    return words + render_records(caption, list_threshold_columns(e.plan.locale), [("", list_thresholds(e.perfil))])


def list_paragraphs(e: Evaluation) -> list[Paragraph]:
    """List in words how the figures are obtained."""
    if e.solo_plan:
        return [(" ".join(tell_method(e)), [])]
    formulas: dict[str, int] = {}
    for row in e.actividades.to_dict("records"):
        for label, formula in e.formulas[row["actividad_id"]].list_labelled():
            said = f"{label}: {write_formula(formula)}"
            formulas[said] = formulas.get(said, 0) + (label == "cumplimiento" or is_present(row["avance_anual"]))
    start = f"El trimestre es el {name_quarter(e)}. «A la fecha» va {name_span(*e.months)}."
    if e.fecha_corte < close_month(e.plan.ejercicio, 12):
        start += f" Lo que cierra después del {format_day(e.fecha_corte)} no está vencido."
    nouns = ("actividad", "actividades")
    applied = [("", f"{capitalize(said)} ({count_words(n, *nouns)})") for said, n in formulas.items() if n]
    rules = [rule.text for rule in e.plan.list_notes(DeclaredRule) if rule.name == "comportamiento"]
    declared = [] if all(map(adds_up, e.windows.activities.values())) else [rule.replace("_", " ") for rule in rules]
    told = (*KEY_FIGURES.values(), FIGURES["cobertura_reporte"])
    figures = [("", f"{figure.label}: {figure.tell_formula(e.perfil)}") for figure in told]
    together = "Estas cifras resumen a cada unidad y a la institución; se leen juntas porque cuentan cosas distintas:"
    return [
        (f"{start} Los tres porcentajes miden cosas distintas y no se mezclan:", [*_MEASURES.items()]),
        *([("Fórmulas aplicadas en este informe:", applied)] if applied else []),
        *((f"Comportamiento declarado: {rule}.", []) for rule in declared),
        *((_tell_shares(note), []) for note in e.plan.list_notes(GoalShares)),
        (together, figures),
    ]


def _tell_shares(note: GoalShares) -> str:
    return (
        f"Lo programado de {note.document} no está en el documento: es la parte de la meta del año que declara el "
        f"{note.source}, {note.text}."
    )


def list_thresholds(profile: Profile) -> list[dict]:
    """List by which thresholds results are judged: of which state, on which side, and the threshold."""
    bands = [(name.replace("_", " "), "desde", band) for name, band in profile.bandas]
    bands[0] = ("sobrecumplida", "más de", profile.bandas.sobrecumplida)
    bands += [("crítica", "menos de", profile.bandas.en_riesgo), ("", "desde", profile.cobertura_minima)]
    return [{"estado": state, "lado": side, "umbral": threshold} for state, side, threshold in bands]


def list_threshold_columns(locale: str) -> list[Column]:
    """List the columns of the thresholds, for the table of a page and for the cover; rows as of `list_thresholds`."""
    ranked = "Cobertura de reporte mínima para ordenar a una unidad"

    def show_value(row: Mapping) -> Cell:
        return Cell(f"{row['lado']} {format_number(row['umbral'].valor, locale)}", is_number=True)

    def say_checked(row: Mapping) -> str:
        return "sí" if row["umbral"].verificado else "no"

    return [
        Column(
            "Estado",
            lambda row: capitalize(row["estado"]) or "Cobertura mínima para ordenar a una unidad",
            cell=lambda row: state_cell(row["estado"]) if row["estado"] else Cell(ranked),
        ),
        Column("Cumplimiento", lambda row: f"{row['lado']} {row['umbral'].valor:g} %", "percent", cell=show_value),
        Column(
            "Fuente del umbral",
            lambda row: capitalize(row["umbral"].fuente),
            cell=lambda row: text_cell(row["umbral"].fuente),
        ),
        Column("Verificado", say_checked, cell=lambda row: Cell(say_checked(row))),
    ]


def tell_method(e: Evaluation) -> list[str]:
    """Tell how the figures of a plan without results are obtained."""
    return [
        "El documento no trae resultados: no hay cumplimiento que calcular, y lo que falta no cuenta como cero.",
        f"La evaluabilidad de una actividad es el número de criterios que cumple entre {len(CRITERIA)}, por 100; la de "
        "una unidad y la de la institución, la media de sus actividades.",
        "Una actividad está en un trimestre cuando alguno de sus meses cae en él.",
        "La que el plan no pone en ningún mes queda sin calendario: no es lo mismo que no programada.",
        f"El trimestre es el {name_quarter(e)}; la fecha de corte, el {format_day(e.fecha_corte)}.",
    ]
