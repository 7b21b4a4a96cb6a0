"""Guard: what is looked at before a file is opened: that it is there, is what it says, and is of a sane size."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from poa_eval.errors import ArchivoError, Place, PoaError

MAX_BYTES = 50 * 2**20
MAX_UNPACKED = 600 * 2**20
MAX_RATIO = 200
MAX_CELLS = 10_000_000
MAX_COLUMNS = 16_384  # what spreadsheets have

_ZIPPED = {".xlsx", ".xlsm", ".ods", ".docx"}
_OLD = b"\xd0\xcf\x11\xe0"
_STARTS = {
    b"%pdf": "un PDF",
    b"<html": "una página HTML",
    b"<!doctype html": "una página HTML",
    _OLD: "un libro antiguo o cifrado",
}


def check_file(path: Path) -> None:
    """Refuse a file that is missing, empty, too large, or a zip that unpacks to far more than it is."""
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
        with refuse_damage(path):
            _check_zip(path, size, place)


def _check_zip(path: Path, size: int, place: Place) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise ArchivoError(
            "un archivo comprimido con contraseña",
            "un documento que se pueda abrir",
            "guárdelo de nuevo, sin contraseña, desde el programa con que se hizo",
            lugar=place,
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED or (unpacked > 20 * 2**20 and unpacked > MAX_RATIO * size):
        raise ArchivoError(
            f"un libro de {size / 2**20:,.1f} MB que se desempaca en {unpacked / 2**20:,.0f} MB",
            "un libro de tamaño razonable",
            "copie las hojas del plan a un libro nuevo y guárdelo de nuevo",
            lugar=place,
        )


def check_extent(height: int, width: int, place: Place) -> None:
    """Refuse a sheet whose cells span so wide an area that reading it as a table would exhaust the memory."""
    if width * height > MAX_CELLS or width > MAX_COLUMNS:
        raise ArchivoError(
            f"una hoja con celdas hasta la fila {height:,} y la columna {width:,}",
            f"a lo más {MAX_CELLS:,} celdas y {MAX_COLUMNS:,} columnas en el área usada",
            "borre las celdas sueltas lejos de la tabla (Ctrl+Fin muestra la última) y guárdelo de nuevo",
            lugar=place,
        )


def check_encoding(xml: bytes, place: Place) -> None:
    """Refuse a part in an encoding that the readers of workbooks take for an empty sheet."""
    head = xml[:200].split(b"?>")[0].lower().replace(b"'", b'"')
    declared = head.partition(b'encoding="')[2].split(b'"')[0]
    if b"\0" in head or declared not in {b"", b"utf-8", b"utf8", b"us-ascii"}:
        raise ArchivoError(
            "una hoja que no está escrita en UTF-8",
            "un libro como lo guardan las hojas de cálculo",
            "ábralo en la hoja de cálculo y guárdelo otra vez como .xlsx",
            lugar=place,
        )


@contextmanager
def refuse_damage(path: Path) -> Iterator[None]:
    """Say whatever goes wrong inside as one clear error: a file can be damaged in more ways than can be listed."""
    try:
        yield
    except PoaError:
        raise
    except PermissionError as error:
        raise ArchivoError(
            "un archivo que no se deja leer",
            "un archivo al que tenga acceso",
            "ciérrelo en los otros programas y revise sus permisos",
            lugar=Place(str(path)),
        ) from error
    except Exception as error:
        raise ArchivoError(
            _name_content(path),
            f"un archivo «{path.suffix.lower()}» completo",
            "ábralo en su programa y guárdelo de nuevo como .xlsx o .docx; si es de otro formato, expórtelo desde allí",
            lugar=Place(path.name),
        ) from error


def name_password(path: Path) -> ArchivoError:
    """Return the error of a workbook that only its password opens."""
    return ArchivoError(
        "un libro protegido con contraseña",
        "un libro que se pueda abrir",
        "quite la contraseña (Archivo > Información > Proteger libro) y guárdelo de nuevo",
        lugar=Place(path.name),
    )


def _name_content(path: Path) -> str:
    start = path.read_bytes()[:512].lstrip().lower()
    is_xls = path.suffix.lower() == ".xls"
    wanted = "un documento de Word" if path.suffix.lower() == ".docx" else "un libro de cálculo"
    if start.startswith(b"pk"):
        if is_xls and zipfile.is_zipfile(path):
            return "un libro .xlsx o .ods con otra extensión"
        return f"un archivo comprimido dañado, o que no es {wanted}"
    for mark, name in _STARTS.items():
        if start.startswith(mark):
            return "un libro antiguo dañado" if is_xls and mark == _OLD else f"{name} con otra extensión"
    return f"un archivo que no es {wanted}"
