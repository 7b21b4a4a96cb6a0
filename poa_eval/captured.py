"""Filled capture workbooks: recognised by their marker, checked cell by cell, merged by id into the plan."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from poa_eval.entry import HEADINGS, MARKER, Entry, Fault, choose_columns, find_entries
from poa_eval.errors import ConflictoError, FormatoError, Place
from poa_eval.load import merge_plans
from poa_eval.names import fold, suggest_sentence
from poa_eval.owe import Owed, list_owed
from poa_eval.plan import Plan, make_table
from poa_eval.read import RawDocument
from poa_eval.shape import read_corte
from poa_eval.windows import list_answered

#: Version of the workbook's form; raised when an older one can no longer be read.
FORMAT = "1"

_Rows = tuple[list[dict[str, object]], list[dict[str, object]]]


def apply_captures(
    plan: Plan, documents: Sequence[RawDocument], *, trimestre: int, replaces: Sequence[bool] | None = None
) -> Plan:
    """Merge filled capture workbooks into the plan of which they were made.

    Parameters
    ----------
    plan : Plan
        Of the year's documents, without any capture.
    documents : sequence of RawDocument
        Each with the marker of a capture workbook.
    trimestre : int
        Quarter that is evaluated; workbooks of earlier ones are merged as well.
    replaces : sequence of bool, optional
        For each, whether it may change what a document or an earlier workbook reported.

    Returns
    -------
    Plan
        With the captured rows in `avances`. From then on an activity that is due by calendar and was not reported is
        ``sin reporte``. A blank cell is not reported, never 0. What was asked with «¿Realizada?» is ``ascendente``
        and adds up, whatever the plan says of the activity's own figures.

    Raises
    ------
    FormatoError, ConflictoError
        All that is wrong in all workbooks, by cell; a ConflictoError where figures contradict the documents and
        nothing else is wrong.
    """
    owed = {quarter: list_owed(plan, quarter) for quarter in range(1, trimestre + 1)}
    faults: list[Fault] = []
    plain: list[_Rows] = []
    later: list[_Rows] = []
    first: dict[tuple[str, int], str] = {}
    for document, may_change in zip(documents, replaces or [False] * len(documents), strict=True):
        reader = _Reader(document, plan, may_change)
        if filed := reader.read_marker(trimestre):
            if filed in first and not may_change:
                reader.refuse(f"un segundo libro de la misma unidad y trimestre; el primero es «{first[filed]}»")
            else:
                (later if may_change else plain).append(reader.read(*filed, owed[filed[1]]))
                first.setdefault(filed, document.archivo)
        faults += reader.faults
    if faults:
        raise _make_error(faults)
    parts = [_make_part(plan, plain), *(_make_part(plan, [rows]) for rows in later)]
    merged = merge_plans([plan, *parts], replaces=[False, False, *[True] * len(later)])
    return _extend_corte(_count_answers(merged), max((quarter for _, quarter in first), default=0))


def _make_part(plan: Plan, read: Sequence[_Rows]) -> Plan:
    """Return captured rows as a plan to merge into the one of the documents."""
    return Plan(
        plan.institucion,
        plan.ejercicio,
        plan.locale,
        unidades=plan.unidades,
        actividades=plan.actividades,
        avances=make_table("avances", [row for rows, _ in read for row in rows]),
        contexto=make_table("contexto", [note for _, notes in read for note in notes]),
    )


def _make_error(faults: Sequence[Fault]) -> FormatoError | ConflictoError:
    files = {fault.lugar.archivo for fault in faults}
    place = Place(files.pop()) if len(files) == 1 else None
    places = [str(replace(fault.lugar, archivo=None) if place else fault.lugar) for fault in faults]
    found = "\n".join(f"{where}: {fault.texto}".removeprefix(": ") for where, fault in zip(places, faults, strict=True))
    if all(fault.es_conflicto for fault in faults):
        return ConflictoError(
            found,
            "la misma cifra de un periodo en todas las fuentes",
            "corrija el libro o el documento, o escriba `reemplaza: true` en la fuente que rectifica a las anteriores",
            lugar=place,
        )
    return FormatoError(
        found,
        "un libro de captura de este plan, llenado como dice su hoja «Instrucciones»",
        "corrija lo citado; si se alteró una clave oculta, pase los datos a un libro nuevo de `poa-eval capture`",
        lugar=place,
    )


@dataclass
class _Reader:
    """Reads one workbook; what is wrong gathers in `faults`."""

    document: RawDocument
    plan: Plan
    may_change: bool
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, text: str) -> None:
        self.faults.append(Fault(Place(self.document.archivo), text))

    def read_marker(self, trimestre: int) -> tuple[str, int] | None:
        """Return the unit and the quarter of which the workbook is, or None where it does not belong to the plan."""
        sheet = next(sheet for sheet in self.document.hojas if sheet.hoja == MARKER)
        said = {str(row[0]): str(row[1]) for row in sheet.filas if len(row) > 1}
        unit, quarter = said.get("unidad_id", ""), said.get("trimestre", "")
        if said.get("formato") != FORMAT:
            self.refuse(f"un libro de captura del formato {said.get('formato')}; se lee el formato {FORMAT}")
        if fold(said.get("institucion", "")) != fold(self.plan.institucion):
            self.refuse(f"un libro de «{said.get('institucion')}»; el plan es de «{self.plan.institucion}»")
        if said.get("ejercicio") != str(self.plan.ejercicio):
            self.refuse(f"un libro del ejercicio {said.get('ejercicio')}; el plan es de {self.plan.ejercicio}")
        if quarter not in {str(q) for q in range(1, trimestre + 1)}:
            self.refuse(f"un libro del trimestre {quarter}; se evalúa el trimestre {trimestre}")
        if unit not in set(self.plan.unidades["unidad_id"]):
            near = suggest_sentence(unit, self.plan.unidades["unidad_id"])
            self.refuse(f"un libro de la unidad «{unit}», que no está en el plan; {near}")
        return None if self.faults else (unit, int(quarter))

    def read(self, unit: str, quarter: int, owed: Sequence[Owed]) -> _Rows:
        """Return the rows of `avances` and of `contexto`."""
        known = {item.key: item for item in owed}
        names = self.plan.actividades.set_index("actividad_id")["actividad"]
        notes: list[dict[str, object]] = [{"clave": "regla.captura", "texto": str(quarter)}]
        rows: list[dict[str, object]] = []
        seen: dict[tuple, str | None] = {}
        found = False
        own = [item for item in owed if item.unidad_id == unit]
        columns = choose_columns(self.plan.actividades.set_index("actividad_id"), own)
        for entry in find_entries(self.document.hojas, columns, self.faults):
            found = True
            item = known.get(entry.key)
            if item is None or item.unidad_id != unit:
                entry.refuse("actividad_id", _tell_foreign(entry, item))
            elif item.key in seen:
                entry.refuse("actividad_id", f"la misma clave oculta que la celda {seen[item.key]}: una fila repetida")
            elif _bare(entry.text("actividad")) != _bare(names[item.actividad_id]):
                text = f"la fila dice «{entry.text('actividad')}» y su clave oculta es de «{names[item.actividad_id]}»"
                entry.refuse("actividad", text)
            elif _bare(entry.text("periodo")) != _bare(item.periodo):
                entry.refuse(
                    "periodo", f"la fila dice «{entry.text('periodo')}» y su clave oculta es de {item.periodo}"
                )
            else:
                seen[item.key] = entry.place("actividad_id").celda
                row, note = self._read_entry(entry, item)
                rows += [row] if row else []
                notes += [note] if note else []
        if own and not found and not self.faults:
            self.refuse(f"ninguna fila de las que trae el libro bajo los encabezados «{HEADINGS['actividad']}»…")
        return rows, notes

    def _read_entry(self, entry: Entry, item: Owed) -> tuple[dict | None, dict | None]:
        """Return a row of `avances`, where there is something new, and a note for `contexto`."""
        other = "realizada" if item.pregunta == "ejecutado" else "ejecutado"
        if entry.cell(other) is not None:
            text = f"«{entry.cell(other)}»; esta actividad se responde en «{HEADINGS[item.pregunta]}»"
            entry.refuse(other, text)
        said = entry.read_comment()
        source = entry.address(item.pregunta) if item.pregunta in entry.columns else entry.address("actividad_id")
        row = {"actividad_id": item.actividad_id, "mes": item.mes, "meses": item.meses}
        row |= {"programado": item.programado, "origen": "leido", "fuente": source}
        row["comentario"] = " · ".join(dict.fromkeys(filter(None, [item.comentario, said]))) or None
        if item.pregunta == "realizada":
            note = {"clave": f"realizada/{item.actividad_id}", "texto": HEADINGS["realizada"]}
            return row | {"ejecutado": entry.read_answer("realizada")}, note
        row["programado"], value = self._read_planned(entry, item), self._read_result(entry, item)
        if row["programado"] is None and value is None:
            key = f"comentario/{item.actividad_id}/{item.mes}/{item.meses}"
            return None, {"clave": key, "texto": said, "fuente": source} if said else None
        is_new = said or row["programado"] != item.programado or value not in (None, item.ejecutado)
        return row | {"ejecutado": value} if is_new else None, None

    def _read_planned(self, entry: Entry, item: Owed) -> float | None:
        """Return what was programmed: the plan says it; where it does not, the workbook."""
        found = entry.read_number("programado")
        if found is None or item.programado is None:
            return found if item.programado is None else item.programado
        if not _is_same(found, item.programado):
            text = f"programado {found:g}; el plan dice {item.programado:g}, y el libro no lo cambia"
            entry.refuse("programado", text)
        return item.programado

    def _read_result(self, entry: Entry, item: Owed) -> float | None:
        found = entry.read_number("ejecutado")
        if found is None or item.ejecutado is None:
            return found
        if _is_same(found, item.ejecutado):
            return item.ejecutado
        if not self.may_change:
            entry.refuse("ejecutado", f"dice {found:g}, y {item.fuente} dice {item.ejecutado:g}", is_conflict=True)
        return found


def _is_same(found: float, known: float) -> bool:
    return math.isclose(found, known, abs_tol=1e-9)


def _tell_foreign(entry: Entry, item: Owed | None) -> str:
    if item is not None:
        return f"la clave oculta «{item.actividad_id}» es de la unidad {item.unidad_id}"
    if not entry.text("actividad_id"):
        return "una fila llenada sin su clave oculta"
    shown = " / ".join(str(part) for part in entry.key)
    return f"la clave oculta «{shown}» no es de este libro: se alteró, o la fila viene de otro"


def _bare(text: str) -> str:
    """Return what is compared of a text that went through a cell: letters and digits of its beginning."""
    return re.sub(r"[\W_]+", "", fold(text))[:200]


def _count_answers(plan: Plan) -> Plan:
    """Return the plan with the activities answered by Sí or No measured as what they are: times done of times due."""
    activities = plan.actividades.copy()
    answered = list_answered(plan)
    behaviour = {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma"}
    activities.loc[activities["actividad_id"].isin(answered), list(behaviour)] = list(behaviour.values())
    return replace(plan, actividades=activities)


def _extend_corte(plan: Plan, quarter: int) -> Plan:
    """Return the plan with its cut-off moved to a captured quarter, where its documents say an earlier one."""
    keys = plan.contexto["clave"].isin(["corte_mes", "corte_trimestre"])
    said = read_corte(dict(plan.contexto.loc[keys, ["clave", "texto"]].itertuples(index=False, name=None)))
    if said is None or said >= 3 * quarter:
        return plan
    note = make_table("contexto", [{"clave": "corte_trimestre", "texto": str(quarter)}])
    return replace(plan, contexto=pd.concat([plan.contexto[~keys], note], ignore_index=True))
