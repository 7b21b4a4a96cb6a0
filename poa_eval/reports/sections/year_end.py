"""Project: what is left of the year: the pace that the annual goal still asks for, and where today's pace leads."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from poa_eval.metrics.evaluation import Evaluation
from poa_eval.metrics.windows import Due, list_answered
from poa_eval.reports.html.blocks import (
    EMPTY,
    Block,
    Column,
    number_cell,
    percent_cell,
    render_table,
    render_words,
    text_cell,
)
from poa_eval.reports.sections.narrate import Source, list_comparable, name_source, take_evaluation
from poa_eval.reports.sections.provenance import Origins
from poa_eval.text.wording import count_words, is_present, join_words

_LENGTHS = {1: "mes meses", 2: "bimestre bimestres", 3: "trimestre trimestres"}
_LENGTHS |= {4: "cuatrimestre cuatrimestres", 6: "semestre semestres"}
_BY_PLAN, _BY_PACE = "mismo cumplimiento", "mismo ritmo"
_MEANINGS = {
    _BY_PLAN: "lo programado que queda se cumple en la misma proporción que hasta ahora",
    _BY_PACE: "cada periodo que queda aporta lo mismo, en promedio, que los que ya pasaron",
}
_OBSTACLES = {
    "meta": ("no trae meta anual con cifra", "no traen meta anual con cifra"),
    "respuesta": ("se responde Sí o No", "se responden Sí o No"),
    "sentido": ("no tiene un indicador ascendente", "no tienen un indicador ascendente"),
    "suma": ("da resultados que no se suman", "dan resultados que no se suman"),
    "programa": ("no tenía nada programado a la fecha", "no tenían nada programado a la fecha"),
    "resultado": ("no tiene resultado acumulado a la fecha", "no tienen resultado acumulado a la fecha"),
}


_NEEDED = "Lo que falta / periodos que quedan; en conteos, al entero de arriba"
_CLOSE = "Ejecutado a la fecha + lo que daría el supuesto; en conteos, al entero más cercano"
_COLUMNS = [
    Column("Actividad"),
    Column("Meta anual", is_number=True),
    Column("Ejecutado a la fecha", is_number=True),
    Column("Falta", is_number=True, origin="Meta anual − ejecutado a la fecha"),
    Column("Queda"),
    Column("Hasta ahora", "Por periodo", is_number=True, origin="Ejecutado a la fecha / periodos cerrados"),
    Column("Hace falta", "Por periodo", is_number=True, origin=_NEEDED),
    Column("Cierre", "Proyección", is_number=True, origin=_CLOSE),
    Column("De la meta (%)", "Proyección", is_number=True, origin="Cierre proyectado / meta anual × 100"),
    Column("Supuesto", "Proyección", is_optional=True),
]


@dataclass(frozen=True)
class Outlook:
    """What is left of an activity's year.

    Parameters
    ----------
    meta, falta : float
        Goal of the year, and the same less what was executed.
    quedan : int
        Periods of `meses` months that are left.
    ritmo, necesario : float
        Executed per period so far, and what each that is left must bring.
    proyeccion : float
        What the year closes with, by the assumption `supuesto`.
    es_conteo : bool
        Whether all figures of the activity are whole numbers.
    """

    meta: float
    falta: float
    meses: int
    quedan: int
    ritmo: float
    necesario: float
    proyeccion: float
    supuesto: str
    es_conteo: bool

    @property
    def cifras(self) -> tuple[float, float]:
        """What each period left must bring and the close, as a reader is told them: whole where all figures are.

        What is needed is rounded up; the close to the nearest, though never up to a goal that it does not reach.
        """
        if not self.es_conteo:
            return self.necesario, self.proyeccion
        close = math.floor(self.proyeccion + 0.5)
        close = min(close, self.meta - 1) if self.proyeccion < self.meta - 1e-9 else close
        return math.ceil(self.necesario - 1e-9), close


def find_obstacle(row: Mapping[str, object], activity: Mapping[str, object], e: Evaluation) -> str | None:
    """Return why an activity's year can not be projected, as a key of the sentences that say so; None where it can."""
    if not is_present(row["meta_anual"]) or row["meta_anual"] <= 0:
        return "meta"
    if row["actividad_id"] in list_answered(e.plan):
        return "respuesta"
    if activity["sentido"] != "ascendente":
        return "sentido"
    if (activity["acumulacion"], activity["acumulacion_programado"]) != ("suma", "suma"):
        return "suma"
    if not is_present(row["ejecutado_acumulado"]):
        return "resultado"
    return None if row["ejecutado_acumulado"] or row["programado_acumulado"] != 0 else "programa"


def find_outlook(row: Mapping[str, object], e: Evaluation, due: Due) -> Outlook | None:
    """Return what is left of an activity's year; None at its end, and where it can not be projected.

    Where the programme of the rest of the year is known and reaches the goal, the projection takes it to be carried
    out as far as it was until now; else it takes the mean of each period to go on. A period still open counts as left.

    Parameters
    ----------
    row : mapping
        Row of `Evaluation.actividades`.
    e : Evaluation
    due : Due
    """
    plan, goal, done = e.plan, row["meta_anual"], row["ejecutado_acumulado"]
    activity = plan.actividades[plan.actividades["actividad_id"] == row["actividad_id"]].iloc[0]
    if e.trimestre == 4 or find_obstacle(row, activity, e):
        return None
    length = min((int(p["meses"]) for p in list_comparable(activity, due, e.trimestre)[0]), default=3)
    month = min(3 * e.trimestre, due.corte)
    gone = month // length
    if length not in _LENGTHS or not gone:
        return None
    left, pace = 12 // length - gone, done / gone
    own = plan.avances[plan.avances["actividad_id"] == row["actividad_id"]]
    planned, share = own.loc[own["mes"] > month, "programado"].sum(), row["cumplimiento_acumulado"]
    is_planned = is_present(share) and planned > 0 and abs(row["programado_acumulado"] + planned - goal) < 1e-6 * goal
    more, name = (planned * share / 100, _BY_PLAN) if is_planned else (pace * left, _BY_PACE)
    figures = [goal, *own["programado"].dropna(), *own["ejecutado"].dropna()]
    counted = all(float(figure).is_integer() for figure in figures)
    return Outlook(goal, goal - done, length, left, pace, (goal - done) / left, done + more, name, counted)


def _tell_obstacles(obstacles: list[str], total: int) -> str:
    """Say how many activities can not be projected and why; "" where all can."""
    counts = Counter(obstacles)
    whys = [(counts[name], forms) for name, forms in _OBSTACLES.items() if counts[name]]
    if not whys:
        return ""
    parts = join_words(f"{number} {forms[number > 1]}" for number, forms in whys)
    number, forms = whys[0]
    if len(obstacles) < total:
        out = count_words(len(obstacles), "actividad", "actividades")
        parts = forms[number > 1] if len(whys) == 1 else parts
        return f"{'Queda' if len(obstacles) == 1 else 'Quedan'} fuera de la tabla {out}: {parts}."
    if len(whys) == 1:
        parts = f"{'la única actividad' if total == 1 else f'las {total} actividades'} {forms[number > 1]}"
    else:
        parts = f"de las {total} actividades, {parts}"
    return f"No se proyecta el cierre del año: {parts}."


def _tell_reach(found: list[tuple[dict, Outlook]], *, is_all: bool) -> str:
    """Say how many activities would reach their goal; `is_all` where no other activity has one."""
    total, reach = len(found), sum(o.proyeccion >= row["meta_anual"] - 1e-9 for row, o in found)
    which = "con meta anual" if is_all else "con meta anual y resultados que se pueden proyectar"
    end = "si el año sigue como va."
    if total == 1:
        return f"La única actividad {which} {'' if reach else 'no '}llegaría a ella {end}"
    if reach in (0, total):
        who, would = ("Las", "llegarían") if reach else ("Ninguna de las", "llegaría")
        return f"{who} {total} actividades {which} {would} a la suya {end}"
    return f"De las {total} actividades {which}, {reach} {'llegaría' if reach == 1 else 'llegarían'} a la suya {end}"


def show_year_end(source: Source) -> Block:
    """Show the pace that each annual goal asks for, and a projection with its assumption; empty at year's end.

    What can not be projected is counted, with the reasons.
    """
    e = take_evaluation(source)
    if e.solo_plan or e.trimestre == 4 or e.actividades.empty:
        return EMPTY
    origins, found, obstacles = Origins(e), [], []
    for row in e.actividades.to_dict("records"):
        if outlook := find_outlook(row, e, origins.due):
            found.append((row, outlook))
        else:
            obstacles.append(find_obstacle(row, origins.activities[row["actividad_id"]], e) or "resultado")
    apart = _tell_obstacles(obstacles, len(e.actividades))
    if not found:
        return render_words([apart])
    found.sort(key=lambda pair: pair[1].proyeccion / pair[0]["meta_anual"])
    assumptions = [name for name in _MEANINGS if any(o.supuesto == name for _, o in found)]
    locale, rows = e.plan.locale, []
    for row, o in found:
        key, is_met, (needed, close) = row["actividad_id"], o.falta <= 0, o.cifras
        left = "meta anual alcanzada" if is_met else count_words(o.quedan, *_LENGTHS[o.meses].split())
        rows.append(
            [
                origins.name_cell(key),
                origins.cell(key, "meta_anual"),
                origins.cell(key, "ejecutado_acumulado"),
                number_cell(None if is_met else o.falta, locale),
                text_cell(left),
                number_cell(o.ritmo, locale),
                number_cell(None if is_met else needed, locale),
                number_cell(close, locale),
                percent_cell(o.proyeccion * 100 / row["meta_anual"], locale),
                text_cell(o.supuesto if len(assumptions) > 1 else None),
            ]
        )
    told = [f"Supuesto, {name}: {_MEANINGS[name]}." for name in assumptions]
    table = render_table("Qué falta para la meta del año", _COLUMNS, [("", rows)], source=name_source(e))
    reach = _tell_reach(found, is_all=set(obstacles) <= {"meta"})
    return render_words(filter(None, [reach, apart, *told])) + table
