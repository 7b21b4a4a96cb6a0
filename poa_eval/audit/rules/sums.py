"""Rules on printed figures: progress by its formula, rows against totals, months and quarters against their sums."""

from collections.abc import Iterator

from poa_eval.audit.rules.accumulation import find_contradicted_goals
from poa_eval.audit.rules.registry import CheckContext, Finding, make_difference, make_finding, rule
from poa_eval.metrics.formulas import FORMULAS, TOLERANCE, Case, compute
from poa_eval.plan.notes import Repair
from poa_eval.text.periods import name_period


@rule("avance-no-reproduce", "error")
def find_wrong_progress(context: CheckContext) -> Iterator[Finding]:
    """Catch published progress that the layout's formula does not give: 13.05 % printed, 12.50 % by the formula.

    Where another usual formula explains all that the document prints (two rows or more), the message says which. The
    weights of the periods that it prints (25 % a quarter, 100 % a year) are compared as well. Where the
    layout declares no formula, the one that nearly all that is printed follows stands for it. Not documents without
    such a one, nor rows of which an earlier period is absent or has no target.
    """
    rows = []
    for printed in context.comparisons:
        if printed["via"] == "formula":
            activity = context.activities[printed["clave"]]
            periods = [p for p in context.windows.due.periods[printed["clave"]] if p["mes"] <= printed["mes"]]
            rows.append((printed["valor"], periods, activity, context.plan.open_kinds.get(printed["clave"], ()), 1))
    wrong = list(context.differences("formula"))
    other = _find_formula(rows) if wrong else None
    hint = [f"Lo impreso en todo el documento corresponde a otra fórmula: {other}."] if other else []
    for printed in [*wrong, *context.differences("inferida", "peso", "frecuencia", "pesos")]:
        shown, again = (f"{context.show(printed[c])} %" for c in ("valor", "recalculado"))
        concept, advice = str(printed["meses"]), []
        if printed["via"] == "formula":
            how, advice = f"con la fórmula del documento ({context.plan.rule('avance.texto')})", hint
            message = f"El avance publicado es {shown}; {how} resulta {again}."
        elif printed["via"] == "inferida":
            what = "cumplimiento" if printed["concepto"] == "cumplimiento" else "avance"
            message = f"El {what} publicado es {shown}; con la fórmula {printed['regla'].text}, resulta {again}."
            advice = ["El documento no dice cuál usa."]
        else:
            concept, what = f"{printed['concepto']}/{concept}", printed["concepto"].replace("_", " ")
            message = f"El documento imprime {shown} de {what}; por el peso de los periodos son {again}."
        where = {"actividad_id": printed["clave"], "mes": printed["mes"], "concepto": concept, "consejo": advice}
        yield make_difference(printed["valor"], printed["recalculado"], message, printed["fuente"], **where)


def _find_formula(rows: list[Case]) -> str | None:
    """Return the usual formula that gives every printed figure, two or more; None where there is none."""
    for name in FORMULAS if len(rows) > 1 else ():
        values = [compute(name, *parts) for _, *parts in rows]
        if all(v is not None and abs(v - row[0]) <= TOLERANCE for v, row in zip(values, rows, strict=True)):
            return name
    return None


def _list_short(context: CheckContext) -> list[dict]:
    """List the institution's totals with the sum of their rows, where rows stay below them all: some are missing."""
    totals = [f for f in context.comparisons if f["via"] == "filas" and f["ambito"] == "institucion"]
    totals = [f for f in totals if f["valor"] or f["recalculado"]]
    return totals if all(f["recalculado"] < f["valor"] - TOLERANCE for f in totals) else []


@rule("total-no-cuadra", "error")
def find_wrong_totals(context: CheckContext) -> Iterator[Finding]:
    """Catch rows that do not add up to a printed TOTAL: the rows say 936, the TOTAL 900.

    Not where the rows stay below the institution's TOTAL throughout (rows are missing: `cobertura-incompleta`), nor
    columns that some row leaves blank, unless the others pass the TOTAL already.
    """
    short = bool(_list_short(context))
    for total in context.differences("filas"):
        if short and total["ambito"] == "institucion":
            continue
        what, period = total["concepto"].replace("_", " "), name_period(total["mes"], total["meses"])
        rows, printed = (context.show(total[c]) for c in ("recalculado", "valor"))
        message = f"Las filas suman {rows} de {what} ({period}){total['regla'].rest}; el TOTAL impreso dice {printed}."
        yield _differ(total, message, mes=total["mes"], concepto=f"{total['concepto']}/{total['meses']}")


@rule("cobertura-incompleta", "advertencia")
def find_missing_rows(context: CheckContext) -> Iterator[Finding]:
    """Catch rows that stay below the printed TOTAL in every comparable column: 3,783 of 6,382, or 59.28 %.

    One row above its total is enough for it not to be this: then each total is compared (`total-no-cuadra`).
    """
    short = _list_short(context)
    if short:
        total = next((found for found in short if found["concepto"] == "meta_anual"), short[0])
        rows, printed = total["recalculado"], total["valor"]
        count = len(context.activities)
        whose = f"Las {count} filas del archivo explican" if count > 1 else "La única fila del archivo explica"
        message = (
            f"{whose} {context.show(rows / printed * 100)} % del TOTAL "
            f"impreso ({context.show(rows)} de {context.show(printed)}): faltan filas en el archivo."
        )
        message += f" Se tomó la {total['regla'].text}." if total["regla"].rest else ""
        yield make_difference(rows, printed, message, total["fuente"], concepto="meta_anual")


@rule("trimestre-no-cuadra", "error")
def find_wrong_quarters(context: CheckContext) -> Iterator[Finding]:
    """Catch months that do not add up to the printed quarter (3 + 3 + 3 against 8), of a row or of the TOTAL.

    Also rows that no reading of their cells explains. Not quarters of which a month is blank or undecided, nor
    figures that are not added up (a last value, a mean).
    """
    for found in context.differences("periodos"):
        sums, printed = (context.show(found[c]) for c in ("recalculado", "valor"))
        name, is_quarter = name_period(found["mes"], found["meses"]), found["meses"] == 3
        parts, told = ("Los meses", "el trimestre") if is_quarter else ("Los periodos", "lo impreso")
        message = f"{parts} del {name} suman {sums} de lo {found['concepto']}; {told} dice {printed}."
        concept = found["concepto"] if is_quarter else f"{found['concepto']}/{found['meses']}"
        yield _differ(found, message, mes=found["mes"], concepto=concept)
    precise = {found["clave"] for found in context.differences("periodos", "meta")}
    for repair in context.plan.list_notes(Repair):
        if repair.state == "ninguna" and repair.owner not in precise:
            message = "Los meses de esta fila no suman sus trimestres de ninguna manera: revise todas sus cifras."
            yield make_finding(repair.damage, "sumas que cuadren", message, repair.source, actividad_id=repair.owner)


@rule("meta-no-cuadra", "error")
def find_wrong_goals(context: CheckContext) -> Iterator[Finding]:
    """Catch printed quarters, or the programme of all periods, that do not add up to the goal of the year: 12 of 13.

    Printed quarters are caught although one is blank, where they pass the goal or go on to the last. Also a goal that a
    declared mean, level or constant does not give. Not a programme of which the last periods are blank and that stays
    below its goal.
    """
    for found in context.differences("meta"):
        sums, goal = (context.show(found[c]) for c in ("recalculado", "valor"))
        message = f"Lo programado en el año suma {sums}; la meta anual dice {goal}."
        yield _differ(found, message)
    yield from find_contradicted_goals(context)


def _differ(found: dict, message: str, **where: object) -> Finding:
    key = {"actividad": "actividad_id", "unidad": "unidad_id"}.get(found["ambito"])
    where |= {key: found["clave"]} if key else {}
    return make_difference(found["recalculado"], found["valor"], message, found["fuente"], **where)
