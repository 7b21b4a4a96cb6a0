"""Shape: an outline becomes the tables of a plan."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from poa_eval.errors import FormatoError, Place
from poa_eval.layouts.cards import Cards
from poa_eval.layouts.parts import BEHAVIOUR
from poa_eval.loaders.cards.outline import UNIT_COLUMNS, Item, Outline, UnitPart, settle_units
from poa_eval.loaders.schedule import list_due
from poa_eval.plan.notes import Statement
from poa_eval.plan.schema import COLUMNS, NUMBER, Record
from poa_eval.text.names import make_hash, make_slug, make_unit_id, normalize
from poa_eval.text.numbers import parse_number
from poa_eval.text.periods import parse_month

_AMOUNT = re.compile(r"\s*(?:[A-Z]{0,3}\$|S/\.?|Q|L\.?)?\s*(-?\d[\d.,]*?)\s*(?:pesos|M\.?N\.?)?\.?\s*(?:\(.*\))?")


def shape_outline(outline: Outline, edition: Cards, institucion: str, locale: str, place: Place) -> dict[str, list]:
    """Shape an outline into the rows of a plan's tables.

    `institucion` names the unit where the document says none; `place` is that of the document.

    Raises FormatoError: no activity was found, one stands before the first of several units, or an investment is
    neither a number nor declared as 0.
    """
    records: dict[str, list] = {name: [] for name in COLUMNS}
    notes: list[Statement] = records["contexto"]
    units = {part: _shape_unit(part, outline, institucion) for part in settle_units(outline)}
    records["unidades"] += units.values()
    ids: dict[Item | None, str | None] = {None: None}
    for item in outline.items:
        unit_id = str(units[item.parte]["unidad_id"])
        own = ids[item] = _make_id(item, unit_id, ids)
        record = {"unidad_id": unit_id, "codigo": item.codigo, "fuente": item.fuente}
        if item.tabla == "metas":
            record |= {"meta_id": own, "nivel": item.nivel, "padre_id": ids[item.padre], "texto": item.texto}
        else:
            record |= {"actividad_id": own, "meta_id": ids[item.padre], "actividad": item.texto} | BEHAVIOUR
        records[item.tabla].append(record)
        _shape_fields(item, own, record, records, edition, locale)
        records["lineas"] += [
            {"padre_id": own, "orden": order, "texto": text, "fuente": source}
            for order, (text, source) in enumerate(item.lineas, start=1)
        ]
        records["calendario"] += [
            {"actividad_id": own, "mes": month, "origen": "marca", "fuente": source}
            for month, source in dict(item.meses).items()
        ]
    if not records["actividades"]:
        raise FormatoError(
            "ninguna actividad",
            "al menos una, como la dice el layout en `bloques:`, `matriz:` o `cronograma:`",
            "compare el inicio de las fichas del documento con los patrones del layout",
            lugar=place,
        )
    _shape_sections(outline, units, records)
    notes += _list_statements(outline, units)
    notes += (Statement(name=name, text=text, source=source) for name, text, source in outline.textos)
    marked = {str(row["actividad_id"]) for row in records["calendario"] + records["avances"]}
    records["calendario"] += list_due(records["actividades"], marked)
    return records


def _list_statements(outline: Outline, units: Mapping[UnitPart, Record]) -> Iterator[Statement]:
    """Yield what the document says; of several units what it says of each otherwise is of the unit's."""
    own = {key for part in units for key in part.propio}
    for key, (text, source) in outline.documento.items():
        unit = units.get(outline.de[key]) if key in own else None
        yield Statement(name=key, owner=unit and str(unit["unidad_id"]), text=text, source=source)
    for part, unit in units.items():
        for key, (text, source) in part.propio.items():
            yield Statement(name=key, owner=str(unit["unidad_id"]), text=text, source=source)


def _shape_fields(item: Item, own: str, record: Record, records: dict[str, list], edition: Cards, locale: str) -> None:
    """Put the fields of an item into its record, months into `avances`, and what no column holds into `contexto`."""
    columns, notes = COLUMNS[item.tabla], records["contexto"]
    for name, (text, source) in item.campos.items():
        number = name.removesuffix("_texto")
        if columns.get(number) == NUMBER:
            record[number] = _read_amount(text, number, edition, locale, source)
            said = f"{number}_texto"
            if said in columns:
                record[said] = text
            else:
                notes.append(Statement(name=said, owner=own, text=text, source=source))
        elif item.tabla == "actividades" and not name.isdecimal() and (month := parse_month(name)):
            figure = _read_amount(text, name, edition, locale, source)
            period = {"actividad_id": own, "mes": month, "meses": 1, "programado": figure, "origen": "leido"}
            records["avances"].append(period | {"fuente": source})
        elif name in columns:
            record[name] = text
        elif name not in UNIT_COLUMNS:
            notes.append(Statement(name=name, owner=own, text=text, source=source))


def _shape_sections(outline: Outline, units: dict[UnitPart, Record], records: dict[str, list]) -> None:
    """Put the points of sections into `foda`; what is said above the first of several units is of nobody's."""
    for part in outline.partes:
        unit = units.get(part)
        for target, text, source in part.secciones:
            if unit is None:
                records["contexto"].append(Statement(name=target, text=text, source=source))
            elif target not in ("vision", "mision"):
                own = {"unidad_id": unit["unidad_id"], "cuadrante": target, "punto": text, "fuente": source}
                records["foda"].append(own)


def _shape_unit(part: UnitPart, outline: Outline, institucion: str) -> Record:
    said = part.dicho
    name, source = said.get("unidad", (institucion, next(iter((said or outline.documento).values()), ("", None))[1]))
    if "unidad" not in said and part.is_named:
        name = said["unidad_id"][0]
    unit: Record = {
        "unidad_id": said["unidad_id"][0] if "unidad_id" in said else make_unit_id(name),
        "unidad": name,
        "responsable": said["responsable"][0] if "responsable" in said else None,
        "fuente": source,
    }
    for target in ("vision", "mision"):
        unit[target] = "\n".join(text for name, text, _ in part.secciones if name == target) or None
    return unit


def _make_id(item: Item, unit_id: str, ids: dict[Item | None, str | None]) -> str:
    """Return a stable id: of an activity by unit, name and code; of a goal by its level, code and text."""
    start, code, text = make_slug(unit_id)[:40], normalize(item.codigo or ""), normalize(item.texto)
    if item.tabla == "actividades":
        made = f"{start}-{make_hash(normalize(unit_id), text, '', code)}"
    else:
        made = f"{start}-{make_slug(item.nivel or 'meta')}-{make_hash(code, text)}"
    times = list(ids.values()).count(made)
    return f"{made}-{times + 1}" if times else made


def _read_amount(text: str, name: str, edition: Cards, locale: str, source: str) -> float | None:
    """Return an amount, alone or before a bracket (``$80,000.00 (3,478 litros)``); 0 or None if the layout says so."""
    for patterns, worth in ((edition.ceros, 0.0), (edition.vacios, None)):
        if any(fnmatchcase(normalize(text), normalize(pattern)) for pattern in patterns):
            return worth
    found = _AMOUNT.fullmatch(text)
    number = parse_number(found[1], locale) if found else None
    if number is None:
        raise FormatoError(
            f"«{text}» ({source})",
            f"un número ({name}), como los escribe {locale}",
            "corrija el documento, o declare el texto en `ceros:` (vale 0) o `vacios:` (no se sabe) del layout",
        )
    return number
