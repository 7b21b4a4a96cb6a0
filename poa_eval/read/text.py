"""Text documents: lines are rows, tabs part the cells, stray HTML is taken off."""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path

from poa_eval.errors import ArchivoError, Place
from poa_eval.read.raw import RawDocument, RawSheet

_BREAK = re.compile(r"<br\s*/?>|</(?:p|li|div)>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>")
_ESCAPED = re.compile(r"\\([$*_#|])")
_RULE = re.compile(r":?-{2,}:?")


def read_text(path: Path) -> RawDocument:
    """Read a text document; each line is one row, each tab starts a cell.

    Raises
    ------
    ArchivoError
        The file is not text in UTF-8, UTF-16 or Windows-1252.
    """
    rows = tuple(tuple(_clean_cell(cell) for cell in line.split("\t")) for line in decode_text(path).split("\n"))
    return RawDocument(path.name, (RawSheet(path.name, None, rows),))


def read_delimited(path: Path) -> RawDocument:
    """Read a CSV or TSV file, whichever of ``, ; tab |`` parts its cells; a quoted cell may go over several lines.

    Raises
    ------
    ArchivoError
        The file is not text.
    """
    text = decode_text(path)
    sample = text[:50_000]
    delimiter = max(",;\t|", key=lambda sign: min(sample.count(sign), sum(sign in line for line in sample.split("\n"))))
    delimiter = delimiter if delimiter in sample else ","
    rows, lines, start = [], [], 1
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    for cells in reader:
        rows.append(tuple(cell.strip() or None for cell in cells))
        lines.append(start)
        start = reader.line_num + 1
    return RawDocument(path.name, (RawSheet(path.name, None, tuple(rows), lineas=tuple(lines)),))


def decode_text(path: Path) -> str:
    """Return the text of a file, its lines parted by line feeds alone.

    Raises
    ------
    ArchivoError
        The file is not text in UTF-8, UTF-16 or Windows-1252.
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
