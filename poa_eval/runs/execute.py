"""Execute: a notebook ready to be executed, and afterwards what of it a reader may see, and why it failed."""

from __future__ import annotations

import re

import nbformat
from nbformat import NotebookNode
from papermill.parameterize import parameterize_notebook

from poa_eval.reports.html.page import own_error_names, without_marks

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


def give_parameters(text: str, parameters: dict) -> NotebookNode:
    """Return a notebook ready to be executed, as papermill makes it: without outputs, with a cell of parameters."""
    notebook = nbformat.reads(text, as_version=4)
    notebook.metadata["papermill"] = {}
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return parameterize_notebook(notebook, parameters, kernel_name="python3", language="python")


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
