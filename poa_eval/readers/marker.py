"""Marker: the hidden sheet by which a workbook to fill in is known, and told from a document of a plan."""

from poa_eval.errors import FormatoError, Place
from poa_eval.readers.cells import RawDocument

#: Name of the hidden sheet by which a workbook to fill in is known.
MARKER = "_poa_eval"
CAPTURE, ANSWERS = "captura", "observaciones"


def read_marker(document: RawDocument) -> list[tuple[str, ...]]:
    """Return the rows of the hidden sheet of a workbook to fill in, as texts; none where a document is no such one."""
    rows = next((sheet.filas for sheet in document.hojas if sheet.hoja == MARKER), ())
    return [tuple("" if cell is None else str(cell) for cell in row) for row in rows if row]


def find_kind(document: RawDocument) -> str | None:
    """Return which kind of workbook to fill in a document is, filled or not; None where it is none.

    Those of the first version were all for capture and do not say it.
    """
    marker = read_marker(document)
    return {row[0]: row[1] for row in marker if len(row) > 1}.get("libro", CAPTURE) if marker else None


def refuse_form(document: RawDocument) -> None:
    """Refuse a workbook to fill in where a document of the plan is wanted."""
    if kind := find_kind(document):
        verb, key = ("responde", "respuestas") if kind == ANSWERS else ("reporta", "fuentes")
        raise FormatoError(
            f"un libro de {kind}, que solo trae lo que {verb} una unidad",
            "un documento del plan",
            f"nómbrelo en `{key}:` de los parámetros, junto al plan, y use `poa-eval run`",
            lugar=Place(document.archivo),
        )
