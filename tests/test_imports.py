"""Importing any module of the package changes nothing in the process that imports it."""

import os
import subprocess
import sys

import pytest

from places import ROOT

LOOK = """
import os, signal, sys, threading, types
from pkgutil import walk_packages
import multiprocessing, poa_eval as poa

def look():
    handlers = [signal.getsignal(number) for number in sorted(signal.valid_signals())]
    streams = sys.stdin, sys.stdout, sys.stderr
    return dict(os.environ), handlers, threading.enumerate(), multiprocessing.active_children(), os.getcwd(), streams

before, names = look(), []
for module in walk_packages(poa.__path__, "poa_eval."):
    __import__(module.name)
    names.append(module.name)
    assert look() == before, module.name
assert type(poa) is types.ModuleType
assert "poa_eval.runs.warm" in names
assert not set(poa.__all__) & {module.name for module in walk_packages(poa.__path__)}
print("same")
"""


@pytest.mark.slow
def test_importing_any_module_has_no_side_effect():
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("same\n", "")


def test_run_with_nothing_to_do_loads_nothing_that_holds_tables():
    modules = "poa_eval.cli.commands", "poa_eval.runs.batch", "poa_eval.reports.html.index"
    look = f"import sys, {', '.join(modules)}; print('pandas' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")
