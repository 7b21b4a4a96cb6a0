"""The run as a mechanism: order, failure of one, same bytes, whole or not at all. The figures have their own tests."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest

from poa_eval import check, run
from poa_eval.errors import ArchivoError, FormatoError
from poa_eval.execute import execute_notebook
from poa_eval.plan import Plan, make_table

UNIT_CELLS = [
    "import sys, warnings\n"
    "from IPython.display import HTML, display\n"
    "from poa_eval.errors import FormatoError\n"
    "print('ruido', file=sys.stderr)\n"
    "display(HTML(f'<p>Unidad {unidad}, trimestre {trimestre}</p>'))\n"
    "object()",
    "if unidad == '0304':\n    raise FormatoError('«cuarenta»', 'un número', 'corrija la celda')",
    "if unidad == '../305':\n    {}['clave']",
    "display(HTML('<p>Hasta el final</p>'))",
]


def write_notebook(path: Path, sources: list[str]) -> None:
    parameters = nbformat.v4.new_code_cell("trimestre = 0\nunidad = ''", metadata={"tags": ["parameters"]})
    cells = [parameters, *map(nbformat.v4.new_code_cell, sources)]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=spec), path)


def make_quarter(root: Path, unit_ids: list[str]) -> SimpleNamespace:
    values = {"institucion": "Servicio <Demo>", "ejercicio": 2023, "trimestre": 1}
    params = SimpleNamespace(**values, plain=lambda: {"trimestre": 1}, respuestas=())
    units = [{"unidad_id": unit_id, "unidad": f"Unidad «{unit_id}» & cía."} for unit_id in unit_ids]
    figures = pd.DataFrame({"unidad_id": unit_ids, "evaluadas": range(len(unit_ids))})
    evaluation = SimpleNamespace(actividades=figures, unidades=figures, institucion=figures)
    plan = Plan(str(values["institucion"]), 2023, "es_MX", unidades=make_table("unidades", units))
    fuentes = pd.DataFrame({"archivo": ["data/x.xlsx"], "layout": ["demo"], "sha256": ["0" * 64]})
    return SimpleNamespace(
        params=params,
        root=root,
        plan=plan,
        evaluacion=evaluation,
        hallazgos=check(plan),
        fuentes=fuentes,
    )


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a project whose data are made up, so that only the mechanism of the run is at work."""
    root = tmp_path / "proyecto"
    for name in ("notebooks", "params"):
        (root / name).mkdir(parents=True)
    write_notebook(root / "notebooks" / run.UNIT_NOTEBOOK, UNIT_CELLS)
    write_notebook(root / "notebooks" / run.INSTITUTION_NOTEBOOK, UNIT_CELLS[:1])
    monkeypatch.setattr(run, "load_params", lambda path: SimpleNamespace())
    monkeypatch.setattr(run, "find_root", lambda start: root)
    monkeypatch.setattr(run, "write_book", lambda quarter, path: path.write_bytes(b"libro"))
    quarter = make_quarter(root, ["303"])
    monkeypatch.setattr(run, "prepare_quarter", lambda params, root: quarter)
    return root


@pytest.fixture
def quick(monkeypatch):
    """Leave the notebooks out: they say nothing and take no time."""
    monkeypatch.setattr(run, "_run_jobs", lambda *args: {})


def read_all(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_failed_units_are_told_and_stop_nobody(project, monkeypatch):
    quarter = make_quarter(project, ["303", "0304", "../305"])
    monkeypatch.setattr(run, "prepare_quarter", lambda params, root: quarter)
    steps = []
    outcome = run.run_quarter(project / "params" / "demo-t1.yaml", on_progress=lambda *step: steps.append(step))

    assert outcome.carpeta == project / "reports" / "demo-t1"
    messages = dict(outcome.fallidas)
    assert list(messages) == ["0304", "../305"]
    assert "«cuarenta»" in messages["0304"]
    assert messages["../305"] == "Falló el cuaderno informe_unidad.ipynb (KeyError: 'clave')."
    assert [step[:2] for step in steps] == [(0, 0), (0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]

    files = read_all(outcome.carpeta)
    stem = run.file_name("../305")
    pages = {name: files[f"unidades/{name}.html"].decode() for name in ("303", "0304", stem)}
    assert "Unidad 303, trimestre 1" in pages["303"]
    assert "Hasta el final" in pages["303"]
    assert "no se pudo elaborar" in pages["0304"]
    assert "«cuarenta»" in pages["0304"]
    assert not [name for name, page in pages.items() if "Traceback" in page or "File " in page]
    index = files["index.html"].decode()
    assert f'href="unidades/{stem}.html"' in index
    assert "No se pudo elaborar el informe de «Unidad «0304» &amp; cía.»" in index
    assert {p.parent for p in project.parent.rglob("*305*")} == {
        outcome.carpeta / "unidades",
        outcome.carpeta / "cuadernos",
    }

    partial = nbformat.reads(files["cuadernos/unidad-0304.ipynb"].decode(), as_version=4)
    assert "Unidad 0304" in partial.cells[2].outputs[0].data["text/html"]
    assert partial.cells[3].outputs[0].traceback == [messages["0304"]]
    assert not partial.cells[-1].outputs

    evidence = json.loads(files["run.json"])
    assert evidence["resultado"]["institucion"] == "correcto"
    assert evidence["resultado"]["unidades"] == {"303": "correcto", **messages}
    assert evidence["fuentes"] == [{"archivo": "data/x.xlsx", "layout": "demo", "sha256": "0" * 64}]
    assert files["datos/evaluacion_unidades.csv"] == b"unidad_id,evaluadas\n303,0\n0304,1\n../305,2\n"
    assert sorted(p.name for p in outcome.carpeta.parent.iterdir()) == ["demo-t1", "demo-t1.tiempos.json"]


def test_two_runs_leave_the_same_bytes_and_no_machine_path(project):
    first = read_all(run.run_quarter(project / "params" / "demo-t1.yaml", out=project / "a").carpeta)
    second = read_all(run.run_quarter(project / "params" / "demo-t1.yaml", out=project / "b").carpeta)
    assert first == second
    assert {"cuadernos/informe_institucional.ipynb", "cuadernos/unidad-303.ipynb", "index.html"} < set(first)
    assert not [
        name for name, content in first.items() if str(project.parent).encode() in content or b"/tmp/" in content
    ]
    copy = nbformat.reads(first["cuadernos/unidad-303.ipynb"].decode(), as_version=4)
    assert copy.cells[1].metadata.tags == ["injected-parameters"]
    assert "0x…" in copy.cells[2].outputs[-1].data["text/plain"]
    assert not any("papermill" in cell.metadata for cell in copy.cells)


def test_institution_that_fails_still_links_the_units(project):
    write_notebook(project / "notebooks" / run.INSTITUTION_NOTEBOOK, ["1 / 0"])
    outcome = run.run_quarter(project / "params" / "demo-t1.yaml")
    assert outcome.fallidas == (
        (None, "Falló el cuaderno informe_institucional.ipynb (ZeroDivisionError: division by zero)."),
    )
    index = (outcome.carpeta / "index.html").read_text(encoding="utf-8")
    assert "no se pudo elaborar" in index
    assert 'href="unidades/303.html"' in index


def test_kernel_that_dies_is_told(tmp_path):
    path = tmp_path / "c.ipynb"
    write_notebook(path, ["print('antes')", "import os; os._exit(1)"])
    result = execute_notebook(path, {"unidad": "1"}, cwd=tmp_path)
    assert result.mensaje == "Falló el cuaderno c.ipynb, que no llegó a terminar (DeadKernelError)."
    assert result.cuaderno.cells[2].outputs[0].text == "antes\n"


def test_kernel_is_this_interpreter_and_works_in_the_root(tmp_path, monkeypatch):
    foreign = tmp_path / "jupyter" / "kernels" / "python3"
    foreign.mkdir(parents=True)
    foreign.joinpath("kernel.json").write_text('{"argv": ["false"], "display_name": "x", "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    path = tmp_path / "c.ipynb"
    write_notebook(path, ["import sys, os; print(sys.executable, os.getcwd(), sep='\\n')"])
    result = execute_notebook(path, {"unidad": "1"}, cwd=tmp_path)
    assert result.mensaje is None
    assert result.cuaderno.cells[2].outputs[0].text.split("\n")[:2] == [sys.executable, str(tmp_path)]


@pytest.mark.usefixtures("quick")
def test_bad_source_writes_nothing(project, monkeypatch):
    def refuse(params, root):
        raise FormatoError("«cuarenta»", "un número", "corrija la celda")

    monkeypatch.setattr(run, "prepare_quarter", refuse)
    with pytest.raises(FormatoError):
        run.run_quarter(project / "params" / "demo-t1.yaml")
    assert not (project / "reports").exists()


@pytest.mark.usefixtures("quick")
def test_old_run_is_replaced_whole(project):
    folder = project / "reports" / "demo-t1"
    run.run_quarter(project / "params" / "demo-t1.yaml")
    (folder / "sobra.txt").write_text("de antes")
    run.run_quarter(project / "params" / "demo-t1.yaml")
    assert not (folder / "sobra.txt").exists()


def test_run_that_breaks_leaves_the_old_one(project, monkeypatch, quick):
    folder = project / "reports" / "demo-t1"
    run.run_quarter(project / "params" / "demo-t1.yaml")
    before = read_all(folder)

    def fill_disk(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run, "write_tables", fill_disk)
    with pytest.raises(ArchivoError, match="espacio"):
        run.run_quarter(project / "params" / "demo-t1.yaml")
    assert read_all(folder) == before
    assert sorted(p.name for p in folder.parent.iterdir()) == ["demo-t1", "demo-t1.tiempos.json"]


@pytest.mark.usefixtures("quick")
def test_start_puts_back_a_run_that_was_moved_aside(project, monkeypatch):
    reports = project / "reports"
    run.run_quarter(project / "params" / "demo-t1.yaml")
    before = read_all(reports / "demo-t1")
    (reports / "demo-t1").rename(reports / ".demo-t1.anterior")
    (reports / ".demo-t1.nuevo").mkdir()
    monkeypatch.setattr(run, "prepare_quarter", lambda params, root: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run.run_quarter(project / "params" / "demo-t1.yaml")
    assert read_all(reports / "demo-t1") == before
    assert not (reports / ".demo-t1.nuevo").exists()


@pytest.mark.usefixtures("quick")
def test_folder_that_no_run_made_is_not_touched(project):
    folder = project / "mis documentos" / "demo-t1"
    folder.mkdir(parents=True)
    (folder / "tesis.txt").write_text("años de trabajo")
    with pytest.raises(ArchivoError, match=r"no tiene run\.json"):
        run.run_quarter(project / "params" / "demo-t1.yaml", out=folder.parent)
    assert read_all(folder) == {"tesis.txt": "años de trabajo".encode()}


def test_missing_notebook_is_named(project):
    (project / "notebooks" / run.UNIT_NOTEBOOK).unlink()
    with pytest.raises(ArchivoError, match=r"notebooks/informe_unidad\.ipynb"):
        run.run_quarter(project / "params" / "demo-t1.yaml")
    assert not (project / "reports").exists()
