"""Rules on periods: changed, absent, not programmed, far beyond their target."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from poa_eval.check.facts import Facts, Finding, make_difference, rule
from poa_eval.names import fold
from poa_eval.values import is_percentage, name_period, parse_frequency

_FREQUENCIES = {1: "mensual", 2: "bimestral", 3: "trimestral", 4: "cuatrimestral", 6: "semestral", 12: "anual"}


@rule("periodo-cambiado", "error")
def find_changed_periods(facts: Facts) -> Iterator[Finding]:
    """Catch a reported period, or a goal, that a reissued document changes."""
    for (activity_id, month, length, concept), text, source in facts.notes("cambio", 4):
        change = text.split(";")[0]
        before, after = (float(part) for part in change.split(" → "))
        message = (
            f"El documento nuevo cambia {concept.replace('_', ' ')} ({name_period(int(month), int(length))}): {text}."
        )
        yield make_difference(
            after, before, message, source, actividad_id=activity_id, mes=int(month), concepto=f"{concept}/{length}"
        )


@rule("periodo-sin-reporte", "advertencia")
def find_missing_periods(facts: Facts) -> Iterator[Finding]:
    """Catch due periods that are absent; not those of a quarter of which no document was loaded."""
    for activity in facts.activities.values():
        for quarter in facts.quarters:
            for month, length in facts.window(activity, quarter).faltan:
                message = f"Falta el reporte de {name_period(month, length)}, que ya venció."
                where = {"actividad_id": activity["actividad_id"], "mes": month}
                yield where | {
                    "encontrado": "sin reporte",
                    "esperado": "un valor ejecutado",
                    "mensaje": message,
                    "fuente": activity["fuente"],
                }


@rule("ejecucion-sin-programa", "advertencia")
def find_unplanned_results(facts: Facts) -> Iterator[Finding]:
    """Catch results of a period in which nothing was programmed."""
    for activity_id, periods in facts.due.periods.items():
        for p in periods:
            if p["programado"] == 0 and pd.notna(p["ejecutado"]) and p["ejecutado"] > 0:
                name = name_period(p["mes"], p["meses"])
                message = f"En {name} se ejecutó {facts.show(p['ejecutado'])} sin nada programado."
                yield make_difference(p["ejecutado"], 0.0, message, p["fuente"], actividad_id=activity_id, mes=p["mes"])


@rule("sobreejecucion", "advertencia")
def find_overruns(facts: Facts) -> Iterator[Finding]:
    """Catch activities that pass their target to date by more than the profile's upper band."""
    limit = facts.perfil.bandas.sobrecumplida.valor
    for activity in facts.activities.values():
        window = facts.window(activity) if facts.quarters else None
        if (
            window
            and window.cumplimiento is not None
            and window.cumplimiento > limit
            and activity["sentido"] == "ascendente"
        ):
            message = (
                f"A la fecha se ejecutó {facts.show(window.ejecutado or 0)} de {facts.show(window.programado or 0)} "
                f"({facts.show(window.cumplimiento)} %), sobre {facts.show(limit)} %: ¿la meta está bien planeada?"
            )
            where = {"actividad_id": activity["actividad_id"], "mes": 3 * facts.quarters[-1]}
            yield make_difference(window.ejecutado or 0, window.programado or 0, message, activity["fuente"], **where)


@rule("frecuencia-no-corresponde", "advertencia")
def find_wrong_frequencies(facts: Facts) -> Iterator[Finding]:
    """Catch a FRECUENCIA that is not the period in which the activity is reported; the reported period stands.

    Not where a form has columns for the whole year: there every activity has them.
    """
    for activity in facts.activities.values():
        length = parse_frequency(str(activity["frecuencia"]))
        periods = facts.due.periods[activity["actividad_id"]]
        lengths = {p["meses"] for p in periods}
        if length is None or len(lengths) != 1 or lengths == {length} or sum(p["meses"] for p in periods) >= 12:
            continue
        found = _FREQUENCIES[lengths.pop()]
        yield {
            "actividad_id": activity["actividad_id"],
            "encontrado": activity["frecuencia"],
            "esperado": found,
            "mensaje": f"La frecuencia dice «{activity['frecuencia']}», y el reporte es {found}.",
            "fuente": periods[0]["fuente"],
        }


@rule("compensacion-oculta", "nota")
def find_compensations(facts: Facts) -> Iterator[Finding]:
    """Note a sum to date that reaches its programme although a part falls short: a quarter, or a unit's activity."""
    for activity in facts.activities.values() if facts.quarters else ():
        whole = facts.window(activity)
        if not whole.cumplida or activity["sentido"] != "ascendente" or activity["acumulacion"] != "suma":
            continue
        for quarter in facts.quarters:
            part = facts.window(activity, quarter)
            if part.cumplida is False:
                name, done = name_period(3 * quarter, 3), facts.show(part.ejecutado or 0)
                message = (
                    f"A la fecha se alcanza lo programado, pero en el {name} faltó: "
                    f"{done} de {facts.show(part.programado or 0)}."
                )
                where = {"actividad_id": activity["actividad_id"], "mes": 3 * quarter}
                yield make_difference(part.ejecutado or 0, part.programado or 0, message, activity["fuente"], **where)
    yield from _find_unit_compensations(facts)


def _find_unit_compensations(facts: Facts) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[dict]] = {}
    for activity in facts.activities.values() if facts.quarters else ():
        measure = fold(str(activity["unidad_medida"]))
        added = activity["acumulacion"] == activity["acumulacion_programado"] == "suma"
        if added and activity["sentido"] == "ascendente" and not is_percentage(measure):
            groups.setdefault((activity["unidad_id"], measure), []).append(activity)
    for (unit, measure), activities in groups.items():
        windows = [facts.window(a) for a in activities]
        decided = [(a, w) for a, w in zip(activities, windows, strict=True) if w.cumplimiento is not None]
        done, planned = (sum(getattr(w, c) or 0 for _, w in decided) for c in ("ejecutado", "programado"))
        short = [a["actividad"] for a, w in decided if w.cumplida is False]
        if short and done >= planned:
            names = "; ".join(f"«{name}»" for name in short)
            message = (
                f"La unidad suma {facts.show(done)} de {facts.show(planned)}, pero no alcanza su meta: {names}. "
                "Lo que otras rebasan lo encubre."
            )
            yield make_difference(done, planned, message, decided[0][0]["fuente"], unidad_id=unit, concepto=measure)
