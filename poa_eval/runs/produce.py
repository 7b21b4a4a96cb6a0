"""Produce one report: from its notebook and its figures to its page. A task carries all it needs, its result too."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from poa_eval.processes import CAN_FORK, CallDiedError, CallTimeoutError, Crew

if TYPE_CHECKING:
    from nbformat import NotebookNode

Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Task:
    """A report to produce."""

    nombre: str  # file name of the notebook
    cuaderno: str  # the notebook itself
    parametros: dict
    preparado: bytes  # the quarter that it opens, pickled
    raiz: str  # folder in which it works
    titulo: str  # of the page
    enlaces: dict  # the pages to link, as `export_html` takes them


@dataclass(frozen=True)
class Report:
    """A report: the text of its notebook and of its page, why it failed in Spanish (or None), and how long it took."""

    cuaderno: str
    pagina: str
    mensaje: str | None
    segundos: float


def produce_report(crew: Crew, task: Task) -> Report:
    """Produce a report in a process of its own; a failure is told in the result, not raised."""
    started = time.perf_counter()
    parts: dict[int, str] = {}
    try:
        if not CAN_FORK:
            return _produce_in_kernel(task, crew.timeout)
        for step in crew.iterate(_produce, task):
            if isinstance(step, Report):
                return step
            number, parts[number] = step
        why = "no dio ningún resultado"
    except CallTimeoutError:
        why = _tell_late(crew.timeout)
    except CallDiedError:
        why = "se cerró de golpe, sin terminar (por ejemplo, porque faltó memoria)"
    except Exception as error:  # whatever happens to one notebook is told, and does not stop the others
        why = f"no llegó a terminar ({type(error).__name__})"
    return give_up(task, why, _join(parts), time.perf_counter() - started)


def _tell_late(seconds: float) -> str:
    return f"tardó más de los {seconds:g} segundos permitidos y se detuvo"


def _join(parts: dict[int, str]) -> str | None:
    """Return the notebook that came in parts: itself, and each of its cells that was run; None if none came."""
    if not parts:
        return None
    notebook = json.loads(parts[-1])
    for number in parts.keys() - {-1}:
        notebook["cells"][number] = json.loads(parts[number])
    return json.dumps(notebook)


def give_up(task: Task, why: str, text: str | None = None, seconds: float = 0) -> Report:
    """Return the report of a notebook that came as far as this text, and why in Spanish it came no further."""
    return _fail(task, _parse(text or task.cuaderno), f"El cuaderno {task.nombre} {why}.", seconds)


def redo_page(crew: Crew, report: Report, titulo: str, avisos: Iterable[str], enlaces: Links) -> Report:
    """Make the page of a report again, with other warnings and links; a failure is told in the result."""
    from poa_eval.reports.html.page import error_page

    message, avisos = report.mensaje, tuple(avisos)
    try:
        if message is None:
            steps = partial(crew.iterate, is_timed=False) if CAN_FORK else lambda function, *args: function(*args)
            (page,) = steps(_export, report.cuaderno, titulo, avisos, enlaces)
            return Report(report.cuaderno, page, None, report.segundos)
    except Exception as error:  # whatever it is, the other reports are there and are told
        message = "\n".join((f"No se pudo volver a hacer la página ({type(error).__name__}).", *avisos))
    return Report(report.cuaderno, error_page(titulo, message, enlaces), message, report.segundos)


def _produce(task: Task) -> Iterator[tuple[int, str] | Report]:
    """Produce a report in this process, the notebook's own; on the way, tell each part of the notebook."""
    from poa_eval.quarter.notebook import offer_prepared
    from poa_eval.runs.execute import execute_here
    from poa_eval.runs.shell import CellFailedError

    started = time.perf_counter()
    root, why = _find_folder(task), None
    offer_prepared(task.preparado, root)
    try:
        for number, part in execute_here(task.cuaderno, task.parametros, cwd=root):
            if number < 0:
                notebook = part
            yield number, json.dumps(part)
    except CellFailedError as error:
        why = f"El cuaderno {task.nombre} no llegó a terminar ({error})."
    yield _finish(task, notebook, started, why)


def _find_folder(task: Task) -> Path:
    """Return the folder to work in: any where the project is not on this machine."""
    return Path(task.raiz) if Path(task.raiz).is_dir() else Path(tempfile.gettempdir())


def _produce_in_kernel(task: Task, timeout: float | None) -> Report:
    from poa_eval.runs.execute import execute_in_kernel

    started = time.perf_counter()
    notebook, error = execute_in_kernel(task.cuaderno, task.parametros, cwd=_find_folder(task), timeout=timeout)
    if error is None:
        return _finish(task, notebook, started)
    late = isinstance(error, CallTimeoutError)
    why = _tell_late(timeout) if late else f"no llegó a terminar ({type(error).__name__})"
    return _finish(task, notebook, started, f"El cuaderno {task.nombre} {why}.")


def _export(text: str, titulo: str, avisos: tuple[str, ...], enlaces: Links) -> Iterator[str]:
    from poa_eval.reports.html.page import export_html

    yield export_html(_parse(text), titulo=titulo, avisos=avisos, enlaces=enlaces)


def _finish(task: Task, notebook: NotebookNode, started: float, why: str | None = None) -> Report:
    from poa_eval.reports.html.page import export_html
    from poa_eval.runs.execute import clean_notebook, explain_failure

    message = explain_failure(notebook, task.nombre) or why
    if message is None:
        notebook = clean_notebook(notebook)
        try:
            page = export_html(notebook, titulo=task.titulo, **task.enlaces)
            return Report(_to_text(notebook), page, None, time.perf_counter() - started)
        except Exception as error:  # one page that fails, for whatever reason, does not stop the others
            message = f"No se pudo convertir el cuaderno en página ({type(error).__name__}: {error})."
    return _fail(task, notebook, message, time.perf_counter() - started)


def _fail(task: Task, notebook: NotebookNode, message: str, seconds: float) -> Report:
    from poa_eval.reports.html.page import error_page
    from poa_eval.runs.execute import clean_notebook

    return Report(
        _to_text(clean_notebook(notebook)), error_page(task.titulo, message, **task.enlaces), message, seconds
    )


def _parse(text: str) -> NotebookNode:
    import nbformat

    return nbformat.reads(text, as_version=4)


def _to_text(notebook: NotebookNode) -> str:
    import nbformat

    return nbformat.writes(notebook) + "\n"
