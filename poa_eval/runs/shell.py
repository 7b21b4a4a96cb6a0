"""Shell: run a notebook's cells in this process as a kernel would, without sockets, threads or a second process.

It is ipykernel's own shell, and its messages are turned into outputs by papermill's own client, so that the executed
notebook is the one that plain papermill gives.
"""

import asyncio
import builtins
import getpass
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextvars import copy_context
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import nbformat
from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import ExecutionResult
from IPython.core.profiledir import ProfileDir
from jupyter_client.session import Session
from nbclient import NotebookClient
from nbformat import NotebookNode
from papermill.parameterize import parameterize_notebook
from traitlets.config import Config

from poa_eval.processes import limit_memory

if sys.platform != "win32":
    import fcntl


class CellFailedError(Exception):
    """A cell failed; the message is the kind of its error."""


class _Messages(Session):
    """A session that hands a message over instead of sending it through a socket, and what is written in one piece."""

    receive: Callable[[dict], object] = staticmethod(lambda message: None)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._name, self._texts = "", list[str]()

    def send(
        self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None, *ignored: Any, **also: Any
    ) -> dict:
        self.flush()
        message = msg_or_type if isinstance(msg_or_type, dict) else self.msg(msg_or_type, content, parent=parent)
        self.receive(message)
        return message

    def write(self, name: str, text: str) -> None:
        if name != self._name:
            self.flush()
            self._name, self._texts = name, []
        self._texts.append(text)

    def flush(self) -> None:
        name, texts, self._name = self._name, self._texts, ""
        if name:
            self.receive(self.msg("stream", {"name": name, "text": "".join(texts)}))


class _Stream(io.TextIOBase):
    """What a cell writes to standard output or error."""

    encoding = "UTF-8"

    def __init__(self, name: str, descriptor: int, session: _Messages):
        self.name, self._descriptor, self._session = name, descriptor, session

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if text:
            self._session.write(self.name, text)
        return len(text)


def execute_here(text: str, parameters: dict, *, cwd: Path) -> Iterator[tuple[int, NotebookNode]]:
    """Execute a notebook in this process, which is good for nothing else afterwards.

    Yields -1 and the notebook with its parameters; then, as they come, each executed cell with its number.
    `CellFailedError` comes after the cell that failed.
    """
    os.chdir(cwd)
    sys.path.insert(0, "")  # as in a kernel: modules beside the project's folders can be imported
    notebook, shell = give_parameters(text, parameters), make_shell()
    yield -1, notebook
    for number in run_cells(shell, notebook, take_over(shell)):
        yield number, notebook.cells[number]


def give_parameters(text: str, parameters: dict) -> NotebookNode:
    """Return a notebook ready to be executed, as papermill makes it: without outputs, with a cell of parameters."""
    notebook = nbformat.reads(text, as_version=4)
    notebook.metadata["papermill"] = {}
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return parameterize_notebook(notebook, parameters, kernel_name="python3", language="python")


def make_shell() -> ZMQInteractiveShell:
    """Make the shell of this process, or give the one there is: no history, no personal configuration."""
    if ZMQInteractiveShell.initialized():
        return ZMQInteractiveShell.instance()
    with tempfile.TemporaryDirectory(prefix="poa-") as private:  # asked for, and gone afterwards
        shell = ZMQInteractiveShell.instance(
            config=Config({"HistoryManager": {"enabled": False}}),
            compiler_class=XCachingCompiler,
            ipython_dir=private,
            profile_dir=ProfileDir.create_profile_dir(private),
        )
    shell.kernel = SimpleNamespace(eventloop=None)  # what magics ask
    shell.enable_gui = lambda gui=None: None  # type: ignore[method-assign]
    shell.db = {}  # where magics keep things: else in that folder, made anew
    session = _Messages(key=b"")
    for publisher in (shell.displayhook, shell.display_pub):
        publisher.session = session
    return shell


def take_over(shell: ZMQInteractiveShell) -> BinaryIO:
    """Take this process over for a shell: its standard streams, `input`, its main module and its event loop.

    Returns the file that gets what programs write to standard output that a cell starts.
    """
    session = shell.displayhook.session
    written = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (it lives as long as the process)
    fcntl.fcntl(written, fcntl.F_SETFL, fcntl.fcntl(written, fcntl.F_GETFL) | os.O_APPEND)  # several may write
    os.dup2(written.fileno(), 1)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    sys.stdout, sys.stderr = (_Stream(name, i, session) for i, name in ((1, "stdout"), (2, "stderr")))
    builtins.input, getpass.getpass = partial(_refuse_input, "raw_input"), partial(_refuse_input, "getpass")
    sys.modules["__main__"] = shell.user_module
    assert shell.history_manager
    shell.history_manager.reset(new_session=False)  # begins in this folder, and knows of nothing run before
    asyncio.set_event_loop(asyncio.new_event_loop())
    return written


def run_cells(shell: ZMQInteractiveShell, notebook: NotebookNode, written: BinaryIO) -> Iterator[int]:
    """Run the code cells of a notebook in order, as far as the first that fails, and put their outputs into it.

    `written` is the file that `take_over` gives. Yields the number of each cell that was run; `CellFailedError` comes
    after that of a cell that failed.
    """
    session, client, loop = shell.displayhook.session, NotebookClient(notebook), asyncio.get_event_loop()
    client.reset_execution_trackers()
    shell.set_custom_exc((MemoryError,), _tell_with_room)
    context = copy_context()  # of all cells together
    for number, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", ())
        if cell.cell_type != "code" or not cell.source.strip() or client.skip_cells_with_tag in tags:
            continue
        cell.outputs, client.clear_before_next_output = [], False
        session.receive = lambda message, c=cell, n=number: client.process_message(message, c, n)
        cell.execution_count = shell.execution_count
        result = loop.run_until_complete(loop.create_task(_run_cell(shell, cell.source), context=context))
        if written.seek(0, os.SEEK_END):
            written.seek(0)
            sys.stdout.write(written.read().decode(errors="replace"))
            written.truncate(0)
        session.flush()
        yield number
        if not result.success and "raises-exception" not in tags:
            raise CellFailedError(type(result.error_before_exec or result.error_in_exec).__name__)


async def _run_cell(shell: ZMQInteractiveShell, source: str) -> ExecutionResult:
    """Run a cell while the event loop runs, as a kernel does."""
    try:
        transformed = shell.transform_cell(source)
    except Exception:  # the shell itself tells what is wrong with it
        transformed = ""
    if not transformed or not shell.should_run_async(source, transformed_cell=transformed):
        return shell.run_cell(source, store_history=True)
    running = shell.run_cell_async(source, store_history=True, transformed_cell=transformed)
    result = await asyncio.ensure_future(running)  # a task of its own: what it sets in its context ends with it
    shell.events.trigger("post_execute")
    shell.events.trigger("post_run_cell", result)
    return result


def _tell_with_room(shell: ZMQInteractiveShell, kind: type, error: Any, trace: Any, tb_offset: Any = None) -> None:
    limit_memory(None)
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def _refuse_input(name: str, *ignored: object, **also: object) -> str:
    raise StdinNotImplementedError(f"{name} was called, but this frontend does not support input requests.")
