"""What tests of the reports share: the quarters of the shipped params, and small plans made up on the spot."""

from dataclasses import replace
from functools import cache

import poa_eval as poa
from places import ROOT
from poa_eval.plan import Plan, make_table


@cache
def open_params(name: str) -> poa.Quarter:
    return poa.prepare_quarter(poa.load_params(ROOT / "params" / f"{name}.yaml"), ROOT)


def make_quarter(source: poa.Quarter, plan: Plan, trimestre: int = 1) -> poa.Quarter:
    """Return a quarter of a made-up plan."""
    evaluation = poa.measure(plan, trimestre)
    return replace(source, plan=plan, hallazgos=poa.check(plan), evaluacion=evaluation)


def make_plan(periods=(), *, unidad="Obras", actividad="Bachear calles", **fields) -> Plan:
    activity = {
        "actividad_id": "u-1",
        "unidad_id": "u",
        "actividad": actividad,
        "sentido": "ascendente",
        "acumulacion": "suma",
        "acumulacion_programado": "suma",
        "unidad_medida": "CALLES",
        "fuente": "plan.xlsx!Hoja!A1",
    }
    rows = [
        {"actividad_id": "u-1", "mes": mes, "meses": 1, "programado": p, "ejecutado": e, "origen": "leido"}
        for mes, (p, e) in enumerate(periods, start=1)
    ]
    return Plan(
        "Municipio",
        2024,
        "es_MX",
        unidades=make_table("unidades", [{"unidad_id": "u", "unidad": unidad}]),
        actividades=make_table("actividades", [activity | fields]),
        avances=make_table("avances", rows),
    )
