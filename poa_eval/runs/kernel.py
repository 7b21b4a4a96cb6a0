"""Kernel: execute a notebook by plain papermill, where the system cannot fork; the executed notebook is the same."""

import asyncio
import logging
import math
import os
import tempfile
import time
from pathlib import Path

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Config

from poa_eval.processes import LONGEST, CallTimeoutError


class _OwnKernelManager(AsyncKernelManager):
    """Start this interpreter's kernel, whatever kernels the user has registered under the same name."""

    @default("kernel_spec_manager")
    def _own_kernel_specs(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])


def execute_in_kernel(
    text: str, parameters: dict, *, cwd: Path, timeout: float | None = None
) -> tuple[NotebookNode, Exception | None]:
    """Execute a notebook by plain papermill, in a private kernel of this interpreter; safe from several threads.

    The kernel talks through files where the system allows it (ports of parallel kernels can collide), reads no
    personal IPython configuration, and writes no history.

    Returns the notebook as far as it came, and why it came no further: `CallTimeoutError` where the seconds were over
    that it may take, the start of its kernel included.
    """
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
                kernel_manager_class=_OwnKernelManager,
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
