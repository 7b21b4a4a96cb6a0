"""A notebook in a kernel, where the system cannot fork."""

import os
import pickle
import subprocess
import sys

import nbformat
import pytest

from places import ROOT
from poa_eval.runs.task import ReportTask
from projects import write_notebook

IN_KERNEL = """
import sys, pickle
from poa_eval.processes import WorkerPool
from poa_eval.runs import produce
produce.CAN_FORK = False
with WorkerPool(1, timeout=float(sys.argv[2])) as pool, open(sys.argv[1], "rb") as file:
    report = produce.produce_report(pool, pickle.load(file))
print(report.mensaje)
print(report.cuaderno)
"""


@pytest.mark.slow
def test_time_of_a_notebook_in_a_kernel_is_of_all_its_cells(tmp_path):
    cells = ["print('antes')", *["import time; time.sleep(2.5)"] * 3]
    path = write_notebook(tmp_path / "c.ipynb", cells)
    parameters = {"unidad": "Obras", "respuestas": []}  # one that it does not declare
    task = ReportTask(path.name, path.read_text(encoding="utf-8"), parameters, b"", str(tmp_path), "Título", {})
    (tmp_path / "task").write_bytes(pickle.dumps(task))
    command = [sys.executable, "-c", IN_KERNEL, str(tmp_path / "task"), "6.5"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=60)
    message, copy = done.stdout.split("\n", 1)
    assert message == "El cuaderno c.ipynb tardó más de los 6.5 segundos permitidos y se detuvo."
    assert done.stderr == ""
    assert nbformat.reads(copy, as_version=4).cells[2].outputs[0].text == "antes\n"
