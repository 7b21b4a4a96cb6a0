"""Run quarters: every notebook, every page, table and piece of evidence, as one batch, here or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poa_eval.errors import ClusterError, ParamsError, PoaError, explain_system
from poa_eval.processes import WorkerPool
from poa_eval.runs.cache import RunCache
from poa_eval.runs.folder import RunOutcome, claim, drop_draft
from poa_eval.runs.inputs import find_folder, read_inputs

if TYPE_CHECKING:
    from poa_eval.runs.quarter_run import Pool, QuarterRun

#: Takes the reports done, their number (0: not known yet), a Spanish text, and how many failed.
ProgressCallback = Callable[[int, int, str, int], None]
Ended = tuple[Path, RunOutcome | PoaError]


def run_quarter(params_path: str | Path, **options: Any) -> RunOutcome:
    """Make the reports of one quarter; options are those of `run_quarters`.

    Raises
    ------
    PoaError
        If params or sources are wrong (nothing is written then), the folder cannot be written, or the cluster is lost.
    """
    ((_, outcome),) = run_quarters([params_path], **options)
    if isinstance(outcome, PoaError):
        raise outcome
    return outcome


def run_quarters(
    paths: Iterable[str | Path],
    *,
    out: str | Path | None = None,
    root: str | Path | None = None,
    jobs: int | None = None,
    timeout: float | None = None,
    memory: int | None = None,
    scheduler: str | None = None,
    force: bool = False,
    on_progress: ProgressCallback | None = None,
) -> Iterator[Ended]:
    """Make the reports of quarters, of one institution or of several, as one batch; each is named like its params file.

    Everything is written beside its place and moved in at the end, so that a run appears whole or not at all. A unit
    whose notebook fails gets a page that says so and does not stop the others; no more does a quarter that is wrong.
    A report of which nothing has changed is not made again.

    Parameters
    ----------
    paths : iterable of str or Path
        Params files of the quarters.
    out : str or Path, optional
        Folder in which the runs' folders are made; ``reports/`` of the project if not given.
    root : str or Path, optional
        The project; that of the params file if not given.
    jobs : int, optional
        Reports made at a time on this machine; as many as there are cores if not given.
    timeout : float, optional
        Seconds that a notebook may take.
    memory : int, optional
        Bytes that a notebook may take; its share of the machine's if not given.
    scheduler : str, optional
        Address of a Dask scheduler, on whose workers the reports are made instead.
    force : bool, default False
        Make everything again.
    on_progress : callable, optional
        Called at each step.

    Yields
    ------
    Path, RunOutcome or PoaError
        Each params file with what its run left, or why there is none, in the order in which they end.

    Raises
    ------
    ParamsError
        Two of them would be written into the same folder.
    ClusterError
        The cluster is not there, or was lost; finished reports are kept, and the next run takes them up.
    """
    named = list({path.resolve(): path for path in map(Path, paths)}.values())
    _refuse_same_folder(named, out, root)
    pool = _choose_pool(scheduler, jobs, timeout, memory)
    with ExitStack() as stack:
        batch: _Batch | None = None
        for path in named:
            try:
                inputs = read_inputs(path, out, root)
                release = claim(inputs.folder)
            except (PoaError, OSError) as error:
                yield path, error if isinstance(error, PoaError) else explain_system(error)
                continue
            stack.callback(release)
            cache = RunCache(inputs.folder)
            if not force and cache.is_complete(inputs.key):
                drop_draft(inputs.folder)
                release()
                yield path, RunOutcome(inputs.folder)
                continue
            if batch is None:
                stack.enter_context(pool)  # the warm process loads meanwhile
                from poa_eval.runs.quarter_run import QuarterRun  # reads documents: slow to load, not for nothing to do

                batch = _Batch(pool, on_progress)
            yield from batch.begin(QuarterRun(inputs, cache, pool, force=force, release=release))
            yield from batch.collect(patience=0)
        if batch is not None:
            yield from batch.collect(patience=pool.patience)


class _Batch:
    """Runs on their way, whose reports are made side by side in one pool."""

    def __init__(self, pool: Pool, on_progress: ProgressCallback | None) -> None:
        self._pool, self._on_progress = pool, on_progress
        self._runs: list[QuarterRun] = []
        self._waiting: dict[Future, QuarterRun] = {}

    def begin(self, run: QuarterRun) -> Iterator[Ended]:
        """Read the documents of a run and start its reports; yield it if it ends at once."""
        self._runs.append(run)
        self._tell("Lectura y comprobación de los documentos")
        outcome = self._attempt(run, run.prepare) or self._attempt(run, run.start)
        if outcome is None:
            self._waiting |= dict.fromkeys(run.pending, run)
            self._tell("Informes")
        yield from self._end(run, outcome)

    def collect(self, *, patience: float | None) -> Iterator[Ended]:
        """Take reports that were made, and yield each run that ends by them.

        After `patience` seconds without a report, see whether any can still come; 0: take what there is by now.
        """
        while self._waiting:
            made = wait(self._waiting, patience, FIRST_COMPLETED).done
            if not made:
                if patience == 0:
                    return
                self._pool.check()
            for future in made:
                run = self._waiting.pop(future, None)
                if run is None:  # it has failed with another report
                    continue
                outcome = self._attempt(run, run.take, future)
                if outcome is None:
                    self._tell(run.last)
                yield from self._end(run, outcome)

    def _end(self, run: QuarterRun, outcome: RunOutcome | PoaError | None) -> Iterator[Ended]:
        """Finish a run none of whose reports is pending; yield it if it has ended, in whatever way."""
        if outcome is None and not run.pending:
            outcome = self._attempt(run, run.finish)
        if outcome is not None:
            yield run.inputs.path, outcome

    def _attempt(self, run: QuarterRun, step: Callable, *args: object) -> RunOutcome | PoaError | None:
        """Take a step of a run, or return why it failed: then the run ends here, and the others go on."""
        try:
            return step(*args)
        except ClusterError:
            raise
        except (PoaError, OSError) as error:
            for future in [future for future in self._waiting if self._waiting[future] is run]:
                future.cancel()
                del self._waiting[future]
            run.release()
            return error if isinstance(error, PoaError) else run.explain(error)

    def _tell(self, text: str) -> None:
        if self._on_progress:
            total = sum(len(run.reports) for run in self._runs)
            failed = sum(len(run.failed) for run in self._runs)
            self._on_progress(total - len(self._waiting), total, text, failed)


def _refuse_same_folder(paths: Iterable[Path], out: str | Path | None, root: str | Path | None) -> None:
    """Refuse two params files whose runs would go into one folder, the later in place of the earlier."""
    known: dict[Path, Path] = {}
    for path in paths:
        folder = find_folder(path, out, root).resolve()
        if folder in known:
            raise ParamsError(
                f"dos archivos de parámetros con el mismo nombre: {known[folder]} y {path}",
                "un nombre para cada ejecución de una carpeta",
                "cambie el nombre de uno, o ejecútelos por separado con otra carpeta en --out",
            )
        known[folder] = path


def _choose_pool(scheduler: str | None, jobs: int | None, timeout: float | None, memory: int | None) -> Pool:
    if scheduler is None:
        return WorkerPool(jobs, timeout=timeout, memory=memory)
    from poa_eval.runs.cluster import Cluster  # slow to load, and few have one

    return Cluster(scheduler, timeout=timeout, memory=memory)
