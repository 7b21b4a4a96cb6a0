"""Contents: the documents that the figures come from, how each was read, and what they hold, table by table."""

import pandas as pd

from poa_eval.errors import ParamsError
from poa_eval.layouts.catalog import known_layouts, read_layout
from poa_eval.quarter.quarter import Quarter
from poa_eval.reports.html.blocks import Block, render_words
from poa_eval.reports.html.tables import Cell, count_cell, number_cell, render_table, text_cell
from poa_eval.reports.sections.goals import show_statements
from poa_eval.reports.sections.inputs import Source, list_notes, name_source, take_evaluation
from poa_eval.text.columns import Column
from poa_eval.text.names import suggest_sentence
from poa_eval.text.wording import capitalize, count_words, format_day

_TABLES = {
    "unidades": "unidades responsables",
    "metas": "objetivos, programas y metas por encima de las actividades",
    "actividades": "lo que se mide: actividad con su indicador",
    "lineas": "líneas de acción",
    "avances": "programado y ejecutado por periodo",
    "calendario": "meses en que algo está previsto",
    "publicado": "cifras derivadas que el documento imprime",
    "foda": "fortalezas, oportunidades, debilidades y amenazas",
    "contexto": "lo demás que el documento dice de sí mismo",
}
_FORMS = {
    "captura": "Libro de captura que llenó la unidad",
    "observaciones": "Libro de observaciones que llenó la unidad",
}


def show_plan(q: Source) -> Block:
    """Show what a loaded document holds: its tables and how many rows each has."""
    e = take_evaluation(q)
    rows = [[Cell(name), Cell(_TABLES[name]), count_cell(len(table))] for name, table in e.plan.tables().items()]
    columns = [Column("Tabla"), Column("Qué hay en cada fila"), Column("Filas (número)", kind="number")]
    caption = f"{e.plan.institucion}, {e.plan.ejercicio}: contenido del documento"
    return render_table(caption, columns, [("", rows)], source=name_source(e))


def show_table(q: Source, tabla: str, *, filas: int = 20) -> Block:
    """Show the first rows of one of the plan's tables, without the columns that hold nothing.

    Parameters
    ----------
    q : Quarter or Evaluation
    tabla : str
        Name of the table, as `show_plan` lists them.
    filas : int, default 20
        How many rows.

    Raises
    ------
    ParamsError
        There is no such table; the nearest is suggested.
    """
    e = take_evaluation(q)
    tables = e.plan.tables()
    if tabla not in tables:
        raise ParamsError(f"la tabla «{tabla}»", "una tabla del plan", suggest_sentence(tabla, tables))
    table = tables[tabla]
    if table.empty:
        return render_words([f"El documento no trae nada para la tabla «{tabla}»."])
    head, columns, cells = table.head(filas), [], []
    for name, values in head.items():
        is_number = pd.api.types.is_numeric_dtype(values)
        columns.append(
            Column(capitalize(name.replace("_", " ")), kind="number" if is_number else "text", is_optional=True)
        )
        cells.append([number_cell(v, e.plan.locale) if is_number else text_cell(v) for v in values])
    rows = list(zip(*cells, strict=True))
    caption = f"{capitalize(_TABLES[tabla])}: {len(head)} de {count_words(len(table), 'fila', 'filas')}"
    return render_table(caption, columns, [("", rows)], source=name_source(e))


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
    day = format_day(q.evaluacion.fecha_corte)
    return table + show_statements(q) + render_words([f"Fecha de corte: {day}.", *notes])


def name_form(q: Quarter, layout: str) -> str:
    """Return the title of a layout that a document was read with, or what a workbook made here is."""
    own = [s.layout for s in q.params.fuentes if s.layout and s.layout.endswith((".yaml", ".yml"))]
    known = [*(read_layout(q.root / path) for path in own), *known_layouts()]
    return _FORMS.get(layout) or next((found.titulo for found in known if found.nombre == layout), layout)
