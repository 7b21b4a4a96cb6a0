"""Phrases: what a comment claims of its goal, the quantities it quotes, and the parts it lists."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from poa_eval.names import fold
from poa_eval.values import MONTH_NAMES, MONTHS, parse_month, parse_number

_MEET = r"cu[mn]pl|alcan[zsc]|(?:ll|y)eg|lo[gj]r|consigu|consegu"
_PASS = r"super|re[bv]as|sobrepas|sobrecumpl|exced"
_VERB = rf"(?:(?P<pass>{_PASS})|{_MEET})(?:(?P<inf>[aei]r)(?:se|la|las)?|i?o|an?|en?|[ai]mos|[ai]d[oa]s?|aron|ieron)\b"
_HELP = r"(?:(?:se|le|ha|han|hemos|habia|fue|fueron|sido|esta|estan|quedo|quedan?|considera|dio)\s+){0,4}"
_ABLE = (
    r"(?P<able>(?:(?:es|ha\s+sido)?\s*posible|logro|logramos|logrado|pudo|pudimos|podido|alcanzo\s+a|consiguio)\s+)?"
)
_CORE = rf"(?:(?P<no>no|nunca|jamas|tampoco|ni)\s+)?{_HELP}{_ABLE}{_VERB}"
_WHOLE = r"(?:(?:al|en\s+un|en)\s+(?:el\s+)?100\s*%\s+|totalmente\s+|plenamente\s+|del\s+todo\s+)?"
_GOAL = r"(?:metas?|objetivos?|programado|planeado|planificado|previsto|proyectado|propuesto)\b"
_THE = r"(?:(?:con|en|a|al|la|las|el|los|lo|su|sus|nuestra|nuestras|dicha|esta|ambas|todas|todo)\s+){0,4}"
_OF = (
    r"(?:\s+(?:programada|propuesta|establecida|planteada|prevista|fijada|fisica|operativa|del|mes|periodo|la|"
    rf"actividad|de|{'|'.join(MONTH_NAMES)}|100\s*%)){{0,9}}"
)
_ENDS = r"(?=\s*$|\s+(?:por|debido|ya|porque|pues|dado|gracias|satisfactoriamente|totalmente|al\s+100)\b)"
_SAYS = (
    re.compile(rf"\b{_CORE}\s+{_WHOLE}{_THE}{_GOAL}"),
    re.compile(rf"\b{_GOAL}{_OF}\s+{_CORE}"),
    re.compile(rf"^\s*{_CORE}{_ENDS}"),
)
_FAILS = re.compile(
    rf"\bincumpl\w+\s+(?:de\s+|con\s+)?{_THE}{_GOAL}|\b{_GOAL}{_OF}\s+incumplid[oa]s?|\bpor\s+debajo\s+de\s+{_THE}{_GOAL}"
)
#: «no creo que se cumplió la meta»: a «no» before the words, that is no «no obstante» or «no hubo …, y …».
_FAR_NO = re.compile(
    r"\b(?:no|nunca)(?!\s+(?:solo|solamente|unicamente|obstante|hubo|hay|tuv))(?:\s+(?!y\b|pero\b)\w+){0,4}\s*$"
)
_IF = re.compile(
    r"\?|^\s*no\s*,|\b(?:si|cuando|en\s+caso|de\s+haber\w*|siempre\s+que|a\s+menos|salvo|excepto|hubiera|hubiese|habria|haya)\b"
)
_MAYBE = re.compile(
    r"\b(?:casi|parcial(?:es|mente)?|medias|mitad|quiza|quizas|tal\s+vez|probable\w*|posiblemente|espera\w*|preve|estima|proyecta|podria|"
    r"pendiente|para\s+que|a\s+punto|cerca|proxim\w+|aproximad\w+|minim\w+|sino|anterior\w*|pasad[oa]|deb(?:e|en|era|eria))\b|\d\s+de\s+\d"
)
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:%|por\s*ciento)")
_SPANS = {
    12: r"anual(?:es)?|del\s+ano|del\s+ejercicio|acumulad[oa]s?",
    6: r"semestral(?:es)?|del\s+semestre",
    3: r"trimestral(?:es)?|del\s+(?:\w+\s+)?trimestre",
    2: r"bimestral(?:es)?|del\s+bimestre",
    1: r"mensual(?:es)?|del\s+mes",
}
_MONTH = re.compile(rf"\b(?:{'|'.join([*MONTH_NAMES, 'setiembre', *MONTHS])})\b")

_NUMBER = r"(?<![\w/.,$%°º#-])(?P<n>\d[\d.,]*\d|\d)(?![\w/%°º-]|[.,]\d|\s*%)"
_QUANTITY = re.compile(rf"{_NUMBER}(?:\s+(?:de|sobre)\s+(?:l[ao]s\s+)?(?P<of>\d[\d.,]*))?\s+(?P<word>[a-zñ]{{4,}})")
_PART = re.compile(
    rf"(?P<a>[^\W\d][\w .'ª-]*?)\s*[:=]?\s*{_NUMBER}|"
    rf"{_NUMBER.replace('<n>', '<m>')}\s+(?:(?:en|de|del|para)\s+)?(?P<b>[^\W\d][^\d%$]*)"
)
_SEPARATORS = (r"\s*[/;|]\s*", r"\s*[/;|]\s*|,\s+", r"\s*[/;|]\s*|,\s+(?:y\s+)?|\s+y\s+")
_YEAR = re.compile(r"(?:19|20)\d\d")
#: Words before a number after which it counts nothing, and those around one that make it no result of the period.
_LABELS = (
    r"art|arts|articulos?|fraccion|inciso|ley|decreto|acuerdo|oficios?|folios?|numeral|num|no|nro|expediente|acta|clave|"
    r"calles?|av|avenida|colonia|lote|manzana|ruta|sector|zona|distrito|seccion|etapa|fase|km|anexo|pagina|partida|"
    r"semana|dia|dias|ano|anos|ejercicio|version|nivel|linea|punto|hora|horas"
)
_NOT_DONE = re.compile(
    r"\b(?:metas?|objetivo|programad\w*|planead\w*|previst\w*|proyectad\w*|falt\w*|rest\w*|pendient\w*|esper\w*|anterior\w*|"
    r"pasad[oa]|acumulad\w*|anual\w*|cancelad\w*|rechazad\w*|adicional\w*|otr[oa]s|aproximad\w*|casi|cerca|alrededor|hasta|"
    r"minim\w*|maxim\w*|mas|menos|cada|diari\w+|promedio|por|sin|no|entre|ademas|incluye\w*|incluid\w*|incluyendo|de\s+l[ao]s|"
    r"sol[oa]|solicit\w*|si|para|capacidad|se\s+(?:\w+ran?|va\w*))\b"
)
_SHORT = re.compile(r"\b(arts?|no|n[úu]m|nro|av|inc|fracc?|exp|sec|col)\.", re.IGNORECASE)
_TOTAL = re.compile(r"(?:gran\s+)?total(?:es)?|suma")


def _split_sentences(text: str, stops: str = ".;!") -> list[str]:
    """Return the sentences of a comment, folded; «sí» is left out, which tells it from «si»."""
    kept = _SHORT.sub(r"\1 ", re.sub(r"\b[Ss][Íí]\b", " ", text))
    parts = re.split(rf"[{stops}\n]+(?=\s|$)|[()]", kept)
    return [fold(part) for part in parts if part.strip()]


def _is_elsewhere(sentence: str, months: range) -> bool:
    """Say whether a sentence speaks of another period: another month, «la meta anual» of a month."""
    named = {parse_month(name) for name in _MONTH.findall(sentence)}
    spans = [length for length, words in _SPANS.items() if re.search(rf"\b(?:{words})\b", sentence)]
    return bool(named - set(months)) or any(length != len(months) for length in spans)


@lru_cache(maxsize=4096)
def read_claim(text: str, months: range) -> bool | None:
    """Return whether a comment says that its goal was met (True) or was not (False); None where it is not sure.

    Parameters
    ----------
    text : str
        A comment, whatever its accents, case and usual misspellings.
    months : range
        Months of the period that it comments.

    Examples
    --------
    >>> [read_claim(t, range(3, 4)) for t in ("Se llegó a la meta", "No se logró alcanzar la meta", "Sin novedad")]
    [True, False, None]
    """
    said: set[bool | None] = set()
    for sentence in _split_sentences(text):
        found = {claim for clause in sentence.split(",") for claim in _read_clause(clause)}
        found |= set(_read_clause(sentence.replace(",", " "))) if not found else set()
        unsure = _IF.search(sentence) or _is_elsewhere(sentence, months)
        said |= {None} if found and unsure else found
    return said.pop() if len(said) == 1 else None


def _read_clause(clause: str) -> list[bool | None]:
    """Return the claims and denials of a clause; None for one that is hedged."""
    clause = " ".join(clause.replace(":", " ").replace('"', " ").split())
    clause = re.sub(r"\bno\s+(?:solo|solamente|unicamente|obstante)\b", "", clause)
    claims: list[bool | None] = [False] * bool(_FAILS.search(clause))
    partial = any(float(number.replace(",", ".")) < 100 for number in _PERCENT.findall(clause))
    for pattern in _SAYS:
        for match in pattern.finditer(clause):
            denied = match["no"] is not None
            if match["inf"] and not match["able"]:
                continue  # «para cumplir la meta»
            doubtful = denied if match["pass"] else partial
            doubtful = doubtful or (not denied and _FAR_NO.search(clause[: match.start()]))
            claims.append(None if doubtful else not denied)
    return [None] if claims and _MAYBE.search(clause) else claims


@lru_cache(maxsize=4096)
def find_quantities(text: str, own: frozenset[str], locale: str, months: range) -> list[tuple[str, float, str]]:
    """Return the quantities of the own measure that a comment gives as the result of its period.

    Parameters
    ----------
    text : str
    own : frozenset of str
        Words of the measure.
    locale : str
        How the document writes numbers.
    months : range
        Months of the period that it comments.

    Returns
    -------
    list of (str, float, str)
        Figure as written, its value, and the word that follows.
    """
    sounds = {_sound(word) for word in own}
    found = []
    for sentence in _split_sentences(text) if re.search(r"\d", text) else ():
        for match in _QUANTITY.finditer(sentence):
            value = parse_number(match["n"], locale)
            before = re.split(r",\s|\by\b", sentence[: match.start()])[-1]
            after = re.split(r",\s|\by\b", sentence[match.end() :])[0]
            unsure = _NOT_DONE.search(before) or _NOT_DONE.search(" ".join(after.split()[:3]))
            label = re.search(rf"\b(?:{_LABELS}|\d+\s+(?:al?|o))\.?\s*$", before)
            if value is None or _sound(match["word"]) not in sounds or unsure or label or _YEAR.fullmatch(match["n"]):
                continue
            if not _is_elsewhere(sentence, months):
                found.append((match["n"], value, match["word"]))
    return found


@lru_cache(maxsize=4096)
def split_parts(text: str, locale: str, months: range = range(1, 13)) -> list[tuple[str, float]]:
    """Return the parts of a breakdown, three or more, or nothing where a comment has none.

    Parameters
    ----------
    text : str
    locale : str
        How the document writes numbers.
    months : range
        Months of the period that it comments; parts named by other months are no breakdown of it.
    """
    for sentence in _split_sentences(text, ".!") if len(re.findall(r"\d+", text)) > 2 else ():
        bare = re.sub(r"^[^:\d]*:\s+", "", sentence)  # «Desglose: …»
        for said, separator in product(dict.fromkeys((sentence, bare)), _SEPARATORS):
            parts = [_read_part(piece, locale) for piece in re.split(separator, said) if piece.strip()]
            known = [part for part in parts if part is not None and not _TOTAL.fullmatch(part[0])]
            if None in parts or len(known) < 3:
                continue
            if not _is_elsewhere(sentence, months) and not _are_dates(known):
                return known
    return []


def _read_part(piece: str, locale: str) -> tuple[str, float] | None:
    """Read «centro 50», «centro: 50» or «50 en centro»."""
    match = _PART.fullmatch(piece.strip(" .-"))
    if match is None:
        return None
    name = (match["a"] or match["b"]).strip()
    value = parse_number(match["n"] or match["m"], locale)
    return None if value is None or re.search(rf"\b(?:{_LABELS})$", name) else (name, value)


def _are_dates(parts: list[tuple[str, float]]) -> bool:
    years = all(value == int(value) and _YEAR.fullmatch(str(int(value))) for _, value in parts)
    days = all(_MONTH.search(name) for name, _ in parts) and len({value for _, value in parts}) == 1
    return years or days


def _sound(word: str) -> str:
    """Return a word without plural and without what is often misspelled: «reconecciones» is «reconexión»."""
    word = re.sub(r"(?:es|s|e)$", "", fold(word))
    for one, other in (
        ("x", "c"),
        ("cc", "c"),
        ("z", "s"),
        ("ce", "se"),
        ("ci", "si"),
        ("v", "b"),
        ("h", ""),
        ("ll", "y"),
    ):
        word = word.replace(one, other)
    return re.sub(r"(.)\1", r"\1", word)
