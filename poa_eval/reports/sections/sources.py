"""Sources: the documents that the figures come from, and with which layout each was read."""

from __future__ import annotations

from poa_eval.layouts.catalog import known_layouts, read_layout
from poa_eval.quarter.quarter import Quarter
from poa_eval.reports.html.blocks import Block, render_words
from poa_eval.reports.html.tables import render_table, text_cell
from poa_eval.reports.sections.goals import show_statements
from poa_eval.reports.sections.inputs import list_notes
from poa_eval.text.columns import Column
from poa_eval.text.wording import format_day

_FORMS = {
    "captura": "Libro de captura que llenó la unidad",
    "observaciones": "Libro de observaciones que llenó la unidad",
}


def show_sources(q: Quarter) -> Block:
    """Show the documents with their layout, the cut-off date, what they say of themselves; the institution's sha256."""
    rows = [
        [
            text_cell(source["archivo"], notes=[f"SHA-256: {source['sha256']}"] if "sha256" in source else []),
            text_cell(name_form(q, source["layout"])),
        ]
        for source in q.fuentes.to_dict("records")
    ]
    columns = [Column("Archivo"), Column("Forma del documento")]
    table = render_table("Documentos de los que salen las cifras", columns, [("", rows)])
    notes = [f"{note}." for note in list_notes(q.evaluacion)]
    day = format_day(q.evaluacion.fecha_corte, q.plan.locale)
    return table + show_statements(q) + render_words([f"Fecha de corte: {day}.", *notes])


def name_form(q: Quarter, layout: str) -> str:
    """Return the title of a layout that a document was read with, or what a workbook made here is."""
    own = [s.layout for s in q.params.fuentes if s.layout and s.layout.endswith((".yaml", ".yml"))]
    known = [*(read_layout(q.root / path) for path in own), *known_layouts()]
    return _FORMS.get(layout) or next((found.titulo for found in known if found.nombre == layout), layout)
