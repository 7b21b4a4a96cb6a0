"""Rules on sums: rows against totals, months against quarters, quarters against the goal of the year."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from poa_eval.check.facts import TOLERANCE, Facts, Finding, make_difference, rule
from poa_eval.values import close_months, name_period


def _list_whole(facts: Facts) -> list[tuple[dict, float]]:
    """List the institution's totals and what its rows add up to, where rows stay below them all: some are missing."""
    pairs = [(total, rows) for total, rows in facts.sums if total["valor"] and total["ambito"] == "institucion"]
    return pairs if all(rows < total["valor"] - TOLERANCE for total, rows in pairs) else []


@rule("total-no-cuadra", "error")
def find_wrong_totals(facts: Facts) -> Iterator[Finding]:
    """Catch rows that do not add up to a printed TOTAL: the rows say 936, the TOTAL 900.

    Not where the rows stay below the institution's TOTAL throughout (rows are missing: `cobertura-incompleta`), nor
    columns that some row leaves blank.
    """
    for total, rows in facts.sums if not _list_whole(facts) else ():
        if abs(rows - total["valor"]) > TOLERANCE:
            what = total["concepto"].replace("_", " ")
            period = name_period(total["mes"], total["meses"])
            printed = facts.show(total["valor"])
            message = f"Las filas suman {facts.show(rows)} de {what} ({period}); el TOTAL impreso dice {printed}."
            where = {"mes": total["mes"], "concepto": f"{total['concepto']}/{total['meses']}"}
            where |= {"unidad_id": total["clave"]} if total["ambito"] == "unidad" else {}
            yield make_difference(rows, total["valor"], message, total["fuente"], **where)


@rule("cobertura-incompleta", "advertencia")
def find_missing_rows(facts: Facts) -> Iterator[Finding]:
    """Catch rows that stay below the printed TOTAL in every comparable column: 3,783 of 6,382, or 59.28 %.

    One row above its total is enough for it not to be this: then each total is compared (`total-no-cuadra`).
    """
    whole = _list_whole(facts)
    if whole:
        total, rows = next((pair for pair in whole if pair[0]["concepto"] == "meta_anual"), whole[0])
        share = rows / total["valor"] * 100
        message = (
            f"Las {len(facts.activities)} filas del archivo explican {facts.show(share)} % del TOTAL impreso "
            f"({facts.show(rows)} de {facts.show(total['valor'])}): faltan filas en el archivo."
        )
        yield make_difference(rows, total["valor"], message, total["fuente"], concepto="meta_anual")


@rule("trimestre-no-cuadra", "error")
def find_wrong_quarters(facts: Facts) -> Iterator[Finding]:
    """Catch months that do not add up to the printed quarter (3 + 3 + 3 against 8), of a row or of the TOTAL.

    Also rows that no reading of their cells explains. Not quarters of which a month is blank or undecided, nor
    figures that are not added up (a last value, a mean).
    """
    for concept, adding in (("programado", "acumulacion_programado"), ("ejecutado", "acumulacion")):
        totals = {t["mes"]: t for t in facts.published("institucion", concept, 1) if t["clave"] == "total"}
        for printed in facts.published("actividad", concept, 3) + facts.published("institucion", concept, 3):
            key, is_row = printed["clave"], printed["ambito"] == "actividad"
            rows, column = (facts.closing[key], concept) if is_row else (totals, "valor")
            found = [rows[m][column] for m in close_months(printed["mes"] // 3) if m in rows and rows[m]["meses"] == 1]
            adds = facts.activities[key][adding] == "suma" if is_row else key == "total"
            if adds and len(found) == 3 and abs(sum(found) - printed["valor"]) > TOLERANCE:
                message = (
                    f"Los meses del {name_period(printed['mes'], 3)} suman {facts.show(sum(found))} {concept}; "
                    f"el trimestre dice {facts.show(printed['valor'])}."
                )
                where = {"mes": printed["mes"], "concepto": concept} | ({"actividad_id": key} if is_row else {})
                yield make_difference(sum(found), printed["valor"], message, printed["fuente"], **where)
    for (activity_id,), text, source in facts.notes("lectura"):
        if text.startswith("ninguna"):
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
    quarters: dict[str, list[dict]] = {}
    for printed in facts.published("actividad", "programado", 3) + facts.published("institucion", "programado", 3):
        quarters.setdefault(printed["clave"], []).append(printed)
    rows = [
        (a["actividad_id"], a["meta_anual"], a["fuente"], a["acumulacion_programado"])
        for a in facts.activities.values()
    ]
    rows += [("total", t["valor"], t["fuente"], "suma") for t in facts.published("institucion", "meta_anual", 12)]
    for key, goal, source, adding in rows:
        if pd.isna(goal) or adding != "suma":
            continue
        periods = quarters.get(key) or facts.due.periods.get(key, [])
        values = [p["valor"] if "valor" in p else p["programado"] for p in periods]
        whole = sum(value for value in values if pd.notna(value))
        complete = sum(p["meses"] for p in periods) == 12 and not any(map(pd.isna, values))
        to_the_end = key in quarters and any(p["mes"] == 12 for p in periods)
        if abs(whole - goal) > TOLERANCE and (complete or to_the_end or (key in quarters and whole > goal)):
            message = f"Lo programado en el año suma {facts.show(whole)}; la meta anual dice {facts.show(goal)}."
            yield make_difference(whole, goal, message, source, **({} if key == "total" else {"actividad_id": key}))
