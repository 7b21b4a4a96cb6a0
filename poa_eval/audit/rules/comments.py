"""Rules on comments: what the words say of a figure against the figure itself."""

import re
from collections.abc import Iterator
from functools import lru_cache

import pandas as pd

from poa_eval.audit.rules.registry import CheckContext, Finding, make_difference, make_finding, rule
from poa_eval.metrics.formulas import TOLERANCE
from poa_eval.plan.accumulation import find_accumulation
from poa_eval.plan.notes import Comment
from poa_eval.readers.addresses import name_file
from poa_eval.text.claims import find_quantities, read_claim, split_parts
from poa_eval.text.names import normalize
from poa_eval.text.numbers import is_percentage
from poa_eval.text.periods import name_period

_RATIO = re.compile(r"(?:porcentaje|tasa|indice|proporcion|razon|relacion|promedio|cobertura|nivel|grado|%)\b")
_COUNT = re.compile(r"(?:numero|cantidad|total|no\.|num\.|n°|nº)\s+(?:total\s+)?(?:de|del)\s+")
#: How far from the value, as a share of it, the sum of a breakdown may be and still be meant for it.
_NEAR = 0.2


def _contradict(context: CheckContext, period: dict, found: float, expected: float, message: str) -> Finding:
    source = context.columns.find(period["fuente"], "comentario")
    where = {"actividad_id": period["actividad_id"], "mes": period.get("mes")}
    return make_difference(found, expected, message, source, **where)


def _list_months(period: dict) -> range:
    return range(period["mes"] - period["meses"] + 1, period["mes"] + 1)


@rule("comentario-contradice", "error")
def find_contradictions(context: CheckContext) -> Iterator[Finding]:
    """Catch a comment whose words deny its number: «no se cumplió» with 45 of 30, «se cumplió» with 130 of 150.

    Not caught: doubtful, partial or conditional wording; words on another period («la meta anual», «en enero»); claims
    and denials in one comment; results that are already cumulative; goals to be kept low. A comment on an activity as
    a whole is held against its result to date, unless the year's goal would say otherwise.

    Examples
    --------
    >>> read_claim("META, NO CUMPLIDA por lluvias", range(1, 2)), read_claim("Si se cumplió, fue tarde", range(1, 2))
    (False, None)
    """
    said = [(a, p["comentario"], p["ejecutado"], p["programado"], p) for a, p in context.comments]
    for activity, text, done, planned, period in [*said, *_list_whole(context)]:
        if pd.isna(planned) or not planned:
            continue
        if find_accumulation(activity, "ejecutado").is_running or activity["sentido"] != "ascendente":
            continue
        met, goal = done >= planned - 1e-9, activity["meta_anual"]
        if read_claim(text, _list_months(period) if "mes" in period else range(0)) is not (not met):
            continue
        if "mes" not in period and pd.notna(goal) and (done >= goal - 1e-9) is not met:
            continue
        message = (
            f"El comentario dice «{text}», y lo reportado {'' if 'mes' in period else 'a la fecha '}es "
            f"{context.show(done)} de {context.show(planned)}: la meta {'sí' if met else 'no'} se cumplió."
        )
        yield _contradict(context, period, done, planned, message)


def _list_whole(context: CheckContext) -> Iterator[tuple[dict, str, float, float, dict]]:
    """Yield comments on an activity as a whole with what it reached to date, where the document reports all of that."""
    for comment in context.plan.list_notes(Comment) if context.quarters else ():
        if comment.owner not in context.activities:
            continue
        activity, source = context.activities[comment.owner], comment.source
        window = context.window(activity)
        files = {name_file(str(row["fuente"])) for row in window.filas[-1:]}
        if window.is_complete and window.ejecutado is not None and files == {name_file(source)}:
            period = {"actividad_id": comment.owner, "fuente": source}
            yield activity, comment.text, window.ejecutado, window.programado, period


@rule("cifra-en-comentario", "advertencia")
def find_quoted_figures(context: CheckContext) -> Iterator[Finding]:
    """Catch a quantity of the activity's own measure that a comment gives otherwise: «98 reconexiones» with 115.

    Not caught: years, dates, articles, percentages, breakdowns, several quantities, what is said of goals, of what is
    left, of other periods or of a part («12 reconexiones de emergencia»), and quantities of anything that the unit of
    measure, or the indicator's first word, does not name.

    Examples
    --------
    >>> find_quantities("98 de 120 obras en febrero/23", frozenset({"obras"}), "es_MX", range(2, 3))
    [('98', 98.0, 'obras')]
    """
    for activity, period in context.comments:
        text, measure, months = period["comentario"], str(activity["unidad_medida"] or ""), _list_months(period)
        is_running = find_accumulation(activity, "ejecutado").is_running
        if not re.search(r"\d", text) or is_percentage(measure) or is_running:
            continue
        own, about = _name_measure(measure, activity["indicador"], activity["actividad"])
        found = find_quantities(text, own, context.plan.locale, months, about)
        if len(found) != 1 or abs(found[0][1] - period["ejecutado"]) <= TOLERANCE:
            continue
        if not split_parts(text, context.plan.locale, months):
            figure, value, word = found[0]
            message = f"El comentario dice {figure} {word}; lo reportado es {context.show(period['ejecutado'])}."
            yield _contradict(context, period, value, period["ejecutado"], message)


@lru_cache(maxsize=4096)
def _name_measure(measure: str, indicator: object, activity: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that name what is counted, as an indicator's first does if it is no ratio; and all words."""
    words = [frozenset(re.findall(r"[a-zñ]{4,}", normalize(str(text)))) for text in (measure, indicator, activity)]
    counted = _COUNT.sub("", normalize(indicator)) if type(indicator) is str else ""
    first = () if _RATIO.match(counted) else re.findall(r"^[a-zñ]{4,}", counted)
    return words[0].union(first), words[0].union(*words)


@rule("desglose-no-suma", "error")
def find_wrong_breakdowns(context: CheckContext) -> Iterator[Finding]:
    """Catch a breakdown in a comment («CENTRO 120/ NORTE 80/ SUR 31») that does not add up to the reported value.

    A breakdown is three parts or more, each a name and a number, written and parted alike, that come within a fifth of
    the value without any of them being it: farther off, they count something else. Not what is planned, done and left
    («programado 120, realizado 98, pendiente 22»), things counted («12 talleres, 35 asistentes»), a total, addresses,
    telephones, articles, dates, years, percentages or amounts of money, nor months of another period.

    Examples
    --------
    >>> split_parts("Centro: 50, Norte: 40 y Sur: 26", "es_MX")
    [('centro', 50.0), ('norte', 40.0), ('sur', 26.0)]
    """
    for activity, period in context.comments:
        if is_percentage(str(activity["unidad_medida"])):
            continue
        parts, done = split_parts(period["comentario"], context.plan.locale, _list_months(period)), period["ejecutado"]
        total = sum(value for _, value in parts)
        about = abs(total - done) <= _NEAR * done and done not in (value for _, value in parts)
        if parts and about and abs(total - done) > TOLERANCE:
            message = (
                f"Las {len(parts)} partes que da el comentario suman {context.show(total)}; "
                f"lo reportado es {context.show(done)}."
            )
            yield _contradict(context, period, total, done, message)


@rule("cifras-identicas", "nota")
def find_twins(context: CheckContext) -> Iterator[Finding]:
    """Note two activities of a unit with the same results over at least three periods, unless they never change.

    Not results that are equal in some periods only, nor activities of two units.
    """
    seen: dict[tuple, dict] = {}
    for activity in context.activities.values():
        periods = context.windows.due.periods[activity["actividad_id"]]
        results = [(p["mes"], p["meses"], p["ejecutado"]) for p in periods if p["ejecutado"] == p["ejecutado"]]
        if len(results) < 3 or len({value for *_, value in results}) == 1:
            continue
        twin = seen.setdefault((activity["unidad_id"], *results), activity)
        if twin is not activity:
            said = ", ".join(f"{name_period(m, n)} {context.show(v)}" for m, n, v in results[:4])
            said += "…" if len(results) > 4 else ""
            message = f"Mismos resultados que «{twin['actividad']}»: {said}. ¿Es la misma cifra?"
            where = {"actividad_id": activity["actividad_id"]}
            yield make_finding(said, "resultados propios", message, activity["fuente"], **where)
