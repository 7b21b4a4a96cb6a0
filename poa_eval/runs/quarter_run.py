"""Compose: the folder of one quarter: what is to be made, what has been, and moving it in whole.

What has not changed since the last run, or was finished by one that was cut short, is not made again (see `resume`).
"""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import time
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from poa_eval.config.params import Params, find_project, load_params
from poa_eval.errors import ArchivoError, Place, explain_system
from poa_eval.processes import CallDiedError
from poa_eval.runs.cache import RunCache, hash_files, list_versions, make_key
from poa_eval.runs.folder import clear, drop_others, hold, move_in, put_beside, recover
from poa_eval.runs.produce import give_up, produce_report, redo_page
from poa_eval.runs.task import MadeReport, ReportTask
from poa_eval.text.names import file_name

if TYPE_CHECKING:
    from poa_eval.processes import WorkerPool
    from poa_eval.quarter.quarter import Quarter
    from poa_eval.runs.cluster import Cluster

    Pool = WorkerPool | Cluster

UNIT_NOTEBOOK = "informe_unidad.ipynb"
INSTITUTION_NOTEBOOK = "informe_institucional.ipynb"


@dataclass(frozen=True)
class RunOutcome:
    """What a run left."""

    carpeta: Path
    #: Unit (None: the institution's report) and message of each report that could not be made.
    fallidas: tuple[tuple[str | None, str], ...] = ()
    elaborados: int = 0  # reports that were made; the others had not changed


@dataclass(frozen=True, eq=False)
class PlannedReport:
    """One report to make, and where it goes."""

    unidad_id: str | None
    unidad: str
    nombre: str  # by code and name
    titulo: str
    cuaderno: str
    copia: str
    pagina: str


class QuarterRun:
    """The run of one quarter on its way; its folder is held until it is released."""

    def __init__(self, path: Path, out: str | Path | None, root: str | Path | None, force: bool):
        self.path, self.params, self._force = path, load_params(path), force
        self.root = find_project(path) if root is None else Path(root)
        self.folder = find_folder(path, out, self.root)
        self._new = put_beside(self.folder, "nuevo")
        self.todo: list[PlannedReport] = []
        self.pending: dict[Future, tuple[PlannedReport, ReportTask, str]] = {}
        self.failed: dict[PlannedReport, str] = {}
        self.last = ""
        self._made = 0
        self._institution: MadeReport | None = None
        self._times: dict = {"cuadernos": {}}
        with ExitStack() as held:
            held.enter_context(hold(self.folder))
            recover(self.folder)
            names = (INSTITUTION_NOTEBOOK, UNIT_NOTEBOOK)
            self._notebooks = {name: _read_notebook(self.root, name) for name in names}
            self._cache = RunCache(self.folder, self._new)
            inputs = _hash_inputs(self.params, self.root)
            self._key = make_key(path.name, self.params.plain(), self._notebooks, inputs)
            self.release = held.pop_all().close

    def is_complete(self) -> bool:
        """Say whether there is nothing to do."""
        complete = not self._force and self._cache.is_complete(self._key)
        if complete:
            shutil.rmtree(self._new, ignore_errors=True)
        return complete

    def prepare(self) -> None:
        """Read and evaluate the documents."""
        from poa_eval.forms.observations import refuse_filled
        from poa_eval.quarter.prepare import prepare_quarter

        self._started = time.perf_counter()
        refuse_filled(self.folder)
        try:
            self._quarter = prepare_quarter(self.params, self.root)
        except OSError as error:  # a source is gone meanwhile
            raise explain_system(error) from error
        self.todo = _plan_jobs(self._quarter)
        self._times["preparar"] = self._seconds()

    def start(self, pool: Pool) -> None:
        """Start each report that must be made, and write the others and what the run leaves besides."""
        from poa_eval.runs.results import write_results

        clear(self._new, keep=not self._force)
        down = {"enlaces": [(job.pagina, job.nombre) for job in self.todo[1:]]}
        up = {"volver": ("../index.html", self.params.institucion)}
        units = self._quarter.units()
        for job in self.todo:  # the units in the plan's order
            own = self._quarter if job.unidad_id is None else next(units)
            parameters = self.params.plain() | ({} if job.unidad_id is None else {"unidad": job.unidad_id})
            about = (job.cuaderno, self._notebooks[job.cuaderno], parameters)
            ends = (job.titulo, down if job.unidad_id is None else up)
            key = make_key(about, ends, own.fingerprint())
            files = None if self._force else self._cache.find(job.copia, key)
            if files is None:
                task = ReportTask(*about, pickle.dumps(own), str(self.root), *ends)
                self.pending[pool.submit(produce_report, task)] = (job, task, key)
            else:
                self._write(files)
        before = self._seconds()
        write_results(self._quarter, self._new)
        self._times["escribir"] = round(self._seconds() - before, 3)

    def take(self, future: Future, pool: Pool) -> None:
        """Take a report that was made."""
        job, task, key = self.pending.pop(future)
        try:
            report = pool.result(future)
        except CallDiedError:
            report = give_up(task, "no se terminó, porque cayó una y otra vez el trabajador del clúster que lo tenía")
        self.last = job.unidad
        self._made += 1
        self._times["cuadernos"][job.copia] = round(report.segundos, 3)
        files = self._write_report(job, report)
        if report.mensaje is None:
            self._cache.keep(job.copia, key, files)
        else:
            self.failed[job] = report.mensaje
        if job.unidad_id is None:
            self._institution = report

    def finish(self, pool: Pool) -> RunOutcome:
        """Move the run in, now that all its reports are there."""
        institution, *units = self.todo
        if any(job in self.failed for job in units):
            self._tell_failures(institution, units, pool)
        _write_json(self._new / "run.json", self._describe())
        drop_others(self._new, {path for job in self.todo for path in (f"cuadernos/{job.copia}", job.pagina)})
        move_in(self.folder, self._new)
        right = {job.copia for job in self.todo if job not in self.failed}
        self._cache.close(None if self.failed else self._key, right)
        times = self.folder.with_name(f"{self.folder.name}.tiempos.json")
        _write_json(times, self._times | {"total": self._seconds()})
        self.release()
        failed = tuple((job.unidad_id, self.failed[job]) for job in self.todo if job in self.failed)
        return RunOutcome(self.folder, failed, self._made)

    def explain(self, error: OSError) -> ArchivoError:
        """Drop what was written, and say what is wrong with the folder."""
        shutil.rmtree(self._new, ignore_errors=True)
        told = ArchivoError(
            "una carpeta en la que no se pudo escribir",
            "una carpeta con permiso de escritura y espacio, que ningún programa tenga abierta",
            "cierre los archivos del informe anterior, revise el permiso y el espacio, y repita la ejecución",
            lugar=Place(str(self.folder)),
        )
        told.__cause__ = error
        return told

    def _tell_failures(self, institution: PlannedReport, units: list[PlannedReport], pool: Pool) -> None:
        """Say on the institution's page which units' reports could not be made."""
        failed, broken = self.failed, " (no se pudo elaborar)"
        links = tuple((job.pagina, job.nombre + broken * (job in failed)) for job in units)
        told = [f"No se pudo elaborar el informe de «{job.unidad}». {failed[job]}" for job in units if job in failed]
        report = self._institution
        if report is None:
            text = (self._new / "cuadernos" / institution.copia).read_text(encoding="utf-8")
            report = MadeReport(text, "", None, 0)
        report = pool.result(pool.submit(redo_page, report, institution.titulo, told, links))
        self._write_report(institution, report)
        if report.mensaje is not None:
            failed.setdefault(institution, report.mensaje)

    def _write_report(self, job: PlannedReport, report: MadeReport) -> dict[str, bytes]:
        texts = {f"cuadernos/{job.copia}": report.cuaderno, job.pagina: report.pagina}
        return self._write({path: text.encode(errors="backslashreplace") for path, text in texts.items()})

    def _write(self, files: dict[str, bytes]) -> dict[str, bytes]:
        for path, content in files.items():
            (self._new / path).write_bytes(content)
        return files

    def _seconds(self) -> float:
        return round(time.perf_counter() - self._started, 3)

    def _describe(self) -> dict:
        """Gather the evidence of a run: nothing in it varies from one run to the next on the same input."""
        institution, *units = self.todo
        digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in self._notebooks.items()}
        return {
            "params": self.path.name,
            "parametros": self.params.plain(),
            "fuentes": json.loads(self._quarter.fuentes.to_json(orient="records")),
            "cuadernos": digests,
            "versiones": list_versions(),
            "resultado": {
                "institucion": self.failed.get(institution, "correcto"),
                "unidades": {job.unidad_id: self.failed.get(job, "correcto") for job in units},
            },
        }


def find_folder(path: Path, out: str | Path | None, root: str | Path | None) -> Path:
    """Return the folder of a params file's run: in `out`, or in ``reports/`` of the project."""
    reports = Path(out) if out is not None else (find_project(path) if root is None else Path(root)) / "reports"
    return reports / path.stem


def _plan_jobs(quarter: Quarter) -> list[PlannedReport]:
    """List the reports to make: the institution's first, because it takes longest."""
    from poa_eval.metrics.evaluation import name_quarter
    from poa_eval.text.wording import name_unit

    whole, period = quarter.params.institucion, name_quarter(quarter.evaluacion)
    jobs = [PlannedReport(None, whole, whole, f"{whole} · {period}", *2 * [INSTITUTION_NOTEBOOK], "index.html")]
    for unidad_id, unidad in quarter.plan.unidades[["unidad_id", "unidad"]].itertuples(index=False, name=None):
        stem = file_name(unidad_id)
        copy, page = f"unidad-{stem}.ipynb", f"unidades/{stem}.html"
        name = name_unit(unidad_id, unidad)
        jobs.append(PlannedReport(unidad_id, unidad, name, f"{unidad} · {period}", UNIT_NOTEBOOK, copy, page))
    return jobs


def _read_notebook(root: Path, name: str) -> str:
    path, way_out = root / "notebooks" / name, "recupere la carpeta notebooks/ del proyecto"
    if not path.is_file():
        raise ArchivoError("el cuaderno no existe", "un cuaderno", way_out, lugar=Place(f"notebooks/{name}"))
    try:
        text = path.read_bytes().decode("utf-8")
        is_notebook = _is_notebook(json.loads(text))
    except (ValueError, TypeError, KeyError):
        is_notebook = False
    if not is_notebook:
        found, expected = "un archivo que no es un cuaderno, o está dañado", "un cuaderno de Jupyter (JSON, UTF-8)"
        raise ArchivoError(found, expected, way_out, lugar=Place(f"notebooks/{name}"))
    return text


def _is_notebook(content: dict) -> bool:
    """Say whether a notebook can be executed, without loading for it what a run loads elsewhere."""
    parts = [(cell["metadata"], cell["cell_type"] in ("code", "markdown", "raw")) for cell in content["cells"]]
    texts = all(isinstance(cell["source"], str | list) for cell in content["cells"])
    return texts and content["nbformat"] == 4 and all(isinstance(m, dict) and kind for m, kind in parts)


def _hash_inputs(params: Params, root: Path) -> list[tuple[str, str]]:
    """Return name and sha256 of each file that the params name, alone or in a folder.

    Raises
    ------
    ArchivoError
        One cannot be read.
    """
    named = [text for source in params.fuentes for text in (source.archivo, source.layout)]
    found = []
    for name in filter(None, [*named, params.perfil, params.nombres, *params.respuestas]):
        path = root / name
        try:
            if path.is_dir():
                found += hash_files(path).items()
            elif path.is_file():
                found.append((name, hashlib.sha256(path.read_bytes()).hexdigest()))
        except OSError:
            way_out = "revise el permiso de lectura, o corrija el nombre en los parámetros"
            raise ArchivoError(
                "un archivo que no se puede leer", "un archivo que se pueda leer", way_out, lugar=Place(name)
            ) from None
    return found


def _write_json(path: Path, content: dict) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    path.write_bytes(text.encode(errors="backslashreplace"))
