"""Processes: run a call in a process of its own, forked from a warm one, within a limit of time and of memory.

Nothing passes from one call to the next, a crash ends with its process, and no process outlives the one that asked.
"""

import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection, current_process, get_all_start_methods, get_context, set_start_method
from threading import Lock, Thread
from types import ModuleType
from typing import Any

if sys.platform != "win32":
    import fcntl
    import resource
    from multiprocessing import forkserver, resource_tracker

#: Sockets lie in the folder of temporary files, whose path may have so many signs.
LONGEST = 70
CAN_FORK = "forkserver" in get_all_start_methods() and len(tempfile.gettempdir()) < LONGEST
#: Names in the environment of the server, while it starts, the process that asked for it: with that one the server is
#: to end while it does not look at its pipe yet.
ASKER = "POA_EVAL_PID"

_WARM = "poa_eval.runs.warm"  # the module that the server imports first
_END, _FAILED = "fin", "error"
_starting = Lock()


class CallDiedError(Exception):
    """The process ended before its call did."""


class CallTimeoutError(Exception):
    """The call took longer than it may, and its process was ended."""


def start_server() -> None:
    """Start the server of processes, the warm one, without waiting for it, where the system can fork."""
    if CAN_FORK:
        get_context("forkserver").set_forkserver_preload([_WARM])
        with _starting:
            resource_tracker.ensure_running()  # which unblocks what is blocked here
            os.environ[ASKER] = str(os.getpid())
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Ctrl-C is for who asked, who ends it
            forkserver.ensure_running()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            del os.environ[ASKER]


class WorkerPool:
    """Runs calls side by side, each in its own process; a context, at whose end no process is left.

    Parameters
    ----------
    jobs : int, optional
        How many at a time; as many as there are cores if not given.
    timeout : float, optional
        Seconds that a call may take.
    memory : int, optional
        Bytes of address space that a call may take; its share of the machine if not given.
    """

    patience = None  #: seconds without a result after which to `check`; None: never

    def __init__(self, jobs: int | None = None, *, timeout: float | None = None, memory: int | None = None):
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self.jobs = jobs or cores
        self.timeout, self.memory = timeout, memory or _share_memory(self.jobs)
        self._threads = ThreadPoolExecutor(self.jobs, thread_name_prefix="informe")
        self._running: set = set()
        self._closed = False

    def __enter__(self) -> "WorkerPool":
        """Start the server, and return itself."""
        start_server()
        return self

    def __exit__(self, *error: object) -> None:
        """End what still runs."""
        with _starting:  # what is being started is in the list then
            self._closed = True
        for process in list(self._running):
            _kill(process)
        self._threads.shutdown(cancel_futures=True)

    def submit(self, function: Callable[..., Any], *args: object) -> Future:
        """Schedule a call of a function, which gets this pool first."""
        return self._threads.submit(function, self, *args)

    def check(self) -> None:
        """See after `patience` seconds whether calls can still be made: here always."""

    def result(self, future: Future) -> Any:
        """Return what a call returned."""
        return future.result()

    def iterate(self, steps: Callable[..., Iterator[Any]], *args: object, is_timed: bool = True) -> Iterator[Any]:
        """Run a generator of an importable module in a process of its own, and yield what it yields.

        `CallDiedError` and `CallTimeoutError`: the process died, or took too long and was killed.
        """
        start_server()
        context = get_context("forkserver")
        receiver, sender = context.Pipe(duplex=False)
        watched, held = context.Pipe(duplex=False)  # nothing is written here: it closes with this process
        process = context.Process(target=_serve, args=(sender, watched, self.memory, steps, args), daemon=True)
        with receiver, held:
            with _starting, _hide_main():
                if self._closed:
                    raise CallDiedError
                process.start()
                self._running.add(process)
            sender.close()
            watched.close()
            try:
                yield from _receive(receiver, process.sentinel, self.timeout if is_timed else None)
            finally:
                _kill(process)
                process.join()
                self._running.discard(process)


def _receive(receiver: Any, end_of_process: int, timeout: float | None) -> Iterator[Any]:
    end = None if timeout is None else time.monotonic() + timeout
    while True:
        ready = connection.wait([receiver, end_of_process], None if end is None else max(0, end - time.monotonic()))
        if not ready:
            raise CallTimeoutError
        if not receiver.poll(0):  # it ended, whoever of those it left behind still holds the other end
            raise CallDiedError
        try:
            kind, value = receiver.recv()
        except (EOFError, OSError):
            raise CallDiedError from None
        if kind == _FAILED:
            raise RuntimeError(value)
        if kind == _END:
            return
        yield value


def _serve(sender: Any, watched: Any, memory: int | None, steps: Callable[..., Iterator[Any]], args: tuple) -> None:
    """Run the generator: the whole life of a process."""
    os.setpgid(0, 0)  # so that what a notebook starts ends with it
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    current_process().daemon = False  # it may start processes
    set_start_method(None, force=True)  # as in any other: what a cell defines cannot be loaded by a new interpreter
    _end_with_asker(watched)
    if memory:
        limit_memory(memory)
    try:
        for value in steps(*args):
            sender.send(("paso", value))
        sender.send((_END, None))
    except Exception:
        sender.send((_FAILED, traceback.format_exc()))
    sender.close()
    os._exit(0)  # nothing to tidy up, and it takes no time


def _end_with_asker(watched: Any) -> None:
    """Have this process and what it starts end with the one that asked for it, whatever a notebook does meanwhile."""
    if hasattr(fcntl, "F_SETSIG"):  # the system itself ends the group, once the other end of this pipe is closed
        pipe = watched.fileno()
        fcntl.fcntl(pipe, fcntl.F_SETOWN, -os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
        if not watched.poll(0):  # else it was closed before
            return
    Thread(target=_wait_for_asker, args=(watched,), daemon=True).start()


def _wait_for_asker(watched: Any) -> None:
    connection.wait([watched])
    os.killpg(0, signal.SIGKILL)


def limit_memory(amount: int | None) -> None:
    """Let this process take so much memory; None: all that it may, so that one that has used up its own can say so."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = hard if amount is None else amount if hard == resource.RLIM_INFINITY else min(amount, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _share_memory(jobs: int) -> int | None:
    """Return what one of so many processes may take of the machine's memory, at least 2 GiB; None where unknown."""
    try:
        return max(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // jobs, 2 << 30)
    except (AttributeError, OSError, ValueError):
        return None


def _kill(process: Any) -> None:
    for end in (os.killpg, os.kill):  # it may not lead its group yet
        try:
            end(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # so some systems name a process that has just ended
            continue


@contextmanager
def _hide_main() -> Iterator[None]:
    """Hide the main module meanwhile, or else each process imports the script that asked for it once more."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
