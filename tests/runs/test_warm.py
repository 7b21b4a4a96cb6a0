"""The warm process: it has loaded and rehearsed what notebooks call, with one thread."""

import os
import subprocess
import sys

from places import ROOT
from poa_eval.processes import ASKER, WorkerPool
from projects import forks, in_proc

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
    with WorkerPool(1) as pool:
        assert list(pool.iterate(look_around)) == [([True] * 3, True), ("1", False)]
    assert ASKER not in os.environ
