"""Rules on sums: rows against totals, months against quarters, quarters against the goal, published progress."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from poa_eval.check.facts import TOLERANCE, Facts, Finding, make_difference, rule
from poa_eval.measure import weigh_ratios
from poa_eval.values import close_months, name_period


def _sum_rows(facts: Facts) -> Iterator[tuple[dict, float]]:
    """Yield each printed total, of the institution or a unit, and the sum of its rows where all have that figure."""
    plan = facts.plan
    totals = plan.publicado[(plan.publicado["clave"] == "total") | (plan.publicado["ambito"] == "unidad")]
    for (scope, key), printed in totals.groupby(["ambito", "clave"], sort=False):
        mine = plan.actividades if scope == "institucion" else plan.actividades[plan.actividades["unidad_id"] == key]
        periods = plan.avances[plan.avances["actividad_id"].isin(mine["actividad_id"])]
        yield from _sum_scope(printed, mine["meta_anual"], periods)


def _sum_scope(totals: pd.DataFrame, goals: pd.Series, periods: pd.DataFrame) -> Iterator[tuple[dict, float]]:
    own = periods.melt(["actividad_id", "mes", "meses"], ["programado", "ejecutado"], "concepto", "valor")
    quarter = own.assign(mes=(own["mes"] + 2) // 3 * 3)
    whole = quarter.groupby(["concepto", "mes", "actividad_id"]).agg(
        valor=("valor", lambda v: v.sum(skipna=False)), meses=("meses", "sum")
    )
    for total in totals.to_dict("records"):
        key = (total["concepto"], total["mes"], total["meses"])
        if key[0] == "meta_anual":
            parts, complete = goals, goals.notna().all()
        elif key[2] == 3 and key[:2] in whole.index.droplevel(2):
            part = whole.loc[key[:2]]
            parts, complete = (
                part["valor"],
                len(part) == len(goals) and part["valor"].notna().all() and (part["meses"] == 3).all(),
            )
        else:
            parts = own.loc[(own["concepto"] == key[0]) & (own["mes"] == key[1]) & (own["meses"] == key[2]), "valor"]
            complete = len(parts) == len(goals) and parts.notna().all()
        if complete:
            yield total, float(parts.sum())


def _is_short(facts: Facts) -> bool:
    """Say whether the rows stay below the printed totals throughout: rows are missing from the file."""
    sums = [(t["valor"], rows) for t, rows in _sum_rows(facts) if t["valor"] and t["ambito"] == "institucion"]
    return bool(sums) and all(rows < printed - TOLERANCE for printed, rows in sums)


@rule("total-no-cuadra", "error")
def find_wrong_totals(facts: Facts) -> Iterator[Finding]:
    """Catch rows that do not add up to the printed TOTAL; not where they all stay below it (rows are missing)."""
    if _is_short(facts):
        return
    for total, rows in _sum_rows(facts):
        if abs(rows - total["valor"]) > TOLERANCE:
            what = total["concepto"].replace("_", " ")
            period = name_period(total["mes"], total["meses"])
            printed = facts.show(total["valor"])
            message = f"Las filas suman {facts.show(rows)} de {what} ({period}); el TOTAL impreso dice {printed}."
            yield make_difference(
                rows,
                total["valor"],
                message,
                total["fuente"],
                mes=total["mes"],
                concepto=f"{total['concepto']}/{total['meses']}",
                unidad_id=total["clave"] if total["ambito"] == "unidad" else None,
            )


@rule("cobertura-incompleta", "advertencia")
def find_missing_rows(facts: Facts) -> Iterator[Finding]:
    """Catch rows that stay below the printed TOTAL in every comparable column; says the share they explain."""
    if _is_short(facts):
        sums = list(_sum_rows(facts))
        total, rows = next(((t, s) for t, s in sums if t["concepto"] == "meta_anual"), sums[0])
        share = rows / total["valor"] * 100
        message = (
            f"Las {len(facts.activities)} filas del archivo explican {facts.show(share)} % del TOTAL impreso "
            f"({facts.show(rows)} de {facts.show(total['valor'])}): faltan filas en el archivo."
        )
        yield make_difference(rows, total["valor"], message, total["fuente"], concepto="meta_anual")


@rule("trimestre-no-cuadra", "error")
def find_wrong_quarters(facts: Facts) -> Iterator[Finding]:
    """Catch months that do not add up to the printed quarter, and rows that no reading of their cells explains."""
    months = facts.plan.avances[facts.plan.avances["meses"] == 1].set_index(["actividad_id", "mes"])
    totals = {
        (t["concepto"], t["mes"]): t["valor"]
        for c in ("programado", "ejecutado")
        for t in facts.published("institucion", c, 1)
        if t["clave"] == "total"
    }
    for concept in ("programado", "ejecutado"):
        for scope in ("actividad", "institucion"):
            for printed in facts.published(scope, concept, 3):
                wanted = close_months(printed["mes"] // 3)
                if scope == "actividad":
                    values = [months[concept].get((printed["clave"], month)) for month in wanted]
                else:
                    values = (
                        [totals.get((concept, month)) for month in wanted] if printed["clave"] == "total" else [None]
                    )
                if any(value is None or pd.isna(value) for value in values):
                    continue
                if abs(sum(values) - printed["valor"]) > TOLERANCE:
                    name, total = name_period(printed["mes"], 3), facts.show(sum(values))
                    message = (
                        f"Los meses del {name} suman {total} {concept}; "
                        f"el trimestre dice {facts.show(printed['valor'])}."
                    )
                    where = {"actividad_id": printed["clave"]} if scope == "actividad" else {}
                    yield make_difference(
                        sum(values),
                        printed["valor"],
                        message,
                        printed["fuente"],
                        mes=printed["mes"],
                        concepto=concept,
                        **where,
                    )
    for (activity_id,), text, source in facts.notes("lectura"):
        if text.startswith("ninguna"):
            message = "Los meses de esta fila no suman sus trimestres de ninguna manera: revise todas sus cifras."
            yield {
                "actividad_id": activity_id,
                "encontrado": text,
                "esperado": "sumas que cuadren",
                "mensaje": message,
                "fuente": source,
            }


@rule("meta-no-cuadra", "error")
def find_wrong_goals(facts: Facts) -> Iterator[Finding]:
    """Catch printed quarters, or the programme of all periods, that do not add up to the goal of the year."""
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
        complete = sum(p["meses"] for p in periods) == 12 and not pd.isna(values).any()
        over = bool(quarters.get(key)) and sum(v for v in values if pd.notna(v)) > goal + TOLERANCE
        if (complete or over) and abs(sum(values) - goal) > TOLERANCE:
            message = f"Lo programado en el año suma {facts.show(sum(values))}; la meta anual dice {facts.show(goal)}."
            yield make_difference(
                sum(values), goal, message, source, **({} if key == "total" else {"actividad_id": key})
            )


@rule("avance-no-reproduce", "error")
def find_wrong_progress(facts: Facts) -> Iterator[Finding]:
    """Catch published progress that the layout's formula does not give; not where an earlier period is absent."""
    if facts.plan.rule("avance") is None:
        return
    for printed in facts.plan.publicado[facts.plan.publicado["concepto"] == "avance_pct"].to_dict("records"):
        if printed["ambito"] != "actividad" or pd.isna(printed["valor"]):
            continue
        periods = [p for p in facts.due.periods[printed["clave"]] if p["mes"] <= printed["mes"]]
        if sum(p["meses"] for p in periods) != printed["mes"]:
            continue
        value = weigh_ratios(periods, facts.activities[printed["clave"]], facts.plan)
        if value is not None and abs(value - printed["valor"]) > TOLERANCE:
            message = (
                f"El avance publicado es {facts.show(printed['valor'])} %; con la fórmula del documento "
                f"({facts.plan.rule('avance.texto')}) resulta {facts.show(value)} %."
            )
            yield make_difference(
                printed["valor"], value, message, printed["fuente"], actividad_id=printed["clave"], mes=printed["mes"]
            )
