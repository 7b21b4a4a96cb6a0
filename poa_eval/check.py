"""Check stage: whatever a document prints twice is compared; each difference is one finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from babel.numbers import format_decimal

from poa_eval.measure import find_corte, weigh_ratios
from poa_eval.names import make_hash
from poa_eval.plan import Plan
from poa_eval.profile import Profile, find_profile
from poa_eval.values import close_months, name_period
from poa_eval.windows import Due, find_due, measure_window

#: Columns of the findings; the contract of `hallazgos`.
COLUMNS = (
    "hallazgo_id regla gravedad unidad_id actividad_id mes encontrado esperado diferencia mensaje fuente".split()
)
SEVERITIES = ("error", "advertencia", "nota")
#: Published percentages are compared with this tolerance, in points.
TOLERANCE = 0.05


@dataclass(frozen=True)
class Facts:
    """What the rules look at: the plan, what is due in it, and the profile."""

    plan: Plan
    due: Due
    perfil: Profile

    @cached_property
    def activities(self) -> dict[str, dict]:
        """Return the activities by id."""
        return {row["actividad_id"]: row for row in self.plan.actividades.to_dict("records")}

    @cached_property
    def quarters(self) -> tuple[int, ...]:
        """Return the quarters that began up to the cut-off."""
        return tuple(range(1, (self.due.corte + 2) // 3 + 1))

    def published(self, scope: str, concept: str, length: int) -> list[dict]:
        """Return printed figures of a scope, a concept and a length of period."""
        t = self.plan.publicado
        return t[(t["ambito"] == scope) & (t["concepto"] == concept) & (t["meses"] == length)].to_dict("records")

    def notes(self, kind: str) -> list[tuple[list[str], str, str]]:
        """Return what loading noted under ``kind/…``: parts of the key, text, source."""
        t = self.plan.contexto[self.plan.contexto["clave"].str.startswith(f"{kind}/")]
        return [(key.split("/")[1:], text, source) for key, text, source in t.itertuples(index=False)]

    def show(self, value: float) -> str:
        """Write a number as the plan's readers do, with at most two decimals."""
        return format_decimal(round(value, 2), locale=self.plan.locale)


Finding = dict[str, object]
Rule = Callable[[Facts], Iterator[Finding]]
RULES: dict[str, tuple[str, Rule]] = {}


def _rule(slug: str, severity: str) -> Callable[[Rule], Rule]:
    def register(function: Rule) -> Rule:
        RULES[slug] = (severity, function)
        return function

    return register


def check(plan: Plan, *, corte: dt.date | None = None, perfil: Profile | str = "neutro") -> pd.DataFrame:
    """Compare whatever a plan's documents print twice, and what is due with what is reported.

    Parameters
    ----------
    plan : Plan
    corte : date, optional
        Periods that close after it are not due; without it, the last period that the document reports.
    perfil : Profile or str, default "neutro"

    Returns
    -------
    DataFrame
        One row a finding: `hallazgo_id`, `regla`, `gravedad`, `unidad_id`, `actividad_id`, `mes`, `encontrado`,
        `esperado`, `diferencia`, `mensaje`, `fuente`; errors first. The id depends on rule, unit, activity, period
        and concept, never on a line or a value.

    Examples
    --------
    >>> check(Plan("Municipio", 2024, "es_MX")).empty
    True
    """
    profile = find_profile(perfil) if isinstance(perfil, str) else perfil
    facts = Facts(plan, find_due(plan, find_corte(plan, corte)), profile)
    rows = []
    for slug, (severity, rule) in RULES.items():
        for found in rule(facts):
            activity = facts.activities.get(str(found.get("actividad_id")), {})
            unit = found.get("unidad_id") or activity.get("unidad_id")
            concept, month = str(found.pop("concepto", "")), found.get("mes")
            key = make_hash(slug, str(unit), str(found.get("actividad_id")), str(month), concept, length=10)
            rows.append(found | {"hallazgo_id": key, "regla": slug, "gravedad": severity, "unidad_id": unit})
    table = pd.DataFrame(rows, columns=COLUMNS)
    table = table.astype(dict.fromkeys(set(COLUMNS) - {"mes", "diferencia"}, "str") | {"mes": "Int64", "diferencia": "float64"})
    order = table["gravedad"].map({name: i for i, name in enumerate(SEVERITIES)})
    return table.assign(_o=order).sort_values("_o", kind="stable").drop(columns="_o").reset_index(drop=True)


def _differ(found: float, expected: float, message: str, source: str, **where: object) -> Finding:
    """Make a finding of two numbers that differ."""
    texts = {"encontrado": f"{round(found, 6):.15g}", "esperado": f"{round(expected, 6):.15g}"}
    return {**where, **texts, "diferencia": found - expected, "mensaje": message, "fuente": source}


def _sum_rows(facts: Facts) -> Iterator[tuple[dict, float]]:
    """Yield each printed total and the sum of the rows, where every row has that figure."""
    plan = facts.plan
    goals = plan.actividades["meta_anual"]
    own = plan.avances.melt(["actividad_id", "mes", "meses"], ["programado", "ejecutado"], "concepto", "valor")
    quarter = own.assign(mes=(own["mes"] + 2) // 3 * 3)
    whole = quarter.groupby(["concepto", "mes", "actividad_id"]).agg(
        valor=("valor", lambda v: v.sum(skipna=False)), meses=("meses", "sum")
    )
    for total in plan.publicado[plan.publicado["clave"] == "total"].to_dict("records"):
        key = (total["concepto"], total["mes"], total["meses"])
        if key[0] == "meta_anual":
            parts, complete = goals, goals.notna().all()
        elif key[2] == 3 and key[:2] in whole.index.droplevel(2):
            part = whole.loc[key[:2]]
            parts, complete = part["valor"], len(part) == len(goals) and part["valor"].notna().all() and (part["meses"] == 3).all()
        else:
            parts = own.loc[(own["concepto"] == key[0]) & (own["mes"] == key[1]) & (own["meses"] == key[2]), "valor"]
            complete = len(parts) == len(goals) and parts.notna().all()
        if complete:
            yield total, float(parts.sum())


def _is_short(facts: Facts) -> bool:
    """Say whether the rows stay below the printed totals throughout: rows are missing from the file."""
    sums = [(total["valor"], rows) for total, rows in _sum_rows(facts) if total["valor"]]
    return bool(sums) and all(rows < printed - TOLERANCE for printed, rows in sums)


@_rule("total-no-cuadra", "error")
def find_wrong_totals(facts: Facts) -> Iterator[Finding]:
    """Catch rows that do not add up to the printed TOTAL; not where they all stay below it (rows are missing)."""
    if _is_short(facts):
        return
    for total, rows in _sum_rows(facts):
        if abs(rows - total["valor"]) > TOLERANCE:
            what = total["concepto"].replace("_", " ")
            period = name_period(total["mes"], total["meses"])
            message = f"Las filas suman {facts.show(rows)} de {what} ({period}); el TOTAL impreso dice {facts.show(total['valor'])}."
            yield _differ(rows, total["valor"], message, total["fuente"], mes=total["mes"], concepto=f"{total['concepto']}/{total['meses']}")


@_rule("cobertura-incompleta", "advertencia")
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
        yield _differ(rows, total["valor"], message, total["fuente"], concepto="meta_anual")


@_rule("trimestre-no-cuadra", "error")
def find_wrong_quarters(facts: Facts) -> Iterator[Finding]:
    """Catch months that do not add up to the printed quarter, and rows that no reading of their cells explains."""
    months = facts.plan.avances[facts.plan.avances["meses"] == 1].set_index(["actividad_id", "mes"])
    totals = {(t["concepto"], t["mes"]): t["valor"] for c in ("programado", "ejecutado") for t in facts.published("institucion", c, 1)}
    for concept in ("programado", "ejecutado"):
        for scope in ("actividad", "institucion"):
            for printed in facts.published(scope, concept, 3):
                wanted = close_months(printed["mes"] // 3)
                if scope == "actividad":
                    values = [months[concept].get((printed["clave"], month)) for month in wanted]
                else:
                    values = [totals.get((concept, month)) for month in wanted]
                if all(value is not None and pd.notna(value) for value in values) and abs(sum(values) - printed["valor"]) > TOLERANCE:
                    name = name_period(printed["mes"], 3)
                    message = f"Los meses del {name} suman {facts.show(sum(values))} {concept}; el trimestre dice {facts.show(printed['valor'])}."
                    where = {"actividad_id": printed["clave"]} if scope == "actividad" else {}
                    yield _differ(sum(values), printed["valor"], message, printed["fuente"], mes=printed["mes"], concepto=concept, **where)
    for (activity_id,), text, source in facts.notes("lectura"):
        if text.startswith("ninguna"):
            message = "Los meses de esta fila no suman sus trimestres de ninguna manera: revise todas sus cifras."
            yield {"actividad_id": activity_id, "encontrado": text, "esperado": "sumas que cuadren", "mensaje": message, "fuente": source}


@_rule("meta-no-cuadra", "error")
def find_wrong_goals(facts: Facts) -> Iterator[Finding]:
    """Catch printed quarters, or the programme of all periods, that do not add up to the goal of the year."""
    quarters: dict[str, list[dict]] = {}
    for printed in facts.published("actividad", "programado", 3) + facts.published("institucion", "programado", 3):
        quarters.setdefault(printed["clave"], []).append(printed)
    rows = [(a["actividad_id"], a["meta_anual"], a["fuente"], a["acumulacion_programado"]) for a in facts.activities.values()]
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
            yield _differ(sum(values), goal, message, source, **({} if key == "total" else {"actividad_id": key}))


@_rule("avance-no-reproduce", "error")
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
            yield _differ(printed["valor"], value, message, printed["fuente"], actividad_id=printed["clave"], mes=printed["mes"])


@_rule("periodo-cambiado", "error")
def find_changed_periods(facts: Facts) -> Iterator[Finding]:
    """Catch a reported period, or a goal, that a reissued document changes."""
    for (activity_id, month, length, concept), text, source in facts.notes("cambio"):
        change = text.split(";")[0]
        before, after = (float(part) for part in change.split(" → "))
        message = f"El documento nuevo cambia {concept.replace('_', ' ')} ({name_period(int(month), int(length))}): {text}."
        yield _differ(after, before, message, source, actividad_id=activity_id, mes=int(month), concepto=f"{concept}/{length}")


@_rule("periodo-sin-reporte", "advertencia")
def find_missing_periods(facts: Facts) -> Iterator[Finding]:
    """Catch due periods that are absent; not those of a quarter of which no document was loaded."""
    for activity in facts.activities.values():
        for quarter in facts.quarters:
            for month, length in measure_window(activity, facts.due, (quarter,), facts.perfil).faltan:
                message = f"Falta el reporte de {name_period(month, length)}, que ya venció."
                where = {"actividad_id": activity["actividad_id"], "mes": month}
                yield where | {"encontrado": "sin reporte", "esperado": "un valor ejecutado", "mensaje": message, "fuente": activity["fuente"]}


@_rule("ejecucion-sin-programa", "advertencia")
def find_unplanned_results(facts: Facts) -> Iterator[Finding]:
    """Catch results of a period in which nothing was programmed."""
    for activity_id, periods in facts.due.periods.items():
        for p in periods:
            if p["programado"] == 0 and pd.notna(p["ejecutado"]) and p["ejecutado"] > 0:
                name = name_period(p["mes"], p["meses"])
                message = f"En {name} se ejecutó {facts.show(p['ejecutado'])} sin nada programado."
                yield _differ(p["ejecutado"], 0.0, message, p["fuente"], actividad_id=activity_id, mes=p["mes"])


@_rule("sobreejecucion", "advertencia")
def find_overruns(facts: Facts) -> Iterator[Finding]:
    """Catch activities that pass their target to date by more than the profile's upper band."""
    limit = facts.perfil.bandas.sobrecumplida.valor
    for activity in facts.activities.values():
        window = measure_window(activity, facts.due, facts.quarters, facts.perfil) if facts.quarters else None
        if window and window.cumplimiento is not None and window.cumplimiento > limit and activity["sentido"] == "ascendente":
            message = (
                f"A la fecha se ejecutó {facts.show(window.ejecutado or 0)} de {facts.show(window.programado or 0)} "
                f"({facts.show(window.cumplimiento)} %), sobre {facts.show(limit)} %: ¿la meta está bien planeada?"
            )
            where = {"actividad_id": activity["actividad_id"], "mes": 3 * facts.quarters[-1]}
            yield _differ(window.ejecutado or 0, window.programado or 0, message, activity["fuente"], **where)


@_rule("nombre-con-variantes", "nota")
def find_spellings(facts: Facts) -> Iterator[Finding]:
    """Note names taken as one because they are equal but for accents, case and spaces."""
    for (unit_id,), text, source in facts.notes("variante.unidad"):
        yield {"unidad_id": unit_id, "encontrado": text, "mensaje": f"{text[0].upper()}{text[1:]}." if text else "", "fuente": source}


@_rule("celda-reconstruida", "nota")
def find_rebuilt_rows(facts: Facts) -> Iterator[Finding]:
    """Note damaged rows that one reading puts right."""
    yield from _readings(facts, "reconstruida")


@_rule("celda-ambigua", "nota")
def find_open_rows(facts: Facts) -> Iterator[Finding]:
    """Note damaged rows that several readings fit: only the quarters stand where they differ."""
    yield from _readings(facts, "ambigua")


def _readings(facts: Facts, state: str) -> Iterator[Finding]:
    for (activity_id,), text, source in facts.notes("lectura"):
        if text.startswith(state):
            said = text.split(": ", 1)[1]
            yield {"actividad_id": activity_id, "encontrado": said, "mensaje": f"{said[0].upper()}{said[1:]}.", "fuente": source}
