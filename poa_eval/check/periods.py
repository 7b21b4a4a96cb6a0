"""Rules on periods: changed, absent, not programmed, far beyond their target."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from poa_eval.check.facts import Facts, Finding, make_difference, rule
from poa_eval.values import name_period
from poa_eval.windows import measure_window


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
            for month, length in measure_window(activity, facts.due, (quarter,), facts.perfil).faltan:
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
        window = measure_window(activity, facts.due, facts.quarters, facts.perfil) if facts.quarters else None
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
