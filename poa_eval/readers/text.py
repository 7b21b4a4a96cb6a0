"""Text documents: lines are rows, tabs part the cells, stray HTML is taken off."""

import csv
import html
import io
import re
from collections import Counter
from pathlib import Path

from poa_eval.errors import ArchivoError, Place
from poa_eval.readers.cells import RawDocument, RawSheet

_BLOCK = r"</?(?:p|li|div|ul|ol)(?:\s[^<>]*)?>"
_BREAK = re.compile(rf"<br\s*/?>|{_BLOCK}(?:\s*{_BLOCK})*", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>")
_ESCAPED = re.compile(r"\\([$*_#|])")
_SAMPLE = 50_000  # characters: below the longest cell that the csv module takes
_RULE = re.compile(r":?-{2,}:?")


def read_text(path: Path) -> RawDocument:
    """Read a text document; each line is one row, each tab starts a cell.

    Raises ArchivoError: the file is not text in UTF-8, UTF-16 or Windows-1252.
    """
    rows = tuple(tuple(_clean_cell(cell) for cell in line.split("\t")) for line in decode_text(path).split("\n"))
    return RawDocument(path.name, (RawSheet(path.name, None, rows),))


def read_delimited(path: Path) -> RawDocument:
    """Read a CSV or TSV file, whichever of ``; tab | ,`` parts its cells; a quoted cell may go over several lines.

    Raises ArchivoError: the file is not text, or a quotation mark that opens a cell is never closed.
    """
    text = decode_text(path)
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
    return RawDocument(path.name, (RawSheet(path.name, None, tuple(rows), rotulos=names),))


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


def decode_text(path: Path) -> str:
    """Return the text of a file, its lines parted by line feeds alone.

    Raises ArchivoError: the file is not text in UTF-8, UTF-16 or Windows-1252.
    """
    content = path.read_bytes()
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    if len(encodings) == 1 or b"\x00" not in content[:4096]:
        for encoding in encodings:
            try:
                return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
            except UnicodeDecodeError:
                continue
    raise ArchivoError(
        "datos que no son texto, o texto con una codificación desconocida",
        "un texto en UTF-8 o Windows-1252",
        "exporte el documento otra vez, como texto con codificación UTF-8",
        lugar=Place(path.name),
    )


def _clean_cell(cell: str) -> str | None:
    if "<" in cell or "&" in cell or "\\" in cell:
        cell = _ESCAPED.sub(r"\1", html.unescape(_TAG.sub("", _BREAK.sub("\n", cell))))
    cell = "\n".join(line.strip() for line in cell.replace("**", "").strip().split("\n"))
    return None if not cell or _RULE.fullmatch(cell) else cell
