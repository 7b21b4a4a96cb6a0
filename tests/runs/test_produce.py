"""Reports produced in processes: one that dies or fails is told."""

import time

import pytest

from poa_eval.processes import CallTimeoutError, WorkerPool
from poa_eval.runs.produce import produce_report, redo_page
from poa_eval.runs.task import MadeReport
from projects import forks, make_task, write_notebook


@forks
def test_notebook_whose_process_dies_is_told_at_once_whoever_it_leaves_behind(tmp_path):
    cell = "import os, time\nif os.fork() == 0:\n    time.sleep(60)\nos._exit(3)"
    with WorkerPool(1, timeout=30) as pool:
        report = produce_report(pool, make_task(write_notebook(tmp_path / "c.ipynb", [cell])))
    assert "se cerró de golpe" in report.mensaje


def sleep_a_while(seconds):
    time.sleep(seconds)
    yield "hecho"


@forks
def test_page_made_again_has_no_time_limit_and_its_failure_is_told(tmp_path):
    with WorkerPool(1, timeout=0.2) as pool:
        with pytest.raises(CallTimeoutError):
            list(pool.iterate(sleep_a_while, 1))
        assert list(pool.iterate(sleep_a_while, 1, is_timed=False)) == ["hecho"]
        pool.memory = 1 << 20
        report = redo_page(pool, MadeReport("{}", "", None, 0), "Municipio", ["No se elaboró «Obras»."], [])
    assert "No se elaboró «Obras»." in report.mensaje
    assert "No se elaboró «Obras»." in report.pagina
