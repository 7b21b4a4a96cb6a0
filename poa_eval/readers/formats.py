"""Formats of files: one door for every kind of file, giving sheets of cells that keep their address."""

from importlib import import_module
from pathlib import Path

from poa_eval.errors import ArchivoError, Place
from poa_eval.readers.cells import RawDocument
from poa_eval.readers.guard import check_file

#: The function that reads each kind of file; its module, with its libraries, is loaded when such a file comes.
_KINDS = {
    "spreadsheet.read_spreadsheet": ".xlsx .xlsm .xls .ods",
    "text.read_text": ".txt .md",
    "text.read_delimited": ".csv .tsv",
    "html.read_html": ".html .htm",
    "word.read_word": ".docx",
}
_READERS = {suffix: reader for reader, suffixes in _KINDS.items() for suffix in suffixes.split()}


def read_raw(path: str | Path) -> RawDocument:
    """Read a file into sheets of cells, hidden ones included and marked, each cell with its address.

    It is a spreadsheet (``.xlsx .xlsm .xls .ods``), a text with tab-separated tables (``.txt .md``), ``.csv``,
    ``.tsv``, ``.html`` or ``.docx``.

    Raises ArchivoError: it is missing, empty, damaged, locked by a password, too large, or of a kind that is not read.

    Examples
    --------
    >>> read_raw("no-hay.xlsx")
    Traceback (most recent call last):
    ...
    poa_eval.errors.ArchivoError: ArchivoError: no-hay.xlsx
      se encontró   ningún archivo en esa ruta
      se esperaba   un archivo que exista
      qué hacer     revise el nombre y la carpeta del archivo
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    check_file(path)
    if reader is None:
        raise ArchivoError(
            f"un archivo «{path.suffix or 'sin extensión'}»",
            "uno de: " + " ".join(_READERS),
            "guarde el documento como libro de cálculo (.xlsx), de Word (.docx) o texto con tabulaciones (.txt)",
            lugar=Place(path.name),
        )
    module, function = reader.split(".")
    document = getattr(import_module(f"poa_eval.readers.{module}"), function)(path)
    if all(cell is None for sheet in document.hojas for row in sheet.filas for cell in row):
        raise ArchivoError(
            "un documento vacío: ninguna celda con algo escrito",
            "un documento con su tabla",
            "ábralo para ver si es el que quería, o si se guardó sin contenido",
            lugar=Place(path.name),
        )
    return document
