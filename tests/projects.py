"""Notebooks of a project that is made up, and what its runs leave."""

import json
import pickle
from pathlib import Path

import nbformat
import openpyxl
import pytest

from made import open_params
from poa_eval.processes import CAN_FORK
from poa_eval.runs import batch as run
from poa_eval.runs.task import ReportTask

forks = pytest.mark.skipif(not CAN_FORK, reason="needs a system that forks")
in_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")

#: What a run leaves beside each other.
LEFT = [".demo-t3.huellas.json", "demo-t3", "demo-t3.tiempos.json"]
PLAIN = [
    "import os, sys, time, poa_eval as poa\nq = poa.open_quarter(globals())",
    "poa.show.title(q)",
    "poa.show.periods(q)",
]


def write_notebook(path: Path, sources: list[str], *, unit: bool = True) -> Path:
    names = 'institucion = ""\nejercicio = 0\ntrimestre = 0\nfecha_corte = ""\nfuentes = []\nperfil = "neutro"\n'
    parameters = nbformat.v4.new_code_cell(names + 'unidad = ""' * unit, metadata={"tags": ["parameters"]})
    cells = [parameters, *map(nbformat.v4.new_code_cell, sources)]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=spec), path)
    return path


def read_all(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def list_made(outcome: run.RunOutcome) -> set[str]:
    """Return the notebooks that were executed in the last run."""
    times = outcome.carpeta.with_name(f"{outcome.carpeta.name}.tiempos.json")
    return set(json.loads(times.read_text(encoding="utf-8"))["cuadernos"])


def list_reports(params: Path) -> list[str]:
    return sorted(p.name for p in (params.parent.parent / "reports").iterdir())


def change_figure(path: Path, unit: str) -> None:
    book = openpyxl.load_workbook(path)
    (row, *_) = [row for row in book.active.iter_rows() if row[0].value == unit]
    row[20].value += 1
    book.save(path)


def make_task(path: Path) -> ReportTask:
    whole = pickle.dumps(open_params("jocotepec-2024-t1"))
    return ReportTask(
        path.name, path.read_text(encoding="utf-8"), {"unidad": "á'\"\\n"}, whole, str(path.parent), "Título", {}
    )
