"""Claims: what a comment claims of its goal, the quantities it quotes, and the parts it lists."""

import re
from functools import lru_cache

from poa_eval.text.names import normalize
from poa_eval.text.numbers import parse_number
from poa_eval.text.periods import MONTH_NAMES, MONTHS, parse_month

_MEET = r"cu[mn]pl|alcan[zsc]|(?:ll|y)eg|lo[gj]r|consigu|consegu"
_PASS = r"super|re[bv]as|sobrepas|sobrecumpl|exced"
_VERB = (
    rf"(?:(?:dio|da|dado|dimos|dieron)\s+(?:\w+\s+)?cumplimiento|"
    rf"(?:(?P<pass>{_PASS})|{_MEET})(?:(?P<inf>[aei]r)(?:se|la|las)?|i?o|an?|en?|[ai]mos|[ai]d[oa]s?|aron|ieron))\b"
)
_HELP = r"(?:(?:se|le|ha|han|hemos|habia|fue|fueron|sido|esta|estan|quedo|quedan?|considera|dio)\s+){0,4}"
_ABLE = (
    r"(?P<able>(?:(?:es|ha\s+sido)?\s*posible|logro|logramos|logrado|pudo|pudimos|podido|alcanzo\s+a|consiguio)\s+)?"
)
_CORE = rf"(?:(?P<no>no|nunca|jamas|tampoco|ni)\s+)?{_HELP}{_ABLE}{_VERB}"
_WHOLE = r"(?:(?:(?:al|en\s+un|en|el|un)\s+)(?:el\s+)?100\s*%\s+(?:de\s+)?|totalmente\s+|plenamente\s+|del\s+todo\s+)?"
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
#: What follows the goal where it is another's: «la meta de atención ciudadana», «a la meta el proveedor».
_OTHERS = re.compile(
    rf"\s+(?:(?:de|del|en|para|sobre)\s+(?!(?:(?:el|la|lo|los|este|esta|dicho|su)\s+)?(?:mes|periodo|actividad|\w*mestre|ano|ejercicio|primer|segund|tercer|cuart|"
    rf"programad|planead|previst|establecid|\d|un\b|su\b|tod|acuerdo|manera|forma|tiempo|{'|'.join(MONTH_NAMES)}))|"
    r"(?:el|la|los|las|una?)\s+)"
)
#: The one who did it, where it is not the unit: «el proveedor (no llegó a la meta)».
_OTHER = re.compile(
    r"\b(?:el|la|los|las|una?)\s+(?!(?:actividad|area|unidad|geren\w+|departamento|direccion|coordinacion|oficina|"
    r"indicador|equipo|personal|meta)\b)\w+\s*$"
)
#: «La meta si se cumplió»: «sí» without its accent, where it is no condition.
_YES = re.compile(rf"^(\s*(?:(?:la|las|el|los|lo|nuestras?)\s+)?{_GOAL}{_OF})\s+si(?=\s+(?:se|fue|ha)\b)")
#: «no creo que se cumplió la meta»: a «no» before the words, that is no «no obstante» or «no hubo …, y …».
_FAR_NO = re.compile(
    r"\b(?:no|nunca)(?!\s+(?:solo|solamente|unicamente|obstante|hubo|hay|tuv))(?:\s+(?!y\b|pero\b)\w+){0,6}\s*$"
)
_IF = re.compile(
    r"\?|^\s*no\s*,|\b(?:si|cuando|en\s+caso|de\s+haber\w*|siempre\s+que|a\s+menos|salvo|excepto|hubiera|hubiese|habria|haya)\b"
)
_MAYBE = re.compile(
    r"\b(?:casi|parcial(?:es|mente)?|medias|mitad|quiza|quizas|tal\s+vez|probable\w*|posiblemente|espera\w*|preve|estima|proyecta|podria|"
    r"pendiente|para\s+que|a\s+punto|cerca|proxim\w+|aproximad\w+|minim\w+|sino|anterior\w*|pasad[oa]|deb(?:e|en|era|eria))\b|\d\s+de\s+\d"
)
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:%|por\s*ciento)")
_SPAN_WORDS = {
    12: r"anual(?:es)?|del\s+ano|del\s+ejercicio|acumulad[oa]s?",
    6: r"semestral(?:es)?|del\s+semestre",
    3: r"trimestral(?:es)?|del\s+(?:\w+\s+)?trimestre",
    2: r"bimestral(?:es)?|del\s+bimestre",
    1: r"mensual(?:es)?|del\s+mes",
}
_SPANS = {length: re.compile(rf"\b(?:{words})\b") for length, words in _SPAN_WORDS.items()}
_MONTH = re.compile(rf"\b(?:{'|'.join([*MONTH_NAMES, 'setiembre', *MONTHS])})\b")

_STEMS = re.compile(rf"{_PASS}|{_MEET}|cumplimiento|por\s+debajo")
_NUMBER = r"(?<![\w/.,$%°º#-])(?P<n>\d{1,3}(?:\s\d{3})+|\d[\d.,]*\d|\d)(?![\w/%°º-]|[.,]\d|\s*%)"
_QUANTITY = re.compile(rf"{_NUMBER}(?:\s+(?:de|sobre)\s+(?:l[ao]s\s+)?(?P<of>\d[\d.,]*))?\s+(?P<word>[a-zñ]{{4,}})")
_PART = re.compile(
    rf"(?P<a>[^\W\d][\w .'ª-]*?)\s*(?P<mark>[:=]?)\s*{_NUMBER}|"
    rf"{_NUMBER.replace('<n>', '<m>')}\s+(?:en|de|del|para)\s+(?P<b>[^\W\d][^\d%$]*)"
)
_SEPARATORS = [re.compile(sign) for sign in (r"/", r";", r"\|", r",\s+(?:y\s+)?|\s+y\s+")]
_INTRODUCES = re.compile(r"^[^:\d]*:\s+")
_SUM = re.compile(r"[\s,;/|-]*\b(?:gran\s+)?(?:total(?:es)?|suma)(?:\s+(?:de|son))?\s*[:=]?\s*\d[\d.,]*\s*$")
#: Words of what was planned, done and left, and of numbers that count nothing: no part of a sum.
_NO_PART = re.compile(
    r"\b(?:program|planea|previs|proyecta|metas?\b|objetivo|realiz|ejecut|logr|alcanz|cumpl|atendi|resuel|recibi|solicit|"
    r"entreg|pendient|diferenc|falta|rest[ao]n?\b|avance|resultad|saldo|report|anterior|acumul|total\b|suma\b|"
    r"tel\b|telefono|cel\b|celular|ext\b|extension|casa\b|mz\b|mza\b|lt\b|lunes|martes|miercoles|jueves|viernes|sabado|domingo)"
)
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
_LABEL = re.compile(rf"\b(?:{_LABELS}|\d+\s+(?:al?|o))\.?\s*$")
_LABELLED = re.compile(rf"\b(?:{_LABELS})$")
_NAMED = re.compile(r"\d\s+([a-zñ]{4,})")
_OF_WHAT = re.compile(r"\s*(?:del?|a|en)\s+(?:(?:el|la|los|las)\s+)?([a-zñ]{4,})")
_DIGITS = re.compile(r"\d+")
_SURE = re.compile(r"\b[Ss][Íí]\b")
_SHORT = re.compile(r"\b(arts?|no|n[úu]m|nro|av|inc|fracc?|exp|sec|col)\.", re.IGNORECASE)
#: Letters that are written for others of the same sound, replaced in this order.
_ALIKE = {"x": "c", "cc": "c", "z": "s", "ce": "se", "ci": "si", "v": "b", "h": "", "ll": "y"}
#: What may stand behind a quantity that is all of its period's: «98 reconexiones del mes de marzo».
_ALL = re.compile(
    rf"[\s/]*(?:$|(?:realizad|efectuad|ejecutad|hech|terminad|concluid|lograd|atendid|en\s+total|de\s+\d|"
    rf"(?:(?:del?|en|a|al|durante)\s+)?(?:(?:el|la|este)\s+)?(?:mes|periodo|\d|{'|'.join(MONTH_NAMES)})))"
)


def _split_sentences(text: str, stops: str = ".;!") -> list[str]:
    """Return the sentences of a comment, folded; «sí» is left out, which tells it from «si»."""
    kept = _SHORT.sub(r"\1 ", _SURE.sub(" ", text))
    parts = re.split(rf"[{stops}\n]+(?=\s|$)|[()]", kept)
    return [normalize(part) for part in parts if part.strip()]


def _is_elsewhere(sentence: str, months: range) -> bool:
    """Say whether a sentence speaks of another period: another month, «la meta anual» of a month."""
    named = {parse_month(name) for name in _MONTH.findall(sentence)}
    spans = (length for length, words in _SPANS.items() if words.search(sentence))
    return bool(named - set(months)) or any(length != len(months) for length in spans)


@lru_cache(maxsize=4096)
def read_claim(text: str, months: range) -> bool | None:
    """Return whether a comment says that its goal was met (True) or was not (False); None where it is not sure.

    Accents, case and usual misspellings do not matter; `months` are those of the period that it comments.

    Examples
    --------
    >>> [read_claim(t, range(3, 4)) for t in ("Se llegó a la meta", "No se logró alcanzar la meta", "Sin novedad")]
    [True, False, None]
    """
    said: set[bool | None] = set()
    for sentence in _split_sentences(text) if _STEMS.search(normalize(text)) else ():
        sentence = _YES.sub(r"\1", sentence)
        found = {claim for clause in sentence.split(",") for claim in _read_clause(clause)}
        found |= set(_read_clause(sentence.replace(",", " "))) if not found else set()
        unsure = _IF.search(sentence) or _is_elsewhere(sentence, months)
        said |= {None} if found and unsure else found
    return said.pop() if len(said) == 1 else None


def _read_clause(clause: str) -> list[bool | None]:
    """Return the claims and denials of a clause; None for one that is hedged."""
    if not _STEMS.search(clause):
        return []
    clause = " ".join(clause.replace(":", " ").replace('"', " ").split())
    clause = re.sub(r"\bno\s+(?:solo|solamente|unicamente|obstante)\b", "", clause)
    claims: list[bool | None] = [False] * bool(_FAILS.search(clause))
    partial = any(float(number.replace(",", ".")) < 100 for number in _PERCENT.findall(clause))
    for pattern in _SAYS:
        for match in pattern.finditer(clause):
            denied = match["no"] is not None
            if match["inf"] and not match["able"]:
                continue  # «para cumplir la meta»
            before = clause[: match.start()]
            doubtful = (
                (denied if match["pass"] else partial)
                or (not denied and _FAR_NO.search(before))
                or (pattern is _SAYS[0] and (_OTHERS.match(clause, match.end()) or _OTHER.search(before)))
            )
            claims.append(None if doubtful else not denied)
    return [None] if claims and _MAYBE.search(clause) else claims


@lru_cache(maxsize=4096)
def find_quantities(
    text: str, own: frozenset[str], locale: str, months: range, about: frozenset[str] = frozenset()
) -> list[tuple[str, float, str]]:
    """Return the quantities that a comment gives as the result of its period: as written, the value, the word after.

    `own` are words of the measure, `months` those of the period. `about` are words of the activity: what they qualify
    is all of it («toma de lecturas»), and else a part («de emergencia»).
    """
    sounds = {_sound(word) for word in own}
    if not any(_sound(word) in sounds for word in _NAMED.findall(normalize(text))):
        return []
    found = []
    for sentence in _split_sentences(text):
        for match in _QUANTITY.finditer(sentence):
            value = _read_number(match["n"], locale)
            before = re.split(r",\s|\by\b", sentence[: match.start()])[-1]
            after = re.split(r",\s|\by\b", sentence[match.end() :])[0]
            unsure = _NOT_DONE.search(before) or _NOT_DONE.search(" ".join(after.split()[:3]))
            label = _LABEL.search(before)
            if value is None or _sound(match["word"]) not in sounds or unsure or label or _YEAR.fullmatch(match["n"]):
                continue
            of = _OF_WHAT.match(after)
            if not _ALL.match(after) and not (of and of[1] in about):
                return []  # a part of it: «12 reconexiones de emergencia»
            if not _is_elsewhere(sentence, months):
                found.append((match["n"], value, match["word"]))
    return found


def _read_number(text: str, locale: str) -> float | None:
    """Read a number, also «2 000»; None for «1.098» where a point parts decimals: a thousand may be meant."""
    value = parse_number(text.replace(" ", ""), locale)
    return None if value is not None and value % 1 and re.fullmatch(r"\d{1,3}[.,]\d{3}", text) else value


@lru_cache(maxsize=4096)
def split_parts(text: str, locale: str, months: range = range(1, 13)) -> list[tuple[str, float]]:
    """Return the parts of a breakdown, three or more, or nothing where a comment has none.

    Parts are written alike and parted alike: by lines, by one sign, or by commas. What is planned, done or left is no
    part («programado 120, realizado 98»), nor is a thing counted («12 talleres»), nor a total. Parts named by months
    other than `months`, those of the period, are no breakdown of it.
    """
    if len(_DIGITS.findall(text)) < 3:
        return []
    ways = [[normalize(line) for line in text.splitlines() if _DIGITS.search(line)]]
    for sentence in _split_sentences(text, ".!"):
        whole = _leave_sum(sentence)
        bare = _INTRODUCES.sub("", whole)  # «Desglose: …»
        ways += [separator.split(said) for said in dict.fromkeys((whole, bare)) for separator in _SEPARATORS]
    return next((parts for pieces in ways if (parts := _read_parts(pieces, locale, months))), [])


def _leave_sum(text: str) -> str:
    return _SUM.sub("", text) if "total" in text or "suma" in text else text


def _read_parts(pieces: list[str], locale: str, months: range) -> list[tuple[str, float]]:
    """Read «centro 50», «centro: 50» or «50 en centro», the same in all pieces; nothing where one is no part."""
    parts: list[tuple[str, float]] = []
    shapes = set()
    for piece in pieces if len(pieces) > 2 else ():
        bare = _leave_sum(piece).strip(" .-,;/|")
        match = _PART.fullmatch(bare)
        if not bare:
            continue
        value = _read_number(match["n"] or match["m"], locale) if match else None
        name = (match["a"] or match["b"]).strip() if match else ""
        if match is None or value is None or _NO_PART.search(name) or _LABELLED.search(name):
            return []
        shapes.add((match["mark"], match["a"] is None))
        parts.append((name, value))
    said = {name for name, _ in parts}
    if len(parts) < 3 or len(shapes) > 1 or len(said) < len(parts) or _is_elsewhere(" ".join(said), months):
        return []
    return [] if _are_dates(parts) else parts


def _are_dates(parts: list[tuple[str, float]]) -> bool:
    years = all(value == int(value) and _YEAR.fullmatch(str(int(value))) for _, value in parts)
    days = all(_MONTH.search(name) for name, _ in parts) and len({value for _, value in parts}) == 1
    return years or days


@lru_cache(maxsize=65536)
def _sound(word: str) -> str:
    """Return a word without plural and without what is often misspelled: «reconecciones» is «reconexión»."""
    word = re.sub(r"(?:es|s|e)$", "", normalize(word))
    for one, other in _ALIKE.items():
        word = word.replace(one, other)
    return re.sub(r"(.)\1", r"\1", word)
