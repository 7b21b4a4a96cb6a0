"""Quantities in Spanish sentences: whether a text says how much, or only cites a year, a date, a law or a room."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from poa_eval.names import fold_letters
from poa_eval.values import MONTH_NAMES, MONTHS

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
_MONTH = rf"(?:{'|'.join((*MONTH_NAMES, 'setiembre'))})\b"
_MON = rf"(?:{'|'.join((*MONTH_NAMES, 'setiembre', *MONTHS, 'set'))})\b\.?"
_NO_NOUN = r"(?:tod[ao]s|l[ao]s|[ms]us|es|nos|mas|menos|tras|pues|antes|despues|ademas|un[ao]s|otr[ao]s)\b"
_PLURAL = rf"\s+(?!{_NO_NOUN})[a-z]{{2,}}s\b"
_PERCENT = r"\s*(?:%|por\s?ciento)"
_MEASURED = rf"(?:{_PERCENT}|\s*(?:m2|km|kg|has?|hectareas?|pesos|soles|mdp)\b|\s+(?:mil|millon(?:es)?)\b)"
_SPAN = rf"{_NUM}\s*(?:dias|meses|semanas|horas)"

_LAW = (
    r"ley|decreto|reglamento|norma|nom|iso|resolucion|ordenanza|circular|articulo|art|fraccion|fracc?|inciso|numeral|"
    r"apartado|parrafo|capitulo|cap|titulo|clausula|transitorio|oficio|expediente|exp|folio|foja|acta|acuerdo|"
    r"articulos|arts|fracciones|incisos|numerales|apartados|parrafos|capitulos|leyes|decretos|partidas?|ramo|tomo|"
    r"telefonos?|tels?|cel|celular|fax|ext|c\.?p|codigo postal|sala|salon|oficina|aula|piso|local|edificio|ventanilla|"
    r"lote|manzana|mz|kilometro|km|carretera|ruta|clave|codigo|paginas?|pags?|version|ods|ano|anos|no|nro|num|numero"
)
_LAW_KIND = (
    r"supremo|suprema|legislativo|ministerial|municipal|gubernativo|ejecutivo|general|federal|estatal|organica|"
    r"directoral|jefatural|regional|departamental|oficial|oficial mexicana|de urgencia|postal"
)
_PART = (
    r"anexo|formato|seccion|cuenta|zona|sector|distrito|region|circuito|nivel|grado|tipo|categoria|clase|grupo|bloque|"
    r"turno|fase|etapa|eje|subeje|linea|objetivo|meta|estrategia|programa|subprograma|proyecto|componente|actividad|"
    r"accion|indicador|producto|paso|punto|tabla|cuadro|figura|modulo|unidad|extension|contrato|convenio|licitacion|"
    r"trimestre|bimestre|cuatrimestre|semestre|semana|quincena|mes|ciclo|plan|sistema|office|covid"
)

#: What looks like a number and says no quantity; blotted out in this order before a quantity is looked for.
_NO_QUANTITY = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:^|[\n;]|(?<=[.;])\s)\s*[(\[]?\d{1,2}(?:\.\d{1,2})*\s?(?:[.)\]]\s?[-–]?|[-–])\s*(?=[^\s\d%])",  # 1.- 2) 4.
        r"(?<![\d.,])\d{1,2}\.-|\n\s*\d{1,2}(?:\.\d{1,2})+\s+(?=[^\s\d%])",
        r"^\s*\d{1,2}\s+(?=[a-z]+(?:ar|er|ir)(?:se|los?|las?)?\b)",  # 1 Mejorar
        rf"(?:\bdia\s+)?\b(?:al\s+)?(?:1[o°º]?\.?|{_LIST})\s+de\s+{_MONTH}(?:\s+(?:del?\s+)?(?:{_YEAR}|dos mil\b))?",
        rf"\b\d{{1,2}}\s*[-/ ]\s*{_MON}(?:\s*[-/ ]\s*\d{{2,4}}\b)?",  # 30/jun/2017, 30 junio
        rf"\b{_MON}\s*[-/]\s*\d{{2,4}}\b|\b{_MONTH}\s+(?:del?\s+)?(?:{_YEAR}\b|\d{{1,2}}\b(?!{_PLURAL}|{_MEASURED}))",
        r"(?<![\d/])(?!(?:1/2|1/3|2/3|1/4|3/4)(?![\d/]))\d{1,4}\s?/\s?\d{1,2}(?:\s?/\s?\d{2,4})?(?![\d/])",
        r"\b\d{1,2}-\d{1,2}-\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b",
        rf"\bdias?\s+{_LIST}|\b{_LIST}\s+de\s+cada\s+(?:mes|ano|trimestre|semestre)",
        r"\b\d{1,2}:\d{2}\b|\b\d{1,2}\s*[ap]\.?\s?m\b",  # 8:00, 4 pm
        rf"\bcada\s+{_NUM}\s+(?:dia|semana|quincena|mes|ano|hora|bimestre|trimestre|semestre)(?:e?s)?\b",
        rf"\b{_YEAR}\s*(?:-|–|—|/|\by\b|\be\b|\bal?\b)\s*(?:{_YEAR}|\d\d)\b(?!{_PERCENT})",  # 2021-2024
        r"(?<!\d)\(?\d{2,4}\)?(?:[- ]\d{2,4}){1,3}[- ]\d{4}(?!\d)|\b\d{2,4}(?:-\d{2,4}){2,}\b|(?<![$\d.,])\d{10,}\b",
        rf"\b(?:{_LAW})\b\.?(?:\s+(?:{_LAW_KIND})){{0,2}}\s*(?:n[°ºo]\.?|num\.?|#)?\s*[:.]?\s*{_LIST}(?!{_PERCENT})",
        rf"\b(?:{_PART})\b\s*(?:n[°ºo]\.?|num\.?|#)?\s*{_NUM}(?:-\d+)*(?![\d.,]*\d|{_PLURAL}|{_MEASURED})",
        r"(?:\bn[°º]\.?|#)\s*\d[\d-]*",
        r"\b(?!(?:s/|usd|us|mxn|bs|rd)\.?\s?\d|[a-z]{6,}\d\d)[a-z][a-z.]*[-/]?\d[\w./:-]*",  # NOM-035, CT1
        r"\b\d+(?:er|ro|do|to|mo|vo|no|era|ra|da|ta|ma|va|na|[oa°ºª])\b|\d+[°ºª]",  # 1er, 2do, 3º
        r"\b\d+(?!(?:m[23]?|km|kg|has?|hrs?|lt?s?|ton|mdp|gb|mb|kwh?|mil|min|cm|dias|pesos|usd|h)\b)[a-z]\w*",
        r"(?<![\d.,])(?!\d{1,3}(?:\.\d{3})+(?![\d.]))\d+(?:\.\d+){2,}",  # 53.1.1
        r"\b\d+\s?x\s?\d+\b|\b80/20\b|\b24\s*/\s*7\b|\blas\s+24\s+horas\b|\blos\s+365\s+dias\b|\bseis\s+sigma\b",
        r"\btres\s+(?:niveles|ordenes|poderes)\b|\b(?:tolerancia|papel)\s+(?:cero|0)\b|\b(?:cero|0)\s+(?:tolerancia|papel)\b",
        rf"\b{_NUM}(?:\s*(?:\ba\b|\by\b|\bo\b|-)\s*{_NUM})?\s+anos\b",  # ages and horizons
        rf"\b(?:mas\s+de|mayor(?:es)?\s+(?:a|de)|superior(?:es)?\s+a|con|hasta|tienen|presentan)\s+{_SPAN}\s+"
        r"(?:habiles\s+|naturales\s+)?de\s+(?:mora|ret?ra[sz]o|rezago|atraso|adeudo|antiguedad)",
        rf"\b(?:mora|rezagos?|adeudos?|atrasos?|retrasos?|antiguedad)\s+(?:de|mayor(?:es)?\s+(?:a|de)|con)\s+"
        rf"(?:mas\s+de\s+|hasta\s+)?{_SPAN}",
        rf"\b\d{{3,4}}-\d{{4}}\b(?!{_PLURAL}|{_MEASURED})",
    )
)
_CODE = re.compile(r"\s*(\d{1,2}(?:\.\d{1,2})+)\s+(?=[^\s\d%])")
_VERB = re.compile(r"(?!(?:taller|mujer|lugar|hogar|escolar)$)[a-z]{2,}(?:[aei]r(?:se|les?|l[oa]s?)?|[aei]ran?)$")
_COUNTING = set("a al con los las unos unas otros otras menos maximo minimo mas aproximadamente total".split()) | {""}
_YEAR_OF = {"ano", "anos", "ejercicio", "fiscal", "vigencia", "poa", "poi"}
_DATING = _YEAR_OF | {"en", "desde", "de", "del"}
_ADJECTIVE = re.compile(r"\s+[a-z]+(?:[ai]d[oa]s|ales|ares)\b")
_ONE_YEAR = re.compile(rf"(?<![\w.,$]){_YEAR}(?![\w%]|[.,]\d)|{_SPELLED}")
_QUANTITY = re.compile(
    rf"\$?\s?(?:\d{{1,3}}(?: \d{{3}})+|\d+(?:[.,'/]\d+)*)(?:{_PERCENT})?|{_SPELLED}(?:{_PERCENT})?"
    r"|\b(?:a|en)\s+(?:la\s+mitad|un\s+tercio|un\s+cuarto|una\s+(?:tercera|cuarta|quinta)\s+parte)\b"
)


@dataclass(frozen=True)
class Quantity:
    """A quantity as it stands in a text, and where it begins."""

    texto: str
    inicio: int


@lru_cache(maxsize=16384)
def find_quantity(text: str) -> Quantity | None:
    """Find the first quantity in a Spanish text, or None where it says none.

    Digits, percentages, amounts of money and number words from «dos» on count («un», «una» are articles), and so do
    «a la mitad» and «en un tercio». Years and spans of years, dates and hours, legal references, numbered parts of a
    plan («fase 2», «meta 1.1»), enumeration, ordinals, codes, telephones, rooms, ages, «cada 15 días» and how old a
    debt is («más de 60 días de mora») do not.

    Parameters
    ----------
    text : str
        A goal, a baseline, a sentence of a plan.

    Returns
    -------
    Quantity or None

    Examples
    --------
    >>> find_quantity("Disminuir un 20 % el gasto"), find_quantity("Tres cotizaciones").texto
    (Quantity(texto='20 %', inicio=13), 'Tres')
    >>> [find_quantity(t) for t in ("Revisión del ejercicio fiscal 2016", "Cumplir el art. 115, fracción IV")]
    [None, None]
    >>> find_quantity("Atender 2000 usuarios").texto
    '2000'
    """
    text = unicodedata.normalize("NFC", text)
    folded = fold_letters(text)
    code = _CODE.match(folded)
    if code and not _is_amount(text, folded, code):
        folded = _blot(code, folded)
    for pattern in _NO_QUANTITY:
        for match in pattern.finditer(folded):
            folded = _blot(match, folded)
    for match in _ONE_YEAR.finditer(folded):
        if _is_year(match, folded):
            folded = _blot(match, folded)
    found = _QUANTITY.search(folded)
    if found is None:
        return None
    said = text[found.start() : found.end()]
    return Quantity(said.strip(), found.start() + len(said) - len(said.lstrip()))


def _blot(match: re.Match[str], folded: str) -> str:
    return folded[: match.start()] + "¤" * (match.end() - match.start()) + folded[match.end() :]


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
    last = re.search(r"[a-z]*$", before)[0] if before else ""
    if re.match(_MEASURED, after) or before.endswith("$"):
        return False
    if not re.match(_PLURAL, after):
        return bool(value % 100) or last in _DATING
    if value % 100 == 0 and last not in _YEAR_OF:
        return False
    if last == "de":
        return bool(_ADJECTIVE.match(after))
    return last not in _COUNTING and not _VERB.match(last)


def _add_words(words: str) -> int:
    total = part = 0
    for word in words.split():
        value = _WORDS.get(word, 1 if word in ("un", "uno", "una") else 0)
        if value >= 1000:
            total, part = total + max(part, 1) * value, 0
        else:
            part += value
    return total + part
