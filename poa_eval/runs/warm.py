"""Warm process: what the process from which all others are forked loads and does once, before any call.

It is multiprocessing's forkserver, which imports this module first; in any other process the import is harmless.
"""

import gc
import os
import sys
from contextlib import suppress
from threading import Event, Thread

from poa_eval.processes import ASKER

_UNUSED = "rfc3987_syntax"  # what others load, slowly, and never use here


def warm_up(asker: int) -> None:
    """Load, and do once, what each report needs, in one thread; end with the process that has asked for it."""
    ready = Event()
    watch = Thread(target=_end_without, args=(asker, ready), daemon=True)  # afterwards the server itself sees to that
    watch.start()
    gc.set_threshold(500_000, 20, 100)  # what is loaded here stays; a notebook's process is too short to look often
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # a process with several threads cannot be forked safely
    os.environ.setdefault("JE_ARROW_MALLOC_CONF", "background_thread:false")
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # as a kernel has it
    sys.modules.setdefault(_UNUSED, None)  # type: ignore[arg-type]
    try:
        from poa_eval.runs import rehearsal  # here, and not above: NumPy looks at the environment while it is loaded

        with suppress(Exception):  # a rehearsal that fails costs time, and never the run
            rehearsal.rehearse()
        with suppress(OSError):  # nor does a shell that finds no room
            rehearsal.make_shell()
    finally:
        if sys.modules[_UNUSED] is None:
            del sys.modules[_UNUSED]
        ready.set()
        watch.join()
        gc.freeze()  # what is here is shared with every process as it is


def _end_without(asker: int, ready: Event) -> None:
    while not ready.wait(0.2):
        if os.getppid() != asker:
            os._exit(1)


if ASKER in os.environ:  # only as the server is started
    warm_up(int(os.environ.pop(ASKER)))
