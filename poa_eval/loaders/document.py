"""Shape stage: rows of a document, by the layout's word, into the tidy plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from poa_eval.errors import FormatoError, Place
from poa_eval.layouts.cards import Cards
from poa_eval.layouts.layout import Edition, Layout
from poa_eval.loaders.activities import Activities, read_activities
from poa_eval.loaders.cards import read_outline
from poa_eval.loaders.columns import Columns, split_runs
from poa_eval.loaders.detect import choose_edition
from poa_eval.loaders.figures import find_cutoff, join_periods, read_figures, read_totals, sum_programme
from poa_eval.loaders.outline import list_due, shape_outline
from poa_eval.loaders.rows import Content, Note, Row, read_content
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import COLUMNS, COMMENT, Record, make_table
from poa_eval.readers.formats import RawDocument
from poa_eval.text.numbers import write_exact

#: Key of the notes on accepted names that a document has, until `note_names` says where they were applied.
ACCEPTED = "nombre_aceptado"
#: What a finding or a figure may be about that stands in another cell than its row's source.
_LOCATED = {"programado", "comentario", *COLUMNS["actividades"]} - {"actividad_id", "unidad_id", "meta_id"}


def shape_document(
    document: RawDocument,
    layout: Layout | None = None,
    *,
    ejercicio: int | None = None,
    names: Mapping[str, Mapping[str, str]] | None = None,
) -> Plan:
    """Shape a raw document into a plan.

    Without a layout, it is the known one whose headings the document has; `ejercicio` is for documents that do not say
    their year, `names` are accepted names of tables: per column, printed name → real name.

    Raises FormatoError where a heading, a figure or the period is not as the layout says.
    """
    found = choose_edition(document, layout, ejercicio)
    layout, edition = found.layout, found.edition
    if isinstance(edition, Cards):
        return _shape_cards(document, layout, edition, ejercicio)
    content = read_content(document, found.headings)
    columns = Columns(edition, layout.locale, names)
    activities, periods, printed, notes, owners = _shape_rows(content, columns, layout.institucion)
    said = _list_context(content, layout, edition, activities)
    notes = _drop_repeated([*notes, *_own_context(said, content, owners, edition)])
    year = _find_year(content.lines, ejercicio, document)
    table = activities.frame()
    if edition.meta_anual:
        table["meta_anual"] = table["actividad_id"].map(sum_programme(periods))
    known = set(periods["actividad_id"].unique())
    regular = table.loc[table["frecuencia"].notna(), ["actividad_id", "frecuencia", "fuente"]]
    tables = {
        "unidades": activities.units,
        "actividades": table,
        "avances": periods,
        "calendario": list_due(regular.to_dict("records"), known),
        "publicado": make_table("publicado", printed).drop_duplicates(),
        "contexto": notes + find_cutoff(periods, edition, layout.nombre),
    }
    return _make_plan(layout, year, tables)


def _make_plan(layout: Layout, year: int, tables: Mapping[str, pd.DataFrame | list]) -> Plan:
    made = {name: make_table(name, rows) for name, rows in tables.items()}
    return Plan(layout.institucion, year, layout.locale, **made)


def _shape_rows(
    content: Content, columns: Columns, institucion: str
) -> tuple[Activities, pd.DataFrame, list[Record], list[Note], list[object]]:
    """Read activities, periods, printed figures and notes of all rows, and the unit of each row that is no total."""
    printed: list[Record] = []
    rows = [row for row in content.rows if not row.is_total]
    activities, ids = read_activities(rows, columns, institucion)
    notes, blocks = list(activities.notes), []
    for run, names in zip(split_runs(rows), ids, strict=True):
        figures = read_figures(run, columns)
        if figures.periodos:
            of_row = np.array(names, dtype=object)[figures.periodos["fila"]]
            blocks.append(figures.periodos | {"actividad_id": of_row})
        printed += ({"ambito": "actividad", "clave": names[at]} | record for at, record in figures.publicado)
        notes += ((f"lectura/{names[at]}", text, source) for at, text, source in figures.notas)
        notes += [*_name_columns(run[0]), *_list_comments(run, names, columns)]
    units = dict(zip(activities.table["actividad_id"], activities.table["unidad_id"], strict=True))
    owners = [units[name] for names in ids for name in names]
    said = dict(zip(map(id, rows), (name for names in ids for name in names), strict=True))
    for key, text, row in columns.used:
        owner = units[said[id(row)]] if key == "unidad" else said[id(row)]
        notes.append((f"{ACCEPTED}/{key}/{owner}", text, row.address(key)))
    for row, scope in _scope_totals(content.rows, owners):
        printed += (scope | record for record in read_totals(row, columns))
    columns.refuse_faults()
    may_fill, may_repeat = columns.edition.series_por_fila is not None, len(activities.positions) < len(rows)
    periods, repeated = join_periods(blocks, may_fill=may_fill, may_repeat=may_repeat)
    what = "reconstruida: la fila se repite con las mismas cifras, y cuenta una sola vez"
    notes += ((f"lectura/{key}", what, source) for key, source in repeated)
    return activities, periods, printed, notes, owners


def _list_comments(run: list[Row], names: list[str], columns: Columns) -> Iterator[Note]:
    """Yield the comment on each row that holds the whole year: it speaks of the activity, not of one period."""
    if columns.edition.periodo == "columnas" and "comentario" in run[0].table.columns:
        for row, name, text in zip(run, names, columns.texts(run, "comentario"), strict=True):
            if text is not None:
                yield f"{COMMENT}/{name}", text, row.address("comentario")


def _name_columns(row: Row) -> Iterator[Note]:
    """Yield in which columns of a sheet stand goal, programme and texts: a period's source is its result's cell."""
    if row.sheet.hoja is None:
        return
    keys = [key for key in row.table.columns if key.split(":")[0] in _LOCATED]
    sheet = row.address().rpartition("!")[0]
    said = " ".join(f"{key}={row.address(key).rpartition('!')[2].rstrip('0123456789')}" for key in keys)
    yield "regla.columnas", f"{sheet}: {said}", sheet


def _own_context(notes: Iterable[Note], content: Content, owners: Sequence[object], edition: Edition) -> Iterator[Note]:
    """Yield notes; what the context columns say only in the rows of one unit of several gets that unit's id."""
    said: dict[tuple[str, str], set[object]] = {}
    rows = (row for row in content.rows if not row.is_total)
    for row, owner in zip(rows, owners, strict=True) if len({*owners}) > 1 else ():
        for key in edition.contexto_columnas:
            said.setdefault((key, str(row.value(f"contexto:{key}"))), set()).add(owner)
    for key, text, source in notes:
        units = said.get((key, text), set())
        yield f"{key}/{next(iter(units))}" if len(units) == 1 else key, text, source


def _scope_totals(rows: Sequence[Row], owners: Sequence[object]) -> Iterator[tuple[Row, Record]]:
    """Yield each row of totals with what it is the total of.

    The only one is the institution's. Of several, one that follows the rows of a single unit, all of them, is that
    unit's; the others are of nothing that can be told (``parcial``), and are compared with nothing.
    """
    totals = [at for at, row in enumerate(rows) if row.is_total]
    since = 0
    for before, at in enumerate(totals):
        end = at - before  # of the rows that are no total
        own = {*owners[since:end]}
        is_whole = len(own) == 1 and not own & {*owners[:since], *owners[end:]}
        if is_whole and len(totals) > 1:
            yield rows[at], {"ambito": "unidad", "clave": next(iter(own))}
        else:
            yield rows[at], {"ambito": "institucion", "clave": "parcial" if len(totals) > 1 else "total"}
        since = end


def _shape_cards(document: RawDocument, layout: Layout, edition: Cards, ejercicio: int | None) -> Plan:
    outline = read_outline(document, edition, layout.locale)
    place = document.hojas[0].locate(0) if document.hojas else Place(document.archivo)
    records = shape_outline(outline, edition, layout.institucion, layout.locale, place)
    year = _find_year(((key, *said) for key, said in outline.documento.items()), ejercicio, document)
    records["contexto"].append(("regla.layout", layout.nombre, f"layout {layout.nombre}"))
    return _make_plan(layout, year, records)


def _drop_repeated(notes: Iterable[Note]) -> list[Note]:
    """Return notes, each text of a key once."""
    return list({note[:2]: note for note in reversed(list(notes))}.values())[::-1]


def _list_context(content: Content, layout: Layout, edition: Edition, activities: Activities) -> Iterator[Note]:
    """Yield what the document says of itself, and the rules that its layout declares."""
    source = f"layout {layout.nombre}"
    yield from content.lines
    for rule in edition.reglas:
        if rule.porque not in activities.used_rules:
            text = f"ninguna actividad cumple la regla {rule.cuando} del layout"
            yield "regla_sin_uso", text, source
    for key, text in _declared_rules(layout, edition):
        yield f"regla.{key}", text, source


def _declared_rules(layout: Layout, edition: Edition) -> Iterable[tuple[str, str]]:
    yield "layout", layout.nombre
    if edition.totales and edition.totales.suma_segun_documento:
        yield "suma_segun_documento", "sí"
    if edition.avance:
        yield "avance", edition.avance.formula
        yield "avance.texto", edition.avance.texto
        for length, weight in sorted(edition.avance.pesos.items()):
            yield f"avance.peso.{length}", write_exact(weight)
    if edition.meta_anual:
        yield "meta_anual", edition.meta_anual
    for column, names in edition.nombres.items():
        yield f"nombres.{column}", "; ".join(f"{printed} = {name}" for printed, name in names.items())
    for rule in edition.reglas:
        yield "comportamiento", f"{', '.join(f'{c}: {t}' for c, t in rule.cuando.items())}: {rule.porque}"


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
