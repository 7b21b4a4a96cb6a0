"""Text documents: lines are rows, tabs part the cells, stray HTML is taken off."""

from __future__ import annotations

import html
import re
from pathlib import Path

from poa_eval.errors import ArchivoError, Place
from poa_eval.read.raw import RawDocument, RawSheet

_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>")
_ESCAPED = re.compile(r"\\([$*_#|])")


def read_text(path: Path) -> RawDocument:
    """Read a text document; each line is one row, each tab starts a cell.

    Raises
    ------
    ArchivoError
        The file is not text in UTF-8 or Windows-1252.
    """
    content = path.read_bytes()
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ArchivoError(
            "datos binarios",
            "un texto",
            "exporte el documento otra vez, como texto con codificación UTF-8",
            lugar=Place(path.name),
        )
    lines = _decode(content, path).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = tuple(tuple(_clean_cell(cell) for cell in line.split("\t")) for line in lines)
    return RawDocument(path.name, (RawSheet(path.name, None, rows),))


def _decode(content: bytes, path: Path) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ArchivoError(
        "un texto con codificación desconocida",
        "UTF-8 o Windows-1252",
        "guarde el texto con codificación UTF-8",
        lugar=Place(path.name),
    )


def _clean_cell(cell: str) -> str | None:
    if "<" in cell or "&" in cell or "\\" in cell:
        cell = _ESCAPED.sub(r"\1", html.unescape(_TAG.sub(" ", cell)))
    return cell.strip() or None
