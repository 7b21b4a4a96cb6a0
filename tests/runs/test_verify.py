"""A run made again elsewhere: every difference is named, and damaged evidence refused before it works."""

import json
import shutil

import pytest

from poa_eval.errors import ArchivoError
from poa_eval.runs import batch as run
from poa_eval.runs.verify import verify_run
from projects import (
    change_figure,
)


def test_verify_names_what_differs(project):
    params = project()
    folder = run.run_quarter(params).carpeta
    table = folder / "datos" / "evaluacion_unidades.csv"
    table.write_bytes(table.read_bytes().replace(b"Obras", b"Otras"))
    (folder / "unidades" / "rentas.html").unlink()
    (folder / "nota.txt").write_text("x")
    assert verify_run(folder) == [
        "datos/evaluacion_unidades.csv: difiere",
        "nota.txt: sobra en la carpeta",
        "unidades/rentas.html: falta en la carpeta",
    ]
    change_figure(params.parent.parent / "data" / "plan.xlsx", "Obras")
    assert "La fuente data/plan.xlsx cambió desde la ejecución." in verify_run(folder)
    with pytest.raises(ArchivoError, match=r"run\.json"):
        verify_run(folder / "datos")


def test_verify_refuses_damaged_evidence_before_it_works(project, monkeypatch):
    evidence = run.run_quarter(project("Obras")).carpeta / "run.json"
    whole = json.loads(evidence.read_text(encoding="utf-8"))
    monkeypatch.setattr("poa_eval.runs.verify.run_quarter", None)
    for damage in ({"fuentes": [{}]}, {"fuentes": None}, {"versiones": []}, {"cuadernos": 5}):
        evidence.write_text(json.dumps(whole | damage))
        with pytest.raises(ArchivoError, match=r"run\.json"):
            verify_run(evidence.parent)


def test_verify_takes_any_sign_in_a_name(project):
    params = project("Obras")
    params.write_text(params.read_text(encoding="utf-8").replace("<Demo>", "🌵"), encoding="utf-8")
    assert verify_run(run.run_quarter(params).carpeta) == []


def test_verify_of_a_run_elsewhere_asks_for_its_project(project, tmp_path, monkeypatch):
    folder = shutil.copytree(run.run_quarter(project("Obras")).carpeta, tmp_path / "aparte" / "demo-t3")
    monkeypatch.chdir(folder)
    with pytest.raises(ArchivoError, match="desde la carpeta del proyecto"):
        verify_run(folder)
