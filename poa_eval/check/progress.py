"""Rule on published progress: the formula of the layout against what is printed, and which other one explains it."""

from __future__ import annotations

from collections.abc import Iterator

from poa_eval.check.facts import TOLERANCE, Facts, Finding, make_difference, rule
from poa_eval.infer import FORMULAS, Case, compute


@rule("avance-no-reproduce", "error")
def find_wrong_progress(facts: Facts) -> Iterator[Finding]:
    """Catch published progress that the layout's formula does not give: 13.05 % printed, 12.50 % by the formula.

    Where another usual formula explains all that the document prints (two rows or more), the message says which. The
    weights of the periods that it prints (25 % a quarter, 100 % a year) are compared as well. Where the
    layout declares no formula, the one that nearly all that is printed follows stands for it. Not documents without
    such a one, nor rows of which an earlier period is absent or has no target.
    """
    rows = []
    for printed in facts.comparisons:
        if printed["via"] == "formula":
            activity = facts.activities[printed["clave"]]
            periods = [p for p in facts.due.periods[printed["clave"]] if p["mes"] <= printed["mes"]]
            rows.append((printed["valor"], periods, activity))
    wrong = list(facts.differences("formula"))
    other = _find_formula(rows) if wrong else None
    hint = f" Lo impreso en todo el documento corresponde a otra fórmula: {other}." if other else ""
    for printed in wrong:
        message = (
            f"El avance publicado es {facts.show(printed['valor'])} %; con la fórmula del documento "
            f"({facts.plan.rule('avance.texto')}) resulta {facts.show(printed['recalculado'])} %.{hint}"
        )
        yield _differ(printed, message) | {"concepto": str(printed["meses"])}
    for printed in facts.differences("inferida"):
        message = (
            f"El avance publicado es {facts.show(printed['valor'])} %; con la fórmula {printed['como']}, resulta "
            f"{facts.show(printed['recalculado'])} %. El documento no dice cuál usa."
        )
        yield _differ(printed, message) | {"concepto": str(printed["meses"])}
    for printed in facts.differences("peso", "frecuencia", "pesos"):
        what = printed["concepto"].replace("_", " ")
        message = (
            f"El documento imprime {facts.show(printed['valor'])} % de {what}; por el peso de los periodos "
            f"son {facts.show(printed['recalculado'])} %."
        )
        yield _differ(printed, message) | {"concepto": f"{printed['concepto']}/{printed['meses']}"}


def _differ(printed: dict, message: str) -> Finding:
    where = {"actividad_id": printed["clave"], "mes": printed["mes"]}
    return make_difference(printed["valor"], printed["recalculado"], message, printed["fuente"], **where)


def _find_formula(rows: list[Case]) -> str | None:
    """Return the usual formula that gives every printed figure, two or more; None where there is none."""
    for name in FORMULAS if len(rows) > 1 else ():
        values = [compute(name, periods, activity) for _, periods, activity in rows]
        if all(v is not None and abs(v - row[0]) <= TOLERANCE for v, row in zip(values, rows, strict=True)):
            return name
    return None
