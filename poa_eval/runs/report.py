"""Report: in a process of its own, from a notebook and its figures to its page; also the page of one that failed.

Of an executed notebook a reader sees what does not vary, and in Spanish why it failed.
"""

import json
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from poa_eval.processes import CallTimeoutError
from poa_eval.quarter.notebook import offer_prepared
from poa_eval.reports.html.page import error_page, export_html, own_error_names, without_marks
from poa_eval.runs.kernel import execute_in_kernel
from poa_eval.runs.shell import CellFailedError, execute_here
from poa_eval.runs.task import Links, MadeReport, ReportTask

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


def produce_here(task: ReportTask) -> Iterator[tuple[int, str] | MadeReport]:
    """Produce a report in this process, the notebook's own; on the way, tell each part of the notebook."""
    started = time.perf_counter()
    root, why = _find_folder(task), None
    offer_prepared(task.preparado, root)
    try:
        for number, part in execute_here(task.cuaderno, task.parametros, cwd=root):
            if number < 0:
                notebook = part
            yield number, json.dumps(part)
    except CellFailedError as error:
        why = f"no llegó a terminar ({error})"
    yield _finish(task, notebook, started, why)


def produce_in_kernel(task: ReportTask, timeout: float | None) -> MadeReport:
    """Produce a report in this process, and its notebook in a kernel."""
    started = time.perf_counter()
    notebook, error = execute_in_kernel(task.cuaderno, task.parametros, cwd=_find_folder(task), timeout=timeout)
    why = None if error is None else f"no llegó a terminar ({type(error).__name__})"
    return _finish(task, notebook, started, tell_late(timeout) if isinstance(error, CallTimeoutError) else why)


def tell_late(seconds: float | None) -> str:
    """Say in Spanish that a notebook took longer than it may."""
    return f"tardó más de los {seconds:g} segundos permitidos y se detuvo"


def give_up(task: ReportTask, text: str, why: str, seconds: float) -> MadeReport:
    """Return the report of a notebook that came as far as this text, and why in Spanish it came no further."""
    return _fail(task, nbformat.reads(text, as_version=4), _tell(task, why), seconds)


def export_page(text: str, titulo: str, avisos: tuple[str, ...], enlaces: Links) -> str:
    """Return the page of an executed notebook, with warnings and links."""
    return export_html(nbformat.reads(text, as_version=4), titulo=titulo, avisos=avisos, enlaces=enlaces)


def _find_folder(task: ReportTask) -> Path:
    """Return the folder to work in: any where the project is not on this machine."""
    return Path(task.raiz) if Path(task.raiz).is_dir() else Path(tempfile.gettempdir())


def _finish(task: ReportTask, notebook: NotebookNode, started: float, why: str | None) -> MadeReport:
    message = explain_failure(notebook, task.nombre) or (why and _tell(task, why))
    if message is None:
        notebook = clean_notebook(notebook)
        try:
            page = export_html(notebook, titulo=task.titulo, **task.enlaces)
            return MadeReport(_write_text(notebook), page, None, time.perf_counter() - started)
        except Exception as error:  # one page that fails, for whatever reason, does not stop the others
            message = f"No se pudo convertir el cuaderno en página ({type(error).__name__}: {error})."
    return _fail(task, notebook, message, time.perf_counter() - started)


def _fail(task: ReportTask, notebook: NotebookNode, message: str, seconds: float) -> MadeReport:
    page = error_page(task.titulo, message, **task.enlaces)
    return MadeReport(_write_text(clean_notebook(notebook)), page, message, seconds)


def _tell(task: ReportTask, why: str) -> str:
    return f"El cuaderno {task.nombre} {why}."


def _write_text(notebook: NotebookNode) -> str:
    return nbformat.writes(notebook) + "\n"


def explain_failure(notebook: NotebookNode, name: str) -> str | None:
    """Say in Spanish why an executed notebook failed; None where it did not."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                if output.ename == "MemoryError":
                    return f"Falló el cuaderno {name}: pidió más memoria de la que puede usar."
                own = output.ename in own_error_names()
                return output.evalue if own else f"Falló el cuaderno {name} ({output.ename}: {output.evalue})."
    return None


def clean_notebook(notebook: NotebookNode) -> NotebookNode:
    """Drop what varies from run to run or names this machine: timings, paths, addresses, tracebacks."""
    kept = without_marks(notebook)
    kept.metadata = NotebookNode({key: kept.metadata[key] for key in ("kernelspec",) if key in kept.metadata})
    for number, cell in enumerate(kept.cells, start=1):
        cell["id"] = f"celda-{number}"
        cell.metadata = NotebookNode({key: cell.metadata[key] for key in ("tags",) if key in cell.metadata})
        if cell.cell_type == "code":
            cell.outputs = _clean_outputs(cell.outputs)
    return kept


def _clean_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Clean outputs; what was written at once stands as one, however it came in parts."""
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream":
            if output.name == "stderr":
                continue
            if kept and kept[-1].output_type == "stream":
                kept[-1] = NotebookNode({**kept[-1], "text": kept[-1].text + output.text})
                continue
        kept.append(_clean_output(output))
    return kept


def _clean_output(output: NotebookNode) -> NotebookNode:
    if output.output_type == "error":
        own = output.ename in own_error_names()
        return NotebookNode({**output, "traceback": [output.evalue if own else f"{output.ename}: {output.evalue}"]})
    plain = output.get("data", {}).get("text/plain")
    if plain is None:
        return output
    return NotebookNode({**output, "data": NotebookNode({**output.data, "text/plain": _ADDRESS.sub("0x…", plain)})})
