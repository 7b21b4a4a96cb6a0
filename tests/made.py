"""What tests of the reports share: the quarters of the shipped params, and small plans made up on the spot."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import nbformat
import openpyxl

import poa_eval as poa
from places import ROOT
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.reports.html.page import export_html
from poa_eval.text.names import file_name
from poa_eval.text.periods import MONTH_NAMES


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


def make_institution(activities: int, *, months: int = 12) -> Plan:
    """Return a plan in which everything agrees: monthly and quarterly, counts and percentages, with comments."""
    comments = (
        "Se cumplió la meta",
        None,
        "META CUMPLIDA, GRACIAS AL EQUIPO",
        "{n} informes del mes de {mes}/24",
        "Sin novedad",
    )
    measures = ("INFORMES", "PORCENTAJE", "INFORMES", "VISITAS", "INFORMES")
    rows, periods, printed = [], [], []
    for i in range(activities):
        key, measure, length = f"a{i:05}", measures[i % 5], (1, 1, 1, 3, 3, 6)[i % 6]
        how = "constante" if measure == "PORCENTAJE" else "suma"
        goals = (
            [90.0] * 12
            if how == "constante"
            else [float(1 + (i * 31 + at * (17 + i % 13) + at * at) % 97) for at in range(12)]
        )
        values = goals[: 12 // length]
        for at, goal in enumerate(values):
            month, said = (at + 1) * length, comments[i % 5]
            row = {"actividad_id": key, "mes": month, "meses": length, "programado": goal, "origen": "leido"}
            done = goal if month <= months else None
            text = said.format(n=f"{done:g}", mes=MONTH_NAMES[month - 1]) if said and done is not None else None
            periods.append(row | {"ejecutado": done, "comentario": text, "fuente": f"plan.xlsx!Hoja!F{i + 1}"})
            if length == 1 and how == "suma" and month % 3 == 0:
                figure = {
                    "ambito": "actividad",
                    "clave": key,
                    "mes": month,
                    "meses": 3,
                    "fuente": f"plan.xlsx!Hoja!A{i + 1}",
                }
                quarter = sum(goals[at - 2 : at + 1])
                printed.append(figure | {"concepto": "programado", "valor": quarter, "texto": f"{quarter:g}"})
        rows.append(
            {
                "actividad_id": key,
                "unidad_id": f"u{i % 40}",
                "codigo": f"{i % 40 + 1}.{i // 40 + 1}",
                "actividad": f"Actividad operativa número {i}",
                "indicador": f"Informes entregados {i}",
                "unidad_medida": measure,
                "frecuencia": {1: "Mensual", 3: "Trimestral", 6: "Semestral"}[length],
                "meta_anual": sum(values) if how == "suma" else None,
                "meta_texto": None if how == "suma" else "Mantener 90 % de cobertura",
                "linea_base": 10.0,
                "sentido": "ascendente",
                "acumulacion": how,
                "acumulacion_programado": how,
                "fuente": f"plan.xlsx!Hoja!A{i + 1}",
            }
        )
    units = [
        {"unidad_id": f"u{i}", "unidad": f"Dirección {i}", "fuente": "plan.xlsx!Hoja!A1"}
        for i in range(min(40, activities))
    ]
    return Plan(
        "Municipio",
        2024,
        "es_MX",
        unidades=make_table("unidades", units),
        actividades=make_table("actividades", rows),
        avances=make_table("avances", periods),
        publicado=make_table("publicado", printed),
    )


@cache
def make_page(name: str, unidad: str | None = None) -> str:
    """Return the page of a shipped params file, or of one of its units, without starting a kernel for it."""
    whole = open_params(name)
    quarter = whole if unidad is None else whole.unit(unidad)
    kind = "institucional" if unidad is None else "unidad"
    notebook = nbformat.read(ROOT / "notebooks" / f"informe_{kind}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells[2:]:
        html = eval(cell.source, {"poa": poa, "q": quarter}).html
        cell.outputs = [nbformat.v4.new_output("execute_result", data={"text/html": html})] if html else []
    units = whole.plan.unidades[["unidad_id", "unidad"]].itertuples(index=False)
    if unidad is None:
        links = {"enlaces": [(f"unidades/{file_name(unit_id)}.html", name) for unit_id, name in units]}
    else:
        links = {"volver": ("../index.html", whole.params.institucion)}
    return export_html(notebook, titulo=f"{dict(units).get(unidad, whole.params.institucion)} · trimestre", **links)


MONTHS = "ENE FEB MAR ABR MAY JUN JUL AGO SET OCT NOV DIC".split()
LAYOUT = """
nombre: demo
titulo: Plan de muestra
institucion: Servicio Demo
locale: es_MX
ediciones:
  "1":
    clase: tabla
    encabezado: {filas: 2}
    contexto: ["PLAN OPERATIVO {ejercicio}"]
    columnas: {unidad: Unidad, codigo: Código, actividad: Actividad, unidad_medida: Medida, meta_anual: Meta}
    periodos:
      - {columna: programado, grupo: Programado, patron: "{mes}"}
      - {columna: ejecutado, grupo: Ejecutado, patron: "{mes}"}
"""
PARAMS = """
institucion: Servicio <Demo>
ejercicio: 2024
trimestre: 3
fecha_corte: 2024-09-30
fuentes:
  - {archivo: data/plan.xlsx, layout: data/demo.yaml}
"""


def write_project(root: Path, units: Sequence[str], *, activities: int = 2, seed: int = 0) -> Path:
    """Write a project of an institution that is made up: its plan, its layout, its params, whose path is returned."""
    for name in ("data", "params", "notebooks"):
        (root / name).mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Plan")
    sheet.append(["PLAN OPERATIVO 2024"])
    sheet.append(["Unidad", "Código", "Actividad", "Medida", "Meta", "Programado", *[None] * 11, "Ejecutado"])
    sheet.append([None] * 5 + MONTHS * 2)
    for unit in units:
        chance = Random(f"{seed} {unit}")
        for i in range(activities):
            planned = [chance.randint(1, 50) for _ in MONTHS]
            reached = [max(0, value + chance.randint(-9, 3)) for value in planned[:9]]
            sheet.append([unit, f"A{i:03}", f"Actividad {i} de {unit}", "Informe", sum(planned), *planned, *reached])
    book.save(root / "data" / "plan.xlsx")
    (root / "data" / "demo.yaml").write_text(LAYOUT, encoding="utf-8")
    (root / "params" / "demo-t3.yaml").write_text(PARAMS, encoding="utf-8")
    return root / "params" / "demo-t3.yaml"
