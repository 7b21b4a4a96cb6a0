"""Text documents: lines are rows, tabs part the cells, stray HTML is taken off."""

import csv
import html
import io
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path

from poa_eval.errors import ArchivoError, Place
from poa_eval.readers.cells import RawDocument, RawSheet

_BLOCK = r"</?(?:p|li|div|ul|ol)(?:\s[^<>]*)?>"
_BREAK = re.compile(rf"<br\s*/?>|{_BLOCK}(?:\s*{_BLOCK})*", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>")
_ESCAPED = re.compile(r"\\([$*_#|])")
_SAMPLE = 50_000  # characters: below the longest cell that the csv module takes
#: Letters of Spanish and Portuguese beyond ASCII, and signs that stand beside a word in any text.
_LETTERS = frozenset("áéíóúüñÁÉÍÓÚÜÑãõâêôçàÃÕÂÊÔÇÀ")
_SIGNS = frozenset("ºª°²³·–—’‘“”«»¿¡…•€\u00a0")
_WORD = re.compile(r"[A-Za-z\u0080-\uffff]+")
_RULE = re.compile(r":?-{2,}:?")


def read_text(path: Path) -> RawDocument:
    """Read a text document; each line is one row, each tab starts a cell.

    Raises ArchivoError: the file is not text in UTF-8, UTF-16, Windows-1252 or the code page of MS-DOS.
    """
    text, encoding = decode_text(path)
    rows = tuple(tuple(_clean_cell(cell) for cell in line.split("\t")) for line in text.split("\n"))
    return RawDocument(path.name, (RawSheet(path.name, None, rows, codificacion=encoding),))


def read_delimited(path: Path) -> RawDocument:
    """Read a CSV or TSV file, whichever of ``; tab | ,`` parts its cells; a quoted cell may go over several lines.

    Raises ArchivoError: the file is not text, or a quotation mark that opens a cell is never closed.
    """
    text, encoding = decode_text(path)
    rows, lines, start = [], [], 1
    reader = csv.reader(io.StringIO(text), delimiter=_choose_delimiter(text[:_SAMPLE]))
    try:
        for cells in reader:
            rows.append(tuple(cell.strip() or None for cell in cells))
            lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise _name_open_quote(path, start) from error
    if lines and lines[-1] < reader.line_num and "".join(text.split("\n")[lines[-1] - 1 :]).count('"') % 2:
        raise _name_open_quote(path, lines[-1])
    names = tuple(f"L{line}" for line in lines)
    return RawDocument(path.name, (RawSheet(path.name, None, tuple(rows), rotulos=names, codificacion=encoding),))


def _choose_delimiter(sample: str) -> str:
    """Return the sign that parts most rows into one same number of cells; among equals, the first of ``; tab | ,``."""

    def count_alike(sign: str) -> int:
        lengths = Counter(len(row) for row in csv.reader(io.StringIO(sample), delimiter=sign) if len(row) > 1)
        return max(lengths.values(), default=0)

    best = max(";\t|,", key=count_alike)
    return best if count_alike(best) else ","


def _name_open_quote(path: Path, line: int) -> ArchivoError:
    return ArchivoError(
        "una celda que abre comillas y no las cierra",
        "comillas en pares",
        "cierre o quite las comillas de esa línea, o exporte la tabla otra vez",
        lugar=Place(path.name, None, f"L{line}"),
    )


def decode_text(path: Path) -> tuple[str, str]:
    """Return the text of a file, its lines parted by line feeds alone, and its encoding where it was guessed.

    Raises ArchivoError: the file is not text in UTF-8, UTF-16, Windows-1252 or the code page of MS-DOS.
    """
    content = path.read_bytes()
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252", "cp850")
    found: dict[str, str] = {}
    if len(encodings) == 1 or b"\x00" not in content[:4096]:
        for encoding in encodings:
            with suppress(UnicodeDecodeError):
                found[encoding] = content.decode(encoding)
                if encoding != "cp1252":
                    break
    chosen = next(iter(found), "")
    if "cp850" in found:
        strange, words = _count_strange(found["cp850"])
        other = _count_strange(found["cp1252"])[0] if "cp1252" in found else words / 2
        chosen = "cp850" if strange < other else "cp1252"
    if chosen in found:
        return found[chosen].replace("\r\n", "\n").replace("\r", "\n"), chosen if chosen == "cp850" else ""
    raise ArchivoError(
        "datos que no son texto, o texto con una codificación desconocida",
        "un texto en UTF-8 o Windows-1252",
        "exporte el documento otra vez, como texto con codificación UTF-8",
        lugar=Place(path.name),
    )


def _count_strange(text: str) -> tuple[int, int]:
    """Count the words that no text of Spanish or Portuguese holds, and all words with a sign beyond ASCII."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return sum(map(_is_strange, words)), len(words)


def _is_strange(word: str) -> bool:
    """Say whether a word has a letter of another language or a sign in it, or a capital amid small letters."""
    letters = {letter for letter in word if not letter.isascii()} - _SIGNS
    small = any(letter.islower() for letter in word if letter.isascii())
    return not letters <= _LETTERS or (small and any(letter.isupper() for letter in letters & {*word[1:]}))


def _clean_cell(cell: str) -> str | None:
    if "<" in cell or "&" in cell or "\\" in cell:
        cell = _ESCAPED.sub(r"\1", html.unescape(_TAG.sub("", _BREAK.sub("\n", cell))))
    cell = "\n".join(line.strip() for line in cell.replace("**", "").strip().split("\n"))
    return None if not cell or _RULE.fullmatch(cell) else cell
