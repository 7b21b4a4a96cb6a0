"""Projection of the year: the pace that the annual goal still asks for, and where today's pace leads."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from poa_eval.metrics.due import list_comparable
from poa_eval.metrics.evaluation import Evaluation
from poa_eval.plan.accumulation import adds_up
from poa_eval.text.wording import is_present

#: Length of a period in months → what one is called, and several.
LENGTHS = {1: "mes meses", 2: "bimestre bimestres", 3: "trimestre trimestres"}
LENGTHS |= {4: "cuatrimestre cuatrimestres", 6: "semestre semestres"}

_BY_PLAN, _BY_PACE = "mismo cumplimiento", "mismo ritmo"

#: Assumption of a projection → what it means.
ASSUMPTIONS = {
    _BY_PLAN: "lo programado que queda se cumple en la misma proporción que hasta ahora",
    _BY_PACE: "cada periodo que queda aporta lo mismo, en promedio, que los que ya pasaron",
}


@dataclass(frozen=True)
class Projection:
    """What is left of an activity's year."""

    meta: float  # goal of the year
    falta: float  # the same less what was executed
    meses: int  # length of a period
    quedan: int  # periods that are left
    ritmo: float  # executed per period so far
    necesario: float  # what each period left must bring
    proyeccion: float  # what the year closes with
    supuesto: str  # by which of `ASSUMPTIONS`
    es_conteo: bool  # all figures of the activity are whole numbers

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
    if row["actividad_id"] in e.due.answered:
        return "respuesta"
    if activity["sentido"] != "ascendente":
        return "sentido"
    if not adds_up(activity):
        return "suma"
    if not is_present(row["ejecutado_acumulado"]):
        return "resultado"
    return None if row["ejecutado_acumulado"] or row["programado_acumulado"] != 0 else "programa"


def find_projection(row: Mapping[str, object], e: Evaluation) -> Projection | None:
    """Return what is left of an activity's year; None at its end, and where it can not be projected.

    Where the programme of the rest of the year is known and reaches the goal, the projection takes it to be carried
    out as far as it was until now; else it takes the mean of each period to go on. A period still open counts as left.
    `row` is of `Evaluation.actividades`.
    """
    plan, goal, done = e.plan, row["meta_anual"], row["ejecutado_acumulado"]
    activity = plan.actividades[plan.actividades["actividad_id"] == row["actividad_id"]].iloc[0]
    if e.trimestre == 4 or find_obstacle(row, activity, e):
        return None
    length = min((int(p["meses"]) for p in list_comparable(activity, e.due, e.trimestre)[0]), default=3)
    month = min(3 * e.trimestre, e.due.corte)
    gone = month // length
    if length not in LENGTHS or not gone:
        return None
    left, pace = 12 // length - gone, done / gone
    own = plan.avances[plan.avances["actividad_id"] == row["actividad_id"]]
    planned, share = own.loc[own["mes"] > month, "programado"].sum(), row["cumplimiento_acumulado"]
    is_planned = is_present(share) and planned > 0 and abs(row["programado_acumulado"] + planned - goal) < 1e-6 * goal
    more, name = (planned * share / 100, _BY_PLAN) if is_planned else (pace * left, _BY_PACE)
    figures = [goal, *own["programado"].dropna(), *own["ejecutado"].dropna()]
    counted = all(float(figure).is_integer() for figure in figures)
    return Projection(goal, goal - done, length, left, pace, (goal - done) / left, done + more, name, counted)
