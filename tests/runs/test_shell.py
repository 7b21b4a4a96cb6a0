"""Cells run in a process: as plain papermill runs them, and nothing passes from one notebook to the next."""

import nbformat
import pytest

from poa_eval.processes import WorkerPool
from poa_eval.runs.kernel import execute_in_kernel
from poa_eval.runs.produce import produce_report
from poa_eval.runs.report import clean_notebook
from projects import forks, make_task, write_notebook

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
    with WorkerPool(1) as pool:
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
    with WorkerPool(1) as pool:
        report = produce_report(pool, task)
    kernel, _ = execute_in_kernel(task.cuaderno, task.parametros, cwd=tmp_path)
    assert report.cuaderno == nbformat.writes(clean_notebook(kernel)) + "\n"
    assert "'beside'" in report.cuaderno
    assert "ZeroDivisionError" in report.mensaje


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
    with WorkerPool(1) as pool:
        for path in (look, meddle, look):
            report = produce_report(pool, make_task(path))
            states.append(nbformat.reads(report.cuaderno, as_version=4).cells[2].outputs[0].text)
    assert states[1] == "hecho\n"
    assert states[0] == states[2]
    assert "enredo" not in states[0]
