"""Rules on what loading noted: spellings taken as one name, damaged rows."""

from __future__ import annotations

from collections.abc import Iterator

from poa_eval.check.facts import Facts, Finding, rule
from poa_eval.check.plans import find_loose_marks


@rule("nombre-con-variantes", "nota")
def find_spellings(facts: Facts) -> Iterator[Finding]:
    """Note names taken as one because they are equal but for accents, case and spaces, and those that may be one."""
    for (unit_id,), text, source in facts.notes("variante.unidad"):
        yield {
            "unidad_id": unit_id,
            "encontrado": text,
            "mensaje": f"{text[0].upper()}{text[1:]}." if text else "",
            "fuente": source,
        }
    yield from find_loose_marks(facts)


@rule("celda-reconstruida", "nota")
def find_rebuilt_rows(facts: Facts) -> Iterator[Finding]:
    """Note damaged rows that one reading puts right."""
    yield from _readings(facts, "reconstruida")


@rule("celda-ambigua", "nota")
def find_open_rows(facts: Facts) -> Iterator[Finding]:
    """Note damaged rows that several readings fit: only the quarters stand where they differ."""
    yield from _readings(facts, "ambigua")


def _readings(facts: Facts, state: str) -> Iterator[Finding]:
    for (activity_id,), text, source in facts.notes("lectura"):
        if text.startswith(state):
            said = text.split(": ", 1)[1]
            yield {
                "actividad_id": activity_id,
                "encontrado": said,
                "mensaje": f"{said[0].upper()}{said[1:]}.",
                "fuente": source,
            }
