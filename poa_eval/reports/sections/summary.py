"""Summary: the page's title, its headline in words, its key figures as cards, and the lines to sign on."""

from __future__ import annotations

from collections.abc import Mapping

from poa_eval.metrics.evaluability import CRITERIA
from poa_eval.metrics.evaluation import (
    Evaluation,
    count_base,
    describe_quarter,
    is_unit,
    name_quarter,
    name_sum,
    pick_figures,
)
from poa_eval.metrics.reasons import tell_reasons
from poa_eval.metrics.registry import Figure, sort_key_figures
from poa_eval.metrics.windows import WINDOWS
from poa_eval.reports.html.blocks import EMPTY, Block, render, render_words
from poa_eval.reports.sections.evaluability import count_criteria
from poa_eval.reports.sections.headline import tell_done, tell_headline, tell_plan
from poa_eval.reports.sections.inputs import Source, list_notes, take_evaluation
from poa_eval.reports.sections.investment import list_free
from poa_eval.reports.sections.reconciliation import tell_trust
from poa_eval.text.periods import QUARTERS
from poa_eval.text.wording import (
    capitalize,
    count_words,
    format_day,
    format_number,
    format_percent,
    is_present,
    join_words,
    name_span,
    name_unit,
)


def show_title(source: Source) -> Block:
    """Show the page's heading: institution or unit, quarter, cut-off date, and what the document says of itself."""
    e = take_evaluation(source)
    title, lines = e.plan.institucion, []
    if is_unit(e) and len(e.plan.unidades):
        unit = e.plan.unidades.iloc[0]
        title, lines = name_unit(unit["unidad_id"], unit["unidad"]), [e.plan.institucion]
        lines += [f"Responsable: {unit['responsable']}"] if is_present(unit["responsable"]) else []
    dates = f"{capitalize(name_quarter(e))} · Fecha de corte: {format_day(e.fecha_corte, e.plan.locale)}"
    lines += [dates, *(f"{note}." for note in list_notes(e))]
    return render("titulo.html.j2", title=title, lines=lines)


def show_headline(source: Source) -> Block:
    """Show in words, from the figures, what happened in the quarter and to date; of a plan alone, what it is."""
    e = take_evaluation(source)
    told = tell_plan(e) if e.solo_plan else tell_headline(e)
    return render_words([*told, *tell_trust(source)], kind="titular")


def show_key_figures(source: Source) -> Block:
    """Show the figures side by side, to date and of the quarter, each with what it means and its formula.

    The profile's principal figure comes first. Those that do not exist are named in one line, with the reason. A plan
    alone shows how far it can be evaluated, what falls due and what it costs.
    """
    e = take_evaluation(source)
    row = pick_figures(e)
    cards, reasons = list_plan_figures(e) if e.solo_plan else [], {}
    for figure in sort_key_figures(e.perfil) if row and not e.solo_plan else ():
        if any(is_present(row[f"{figure.name}_{window}"]) for window in WINDOWS):
            cards.append(_describe_figure(figure, row, e))
        else:
            why = tell_reasons(e.find_gap(figure.name, row, "acumulado"))
            reasons.setdefault(why, []).append(figure.label.lower())
    gaps = [f"{join_words(labels)} ({reason})" for reason, labels in reasons.items()]
    if not cards and not gaps:
        return render_words(["No hay cifras: la unidad no tiene actividades en el plan."])
    shown = render("cifras.html.j2", figures=cards) if cards else EMPTY
    return shown + (render_words([f"Sin cifra: {'; '.join(gaps)}."]) if gaps else EMPTY)


def list_plan_figures(e: Evaluation) -> list[dict[str, object]]:
    """List the figures of a plan without results: name, value, notes with the formula."""
    found, schedule, total = e.evaluability, e.schedule, len(e.plan.actividades)
    if not total:
        return []
    row, locale, amounts = found.institucion.iloc[0], e.plan.locale, e.plan.actividades["inversion"]
    goals, counted, listed = int(row["metas"]), int(row["metas_cuantificadas"]), found.metas
    empty, whose = int(listed["vacia"].sum()), "metas del plan" if listed["meta_id"].notna().any() else "actividades"
    notes = [format_percent(counted / goals * 100 if goals else None, locale)]
    notes += [count_words(empty, "meta está vacía", "metas están vacías")] if empty else []
    how = f"Fórmula: criterios cumplidos / {len(CRITERIA)} × 100, media de las actividades"
    figures: list[tuple[str, str, list[str]]] = [
        ("Evaluabilidad", format_percent(row["evaluabilidad"], locale), [capitalize(count_criteria(found)), how]),
        (
            "Metas cuantificadas",
            f"{counted} de {goals}",
            [*notes, f"Fórmula: metas que dicen una cantidad / {whose} × 100"],
        ),
    ]
    without = len(schedule.sin_calendario)
    if len(schedule.meses):
        name, number = f"{schedule.noun} en el {describe_quarter(e.trimestre)}", schedule.trimestres[e.trimestre - 1]
        quarters = ", ".join(f"{name} {number}" for name, number in zip(QUARTERS, schedule.trimestres, strict=True))
        notes = [f"Por trimestre: {quarters}", *([f"Sin calendario: {without}"] if without else [])]
    else:
        name, number = "Actividades con calendario", total - without
        notes = ["El plan no dice en qué meses se hace cada una"]
    figures.append((name, f"{number} de {total}", notes))
    if amounts.notna().any():
        paid = count_words(int((amounts > 0).sum()), "actividad", "actividades")
        notes = [f"Suma de {paid}", *list_free(e)]
        figures.append(("Inversión prevista", format_number(amounts.sum(), locale), notes))
    return [dict(zip(("name", "value", "notes"), figure, strict=True)) for figure in figures]


def _describe_figure(figure: Figure, row: Mapping[str, object], e: Evaluation) -> dict[str, object]:
    told = [_tell_window(figure.name, row, window, e) for window in ("acumulado", "trimestre")]
    quarter = describe_quarter(e.trimestre)
    notes = [f"A la fecha y en el {quarter}: {told[0]}"]
    if told[0] != told[1]:
        notes = [f"A la fecha, {name_span(e.trimestre)}: {told[0]}", f"En el {quarter}: {told[1]}"]
    value = format_percent(row[f"{figure.name}_acumulado"], e.plan.locale)
    notes = [figure.meaning, *notes, f"Fórmula: {figure.tell_formula(e.perfil)}"]
    return {"name": figure.label, "value": value, "notes": notes}


def _tell_window(name: str, row: Mapping[str, object], window: str, e: Evaluation) -> str:
    """Tell a figure of a window, with what it is made of; where it is empty, why."""
    value, locale = row[f"{name}_{window}"], e.plan.locale
    said = [
        format_percent(value, locale)
        if is_present(value)
        else f"sin cifra: {tell_reasons(e.find_gap(name, row, window))}"
    ]
    if name == "proporcion_cumplidas":
        if is_present(value):
            base = count_base(row, window, e)
            which = e.perfil.denominador if base != 1 else e.perfil.denominador.removesuffix("s")
            said[0] += f", {row[f'cumplidas_{window}']} de {base} {which}"
        said.append(f"cobertura de reporte: {format_percent(row[f'cobertura_reporte_{window}'], locale)}")
    if name == "volumen" and is_present(value):
        said[0] += f", {tell_done(row, window, locale)}"
        measure = name_sum(e, window)
        mixed = "unidades de medida distintas, sumadas como en el documento"
        said.append(f"unidad de medida: {measure}" if measure else mixed)
    return "; ".join(said)


def show_signatures() -> Block:
    """Show the lines on which those sign who made, reviewed and approved the report."""
    return render("firmas.html.j2", roles=("Elaboró", "Revisó", "Vo. Bo."), fields=("Nombre", "Cargo", "Fecha"))
