"""Small plans made up for the tests of what is measured and checked."""

from dataclasses import replace

import poa_eval as poa
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table


def make_plan(rows, activities=None, **about):
    """A plan of one unit: per activity a list of (month, length, programmed, executed)."""
    about = {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma"} | about
    listed = activities or [{} for _ in rows]
    return Plan(
        "Municipio",
        2024,
        "es_MX",
        unidades=make_table("unidades", [{"unidad_id": "1", "unidad": "Obras"}]),
        actividades=make_table(
            "actividades",
            [
                {"actividad_id": f"a{i}", "unidad_id": "1", "actividad": f"Actividad {i}", "unidad_medida": "obras"}
                | about
                | own
                for i, own in enumerate(listed)
            ],
        ),
        avances=make_table(
            "avances",
            [
                {
                    "actividad_id": f"a{i}",
                    "mes": month,
                    "meses": length,
                    "programado": planned,
                    "ejecutado": done,
                    "origen": "leido",
                }
                for i, periods in enumerate(rows)
                for month, length, planned, done in periods
            ],
        ),
    )


def months(planned, done, start=1):
    return [(start + i, 1, p, d) for i, (p, d) in enumerate(zip(planned, done, strict=True))]


def print_figures(plan, *figures):
    names = ("ambito", "clave", "concepto", "mes", "meses", "valor")
    printed = [dict(zip(names, figure, strict=True)) | {"fuente": "plan.xlsx!Hoja!B1"} for figure in figures]
    return replace(plan, publicado=make_table("publicado", printed))


def list_rules(plan):
    return poa.check(plan)["regla"].tolist()
