"""Runs as a batch: one that fails stops nobody, the same bytes whatever the jobs, only what changed is made again."""

import json
import shutil

import nbformat
import pytest

from poa_eval.errors import ArchivoError, ParamsError, PoaError
from poa_eval.runs import batch as run
from poa_eval.runs import quarter_run
from poa_eval.runs.inputs import INSTITUTION_NOTEBOOK, UNIT_NOTEBOOK
from poa_eval.runs.verify import verify_run
from projects import (
    LEFT,
    PLAIN,
    change_figure,
    forks,
    list_made,
    list_reports,
    read_all,
    write_notebook,
)

FAULTS = """
from poa_eval.errors import FormatoError
print("antes")
if unidad == "avisa":
    raise FormatoError("«cuarenta»", "un número", "corrija la celda")
if unidad == "falla":
    {}["clave"]
if unidad == "muere":
    os._exit(1)
if unidad == "duerme":
    time.sleep(1000)
if unidad == "devora":
    bytearray(2 * 10**9)
"""


@pytest.mark.slow
@forks
def test_failed_units_are_told_and_stop_nobody(project):
    units = ["avisa", "falla", "muere", "duerme", "devora", "Obras & cía. <b>"]
    params = project(*units, cells=[FAULTS, "poa.show.activities(q)"])
    steps = []
    outcome = run.run_quarter(
        params, timeout=10, memory=3 << 29, jobs=3, on_progress=lambda *step: steps.append((step[1], step[0], step[3]))
    )
    messages = dict(outcome.fallidas)
    assert list(messages) == units[:5]
    assert "«cuarenta»" in messages["avisa"]
    assert messages["falla"] == "Falló el cuaderno informe_unidad.ipynb (KeyError: 'clave')."
    assert "se cerró de golpe" in messages["muere"]
    assert "tardó más de los 10 segundos" in messages["duerme"]
    assert "más memoria" in messages["devora"]
    assert steps[0] == (0, 0, 0)
    assert steps[-1] == (7, 7, 5)

    files = read_all(outcome.carpeta)
    pages = {name: files[f"unidades/{name}.html"].decode() for name in units[:5]}
    assert all("no se pudo elaborar" in page for page in pages.values())
    assert not [name for name, page in pages.items() if "Traceback" in page or "File " in page]
    (good,) = [page.decode() for name, page in files.items() if name.startswith("unidades/obras")]
    assert "Actividad 1 de Obras &amp; cía. &lt;b&gt;" in good
    index = files["index.html"].decode()
    assert index.count("(no se pudo elaborar)") == 5
    assert "No se pudo elaborar el informe de «muere»" in index
    for name in ("muere", "falla"):
        partial = nbformat.reads(files[f"cuadernos/unidad-{name}.ipynb"].decode(), as_version=4)
        assert "<h1>" in partial.cells[3].outputs[0].data["text/html"]
        assert not partial.cells[-1].outputs
    assert partial.cells[5].outputs[-1].traceback == ["KeyError: 'clave'"]

    evidence = json.loads(files["run.json"])
    assert evidence["resultado"]["institucion"] == "correcto"
    assert {unit for unit, result in evidence["resultado"]["unidades"].items() if result != "correcto"} == set(messages)
    again = run.run_quarter(params, timeout=1, memory=3 << 29)
    assert list_made(again) == {INSTITUTION_NOTEBOOK, *(f"unidad-{name}.ipynb" for name in units[:5])}
    assert list_reports(params) == LEFT


OTHER_PARAMETERS = [  # with which a notebook prepares its own quarter
    "fecha_corte = '2024-06-30'; trimestre = 2; poa.open_quarter(globals()).params.trimestre",
    "q.plan.actividades['actividad'] = 'x'; trimestre = 3; fecha_corte = '2024-09-30'",
    "poa.open_quarter(globals()).plan.actividades['actividad'].tolist()",
]


@pytest.mark.slow
def test_two_runs_leave_the_same_bytes_whatever_the_jobs_and_no_machine_path(project, tmp_path):
    params = project("Obras", "Rentas", cells=["object()", "print('ruido', file=sys.stderr)", *OTHER_PARAMETERS])
    first = run.run_quarter(params, out=tmp_path / "a", jobs=1).carpeta
    second = run.run_quarter(params, out=tmp_path / "b", jobs=3).carpeta
    assert read_all(first) == read_all(second)
    named = str(tmp_path).encode()
    assert not [name for name, content in read_all(first).items() if named in content or b"/tmp/" in content]
    copy = nbformat.read(first / "cuadernos" / "unidad-obras.ipynb", as_version=4)
    assert copy.cells[1].metadata.tags == ["injected-parameters"]
    assert "0x…" in copy.cells[5].outputs[0].data["text/plain"]
    assert not copy.cells[6].outputs
    assert copy.cells[7].outputs[0].data["text/plain"] == "2"
    assert "Actividad 1 de Obras" in copy.cells[9].outputs[0].data["text/plain"]
    assert not any("papermill" in cell.metadata for cell in copy.cells)


def test_institution_that_fails_still_links_the_units(project):
    outcome = run.run_quarter(project(title="1 / 0"))
    assert [unit for unit, _ in outcome.fallidas] == [None]
    assert "ZeroDivisionError" in outcome.fallidas[0][1]
    index = (outcome.carpeta / "index.html").read_text(encoding="utf-8")
    assert "no se pudo elaborar" in index
    assert 'href="unidades/rentas.html"' in index


@pytest.mark.slow
def test_only_what_changed_is_made_again(project):
    params = project()
    everything = {"informe_institucional.ipynb", *(f"unidad-{u}.ipynb" for u in ("obras", "rentas", "catastro"))}
    first = run.run_quarter(params)
    before = read_all(first.carpeta)
    assert list_made(first) == everything
    assert run.run_quarter(params).elaborados == 0
    assert read_all(first.carpeta) == before

    change_figure(params.parent.parent / "data" / "plan.xlsx", "Rentas")
    assert list_made(run.run_quarter(params)) == {"informe_institucional.ipynb", "unidad-rentas.ipynb"}
    changed = read_all(first.carpeta)
    assert changed["unidades/obras.html"] == before["unidades/obras.html"]
    assert changed["unidades/rentas.html"] != before["unidades/rentas.html"]
    assert verify_run(first.carpeta) == []

    (first.carpeta / "unidades" / "obras.html").write_text("a mano")
    (first.carpeta / "sobra.txt").write_text("de antes")
    assert list_made(run.run_quarter(params)) == {"unidad-obras.ipynb"}
    assert read_all(first.carpeta) == changed

    notebook = params.parent.parent / "notebooks" / UNIT_NOTEBOOK
    write_notebook(notebook, [*PLAIN, "poa.show.key_figures(q)"])
    assert list_made(run.run_quarter(params)) == everything - {"informe_institucional.ipynb"}
    assert list_made(run.run_quarter(params, force=True)) == everything


def test_returned_workbook_under_another_name_is_another_source(project):
    params = project()
    first = run.run_quarter(params).carpeta
    returned = params.parents[1] / "data" / "devueltos"
    shutil.copytree(first / "observaciones", returned)
    params.write_text(params.read_text() + "respuestas: [data/devueltos]\n")
    run.run_quarter(params)
    (returned / "obras.xlsx").rename(returned / "obras de nuevo.xlsx")
    assert run.run_quarter(params).elaborados
    assert "data/devueltos/obras de nuevo.xlsx" in (first / "run.json").read_text(encoding="utf-8")
    assert verify_run(first) == []


def test_bad_source_writes_nothing(project):
    params = project()
    (params.parent.parent / "data" / "plan.xlsx").write_text("no es un libro")
    with pytest.raises(PoaError):
        run.run_quarter(params)
    assert not (params.parent.parent / "reports").exists()


def test_source_that_is_gone_meanwhile_is_named(project, monkeypatch):
    def lose(*args):
        raise FileNotFoundError(2, "No such file or directory", "data/plan.xlsx")

    monkeypatch.setattr(quarter_run, "prepare_quarter", lose)
    with pytest.raises(ArchivoError, match=r"data/plan\.xlsx"):
        run.run_quarter(project("Obras"))


def test_two_params_files_never_share_a_folder_and_one_named_twice_is_one(project, tmp_path):
    params = project()
    other = tmp_path / "sur" / params.name
    other.parent.mkdir()
    shutil.copy(params, other)
    with pytest.raises(ParamsError, match="con el mismo nombre"):
        list(run.run_quarters([params, other], out=tmp_path / "reports"))
    twice = [params, params.parent / ".." / "params" / params.name]
    assert [path for path, _ in run.run_quarters(twice)] == [twice[1]]


def test_text_that_no_file_can_hold_is_written_as_its_code(project):
    outcome = run.run_quarter(project(cells=["print('\\ud800')"]))
    assert not outcome.fallidas
    assert r"\ud800" in (outcome.carpeta / "cuadernos" / "unidad-obras.ipynb").read_text(encoding="utf-8")
    failed = run.run_quarter(project(cells=["if unidad == 'rentas':\n    raise ValueError('\\udcf1.xlsx')"]))
    assert [unit for unit, _ in failed.fallidas] == ["rentas"]
    assert r"\udcf1.xlsx" in (failed.carpeta / "run.json").read_text(encoding="utf-8")
