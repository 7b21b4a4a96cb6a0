"""Summary: the page's title, its headline in words, its key figures as cards, and the lines to sign on."""

from collections.abc import Mapping

from poa_eval.metrics.evaluability import CRITERIA
from poa_eval.metrics.evaluation import (
    Evaluation,
    count_base,
    describe_quarter,
    is_unit,
    lacks_programme,
    name_quarter,
    name_sum,
    pick_figures,
)
from poa_eval.metrics.ranking import ATTENTION, rank_units, sort_by_need
from poa_eval.metrics.reasons import tell_few, tell_reasons
from poa_eval.metrics.registry import YEAR_FIGURES, Figure, sort_key_figures
from poa_eval.metrics.windows import WINDOWS
from poa_eval.reports.html.blocks import EMPTY, Block, render, render_words
from poa_eval.reports.sections.evaluability import count_criteria, tell_goals
from poa_eval.reports.sections.inputs import Source, list_notes, take_evaluation
from poa_eval.reports.sections.investment import list_free, tell_investment
from poa_eval.reports.sections.reconciliation import tell_trust
from poa_eval.reports.sections.schedule import tell_due
from poa_eval.text.periods import MONTH_NAMES, QUARTERS
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

_PLURALS = {"sin reporte": "sin reporte", "no programada": "no programadas", "no evaluable": "no evaluables"}


def show_title(source: Source) -> Block:
    """Show the page's heading: institution or unit, quarter, cut-off date, and what the document says of itself."""
    e = take_evaluation(source)
    title, lines = e.plan.institucion, []
    if is_unit(e) and len(e.plan.unidades):
        unit = e.plan.unidades.iloc[0]
        title, lines = name_unit(unit["unidad_id"], unit["unidad"]), [e.plan.institucion]
        lines += [f"Responsable: {unit['responsable']}"] if is_present(unit["responsable"]) else []
    dates = f"{capitalize(name_quarter(e))} · Fecha de corte: {format_day(e.fecha_corte)}"
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
    cards += _list_year_figures(row, e)
    gaps = [f"{join_words(labels)} ({reason})" for reason, labels in reasons.items()]
    if not cards and not gaps:
        return render_words(["No hay cifras: la unidad no tiene actividades en el plan."])
    shown = render("cifras.html.j2", figures=cards) if cards else EMPTY
    return shown + (render_words([f"Sin cifra: {'; '.join(gaps)}."]) if gaps else EMPTY)


def _list_year_figures(row: Mapping[str, object], e: Evaluation) -> list[dict[str, object]]:
    """List the figures of progress towards goals of the year, where some have no programme to compare results with."""
    known = [(f, row[name]) for name, f in YEAR_FIGURES.items() if row and lacks_programme(e) and is_present(row[name])]
    shown = [(f, format_percent(value, e.plan.locale)) for f, value in known]
    return [{"name": f.label, "value": v, "notes": [f.meaning, f"Fórmula: {f.formula}"]} for f, v in shown]


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
        notes = [f"A la fecha, {name_span(*e.months)}: {told[0]}", f"En el {quarter}: {told[1]}"]
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
        sentences = [f"{capitalize(name_span(*evaluation.months))} {_tell_met(figures, 'acumulado', evaluation)}.", met]
        if rest != _tell_rest(evaluation, "acumulado"):
            rest = _tell_rest(evaluation, "acumulado", " a la fecha")
            rest += _tell_rest(evaluation, "trimestre", " en el trimestre")
        sentences += rest
    sentences += _tell_uncovered(evaluation) + _tell_attention(evaluation) + _tell_beyond(evaluation)
    if is_present(figures.get("volumen_acumulado")):
        locale, measure = evaluation.plan.locale, name_sum(evaluation, "acumulado")
        share = format_percent(figures["volumen_acumulado"], locale)
        of = f"({share}), sumando unidades de medida distintas, como las suma el documento"
        of = f"({measure}; {share})" if measure else of
        sentences.append(f"A la fecha se ejecutaron {tell_done(figures, 'acumulado', locale)} programados {of}.")
    return sentences


def _tell_uncovered(e: Evaluation) -> list[str]:
    """Tell which months of the quarter no closed period reaches."""
    last, close = e.months[1], 3 * e.trimestre
    names = [MONTH_NAMES[month - 1] for month in range(max(last, close - 3) + 1, close + 1)]
    reached = f"Las cifras llegan hasta {MONTH_NAMES[last - 1]}"
    return [f"{reached}: de {join_words(names)} no hay ningún periodo cerrado."] if names else []


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
    if not evaluated and lacks_programme(evaluation):
        year = format_percent(figures["promedio_avance_anual"], locale)
        told = f"; a la fecha se lleva, en promedio, el {year} de las metas del año"
        is_first = window == "acumulado" or evaluation.trimestre == 1
        return f"no hay programa con que comparar los resultados{told if is_first else ''}"
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
        said = count_words(len(rows), f"actividad {state}", f"actividades {_PLURALS[state]}")
        said += tell_few(evaluation.reasons[key].find(window) for key in rows["actividad_id"])
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
