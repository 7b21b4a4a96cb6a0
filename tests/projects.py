"""Notebooks of a project that is made up, and what its runs leave."""

import json
from pathlib import Path

import nbformat

from poa_eval.runs import batch as run

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
