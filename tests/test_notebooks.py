"""Notebooks: clean as files, run by plain papermill from both places, and one unit's holds that unit only."""

import ast
import json
import os
import pickle
import re
import subprocess
import sys
from dataclasses import replace

import nbformat
import pytest

import poa_eval as poa
from made import open_params
from places import ROOT
from poa_eval.errors import ParamsError
from poa_eval.processes import CAN_FORK, WorkerPool
from poa_eval.runs.produce import produce_report
from poa_eval.runs.report import clean_notebook
from poa_eval.runs.task import ReportTask

PARAMS = ["institucion", "ejercicio", "trimestre", "fecha_corte", "fuentes", "perfil", "respuestas"]
NOTEBOOKS = {
    "informe_unidad": [*PARAMS, "unidad"],
    "informe_institucional": PARAMS,
    "exploracion": ["archivo", "layout", "trimestre", "unidad", "estado", "actividad"],
}


def read_notebook(name: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def list_calls(name: str) -> list[str]:
    """Return the code of a notebook's cells after the first call."""
    return [cell.source for cell in read_notebook(name).cells if cell.cell_type == "code"][2:]


def is_of_plan(call: str, *, totals: bool = False) -> bool:
    """Say whether a call shows what the shipped results lack: a plan's own words, goals to reach, printed totals."""
    names = "evaluability|due|investment|goals|swot|mission" + ("|year_end" if totals else "|published")
    return re.match(rf"poa\.show\.({names})\(", call) is not None


def run_papermill(name: str, output, *options: str, cwd=ROOT) -> subprocess.CompletedProcess:
    source = (ROOT / "notebooks" / f"{name}.ipynb").relative_to(cwd)
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", str(source), str(output), *options]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": path, "PYTHONWARNINGS": "default"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=180)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_is_stripped_tagged_and_plain(name):
    notebook = read_notebook(name)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code[0].metadata.tags == ["parameters"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert not any(re.search(r"-[0-9a-f]{8}$|^[0-9a-f]{8}$", cell.id) for cell in notebook.cells)
    raw = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
    assert raw == json.dumps(json.loads(raw), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    for cell in code:
        nodes = list(ast.walk(ast.parse(cell.source)))
        refused = (ast.FunctionDef, ast.Lambda, ast.For, ast.While, ast.ListComp, ast.DictComp, ast.If, ast.ClassDef)
        assert not [node for node in nodes if isinstance(node, refused)]
    names = [node.targets[0].id for node in ast.parse(code[0].source).body]
    assert names == NOTEBOOKS[name]
    assert all(ast.literal_eval(node.value) is not ... for node in ast.parse(code[0].source).body)
    headings = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert not [text for text in headings if re.search(r"^# ", text, flags=re.MULTILINE)]


@pytest.mark.parametrize("place", ["", "notebooks"])
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_runs_by_papermill_from_both_places(name, place, tmp_path):
    output = tmp_path / "out.ipynb"
    options = (
        ["-f", str(ROOT / "params" / "gerencia-comercial-2023-t1.yaml")] if "informe" in name and not place else []
    )
    options += ["-p", "unidad", "308"] if "unidad" in NOTEBOOKS[name] and not place else []
    result = run_papermill(name, output, *options, cwd=ROOT / place)
    assert result.returncode == 0, result.stderr[-2000:]
    cells = [cell for cell in nbformat.read(output, as_version=4).cells if cell.cell_type == "code"]
    shown = [out["data"].get("text/html", "") for cell in cells for out in cell.outputs if "data" in out]
    assert len(shown) == len([call for call in list_calls(name) if not is_of_plan(call)])
    assert all(shown)
    assert "308 · COORDINACION DE BAJOS CONSUMOS" in "".join(shown) or place
    assert not [out for cell in cells for out in cell.outputs if out.output_type in ("stream", "error")]
    if options and CAN_FORK and name != "exploracion":
        assert list_outputs(clean_notebook(nbformat.read(output, as_version=4))) == list_outputs(produce(name))


def list_outputs(notebook: nbformat.NotebookNode) -> list:
    return [cell.get("outputs") for cell in notebook.cells]


def produce(name: str) -> nbformat.NotebookNode:
    """Execute a report's notebook as a run does."""
    quarter = open_params("gerencia-comercial-2023-t1")
    own = quarter.unit("308") if "unidad" in NOTEBOOKS[name] else quarter
    parameters = quarter.params.plain() | ({"unidad": "308"} if own.unidad else {})
    text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
    with WorkerPool(1) as pool:
        report = produce_report(pool, ReportTask(name, text, parameters, pickle.dumps(own), str(ROOT), "Título", {}))
    assert report.mensaje is None
    return nbformat.reads(report.cuaderno, as_version=4)


def test_papermill_refuses_a_misspelt_parameter_with_the_nearest(tmp_path):
    result = run_papermill("informe_unidad", tmp_path / "out.ipynb", "-p", "trimstre", "1")
    assert result.returncode != 0
    assert "¿quiso decir «trimestre»?" in result.stderr


@pytest.mark.parametrize(
    ("name", "change", "suggestion"),
    [
        ("informe_unidad", {"unidad": "3O3"}, "¿quiso decir «303»"),
        ("informe_institucional", {"ejercico": 2023}, "¿quiso decir «ejercicio»"),
        ("exploracion", {"archivos": "data/otro.xlsx"}, "¿quiso decir «archivo»"),
    ],
)
def test_a_misspelt_parameter_or_unit_is_refused_with_the_nearest(name, change, suggestion, monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    code = [cell.source for cell in read_notebook(name).cells if cell.cell_type == "code"]
    names = {}
    exec(code[0], names)
    names |= change
    with pytest.raises(ParamsError, match=re.escape(suggestion)):
        exec(code[1], names)


def test_exploration_leaves_the_analysts_own_variables_alone(monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    names = {"archivo": "data/sat-2022/poi-2022-t4.xlsx", "n": 3, "texto": "x", "_oh": {}, "poa": poa}
    q = poa.open_document(names)
    assert (q.params.trimestre, q.params.fecha_corte.isoformat()) == (4, "2022-12-31")
    assert len(q.evaluacion.actividades) == 43
    assert q.fuentes["layout"].tolist() == ["sat-poi"]
    assert poa.open_document(names | {"trimestre": 2}).evaluacion.trimestre == 2
    with pytest.raises(ParamsError, match="a lo más 4"):
        poa.open_document(names | {"trimestre": 5})


def test_a_unit_holds_its_own_rows_whatever_was_done_to_the_plan_before():
    quarter = open_params("sat-2022-t4")
    quarter = replace(quarter, plan=quarter.plan.narrow(actividades=quarter.plan.actividades.copy()))
    unit = quarter.plan.unidades["unidad_id"].iloc[0]
    expected = set(quarter.unit(unit).plan.actividades["actividad_id"])
    backwards = quarter.plan.actividades.iloc[::-1].reset_index(drop=True)
    quarter.plan.actividades[backwards.columns] = backwards
    assert set(quarter.unit(unit).plan.actividades["actividad_id"]) == expected


def test_a_units_notebook_shows_that_unit_only():
    whole = open_params("gerencia-comercial-2023-t1")
    table = whole.evaluacion.actividades
    for unit_id, unit in whole.plan.unidades[["unidad_id", "unidad"]].itertuples(index=False):
        names = {"poa": poa, "q": whole.unit(unit_id)}
        page = "".join(eval(call, names).html for call in list_calls("informe_unidad"))
        assert unit in page
        own = set(table.loc[table["unidad_id"] == unit_id, ["actividad", "indicador"]].stack())
        others = table[table["unidad_id"] != unit_id]
        foreign = {*others["unidad"], *others["actividad_id"], *(f"!{u} " for u in others["unidad_id"])}
        telling = [name for name in others["indicador"] if len(name) > 20]  # «INSPECCION» is also a word
        foreign |= {name for name in telling if not any(name in mine for mine in own)}
        assert not [name for name in foreign if name in page]


@pytest.mark.parametrize("params", ["sat-2022-t4", "gerencia-comercial-2023-t1"])
def test_every_page_carries_the_documents_note_and_no_empty_section(params):
    whole = open_params(params)
    for quarter in (whole, *map(whole.unit, whole.plan.unidades["unidad_id"])):
        name = "informe_unidad" if quarter.unidad else "informe_institucional"
        blocks = {call: eval(call, {"poa": poa, "q": quarter}) for call in list_calls(name)}
        page = "".join(block.html for block in blocks.values())
        assert "Texto resumido; cifras del documento" in page
        empty = {call for call, block in blocks.items() if not block.html}
        always = {call for call in blocks if is_of_plan(call, totals=params.startswith("sat"))}
        sometimes = {"poa.show.periods_chart(q)", "poa.show.comments(q)"} if quarter.unidad else set()
        assert always <= empty <= always | sometimes
        assert all(re.sub(r"<[^>]+>", "", block.html).strip() for block in blocks.values() if block.html)
        assert page.count("<h1>") == 1
        assert len(page.encode()) < (250_000 if quarter.unidad else 600_000)
