"""Outlines into plans: cards, numbered items and month marks become the tidy tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from poa_eval.errors import FormatoError, Place
from poa_eval.forms import Cards
from poa_eval.items import Item, Outline
from poa_eval.names import fold, make_hash, make_slug, make_unit_id
from poa_eval.parts import BEHAVIOUR
from poa_eval.plan import COLUMNS, NUMBER
from poa_eval.values import parse_frequency, parse_number

Record = dict[str, object]

_AMOUNT = re.compile(r"\s*(?:[A-Z]{0,3}\$|S/\.?|Q|L\.?)?\s*(-?\d[\d.,]*?)\s*(?:pesos|M\.?N\.?)?\.?\s*(?:\(.*\))?")
_UNIT_COLUMNS = ("unidad_id", "unidad", "responsable")


def shape_outline(
    outline: Outline, edition: Cards, institucion: str, locale: str, place: Place
) -> dict[str, list[Record]]:
    """Shape an outline into the records of a plan's tables; the document is of one unit.

    `institucion` names the unit where the document says none; `place` is that of the document.

    Raises FormatoError: no activity was found, or an investment is neither a number nor declared as 0.
    """
    records: dict[str, list[Record]] = {name: [] for name in COLUMNS}
    unit = _shape_unit(outline, institucion)
    records["unidades"].append(unit)
    unit_id = str(unit["unidad_id"])
    ids: dict[Item | None, str | None] = {None: None}
    for item in outline.items:
        own = ids[item] = _make_id(item, unit_id, ids)
        record = {"unidad_id": unit_id, "codigo": item.codigo, "fuente": item.fuente}
        if item.tabla == "metas":
            record |= {"meta_id": own, "nivel": item.nivel, "padre_id": ids[item.padre], "texto": item.texto}
        else:
            record |= {"actividad_id": own, "meta_id": ids[item.padre], "actividad": item.texto} | BEHAVIOUR
        records[item.tabla].append(record)
        columns = COLUMNS[item.tabla]
        for name, (text, source) in item.campos.items():
            number = name.removesuffix("_texto")
            if columns.get(number) == NUMBER:
                record[number] = _read_amount(text, number, edition, locale, source)
                said = f"{number}_texto"
                if said in columns:
                    record[said] = text
                else:
                    records["contexto"].append({"clave": f"{said}/{own}", "texto": text, "fuente": source})
            elif name in columns:
                record[name] = text
            else:
                records["contexto"].append({"clave": f"{name}/{own}", "texto": text, "fuente": source})
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
    records["foda"] = [
        {"unidad_id": unit_id, "cuadrante": target, "punto": text, "fuente": source}
        for target, text, source in outline.secciones
        if target not in ("vision", "mision")
    ]
    said = [(key, *what) for key, what in outline.documento.items() if key not in _UNIT_COLUMNS]
    records["contexto"] += [
        {"clave": key, "texto": text, "fuente": source} for key, text, source in said + outline.textos
    ]
    marked = {str(row["actividad_id"]) for row in records["calendario"]}
    records["calendario"] += list_due(records["actividades"], marked)
    return records


def list_due(activities: Iterable[Record], known: set[str]) -> list[Record]:
    """List the months in which activities fall due by their frequency, except for those that are `known`.

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


def _make_id(item: Item, unit_id: str, ids: dict[Item | None, str | None]) -> str:
    """Return a stable id: of an activity by unit, name and code; of a goal by its level, code and text."""
    start, code, text = make_slug(unit_id)[:40], fold(item.codigo or ""), fold(item.texto)
    if item.tabla == "actividades":
        made = f"{start}-{make_hash(fold(unit_id), text, '', code)}"
    else:
        made = f"{start}-{make_slug(item.nivel or 'meta')}-{make_hash(code, text)}"
    times = list(ids.values()).count(made)
    return f"{made}-{times + 1}" if times else made


def _read_amount(text: str, name: str, edition: Cards, locale: str, source: str) -> float | None:
    """Return an amount, alone or before a bracket (``$80,000.00 (3,478 litros)``); 0 or None if the layout says so."""
    for patterns, worth in ((edition.ceros, 0.0), (edition.vacios, None)):
        if any(fnmatchcase(fold(text), fold(pattern)) for pattern in patterns):
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
