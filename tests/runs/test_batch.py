"""The run as a mechanism: failure of one, same bytes, taken up again, whole or not at all, nothing left alive."""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import nbformat
import openpyxl
import pytest

from made import open_params, write_project
from places import ROOT
from poa_eval.cli import commands as cli
from poa_eval.errors import ArchivoError, ParamsError, PoaError
from poa_eval.processes import ASKER, CAN_FORK, CallDiedError, CallTimeoutError
from poa_eval.reports.html.index import write_overview
from poa_eval.runs import batch as run
from poa_eval.runs import quarter_run
from poa_eval.runs.execute import clean_notebook
from poa_eval.runs.folder import hold
from poa_eval.runs.inputs import INSTITUTION_NOTEBOOK, UNIT_NOTEBOOK
from poa_eval.runs.kernel import execute_in_kernel
from poa_eval.runs.produce import produce_report, redo_page
from poa_eval.runs.task import MadeReport, ReportTask
from poa_eval.runs.verify import verify_run
from poa_eval.runs.warm import make_pool
from projects import PLAIN, list_made, read_all, write_notebook

forks = pytest.mark.skipif(not CAN_FORK, reason="needs a system that forks")
in_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
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


@pytest.fixture
def project(tmp_path):
    """Return a function that writes a project with these units and cells, and returns its params file."""

    def write(*units: str, cells=(), title: str = "") -> Path:
        root = tmp_path / "proyecto"
        params = write_project(root, units or ["Obras", "Rentas", "Catastro"])
        write_notebook(root / "notebooks" / UNIT_NOTEBOOK, [*PLAIN, *cells])
        write_notebook(root / "notebooks" / INSTITUTION_NOTEBOOK, [*PLAIN, title], unit=False)
        return params

    return write


def list_reports(params: Path) -> list[str]:
    return sorted(p.name for p in (params.parent.parent / "reports").iterdir())


LEFT = [".demo-t3.huellas.json", "demo-t3", "demo-t3.tiempos.json"]


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


def test_two_runs_leave_the_same_bytes_whatever_the_jobs_and_no_machine_path(project, tmp_path):
    params = project(cells=["object()", "print('ruido', file=sys.stderr)", *OTHER_PARAMETERS])
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


def make_task(path: Path) -> ReportTask:
    whole = pickle.dumps(open_params("jocotepec-2024-t1"))
    return ReportTask(
        path.name, path.read_text(encoding="utf-8"), {"unidad": "á'\"\\n"}, whole, str(path.parent), "Título", {}
    )


KINDS = [
    "from IPython.display import HTML, Image, Markdown, clear_output, display, update_display\nimport os, sys",
    "print('uno', end=' '); print('dos'); display(HTML('<b>x</b>'), metadata={'a': 1}); print('tres')\n4",
    "display(Markdown('*m*'), {'a': 1}, display_id='d'); sys.stdout.write('s\\n'); print(unidad)",
    "update_display(HTML('otro'), display_id='d')",
    "print('fuera'); clear_output(); print('queda'); clear_output(wait=True); display(1)",
    "import pandas as pd, numpy as np\npd.DataFrame({'a': [1, 2], 'b': ['x', None]})",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "plt.figure(figsize=(2, 1)); plt.bar(['a'], [1])",
    "_ = os.system('echo por debajo; sleep 1')",  # a kernel loses what comes as its cell ends
    "!echo mandato",
    "%%capture tomado\nprint('tomado')",
    "tomado.stdout, __name__, os.path.basename(os.getcwd()), _8.shape",
    "import asyncio\nawait asyncio.sleep(0)\nclass A:\n    def _repr_html_(self): return '<i>a</i>'\nA()",
    "",
    "try:\n    input()\nexcept Exception as error:\n    print(type(error).__name__)",
    "plt.rcParams['figure.dpi'], plt.get_backend()",
    "%matplotlib inline\nasyncio.get_running_loop().is_running(), asyncio.create_task(asyncio.sleep(0)).done()",
    "for n in range(3):\n    print(n)\n    print('e', file=sys.stderr)\nimport multiprocessing as mp",
    "with mp.get_context('fork').Pool(1) as pool:\n    print(pool.map(abs, [-1]))",
    "def f(x):\n    return x + 1\nwith mp.Pool(1) as pool:\n    print(pool.map(f, [1]))",
    "np.set_printoptions(precision=2)",
    "np.ones(1) / 3",
    "await asyncio.sleep(0)\nnp.set_printoptions(precision=1)",
    "np.ones(1) / 3, {3, *range(len(In), 99)} & set(get_ipython().history_manager.outputs)",  # 3 shows nothing
    "get_ipython().run_line_magic('macro', f'-q espera {len(In) - 3}')",
    "espera",
    "%cd -q ..\n%cd -q -\nos.path.basename(os.getcwd()), len(_dh)",
    "_ = os.system('echo aparte > /dev/stdout; sleep 1')",
    "import getpass\ntry:\n    getpass.getpass()\nexcept Exception as error:\n    print(error)",
]


@forks
@pytest.mark.parametrize(
    "fault", ["", "1 / 0", "def f(:", "import sys; sys.exit(3)", "raise ExceptionGroup('g', [ValueError(1)])"]
)
def test_notebook_is_what_plain_papermill_gives(fault, tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # a kernel that finds it leaves alone what programs write
    path = write_notebook(tmp_path / "c.ipynb", [*(KINDS if not fault else KINDS[:2]), fault, "5"])
    task = make_task(path)
    with make_pool(1) as pool:
        report = produce_report(pool, task)
    kernel, error = execute_in_kernel(task.cuaderno, task.parametros, cwd=tmp_path)
    expected = nbformat.writes(clean_notebook(kernel)).splitlines()
    assert report.cuaderno.splitlines() == expected
    assert bool(report.mensaje) is bool(error) is bool(fault)


@forks
def test_tags_of_a_cell_count_as_papermill_counts_them(tmp_path):
    path = write_notebook(tmp_path / "c.ipynb", ["1 / 0", "1 / 0", "import beside\nbeside.__name__"])
    notebook = nbformat.read(path, as_version=4)
    for cell, tag in zip(notebook.cells[1:], ("skip-execution", "raises-exception"), strict=False):
        cell.metadata.tags = [tag]
    nbformat.write(notebook, path)
    (tmp_path / "beside.py").touch()
    task = make_task(path)
    with make_pool(1) as pool:
        report = produce_report(pool, task)
    kernel, _ = execute_in_kernel(task.cuaderno, task.parametros, cwd=tmp_path)
    assert report.cuaderno == nbformat.writes(clean_notebook(kernel)) + "\n"
    assert "'beside'" in report.cuaderno
    assert "ZeroDivisionError" in report.mensaje


@forks
def test_notebook_whose_process_dies_is_told_at_once_whoever_it_leaves_behind(tmp_path):
    cell = "import os, time\nif os.fork() == 0:\n    time.sleep(60)\nos._exit(3)"
    with make_pool(1, timeout=30) as pool:
        report = produce_report(pool, make_task(write_notebook(tmp_path / "c.ipynb", [cell])))
    assert "se cerró de golpe" in report.mensaje


def sleep_long():
    time.sleep(60)
    yield 1


@forks
def test_interrupted_pool_ends_also_what_it_is_just_starting():
    with suppress(KeyboardInterrupt), make_pool(2) as pool:
        call = pool.submit(lambda pool: list(pool.iterate(sleep_long)))
        time.sleep(0.01)
        raise KeyboardInterrupt
    assert call.cancelled() or isinstance(call.exception(), CallDiedError)


WARM = """
import os, sys, threading
from poa_eval.runs.warm import warm_up
warm_up(os.getppid())
from poa_eval.runs.rehearsal import rehearse
rehearse()
print(threading.active_count(), len(os.listdir("/proc/self/task")))
print("matplotlib.pyplot" in sys.modules)  # its figures would be a shell's that is gone
"""


@in_proc
def test_warm_process_rehearses_what_notebooks_call_and_has_one_thread():
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", WARM], env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1 1\nFalse\n", "")


def look_around():
    shell = sys.modules["ipykernel.zmqshell"].ZMQInteractiveShell
    yield [name in sys.modules for name in ("poa_eval.runs.report", "matplotlib", "nbconvert")], shell.initialized()
    yield os.environ.get("OPENBLAS_NUM_THREADS"), ASKER in os.environ


@forks
def test_each_process_is_forked_from_the_warm_one():
    with make_pool(1) as pool:
        assert list(pool.iterate(look_around)) == [([True] * 3, True), ("1", False)]
    assert ASKER not in os.environ


MEDDLE = """
import os, sys, json, random, builtins, matplotlib, pandas as pd, numpy as np, poa_eval, poa_eval.text.wording
pd.options.display.max_rows = 7
matplotlib.rcParams["font.size"] = 3
os.chdir("/")
os.environ["ENREDO"] = "1"
poa_eval.text.wording.MISSING = json.enredo = builtins.enredo = "enredo"
sys.path.insert(0, "enredo")
np.random.seed(1)
print("hecho")
"""
LOOK = """
import os, sys, json, builtins, matplotlib, pandas as pd, numpy as np, poa_eval.text.wording
state = [pd.options.display.max_rows, matplotlib.rcParams["font.size"], os.path.basename(os.getcwd()),
    os.environ.get("ENREDO"), poa_eval.text.wording.MISSING, hasattr(json, "enredo"), hasattr(builtins, "enredo"),
    "enredo" in sys.path, float(np.random.get_state()[1][0]), "q" in globals()]
print(state)
"""


@forks
def test_what_a_notebook_changes_is_nothing_to_the_next(tmp_path):
    look, meddle = (write_notebook(tmp_path / name, [cell]) for name, cell in (("a.ipynb", LOOK), ("b.ipynb", MEDDLE)))
    states = []
    with make_pool(1) as pool:
        for path in (look, meddle, look):
            report = produce_report(pool, make_task(path))
            states.append(nbformat.reads(report.cuaderno, as_version=4).cells[2].outputs[0].text)
    assert states[1] == "hecho\n"
    assert states[0] == states[2]
    assert "enredo" not in states[0]


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


def change_figure(path: Path, unit: str) -> None:
    book = openpyxl.load_workbook(path)
    (row, *_) = [row for row in book.active.iter_rows() if row[0].value == unit]
    row[20].value += 1
    book.save(path)


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


@pytest.mark.parametrize("damage", ['"fuentes": [{}]', '"fuentes": null', '"versiones": []', '"cuadernos": 5'])
def test_verify_refuses_damaged_evidence_before_it_works(damage, project, monkeypatch):
    folder = run.run_quarter(project("Obras")).carpeta
    said = json.loads((folder / "run.json").read_text(encoding="utf-8")) | json.loads(f"{{{damage}}}")
    (folder / "run.json").write_text(json.dumps(said))
    monkeypatch.setattr("poa_eval.runs.verify.run_quarter", None)
    with pytest.raises(ArchivoError, match=r"run\.json"):
        verify_run(folder)


def test_verify_takes_any_sign_in_a_name(project):
    params = project("Obras")
    params.write_text(params.read_text(encoding="utf-8").replace("<Demo>", "🌵"), encoding="utf-8")
    assert verify_run(run.run_quarter(params).carpeta) == []


def test_verify_of_a_run_elsewhere_asks_for_its_project(project, tmp_path, monkeypatch):
    folder = shutil.copytree(run.run_quarter(project("Obras")).carpeta, tmp_path / "aparte" / "demo-t3")
    monkeypatch.chdir(folder)
    with pytest.raises(ArchivoError, match="desde la carpeta del proyecto"):
        verify_run(folder)


def test_bad_source_writes_nothing(project):
    params = project()
    (params.parent.parent / "data" / "plan.xlsx").write_text("no es un libro")
    with pytest.raises(PoaError):
        run.run_quarter(params)
    assert not (params.parent.parent / "reports").exists()


def test_run_that_breaks_leaves_the_old_one(project, monkeypatch):
    params = project()
    folder = run.run_quarter(params).carpeta
    before = read_all(folder)

    def fill_disk(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(quarter_run, "write_results", fill_disk)
    with pytest.raises(ArchivoError, match="espacio"):
        run.run_quarter(params, force=True)
    assert read_all(folder) == before
    monkeypatch.undo()
    assert run.run_quarter(params).elaborados == 0
    assert list_reports(params) == LEFT


def test_source_that_is_gone_meanwhile_is_named(project, monkeypatch):
    def lose(*args):
        raise FileNotFoundError(2, "No such file or directory", "data/plan.xlsx")

    monkeypatch.setattr(quarter_run, "prepare_quarter", lose)
    with pytest.raises(ArchivoError, match=r"data/plan\.xlsx"):
        run.run_quarter(project("Obras"))


def test_run_in_the_place_of_a_link_or_of_protected_files_blocks_no_later_one(project, tmp_path):
    params = project("Obras")
    folder = run.run_quarter(params).carpeta
    folder.rename(tmp_path / "otro disco")
    folder.symlink_to(tmp_path / "otro disco")
    for _ in range(2):
        assert run.run_quarter(params, force=True).carpeta == folder
        for path in (folder / "unidades", folder):
            path.chmod(0o555)
    assert list_reports(params) == LEFT
    assert (tmp_path / "otro disco" / "run.json").is_file()


def test_what_an_old_run_links_to_is_left_as_it_is(project, tmp_path, monkeypatch):
    params = project("Obras")
    folder = run.run_quarter(params).carpeta
    (tmp_path / "archivo").mkdir(mode=0o555)
    (folder / "enlace").symlink_to(tmp_path / "archivo")
    monkeypatch.setattr("os.access", lambda *args: False)  # what a user may do who is not root
    run.run_quarter(params, force=True)
    assert (tmp_path / "archivo").stat().st_mode & 0o777 == 0o555
    assert list_reports(params) == LEFT


def test_old_run_that_stays_is_named_before_anything_is_made(project, monkeypatch):
    params = project("Obras")
    folder = run.run_quarter(params).carpeta
    shutil.copytree(folder, folder.with_name(".demo-t3.anterior"))
    monkeypatch.setattr(shutil, "rmtree", lambda *args, **options: None)
    with pytest.raises(ArchivoError, match=r"\.demo-t3\.anterior"):
        run.run_quarter(params, force=True)


def test_folder_that_no_run_made_is_not_touched(project):
    params = project()
    folder = params.parent.parent / "mis documentos" / "demo-t3"
    folder.mkdir(parents=True)
    (folder / "tesis.txt").write_text("años de trabajo")
    with pytest.raises(ArchivoError, match=r"no tiene run\.json"):
        run.run_quarter(params, out=folder.parent)
    assert read_all(folder) == {"tesis.txt": "años de trabajo".encode()}


def test_second_run_into_the_same_folder_waits_outside(project):
    params = project()
    folder = params.parent.parent / "reports" / "demo-t3"
    with hold(folder):
        with pytest.raises(ArchivoError, match="otra ejecución está escribiendo en esta carpeta"):
            run.run_quarter(params)
        assert list_reports(params) == [".demo-t3.candado"]
    assert not folder.parent.exists()


def test_missing_notebook_is_named(project):
    params = project()
    (params.parent.parent / "notebooks" / UNIT_NOTEBOOK).unlink()
    with pytest.raises(ArchivoError, match=r"notebooks/informe_unidad\.ipynb"):
        run.run_quarter(params)
    assert not (params.parent.parent / "reports").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"cells": "\xe1"}',
        b"[]",
        b'{"cells": []}',
        b'{"cells": [{}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        b'{"cells": [{"cell_type": "code", "metadata": {}, "source": 5}], "nbformat": 4}',
    ],
)
def test_damaged_notebook_is_named_and_stops_no_other_quarter(content, project, tmp_path):
    params = project()
    other = write_project(tmp_path / "sur", ["Agua"])
    other = other.rename(other.with_name("sur-t3.yaml"))
    for name in (UNIT_NOTEBOOK, INSTITUTION_NOTEBOOK):
        shutil.copy(params.parents[1] / "notebooks" / name, other.parents[1] / "notebooks")
    (params.parents[1] / "notebooks" / UNIT_NOTEBOOK).write_bytes(content)
    ended = dict(run.run_quarters([params, other]))
    assert "está dañado" in str(ended[params])
    assert "notebooks/informe_unidad.ipynb" in str(ended[params])
    assert not ended[other].fallidas


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


@pytest.mark.parametrize("content", ["[]", "null", '{"x": 5}', "{"])
def test_damaged_memory_of_a_run_is_as_none(content, project):
    params = project()
    folder = run.run_quarter(params).carpeta
    folder.with_name(f".{folder.name}.huellas.json").write_text(content)
    assert run.run_quarter(params).elaborados == 4


def test_overview_leaves_out_what_is_no_run(project):
    params = project()
    (params.parents[1] / "reports" / "ajena").mkdir(parents=True)
    (params.parents[1] / "reports" / "ajena" / "run.json").write_text("{}")
    run.run_quarter(params)
    page = write_overview(params.parents[1] / "reports").read_text(encoding="utf-8")
    assert "demo-t3/index.html" in page
    assert "ajena" not in page


def test_overview_leaves_another_page_alone(project, capsys):
    params = project("Obras")
    page = params.parents[1] / "reports" / "index.html"
    page.parent.mkdir()
    page.write_text("<p>La página del municipio</p>")
    assert cli.main(["run", str(params)]) == 0
    assert page.read_text() == "<p>La página del municipio</p>"
    assert "No se tocó" in capsys.readouterr().err


def sleep_a_while(seconds):
    time.sleep(seconds)
    yield "hecho"


@forks
def test_page_made_again_has_no_time_limit_and_its_failure_is_told(tmp_path):
    with make_pool(1, timeout=0.2) as pool:
        with pytest.raises(CallTimeoutError):
            list(pool.iterate(sleep_a_while, 1))
        assert list(pool.iterate(sleep_a_while, 1, is_timed=False)) == ["hecho"]
        pool.memory = 1 << 20
        report = redo_page(pool, MadeReport("{}", "", None, 0), "Municipio", ["No se elaboró «Obras»."], [])
    assert "No se elaboró «Obras»." in report.mensaje
    assert "No se elaboró «Obras»." in report.pagina


BETWEEN = """
import os, signal, sys
from pathlib import Path
rename = Path.rename
def rename_or_die(self, target):
    if self.name.endswith(".nuevo"):
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(self, target)
Path.rename = rename_or_die
from poa_eval.cli.commands import main
main(["run", sys.argv[1]])
"""


def start_command(params: Path, mark: Path, *script: str) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "POA_MARCA": str(mark), "TMPDIR": str(mark)}
    command = [sys.executable, *(script or ("-m", "poa_eval", "run")), str(params)]
    return subprocess.Popen(command, cwd=params.parent, env=environment, stdout=subprocess.DEVNULL)


def list_alive(mark: Path) -> list[str]:
    """Return the processes whose environment carries the mark."""
    alive = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if str(mark).encode() in (entry / "environ").read_bytes():
                alive.append((entry / "cmdline").read_text())
        except OSError:
            continue
    return alive


def wait_for_end(mark: Path) -> list[str]:
    end = time.monotonic() + 5
    while (alive := list_alive(mark)) and time.monotonic() < end:
        time.sleep(0.05)
    return alive


@in_proc
def test_killed_run_ends_also_a_cell_that_lets_nothing_else_run(project):
    params = project("Obras", cells=["open(os.environ['POA_MARCA'] + '/ahora', 'w').close()", "sum(range(10**11))"])
    with tempfile.TemporaryDirectory() as mark:
        process = start_command(params, Path(mark))
        while not (Path(mark) / "ahora").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()
        process.wait()
        assert wait_for_end(Path(mark)) == []


@in_proc
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_run_that_is_told_to_end_tidies_up(number, project):
    cells = ["open(os.environ['POA_MARCA'] + '/ahora', 'w').close()", "time.sleep(1000)"]
    params = project("Obras", cells=cells)
    with tempfile.TemporaryDirectory() as mark:
        process = start_command(params, Path(mark))
        while not (Path(mark) / "ahora").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait() == 130
        assert wait_for_end(Path(mark)) == []
        assert [path.name for path in Path(mark).iterdir()] == ["ahora"]


def test_interruption_while_it_loads_is_told_in_a_line():
    script = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, *rest):
        if name == "poa_eval.cli.commands":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from poa_eval.__main__ import start
sys.exit(start())
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "Interrumpido: no se había empezado nada.\n"


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_run_without_any_standard_stream_is_a_run(project):
    params = project("Obras")
    command = f"exec {sys.executable} -m poa_eval run {params.name} <&- >&- 2>&-"
    done = subprocess.run(["sh", "-c", command], cwd=params.parent, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0
    assert (params.parents[1] / "reports" / "demo-t3" / "unidades" / "obras.html").is_file()


@in_proc
def test_killed_run_is_taken_up_again_and_leaves_nothing_alive(project, tmp_path):
    with tempfile.TemporaryDirectory() as mark:
        kill_and_run_again(project, tmp_path, Path(mark))


def kill_and_run_again(project, tmp_path: Path, mark: Path) -> None:
    params = project("Obras", "Rentas", cells=["child = __import__('subprocess').Popen(['sleep', '1000'])"])
    folder = params.parent.parent / "reports" / "demo-t3"
    started = time.monotonic()
    assert start_command(params, mark).wait() == 0
    whole = time.monotonic() - started
    wanted = read_all(folder)
    change_figure(params.parent.parent / "data" / "plan.xlsx", "Obras")
    new = read_all(run.run_quarter(params, out=tmp_path / "otra").carpeta)

    assert start_command(params, mark, "-c", BETWEEN).wait() == -signal.SIGKILL
    assert not folder.exists()
    assert read_all(folder.with_name(".demo-t3.anterior")) == wanted
    assert wait_for_end(mark) == []
    chance, remembered = Random(6), folder.with_name(".demo-t3.huellas.json")
    known, kept = remembered.read_bytes(), shutil.copytree(folder.with_name(".demo-t3.anterior"), tmp_path / "antes")
    for moment in [chance.uniform(0.05, 1.05) * whole for _ in range(10)]:
        process = start_command(params, mark)
        time.sleep(moment)
        process.kill()
        assert process.wait() in (-signal.SIGKILL, 0)
        assert wait_for_end(mark) == []
        if folder.exists() and read_all(folder) == new:  # it was quick: back to where there is something to do
            shutil.rmtree(folder)
            shutil.copytree(kept, folder)
            remembered.write_bytes(known)
        assert read_all(folder if folder.exists() else folder.with_name(".demo-t3.anterior")) == wanted
    assert start_command(params, mark).wait() == 0
    assert wait_for_end(mark) == []
    assert read_all(folder) == new
    assert list_reports(params) == sorted([*LEFT, "index.html"])


IN_KERNEL = """
import sys, pickle
from poa_eval.runs.warm import make_pool
from poa_eval.runs import produce
produce.CAN_FORK = False
with make_pool(1, timeout=float(sys.argv[2])) as pool, open(sys.argv[1], "rb") as file:
    report = produce.produce_report(pool, pickle.load(file))
print(report.mensaje)
print(report.cuaderno)
"""


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
