"""Quarter run: the folder of one quarter: what is to be made, what has been, and moving it in whole.

What has not changed since the last run, or was finished by one that was cut short, is not made again (see `cache`).
"""

import hashlib
import json
import pickle
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from poa_eval.errors import ArchivoError, Place, explain_system
from poa_eval.forms.observations import refuse_filled
from poa_eval.metrics.evaluation import name_quarter
from poa_eval.processes import CallDiedError
from poa_eval.quarter.prepare import prepare_quarter
from poa_eval.quarter.quarter import Quarter
from poa_eval.runs.cache import RunCache, list_versions, make_key
from poa_eval.runs.folder import RunOutcome, clear, drop_draft, drop_others, move_in, put_beside
from poa_eval.runs.inputs import INSTITUTION_NOTEBOOK, UNIT_NOTEBOOK, RunInputs
from poa_eval.runs.produce import give_up, produce_report, redo_page
from poa_eval.runs.results import write_results
from poa_eval.runs.task import MadeReport, ReportTask
from poa_eval.text.names import file_name
from poa_eval.text.wording import name_unit

if TYPE_CHECKING:
    from poa_eval.processes import WorkerPool
    from poa_eval.runs.cluster import Cluster

    Pool = WorkerPool | Cluster


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
    """The run of one quarter on its way; its folder is held until `release` is called.

    Its reports are made in the pool; with `force` everything is made again.
    """

    def __init__(
        self, inputs: RunInputs, cache: RunCache, pool: "Pool", *, force: bool, release: Callable[[], None]
    ) -> None:
        self.inputs, self.release = inputs, release
        self._cache, self._pool, self._force = cache, pool, force
        self._new = put_beside(inputs.folder, "nuevo")
        self.reports: list[PlannedReport] = []
        self.pending: dict[Future, tuple[PlannedReport, ReportTask, str]] = {}
        self.failed: dict[PlannedReport, str] = {}
        self.last = ""
        self._times: dict = {"cuadernos": {}}

    def prepare(self) -> None:
        """Read and evaluate the documents."""
        self._started = time.perf_counter()
        refuse_filled(self.inputs.folder)
        try:
            self._quarter = prepare_quarter(self.inputs.params, self.inputs.root)
        except OSError as error:  # a source is gone meanwhile
            raise explain_system(error) from error
        self.reports = _plan_reports(self._quarter)
        self._times["preparar"] = self._seconds()

    def start(self) -> None:
        """Start each report that must be made, and write the others and what the run leaves besides."""
        clear(self._new, keep=not self._force)
        down = {"enlaces": [(report.pagina, report.nombre) for report in self.reports[1:]]}
        up = {"volver": ("../index.html", self.inputs.params.institucion)}
        units = self._quarter.units()
        for report in self.reports:  # the units in the plan's order
            own = self._quarter if report.unidad_id is None else next(units)
            parameters = self.inputs.params.plain() | ({} if report.unidad_id is None else {"unidad": report.unidad_id})
            about = (report.cuaderno, self.inputs.notebooks[report.cuaderno], parameters)
            ends = (report.titulo, down if report.unidad_id is None else up)
            key = make_key(about, ends, own.fingerprint())
            files = None if self._force else self._cache.find(report.copia, key)
            if files is None:
                task = ReportTask(*about, pickle.dumps(own), str(self.inputs.root), *ends)
                self.pending[self._pool.submit(produce_report, task)] = (report, task, key)
            else:
                self._write(files)
        before = self._seconds()
        write_results(self._quarter, self._new)
        self._times["escribir"] = round(self._seconds() - before, 3)

    def take(self, future: Future) -> None:
        """Take a report that was made."""
        report, task, key = self.pending.pop(future)
        try:
            made = self._pool.result(future)
        except CallDiedError:
            made = give_up(task, "no se terminó, porque cayó una y otra vez el trabajador del clúster que lo tenía")
        self.last = report.unidad
        self._times["cuadernos"][report.copia] = round(made.segundos, 3)
        files = self._write_report(report, made)
        if made.mensaje is None:
            self._cache.keep(report.copia, key, files)
        else:
            self.failed[report] = made.mensaje

    def finish(self) -> RunOutcome:
        """Move the run in, now that all its reports are there."""
        institution, *units = self.reports
        if any(report in self.failed for report in units):
            self._tell_failures(institution, units)
        _write_json(self._new / "run.json", self._describe())
        drop_others(
            self._new, {path for report in self.reports for path in (f"cuadernos/{report.copia}", report.pagina)}
        )
        move_in(self.inputs.folder, self._new)
        right = {report.copia for report in self.reports if report not in self.failed}
        self._cache.close(None if self.failed else self.inputs.key, right)
        times = self.inputs.folder.with_name(f"{self.inputs.folder.name}.tiempos.json")
        _write_json(times, self._times | {"total": self._seconds()})
        self.release()
        failed = tuple((report.unidad_id, self.failed[report]) for report in self.reports if report in self.failed)
        return RunOutcome(self.inputs.folder, failed, len(self._times["cuadernos"]))

    def explain(self, error: OSError) -> ArchivoError:
        """Drop what was written, and say what is wrong with the folder."""
        drop_draft(self.inputs.folder)
        told = ArchivoError(
            "una carpeta en la que no se pudo escribir",
            "una carpeta con permiso de escritura y espacio, que ningún programa tenga abierta",
            "cierre los archivos del informe anterior, revise el permiso y el espacio, y repita la ejecución",
            lugar=Place(str(self.inputs.folder)),
        )
        told.__cause__ = error
        return told

    def _tell_failures(self, institution: PlannedReport, units: list[PlannedReport]) -> None:
        """Say on the institution's page which units' reports could not be made."""
        failed, broken = self.failed, " (no se pudo elaborar)"
        links = tuple((report.pagina, report.nombre + broken * (report in failed)) for report in units)
        told = [
            f"No se pudo elaborar el informe de «{report.unidad}». {failed[report]}"
            for report in units
            if report in failed
        ]
        text = (self._new / "cuadernos" / institution.copia).read_text(encoding="utf-8")
        made = MadeReport(text, "", failed.get(institution), 0)
        made = self._pool.result(self._pool.submit(redo_page, made, institution.titulo, told, links))
        self._write_report(institution, made)
        if made.mensaje is not None:
            failed.setdefault(institution, made.mensaje)

    def _write_report(self, report: PlannedReport, made: MadeReport) -> dict[str, bytes]:
        texts = {f"cuadernos/{report.copia}": made.cuaderno, report.pagina: made.pagina}
        return self._write({path: text.encode(errors="backslashreplace") for path, text in texts.items()})

    def _write(self, files: dict[str, bytes]) -> dict[str, bytes]:
        for path, content in files.items():
            (self._new / path).write_bytes(content)
        return files

    def _seconds(self) -> float:
        return round(time.perf_counter() - self._started, 3)

    def _describe(self) -> dict:
        """Gather the evidence of a run: nothing in it varies from one run to the next on the same input."""
        institution, *units = self.reports
        digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in self.inputs.notebooks.items()}
        return {
            "params": self.inputs.path.name,
            "parametros": self.inputs.params.plain(),
            "fuentes": json.loads(self._quarter.fuentes.to_json(orient="records")),
            "cuadernos": digests,
            "versiones": list_versions(),
            "resultado": {
                "institucion": self.failed.get(institution, "correcto"),
                "unidades": {report.unidad_id: self.failed.get(report, "correcto") for report in units},
            },
        }


def _plan_reports(quarter: Quarter) -> list[PlannedReport]:
    """List the reports to make: the institution's first, because it takes longest."""
    whole, period = quarter.params.institucion, name_quarter(quarter.evaluacion)
    name = INSTITUTION_NOTEBOOK
    reports = [PlannedReport(None, whole, whole, f"{whole} · {period}", name, name, "index.html")]
    for unidad_id, unidad in quarter.plan.unidades[["unidad_id", "unidad"]].itertuples(index=False, name=None):
        stem = file_name(unidad_id)
        copy, page = f"unidad-{stem}.ipynb", f"unidades/{stem}.html"
        name = name_unit(unidad_id, unidad)
        reports.append(PlannedReport(unidad_id, unidad, name, f"{unidad} · {period}", UNIT_NOTEBOOK, copy, page))
    return reports


def _write_json(path: Path, content: dict) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    path.write_bytes(text.encode(errors="backslashreplace"))
