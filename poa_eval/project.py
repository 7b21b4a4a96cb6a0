"""Project: what is left of the year: the pace that the annual goal still asks for, and where today's pace leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from poa_eval.block import (
    EMPTY,
    Block,
    Column,
    join_blocks,
    number_cell,
    percent_cell,
    render_table,
    render_words,
    text_cell,
)
from poa_eval.measure import Evaluation
from poa_eval.narrate import find_dues, list_comparable, name_source, take_evaluation
from poa_eval.quarter import Quarter
from poa_eval.trace import Origins
from poa_eval.windows import Due, list_answered
from poa_eval.words import count_words, has, name_activity

_LENGTHS = {1: ("mes", "meses"), 2: ("bimestre", "bimestres"), 3: ("trimestre", "trimestres")}
_BY_PLAN, _BY_PACE = "mismo cumplimiento", "mismo ritmo"
_MEANINGS = {
    _BY_PLAN: "lo programado que queda se cumple en la misma proporción que hasta ahora",
    _BY_PACE: "cada periodo que queda aporta lo mismo, en promedio, que los que ya pasaron",
}


@dataclass(frozen=True)
class Outlook:
    """What is left of an activity's year.

    Parameters
    ----------
    falta : float
        Goal of the year less what was executed.
    quedan : int
        Periods of `meses` months that are left.
    ritmo, necesario : float
        Executed per period so far, and what each that is left must bring.
    proyeccion : float
        What the year closes with, by the assumption `supuesto`.
    """

    falta: float
    meses: int
    quedan: int
    ritmo: float
    necesario: float
    proyeccion: float
    supuesto: str


def find_outlook(row: Mapping[str, object], e: Evaluation, due: Due) -> Outlook | None:
    """Return what is left of an activity's year; None where there is no annual goal, or results do not add up.

    Where the programme of the rest of the year is known and reaches the goal, the projection takes it to be carried
    out as far as it was until now; else it takes the mean of each period to go on.

    Parameters
    ----------
    row : mapping
        Row of `Evaluation.actividades`.
    e : Evaluation
    due : Due
    """
    plan, goal, done = e.plan, row["meta_anual"], row["ejecutado_acumulado"]
    activity = plan.actividades[plan.actividades["actividad_id"] == row["actividad_id"]].iloc[0]
    adds = (activity["acumulacion"], activity["acumulacion_programado"]) == ("suma", "suma")
    counts = adds and activity["sentido"] == "ascendente" and row["actividad_id"] not in list_answered(plan)
    if e.trimestre == 4 or not counts or not (has(goal) and has(done)) or goal <= 0:
        return None
    periods = list_comparable(activity, due, e.trimestre)[0]
    length = min((int(p["meses"]) for p in periods), default=3)
    length = length if length in _LENGTHS else 3
    gone = min(3 * e.trimestre, due.corte)
    left, pace = 12 // length - gone // length, done / (gone / length)
    rest = plan.avances[(plan.avances["actividad_id"] == row["actividad_id"]) & (plan.avances["mes"] > gone)]
    planned, share = rest["programado"].sum(), row["cumplimiento_acumulado"]
    is_planned = has(share) and planned > 0 and abs(row["programado_acumulado"] + planned - goal) < 1e-6 * goal
    more, name = (planned * share / 100, _BY_PLAN) if is_planned else (pace * left, _BY_PACE)
    return Outlook(goal - done, length, left, pace, (goal - done) / left, done + more, name)


def show_year_end(source: Quarter | Evaluation) -> Block:
    """Show the pace that each annual goal asks for, and a projection with its assumption; empty at year's end."""
    e = take_evaluation(source)
    if e.solo_plan:
        return EMPTY
    due = find_dues(e)
    found = [(row, outlook) for row in e.actividades.to_dict("records") if (outlook := find_outlook(row, e, due))]
    if not found:
        return EMPTY
    found.sort(key=lambda pair: pair[1].proyeccion / pair[0]["meta_anual"])
    assumptions = [name for name in _MEANINGS if any(o.supuesto == name for _, o in found)]
    locale = e.plan.locale
    codes = e.plan.actividades.set_index("actividad_id")["codigo"]
    origins, rows = Origins(e), []
    for row, o in found:
        singular, plural = _LENGTHS[o.meses]
        is_met = o.falta <= 0
        left = "meta anual alcanzada" if is_met else count_words(o.quedan, singular, plural)
        rows.append(
            [
                text_cell(name_activity(row, codes[row["actividad_id"]]), source=row["fuente"]),
                *(
                    replace(number_cell(row[c], locale), title=origins.name(row["actividad_id"], c))
                    for c in ("meta_anual", "ejecutado_acumulado")
                ),
                number_cell(None if is_met else o.falta, locale),
                text_cell(left),
                number_cell(o.ritmo, locale),
                number_cell(None if is_met else o.necesario, locale),
                number_cell(o.proyeccion, locale),
                percent_cell(o.proyeccion / row["meta_anual"] * 100, locale),
                text_cell(o.supuesto if len(assumptions) > 1 else None),
            ]
        )
    reach = sum(o.proyeccion >= row["meta_anual"] - 1e-9 for row, o in found)
    said = f"De las {len(found)} actividades con meta anual y resultados que se suman, {reach or 'ninguna'} "
    said += "llegarían a la suya" if reach > 1 else "llegaría a la suya"
    if len(found) == 1:
        said = f"La única actividad con meta anual y resultados que se suman {'' if reach else 'no '}llegaría a ella"
    sentences = [f"{said} si el año sigue como va."]
    told = [f"Supuesto, {name}: {_MEANINGS[name]}." for name in assumptions]
    numbers = [
        ("Meta anual", "", ""),
        ("Ejecutado a la fecha", "", ""),
        ("Falta", "", "Meta anual − ejecutado a la fecha"),
    ]
    paces = [("Hasta ahora", "Por periodo", "Ejecutado a la fecha / periodos transcurridos")]
    paces += [("Hace falta", "Por periodo", "Lo que falta / periodos que quedan")]
    paces += [("Cierre", "Proyección", "Ejecutado a la fecha + lo que daría el supuesto en los periodos que quedan")]
    paces += [("De la meta (%)", "Proyección", "Cierre proyectado / meta anual × 100")]
    columns = [Column("Actividad"), *(Column(title, group, True, origin=how) for title, group, how in numbers)]
    columns += [Column("Queda"), *(Column(title, group, True, origin=how) for title, group, how in paces)]
    columns += [Column("Supuesto", "Proyección", is_optional=True)]
    table = render_table("Qué falta para la meta del año", columns, [("", rows)], source=name_source(e))
    return join_blocks(render_words([*sentences, *told]), table)
