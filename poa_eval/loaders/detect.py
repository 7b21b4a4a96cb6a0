"""Choose stage: which layout, and which edition of it, a document has."""

from __future__ import annotations

from poa_eval.errors import FormatoError, LayoutError, Place
from poa_eval.layouts.cards import Cards
from poa_eval.layouts.catalog import known_layouts
from poa_eval.layouts.layout import Edition, Layout
from poa_eval.loaders.cards import score_cards
from poa_eval.loaders.headings import NEAR, list_sheets, make_form, try_headings
from poa_eval.readers.formats import RawDocument
from poa_eval.text.names import suggest

_SURE = 0.8  # share of the headings from which a document is said to be of another layout than the one named


def choose_edition(
    document: RawDocument, layout: Layout | None, ejercicio: int | None = None
) -> tuple[Layout, Edition | Cards]:
    """Find the edition whose headings the document has: of one layout, or of all that are known.

    Raises FormatoError where none fits: which were tried, which was nearest, and which headings it lacks.
    """
    candidates = [
        (la, name, ed) for la in ([layout] if layout else known_layouts()) for name, ed in la.ediciones.items()
    ]
    if not candidates:
        raise LayoutError("ningún layout conocido", "al menos uno", "indique `--layout ARCHIVO.yaml`")
    scored = [(*_score_edition(document, ed, ejercicio), la, name, ed) for la, name, ed in candidates]

    def share(entry: tuple) -> tuple[float, int]:
        matched, missing = entry[0], len(entry[1])
        return matched / max(matched + missing, 1), 0 if missing else matched

    best = max(scored, key=share)
    _, missing, la, name, ed = best
    if share(best)[0] >= NEAR:
        return la, ed  # where some are missing, reading it strictly names the cell and the heading that fail
    if layout:
        _refuse_missing_sheets(document, layout)
    tried = ", ".join(f"{la.nombre} ({name})" for _, _, la, name, _ in scored)
    headings = ", ".join(f"«{text}»" for text in missing[:8]) + ("…" if len(missing) > 8 else "")
    found = f"encabezados que no son de ningún layout probado: {tried}"
    wanted = f"los encabezados de un layout; el más cercano es {la.nombre} ({name}), que además pide {headings}"
    advice = "indique el layout si lo hay; si la forma es nueva, `poa-eval draft ARCHIVO` escribe un borrador"
    if layout:
        found = f"encabezados que no son del layout {layout.nombre}"
        wanted = f"los encabezados de {la.nombre} ({name}), que pide {headings}"
        if other := _find_other(document, layout, ejercicio):
            found += f"; el documento parece de {other}"
            advice = f"use el layout {other}, si el documento es el que quería"
    raise FormatoError(found, wanted, advice, lugar=document.hojas[0].locate(0) if document.hojas else None)


def _refuse_missing_sheets(document: RawDocument, layout: Layout) -> None:
    """Refuse a document that has none of the sheets that its layout reads."""
    editions = [edition for edition in layout.ediciones.values() if isinstance(edition, Edition)]
    wanted = dict.fromkeys(f"«{name}»" for edition in editions for name in edition.hojas)
    if not editions or any(not edition.hojas or any(list_sheets(document, edition)) for edition in editions):
        return
    names = [sheet.hoja for sheet in document.hojas if sheet.hoja]
    near = suggest(next(iter(wanted)), names)
    raise FormatoError(
        f"ninguna hoja {' ni '.join(wanted)}, que pide `hojas:` del layout {layout.nombre}",
        "una de las hojas que hay: " + ", ".join(f"«{name}»" for name in names) if names else "un libro con hojas",
        (f"¿quiso decir «{near}»? " if near else "") + "corrija `hojas:` en el layout, o el nombre de la hoja",
        lugar=Place(document.archivo),
    )


def _find_other(document: RawDocument, layout: Layout, ejercicio: int | None) -> str | None:
    """Return the name of another known layout whose headings the document has."""
    for other in known_layouts():
        for edition in other.ediciones.values() if other.nombre != layout.nombre else ():
            matched, missing = _score_edition(document, edition, ejercicio)
            if matched >= _SURE * (matched + len(missing)):
                return other.nombre
    return None


def _score_edition(document: RawDocument, edition: Edition | Cards, ejercicio: int | None) -> tuple[int, list[str]]:
    """Return how many headings the best place of the document matches, and which are missing there."""
    if isinstance(edition, Cards):
        return score_cards(document, edition)
    form = make_form(edition, ejercicio)
    attempts = (attempt for sheet in list_sheets(document, edition) for attempt in try_headings(sheet, form, 0.0))
    best: tuple[int, list[str]] = (0, list(form.shown.values()))
    for attempt in attempts:
        if len(attempt.columns) > best[0]:
            best = (len(attempt.columns), attempt.missing)
        if not attempt.missing:
            break
    return best
