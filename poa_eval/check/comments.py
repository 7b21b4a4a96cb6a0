"""Rules on comments: what the words say of a figure against the figure itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from poa_eval.check.facts import TOLERANCE, Facts, Finding, make_difference, rule
from poa_eval.names import fold
from poa_eval.values import is_percentage, name_period, parse_number

_DONE = (
    r"(?:cumpli(?:o|da|do|eron|das|dos)|alcanz(?:o|ada|ado|aron)|llego|logr(?:o|ada|ado|aron)|super(?:o|ada|ado|aron))"
)
#: «no se cumplió», «meta, no cumplida», «no se llegó a la meta»: a denial of the goal.
_DENIES = re.compile(rf"\bno\s+(?:se\s+)?(?:ha\s+)?{_DONE}\b")
#: «se cumplió la meta», «meta cumplida», «se llegó a la meta», «se superó la meta»: a claim that it was reached.
_CLAIMS = re.compile(
    rf"\bse\s+{_DONE}\s+(?:con\s+|a\s+)?(?:la\s+|el\s+|su\s+)?(?:meta|programado|objetivo)|\bmeta\s+{_DONE}\b"
)
_DOUBT = re.compile(r"\b(?:si|cuando|aunque|parcial\w*|casi|para)\b(?=.*\bmeta\b)|\bse (?:cumplira|espera)\b")
_NUMBER = re.compile(r"(?<![\w/.,$%-])(\d[\d.,]*\d|\d)(?![\w/%]|\s*%)\s+([a-zñ]{4,})")
_PART = re.compile(r"([^\W\d][\w .]*?)\s+(\d[\d.,]*\d|\d)\s*(?:/|;|$)")


def _comments(facts: Facts) -> Iterator[tuple[dict, dict]]:
    """Yield each commented period with a result, and its activity."""
    for activity_id, periods in facts.due.periods.items():
        for period in periods:
            if pd.notna(period["comentario"]) and pd.notna(period["ejecutado"]):
                yield facts.activities[activity_id], period


def _place(activity: dict, period: dict) -> Finding:
    return {"actividad_id": activity["actividad_id"], "mes": period["mes"]}


@rule("comentario-contradice", "error")
def find_contradictions(facts: Facts) -> Iterator[Finding]:
    """Catch a comment whose words deny its number: «no se cumplió» with 45 of 30, «se cumplió» with 130 of 150.

    Not caught: doubtful or conditional wording, results that are already cumulative, and goals to be kept low.
    """
    for activity, period in _comments(facts):
        text = fold(period["comentario"]).replace(",", " ")
        if pd.isna(period["programado"]) or not period["programado"] or _DOUBT.search(text):
            continue
        if activity["acumulacion"] == "ultimo" or activity["sentido"] != "ascendente":
            continue
        denies, claims = bool(_DENIES.search(" ".join(text.split()))), bool(_CLAIMS.search(" ".join(text.split())))
        met = period["ejecutado"] >= period["programado"]
        if (denies and met) or (claims and not denies and not met):
            done, planned = facts.show(period["ejecutado"]), facts.show(period["programado"])
            message = (
                f"El comentario dice «{period['comentario']}», y lo reportado es {done} de {planned}: "
                f"la meta {'sí' if met else 'no'} se cumplió."
            )
            yield make_difference(
                period["ejecutado"], period["programado"], message, period["fuente"], **_place(activity, period)
            )


@rule("cifra-en-comentario", "advertencia")
def find_quoted_figures(facts: Facts) -> Iterator[Finding]:
    """Catch a quantity of the activity's own measure that a comment gives otherwise: «98 reconexiones» with 115.

    Not caught: years, dates, percentages, breakdowns, and quantities of anything that neither unit of measure nor
    indicator names.
    """
    for activity, period in _comments(facts):
        if is_percentage(str(activity["unidad_medida"])) or len(_PART.findall(period["comentario"])) > 2:
            continue
        own = {
            word[:5] for word in re.findall(r"[a-zñ]{4,}", fold(f"{activity['unidad_medida']} {activity['indicador']}"))
        }
        for figure, word in _NUMBER.findall(fold(period["comentario"])):
            value = parse_number(figure, facts.plan.locale)
            if value is None or word[:5] not in own or abs(value - period["ejecutado"]) <= TOLERANCE:
                continue
            done = facts.show(period["ejecutado"])
            message = f"El comentario dice {figure} {word}; lo reportado es {done}."
            yield make_difference(
                value, period["ejecutado"], message, period["fuente"], **_place(activity, period), concepto=word
            )


@rule("desglose-no-suma", "error")
def find_wrong_breakdowns(facts: Facts) -> Iterator[Finding]:
    """Catch a breakdown in a comment («CENTRO 120/ NORTE 80/ SUR 31») that does not add up to the reported value.

    A breakdown has three parts or more, each a name and a number; dates and lists of fewer parts are none.
    """
    for activity, period in _comments(facts):
        parts = [parse_number(figure, facts.plan.locale) for _, figure in _PART.findall(period["comentario"])]
        if len(parts) < 3 or None in parts:
            continue
        total = sum(part for part in parts if part is not None)
        if abs(total - period["ejecutado"]) > TOLERANCE:
            message = (
                f"Las {len(parts)} partes que da el comentario suman {facts.show(total)}; "
                f"lo reportado es {facts.show(period['ejecutado'])}."
            )
            yield make_difference(total, period["ejecutado"], message, period["fuente"], **_place(activity, period))


@rule("cifras-identicas", "nota")
def find_twins(facts: Facts) -> Iterator[Finding]:
    """Note two activities of a unit with the same results over at least three periods, unless they never change."""
    seen: dict[tuple, dict] = {}
    for activity in facts.activities.values():
        results = [(p["mes"], p["meses"], p["ejecutado"]) for p in facts.due.periods[activity["actividad_id"]]]
        results = [row for row in results if pd.notna(row[2])]
        if len(results) < 3 or len({value for *_, value in results}) == 1:
            continue
        twin = seen.setdefault((activity["unidad_id"], *results), activity)
        if twin is not activity:
            said = ", ".join(f"{name_period(m, n)} {facts.show(v)}" for m, n, v in results[:4])
            said += "…" if len(results) > 4 else ""
            message = f"Mismos resultados que «{twin['actividad']}»: {said}. ¿Es la misma cifra?"
            yield {
                "actividad_id": activity["actividad_id"],
                "encontrado": said,
                "esperado": "resultados propios",
                "mensaje": message,
                "fuente": activity["fuente"],
            }
