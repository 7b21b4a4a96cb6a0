"""Cluster: the same calls as `WorkerPool` runs here, on the workers of a Dask cluster that is already there.

A call carries its data and brings back its result: workers need the same packages, but no disk in common.
"""

import asyncio
import logging
import pickle
import re
import warnings
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from multiprocessing import current_process
from typing import Any

from poa_eval.errors import ClusterError, ParamsError, Place
from poa_eval.processes import CallDiedError, WorkerPool
from poa_eval.runs.cache import describe_software

try:
    import distributed
except ImportError:  # the extra is not installed
    distributed = None  # type: ignore[assignment]

_ADDRESS = re.compile(r"(\w+://)?([^\s:/@\[\]]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}")  # an IPv6 host in brackets


class Cluster:
    """Runs calls on the cluster of a scheduler, as a `WorkerPool` does on this machine; a context.

    The limits are those of `WorkerPool`, of each call on its worker.

    Raises
    ------
    ParamsError
        The address cannot be one: ``tcp://host:8786``.
    ClusterError
        On entering: the extra is not installed, there is no scheduler, or it has no worker.
    """

    patience = 10  #: seconds to reach the scheduler or see a worker, and without a result after which to `check`

    def __init__(self, address: str, *, timeout: float | None = None, memory: int | None = None):
        if not _ADDRESS.fullmatch(address):
            raise ParamsError(
                f"«{address}» en --scheduler" if address.strip() else "--scheduler, sin nada escrito en él",
                "la dirección de un planificador de Dask: tcp://HOST:PUERTO (el puerto suele ser 8786)",
                "copie la que muestra `dask scheduler` al empezar, o quite --scheduler para usar esta máquina",
            )
        self._address, self._limits = address, {"timeout": timeout, "memory": memory}

    def __enter__(self) -> "Cluster":
        """Connect, and return itself."""
        if distributed is None:
            raise ClusterError(
                "--scheduler, sin las bibliotecas que pide",
                "poa-eval instalado con su extra «cluster»",
                "instale poa-eval[cluster], o quite --scheduler para usar esta máquina",
            )
        for name in ("distributed", "distributed.client", "distributed.core", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what is wrong is said once, in Spanish
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # other versions: each call compares those that matter
            self._find_scheduler()
            try:
                self._client = distributed.Client(self._address, timeout=self.patience, set_as_default=False)
            except (OSError, ValueError) as error:
                raise self._complain(_NOBODY, _RUNNING) from error
        try:
            self.check()
        except ClusterError:
            self._client.close()
            raise
        self._executor = self._client.get_executor(pure=False)
        return self

    def _find_scheduler(self) -> None:
        """Ask who is there: a client would wait for ever for a program of another kind."""
        with ThreadPoolExecutor(1) as thread:  # in this one a loop may run: a notebook's
            try:
                kind = thread.submit(asyncio.run, _ask_kind(self._address, self.patience)).result()
            except Exception as error:  # whatever an unknown program makes of the question
                raise self._complain(_NOBODY, _RUNNING) from error
        if kind != "Scheduler":
            raise self._complain(f"no es un planificador de Dask, sino otro de sus programas ({kind})", _RUNNING)

    def __exit__(self, *error: object) -> None:
        """Give up what still waits, and disconnect."""
        if self._client.status == "running":
            self._executor.shutdown(wait=False)
        self._client.close(timeout=2)

    def submit(self, function: Callable[..., Any], *args: object) -> Future:
        """Schedule a call of an importable function, which gets a `WorkerPool` first."""
        return self._executor.submit(_work, describe_software(), self._limits, pickle.dumps((function, args)))

    def check(self) -> None:
        """See whether there is a worker, or one comes within some seconds."""
        try:
            self._client.wait_for_workers(1, timeout=self.patience)
        except Exception as error:  # of its own or of the system's kind, by version
            raise self._complain("el planificador no tiene trabajadores", "al menos un `dask worker`") from error

    def result(self, future: Future) -> Any:
        """Return what a call returned; `CallDiedError` where it has cost several workers their life."""
        try:
            return future.result()
        except distributed.KilledWorker:
            raise CallDiedError from None
        except CancelledError:
            raise self._complain("se perdió la conexión con el planificador", _RUNNING) from None
        except ClusterError:
            raise
        except Exception as error:  # whatever it is, it is not of one notebook: those are told in results
            what = f"el clúster no pudo con una tarea ({type(error).__name__}: {str(error)[:200]})"
            raise self._complain(what, _SAME) from error

    def _complain(self, what: str, expected: str) -> ClusterError:
        way_out = (
            "revise la dirección y el clúster, y repita la ejecución: lo terminado se conserva (sin --scheduler se "
            "ejecuta en esta máquina)"
        )
        return ClusterError(what, expected, way_out, lugar=Place(self._address))


_NOBODY, _RUNNING = "no respondió ningún planificador de Dask", "un planificador en marcha"
_SAME = "planificador y trabajadores con la misma instalación de poa-eval[cluster] que esta máquina"


async def _ask_kind(address: str, patience: float) -> str:
    """Return what kind of Dask's programs answers there."""
    there = distributed.rpc(address, connection_args=distributed.Security().get_connection_args("client"))
    try:
        return (await asyncio.wait_for(there.identity(), patience))["type"]
    finally:
        await there.close_rpc()


def _work(software: dict[str, str], limits: dict, call: bytes) -> Any:
    """Make a call, on a worker."""
    worker, here = distributed.get_worker(), describe_software()
    for name in sorted(software.keys() | here.keys()):
        one, other = (known.get(name, "ninguna") for known in (here, software))
        if one != other:
            what = f"otra versión de {name}: {one}; en la máquina que pide los informes, {other}"
            raise ClusterError(what, _SAME, "instale lo mismo en todas las máquinas", lugar=Place(worker.address))
    # A nanny's worker may not start processes, lest they outlive it; a pool's end with it by themselves.
    current_process().daemon = False
    function, args = pickle.loads(call)
    return function(WorkerPool(worker.state.nthreads, **limits), *args)
