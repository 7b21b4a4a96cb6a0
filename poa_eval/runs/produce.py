"""Produce reports, each in a process of its own; a failure is told in the result, not raised."""

import json
import time
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from poa_eval.processes import CAN_FORK, CallDiedError, CallTimeoutError, WorkerPool
from poa_eval.reports.html.page import error_page
from poa_eval.runs.task import Links, MadeReport, ReportTask


def produce_report(pool: WorkerPool, task: ReportTask) -> MadeReport:
    """Produce a report from its notebook and its figures to its page."""
    started = time.perf_counter()
    parts: dict[int, str] = {}
    try:
        if not CAN_FORK:
            return _load().produce_in_kernel(task, pool.timeout)
        for step in pool.iterate(_produce, task):
            if isinstance(step, MadeReport):
                return step
            number, parts[number] = step
        why = "no dio ningún resultado"
    except CallTimeoutError:
        why = _load().tell_late(pool.timeout)
    except CallDiedError:
        why = "se cerró de golpe, sin terminar (por ejemplo, porque faltó memoria)"
    except Exception as error:  # whatever happens to one notebook is told, and does not stop the others
        why = f"no llegó a terminar ({type(error).__name__})"
    return give_up(task, why, _join(parts), time.perf_counter() - started)


def give_up(task: ReportTask, why: str, text: str | None = None, seconds: float = 0) -> MadeReport:
    """Return the report of a notebook that came as far as this text, and why in Spanish it came no further."""
    return _load().give_up(task, text or task.cuaderno, why, seconds)


def redo_page(pool: WorkerPool, report: MadeReport, titulo: str, avisos: Iterable[str], enlaces: Links) -> MadeReport:
    """Make the page of a report again, with other warnings and links."""
    message, avisos = report.mensaje, tuple(avisos)
    try:
        if message is None:
            steps = partial(pool.iterate, is_timed=False) if CAN_FORK else lambda function, *args: function(*args)
            (page,) = steps(_export, report.cuaderno, titulo, avisos, enlaces)
            return MadeReport(report.cuaderno, page, None, report.segundos)
    except Exception as error:  # whatever it is, the other reports are there and are told
        message = "\n".join((f"No se pudo volver a hacer la página ({type(error).__name__}).", *avisos))
    return MadeReport(report.cuaderno, error_page(titulo, message, enlaces), message, report.segundos)


def _produce(task: ReportTask) -> Iterator[tuple[int, str] | MadeReport]:
    return _load().produce_here(task)


def _export(*args: Any) -> Iterator[str]:
    yield _load().export_page(*args)


def _load() -> Any:
    """Return `report`, whose libraries take a second to load."""
    from poa_eval.runs import report  # only in reports' own processes, and where one of them failed

    return report


def _join(parts: dict[int, str]) -> str | None:
    """Return the notebook that came in parts: itself, and each of its cells that was run; None if none came."""
    if not parts:
        return None
    notebook = json.loads(parts[-1])
    for number in parts.keys() - {-1}:
        notebook["cells"][number] = json.loads(parts[number])
    return json.dumps(notebook)
