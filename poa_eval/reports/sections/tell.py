"""Tell: what a plan says before there are results: how far it can be evaluated, what falls due, what it costs."""

from __future__ import annotations

from poa_eval.metrics.evaluability import CRITERIA, Evaluability
from poa_eval.metrics.evaluation import Evaluation, describe_quarter, is_unit, name_quarter
from poa_eval.metrics.schedule import Schedule
from poa_eval.text.periods import QUARTERS
from poa_eval.text.wording import capitalize, count_words, format_day, format_number, format_percent, join_words


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


def tell_due(e: Evaluation) -> str:
    """Tell how many activities stand in the quarter, and of how many the plan does not say when."""
    load, total = e.schedule, len(e.plan.actividades)
    if load.meses.empty:
        whose = f"ninguna de sus {total} actividades: todas quedan" if total > 1 else "su única actividad: queda"
        return f"El plan no dice en qué meses se hace {whose} sin calendario."
    number, (one, many) = load.trimestres[e.trimestre - 1], load.verbs
    start = f"En el {name_quarter(e)}"
    if total == 1:
        return f"{start} {'' if number else 'no '}{one} la única actividad."
    if number == total:
        said = f"{start} {many} las {total} actividades"
    else:
        which = f"{one if number == 1 else many} {number} de" if number else f"no {one} ninguna de las"
        said = f"{start} {which} {total} actividades"
    without = len(load.sin_calendario)
    return said + (f"; {without} no {'tiene' if without == 1 else 'tienen'} calendario." if without else ".")


def tell_peak(load: Schedule) -> list[str]:
    """Tell which quarters have most activities."""
    most = max(load.trimestres)
    names = [f"el {name}" for name, number in zip(QUARTERS, load.trimestres, strict=True) if number == most]
    if len(names) == 4:
        return [f"Los cuatro trimestres llevan la misma carga: {count_words(most, 'actividad', 'actividades')}."]
    if len(names) == 1:
        return [f"El trimestre con más actividades es {names[0]}: {most}."]
    return [f"Los trimestres con más actividades son {join_words(names)}: {most} en cada uno."]


def tell_investment(e: Evaluation) -> str:
    """Tell what the activities cost together, how many cost nothing, and of how many the plan does not say."""
    amounts = e.plan.actividades["inversion"]
    parts = list_free(e)
    if paid := int((amounts > 0).sum()):
        total, count = format_number(amounts.sum(), e.plan.locale), count_words(paid, "actividad", "actividades")
        parts.insert(0, f"La inversión prevista suma {total} en {count}")
    return f"{'; '.join(parts)}."


def list_free(e: Evaluation) -> list[str]:
    """List how many activities cost nothing, and of how many the plan does not say what they cost."""
    amounts = e.plan.actividades["inversion"]
    free, unsaid = int((amounts == 0).sum()), int(amounts.isna().sum())
    parts = [count_words(free, "actividad no genera gasto", "actividades no generan gasto")] if free else []
    parts += [count_words(unsaid, "actividad no dice su monto", "actividades no dicen su monto")] if unsaid else []
    return parts


def list_figures(e: Evaluation) -> list[dict[str, object]]:
    """List the figures of a plan without results: name, value, notes with the formula."""
    found, load, total = e.evaluability, e.schedule, len(e.plan.actividades)
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
    without = len(load.sin_calendario)
    if len(load.meses):
        name, number = f"{load.noun} en el {describe_quarter(e.trimestre)}", load.trimestres[e.trimestre - 1]
        quarters = ", ".join(f"{name} {number}" for name, number in zip(QUARTERS, load.trimestres, strict=True))
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


def tell_method(e: Evaluation) -> list[str]:
    """Tell how the figures of a plan without results are obtained."""
    return [
        "El documento no trae resultados: no hay cumplimiento que calcular, y lo que falta no cuenta como cero.",
        f"La evaluabilidad de una actividad es el número de criterios que cumple entre {len(CRITERIA)}, por 100; la de "
        "una unidad y la de la institución, la media de sus actividades.",
        "Una actividad está en un trimestre cuando alguno de sus meses cae en él.",
        "La que el plan no pone en ningún mes queda sin calendario: no es lo mismo que no programada.",
        f"El trimestre es el {name_quarter(e)}; la fecha de corte, el {format_day(e.fecha_corte, e.plan.locale)}.",
    ]
