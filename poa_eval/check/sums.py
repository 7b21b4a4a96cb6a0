"""Rules on sums: rows against totals, months against quarters, quarters against the goal of the year."""

from __future__ import annotations

from collections.abc import Iterator

from poa_eval.check.facts import TOLERANCE, Facts, Finding, make_difference, rule
from poa_eval.infer import ROWS
from poa_eval.values import name_period


def _list_short(facts: Facts) -> list[dict]:
    """List the institution's totals with the sum of their rows, where rows stay below them all: some are missing."""
    totals = [f for f in facts.comparisons if f["via"] == "filas" and f["ambito"] == "institucion"]
    totals = [f for f in totals if f["valor"] or f["recalculado"]]
    return totals if all(f["recalculado"] < f["valor"] - TOLERANCE for f in totals) else []


@rule("total-no-cuadra", "error")
def find_wrong_totals(facts: Facts) -> Iterator[Finding]:
    """Catch rows that do not add up to a printed TOTAL: the rows say 936, the TOTAL 900.

    Not where the rows stay below the institution's TOTAL throughout (rows are missing: `cobertura-incompleta`), nor
    columns that some row leaves blank, unless the others pass the TOTAL already.
    """
    short = bool(_list_short(facts))
    for total in facts.differences("filas"):
        if short and total["ambito"] == "institucion":
            continue
        counted = total["como"].removeprefix(ROWS)
        what, period = total["concepto"].replace("_", " "), name_period(total["mes"], total["meses"])
        rows, printed = (facts.show(total[c]) for c in ("recalculado", "valor"))
        message = f"Las filas suman {rows} de {what} ({period}){counted}; el TOTAL impreso dice {printed}."
        where = {"mes": total["mes"], "concepto": f"{total['concepto']}/{total['meses']}"}
        where |= {"unidad_id": total["clave"]} if total["ambito"] == "unidad" else {}
        yield make_difference(total["recalculado"], total["valor"], message, total["fuente"], **where)


@rule("cobertura-incompleta", "advertencia")
def find_missing_rows(facts: Facts) -> Iterator[Finding]:
    """Catch rows that stay below the printed TOTAL in every comparable column: 3,783 of 6,382, or 59.28 %.

    One row above its total is enough for it not to be this: then each total is compared (`total-no-cuadra`).
    """
    short = _list_short(facts)
    if short:
        total = next((found for found in short if found["concepto"] == "meta_anual"), short[0])
        rows, printed = total["recalculado"], total["valor"]
        count = len(facts.activities)
        whose = f"Las {count} filas del archivo explican" if count > 1 else "La única fila del archivo explica"
        message = (
            f"{whose} {facts.show(rows / printed * 100)} % del TOTAL "
            f"impreso ({facts.show(rows)} de {facts.show(printed)}): faltan filas en el archivo."
        )
        message += f" Se tomó la {total['como']}." if total["como"] != ROWS else ""
        yield make_difference(rows, printed, message, total["fuente"], concepto="meta_anual")


@rule("trimestre-no-cuadra", "error")
def find_wrong_quarters(facts: Facts) -> Iterator[Finding]:
    """Catch months that do not add up to the printed quarter (3 + 3 + 3 against 8), of a row or of the TOTAL.

    Also rows that no reading of their cells explains. Not quarters of which a month is blank or undecided, nor
    figures that are not added up (a last value, a mean).
    """
    for found in facts.differences("periodos"):
        sums, printed = (facts.show(found[c]) for c in ("recalculado", "valor"))
        name = name_period(found["mes"], found["meses"])
        parts = "Los meses" if found["meses"] == 3 else "Los periodos"
        told = "el trimestre" if found["meses"] == 3 else "lo impreso"
        message = f"{parts} del {name} suman {sums} de lo {found['concepto']}; {told} dice {printed}."
        length = "" if found["meses"] == 3 else f"/{found['meses']}"
        where = _place(found) | {"mes": found["mes"], "concepto": f"{found['concepto']}{length}"}
        yield make_difference(found["recalculado"], found["valor"], message, found["fuente"], **where)
    precise = {found["clave"] for found in facts.differences("periodos", "meta")}
    for (activity_id,), text, source in facts.notes("lectura"):
        if text.startswith("ninguna") and activity_id not in precise:
            message = "Los meses de esta fila no suman sus trimestres de ninguna manera: revise todas sus cifras."
            yield {
                "actividad_id": activity_id,
                "encontrado": text.split(": ", 1)[1],
                "esperado": "sumas que cuadren",
                "mensaje": message,
                "fuente": source,
            }


@rule("meta-no-cuadra", "error")
def find_wrong_goals(facts: Facts) -> Iterator[Finding]:
    """Catch printed quarters, or the programme of all periods, that do not add up to the goal of the year: 12 of 13.

    Printed quarters are caught although one is blank, where they pass the goal or go on to the last. Not a programme
    that is not added up, nor one of which the last periods are blank and that stays below its goal.
    """
    for found in facts.differences("meta"):
        sums, goal = (facts.show(found[c]) for c in ("recalculado", "valor"))
        message = f"Lo programado en el año suma {sums}; la meta anual dice {goal}."
        yield make_difference(found["recalculado"], found["valor"], message, found["fuente"], **_place(found))


def _place(found: dict) -> Finding:
    key = {"actividad": "actividad_id", "unidad": "unidad_id"}.get(found["ambito"])
    return {key: found["clave"]} if key else {}
