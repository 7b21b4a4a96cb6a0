"""Rules on periods: changed, absent, not programmed, far beyond their target."""

from collections.abc import Iterator

import pandas as pd

from poa_eval.audit.rules.registry import CheckContext, Finding, make_difference, make_finding, rule
from poa_eval.plan.accumulation import adds_up, find_accumulation
from poa_eval.plan.notes import Change
from poa_eval.text.goals import parse_goal
from poa_eval.text.names import normalize
from poa_eval.text.numbers import is_percentage
from poa_eval.text.periods import MONTH_NAMES, name_period, parse_frequency, spell_period
from poa_eval.text.wording import is_present

_FREQUENCIES = {1: "mensual", 2: "bimestral", 3: "trimestral", 4: "cuatrimestral", 6: "semestral", 12: "anual"}


@rule("periodo-cambiado", "error")
def find_changed_periods(context: CheckContext) -> Iterator[Finding]:
    """Catch a reported period, or a goal, that a reissued document changes: February said 41, and now says 14.

    Not a document that adds periods, nor one that repeats the same figures.
    """
    for change in context.plan.list_notes(Change):
        what, period = change.concept.replace("_", " "), name_period(change.month, change.length)
        message = f"El documento nuevo cambia {what} ({period}): {change.text}."
        where = {"actividad_id": change.owner, "mes": change.month, "concepto": f"{change.concept}/{change.length}"}
        yield make_difference(change.after, change.before, message, change.source, **where)


@rule("periodo-sin-reporte", "advertencia")
def find_missing_periods(context: CheckContext) -> Iterator[Finding]:
    """Catch due periods that are absent: a unit that files monthly gave January, and neither February nor March.

    Not those of a quarter of which no document was loaded, nor after the cut-off, nor where nothing was programmed.
    """
    for activity in context.activities.values():
        for quarter in context.quarters:
            for month, length in context.window(activity, quarter).faltan:
                name = f"de {spell_period(month, length)}".replace("de el ", "del ")
                message = f"Falta el reporte {name}, que ya venció."
                where = {"actividad_id": activity["actividad_id"], "mes": month}
                yield make_finding("sin reporte", "un valor ejecutado", message, activity["fuente"], **where)


@rule("ejecucion-sin-programa", "advertencia")
def find_unplanned_results(context: CheckContext) -> Iterator[Finding]:
    """Catch results of a period in which nothing was programmed: 2 of 0 in March.

    Of a result that is already cumulative, only what it grew by; not goals to be kept low, where 0 is a target.
    """
    for activity_id, periods in context.windows.due.periods.items():
        activity, before = context.activities[activity_id], 0.0
        for p in periods if activity["sentido"] != "descendente" else ():
            done = p["ejecutado"] - before
            if p["programado"] == 0 and done > 0:
                name = spell_period(p["mes"], p["meses"])
                message = f"En {name} lo ejecutado es {context.show(done)}, sin nada programado."
                yield make_difference(done, 0.0, message, p["fuente"], actividad_id=activity_id, mes=p["mes"])
            if find_accumulation(activity, "ejecutado").is_running and pd.notna(p["ejecutado"]):
                before = p["ejecutado"]


@rule("sobreejecucion", "advertencia")
def find_overruns(context: CheckContext) -> Iterator[Finding]:
    """Catch activities that pass their target to date by more than the profile's upper band: 501 of 450 above 110 %.

    Not a single period that is passed, nor goals to be kept low, nor a goal that is a minimum («≥ 80 %», «al menos 3»):
    more is what it asks for.
    """
    for activity in context.activities.values():
        window = context.window(activity) if context.quarters else None
        is_over = window and window.estado == "sobrecumplida" and activity["sentido"] == "ascendente"
        if is_over and not parse_goal(str(activity["meta_texto"]), context.plan.locale):
            done, planned = (context.show(getattr(window, c) or 0) for c in ("ejecutado", "programado"))
            message = (
                f"A la fecha lo ejecutado es {done} de {planned} ({context.show(window.cumplimiento or 0)} %), sobre "
                f"{context.show(context.windows.perfil.bandas.sobrecumplida.valor)} %: ¿la meta está bien planeada?"
            )
            where = {"actividad_id": activity["actividad_id"], "mes": 3 * context.quarters[-1]}
            yield make_difference(window.ejecutado or 0, window.programado or 0, message, activity["fuente"], **where)


@rule("frecuencia-no-corresponde", "advertencia")
def find_wrong_frequencies(context: CheckContext) -> Iterator[Finding]:
    """Catch a FRECUENCIA that is not the period of the report: SEMESTRAL in a quarterly sheet; the report's stands.

    Once an activity, however many periods. Not where a form has columns for the whole year (there every activity has
    them), nor a frequency that names no period («permanente»). An activity has one frequency, that of its first sheet:
    another one in a later sheet is not seen.
    """
    for activity in context.activities.values():
        length = parse_frequency(str(activity["frecuencia"]))
        periods = context.windows.due.periods[activity["actividad_id"]]
        lengths = {p["meses"] for p in periods}
        if length is None or len(lengths) != 1 or lengths == {length} or sum(p["meses"] for p in periods) >= 12:
            continue
        found = _FREQUENCIES[lengths.pop()]
        message = f"La frecuencia dice «{activity['frecuencia']}», y el reporte es {found}."
        source = context.columns.find(activity["fuente"], "frecuencia")
        yield make_finding(activity["frecuencia"], found, message, source, actividad_id=activity["actividad_id"])


@rule("compensacion-oculta", "nota")
def find_compensations(context: CheckContext) -> Iterator[Finding]:
    """Note a sum that reaches its programme although a part falls short: a quarter, a month, or a unit's activity.

    A unit at 672 of 670 to date with an activity at 66 of 68; a quarter at 501 of 450 with 130 of 150 in February.
    Not what is reached by every part, nor figures that are not added up, nor a unit's activities in other measures, or
    in none.
    """
    rows = [a for a in context.activities.values() if adds_up(a)]
    added = [row for row in rows if row["sentido"] == "ascendente"] if context.quarters else []
    closed = context.windows.due.corte
    for activity in added:
        reached = context.window(activity).cumplida
        for quarter in context.quarters:
            part, name = context.window(activity, quarter), name_period(3 * quarter, 3)
            name += f", hasta {MONTH_NAMES[closed - 1]}," if closed < 3 * quarter else ""
            short = [row for row in part.filas if row["ejecutado"] < row["programado"]] if part.cumplida else []
            if not short and not (reached and part.cumplida is False):
                continue
            done, planned = (context.show(getattr(part, c) or 0) for c in ("ejecutado", "programado"))
            where = {"actividad_id": activity["actividad_id"], "mes": 3 * quarter}
            if reached and part.cumplida is False:
                message = f"A la fecha se alcanza lo programado, pero en el {name} faltó: {done} de {planned}."
                yield make_difference(part.ejecutado or 0, part.programado or 0, message, activity["fuente"], **where)
            if short:
                said = "; ".join(
                    f"{context.show(row['ejecutado'])} de {context.show(row['programado'])} en "
                    + spell_period(row["mes"], row["meses"])
                    for row in short
                )
                reaches = f"El {name} alcanza lo programado ({done} de {planned})"
                message = f"{reaches}, pero hay meses que quedaron cortos: {said}."
                lacking = (float(sum(row[c] for row in short)) for c in ("ejecutado", "programado"))
                yield make_difference(*lacking, message, short[-1]["fuente"], **where, concepto="meses")
    yield from _find_unit_compensations(context, added)


def _find_unit_compensations(context: CheckContext, added: list[dict]) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[dict]] = {}
    for activity in added:
        measure = normalize(str(activity["unidad_medida"]))
        if is_present(activity["unidad_medida"]) and not is_percentage(measure):
            groups.setdefault((activity["unidad_id"], measure), []).append(activity)
    for (unit, measure), activities in groups.items():
        windows = [context.window(a) for a in activities]
        decided = [(a, w) for a, w in zip(activities, windows, strict=True) if w.cumplimiento is not None]
        done, planned = (sum(getattr(w, c) or 0 for _, w in decided) for c in ("ejecutado", "programado"))
        short = [a for a, w in decided if w.cumplida is False]
        if short and done >= planned:
            names = "; ".join(f"«{a['actividad']}»" for a in short)
            said = f"{context.show(done)} de {context.show(planned)}"
            message = f"La unidad suma {said}, pero no alcanza su meta: {names}."
            where = {"unidad_id": unit, "concepto": measure, "consejo": ["Lo que otras rebasan lo encubre."]}
            yield make_difference(done, planned, message, short[0]["fuente"], **where)
