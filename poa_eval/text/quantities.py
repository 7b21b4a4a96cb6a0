"""Quantities in Spanish sentences: whether a text says how much, or only cites a year, a date, a law or a room."""

import re
import unicodedata
from functools import lru_cache
from string import ascii_lowercase

from poa_eval.text.names import fold_letters
from poa_eval.text.periods import MONTH_NAMES, MONTHS

_COUNTED = (  # first value, step, words
    (0, 1, "cero"),
    (2, 1, "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"),
    (16, 1, "dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro"),
    (25, 1, "veinticinco veintiseis veintisiete veintiocho veintinueve"),
    (21, 0, "veintiun veintiuna"),
    (30, 10, "treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
    (100, 0, "cien ciento"),
    (200, 100, "doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"),
    (200, 100, "doscientas trescientas cuatrocientas quinientas seiscientas setecientas ochocientas novecientas"),
    (1000, 0, "mil"),
    (1_000_000, 0, "millon millones"),
)
_WORDS = {word: first + step * i for first, step, words in _COUNTED for i, word in enumerate(words.split())}
_WORD = rf"(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_SPELLED = rf"\b(?:un\s+(?=millon))?{_WORD}(?:\s+{_WORD}|(?:\s+y|(?<=mil|nto|tos|tas))\s+(?:{_WORD}|una|uno|un))*\b"
_NUM = rf"(?>\d+(?:[.,]\d+)*|{_SPELLED})"
_LIST = rf"{_NUM}(?:\s*(?:,|;|-|–|\by\b|\be\b|\bo\b|\bal?\b)\s*(?:{_NUM}|[ivxl]+\b))*"
_YEAR = r"(?:19|20)\d\d"
_MON = rf"(?:{'|'.join((*MONTH_NAMES, 'setiembre', *MONTHS, 'set'))})\b\.?"
_NO_NOUN = r"(?:tod[ao]s|l[ao]s|[ms]us|es|nos|mas|menos|tras|pues|antes|despues|ademas|un[ao]s|otr[ao]s)\b"
_PLURAL = rf"\s+(?!{_NO_NOUN})[a-z]{{2,}}s\b"
_PERCENT = r"\s*(?:%|por\s?ciento)"
_SPAN = rf"{_NUM}\s*(?:dias|meses|semanas|horas)"
_UNIT = r"(?:m[23]?|km|kg|cm|has?|hectareas?|hrs?|h|lt?s?|ton|gb|mb|kwh?|min|mil|mdp|pesos|soles|dias|usd)\b"
_MEASURED = rf"(?:{_PERCENT}|\s*{_UNIT}|\s+millon(?:es)?\b)"
_CURRENCY = r"(?:usd|us|mxn|gtq|cop|clp|pen|bs|rd|s/|[ql]\.?\s?(?=\d\d|\d[.,]\d{3}))"
_VERBAL = r"[a-z]{2,}(?:[aei]r(?:se|les?|l[oa]s?)?|[aei]ran?)"
_NO_VERB = r"(?:taller|mujer|lugar|hogar|escolar|auxiliar|titular|celular|cartera|carretera)\b"
_DEBT = r"(?:mora|rezago|adeudo|atraso|retraso|antiguedad|cartera|deuda)s?(?:\s+(?:vencid|moros)[oa]s?)?"
_SINCE = r"(?:mas\s+de|mayor(?:es)?\s+(?:a|de)|superior(?:es)?\s+a|hasta|con|tienen|presentan|al?|de)"
#: What stands before a quantity, although it is no verb and no plural: «hasta 30», «un total de 40», «cobertura 80».
_LEADING = (
    r"(?:un|una|al?|del?|con|en|e|y|o|u|ni|por|para|hasta|desde|entre|sobre|tras|son|es|casi|solo|cada|mas|como|que|"
    r"los|las|maximo|minimo|total|promedio|cantidad|cobertura|porcentaje|indice|valor|[a-z]+mente|[a-z]+ndo)\b"
)
_LAW = (
    r"ley(?:es)?|decretos?|art(?:iculo)?s?|fracci(?:on|ones)|fracc?|incisos?|numerales|apartados?|parrafos?|capitulos?|"
    r"partidas?|resolucion(?:es)?|normas?|nom|iso|ods|pag(?:ina)?s?|tel(?:efono)?s?|anos|no|nro"
)


#: What looks like a number and says no quantity, by an example; blotted out in this order before one is looked for.
_NO_QUANTITY = {
    # Enumeration
    "1) Mejorar el servicio": (
        r"(?:^|[\n;]|(?<=[.;])\s)\s*[(\[]?\d{1,2}(?:\.\d{1,2})*\s?(?:[.)\]]\s?[-–]?|[-–])\s*(?=[^\s\d%])"
    ),
    "Revisar:\n1.1 Supervisar": r"(?<![\d.,])\d{1,2}\.-|\n\s*\d{1,2}(?:\.\d{1,2})+\s+(?=[^\s\d%])",
    "1 Mejorar el servicio": rf"^\s*\d{{1,2}}\s+(?={_VERBAL}\b)",
    # Dates, hours and how often
    "Al 31 de mayo de 2024": (
        rf"\b(?:1[o°º]?\.?|{_LIST})(?:\s+de\s+|\s*[-/ ]\s*){_MON}"
        rf"(?:\s*[-/]\s*\d{{2,4}}\b|\s+(?:del?\s+)?(?:{_YEAR}|dos mil\b))?"
    ),
    "Desde mayo del 24": (
        rf"\b{_MON}\s*(?:[-/]\s*\d{{2,4}}\b|(?:del?\s+)?(?:{_YEAR}\b|\d{{1,2}}\b(?!{_PLURAL}|{_MEASURED})))"
    ),
    "Antes del 30/06/2017": (
        r"(?<![\d/])(?!(?:1/2|1/3|2/3|1/4|3/4)(?![\d/]))\d{1,4}\s?/\s?\d{1,2}(?:\s?/\s?\d{2,4})?(?![\d/])"
    ),
    "Abrir a las 8:30": (
        r"\b\d{1,2}-\d{1,2}-\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}:\d{2}\b|\b\d{1,2}\s*[ap]\.?\s?m\b"
    ),
    "Los días 5, 10 y 15": rf"\bdias?\s+{_LIST}|\b{_LIST}\s+de\s+cada\s+(?:mes|ano|trimestre|semestre)",
    "Reunirse cada 15 días": (
        rf"\bcada\s+{_NUM}\s+(?:dia|semana|quincena|mes|ano|hora|bimestre|trimestre|semestre)(?:e?s)?\b"
    ),
    # Spans of years, ages and horizons
    "De 2021 al 24": rf"\b{_YEAR}\s*(?:-|–|—|/|\by\b|\be\b|\bal?\b)\s*(?:{_YEAR}|\d\d)\b(?!{_PERCENT})",
    "Niños de 6 a 12 años": rf"\b{_NUM}(?:\s*(?:\ba\b|\by\b|\bo\b|-)\s*{_NUM})?\s+anos\b",
    # How old a debt is, and the rate of a tax
    "Cuentas de más de 60 días de mora": rf"\b{_SINCE}\s+{_SPAN}\s+(?:(?:habil|natural)es\s+)?de\s+{_DEBT}",
    "Cartera vencida a 90 días": rf"\b{_DEBT}\s+{_SINCE}\s+(?:{_SINCE}\s+)?{_SPAN}",
    "Cobrar el IVA al 16 %": rf"\b(?:iva|igv|isr|impuesto)\s+(?:(?:al?|del?|con|tasa)\s+)*{_NUM}{_PERCENT}",
    # Telephones
    "Llamar al 33-3617-2222": (
        r"(?<!\d)\(?\d{2,4}\)?(?:[- ]\d{2,4}){1,3}[- ]\d{4}(?!\d)|\b\d{2,4}(?:-\d{2,4}){2,}\b|(?<![$\d.,])\d{10,}\b"
    ),
    "Llamar al 3617-2222": rf"\b\d{{3,4}}-\d{{4}}\b(?!{_PLURAL}|{_MEASURED})",
    # Laws and norms; then whatever has a number of its own, and nothing counted after it. The name is a singular that
    # is neither verb nor `_LEADING`.
    "Cumplir los artículos 115 y 116": rf"\b(?:{_LAW})\b\.?\s*(?:n[°ºo]\.?|num\.?|#)?\s*[:.]?\s*{_LIST}(?!{_PERCENT})",
    "Concluir la fase 2": (
        rf"\b(?!{_LEADING}|{_WORD}\b|{_CURRENCY}\b|(?!{_NO_VERB}){_VERBAL}\b|[a-z]*[aeo]s\b)(?:[a-z]{{2,}}|(?:[a-z]\.)+[a-z])"
        rf"\b\.?\s*(?:\bn[°ºo]\.?|num\.?|#)?\s*(?<![a-z])(?!\d{{1,3}}[.,]\d{{3}}){_NUM}(?:-\d+)*(?![\d.,]*\d|{_PLURAL}|{_MEASURED})"
    ),
    "Atender los oficios #12": r"(?:\bn[°º]\.?|#)\s*\d[\d-]*",
    # Codes and ordinals
    "Según NOM-035": rf"\b(?!{_CURRENCY}\.?\s?\d|[a-z]{{6,}}\d\d)[a-z][a-z.]*[-/]?\d[\w./:-]*",
    "Quedar en 3er lugar": (
        rf"\b\d+(?:er|ro|do|to|mo|vo|no|era|ra|da|ta|ma|va|na|[oa°ºª])\b|\d+[°ºª]|\b\d+(?!{_UNIT})[a-z]\w*"
    ),
    "Publicar los 53.1.1": r"(?<![\d.,])(?!\d{1,3}(?:\.\d{3})+(?![\d.]))\d+(?:\.\d+){2,}",
    "Coordinar los tres niveles de gobierno": r"\bl[oa]s\s+(?:dos|tres|cuatro)\b(?!\s+mil)",
}
_BLOTTED = tuple(map(re.compile, _NO_QUANTITY.values()))
_CODE = re.compile(r"\s*(\d{1,2}(?:\.\d{1,2})+)\s+(?=[^\s\d%])")
_VERB = re.compile(rf"(?!{_NO_VERB}){_VERBAL}$")
_DATING = set("ano anos ejercicio fiscal vigencia poa poi en desde de del".split())
_ADJECTIVE = re.compile(r"\s+[a-z]+(?:[ai]d[oa]s|ales|ares)\b")
_ONE_YEAR = re.compile(rf"(?<![\w.,$]){_YEAR}(?![\w%]|[.,]\d)|{_SPELLED}")
_QUANTITY = re.compile(
    rf"\$?\s?(?:\d{{1,3}}(?: \d{{3}})+|\d+(?:[.,'/]\d+)*)(?:{_PERCENT})?|{_SPELLED}(?:{_PERCENT})?"
    r"|\b(?:a|en)\s+(?:la\s+mitad|un\s+tercio|un\s+cuarto|una\s+(?:tercera|cuarta|quinta)\s+parte)\b"
    r"|(?<!\bno )(?<!\bsin )(?<!evitar )\b(?:du|tri|cuadru)pli(?:car|quen?|cando|caran?)\b"
    r"|\b(?:al|el)\s+(?:doble|triple)\b"
)


@lru_cache(maxsize=16384)
def find_quantity(text: str) -> str | None:
    """Return the first quantity in a Spanish text as written, or None where it says none.

    Digits, percentages, money and number words from «dos» on count («un», «una» are articles); so do «a la mitad» and
    «duplicar». Years, dates, hours, legal references, enumeration, ordinals, codes, telephones, ages, how old a debt is
    and the rate of a tax do not. Nor does a number right after a name in the singular, with nothing counted after it:
    «fase 2», «Calle Mina 224», «NIIF 16»; so «personal 80 %» says a quantity and «personal 80» does not.

    Examples
    --------
    >>> find_quantity("Disminuir un 20 % el gasto"), find_quantity("Tres cotizaciones")
    ('20 %', 'Tres')
    >>> [find_quantity(t) for t in ("Revisión del ejercicio fiscal 2016", "Cumplir el art. 115, fracción IV")]
    [None, None]
    >>> find_quantity("Atender 2000 usuarios")
    '2000'
    """
    text = unicodedata.normalize("NFC", text)
    folded = fold_letters(text)
    code = _CODE.match(folded)
    if code and not _is_amount(text, folded, code):
        folded = _blot(code) + folded[code.end() :]
    for pattern in _BLOTTED:
        folded = pattern.sub(_blot, folded)
    for match in _ONE_YEAR.finditer(folded):
        if _is_year(match, folded):
            folded = folded[: match.start()] + _blot(match) + folded[match.end() :]
    found = _QUANTITY.search(folded)
    return text[found.start() : found.end()].strip() if found else None


def _blot(match: re.Match[str]) -> str:
    return "¤" * len(match[0])


def _is_amount(text: str, folded: str, code: re.Match[str]) -> bool:
    """Say whether «1.5 …» at the beginning is an amount and no code: «1.5 toneladas», «1.5 millones»."""
    rest, parts = folded[code.end() - 1 :], code[1].split(".")
    if re.match(_MEASURED, rest) or len(parts) == 2 and any(int(part) > 20 or part.startswith("0") for part in parts):
        return True
    is_title = text[code.end()].isupper() and not text.isupper()
    return len(parts) == 2 and not is_title and bool(re.match(_PLURAL, rest))


def _is_year(match: re.Match[str], folded: str) -> bool:
    """Say whether a number from 1900 to 2099 is a year: «ejercicio 2016», but not «atender 2000 usuarios»."""
    value = int(match[0]) if match[0].isdigit() else _add_words(match[0])
    if not 1900 <= value <= 2099:
        return False
    before, after = folded[: match.start()].rstrip(), folded[match.end() :]
    last = before[len(before.rstrip(ascii_lowercase)) :]
    if re.match(_MEASURED, after) or before.endswith("$"):
        return False
    if not re.match(_PLURAL, after):
        return bool(value % 100) or last in _DATING
    if value % 100 == 0 or _VERB.match(last):
        return False
    return bool(_ADJECTIVE.match(after)) or last in _DATING - {"de"}


def _add_words(words: str) -> int:
    total = part = 0
    for word in words.split():
        value = _WORDS.get(word, 1 if word in ("un", "uno", "una") else 0)
        if value >= 1000:
            total, part = total + max(part, 1) * value, 0
        else:
            part += value
    return total + part
