"""Rehearsal: a quarter that is made up, drawn and exported once, so that whatever loads at first use is loaded."""

import asyncio
import io
from pathlib import Path

import nbformat
import pandas as pd
from ipykernel.zmqshell import ZMQInteractiveShell
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import poa_eval as poa
import poa_eval.runs.produce  # noqa: F401 (what each report's process calls)
from poa_eval.config.params import make_params
from poa_eval.metrics.evaluation import measure
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.quarter.quarter import Quarter
from poa_eval.reports import show
from poa_eval.reports.html.page import export_html
from poa_eval.runs.report import clean_notebook
from poa_eval.runs.shell import give_parameters, make_shell, run_cells

#: Those that take something else than a quarter, and one that draws what `periods_chart` draws.
_OTHER = ("activity_chart", "signatures", "table")


def _make_quarter() -> Quarter:
    """Make up the quarter of a unit; its tables are as the plan's contract has them, and need not be validated."""
    activity: dict = {"actividad_id": "a", "unidad_id": "u", "actividad": "Ensayo", "fuente": "a!A1", "meta_anual": 12}
    activity |= {"unidad_medida": "Acta", "sentido": "ascendente"}
    activity |= {"acumulacion": "suma", "acumulacion_programado": "suma"}
    month = {"actividad_id": "a", "meses": 1, "programado": 1, "ejecutado": 1.5, "origen": "leido"}
    plan = Plan("Ensayo", 2024, "es_MX").narrow(
        unidades=make_table("unidades", [{"unidad_id": "u", "unidad": "Ensayo"}]),
        actividades=make_table("actividades", [activity]),
        avances=make_table("avances", [month | {"mes": mes} for mes in (1, 2, 3)]),
    )
    finding: dict = {"hallazgo_id": "a", "regla": "totales", "gravedad": "nota", "unidad_id": "u", "actividad_id": "a"}
    finding |= {"mes": 3, "encontrado": "1", "esperado": "2", "diferencia": -1.0, "mensaje": "Ensayo.", "fuente": "a"}
    finding["consejo"] = ()
    values: dict = {"institucion": "Ensayo", "ejercicio": 2024, "trimestre": 1, "fecha_corte": "2024-03-31"}
    params = make_params(values | {"fuentes": [{"archivo": "a.xlsx"}]})
    sources = pd.DataFrame([{"archivo": "a.xlsx", "layout": "ensayo", "sha256": "0", "unidad_id": None}])
    return Quarter(params, Path(), plan, pd.DataFrame([finding]), measure(plan, 1), sources).unit("u")


def rehearse() -> None:
    """Draw, run cells and export once: fonts, templates and whatever is loaded at first use is there for all."""
    names = [name for name in show.__all__ if name not in _OTHER]
    cells = [new_code_cell("trimestre = 1", metadata={"tags": ["parameters"]})]
    cells += [new_code_cell(f"poa.show.{name}(q)") for name in names]
    for _ in range(3):  # sections, as many as a table of contents takes
        cells += new_markdown_cell("## Ensayo"), new_code_cell("poa.show.title(q)")
    notebook = give_parameters(nbformat.writes(new_notebook(cells=cells)), {"trimestre": 1})
    shell, loop = make_shell(), asyncio.new_event_loop()
    shell.push({"poa": poa, "q": _make_quarter()})
    asyncio.set_event_loop(loop)
    try:
        for _ in run_cells(shell, notebook, io.BytesIO()):
            pass
    finally:
        loop.close()
        asyncio.set_event_loop(None)
        ZMQInteractiveShell.clear_instance()  # a notebook gets one in which nothing has been run
    notebook = clean_notebook(notebook)
    nbformat.writes(notebook)
    export_html(notebook, titulo="Ensayo")
