"""Load: one document into a plan."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from poa_eval.layouts.catalog import find_layout
from poa_eval.layouts.layout import Layout
from poa_eval.loaders.document import shape_document
from poa_eval.plan.plan import Plan
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

    Returns
    -------
    Plan

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
