"""Execute one notebook by papermill in a private kernel of this interpreter, and keep what a reader may see."""

from __future__ import annotations

import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Config

from poa_eval.report import own_error_names, without_marks

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


@dataclass(frozen=True)
class Execution:
    """An executed notebook.

    Parameters
    ----------
    cuaderno : NotebookNode
        The notebook with its results, as far as it came.
    mensaje : str or None
        Why it failed, in Spanish; None where it did not.
    segundos : float
        Time it took.
    """

    cuaderno: NotebookNode
    mensaje: str | None
    segundos: float

    def to_text(self) -> str:
        """Return the notebook as the text of its file."""
        return nbformat.writes(self.cuaderno) + "\n"


class _OwnKernelManager(AsyncKernelManager):
    """Start this interpreter's kernel, whatever kernels the user has registered under the same name."""

    @default("kernel_spec_manager")
    def _own_kernel_specs(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])


def execute_notebook(path: Path, parameters: dict, *, cwd: Path) -> Execution:
    """Execute a notebook; a failure is told in the result, not raised.

    The kernel talks through files where the system allows it (ports of parallel kernels can collide), reads no
    personal IPython configuration, and writes no history. Safe to call from several threads.

    Parameters
    ----------
    path : Path
        The notebook.
    parameters : dict
        Plain values for its parameters.
    cwd : Path
        Folder in which its kernel works.

    Returns
    -------
    Execution
        Two executions of the same notebook on the same data give the same notebook.
    """
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="poa-", ignore_cleanup_errors=True) as private:
        copy = Path(private) / "c.ipynb"
        try:
            _run_papermill(path, copy, parameters, cwd=cwd)
            message = None
        except Exception as error:  # whatever happens to one notebook is told, and does not stop the others
            message = f"Falló el cuaderno {path.name}, que no llegó a terminar ({type(error).__name__})."
        finally:
            _close_loop()
        notebook = nbformat.read(copy if copy.is_file() else path, as_version=4)
    message = message and (_explain_failure(notebook, path.name) or message)
    return Execution(_clean(notebook), message, time.perf_counter() - started)


def _run_papermill(path: Path, copy: Path, parameters: dict, *, cwd: Path) -> None:
    transport = "tcp" if os.name == "nt" else "ipc"
    connection = str(copy.with_name("k.json"))  # a short path: the sockets lie beside it
    papermill.execute_notebook(
        path,
        copy,
        parameters=parameters,
        kernel_name="python3",
        progress_bar=False,
        record_timing=False,
        kernel_manager_class=_OwnKernelManager,
        config=Config({"KernelManager": {"transport": transport, "connection_file": connection}}),
        shutdown_kernel="immediate",  # its results are in; a polite end can take seconds
        resources={"metadata": {"path": str(cwd)}},  # papermill's own cwd= would move the whole process
        extra_arguments=[
            f"--ipython-dir={copy.parent}",
            "--HistoryManager.enabled=False",
            "--IPKernelApp.log_level=ERROR",
        ],
    )


def _close_loop() -> None:
    """Close the event loop that the kernel's client opened in this thread and leaves behind."""
    loop = ensure_event_loop()
    if not loop.is_running():
        loop.close()


def _explain_failure(notebook: NotebookNode, name: str) -> str | None:
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                own = output.ename in own_error_names()
                return output.evalue if own else f"Falló el cuaderno {name} ({output.ename}: {output.evalue})."
    return None


def _clean(notebook: NotebookNode) -> NotebookNode:
    """Drop what varies from run to run or names this machine: timings, paths, addresses, tracebacks."""
    kept = without_marks(notebook)
    kept.metadata = NotebookNode({key: kept.metadata[key] for key in ("kernelspec",) if key in kept.metadata})
    for number, cell in enumerate(kept.cells, start=1):
        cell["id"] = f"celda-{number}"
        cell.metadata = NotebookNode({key: cell.metadata[key] for key in ("tags",) if key in cell.metadata})
        if cell.cell_type == "code":
            cell.outputs = [_clean_output(output) for output in cell.outputs if output.get("name") != "stderr"]
    return kept


def _clean_output(output: NotebookNode) -> NotebookNode:
    if output.output_type == "error":
        own = output.ename in own_error_names()
        return NotebookNode({**output, "traceback": [output.evalue if own else f"{output.ename}: {output.evalue}"]})
    plain = output.get("data", {}).get("text/plain")
    if plain is None:
        return output
    return NotebookNode({**output, "data": NotebookNode({**output.data, "text/plain": _ADDRESS.sub("0x…", plain)})})
