"""Rule on published progress: the formula of the layout against what is printed, and which other one explains it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from poa_eval.check.facts import TOLERANCE, Facts, Finding, make_difference, rule

Formula = Callable[[list[dict], dict], float]


def _sum(periods: list[dict], column: str) -> float:
    return sum(period[column] for period in periods)


def _weigh(weights: dict[int, float]) -> Formula:
    return lambda periods, _: sum(p["ejecutado"] / p["programado"] * weights[p["meses"]] for p in periods)


#: What documents compute their progress by, besides what the layout declares; tried in this order.
_FORMULAS: dict[str, Formula] = {
    "Σ ejecutado / meta anual × 100": lambda ps, a: _sum(ps, "ejecutado") / a["meta_anual"] * 100,
    "Σ ejecutado / Σ programado a la fecha × 100": lambda ps, _: _sum(ps, "ejecutado") / _sum(ps, "programado") * 100,
    "último valor / meta anual × 100": lambda ps, a: ps[-1]["ejecutado"] / a["meta_anual"] * 100,
    "último valor / programado del periodo × 100": lambda ps, _: ps[-1]["ejecutado"] / ps[-1]["programado"] * 100,
    "promedio de ejecutado / programado × 100": lambda ps, _: (
        sum(p["ejecutado"] / p["programado"] for p in ps) / len(ps) * 100
    ),
    "Σ ejecutado / programado × (100 / 12 por mes)": _weigh({n: n * 100 / 12 for n in (1, 2, 3, 4, 6, 12)}),
    "Σ ejecutado / programado × (8.33 por mes, 25 por trimestre)": _weigh({1: 8.33, 3: 25.0, 6: 50.0, 12: 100.0}),
}


@rule("avance-no-reproduce", "error")
def find_wrong_progress(facts: Facts) -> Iterator[Finding]:
    """Catch published progress that the layout's formula does not give: 13.05 % printed, 12.50 % by the formula.

    Where another usual formula explains all that the document prints (two rows or more), the message says which. The
    weights of the periods that it prints (25 % a quarter, 100 % a year) are compared as well. Not documents whose
    layout declares no formula, nor rows of which an earlier period is absent or has no target.
    """
    rows = []
    for printed in facts.comparisons:
        if printed["via"] == "formula":
            activity = facts.activities[printed["clave"]]
            periods = [p for p in facts.due.periods[printed["clave"]] if p["mes"] <= printed["mes"]]
            rows.append((printed, activity, periods))
    wrong = list(facts.differences("formula"))
    other = _find_formula(rows) if wrong else None
    hint = f" Lo impreso en todo el documento corresponde a otra fórmula: {other}." if other else ""
    for printed in wrong:
        message = (
            f"El avance publicado es {facts.show(printed['valor'])} %; con la fórmula del documento "
            f"({facts.plan.rule('avance.texto')}) resulta {facts.show(printed['recalculado'])} %.{hint}"
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


def _differs(value: float, printed: dict) -> bool:
    return not abs(value - printed["valor"]) <= TOLERANCE


def _find_formula(rows: list[tuple[dict, dict, list[dict]]]) -> str | None:
    """Return the usual formula that gives every printed figure, two or more; None where there is none."""
    for name, compute in _FORMULAS.items() if len(rows) > 1 else ():
        try:
            if not any(_differs(compute(periods, activity), printed) for printed, activity, periods in rows):
                return name
        except (ZeroDivisionError, KeyError):  # a goal of 0, or a period without weight: this formula gives no figure
            continue
    return None
