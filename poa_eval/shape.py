"""Shape stage: rows of a document, by the layout's word, into the tidy plan."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from poa_eval.cards import read_outline
from poa_eval.errors import FormatoError, Place
from poa_eval.figures import FIGURES, TEXT_TWINS, Record, read_figures, read_number, read_totals
from poa_eval.forms import Cards
from poa_eval.headings import choose_edition
from poa_eval.layout import Edition, Layout
from poa_eval.names import fold, make_hash, make_slug, make_unit_id
from poa_eval.outline import list_due, shape_outline
from poa_eval.plan import COLUMNS, Plan, make_table
from poa_eval.read import RawDocument
from poa_eval.read.raw import Cell
from poa_eval.tables import Content, Row, read_content
from poa_eval.values import is_percentage, parse_month, parse_quarter

_NUMBERS = {column for column, kind in COLUMNS["actividades"].items() if kind == "float64"}
_DEFAULTS = {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma"}


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
    used_rules: set[str] = field(default_factory=set)

    @cached_property
    def said(self) -> set[str]:
        """Return what the layout maps, from columns or from the lines above."""
        return {*self.edition.columnas, *re.findall(r"\{(\w+)\}", " ".join(self.edition.contexto))}

    @property
    def says_code(self) -> bool:
        """Whether the layout maps a code of the unit."""
        return "unidad_id" in self.said

    @property
    def says_unit(self) -> bool:
        """Whether the layout maps a name of the unit."""
        return "unidad" in self.said


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
    if isinstance(edition, Cards):
        return _shape_cards(document, layout, edition, ejercicio)
    content = read_content(document, edition)
    _fill_down(content, edition)
    shaper = _Shaper(layout, edition, content, {}, {name: [] for name in COLUMNS}, {}, {})
    _shape_units(shaper)
    for row in content.rows:
        if row.is_total:
            _publish(shaper, "institucion", "total", read_totals(row, edition, layout.locale))
        else:
            _add_row(shaper, row)
    _add_context(shaper)
    records = shaper.records
    records["actividades"] = list(shaper.activities.values())
    records["avances"] = list(shaper.periods.values())
    year = _find_year(content.lines, ejercicio, document)
    known = {activity for activity, _, _ in shaper.periods}
    records["calendario"] = list_due(records["actividades"], known)
    tables = {name: make_table(name, rows) for name, rows in records.items()}
    tables["publicado"] = tables["publicado"].drop_duplicates(ignore_index=True)
    return Plan(layout.institucion, year, layout.locale, **tables)


def _shape_cards(document: RawDocument, layout: Layout, edition: Cards, ejercicio: int | None) -> Plan:
    outline = read_outline(document, edition)
    place = document.hojas[0].locate(0) if document.hojas else Place(document.archivo)
    records = shape_outline(outline, edition, layout.institucion, layout.locale, place)
    said = [(key, text, source) for key, (text, source) in outline.documento.items()]
    year = _find_year(said, ejercicio, document)
    rule = {"clave": "regla.layout", "texto": layout.nombre, "fuente": f"layout {layout.nombre}"}
    records["contexto"].append(rule)
    tables = {name: make_table(name, rows) for name, rows in records.items()}
    return Plan(layout.institucion, year, layout.locale, **tables)


def _fill_down(content: Content, edition: Edition) -> None:
    """Give blank cells of merged columns the value above, within their table; a total is above nothing."""
    above: dict[str, Cell] = {}
    current: tuple[str | None, int] | None = None
    for i, row in enumerate(content.rows):
        if row.is_total:
            continue
        if (row.sheet.hoja, row.grupo) != current:
            current, above = (row.sheet.hoja, row.grupo), {}
        for key in edition.rellenar:
            value = row.value(key)
            above[key] = value if value is not None else above.get(key)
        filled = {f"={key}": str(value) for key, value in above.items() if value is not None}
        content.rows[i] = replace(row, contexto=row.contexto | filled)


def _text(row: Row, key: str) -> str | None:
    """Return a text column of a row: its cell, else the one above where filled, else what the lines above say."""
    value = row.value(key)
    if value is None:
        value = row.contexto.get(f"={key}", row.contexto.get(key))
    return None if value is None else str(value)


def _shape_units(shaper: _Shaper) -> None:
    """Find the units: by code where there is one, else by name; spellings that fold alike are one."""
    seen: dict[str, Record] = {}
    for row in shaper.content.rows:
        if row.is_total:
            continue
        code, name = _read_unit(shaper, row)
        known = seen.setdefault(
            fold(code),
            {
                "unidad_id": code,
                "unidad": name,
                "responsable": _text(row, "responsable"),
                "fuente": row.address("unidad"),
            },
        )
        if known["unidad"] != name:
            note = f"«{name}» y «{known['unidad']}» se tomaron como la misma unidad"
            _note(shaper, f"variante.unidad/{known['unidad_id']}", note, row.address("unidad"))
    shaper.unit_ids = {key: str(unit["unidad_id"]) for key, unit in seen.items()}
    shaper.records["unidades"] = list(seen.values())


def _read_unit(shaper: _Shaper, row: Row) -> tuple[str, str]:
    """Return code and name of a row's unit; the institution itself only where the layout maps no unit at all."""
    code, name = _text(row, "unidad_id"), _text(row, "unidad")
    if code is None and (shaper.says_code or (name is None and shaper.says_unit)):
        raise FormatoError(
            "una fila sin unidad",
            "la unidad en la fila, en las líneas encima de la tabla, o arriba si la columna está en `rellenar:`",
            "escriba la unidad en el documento, o declare la columna en `rellenar:` del layout",
            lugar=row.sheet.locate(row.index, row.table.columns.get("unidad_id", row.table.columns.get("unidad"))),
        )
    name = name or code or shaper.layout.institucion
    return code or make_unit_id(name), name


def _note(shaper: _Shaper, key: str, text: str, source: str) -> None:
    known = {(entry["clave"], entry["texto"]) for entry in shaper.records["contexto"]}
    if (key, text) not in known:
        shaper.records["contexto"].append({"clave": key, "texto": text, "fuente": source})


def _add_row(shaper: _Shaper, row: Row) -> None:
    activity_id = _add_activity(shaper, row)
    figures = read_figures(row, shaper.edition, shaper.layout.locale)
    for record in figures.periodos:
        _add_period(shaper, {"actividad_id": activity_id} | record)
    _publish(shaper, "actividad", activity_id, figures.publicado)
    if figures.nota and figures.nota_fuente:
        _note(shaper, f"lectura/{activity_id}", figures.nota, figures.nota_fuente)


def _publish(shaper: _Shaper, scope: str, key: str, printed: Iterable[Record]) -> None:
    shaper.records["publicado"] += [{"ambito": scope, "clave": key} | record for record in printed]


def _add_activity(shaper: _Shaper, row: Row) -> str:
    """Add the activity of a row where it is new, and return its id."""
    unit_id = shaper.unit_ids[fold(_read_unit(shaper, row)[0])]
    name = _text(row, "actividad")
    if name is None or name.startswith("#"):
        raise FormatoError(
            f"«{name}»" if name else "una fila sin actividad",
            "el nombre de la actividad",
            "complete la fila, o declare en el layout `rellenar: [actividad]` o la fila en `ignorar_filas:`",
            lugar=row.sheet.locate(row.index, row.table.columns["actividad"]),
        )
    key = (fold(unit_id), fold(name), fold(_text(row, "indicador") or ""), fold(_text(row, "codigo") or ""))
    activity_id = f"{make_slug(unit_id)[:40]}-{make_hash(*key)}"
    record: Record = {
        "actividad_id": activity_id,
        "unidad_id": unit_id,
        "actividad": name,
        "fuente": row.address("actividad"),
    }
    record |= _DEFAULTS
    for column in COLUMNS["actividades"]:
        if column in record:
            continue
        if column not in _NUMBERS:
            record[column] = _text(row, column)
        elif column in row.table.columns:
            record[column] = read_number(row, column, shaper.edition, shaper.layout.locale)
    for number, text in TEXT_TWINS.items():
        if record.get(number) is not None and row.table.columns[number] == row.table.columns.get(text):
            record[text] = None
    _keep_percent_goal_as_text(row, record)
    for rule in shaper.edition.reglas:
        if all(fold(str(record.get(c) or "")) == fold(text) for c, text in rule.cuando.items()):
            record |= {c: v for c in _DEFAULTS if (v := getattr(rule, c)) is not None}
            shaper.used_rules.add(rule.porque)
    known = shaper.activities.setdefault(activity_id, record)
    if known is not record:
        known |= {column: value for column, value in record.items() if known.get(column) is None}
        changed = [c for c in ("meta_anual", "unidad_medida") if fold(str(record.get(c))) != fold(str(known.get(c)))]
        if changed:
            raise FormatoError(
                f"{changed[0]} «{record.get(changed[0])}», y «{known[changed[0]]}» en {known['fuente']}",
                "la misma meta y unidad de medida cada vez que la actividad aparece",
                "si son dos actividades, asigne en el layout la columna que las distingue (`codigo` o `indicador`)",
                lugar=row.sheet.locate(row.index, row.table.columns.get(changed[0])),
            )
    return activity_id


def _keep_percent_goal_as_text(row: Row, record: Record) -> None:
    """Keep a goal of «100 %» as a text where the activity counts something else."""
    goal, measure = row.value("meta_anual"), record.get("unidad_medida")
    if isinstance(goal, str) and goal.endswith("%") and measure and not is_percentage(str(measure)):
        record |= {"meta_anual": None, "meta_texto": record.get("meta_texto") or goal}


def _add_period(shaper: _Shaper, record: Record) -> None:
    key = (str(record["actividad_id"]), int(str(record["mes"])), int(str(record["meses"])))
    known = shaper.periods.setdefault(key, record)
    if known is not record and any(known.get(name) != record.get(name) for name in FIGURES):
        raise FormatoError(
            f"dos reportes distintos del mismo periodo: {known['fuente']} y {record['fuente']}",
            "un solo reporte por actividad y periodo",
            "corrija el documento; si son dos actividades, asigne en el layout la columna que las distingue",
        )
    if known is not record:
        what = "reconstruida: la fila se repite con las mismas cifras, y cuenta una sola vez"
        _note(shaper, f"lectura/{record['actividad_id']}", what, str(record["fuente"]))


def _add_context(shaper: _Shaper) -> None:
    """Add what the document says of itself, and the rules that its layout declares."""
    for key, text, source in shaper.content.lines:
        _note(shaper, key, text, source)
    for rule in shaper.edition.reglas:
        if rule.porque not in shaper.used_rules:
            text = f"ninguna actividad cumple la regla {rule.cuando} del layout"
            _note(shaper, "regla_sin_uso", text, f"layout {shaper.layout.nombre}")
    for key, text in _declared_rules(shaper.layout, shaper.edition):
        shaper.records["contexto"].append(
            {"clave": f"regla.{key}", "texto": text, "fuente": f"layout {shaper.layout.nombre}"}
        )


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


def _find_year(lines: Iterable[tuple[str, str, str]], given: int | None, document: RawDocument) -> int:
    years = dict.fromkeys(_years(lines))
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
