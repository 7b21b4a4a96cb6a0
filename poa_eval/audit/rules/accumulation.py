"""Rules on how periods add up: what was inferred and from where, what contradicts it, and totals to date that fall."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from textwrap import shorten

import pandas as pd

from poa_eval.audit.rules.registry import CheckContext, Finding, make_difference, make_finding, rule
from poa_eval.metrics.formulas import TOLERANCE
from poa_eval.plan.accumulation import (
    ACCUMULATIONS,
    DECLARED,
    DEFAULT,
    SERIES,
    Period,
    accumulate_year,
    find_accumulation,
    name_kinds,
)
from poa_eval.plan.inferred import InferredAccumulation, MixedScale
from poa_eval.plan.notes import IDLE_RULE, Statement
from poa_eval.text.names import normalize
from poa_eval.text.numbers import names_ratio
from poa_eval.text.periods import spell_period
from poa_eval.text.wording import capitalize, is_present

#: Accumulations by which a programme of periods alone gives a goal of the year.
_YEARLY = [name for name in ACCUMULATIONS if name != "razon"]


@rule("acumulacion-inferida", "nota")
def tell_inferred(context: CheckContext) -> Iterator[Finding]:
    """Tell how the periods of an activity were taken to add up, where they are no sum and its own figures prove it.

    A warning where a sum would contradict the goal of the year: goal 1 beside 1, 1, 1, 1 may be a wrong goal. Not
    sums, nor what a layout declares, nor percentages of which nothing is printed that tells.

    Of a row that leaves it open, what the other rows in its unit of measure are, by their figures, is proposed; a sum
    that nothing proves is told where the name is that of a rate, an index, a mean or a ratio. No figure follows.
    """
    yield from _propose_kinds(context)
    for note in context.plan.list_notes(InferredAccumulation):
        if not note.is_proved:
            continue
        activity, said = context.activities[str(note.owner)], name_kinds(note.kinds)
        where = {"actividad_id": note.owner, "consejo": ["Si no es así, declárelo en `reglas:` del layout."]}
        message = f"Sus periodos se tomaron como {said}, porque así lo muestran sus propias cifras ({note.cells})."
        if len(note.kinds) > 1:
            message += " Donde no da lo mismo, la cifra queda sin calcular."
        if note.clears_goal:
            total = sum(p["programado"] for p in context.windows.due.periods[str(note.owner)])
            goal = context.show(activity["meta_anual"])
            message = f"Lo programado suma {context.show(total)} y la meta anual dice {goal}. {message}"
            where |= {"gravedad": "advertencia", "consejo": ["Si la meta está mal, corríjala.", *where["consejo"]]}
        yield make_finding(said, "suma", message, note.source, **where)


def _propose_kinds(context: CheckContext) -> Iterator[Finding]:
    """Yield what neighbours and names suggest of rows of which the figures do not tell."""
    for key, activity in context.activities.items():
        is_open, is_default = key in context.plan.open_kinds, activity["acumulacion_origen"] == DEFAULT
        periods = context.windows.due.periods[key]
        added = max(sum(pd.notna(p[series]) and p[series] != 0 for p in periods) for series in SERIES)
        if not (is_open or is_default) or added < 2:  # nothing is added up
            continue
        measure = str(activity["unidad_medida"])
        kind, number = context.plan.proved_kinds.get(normalize(measure), ("", 0))
        texts = (activity[column] for column in ("actividad", "indicador", "unidad_medida"))
        named = next((text for text in texts if is_present(text) and names_ratio(str(text))), None)
        start = (
            "No se sabe cómo se acumulan sus periodos" if is_open else "Sus periodos se suman, pues nada dice otra cosa"
        )
        if kind:
            rows = f"otra fila en «{measure}» es" if number == 1 else f"otras {number} filas en «{measure}» son"
            message = f"{start}; {rows} {name_kinds([kind])}, por sus propias cifras."
            rule = f'`{{cuando: {{unidad_medida: "{measure}"}}, acumulacion: {kind}, porque: …}}`'
            advice = f"Si ésta también lo es, escriba en `reglas:` del layout {rule}."
        elif named and not is_open:
            message = f"{start}; por su nombre («{shorten(str(named), 80, placeholder='…')}») puede que no se sumen."
            advice = "Si es un nivel, un promedio o una razón, declárelo en `reglas:` del layout."
        else:
            continue
        where = {"actividad_id": key, "concepto": "propuesta", "consejo": [advice]}
        yield make_finding(kind or "suma", None, message, activity["fuente"], **where)


@rule("regla-sin-efecto", "nota")
def find_idle_rules(context: CheckContext) -> Iterator[Finding]:
    """Note a rule of behaviour of the layout that matches no activity of the document; a run refuses it."""
    for note in context.plan.list_notes(Statement):
        if note.name == IDLE_RULE:
            message = f"{capitalize(note.text)}."
            advice = ["Corrija los textos de `cuando:` (`*` vale por cualquier texto), o quite la regla."]
            yield make_finding(note.text, "una actividad", message, note.source, concepto=note.text, consejo=advice)


@rule("acumulado-retrocede", "error")
def find_falling_totals(context: CheckContext) -> Iterator[Finding]:
    """Catch a result that is already cumulative and falls: 30 to February, 25 to March; its quarter is not computed.

    Not levels, which may fall, nor what may be either. Where the programme falls too, the advice is to say that it is a
    level.
    """
    for key, periods in context.windows.due.periods.items():
        if key in context.plan.open_kinds or not find_accumulation(context.activities[key], "ejecutado").is_running:
            continue
        before, planned = None, [p["programado"] for p in periods if pd.notna(p["programado"])]
        advice = "Lo programado también baja: si es un nivel, escriba `acumulacion: nivel` en `reglas:` del layout."
        advices = [advice] * any(later < earlier for earlier, later in pairwise(planned))
        for p in (p for p in periods if pd.notna(p["ejecutado"])):
            if before is not None and p["ejecutado"] < before["ejecutado"]:
                earlier, later = (context.show(q["ejecutado"]) for q in (before, p))
                name, now = (spell_period(q["mes"], q["meses"]) for q in (before, p))
                message = f"El resultado acumulado baja de {earlier} en {name} a {later} en {now}."
                where = {"actividad_id": key, "mes": p["mes"], "consejo": advices}
                yield make_difference(p["ejecutado"], before["ejecutado"], message, p["fuente"], **where)
            before = p


@rule("escala-mezclada", "error")
def find_mixed_scales(context: CheckContext) -> Iterator[Finding]:
    """Catch a percentage on another scale than its row's others: 0.58 among 60, 70, 80; it is not used until settled.

    Not figures above 1, nor those that a hundred times are still unlike their neighbours.
    """
    for note in context.plan.list_notes(MixedScale):
        shown, usual, points = (context.show(v) for v in (note.value, note.usual, note.value * 100))
        message = (
            f"En {spell_period(note.month, note.length)} lo {note.concept} dice {shown}, y las demás cifras de la fila "
            f"son como {usual}: ¿{points} %? La cifra no se usa hasta que se corrija."
        )
        where = {"actividad_id": note.owner, "mes": note.month, "concepto": note.concept}
        yield make_difference(note.value, note.value * 100, message, note.source, **where)


def find_contradicted_goals(context: CheckContext) -> Iterator[Finding]:
    """Yield goals of the year that a declared accumulation other than a sum does not give; it stands all the same.

    The advice names the accumulations that would give the goal.
    """
    first, last = context.windows.due.span
    for key, activity in context.activities.items():
        kind = activity["acumulacion_programado"]
        if activity["acumulacion_origen"] != DECLARED or ACCUMULATIONS[kind].adds or pd.isna(activity["meta_anual"]):
            continue
        periods = context.windows.due.periods[key]
        figure = accumulate_year(periods, activity, (), last - first + 1) if len(periods) > 1 else None
        if figure is not None and abs(figure - activity["meta_anual"]) > TOLERANCE:
            year, goal = context.show(figure), context.show(activity["meta_anual"])
            message = (
                f"Lo programado en el año, tomado como {name_kinds([kind])}, es {year}; la meta anual dice {goal}."
            )
            source = context.columns.find(activity["fuente"], "meta_anual")
            fits = [name for name in _YEARLY if _gives_goal(periods, activity, name, last - first + 1)]
            advice = f"Si la meta está bien, revise en el layout cómo se acumula: como {name_kinds(fits)} sí la da."
            where = {"actividad_id": key, "consejo": [advice] * bool(fits)}
            yield make_difference(figure, activity["meta_anual"], message, source, **where)


def _gives_goal(periods: Sequence[Period], activity: Mapping, kind: str, months: int) -> bool:
    figure = accumulate_year(periods, activity, (kind,), months)
    return figure is not None and abs(figure - activity["meta_anual"]) <= TOLERANCE
