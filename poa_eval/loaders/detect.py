"""Detect: which layout, and which edition of it, a document has, by its headings."""

from dataclasses import dataclass

from poa_eval.errors import FormatoError, LayoutError, Place
from poa_eval.layouts.cards import Cards
from poa_eval.layouts.catalog import known_layouts
from poa_eval.layouts.layout import Edition, Layout
from poa_eval.loaders.cards.reader import score_cards
from poa_eval.loaders.headings import NEAR, HeadingMatcher
from poa_eval.loaders.sheets import list_sheets
from poa_eval.readers.cells import RawDocument
from poa_eval.text.names import suggest

_SURE = 0.8  # share of the headings from which a document is said to be of another layout than the one named


@dataclass
class Candidate:
    """An edition that a document may have, and how far its headings are there; a form of cards has no matcher."""

    layout: Layout
    nombre: str
    edition: Edition | Cards
    headings: HeadingMatcher | None
    matched: int
    missing: list[str]

    @property
    def rank(self) -> tuple[float, int]:
        """Return the share of the headings that are there, and of whole forms how many they are."""
        return self.matched / max(self.matched + len(self.missing), 1), 0 if self.missing else self.matched

    @property
    def shown(self) -> str:
        """Return the layout and the name of its edition as messages show them."""
        return f"{self.layout.nombre} ({self.nombre})"


def choose_edition(document: RawDocument, layout: Layout | None, ejercicio: int | None = None) -> Candidate:
    """Find the edition whose headings the document has: of one layout, or of all that are known.

    Raises FormatoError where none fits: which were tried, which was nearest, and which headings it lacks.
    """
    layouts = [layout] if layout else known_layouts()
    tried = [_try_edition(document, la, name, ejercicio) for la in layouts for name in la.ediciones]
    if not tried:
        raise LayoutError("ningún layout conocido", "al menos uno", "indique `--layout ARCHIVO.yaml`")
    best = max(tried, key=lambda candidate: candidate.rank)
    if best.rank[0] >= NEAR:
        return best  # where some are missing, reading it strictly names the cell and the heading that fail
    if layout:
        _refuse_missing_sheets(document, layout)
    headings = ", ".join(f"«{text}»" for text in best.missing[:8]) + ("…" if len(best.missing) > 8 else "")
    found = f"encabezados que no son de ningún layout probado: {', '.join(candidate.shown for candidate in tried)}"
    wanted = f"los encabezados de un layout; el más cercano es {best.shown}, que además pide {headings}"
    advice = "indique el layout si lo hay; si la forma es nueva, `poa-eval draft ARCHIVO` escribe un borrador"
    if layout:
        found = f"encabezados que no son del layout {layout.nombre}"
        wanted = f"los encabezados de {best.shown}, que pide {headings}"
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
    others = [(other, name) for other in known_layouts() if other.nombre != layout.nombre for name in other.ediciones]
    tried = (_try_edition(document, other, name, ejercicio) for other, name in others)
    return next((candidate.layout.nombre for candidate in tried if candidate.rank[0] >= _SURE), None)


def _try_edition(document: RawDocument, layout: Layout, name: str, ejercicio: int | None) -> Candidate:
    """Match an edition with the document: what the best of its places has and lacks."""
    edition = layout.ediciones[name]
    if isinstance(edition, Cards):
        return Candidate(layout, name, edition, None, *score_cards(document, edition))
    headings = HeadingMatcher(edition, ejercicio)
    best = Candidate(layout, name, edition, headings, 0, list(headings.shown.values()))
    for attempt in (attempt for sheet in list_sheets(document, edition) for attempt in headings.match(sheet)):
        if len(attempt.columns) > best.matched:
            best.matched, best.missing = len(attempt.columns), attempt.missing
        if not attempt.missing:
            break
    return best
