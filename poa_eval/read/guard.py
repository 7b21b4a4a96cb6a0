"""What is looked at before a file is opened: that it is there, is what it says, and is of a sane size."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from poa_eval.errors import ArchivoError, Place

MAX_BYTES = 50 * 2**20
MAX_UNPACKED = 600 * 2**20
MAX_RATIO = 200
MAX_CELLS = 20_000_000

_ZIPPED = {".xlsx", ".xlsm", ".ods", ".docx"}
_LAST_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')


def check_file(path: Path) -> None:
    """Refuse a file that is missing, empty, too large, or a zip that unpacks to far more than it is.

    Raises
    ------
    ArchivoError
        With the reason and the way out.
    """
    place = Place(path.name)
    if not path.exists():
        raise ArchivoError(
            "ningún archivo en esa ruta",
            "un archivo que exista",
            "revise el nombre y la carpeta del archivo",
            lugar=Place(str(path)),
        )
    if not path.is_file():
        raise ArchivoError("una carpeta", "un archivo", "indique un archivo de la carpeta", lugar=Place(str(path)))
    size = path.stat().st_size
    if size == 0:
        raise ArchivoError(
            "un archivo vacío (0 bytes)", "un documento", "vuelva a guardar o a copiar el documento", lugar=place
        )
    if size > MAX_BYTES:
        raise ArchivoError(
            f"un archivo de {size / 2**20:,.0f} MB",
            f"a lo más {MAX_BYTES // 2**20} MB",
            "quite imágenes y hojas que no son del plan, y guárdelo de nuevo",
            lugar=place,
        )
    if path.suffix.lower() in _ZIPPED and zipfile.is_zipfile(path):
        _check_zip(path, size, place)


def _check_zip(path: Path, size: int, place: Place) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        unpacked = sum(member.file_size for member in members)
        if unpacked > MAX_UNPACKED or (unpacked > 20 * 2**20 and unpacked > MAX_RATIO * size):
            raise ArchivoError(
                f"un libro de {size / 2**20:,.1f} MB que se desempaca en {unpacked / 2**20:,.0f} MB",
                "un libro de tamaño razonable",
                "copie las hojas del plan a un libro nuevo y guárdelo de nuevo",
                lugar=place,
            )
        for member in members:
            if re.match(r"xl/worksheets/[^/]+\.xml$", member.filename):
                _check_extent(archive.read(member), place)


def _check_extent(xml: bytes, place: Place) -> None:
    """Refuse a sheet whose cells span so wide an area that reading it as a table would exhaust the memory."""
    rows = max((int(row) for row in _LAST_ROW.findall(xml[-200_000:])), default=0)
    far_column = re.search(rb'\br="[A-Z]{3}\d', xml)
    if rows * 702 <= MAX_CELLS and not far_column:
        return
    cells = _CELL.findall(xml)
    width = max(
        (sum((letter - 64) * 26**power for power, letter in enumerate(reversed(c))) for c, _ in cells), default=0
    )
    height = max((int(row) for _, row in cells), default=0)
    if width * height > MAX_CELLS:
        raise ArchivoError(
            f"una hoja con celdas hasta la fila {height:,} y la columna {width:,}",
            f"a lo más {MAX_CELLS:,} celdas en el área usada",
            "borre las celdas sueltas lejos de la tabla (Ctrl+Fin muestra la última) y guárdelo de nuevo",
            lugar=place,
        )
