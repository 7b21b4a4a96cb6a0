"""Execute one notebook, and keep of it what a reader may see.

Where the system can fork, the cells run in this process (which is the notebook's own, see `isolate`); elsewhere in a
kernel started by papermill. The executed notebook is the same.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from poa_eval.processes import LONGEST, CallTimeoutError
from poa_eval.reports.html.page import own_error_names, without_marks

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


def execute_here(text: str, parameters: dict, *, cwd: Path) -> Iterator[tuple[int, NotebookNode]]:
    """Execute a notebook in this process, which is good for nothing else afterwards.

    Parameters
    ----------
    text : str
        The notebook.
    parameters : dict
        Plain values for its parameters.
    cwd : Path
        Folder in which its cells work.

    Yields
    ------
    int, NotebookNode
        -1 and the notebook with its parameters; then, as they come, each executed cell with its number.

    Raises
    ------
    CellFailedError
        After the cell that failed.
    """
    from poa_eval.runs.shell import make_shell, run_cells, take_over

    os.chdir(cwd)
    sys.path.insert(0, "")  # as in a kernel: modules beside the project's folders can be imported
    notebook, shell = give_parameters(text, parameters), make_shell()
    yield -1, notebook
    for number in run_cells(shell, notebook, take_over(shell)):
        yield number, notebook.cells[number]


def give_parameters(text: str, parameters: dict) -> NotebookNode:
    """Return a notebook ready to be executed, as papermill makes it: without outputs, with a cell of parameters."""
    from papermill.parameterize import parameterize_notebook

    notebook = nbformat.reads(text, as_version=4)
    notebook.metadata["papermill"] = {}
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return parameterize_notebook(notebook, parameters, kernel_name="python3", language="python")


def execute_in_kernel(
    text: str, parameters: dict, *, cwd: Path, timeout: float | None = None
) -> tuple[NotebookNode, Exception | None]:
    """Execute a notebook by plain papermill, in a private kernel of this interpreter; safe from several threads.

    The kernel talks through files where the system allows it (ports of parallel kernels can collide), reads no
    personal IPython configuration, and writes no history.

    Parameters
    ----------
    text, parameters, cwd
        As for `execute_here`.
    timeout : float, optional
        Seconds that the notebook may take, the start of its kernel included.

    Returns
    -------
    NotebookNode, Exception or None
        The notebook as far as it came, and why it came no further: `CallTimeoutError` where its time was over.
    """
    import papermill
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_core.utils import ensure_event_loop
    from traitlets import default
    from traitlets.config import Config

    class OwnKernelManager(AsyncKernelManager):
        """Start this interpreter's kernel, whatever kernels the user has registered under the same name."""

        @default("kernel_spec_manager")
        def _own_kernel_specs(self) -> KernelSpecManager:
            return KernelSpecManager(kernel_dirs=[])

    logging.getLogger("papermill").setLevel(logging.CRITICAL + 1)  # what is wrong is said once, in Spanish
    end = float("inf") if timeout is None else time.monotonic() + timeout
    short = None if len(tempfile.gettempdir()) < LONGEST or not os.path.isdir("/tmp") else "/tmp"  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="poa-", dir=short, ignore_cleanup_errors=True) as private:
        source, copy, connection = (Path(private) / name for name in ("a.ipynb", "c.ipynb", "k.json"))
        source.write_text(text, encoding="utf-8")
        error = None
        transport = "tcp" if os.name == "nt" else "ipc"
        try:
            papermill.execute_notebook(
                source,
                copy,
                parameters=parameters,
                kernel_name="python3",
                progress_bar=False,
                record_timing=False,
                kernel_manager_class=OwnKernelManager,
                config=Config({"KernelManager": {"transport": transport, "connection_file": str(connection)}}),
                start_timeout=60 if timeout is None else min(60, math.ceil(timeout)),
                # what is left to this cell; 0 would be no limit
                timeout_func=None if timeout is None else lambda cell: max(end - time.monotonic(), 0.001),
                shutdown_kernel="immediate",  # its results are in; a polite end can take seconds
                resources={"metadata": {"path": str(cwd)}},  # papermill's own cwd= would move the whole process
                extra_arguments=[
                    f"--ipython-dir={private}",
                    "--HistoryManager.enabled=False",
                    "--IPKernelApp.log_level=ERROR",
                ],
            )
        except Exception as caught:  # whatever happens to one notebook is told, and does not stop the others
            error = caught if time.monotonic() < end else CallTimeoutError()
        finally:
            loop = ensure_event_loop()  # which the kernel's client opened in this thread and leaves behind
            if not loop.is_running():
                _close_loop(loop)
        return nbformat.read(copy if copy.is_file() else source, as_version=4), error


def _close_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Close an event loop; what still waits in it is given up first, or else it complains."""
    waiting = asyncio.all_tasks(loop)
    for task in waiting:
        task.cancel()
    if waiting:
        loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
    loop.close()


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
