"""Shape stage: rows of a document, by the layout's word, into the tidy plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from poa_eval.errors import FormatoError, LayoutError
from poa_eval.layout import Edition, Layout
from poa_eval.names import fold, make_hash, make_slug, make_unit_ids
from poa_eval.plan import COLUMNS, Plan, make_table
from poa_eval.read import RawDocument
from poa_eval.read.raw import Cell
from poa_eval.repair import Reading, read_row
from poa_eval.tables import Content, Row, choose_edition, read_content
from poa_eval.values import close_months, parse_month, parse_number, parse_quarter

Record = dict[str, object]

_NUMBERS = {"programado", "ejecutado", "programado_inicial", "meta_anual", "ponderacion", "inversion", "linea_base"}
_DEFAULTS = {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma"}
_FIGURES = ("programado", "ejecutado", "programado_inicial")
_STATES = {
    "reconstruida": "reconstruida: {what}; una sola lectura cumple las sumas impresas",
    "ambigua": "ambigua: {what}; varias lecturas cumplen las sumas impresas, y quedan solo los trimestres donde difieren",
    "ninguna": "ninguna: {what}; ninguna lectura cumple las sumas impresas",
}


@dataclass
class _Shaper:
    """The rows of one document on their way into tables."""

    layout: Layout
    edition: Edition
    content: Content
    unit_ids: dict[str, str]
    records: dict[str, list[Record]]
    activities: dict[str, Record]
    periods: dict[tuple[str, int, int], Record]

    def number(self, row: Row, key: str, cell: Cell, address_key: str | None = None) -> float | None:
        """Return the number in a cell; None where blank or declared as such."""
        return to_number(cell, self.edition, self.layout.locale, row, address_key or key)


def shape_document(document: RawDocument, layout: Layout | None = None, *, ejercicio: int | None = None) -> Plan:
    """Shape a raw document into a plan.

    Parameters
    ----------
    document : RawDocument
        As `read_raw` gives it.
    layout : Layout, optional
        Without it, the known layout whose headings the document has.
    ejercicio : int, optional
        Year, for documents that do not say it.

    Returns
    -------
    Plan

    Raises
    ------
    FormatoError
        A heading, a figure or the period is not as the layout says; names the cell.
    """
    layout, edition = choose_edition(document, layout)
    content = read_content(document, edition)
    _fill_down(content, edition)
    shaper = _Shaper(layout, edition, content, {}, {name: [] for name in COLUMNS}, {}, {})
    _shape_units(shaper)
    for row in content.rows:
        if row.is_total:
            _add_totals(shaper, row)
        else:
            _add_row(shaper, row)
    _add_context(shaper)
    records = shaper.records
    records["actividades"] = list(shaper.activities.values())
    records["avances"] = list(shaper.periods.values())
    year = _find_year(content, ejercicio, document)
    tables = {name: make_table(name, rows) for name, rows in records.items()}
    tables["publicado"] = tables["publicado"].drop_duplicates(ignore_index=True)
    return Plan(layout.institucion, year, layout.locale, **tables)


def to_number(cell: Cell, edition: Edition, locale: str, row: Row, key: str) -> float | None:
    """Return the number that a cell holds, or None where it is blank.

    Raises
    ------
    FormatoError
        The cell holds anything else; names the cell and the column.
    """
    if cell is None or (isinstance(cell, str) and fold(cell) in map(fold, edition.vacios)):
        return None
    number = parse_number(cell, locale) if isinstance(cell, str) else None if isinstance(cell, bool) else float(cell)
    if number is None:
        shown = (edition.expected().get(key) or (key,))[0]
        raise FormatoError(
            f"«{cell}»",
            f"un número ({shown}), como los escribe {locale}",
            "corrija la celda en el documento, o declárela en `vacios:` del layout si quiere decir «sin dato»",
            lugar=row.sheet.locate(row.index, row.table.columns.get(key)),
        )
    return number


def _fill_down(content: Content, edition: Edition) -> None:
    """Give blank cells of merged columns the value above, within their table."""
    above: dict[str, Cell] = {}
    current = None
    for i, row in enumerate(content.rows):
        if row.table is not current:
            current, above = row.table, {}
        for key in edition.rellenar:
            value = row.value(key)
            above[key] = value if value is not None else above.get(key)
        if not row.is_total:
            content.rows[i] = replace(row, contexto=row.contexto | {f"={k}": str(v) for k, v in above.items() if v is not None})


def _text(row: Row, key: str) -> str | None:
    """Return a text column of a row: its cell, else the one above where filled, else what the lines above say."""
    value = row.value(key)
    if value is None:
        value = row.contexto.get(f"={key}", row.contexto.get(key))
    return None if value is None else str(value)


def _shape_units(shaper: _Shaper) -> None:
    """Find the units: by code where there is one, else by name; spellings that fold alike are one."""
    rows = [row for row in shaper.content.rows if not row.is_total]
    has_code = "unidad_id" in shaper.edition.columnas
    names = [_text(row, "unidad") or shaper.layout.institucion for row in rows]
    shaper.unit_ids = make_unit_ids(names)
    seen: dict[str, Record] = {}
    for row, name in zip(rows, names, strict=True):
        code = _text(row, "unidad_id") if has_code else shaper.unit_ids[fold(name)]
        if code is None:
            raise FormatoError(
                "una fila sin clave de unidad",
                "la clave en la fila, o arriba si la columna está en `rellenar:`",
                "escriba la clave de la unidad en el documento",
                lugar=row.sheet.locate(row.index, row.table.columns.get("unidad_id")),
            )
        known = seen.setdefault(
            fold(code),
            {"unidad_id": code, "unidad": name, "responsable": _text(row, "responsable"), "fuente": row.address("unidad")},
        )
        if known["unidad"] != name:
            note = f"«{name}» y «{known['unidad']}» se tomaron como la misma unidad"
            _note(shaper, f"variante.unidad/{known['unidad_id']}", note, row.address("unidad"))
    shaper.unit_ids |= {f"={key}": str(unit["unidad_id"]) for key, unit in seen.items()}
    shaper.records["unidades"] = list(seen.values())


def _note(shaper: _Shaper, key: str, text: str, source: str) -> None:
    known = {(entry["clave"], entry["texto"]) for entry in shaper.records["contexto"]}
    if (key, text) not in known:
        shaper.records["contexto"].append({"clave": key, "texto": text, "fuente": source})


def _unit_of(shaper: _Shaper, row: Row) -> str:
    if "unidad_id" in shaper.edition.columnas:
        return shaper.unit_ids[f"={fold(_text(row, 'unidad_id') or '')}"]
    return shaper.unit_ids[fold(_text(row, "unidad") or shaper.layout.institucion)]


def _add_row(shaper: _Shaper, row: Row) -> None:
    activity_id = _add_activity(shaper, row)
    month, length = _read_period(shaper, row)
    for item in shaper.edition.publicado:
        if item.columna:
            key = f"publicado:{item.concepto}"
            value = row.value(key)
            _publish(shaper, "actividad", activity_id, item.concepto, month, length, value, row, key)
    if shaper.edition.periodo == "contexto":
        figures = {name: shaper.number(row, name, row.value(name)) for name in _FIGURES}
        source = row.address("ejecutado" if "ejecutado" in row.table.columns else "programado")
        comment = row.value("comentario")
        record = figures | {"comentario": None if comment is None else str(comment), "origen": "leido", "fuente": source}
        _add_period(shaper, activity_id, month, length, record)
    elif shaper.edition.reparar:
        _add_repaired(shaper, row, activity_id)
    else:
        _add_columns(shaper, row, activity_id)


def _add_activity(shaper: _Shaper, row: Row) -> str:
    """Add the activity of a row where it is new, and return its id."""
    unit_id = _unit_of(shaper, row)
    name = _text(row, "actividad")
    if name is None:
        raise FormatoError(
            "una fila sin actividad",
            "el nombre de la actividad",
            "complete la fila, o declare en el layout `rellenar: [actividad]` o la fila en `ignorar_filas:`",
            lugar=row.sheet.locate(row.index, row.table.columns["actividad"]),
        )
    key = (fold(unit_id), fold(name), fold(_text(row, "indicador") or ""), fold(_text(row, "codigo") or ""))
    activity_id = f"{make_slug(unit_id)[:40]}-{make_hash(*key)}"
    record: Record = {"actividad_id": activity_id, "unidad_id": unit_id, "actividad": name, "fuente": row.address("actividad")}
    record |= _DEFAULTS
    for column in COLUMNS["actividades"]:
        if column in record:
            continue
        if column not in _NUMBERS:
            record[column] = _text(row, column)
        elif column in row.table.columns:
            record[column] = shaper.number(row, column, row.value(column))
    for rule in shaper.edition.reglas:
        if all(fold(str(record.get(c) or "")) == fold(text) for c, text in rule.cuando.items()):
            record |= {c: v for c in _DEFAULTS if (v := getattr(rule, c)) is not None}
    known = shaper.activities.setdefault(activity_id, record)
    if known is not record:
        known |= {column: value for column, value in record.items() if known.get(column) is None}
        if "meta_anual" in record and record["meta_anual"] != known["meta_anual"]:
            raise FormatoError(
                f"meta {record['meta_anual']} en {row.address('meta_anual')}, y {known['meta_anual']} en {known['fuente']}",
                "la misma meta cada vez que la actividad aparece",
                "si son dos actividades, asigne en el layout la columna que las distingue (`codigo` o `indicador`)",
                lugar=row.sheet.locate(row.index, row.table.columns["meta_anual"]),
            )
    return activity_id


def _read_period(shaper: _Shaper, row: Row) -> tuple[int, int]:
    """Return closing month and length of the period that the lines above a row say; the year without any."""
    if "mes" in row.contexto:
        return parse_month(row.contexto["mes"]) or 0, 1
    if "trimestre" in row.contexto:
        return 3 * (parse_quarter(row.contexto["trimestre"]) or 0), 3
    if shaper.edition.periodo == "columnas":
        return 12, 12
    raise FormatoError(
        "ninguna línea con el periodo encima de la tabla",
        "una línea como: " + "; ".join(p for p in shaper.edition.contexto if "{mes}" in p or "{trimestre}" in p),
        "escriba el mes o trimestre encima de la tabla, o agregue al layout la forma en que está escrito",
        lugar=row.sheet.locate(row.table.top, 0),
    )


def _add_period(shaper: _Shaper, activity_id: str, month: int, length: int, record: Record) -> None:
    record = {"actividad_id": activity_id, "mes": month, "meses": length} | record
    known = shaper.periods.setdefault((activity_id, month, length), record)
    if known is not record and any(known.get(name) != record.get(name) for name in _FIGURES):
        raise FormatoError(
            f"dos reportes distintos del mismo periodo: {known['fuente']} y {record['fuente']}",
            "un solo reporte por actividad y periodo",
            "corrija el documento; si son dos actividades, asigne en el layout la columna que las distingue",
        )


def _add_columns(shaper: _Shaper, row: Row, activity_id: str) -> None:
    """Add the periods of a row that has one column a period."""
    periods: dict[tuple[int, int], Record] = {}
    for series in shaper.edition.periodos:
        for month in series.encabezados:
            key = f"{series.columna}:{month}:{series.meses}"
            cell = row.value(key)
            value = (None if cell is None else str(cell)) if series.columna == "comentario" else shaper.number(row, key, cell)
            record = periods.setdefault((month, series.meses), {"origen": "leido", "fuente": row.address(key)})
            record[series.columna] = value
            if series.columna == "ejecutado":
                record["fuente"] = row.address(key)
    for (month, length), record in periods.items():
        _add_period(shaper, activity_id, month, length, record)
    _publish_columns(shaper, row, "actividad", activity_id)


def _publish_columns(shaper: _Shaper, row: Row, scope: str, clave: str) -> None:
    for item in shaper.edition.publicado:
        for month in item.encabezados:
            key = f"publicado:{item.concepto}:{month}:{item.meses}"
            _publish(shaper, scope, clave, item.concepto, month, item.meses, row.value(key), row, key)


def _publish(
    shaper: _Shaper, scope: str, clave: str, concept: str, month: int, length: int, cell: Cell, row: Row, key: str
) -> None:
    if cell is None:
        return
    shaper.records["publicado"].append(
        {
            "ambito": scope,
            "clave": clave,
            "concepto": concept,
            "mes": month,
            "meses": length,
            "valor": shaper.number(row, key, cell),
            "texto": str(cell),
            "fuente": row.address(key),
        }
    )


def _read_block(shaper: _Shaper, row: Row) -> tuple[Reading, int, list[str]]:
    """Read the figures of a row by its equations: the reading, the first column, the series in order."""
    columns = row.table.columns
    series = sorted((s for s in shaper.edition.periodos), key=lambda s: columns[f"{s.columna}:1:1"])
    wanted = [columns[f"{s.columna}:{month}:1"] for s in series for month in range(1, 13)]
    wanted += [columns[f"publicado:{s.columna}:{month}:3"] for month in (3, 6, 9, 12) for s in series]
    if wanted != list(range(wanted[0], wanted[0] + len(wanted))):
        raise LayoutError(
            "`reparar:` sobre columnas que no están seguidas",
            "doce meses por serie, una serie tras otra, y luego por trimestre una cifra de cada serie",
            "quite `reparar:` del layout",
            lugar=row.sheet.locate(row.table.top, wanted[0]),
        )
    cells = []
    for i, cell in enumerate(row.sheet.filas[row.index][wanted[0] :]):
        key = next((k for k, c in columns.items() if c == wanted[0] + i), "una columna de más")
        cells.append(shaper.number(row, key, cell))
    goal = shaper.number(row, "meta_anual", row.value("meta_anual"))
    return read_row(cells, series=len(series), goal=goal), wanted[0], [s.columna for s in series]


def _add_repaired(shaper: _Shaper, row: Row, activity_id: str) -> None:
    """Add the periods of a row by its equations: months of a quarter where they stand, else the quarter."""
    reading, first, names = _read_block(shaper, row)
    origin = "reconstruido" if reading.estado == "reconstruida" or reading.perdidas else "leido"
    address = row.sheet.address
    for quarter in range(1, 5):
        segments = [reading.segmentos[kind * 4 + quarter - 1] for kind in range(len(names))]
        block_at = (quarter - 1) * len(names)
        if all(segment is not None for segment in segments):
            for i, month in enumerate(close_months(quarter)):
                column = first + 12 * names.index("ejecutado") if "ejecutado" in names else first
                record: Record = {name: segment[i] for name, segment in zip(names, segments, strict=True) if segment}
                record |= {"origen": origin, "fuente": address(row.index, column + month - 1)}
                _add_period(shaper, activity_id, month, 1, record)
        else:
            figures = dict(zip(names, reading.bloque[block_at : block_at + len(names)], strict=True))
            column = first + reading.inicio_bloque + block_at + len(names) - 1
            record = figures | {"origen": "leido", "fuente": address(row.index, column)}
            _add_period(shaper, activity_id, 3 * quarter, 3, record)
    _publish_block(shaper, row, reading, first, names, "actividad", activity_id)
    if reading.estado in _STATES:
        count = abs(reading.perdidas)
        noun = f"{count} celda{'s' if count != 1 else ''}"
        what = f"la fila perdió {noun}" if reading.perdidas > 0 else f"a la fila le sobran {noun}"
        what = what if count else "la fila tiene celdas en blanco"
        _note(shaper, f"lectura/{activity_id}", _STATES[reading.estado].format(what=what), address(row.index, first))


def _publish_block(
    shaper: _Shaper, row: Row, reading: Reading, first: int, names: list[str], scope: str, clave: str
) -> None:
    """Add the printed quarter figures of a row, each from its own cell."""
    cells = row.sheet.filas[row.index]
    for i, value in enumerate(reading.bloque):
        column = first + reading.inicio_bloque + i
        if value is not None and column < len(cells) and cells[column] is not None:
            shaper.records["publicado"].append(
                {
                    "ambito": scope,
                    "clave": clave,
                    "concepto": names[i % len(names)],
                    "mes": 3 * (i // len(names) + 1),
                    "meses": 3,
                    "valor": value,
                    "texto": str(cells[column]),
                    "fuente": row.sheet.address(row.index, column),
                }
            )


def _add_totals(shaper: _Shaper, row: Row) -> None:
    """Add the printed totals of the document: the goal, and each period of each series."""
    if "meta_anual" in row.table.columns:
        _publish(shaper, "institucion", "total", "meta_anual", 12, 12, row.value("meta_anual"), row, "meta_anual")
    if shaper.edition.reparar:
        reading, first, names = _read_block(shaper, row)
        _publish_block(shaper, row, reading, first, names, "institucion", "total")
        for segment, months in enumerate(reading.segmentos):
            for i, value in enumerate(months or ()):
                column = first + segment * 3 + i
                if value is not None:
                    shaper.records["publicado"].append(
                        {
                            "ambito": "institucion",
                            "clave": "total",
                            "concepto": names[segment // 4],
                            "mes": segment % 4 * 3 + i + 1,
                            "meses": 1,
                            "valor": value,
                            "texto": None,
                            "fuente": row.sheet.address(row.index, column),
                        }
                    )
        return
    for series in shaper.edition.periodos:
        for month in series.encabezados:
            key = f"{series.columna}:{month}:{series.meses}"
            _publish(shaper, "institucion", "total", series.columna, month, series.meses, row.value(key), row, key)
    _publish_columns(shaper, row, "institucion", "total")


def _add_context(shaper: _Shaper) -> None:
    """Add what the document says of itself, and the rules that its layout declares."""
    for key, text, source in shaper.content.lines:
        _note(shaper, key, text, source)
    for key, text in _declared_rules(shaper.layout, shaper.edition):
        shaper.records["contexto"].append({"clave": f"regla.{key}", "texto": text, "fuente": f"layout {shaper.layout.nombre}"})


def _declared_rules(layout: Layout, edition: Edition) -> Iterable[tuple[str, str]]:
    yield "layout", layout.nombre
    if edition.totales and edition.totales.suma_segun_documento:
        yield "suma_segun_documento", "sí"
    if edition.avance:
        yield "avance", edition.avance.formula
        yield "avance.texto", edition.avance.texto
        for length, weight in sorted(edition.avance.pesos.items()):
            yield f"avance.peso.{length}", f"{weight:g}"
    for rule in edition.reglas:
        yield "comportamiento", f"{', '.join(f'{c}: {t}' for c, t in rule.cuando.items())}: {rule.porque}"


def _find_year(content: Content, given: int | None, document: RawDocument) -> int:
    years = dict.fromkeys(_years(content.lines))
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


def _years(lines: Iterable[tuple[str, str, str]]) -> Iterator[int]:
    for key, text, _ in lines:
        if key == "ejercicio":
            yield int(text)
        elif key == "anio":
            yield 2000 + int(text)


def read_corte(plan_rules: Mapping[str, str]) -> int | None:
    """Return the closing month up to which a document says that it reports, or None."""
    if "corte_mes" in plan_rules:
        return parse_month(plan_rules["corte_mes"])
    quarter = parse_quarter(plan_rules.get("corte_trimestre", ""))
    return 3 * quarter if quarter else None
