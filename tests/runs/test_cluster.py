"""On a real Dask cluster on this machine: the bytes of the local run, whoever dies meanwhile."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Thread

import pytest

from made import write_project
from places import ROOT
from poa_eval.cli import commands as cli
from poa_eval.errors import ClusterError, ParamsError
from poa_eval.processes import CAN_FORK
from poa_eval.runs import batch as run
from poa_eval.runs import cluster as distribute
from poa_eval.runs.cache import describe_software
from poa_eval.runs.inputs import INSTITUTION_NOTEBOOK, UNIT_NOTEBOOK
from poa_eval.runs.quarter_run import QuarterRun
from projects import PLAIN, list_made, read_all, write_notebook

pytest.importorskip("distributed", reason="the extra poa-eval[cluster] is not installed")
UNITS = ["Obras", "Rentas", "Catastro", "Archivo"]
KILL_WORKER = """
parent = int(open(f"/proc/{os.getppid()}/stat").read().split()[3])
time.sleep(0.5)
os.kill(parent, 9)
"""


def write_params(root: Path, *cells: str, units=UNITS) -> Path:
    params = write_project(root, units)
    write_notebook(root / "notebooks" / UNIT_NOTEBOOK, [*PLAIN[:2], *cells])
    write_notebook(root / "notebooks" / INSTITUTION_NOTEBOOK, PLAIN[:2], unit=False)
    return params.rename(params.with_name(f"{root.name}-t3.yaml"))


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a program of Dask; they end with the test."""
    started, number = [], count()

    def start_program(*command: str, **environment: str) -> subprocess.Popen:
        folder = tmp_path / f"dask-{next(number)}"
        folder.mkdir()
        known = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"} | environment
        options = ["--host", "127.0.0.1", "--no-dashboard"]
        with (folder / "registro.txt").open("w") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "dask", *command, *options],
                    cwd=folder, env=known, stdout=log, stderr=log, start_new_session=True,
                )
            )  # fmt: skip
        return started[-1]

    yield start_program
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def scheduler(start, tmp_path):
    """Start a scheduler; return its address and its process."""
    process = start("scheduler", "--port", "0", DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1")
    return read_address(tmp_path / "dask-0" / "registro.txt"), process


def read_address(told: Path) -> str:
    """Wait until a program of Dask tells its address."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        words = told.read_text().split()
        addresses = [word for word in words if word.startswith("tcp://127.0.0.1:")]
        if addresses:
            return addresses[0]
        time.sleep(0.1)
    raise AssertionError(told.read_text())


@pytest.mark.slow
@pytest.mark.skipif(not CAN_FORK or not Path("/proc").is_dir(), reason="needs a system that forks, and /proc")
def test_cluster_gives_the_local_bytes_whoever_dies(start, scheduler, tmp_path, monkeypatch, capsys):
    address, boss = scheduler
    paths = [write_params(tmp_path / name, "import time; time.sleep(0.3)") for name in ("norte", "sur")]
    local = [read_all(run.run_quarter(path, out=tmp_path / "aquí").carpeta) for path in paths]
    victim = start("worker", address, "--nthreads", "1", "--no-nanny")
    start("worker", address, "--nthreads", "1")

    def kill_half_way(done, total, text, failed):
        if done == 3 and victim.poll() is None:
            victim.kill()

    ended = dict(run.run_quarters(paths, out=tmp_path / "allá", scheduler=address, on_progress=kill_half_way))
    assert victim.wait(5) == -9
    assert [read_all(ended[path].carpeta) for path in paths] == local
    assert [ended[path].elaborados for path in paths] == [5, 5]

    fatal = write_params(tmp_path / "fatal", KILL_WORKER, units=["Obras"])
    outcome = run.run_quarter(fatal, scheduler=address)
    assert [unit for unit, _ in outcome.fallidas] == ["obras"]
    assert "cayó una y otra vez el trabajador" in outcome.fallidas[0][1]
    monkeypatch.setattr(distribute, "describe_software", lambda: describe_software() | {"pandas": "2.0"})
    with pytest.raises(ClusterError, match=r"otra versión de pandas: 3\.[\s\S]*2\.0"):
        run.run_quarter(fatal, scheduler=address)
    monkeypatch.undo()

    options = ["run", *map(str, paths), "--out", str(tmp_path / "perdido"), "--scheduler", address]
    take = QuarterRun.take
    monkeypatch.setattr(QuarterRun, "take", lambda *args: (take(*args), boss.kill())[0])
    assert cli.main(options) == cli.REFUSED
    said = capsys.readouterr().err
    assert "se perdió la conexión con el planificador" in said
    assert "lo terminado se conserva" in said
    assert len(said.splitlines()) == 4
    again = run.run_quarter(paths[0], out=tmp_path / "perdido")
    assert read_all(again.carpeta) == local[0]
    assert 0 < len(list_made(again)) < 5


@pytest.mark.slow
@pytest.mark.skipif(not CAN_FORK, reason="needs a system that forks")
def test_without_a_worker_left_it_ends_and_says_so(start, scheduler, tmp_path, monkeypatch):
    address, _ = scheduler
    params = write_params(tmp_path / "norte", "import time; time.sleep(0.5)")
    monkeypatch.setattr(distribute.Cluster, "patience", 3)
    worker = start("worker", address, "--nthreads", "1", "--no-nanny")
    with pytest.raises(ClusterError, match=r"sino otro de sus programas \(Worker\)"):
        run.run_quarter(params, scheduler=read_address(tmp_path / "dask-1" / "registro.txt"))
    with pytest.raises(ClusterError, match="no tiene trabajadores"):
        run.run_quarter(params, scheduler=address, on_progress=lambda done, *_: done == 2 and worker.kill())
    assert 0 < len(list_made(run.run_quarter(params))) < 5


def test_jobs_are_of_this_machine(tmp_path, capsys):
    options = ["--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"]
    assert cli.main(["run", str(write_params(tmp_path / "norte")), *options]) == cli.REFUSED
    assert "quite --jobs" in capsys.readouterr().err


IMPATIENT = """
import sys
from poa_eval.cli import commands
from poa_eval.runs.cluster import Cluster
Cluster.patience = 0.5
sys.exit(commands.main(sys.argv[1:]))
"""


@pytest.fixture
def serve():
    """Return a function that starts a server which says the same to everybody, or nothing; it returns its address."""
    sockets = []

    def accept(server: socket.socket, answer: bytes) -> None:
        with suppress(OSError):  # closed: the test has ended
            while True:
                sockets.append(server.accept()[0])
                sockets[-1].sendall(answer)

    def start_server(answer: bytes) -> str:
        sockets.append(socket.create_server(("127.0.0.1", 0)))
        Thread(target=accept, args=(sockets[-1], answer), daemon=True).start()
        return f"tcp://127.0.0.1:{sockets[-1].getsockname()[1]}"

    yield start_server
    for one in sockets:
        with suppress(OSError):  # wakes who waits for it
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@pytest.mark.parametrize("answer", [None, b"", b"HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n"])
def test_no_scheduler_is_said_and_nothing_is_written(answer, serve, tmp_path):
    address = "tcp://127.0.0.1:1" if answer is None else serve(answer)
    params = write_params(tmp_path / "norte")
    command = [sys.executable, "-c", IMPATIENT, "run", str(params), "--scheduler", address]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == cli.REFUSED
    assert f"ClusterError: {address}\n  se encontró   no respondió ningún planificador de Dask" in done.stderr
    assert len(done.stderr.splitlines()) == 4
    assert not (tmp_path / "norte" / "reports").exists()


@pytest.mark.parametrize("address", ["", " ", "localhost", "tcp://", "tcp://:8786", "8786 de allá", "::1:8786", "h:1/"])
def test_what_is_no_address_is_refused_at_once(address, tmp_path, capsys):
    params = write_params(tmp_path / "norte")
    assert cli.main(["run", str(params), "--scheduler", address]) == cli.REFUSED
    said = capsys.readouterr().err
    assert ("«" + address + "» en --scheduler" if address.strip() else "--scheduler, sin nada escrito en él") in said
    assert "tcp://HOST:PUERTO (el puerto suele ser 8786)" in said
    assert len(said.splitlines()) == 4
    assert not (tmp_path / "norte" / "reports").exists()
    with pytest.raises(ParamsError):
        distribute.Cluster(address)


@pytest.mark.parametrize(
    "address", ["localhost:8786", "tls://dask.example.org:8786", "[::1]:8786", "tcp://[fe80::1]:1"]
)
def test_what_may_be_an_address_is_taken(address):
    distribute.Cluster(address)


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(distribute, "distributed", None)
    assert cli.main(["run", str(write_params(tmp_path / "norte")), "--scheduler", "tcp://127.0.0.1:1"]) == cli.REFUSED
    assert "instale poa-eval[cluster]" in capsys.readouterr().err
