"""Observation workbooks: per unit, what was found that it can answer, to fill in and send back."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from poa_eval.errors import ArchivoError, Place
from poa_eval.excel import STAMP
from poa_eval.forms.answers import (
    ANSWER_FORM,
    ANSWERED,
    ASKED,
    CONFIRMED,
    FIXED,
    MEANINGS,
    REJECTED,
    list_asked,
    tell_answer,
)
from poa_eval.forms.writer import make_form
from poa_eval.metrics.evaluation import name_quarter
from poa_eval.text.names import file_name
from poa_eval.text.periods import MONTH_NAMES
from poa_eval.text.wording import format_day, format_number, is_present, name_activity, name_rule

if TYPE_CHECKING:
    from poa_eval.quarter.quarter import Quarter


def write_observations(quarter: Quarter, folder: Path) -> None:
    """Write ``observaciones/<unidad>.xlsx`` per unit.

    A unit that has nothing to answer gets no workbook: there is nothing to send back, and whoever waits for answers
    sees by the files from whom.
    """
    asked = set(list_asked(quarter.hallazgos)["unidad_id"])
    for own in quarter.units(unit_id for unit_id in quarter.plan.unidades["unidad_id"] if unit_id in asked):
        (folder / "observaciones").mkdir(exist_ok=True)
        (folder / "observaciones" / f"{file_name(own.unidad)}.xlsx").write_bytes(make_observations(own))


def make_observations(quarter: Quarter) -> bytes:
    """Make the observation workbook of a unit's quarter; an answer that still stands is written in it already."""
    plan, params = quarter.plan, quarter.params
    activities = {row["actividad_id"]: name_activity(row, row["codigo"]) for row in plan.actividades.to_dict("records")}
    answers = {row["hallazgo_id"]: row for row in quarter.respuestas.to_dict("records")}
    asked, again = list_asked(quarter.hallazgos), bool(answers)
    columns = [name for name in ANSWER_FORM.columnas if again or name not in ("estado", "anterior")]
    filled, rows = ANSWER_FORM.pick("llena"), []
    for found in asked.to_dict("records"):
        row = found | {"regla": name_rule(found["regla"]), "actividad": activities.get(found["actividad_id"], "")}
        row["periodo"] = MONTH_NAMES[found["mes"] - 1] if is_present(found["mes"]) else None
        for name in ("encontrado", "esperado"):  # a difference says that both are numbers
            is_number = is_present(found["diferencia"]) and re.fullmatch(r"-?\d+(\.\d+)?", str(found[name]))
            row[name] = format_number(float(found[name]), plan.locale) if is_number else found[name]
        if answer := answers.get(found["hallazgo_id"]):
            said = tell_answer(answer | {"estado": ANSWERED}) if is_present(answer["respuesta"]) else None
            row |= {"estado": answer["estado"], "anterior": said}
            row |= {name: answer[name] for name in filled if answer["estado"] == ANSWERED}
        rows.append(({name: row.get(name) if is_present(row.get(name)) else None for name in columns}, filled))
    cutoff, period = format_day(params.fecha_corte, plan.locale), name_quarter(quarter.evaluacion)
    kept = [["hallazgo", *(f[name] if is_present(f[name]) else "" for name in ASKED)] for f in asked.to_dict("records")]
    words = {"meanings": MEANINGS, "fixed": FIXED, "confirmed": CONFIRMED, "rejected": REJECTED}
    return make_form(
        ANSWER_FORM,
        plan,
        quarter.unidad,
        params.trimestre,
        columns,
        rows,
        title=f"Observaciones · {period} · corte al {cutoff}",
        guide=words | {"quarter": period, "cutoff": cutoff, "again": again},
        marker=[["columnas", *columns], *kept],
    )


def refuse_filled(folder: Path) -> None:
    """Refuse to replace a run in which somebody filled in a workbook: the answers would be lost.

    Raises
    ------
    ArchivoError
        Naming the workbook, and where to put it.
    """
    for path in sorted((folder / "observaciones").glob("*.xlsx")):
        if not _is_as_written(path):
            raise ArchivoError(
                "un libro de observaciones que alguien cambió después de la ejecución, quizá ya llenado",
                "libros tal como los dejó la ejecución anterior, que la nueva reemplaza",
                "muévalo a otra carpeta y nómbrela en `respuestas:` de los parámetros; si no hace falta, bórrelo",
                lugar=Place(str(path)),
            )


def _is_as_written(path: Path) -> bool:
    """Say whether a workbook is as a run left it: no other program saved it since."""
    try:
        with zipfile.ZipFile(path) as book:
            said = book.read("docProps/core.xml")
    except (KeyError, zipfile.BadZipFile):
        return False
    stamp = f"{STAMP:%Y-%m-%dT%H:%M:%SZ}".encode()
    return re.search(rb"<dcterms:modified[^>]*>" + stamp, said) is not None
