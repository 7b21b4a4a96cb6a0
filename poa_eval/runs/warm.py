"""Warm: what the process from which all others are forked loads and does once. Import it there only."""

import gc
import os
import sys
from threading import Event, Thread

gc.set_threshold(500_000, 20, 100)  # what is loaded here stays; a notebook's process is too short to look often
_ready = Event()
_asker = int(os.environ.pop("POA_EVAL_PID", os.getppid()))


def _end_without_asker() -> None:
    while not _ready.wait(0.2):
        if os.getppid() != _asker:
            os._exit(1)


_watch = Thread(target=_end_without_asker, daemon=True)  # afterwards the server itself sees to that
_watch.start()

# One thread: a process with several cannot be forked safely.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("JE_ARROW_MALLOC_CONF", "background_thread:false")
os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # as a kernel has it
_UNUSED = "rfc3987_syntax"  # what others load, slowly, and never use here
sys.modules.setdefault(_UNUSED, None)

import asyncio  # noqa: E402
import io  # noqa: E402
import resource  # noqa: E402,F401  (each report's process uses it)
from contextlib import suppress  # noqa: E402
from pathlib import Path  # noqa: E402

import nbformat  # noqa: E402
import pandas as pd  # noqa: E402
from ipykernel.zmqshell import ZMQInteractiveShell  # noqa: E402
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook  # noqa: E402

import poa_eval as poa  # noqa: E402
import poa_eval.quarter.notebook  # noqa: E402
import poa_eval.runs.produce  # noqa: E402
from poa_eval.config.params import make_params  # noqa: E402
from poa_eval.plan.plan import Plan  # noqa: E402
from poa_eval.plan.schema import make_table  # noqa: E402
from poa_eval.reports.html.page import export_html  # noqa: E402
from poa_eval.runs.execute import clean_notebook, give_parameters  # noqa: E402
from poa_eval.runs.shell import make_shell, run_cells  # noqa: E402

#: Those that take something else than a quarter, and one that draws what `periods_chart` draws.
_OTHER = ("activity_chart", "signatures", "table")


def _make_quarter() -> poa.Quarter:
    """Make up the quarter of a unit; its tables are as the plan's contract has them, and need not be validated."""
    activity = {"actividad_id": "a", "unidad_id": "u", "actividad": "Ensayo", "unidad_medida": "Acta", "fuente": "a!A1"}
    activity |= {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma", "meta_anual": 12}
    months = [
        {"actividad_id": "a", "mes": mes, "meses": 1, "programado": 1, "ejecutado": 1.5, "origen": "leido"}
        for mes in (1, 2, 3)
    ]
    plan = Plan("Ensayo", 2024, "es_MX").narrow(
        unidades=make_table("unidades", [{"unidad_id": "u", "unidad": "Ensayo"}]),
        actividades=make_table("actividades", [activity]),
        avances=make_table("avances", months),
    )
    finding = {"hallazgo_id": "a", "regla": "totales", "gravedad": "nota", "unidad_id": "u", "actividad_id": "a"}
    finding |= {"mes": 3, "encontrado": "1", "esperado": "2", "diferencia": -1.0, "mensaje": "Ensayo.", "fuente": "a"}
    values = {"institucion": "Ensayo", "ejercicio": 2024, "trimestre": 1, "fecha_corte": "2024-03-31"}
    params = make_params(values | {"fuentes": [{"archivo": "a.xlsx"}]})
    sources = pd.DataFrame([{"archivo": "a.xlsx", "layout": "ensayo", "sha256": "0", "unidad_id": None}])
    return poa.Quarter(params, Path(), plan, pd.DataFrame([finding]), poa.measure(plan, 1), sources).unit("u")


def _rehearse() -> None:
    """Draw, run cells and export once: fonts, templates and whatever is loaded at first use is there for all."""
    names = [name for name in poa.show.__all__ if name not in _OTHER]
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


with suppress(Exception):  # a rehearsal that fails costs time, and never the run
    _rehearse()
with suppress(OSError):  # nor does a shell that finds no room
    make_shell()
if sys.modules[_UNUSED] is None:
    del sys.modules[_UNUSED]
_ready.set()
_watch.join()
gc.freeze()  # what is here is shared with every process as it is
