"""Run quarters: every notebook, every page, table and piece of evidence, as one batch, here or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from poa_eval.errors import ClusterError, ParamsError, PoaError, explain_system
from poa_eval.runs.quarter_run import QuarterRun, RunOutcome, find_folder
from poa_eval.runs.warm import make_pool

if TYPE_CHECKING:
    from poa_eval.runs.quarter_run import Pool

ProgressCallback = Callable[[int, int, str, int], None]


def run_quarter(params_path: str | Path, **options: object) -> RunOutcome:
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
) -> Iterator[tuple[Path, RunOutcome | PoaError]]:
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
        Called with the reports done, their number (0: not known yet), a Spanish text, and how many failed.

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
    runs: list[QuarterRun] = []
    waiting: dict[Future, QuarterRun] = {}

    def tell(text: str) -> None:
        if on_progress:
            total = sum(len(run.todo) for run in runs)
            on_progress(total - len(waiting), total, text, sum(len(run.failed) for run in runs))

    def attempt(run: QuarterRun, step: Callable, *args: object) -> object:
        """Take a step of a run, or return why it failed: then the run ends here, and the others go on."""
        try:
            return step(*args)
        except ClusterError:
            raise
        except (PoaError, OSError) as error:
            for future in [future for future in waiting if waiting[future] is run]:
                future.cancel()
                del waiting[future]
            run.release()
            return error if isinstance(error, PoaError) else run.explain(error)

    def collect(*, all_of_them: bool) -> Iterator[tuple[Path, RunOutcome | PoaError]]:
        """Take what has ended; all of them: until nothing is left."""
        while waiting:
            ended = wait(waiting, pool.patience if all_of_them else 0, FIRST_COMPLETED).done
            if not ended and not all_of_them:
                return
            if not ended:
                pool.check()
            for future in ended:
                run = waiting.pop(future, None)
                if run is None:  # it has failed with another report
                    continue
                outcome = attempt(run, run.take, future, pool)
                if outcome is None:
                    tell(run.last)
                    outcome = None if run.pending else attempt(run, run.finish, pool)
                if outcome is not None:
                    yield run.path, outcome

    paths = list({path.resolve(): path for path in map(Path, paths)}.values())
    _refuse_same_folder(paths, out, root)
    pool = _choose_pool(scheduler, jobs, timeout, memory)
    with ExitStack() as stack:
        for path in paths:
            try:
                run = QuarterRun(path, out, root, force)
            except (PoaError, OSError) as error:
                yield path, error if isinstance(error, PoaError) else explain_system(error)
                continue
            stack.callback(run.release)
            if run.is_complete():
                run.release()
                yield path, RunOutcome(run.folder)
                continue
            if not runs:  # the first with something to do
                stack.enter_context(pool)
            runs.append(run)
            tell("Lectura y comprobación de los documentos")
            outcome = attempt(run, run.prepare) or attempt(run, run.start, pool)
            waiting |= dict.fromkeys(() if outcome else run.pending, run)
            if outcome is None:
                tell("Informes")
                outcome = None if run.pending else attempt(run, run.finish, pool)
            if outcome is not None:
                yield path, outcome
            yield from collect(all_of_them=False)
        yield from collect(all_of_them=True)


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
        return make_pool(jobs, timeout=timeout, memory=memory)
    from poa_eval.runs.cluster import Cluster

    return Cluster(scheduler, timeout=timeout, memory=memory)
