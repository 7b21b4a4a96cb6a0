"""Outlines into plans: cards, numbered items and month marks become the tidy tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from poa_eval.errors import FormatoError, Place
from poa_eval.forms import Cards
from poa_eval.items import Item, Outline
from poa_eval.names import fold, make_hash, make_slug, make_unit_id
from poa_eval.plan import COLUMNS
from poa_eval.values import parse_frequency, parse_number

Record = dict[str, object]

_AMOUNT = re.compile(
    r"\s*(?:[A-Z]{0,3}\$|S/\.?|Q|L\.?)?\s*(-?\d[\d.,]*?)\s*(?:pesos|M\.?N\.?)?\.?\s*(?:\(.*\))?\s*", re.DOTALL
)
_DEFAULTS = {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma"}
_UNIT_COLUMNS = ("unidad_id", "unidad", "responsable")


def shape_outline(
    outline: Outline, edition: Cards, institucion: str, locale: str, place: Place
) -> dict[str, list[Record]]:
    """Shape an outline into the records of a plan's tables; the document is of one unit.

    Parameters
    ----------
    outline : Outline
    edition : Cards
    institucion : str
        Name of the unit where the document says none.
    locale : str
        How the document writes numbers.
    place : Place
        Of the document, for errors.

    Returns
    -------
    dict
        Table name → records.

    Raises
    ------
    FormatoError
        No activity was found, or an investment is neither a number nor declared as 0.
    """
    records: dict[str, list[Record]] = {name: [] for name in COLUMNS}
    unit = _shape_unit(outline, institucion)
    records["unidades"].append(unit)
    unit_id = str(unit["unidad_id"])
    ids: dict[Item, str] = {}
    for item in outline.items:
        ids[item] = _make_id(item, unit_id, ids)
        record = {"unidad_id": unit_id, "codigo": item.codigo, "fuente": item.fuente}
        if item.tabla == "metas":
            padre = ids[item.padre] if item.padre else None
            record |= {"meta_id": ids[item], "nivel": item.nivel, "padre_id": padre, "texto": item.texto}
        else:
            goal = ids[item.padre] if item.padre else None
            record |= {"actividad_id": ids[item], "meta_id": goal, "actividad": item.texto} | _DEFAULTS
        records[item.tabla].append(record)
        for name, (text, source) in item.campos.items():
            _add_field(records, record, item.tabla, name, text, source, ids[item], edition, locale)
        lines = [{"padre_id": ids[item], "texto": text, "fuente": source} for text, source in item.lineas]
        records["lineas"] += [line | {"orden": i} for i, line in enumerate(lines, start=1)]
        marks = {month: source for month, source in item.meses}
        records["calendario"] += [
            {"actividad_id": ids[item], "mes": month, "origen": "marca", "fuente": source}
            for month, source in marks.items()
        ]
    if not records["actividades"]:
        raise FormatoError(
            "ninguna actividad",
            "al menos una, como la dice el layout en `bloques:`, `matriz:` o `cronograma:`",
            "compare el inicio de las fichas del documento con los patrones del layout",
            lugar=place,
        )
    for target, text, source in outline.secciones:
        if target not in ("vision", "mision"):
            records["foda"].append({"unidad_id": unit_id, "cuadrante": target, "punto": text, "fuente": source})
    records["contexto"] += [
        {"clave": key, "texto": text, "fuente": source}
        for key, (text, source) in outline.documento.items()
        if key not in _UNIT_COLUMNS
    ]
    records["contexto"] += [{"clave": key, "texto": text, "fuente": source} for key, text, source in outline.textos]
    records["calendario"] += list_due(
        records["actividades"], {str(row["actividad_id"]) for row in records["calendario"]}
    )
    return records


def list_due(activities: Iterable[Record], known: set[str]) -> list[Record]:
    """List the months in which activities fall due by their frequency, except for those that are `known`.

    Parameters
    ----------
    activities : iterable of dict
        With `actividad_id`, `frecuencia`, `fuente`.
    known : set of str
        Activities with a calendar or periods of their own.

    Returns
    -------
    list of dict
        Rows of `calendario` with `origen` ``frecuencia``.

    Examples
    --------
    >>> [r["mes"] for r in list_due([{"actividad_id": "a", "frecuencia": "Semestral", "fuente": "x"}], set())]
    [6, 12]
    """
    rows: list[Record] = []
    for activity in activities:
        length = parse_frequency(str(activity.get("frecuencia") or ""))
        if length is not None and activity["actividad_id"] not in known:
            due = {"actividad_id": activity["actividad_id"], "origen": "frecuencia", "fuente": activity["fuente"]}
            rows += [due | {"mes": month} for month in range(length, 13, length)]
    return rows


def _shape_unit(outline: Outline, institucion: str) -> Record:
    said = outline.documento
    name, source = said.get("unidad", (institucion, next(iter(said.values()), ("", None))[1]))
    unit: Record = {
        "unidad_id": said["unidad_id"][0] if "unidad_id" in said else make_unit_id(name),
        "unidad": name,
        "responsable": said["responsable"][0] if "responsable" in said else None,
        "fuente": source,
    }
    for target in ("vision", "mision"):
        unit[target] = "\n".join(text for name, text, _ in outline.secciones if name == target) or None
    return unit


def _make_id(item: Item, unit_id: str, ids: dict[Item, str]) -> str:
    """Return a stable id: of an activity by unit, name and code; of a goal by its level, code and text."""
    start = make_slug(unit_id)[:40]
    if item.tabla == "actividades":
        made = f"{start}-{make_hash(fold(unit_id), fold(item.texto), '', fold(item.codigo or ''))}"
    else:
        made = f"{start}-{make_slug(item.nivel or 'meta')}-{make_hash(fold(item.codigo or ''), fold(item.texto))}"
    times = list(ids.values()).count(made)
    return f"{made}-{times + 1}" if times else made


def _add_field(
    records: dict[str, list[Record]],
    record: Record,
    table: str,
    name: str,
    text: str,
    source: str,
    item_id: str,
    edition: Cards,
    locale: str,
) -> None:
    """Put a field into its column; what the table has no column for is kept in `contexto`."""
    columns = COLUMNS[table]
    number = name.removesuffix("_texto")
    if number in columns and columns[number] == "float64":
        record[number] = _read_amount(text, number, edition, locale, source)
        if f"{number}_texto" in columns:
            record[f"{number}_texto"] = text
    elif name in columns:
        record[name] = text
    else:
        records["contexto"].append({"clave": f"{name}/{item_id}", "texto": text, "fuente": source})


def _read_amount(text: str, name: str, edition: Cards, locale: str, source: str) -> float | None:
    """Return an amount, alone or before a bracket (``$80,000.00 (3,478 litros)``); 0 or None if the layout says so."""
    if any(fnmatchcase(fold(text), fold(pattern)) for pattern in edition.ceros):
        return 0.0
    if any(fnmatchcase(fold(text), fold(pattern)) for pattern in edition.vacios):
        return None
    found = re.fullmatch(
        r"\s*(?:[A-Z]{0,3}\$|S/\.?|Q|L\.?)?\s*(-?\d[\d.,]*?)\s*(?:pesos|M\.?N\.?)?\.?\s*(?:\(.*\))?", text
    )
    number = parse_number(found[1], locale) if found else None
    if number is None:
        raise FormatoError(
            f"«{text}» ({source})",
            f"un número ({name}), como los escribe {locale}",
            "corrija el documento, o declare el texto en `ceros:` (vale 0) o `vacios:` (no se sabe) del layout",
        )
    return number
