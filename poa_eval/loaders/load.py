"""Load: one document into a plan, its rows shaped by the layout's word into tidy tables."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from poa_eval.errors import FormatoError, Place, Refusals
from poa_eval.layouts.cards import Cards
from poa_eval.layouts.catalog import find_layout
from poa_eval.layouts.layout import Layout
from poa_eval.loaders.behaviour import infer_accumulation
from poa_eval.loaders.cards.reader import read_outline
from poa_eval.loaders.cards.shape import shape_outline
from poa_eval.loaders.detect import choose_edition
from poa_eval.loaders.headings import HeadingMatcher
from poa_eval.loaders.scale import note_mixed_scale
from poa_eval.loaders.tables import TableReader
from poa_eval.plan.merge import merge_plans
from poa_eval.plan.notes import (
    DeclaredRule,
    NoResults,
    Note,
)
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.readers.cells import RawDocument
from poa_eval.readers.formats import read_raw
from poa_eval.readers.marker import refuse_form


def load(path: str | Path, layout: str | Path | Layout | None = None, *, ejercicio: int | None = None) -> Plan:
    """Load one document as a plan.

    Parameters
    ----------
    path : path-like
        A spreadsheet or text document.
    layout : str, path-like or Layout, optional
        Name of a known layout, or a YAML file; without it the layout is found by its headings.
    ejercicio : int, optional
        Year, for documents that do not say it.

    Raises
    ------
    PoaError
        The file or its content is not as it must be; names the cell and the way out.

    Examples
    --------
    >>> load("plan.xlsx")  # doctest: +SKIP
    """
    known = layout if layout is None or isinstance(layout, Layout) else find_layout(str(layout))
    with _pause_collection():
        document = read_raw(path)
        refuse_form(document)
        return shape_document(document, known, ejercicio=ejercicio)


@contextmanager
def _pause_collection() -> Iterator[None]:
    """Collect no garbage meanwhile: a document makes many objects and no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def shape_document(
    document: RawDocument,
    layout: Layout | None = None,
    *,
    ejercicio: int | None = None,
    names: Mapping[str, Mapping[str, str]] | None = None,
    identidad: Sequence[str] = (),
) -> Plan:
    """Shape a raw document into a plan.

    Without a layout, it is the known one whose headings the document has; `ejercicio` is for documents that do not say
    their year, `names` are accepted names of tables: per column, printed name → real name. `identidad` are the columns
    that identify an activity, instead of those of the layout.

    Raises FormatoError where a heading, a figure or the period is not as the layout says.
    """
    found = choose_edition(document, layout, ejercicio)
    layout, edition = found.layout, found.edition
    if isinstance(edition, Cards):
        return _shape_cards(document, layout, edition, ejercicio)
    refusals = Refusals()
    with refusals.tell_all():
        tables = [TableReader(document, layout, edition, found.headings, refusals)]
        tables += [
            TableReader(document, layout, part, HeadingMatcher(part, ejercicio), refusals, is_further=True)
            for part in edition.tablas
        ]
        for table in tables:
            table.read(names, identidad)
    year = _find_year([line for table in tables for line in table.content.lines], ejercicio, document)
    plans = [_make_plan(layout, year, table.shape(year)) for table in tables]
    return infer_accumulation(note_mixed_scale(merge_plans(plans) if len(plans) > 1 else plans[0]))


def _make_plan(layout: Layout, year: int, tables: Mapping[str, pd.DataFrame | list]) -> Plan:
    notes: list[Note] = tables["contexto"]
    rows = tables | {"contexto": [note.to_row() for note in notes]}
    made = {name: make_table(name, records) for name, records in rows.items()}
    return Plan(layout.institucion, year, layout.locale, **made, carried=tuple(notes))


def _shape_cards(document: RawDocument, layout: Layout, edition: Cards, ejercicio: int | None) -> Plan:
    outline = read_outline(document, edition, layout.locale)
    place = document.hojas[0].locate(0) if document.hojas else Place(document.archivo)
    records = shape_outline(outline, edition, layout.institucion, layout.locale, place)
    year = _find_year(((key, *said) for key, said in outline.documento.items()), ejercicio, document)
    if records["avances"]:
        records["contexto"].append(NoResults(text=document.archivo, source=f"layout {layout.nombre}"))
    records["contexto"].append(DeclaredRule(name="layout", text=layout.nombre, source=f"layout {layout.nombre}"))
    return _make_plan(layout, year, records)


def _find_year(lines: Iterable[tuple[str, str, str]], given: int | None, document: RawDocument) -> int:
    century = {"ejercicio": 0, "anio": 2000}
    said = [line for line in lines if line[0] in century]
    for _, text, source in said:
        if not text.isdecimal():
            raise FormatoError(
                f"«{text}» ({source})", "el año del ejercicio, en cifras", "corrija el año en el documento"
            )
    years = dict.fromkeys(century[key] + int(text) for key, text, _ in said)
    if given is not None:
        years.setdefault(given)
    if len(years) != 1:
        found = ", ".join(map(str, years)) or "ningún ejercicio"
        raise FormatoError(
            f"ejercicio {found} en el documento y los parámetros" if years else found,
            "un solo ejercicio",
            "revise el año en las líneas encima de las tablas y en `ejercicio:` de los parámetros",
            lugar=document.hojas[0].locate(0) if document.hojas else None,
        )
    return next(iter(years))
