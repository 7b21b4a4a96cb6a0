"""Reader of filled capture workbooks: checked cell by cell, and merged by id into the plan."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from poa_eval.errors import Place
from poa_eval.forms.capture import CAPTURE_FORM, CAUSES, HEADINGS, YES_NO, Owed, choose_columns, list_owed
from poa_eval.forms.reader import ERRORS, Entry, Fault, bare, find_entries, identify_book, raise_faults
from poa_eval.layouts.parts import BEHAVIOUR
from poa_eval.metrics.due import list_answered, read_corte
from poa_eval.plan.merge import CUTOFF, merge_plans
from poa_eval.plan.notes import Answered, CapturedQuarter, PeriodComment, Said
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.readers.cells import NO_VALUE, RawDocument
from poa_eval.text.names import normalize, shorten_id
from poa_eval.text.numbers import write_exact

_Rows = tuple[list[dict[str, object]], list[Said]]


def apply_captures(
    plan: Plan, documents: Sequence[RawDocument], *, trimestre: int, replaces: Sequence[bool] | None = None
) -> Plan:
    """Merge filled capture workbooks of this quarter or earlier ones into the plan of which they were made.

    `replaces` says of each whether it may change what a document or an earlier workbook reported. From then on an
    activity that is due by calendar and was not reported is ``sin reporte``; a blank cell is not reported, never 0.
    What was asked with «¿Realizada?» is ``ascendente`` and adds up, whatever the plan says of the activity's figures.

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
        if filed := identify_book(document, CAPTURE_FORM, plan, trimestre, faults):
            if filed in first and not may_change:
                text = f"un segundo libro de la misma unidad y trimestre; el primero es «{first[filed]}»"
                faults.append(Fault(Place(document.archivo), text))
            else:
                rows = _read_book(document, plan, filed, owed[filed[1]], may_change, faults)
                (later if may_change else plain).append(rows)
                first.setdefault(filed, document.archivo)
    wanted = "un libro de captura de este plan, llenado como dice su hoja «Instrucciones»"
    way_out = "corrija lo citado; si se alteró una clave oculta, pase los datos a un libro nuevo de `poa-eval capture`"
    raise_faults(faults, wanted, way_out)
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
        contexto=make_table("contexto", [note.to_row() for _, notes in read for note in notes]),
    )


def _read_book(
    document: RawDocument, plan: Plan, filed: tuple, owed: Sequence[Owed], may_change: bool, faults: list[Fault]
) -> _Rows:
    """Return the rows of `avances` and the notes of a unit's and quarter's workbook; what is wrong is a fault."""
    (unit, quarter), before = filed, len(faults)
    known, seen = {(item.actividad_id, item.mes, item.meses): item for item in owed}, {}
    older = Counter(map(shorten_id, {item.actividad_id for item in owed}))  # as version 0.1.0 wrote them
    known |= {(short, *key[1:]): item for key, item in known.items() if older[short := shorten_id(key[0])] == 1}
    rows, notes = [], [CapturedQuarter(text=str(quarter))]
    own, activities = [item for item in owed if item.unidad_id == unit], plan.actividades.set_index("actividad_id")
    for entry in find_entries(document.hojas, CAPTURE_FORM, choose_columns(activities, own), faults):
        key = (entry.text("actividad_id"), entry.cell("mes"), entry.cell("meses"))
        item = known.get(key)
        if item is None or item.unidad_id != unit:
            entry.refuse("actividad_id", _tell_foreign(key, item))
        elif key in seen:
            entry.refuse("actividad_id", f"la misma clave oculta que la celda {seen[key]}: una fila repetida")
        elif not _is_moved(entry, item, activities.loc[item.actividad_id, "actividad"]):
            seen[key] = entry.place("actividad_id").celda
            row, note = _read_entry(entry, item, may_change)
            rows += [row] if row else []
            notes += [note] if note else []
    if own and not seen and len(faults) == before:
        text = f"ninguna fila de las que trae el libro bajo los encabezados «{HEADINGS['actividad']}»…"
        faults.append(Fault(Place(document.archivo), text))
    return rows, notes


def _is_moved(entry: Entry, item: Owed, activity: str) -> bool:
    """Say whether a row shows another activity or period than its hidden key, and refuse it then."""
    for name, told in (("actividad", f"«{activity}»"), ("periodo", item.periodo)):
        if bare(entry.text(name)) != bare(told):
            entry.refuse(name, f"la fila dice «{entry.text(name)}» y su clave oculta es de {told}")
            return True
    return False


def _read_entry(entry: Entry, item: Owed, may_change: bool) -> tuple[dict | None, Said | None]:
    """Return a row of `avances`, where there is something new, and a note."""
    other = "realizada" if item.pregunta == "ejecutado" else "ejecutado"
    if entry.cell(other) is not None:
        text = f"«{entry.cell(other)}»; esta actividad se responde en «{HEADINGS[item.pregunta]}»"
        entry.refuse(other, text)
    said = _read_comment(entry)
    source = entry.address(item.pregunta if item.pregunta in entry.columns else "actividad_id")
    row = {"actividad_id": item.actividad_id, "mes": item.mes, "meses": item.meses}
    row |= {"programado": item.programado, "origen": "leido", "fuente": source}
    row["comentario"] = " · ".join(dict.fromkeys(filter(None, [item.comentario, said]))) or None
    if item.pregunta == "realizada":
        return row | {"ejecutado": _read_answer(entry)}, Answered(owner=item.actividad_id, text=HEADINGS["realizada"])
    planned = _read_figure(entry, item, "programado", "programado {}; el plan dice {}, y el libro no lo cambia")
    row["programado"] = item.programado if planned is None else planned
    clash = "" if may_change else "dice {}, y {source} dice {}"
    value = _read_figure(entry, item, "ejecutado", clash, is_conflict=True)
    if row["programado"] is None and value is None:
        where = {"owner": item.actividad_id, "month": item.mes, "length": item.meses}
        return None, PeriodComment(**where, text=said, source=source) if said else None
    is_new = said or row["programado"] != item.programado or value not in (None, item.ejecutado)
    return row | {"ejecutado": value} if is_new else None, None


def _read_figure(entry: Entry, item: Owed, name: str, clash: str, *, is_conflict: bool = False) -> float | None:
    """Return the figure in a cell; one that is not what the plan has already is refused, where `clash` says why."""
    found, known = _read_number(entry, name), getattr(item, name)
    if None in (found, known):
        return found
    if math.isclose(found, known, abs_tol=1e-9):
        return known
    if clash:
        text = clash.format(write_exact(found), write_exact(known), source=item.fuente)
        entry.refuse(name, text, is_conflict=is_conflict)
    return found


def _tell_foreign(key: tuple, item: Owed | None) -> str:
    if item is not None:
        return f"la clave oculta «{item.actividad_id}» es de la unidad {item.unidad_id}"
    if not key[0]:
        return "una fila llenada sin su clave oculta"
    return f"la clave oculta «{' / '.join(map(str, key))}» no es de este libro: se alteró, o la fila viene de otro"


def _read_number(entry: Entry, name: str) -> float | None:
    """Return the number in a cell; a blank and whatever is no number ≥ 0 give None."""
    cell = entry.cell(name)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if cell >= 0:
            return float(cell)
        entry.refuse(name, f"«{write_exact(cell)}», un número negativo")
    elif cell is not None:
        entry.refuse(name, _tell_text(str(cell)))
    return None


def _tell_text(text: str) -> str:
    """Say what is wrong with a text in a cell for a number."""
    if text == NO_VALUE:
        return "una fórmula sin valor; escriba el número, o abra el libro en la hoja de cálculo y guárdelo"
    if text in ERRORS:
        return f"«{text}», un error de la hoja de cálculo; escriba el número"
    if re.fullmatch(r"-?[\d.\s]*,[\d.,\s]*", text):
        return f"«{text}», un texto con coma; escriba el número con el separador decimal de su hoja de cálculo"
    if re.fullmatch(r"-?[\d.]+\s*%", text):
        return f"«{text}», un porcentaje; escriba solo el número: {text.rstrip('% ')}"
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return f"«{text}», un número guardado como texto; escríbalo de nuevo"
    return f"«{text}», un texto donde va un número; las explicaciones van en «{HEADINGS['comentario']}»"


def _read_answer(entry: Entry) -> float | None:
    """Return 1 for «Sí», 0 for «No», None for a blank and whatever is neither."""
    text = entry.text("realizada")
    value = {normalize(answer): value for answer, value in YES_NO.items()}.get(normalize(text))
    if text and value is None:
        entry.refuse("realizada", f"«{text}» en «{HEADINGS['realizada']}»; escriba Sí o No, o déjela vacía")
    return value


def _read_comment(entry: Entry) -> str | None:
    """Return cause and comment as one text.

    A cause outside the list is refused, whatever its accents and capitals: deviations are told by these causes, and
    what is particular to one goes into the comment.
    """
    said, comment = entry.read_text("causa"), entry.read_text("comentario")
    cause = {normalize(cause): cause for cause in CAUSES}.get(normalize(said))
    if said and cause is None and said not in ERRORS:
        wanted = f"elija {', '.join(list(CAUSES)[:-1])} u {list(CAUSES)[-1]}"
        entry.refuse("causa", f"«{said}», una causa fuera de la lista; {wanted}, y explíquela en el comentario")
    return ". ".join(filter(None, [f"Causa: {cause}" if cause else "", comment])) or None


def _count_answers(plan: Plan) -> Plan:
    """Return the plan with the activities answered by Sí or No measured as what they are: times done of times due."""
    activities = plan.actividades.copy()
    answered = list_answered(plan)
    activities.loc[activities["actividad_id"].isin(answered), list(BEHAVIOUR)] = list(BEHAVIOUR.values())
    return replace(plan, actividades=activities)


def _extend_corte(plan: Plan, quarter: int) -> Plan:
    """Return the plan with its cut-off moved to a captured quarter, where its documents say an earlier one."""
    keys = plan.contexto["clave"].isin(CUTOFF)
    said = read_corte(dict(plan.contexto.loc[keys, ["clave", "texto"]].itertuples(index=False, name=None)))
    if said is None or said >= 3 * quarter:
        return plan
    note = make_table("contexto", [{"clave": "corte_trimestre", "texto": str(quarter)}])
    return replace(plan, contexto=pd.concat([plan.contexto[~keys], note], ignore_index=True))
