"""Run a quarter: every notebook by papermill, every page, table and piece of evidence, moved in whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pandas as pd

import poa_eval
from poa_eval.ask import refuse_filled, write_observations
from poa_eval.book import write_book
from poa_eval.errors import ArchivoError, Place
from poa_eval.evaluability import assess
from poa_eval.execute import execute_notebook
from poa_eval.ledger import COLUMNS, reconcile
from poa_eval.names import file_name, make_slug
from poa_eval.params import Params, find_root, load_params
from poa_eval.quarter import Quarter, prepare_quarter
from poa_eval.report import error_page, export_html
from poa_eval.write import write_tables

UNIT_NOTEBOOK = "informe_unidad.ipynb"
INSTITUTION_NOTEBOOK = "informe_institucional.ipynb"
_LIBRARIES = ("jinja2", "matplotlib", "nbconvert", "numpy", "pandas", "papermill", "python-calamine")
_ORDINALS = {1: "primer", 2: "segundo", 3: "tercer", 4: "cuarto"}
_MAX_KERNELS = 4

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class RunOutcome:
    """What a run left.

    Parameters
    ----------
    carpeta : Path
        Folder of the run.
    fallidas : tuple of (str or None, str)
        Unit (None: the institution's report) and message of each report that could not be made.
    """

    carpeta: Path
    fallidas: tuple[tuple[str | None, str], ...] = ()


@dataclass(frozen=True, eq=False)
class _Job:
    """One notebook to execute, and where its page goes."""

    unidad_id: str | None
    unidad: str
    titulo: str
    cuaderno: str
    copia: str
    pagina: str
    parametros: dict


def run_quarter(
    params_path: str | Path, *, out: str | Path | None = None, on_progress: Progress | None = None
) -> RunOutcome:
    """Make the reports of a quarter, named like its params file.

    Everything is written beside its place and moved in at the end, so that a run appears whole or not at all. A unit
    whose notebook fails gets a page that says so and does not stop the others.

    Parameters
    ----------
    params_path : str or Path
        Params file of the quarter.
    out : str or Path, optional
        Folder in which the run's folder is made; ``reports/`` of the project if not given.
    on_progress : callable, optional
        Called with the notebooks done, their number (0: not known yet) and a Spanish text.

    Returns
    -------
    RunOutcome
        Folder of the run and what failed.

    Raises
    ------
    PoaError
        If params or sources are wrong (nothing is written then), or the folder cannot be written.
    """
    report_progress = on_progress or (lambda done, total, text: None)
    started = time.perf_counter()
    params_path = Path(params_path)
    params = load_params(params_path)
    root = _find_project(params_path)
    folder = (Path(out) if out is not None else root / "reports") / params_path.stem
    _recover(folder)
    refuse_filled(folder)
    report_progress(0, 0, "Lectura y comprobación de los documentos")
    quarter = prepare_quarter(params, root)
    jobs = _plan_jobs(quarter)
    hashes = _hash_notebooks(root / "notebooks")
    times: dict = {"preparar": _seconds_since(started), "cuadernos": {}}

    new = _beside(folder, "nuevo")
    try:
        for name in ("unidades", "cuadernos", "datos"):
            (new / name).mkdir(parents=True)
        failed = _run_jobs(jobs, new, root, times, report_progress)
        writing = time.perf_counter()
        write_tables(_output_tables(quarter), new / "datos")
        write_observations(quarter, new)
        write_book(quarter, new / "evaluacion.xlsx")
        _write_json(new / "run.json", _describe_run(quarter, params_path, hashes, jobs, failed))
        _move_in(folder, new)
        times |= {"escribir": _seconds_since(writing), "total": _seconds_since(started)}
        _write_json(folder.with_name(f"{folder.name}.tiempos.json"), times)
    except OSError as error:
        raise ArchivoError(
            "una carpeta en la que no se pudo escribir",
            "una carpeta con permiso de escritura y espacio, que ningún programa tenga abierta",
            "cierre los archivos del informe anterior, revise el permiso y el espacio, y repita la ejecución",
            lugar=Place(str(folder)),
        ) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return RunOutcome(folder, tuple((job.unidad_id, failed[job]) for job in jobs if job in failed))


def _plan_jobs(quarter: Quarter) -> list[_Job]:
    """List the notebooks to execute: the institution's first, because it takes longest."""
    params = quarter.params
    shared = params.plain()
    period = f"{_ORDINALS[params.trimestre]} trimestre de {params.ejercicio}"
    title = f"{params.institucion} · {period}"
    jobs = [_Job(None, params.institucion, title, INSTITUTION_NOTEBOOK, INSTITUTION_NOTEBOOK, "index.html", shared)]
    for unidad_id, unidad in quarter.plan.unidades[["unidad_id", "unidad"]].itertuples(index=False, name=None):
        stem = file_name(unidad_id)
        copy, page = f"unidad-{stem}.ipynb", f"unidades/{stem}.html"
        parameters = shared | {"unidad": unidad_id}
        jobs.append(_Job(unidad_id, unidad, f"{unidad} · {period}", UNIT_NOTEBOOK, copy, page, parameters))
    return jobs


def _run_jobs(jobs: list[_Job], new: Path, root: Path, times: dict, report_progress: Progress) -> dict[_Job, str]:
    """Execute all notebooks, a few kernels at a time, and write copies and pages; return what failed and why."""
    failed: dict[_Job, str] = {}
    notebooks = {}
    report_progress(0, len(jobs), "Informes")
    pool = ThreadPoolExecutor(min(os.cpu_count() or 1, _MAX_KERNELS), thread_name_prefix="cuaderno")
    try:
        source = root / "notebooks"
        futures = {pool.submit(execute_notebook, source / job.cuaderno, job.parametros, cwd=root): job for job in jobs}
        for done, future in enumerate(as_completed(futures), start=1):
            job, result = futures[future], future.result()
            _write(new / "cuadernos" / job.copia, result.to_text())
            times["cuadernos"][job.copia] = round(result.segundos, 3)
            if result.mensaje is not None:
                failed[job] = result.mensaje
            notebooks[job] = result.cuaderno
            report_progress(done, len(jobs), job.unidad)
    finally:
        pool.shutdown(cancel_futures=True)
    institution, *units = jobs
    for job in units:
        _write_page(job, notebooks[job], new, failed, volver=("../index.html", institution.unidad))
    links = [(job.pagina, _name_unit(job) + (" (no se pudo elaborar)" if job in failed else "")) for job in units]
    warnings = [f"No se pudo elaborar el informe de «{job.unidad}». {failed[job]}" for job in units if job in failed]
    _write_page(institution, notebooks[institution], new, failed, avisos=warnings, enlaces=links)
    return failed


def _write_page(job: _Job, notebook, new: Path, failed: dict[_Job, str], *, avisos=(), **links) -> None:
    page = None
    if job not in failed:
        try:
            page = export_html(notebook, titulo=job.titulo, avisos=avisos, **links)
        except Exception as error:  # one page that fails, for whatever reason, does not stop the others
            failed[job] = f"No se pudo convertir el cuaderno en página ({type(error).__name__}: {error})."
    _write(new / job.pagina, page or error_page(job.titulo, failed[job], **links))


def _name_unit(job: _Job) -> str:
    """Name a unit by code and name, or by its name alone where the id was made of it."""
    made = job.unidad_id.startswith(make_slug(job.unidad))
    return job.unidad if made else f"{job.unidad_id} · {job.unidad}"


def _output_tables(quarter: Quarter) -> dict[str, pd.DataFrame]:
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


def _describe_run(quarter: Quarter, params_path: Path, hashes: dict, jobs: list[_Job], failed: dict[_Job, str]) -> dict:
    """Gather the evidence of a run: nothing in it varies from one run to the next on the same input."""
    params: Params = quarter.params
    institution, *units = jobs
    return {
        "params": params_path.name,
        "parametros": params.plain(),
        "fuentes": json.loads(quarter.fuentes.to_json(orient="records")),
        "cuadernos": hashes,
        "versiones": {
            "poa_eval": poa_eval.__version__,
            "python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
        },
        "resultado": {
            "institucion": failed.get(institution, "correcto"),
            "unidades": {job.unidad_id: failed.get(job, "correcto") for job in units},
        },
    }


def _find_project(params_path: Path) -> Path:
    """Return the project of the params file, or else the one that the command runs in."""
    root = find_root(params_path)
    return root if (root / "notebooks").is_dir() else find_root(Path.cwd())


def _hash_notebooks(folder: Path) -> dict[str, str]:
    hashes = {}
    for name in (INSTITUTION_NOTEBOOK, UNIT_NOTEBOOK):
        if not (folder / name).is_file():
            way_out = "recupere la carpeta notebooks/ del proyecto"
            raise ArchivoError("el cuaderno no existe", "un cuaderno", way_out, lugar=Place(f"notebooks/{name}"))
        hashes[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return hashes


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
    shutil.rmtree(_beside(folder, "nuevo"), ignore_errors=True)
    if folder.exists() and not (folder / "run.json").is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArchivoError(
            "ya existe y no la hizo una ejecución (no tiene run.json)",
            "una carpeta nueva o la de una ejecución anterior",
            "muévala o elija otra carpeta con --out",
            lugar=Place(str(folder)),
        )


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
