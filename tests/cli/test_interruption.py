"""A run that is killed or told to end: nothing stays alive, and the next one takes it up."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import pytest

from places import ROOT
from poa_eval.runs import batch as run
from projects import (
    LEFT,
    change_figure,
    in_proc,
    list_reports,
    read_all,
)

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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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
    for moment in [chance.uniform(0.2 * part, 0.2 * part + 0.25) * whole for part in range(5)]:
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
