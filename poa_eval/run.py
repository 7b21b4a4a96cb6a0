"""Run a quarter: every notebook, every page, table and piece of evidence, moved in whole or not at all.

What has not changed since the last run, or was finished by one that was cut short, is not made again (see `resume`).
"""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from poa_eval.errors import ArchivoError, Place
from poa_eval.isolate import Crew, start_server
from poa_eval.names import file_name, make_slug
from poa_eval.params import find_project, load_params
from poa_eval.produce import Report, Task, produce_report, redo_page
from poa_eval.resume import Memory, hash_files, list_versions, make_key
from poa_eval.values import QUARTERS

if TYPE_CHECKING:
    import pandas as pd

    from poa_eval.quarter import Quarter

UNIT_NOTEBOOK = "informe_unidad.ipynb"
INSTITUTION_NOTEBOOK = "informe_institucional.ipynb"

Progress = Callable[[int, int, str, int], None]


@dataclass(frozen=True)
class RunOutcome:
    """What a run left.

    Parameters
    ----------
    carpeta : Path
        Folder of the run.
    fallidas : tuple of (str or None, str)
        Unit (None: the institution's report) and message of each report that could not be made.
    elaborados : int
        Reports that were made; the others had not changed.
    """

    carpeta: Path
    fallidas: tuple[tuple[str | None, str], ...] = ()
    elaborados: int = 0


@dataclass(frozen=True, eq=False)
class _Job:
    """One report to make, and where it goes."""

    unidad_id: str | None
    unidad: str
    titulo: str
    cuaderno: str
    copia: str
    pagina: str


def run_quarter(
    params_path: str | Path,
    *,
    out: str | Path | None = None,
    root: str | Path | None = None,
    jobs: int | None = None,
    timeout: float | None = None,
    memory: int | None = None,
    force: bool = False,
    on_progress: Progress | None = None,
) -> RunOutcome:
    """Make the reports of a quarter, named like its params file.

    Everything is written beside its place and moved in at the end, so that a run appears whole or not at all. A unit
    whose notebook fails gets a page that says so and does not stop the others. A report of which nothing has changed
    is not made again.

    Parameters
    ----------
    params_path : str or Path
        Params file of the quarter.
    out : str or Path, optional
        Folder in which the run's folder is made; ``reports/`` of the project if not given.
    root : str or Path, optional
        The project; that of the params file if not given.
    jobs : int, optional
        Reports made at a time; as many as there are cores if not given.
    timeout : float, optional
        Seconds that a notebook may take.
    memory : int, optional
        Bytes that a notebook may take; its share of the machine's if not given.
    force : bool, default False
        Make everything again.
    on_progress : callable, optional
        Called with the reports done, their number (0: not known yet), a Spanish text, and how many failed.

    Returns
    -------
    RunOutcome
        Folder of the run and what failed.

    Raises
    ------
    PoaError
        If params or sources are wrong (nothing is written then), or the folder cannot be written.
    """
    report_progress = on_progress or (lambda done, total, text, failed: None)
    started = time.perf_counter()
    params_path = Path(params_path)
    params = load_params(params_path)
    root = find_project(params_path) if root is None else Path(root)
    folder = (Path(out) if out is not None else root / "reports") / params_path.stem
    new = _beside(folder, "nuevo")
    _recover(folder)
    notebooks = {name: _read_notebook(root, name) for name in (INSTITUTION_NOTEBOOK, UNIT_NOTEBOOK)}
    remembered = Memory(folder, new)
    whole = make_key(params_path.name, params.plain(), notebooks, _hash_inputs(params.plain(), root))
    if not force and remembered.is_complete(whole):
        shutil.rmtree(new, ignore_errors=True)
        return RunOutcome(folder)

    start_server()  # which loads what the notebooks need while the documents are read here
    report_progress(0, 0, "Lectura y comprobación de los documentos", 0)
    from poa_eval.ask import refuse_filled
    from poa_eval.quarter import prepare_quarter

    refuse_filled(folder)
    quarter = prepare_quarter(params, root)
    todo = _plan_jobs(quarter)
    times: dict = {"preparar": _seconds_since(started), "cuadernos": {}}
    try:
        _clear(new, keep=not force)
        made: dict[_Job, Report] = {}
        with Crew(jobs, timeout=timeout, memory=memory) as crew:
            futures = _start_jobs(todo, quarter, notebooks, crew, None if force else remembered, new)
            pending = {future: (job, key) for job, key, future in futures if future is not None}
            writing = time.perf_counter()
            _write_results(quarter, new)
            times["escribir"] = _seconds_since(writing)
            failed: dict[_Job, str] = {}
            done = len(todo) - len(pending)
            report_progress(done, len(todo), "Informes", 0)
            for future in as_completed(pending):
                (job, key), report = pending[future], future.result()
                made[job] = report
                times["cuadernos"][job.copia] = round(report.segundos, 3)
                files = _write_report(job, report, new)
                if report.mensaje is None:
                    remembered.keep(job.copia, key, files)
                else:
                    failed[job] = report.mensaje
                done += 1
                report_progress(done, len(todo), job.unidad, len(failed))
            institution, *units = todo
            if any(job in failed for job in units):
                _tell_failures(institution, units, made, failed, crew, new)
        _write_json(new / "run.json", _describe_run(quarter, params_path, notebooks, todo, failed))
        _drop_others(new, {path for job in todo for path in (f"cuadernos/{job.copia}", job.pagina)})
        _move_in(folder, new)
        remembered.close(None if failed else whole, {job.copia for job in todo if job not in failed})
        _write_json(folder.with_name(f"{folder.name}.tiempos.json"), times | {"total": _seconds_since(started)})
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        raise ArchivoError(
            "una carpeta en la que no se pudo escribir",
            "una carpeta con permiso de escritura y espacio, que ningún programa tenga abierta",
            "cierre los archivos del informe anterior, revise el permiso y el espacio, y repita la ejecución",
            lugar=Place(str(folder)),
        ) from error
    return RunOutcome(folder, tuple((job.unidad_id, failed[job]) for job in todo if job in failed), len(made))


def _plan_jobs(quarter: Quarter) -> list[_Job]:
    """List the reports to make: the institution's first, because it takes longest."""
    params = quarter.params
    period = f"{QUARTERS[params.trimestre - 1]} trimestre de {params.ejercicio}"
    title = f"{params.institucion} · {period}"
    jobs = [_Job(None, params.institucion, title, INSTITUTION_NOTEBOOK, INSTITUTION_NOTEBOOK, "index.html")]
    for unidad_id, unidad in quarter.plan.unidades[["unidad_id", "unidad"]].itertuples(index=False, name=None):
        stem = file_name(unidad_id)
        copy, page = f"unidad-{stem}.ipynb", f"unidades/{stem}.html"
        jobs.append(_Job(unidad_id, unidad, f"{unidad} · {period}", UNIT_NOTEBOOK, copy, page))
    return jobs


def _start_jobs(
    todo: list[_Job], quarter: Quarter, notebooks: dict[str, str], crew: Crew, remembered: Memory | None, new: Path
) -> Iterator[tuple[_Job, str, Future | None]]:
    """Start each report that must be made, and write the others; yield each with its key."""
    down = {"enlaces": [(job.pagina, _name_unit(job)) for job in todo[1:]]}
    up = {"volver": ("../index.html", quarter.params.institucion)}
    for job in todo:
        own = quarter if job.unidad_id is None else quarter.unit(job.unidad_id)
        parameters = quarter.params.plain() | ({} if job.unidad_id is None else {"unidad": job.unidad_id})
        about = (job.cuaderno, notebooks[job.cuaderno], parameters)
        ends = (job.titulo, down if job.unidad_id is None else up)
        key = make_key(about, ends, own.fingerprint())
        files = remembered.find(job.copia, key) if remembered else None
        if files is None:
            task = Task(*about, pickle.dumps(own), str(quarter.root), *ends)
            yield job, key, crew.submit(produce_report, task, crew)
        else:
            for path, content in files.items():
                (new / path).write_bytes(content)
            yield job, key, None


def _write_report(job: _Job, report: Report, new: Path) -> dict[str, bytes]:
    files = {f"cuadernos/{job.copia}": report.cuaderno.encode(), job.pagina: report.pagina.encode()}
    for path, content in files.items():
        (new / path).write_bytes(content)
    return files


def _tell_failures(institution: _Job, units: list[_Job], made: dict, failed: dict, crew: Crew, new: Path) -> None:
    """Say on the institution's page which units' reports could not be made."""
    links = tuple((job.pagina, _name_unit(job) + (" (no se pudo elaborar)" if job in failed else "")) for job in units)
    warnings = [f"No se pudo elaborar el informe de «{job.unidad}». {failed[job]}" for job in units if job in failed]
    report = made.get(institution)
    if report is None:
        text = (new / "cuadernos" / institution.copia).read_text(encoding="utf-8")
        report = Report(text, "", None, 0)
    _write_report(institution, redo_page(report, institution.titulo, warnings, links, crew), new)


def _name_unit(job: _Job) -> str:
    """Name a unit by code and name, or by its name alone where the id was made of it."""
    made = job.unidad_id.startswith(make_slug(job.unidad))
    return job.unidad if made else f"{job.unidad_id} · {job.unidad}"


def _write_results(quarter: Quarter, new: Path) -> None:
    """Write what the run leaves besides reports and evidence."""
    from poa_eval.ask import write_observations
    from poa_eval.book import write_book
    from poa_eval.write import write_tables

    (new / "datos").mkdir()
    write_tables(_output_tables(quarter), new / "datos")
    write_observations(quarter, new)
    write_book(quarter, new / "evaluacion.xlsx")


def _output_tables(quarter: Quarter) -> dict[str, pd.DataFrame]:
    from poa_eval.evaluability import assess
    from poa_eval.ledger import COLUMNS, reconcile

    evaluation = quarter.evaluacion
    return {
        **quarter.plan.tables(),
        "hallazgos": quarter.hallazgos,
        "conciliacion": reconcile(quarter.plan)[list(COLUMNS)],
        "evaluabilidad": assess(quarter.plan).actividades,
        "evaluacion_actividades": evaluation.actividades,
        "evaluacion_unidades": evaluation.unidades,
        "evaluacion_institucion": evaluation.institucion,
    }


def _describe_run(quarter: Quarter, params_path: Path, notebooks: dict, jobs: list[_Job], failed: dict) -> dict:
    """Gather the evidence of a run: nothing in it varies from one run to the next on the same input."""
    institution, *units = jobs
    return {
        "params": params_path.name,
        "parametros": quarter.params.plain(),
        "fuentes": json.loads(quarter.fuentes.to_json(orient="records")),
        "cuadernos": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in notebooks.items()},
        "versiones": list_versions(),
        "resultado": {
            "institucion": failed.get(institution, "correcto"),
            "unidades": {job.unidad_id: failed.get(job, "correcto") for job in units},
        },
    }


def _read_notebook(root: Path, name: str) -> str:
    path = root / "notebooks" / name
    if not path.is_file():
        way_out = "recupere la carpeta notebooks/ del proyecto"
        raise ArchivoError("el cuaderno no existe", "un cuaderno", way_out, lugar=Place(f"notebooks/{name}"))
    return path.read_bytes().decode("utf-8")


def _hash_inputs(value: object, root: Path) -> list[str]:
    """Return the sha256 of each file that the params name, alone or in a folder."""
    if isinstance(value, str):
        path = root / value
        if path.is_dir():
            return [*hash_files(path).values()]
        return [hashlib.sha256(path.read_bytes()).hexdigest()] if path.is_file() else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [digest for part in parts for digest in _hash_inputs(part, root)]


def _seconds_since(moment: float) -> float:
    return round(time.perf_counter() - moment, 3)


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{what}")


def _recover(folder: Path) -> None:
    """Put the folder right after a run that was cut short, and refuse one that no run has made."""
    old = _beside(folder, "anterior")
    if old.exists() and not folder.exists():
        old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists() and not (folder / "run.json").is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArchivoError(
            "ya existe y no la hizo una ejecución (no tiene run.json)",
            "una carpeta nueva o la de una ejecución anterior",
            "muévala o elija otra carpeta con --out",
            lugar=Place(str(folder)),
        )


def _clear(new: Path, *, keep: bool) -> None:
    """Empty the folder in which a run is written; keep the reports that one that was cut short has finished."""
    for path in list(new.glob("*")) if new.exists() else ():
        if path.name not in ("cuadernos", "unidades", "index.html") or not keep:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in ("cuadernos", "unidades"):
        (new / name).mkdir(parents=True, exist_ok=True)


def _drop_others(new: Path, paths: set[str]) -> None:
    """Drop reports that are not of this run, but of one that was cut short."""
    for path in [*new.glob("cuadernos/*"), *new.glob("unidades/*")]:
        if path.relative_to(new).as_posix() not in paths:
            path.unlink()


def _move_in(folder: Path, new: Path) -> None:
    old = _beside(folder, "anterior")
    try:
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except OSError:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_json(path: Path, content: dict) -> None:
    _write(path, json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
