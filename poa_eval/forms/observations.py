"""Observation workbooks: per unit, what was found that it can answer; made, read back, and told as it stands."""

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from poa_eval.errors import ArchivoError, FormatoError, Place
from poa_eval.excel import STAMP
from poa_eval.forms.form import Column, Field, Form, make_form
from poa_eval.forms.reader import Entry, Fault, bare, find_entries, find_field, identify_book, raise_faults
from poa_eval.metrics.evaluation import name_quarter
from poa_eval.plan.plan import Plan
from poa_eval.readers.cells import RawDocument
from poa_eval.readers.formats import read_raw
from poa_eval.readers.marker import ANSWERS, find_kind, read_marker
from poa_eval.text.names import file_name, normalize
from poa_eval.text.periods import MONTH_NAMES
from poa_eval.text.wording import format_day, format_number, is_present, name_activity, name_rule

if TYPE_CHECKING:
    from poa_eval.quarter.quarter import Quarter

FIXED, CONFIRMED, REJECTED = "corregido", "se confirma el dato", "no procede"
#: What a unit may answer, with what it means.
MEANINGS = {
    FIXED: "había un error y ya se corrigió en el documento, que se entrega de nuevo a planeación",
    CONFIRMED: "lo que dice el documento es correcto; el motivo explica por qué",
    REJECTED: "la observación no aplica a la actividad o no es de esta unidad; el motivo explica por qué",
}
NEW, ANSWERED, OPEN, STAYS = "nuevo", "respondido", "sin respuesta", "dice corregido, y sigue"
GONE, NOT_RETURNED = "ya no aparece", "libro no devuelto"
_CHOICE = "Elija una respuesta de la lista. Vacía: aún sin respuesta."
ANSWER_FORM = Form(
    ANSWERS,
    formato="1",
    hoja="Observaciones",
    columnas={
        "hallazgo_id": Column("Clave", 11, "clave"),
        "gravedad": Column("Gravedad", 12, "muestra"),
        "regla": Column("Regla", 16, "muestra"),
        "actividad": Column("Actividad", 24, "muestra"),
        "periodo": Column("Cierre del periodo", 10, "muestra"),
        "fuente": Column("Lugar en el documento", 18, "muestra"),
        "encontrado": Column("Se encontró", 18, "muestra"),
        "esperado": Column("Se esperaba", 12, "muestra"),
        "mensaje": Column("Observación", 34),
        "estado": Column("Estado", 12, "muestra"),
        "anterior": Column("Respuesta anterior", 22, "muestra"),
        "respuesta": Column("Respuesta", 14, "llena", _CHOICE, tuple(MEANINGS)),
        "motivo": Column("Motivo", 36, "llena"),
    },
    campos={"responde": Field("Responde (nombre y cargo)", "regla"), "fecha": Field("Fecha", "periodo")},
)
#: What the hidden sheet keeps of each finding, to tell it when it is gone.
ASKED = ("hallazgo_id", "regla", "gravedad", "actividad_id", "mes", "mensaje", "fuente")
#: Columns of `respuestas`: a finding, its state, what its unit answered, and in which cell.
ANSWER_COLUMNS = [*"hallazgo_id estado respuesta motivo responde fecha unidad_id".split(), *ASKED[1:], "libro"]
#: Rules that only the analyst can settle: damage in the file, spellings, rows that are missing from it.
_NOT_ASKED = ("celda-", "nombre-con-variantes", "cobertura-incompleta")


def list_asked(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the findings that a unit can answer, one row an id: what else carries the same id is told with it."""
    is_analysts = findings["regla"].eq("acumulacion-inferida") & findings["gravedad"].eq("nota")  # it is of the layout
    is_analysts |= findings["regla"].str.startswith(_NOT_ASKED)
    asked = findings[findings["unidad_id"].notna() & ~is_analysts]
    if asked["hallazgo_id"].is_unique:
        return asked
    whole = asked.groupby("hallazgo_id")["mensaje"].agg(lambda texts: " ".join(dict.fromkeys(texts)))
    return asked.drop_duplicates("hallazgo_id").assign(mensaje=lambda rows: rows["hallazgo_id"].map(whole))


def write_observations(quarter: "Quarter", folder: Path) -> None:
    """Write ``observaciones/<unidad>.xlsx`` per unit.

    A unit that has nothing to answer gets no workbook: there is nothing to send back, and whoever waits for answers
    sees by the files from whom.
    """
    asked = set(list_asked(quarter.hallazgos)["unidad_id"])
    for own in quarter.units(unit_id for unit_id in quarter.plan.unidades["unidad_id"] if unit_id in asked):
        (folder / "observaciones").mkdir(exist_ok=True)
        (folder / "observaciones" / f"{file_name(own.unidad)}.xlsx").write_bytes(make_observations(own))


def make_observations(quarter: "Quarter") -> bytes:
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
    cutoff, period = format_day(params.fecha_corte), name_quarter(quarter.evaluacion)
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
    return re.search(rb"<dcterms:modified[^>]*>" + f"{STAMP:%Y-%m-%dT%H:%M:%SZ}".encode(), said) is not None


def read_books(names: Iterable[str], root: Path) -> list[tuple[str, RawDocument]]:
    """Read the filled workbooks that params name, each a file or a folder of them.

    They come with their names from the root, those of a folder in the order of their names; a folder without workbooks
    and a file that is none of those that a run leaves in ``observaciones/`` are refused.
    """
    files: list[str] = []
    for name in names:
        path, kinds = root / name, (".xlsx", ".xlsm", ".xls", ".ods")
        inside = path.iterdir() if path.is_dir() else ()
        found = sorted(p.name for p in inside if p.suffix.lower() in kinds and not p.name.startswith(("~", ".")))
        if path.is_dir() and not found:
            raise ArchivoError(
                "una carpeta sin libros de cálculo",
                "los libros de observaciones que devolvieron las unidades",
                "guárdelos ahí, o quite la carpeta de `respuestas:` en los parámetros",
                lugar=Place(name),
            )
        files += [f"{name.rstrip('/')}/{file}" for file in found] or [name]
    books = [(name, read_raw(root / name)) for name in files]
    for name, document in books:
        if (kind := find_kind(document)) != ANSWERS:
            raise FormatoError(
                f"un libro de {kind}" if kind else "un documento que no es un libro de observaciones",
                "un libro de la carpeta observaciones/ que dejó `poa-eval run`, llenado por la unidad",
                "nómbrelo en `fuentes:` de los parámetros" if kind else "quítelo de `respuestas:` en los parámetros",
                lugar=Place(name),
            )
    return books


def read_answers(documents: Sequence[RawDocument], plan: Plan, trimestre: int) -> pd.DataFrame:
    """Read what units answered in filled workbooks of this quarter or earlier ones.

    In the `ANSWER_COLUMNS`, one row a finding asked; of several workbooks of a unit the later answer holds, and a blank
    does not erase one.

    Raises
    ------
    FormatoError
        All that is wrong in all workbooks, by cell.
    """
    faults: list[Fault] = []
    first: dict[tuple[str, int], str] = {}
    books: dict[tuple[str, int], list[dict]] = {}
    for document in documents:
        if filed := identify_book(document, ANSWER_FORM, plan, trimestre, faults):
            if filed in first:
                text = f"un segundo libro de la misma unidad y trimestre; el primero es «{first[filed]}»"
                faults.append(Fault(Place(document.archivo), text))
            else:
                first[filed] = document.archivo
                books[filed] = [row | {"unidad_id": filed[0]} for row in _read_book(document, faults)]
    raise_faults(
        faults,
        "un libro de observaciones de este plan, llenado como dice su hoja «Instrucciones»",
        "corrija lo citado; si se alteró una clave, pase las respuestas al libro que dejó `poa-eval run`",
    )
    known: dict[str, dict] = {}
    for filed in sorted(books, key=lambda filed: filed[::-1]):
        for row in books[filed]:
            if row["respuesta"] or row["hallazgo_id"] not in known:
                known[row["hallazgo_id"]] = row
    return pd.DataFrame(known.values(), columns=ANSWER_COLUMNS)


def _read_book(document: RawDocument, faults: list[Fault]) -> list[dict]:
    """Return a row per finding asked in a workbook, answered or not."""
    marker = read_marker(document)
    columns = [name for row in marker if row[0] == "columnas" for name in row[1:] if name in ANSWER_FORM.encabezados]
    rows = [row for row in marker if row[0] == "hallazgo" and len(row) > len(ASKED)]
    asked = {row[1]: {name: text or None for name, text in zip(ASKED, row[1:], strict=False)} for row in rows}
    for row in asked.values():
        row["mes"] = int(row["mes"]) if row["mes"] and row["mes"].isdecimal() else None
    before = len(faults)
    said = {name: find_field(document.hojas, ANSWER_FORM, name, faults) for name in ANSWER_FORM.campos}
    answers: dict[str, dict] = {}
    seen: dict[str, str | None] = {}
    for entry in find_entries(document.hojas, ANSWER_FORM, columns, faults):
        key = entry.text("hallazgo_id")
        if key not in asked:
            text = "una fila llenada sin su clave"
            entry.refuse("hallazgo_id", f"«{key}» no es una clave de este libro: se alteró" if key else text)
        elif key in seen:
            entry.refuse("hallazgo_id", f"la misma clave que la celda {seen[key]}: una fila repetida")
        elif bare(entry.text("mensaje")) != bare(asked[key]["mensaje"] or ""):
            entry.refuse("mensaje", f"una observación que no es la de la clave «{key}»: las celdas se movieron")
        else:
            seen[key] = entry.place("hallazgo_id").celda
            answers[key] = _read_answer(entry) | said
    if asked and not seen and len(faults) == before:
        faults.append(Fault(Place(document.archivo), "ninguna fila de las que trae la hoja «Observaciones»"))
    return [row | answers.get(key, {"respuesta": None}) for key, row in asked.items()]


def _read_answer(entry: Entry) -> dict[str, str | None]:
    said, reason = entry.read_text("respuesta"), entry.read_text("motivo")
    answer = {normalize(text): text for text in MEANINGS}.get(normalize(said))
    if said and answer is None:
        entry.refuse("respuesta", f"«{said}», que no es una de las respuestas; elija {', '.join(MEANINGS)}")
    elif answer in (CONFIRMED, REJECTED) and not reason.strip():
        entry.refuse("motivo", f"ningún motivo para «{answer}»; escriba por qué")
    elif reason.strip() and not said:
        entry.refuse("respuesta", f"un motivo sin respuesta; elija {', '.join(MEANINGS)}")
    return {"respuesta": answer, "motivo": reason.strip() or None, "libro": entry.address("respuesta")}


def settle_answers(findings: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Tell of each finding that a unit can answer, and of each that is gone, how it stands.

    Returns
    -------
    DataFrame
        `ANSWER_COLUMNS`; `estado` is ``nuevo``, ``respondido``, ``sin respuesta``, ``dice corregido, y sigue``,
        ``libro no devuelto`` (no workbook of that unit was given) or ``ya no aparece``.
    """
    returned = set(answers["unidad_id"])
    known = {row["hallazgo_id"]: row for row in answers.to_dict("records")}
    rows = []
    for found in list_asked(findings).to_dict("records"):
        row = known.pop(found["hallazgo_id"], None) or known.pop(found.get("clave_anterior"), None)
        if row is None:
            state = NEW if found["unidad_id"] in returned else NOT_RETURNED
        elif row["respuesta"] == FIXED:
            state = STAYS
        else:
            state = ANSWERED if is_present(row["respuesta"]) else OPEN
        rows.append((row or {}) | {name: found[name] for name in (*ASKED, "unidad_id")} | {"estado": state})
    rows += [row | {"estado": GONE} for row in known.values()]
    table = pd.DataFrame(rows, columns=ANSWER_COLUMNS)
    return table.astype(dict.fromkeys(set(ANSWER_COLUMNS) - {"mes"}, "str") | {"mes": "Int64"})


def tell_answer(row: Mapping[str, object]) -> str:
    """Say in words how a finding stands, and what its unit answered.

    Examples
    --------
    >>> said = {"respuesta": "no procede", "motivo": "la campaña es de otra área", "responde": "A. Paz", "fecha": None}
    >>> tell_answer({"estado": "respondido"} | said)
    'no procede: la campaña es de otra área (A. Paz)'
    """
    who = ", ".join(str(row[name]) for name in ("responde", "fecha") if is_present(row[name]))
    reason = f": {row['motivo']}" if is_present(row["motivo"]) else ""
    if not is_present(row["respuesta"]):
        return OPEN if row["estado"] == GONE else str(row["estado"])
    said = STAYS if row["estado"] == STAYS else row["respuesta"]
    return f"{said}{reason}{f' ({who})' if who else ''}"
