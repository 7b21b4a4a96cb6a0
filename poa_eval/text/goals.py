"""Goals that a text gives with a sign: how much, and whether at least or at most («≤45», «menos de 10», «≥ 80 %»)."""

import re
from typing import NamedTuple

from poa_eval.text.names import normalize
from poa_eval.text.numbers import parse_number

_AT_MOST = (
    r"<=?|≤|=<|menor(?:es)?(?: o igual)?(?: (?:a|que|de))?|menos de|maximo(?: de)?|como maximo|a lo sumo|"
    r"a lo mas|no mas de|no mayor (?:a|que)|por debajo de|inferior a|ate|no maximo|menor ou igual a"
)
_AT_LEAST = (
    r">=?|≥|=>|mayor(?:es)?(?: o igual)?(?: (?:a|que|de))?|mas de|minimo(?: de)?|como minimo|al menos|por lo menos|"
    r"no menos de|no menor (?:a|que)|por encima de|superior a|no minimo|pelo menos|maior ou igual a"
)
_SIGNED = re.compile(rf"(?:(?P<most>{_AT_MOST})|(?P<least>{_AT_LEAST}))\s*(?P<number>\d[\d.,'\s]*%?)(?:\s+\D{{1,30}})?")


class SignedGoal(NamedTuple):
    """A goal with its direction."""

    value: float
    sentido: str


def parse_goal(text: str, locale: str) -> SignedGoal | None:
    """Return the goal and the direction that a text with a sign gives, or None.

    Examples
    --------
    >>> parse_goal("≤45", "es_MX"), parse_goal("Menos de 10 días", "es_MX").value, parse_goal("45", "es_MX")
    (SignedGoal(value=45.0, sentido='descendente'), 10.0, None)
    >>> parse_goal("≥ 80 %", "es_CO")
    SignedGoal(value=80.0, sentido='ascendente')
    """
    found = _SIGNED.fullmatch(normalize(text).replace(" %", "%"))
    number = parse_number(found["number"].strip(), locale) if found else None
    if found is None or number is None:
        return None
    return SignedGoal(number, "descendente" if found["most"] else "ascendente")
