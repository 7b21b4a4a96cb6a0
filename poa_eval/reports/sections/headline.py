"""Headline: what happened in a quarter and to date, or what a plan alone is, in sentences made from the figures."""

from __future__ import annotations

from collections.abc import Mapping

from poa_eval.metrics.evaluation import Evaluation, count_base, is_unit, name_quarter, name_sum, pick_figures
from poa_eval.metrics.ranking import ATTENTION, rank_units, sort_by_need
from poa_eval.metrics.reasons import tell_reason
from poa_eval.reports.sections.evaluability import count_criteria, tell_goals
from poa_eval.reports.sections.investment import tell_investment
from poa_eval.reports.sections.schedule import tell_due
from poa_eval.text.wording import (
    capitalize,
    count_words,
    format_number,
    format_percent,
    is_present,
    join_words,
    name_span,
    name_unit,
)

_PLURALS = {"sin reporte": "sin reporte", "no programada": "no programadas", "no evaluable": "no evaluables"}


def tell_headline(evaluation: Evaluation) -> list[str]:
    """Tell in sentences, from the figures, what happened in the quarter and to date."""
    figures, quarter = pick_figures(evaluation), evaluation.trimestre
    start = f"En el {name_quarter(evaluation)}"
    if not figures:
        return [f"{start} no hay actividades de esta unidad en el plan."]
    met = f"{start} {_tell_met(figures, 'trimestre', evaluation)}."
    rest = _tell_rest(evaluation, "trimestre")
    if quarter == 1:
        sentences = [met, *rest, "Por ser el primer trimestre, lo acumulado es lo mismo."]
    else:
        sentences = [f"{capitalize(name_span(quarter))} {_tell_met(figures, 'acumulado', evaluation)}.", met]
        if rest != _tell_rest(evaluation, "acumulado"):
            rest = _tell_rest(evaluation, "acumulado", " a la fecha")
            rest += _tell_rest(evaluation, "trimestre", " en el trimestre")
        sentences += rest
    sentences += _tell_attention(evaluation) + _tell_beyond(evaluation)
    if is_present(figures.get("volumen_acumulado")):
        locale, measure = evaluation.plan.locale, name_sum(evaluation, "acumulado")
        share = format_percent(figures["volumen_acumulado"], locale)
        of = f"({share}), sumando unidades de medida distintas, como las suma el documento"
        of = f"({measure}; {share})" if measure else of
        sentences.append(f"A la fecha se ejecutaron {tell_done(figures, 'acumulado', locale)} programados {of}.")
    return sentences


def _tell_attention(evaluation: Evaluation) -> list[str]:
    """Tell which units have goals below the programme, or which activities of it ask for a look: at most three."""
    if is_unit(evaluation):
        table = sort_by_need(evaluation)
        named = []
        for row in table[table["estado"].isin(ATTENTION)].head(3).to_dict("records"):
            name = str(row["indicador"] if is_present(row["indicador"]) else row["actividad"]).rstrip(".")
            share = row["cumplimiento_acumulado"]
            said = f", {format_percent(share, evaluation.plan.locale)}" if is_present(share) else ""
            named.append(f"«{name}» ({row['estado']}{said})")
        return [f"{'Pide' if len(named) == 1 else 'Piden'} atención {join_words(named)}."] if named else []
    ranked, apart = rank_units(evaluation)
    behind: list[str] = []
    for _, row in reversed(ranked):
        met, base = row["cumplidas_acumulado"], count_base(row, "acumulado", evaluation)
        if met < base:
            verb = "" if behind else "cumplió "
            behind.append(f"{name_unit(row['unidad_id'], row['unidad'])} ({verb}{met} de {base})")
    named = behind[:3]
    named += [count_words(len(behind) - 3, "unidad más", "unidades más")] if len(behind) > 3 else []
    what = " o sin reporte" if evaluation.perfil.denominador == "exigibles" else ""
    said, late = [], [name_unit(r["unidad_id"], r["unidad"]) for r, _ in apart if r["sin_reporte_acumulado"]]
    if named and len(ranked) > 1:
        verb = "Tiene" if len(behind) == 1 else "Tienen"
        said = [f"{verb} metas por debajo de lo programado{what}: {join_words(named)}."]
    if late and len(ranked) + len(apart) > 1:
        said.append(f"Sin lugar por falta de reportes: {join_words(late)}.")
    return said


def _tell_beyond(evaluation: Evaluation) -> list[str]:
    """Tell how many goals were reached beyond the profile's band: more done, or less of what is to be kept low."""
    number = int((evaluation.actividades["estado"] == "sobrecumplida").sum())
    band = format_number(evaluation.perfil.bandas.sobrecumplida.valor, evaluation.plan.locale)
    said = count_words(number, "meta pasa", "metas pasan")
    return [f"{said} del {band}\N{NO-BREAK SPACE}% de cumplimiento."] if number else []


def _tell_met(figures: Mapping[str, object], window: str, evaluation: Evaluation) -> str:
    met, evaluated = (int(figures[f"{c}_{window}"]) for c in ("cumplidas", "evaluadas"))
    locale = evaluation.plan.locale
    coverage = f"cobertura de reporte: {format_percent(figures[f'cobertura_reporte_{window}'], locale)}"
    if not evaluated:
        return "no hay ninguna actividad que se pueda evaluar"
    base, is_due = count_base(figures, window, evaluation), evaluation.perfil.denominador == "exigibles"
    which = ("que vencía", "que vencían") if is_due else ("evaluada", "evaluadas")
    if 0 < met < base:
        share = format_percent(figures[f"proporcion_cumplidas_{window}"], locale)
        return f"se cumplió la meta de {met} de las {base} actividades {which[1]} ({share}; {coverage})"
    all_of_them = f"{'de las' if met else 'de ninguna de las'} {base} actividades {which[1]}"
    whom = f"de la única actividad {which[0]}" if base == 1 else all_of_them
    return f"{'se cumplió' if met else 'no se cumplió'} la meta {whom} ({coverage})"


def _tell_rest(evaluation: Evaluation, window: str, when: str = "") -> list[str]:
    """Tell what stays out of the evaluation of a window, with the reasons where they are few; `when` names it."""
    table = evaluation.actividades
    states = table["estado" if window == "acumulado" else "estado_trimestre"]
    parts, total, among = [], 0, []
    for state in _PLURALS:
        rows = table[states == state]
        if rows.empty:
            continue
        reasons = list(
            dict.fromkeys(
                filter(None, (tell_reason(evaluation.reasons[key].find(window)) for key in rows["actividad_id"]))
            )
        )
        said = count_words(len(rows), f"actividad {state}", f"actividades {_PLURALS[state]}")
        said += f" ({'; '.join(reasons)})" if 0 < len(reasons) <= 2 else ""
        if state == "sin reporte" and evaluation.perfil.denominador == "exigibles":
            among = [f"Entre lo que vencía{when} hay {said}: la fórmula del perfil también divide entre ello."]
            continue
        parts.append(said)
        total += len(rows)
    if not parts:
        return among
    return [*among, f"Fuera de la evaluación{when} {'queda' if total == 1 else 'quedan'} {join_words(parts)}."]


def tell_plan(e: Evaluation) -> list[str]:
    """Tell in sentences what a plan without results is and how far it can be evaluated."""
    total, found = len(e.plan.actividades), e.evaluability
    if not total:
        whose = "esta unidad" if is_unit(e) else "ninguna unidad"
        return [f"En el plan de {e.plan.ejercicio} no hay actividades de {whose}."]
    units = e.plan.actividades["unidad_id"].nunique()
    whose = " de esta unidad" if is_unit(e) else f" de {units} unidades" if units > 1 else ""
    count = count_words(total, "actividad", "actividades")
    sentences = [f"El plan de {e.plan.ejercicio} trae {count}{whose} y ningún resultado: {tell_goals(e)}."]
    share = format_percent(found.institucion["evaluabilidad"].iloc[0], e.plan.locale)
    sentences += [f"Su evaluabilidad es de {share}: {count_criteria(found)}.", tell_due(e)]
    sentences += [tell_investment(e)] if e.plan.actividades["inversion"].notna().any() else []
    return [*sentences, "Sin resultados no hay cumplimiento que calcular."]


def tell_done(row: Mapping[str, object], window: str, locale: str) -> str:
    """Return what was executed of what was programmed in a window: «95 de 100»."""
    return " de ".join(format_number(row[f"{series}_{window}"], locale) for series in ("ejecutado", "programado"))
