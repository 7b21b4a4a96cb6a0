"""Outlines: units, goals and activities as a document of cards holds them, and into a plan."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from poa_eval.errors import FormatoError, Place
from poa_eval.layouts.cards import Cards
from poa_eval.layouts.parts import BEHAVIOUR
from poa_eval.loaders.schedule import list_due
from poa_eval.plan.notes import Statement
from poa_eval.plan.schema import COLUMNS, NUMBER, Record
from poa_eval.text.names import make_hash, make_slug, make_unit_id, normalize
from poa_eval.text.numbers import parse_number
from poa_eval.text.periods import parse_month

_AMOUNT = re.compile(r"\s*(?:[A-Z]{0,3}\$|S/\.?|Q|L\.?)?\s*(-?\d[\d.,]*?)\s*(?:pesos|M\.?N\.?)?\.?\s*(?:\(.*\))?")
#: What identifies the unit that a document, a part of it, or a card is of; and what else is said of it.
UNIT_KEYS = ("unidad_id", "unidad")
UNIT_COLUMNS = (*UNIT_KEYS, "responsable")


@dataclass(eq=False)
class UnitPart:
    """What a document says of a unit, from where it names it on: of the only one, perhaps nowhere."""

    dicho: dict[str, tuple[str, str]] = field(default_factory=dict)  # key → text, source
    previo: "Item | None" = None  # the first item that stands above where the unit is named
    secciones: list[tuple[str, str, str]] = field(default_factory=list)  # target, text, source

    @property
    def is_named(self) -> bool:
        """Whether the document names the unit."""
        return not self.dicho.keys().isdisjoint(UNIT_KEYS)

    @property
    def names(self) -> list[tuple[str, str]]:
        """Return by what the unit is known: its code, its name."""
        return [(key, normalize(self.dicho[key][0])) for key in UNIT_KEYS if key in self.dicho]


@dataclass(eq=False)
class Item:
    """A goal or activity as it stands in the document."""

    tabla: str
    nivel: str | None
    codigo: str | None
    texto: str
    fuente: str
    parte: UnitPart
    padre: "Item | None" = None
    campos: dict[str, tuple[str, str]] = field(default_factory=dict)  # name → text, source
    lineas: list[tuple[str, str]] = field(default_factory=list)  # text, source
    meses: list[tuple[int, str]] = field(default_factory=list)  # marked month, source

    def list_above(self) -> "Iterator[Item]":
        """Yield what it hangs on, from the nearest up."""
        if self.padre is not None:
            yield self.padre
            yield from self.padre.list_above()


@dataclass
class Outline:
    """What a document of cards holds, in its order; `parte` is the unit that was named last."""

    items: list[Item] = field(default_factory=list)
    documento: dict[str, tuple[str, str]] = field(default_factory=dict)  # key → text, source
    parte: UnitPart = field(default_factory=UnitPart)
    partes: list[UnitPart] = field(default_factory=list)
    textos: list[tuple[str, str, str]] = field(default_factory=list)  # key, text, source

    def __post_init__(self) -> None:
        """Begin with what is said before any unit is named."""
        self.partes.append(self.parte)

    def name_unit(self, key: str, value: str, source: str) -> None:
        """Take the name or code of a unit: of the present one, of one named before, or of a new one.

        A name may be cut short at the end of a line.
        """
        if not self.parte.is_named:
            self.parte.previo = next((item for item in self.items if item.parte is self.parte), None)
        if not self._fits(self.parte, key, value):
            known = (part for part in self.partes if key in part.dicho and self._fits(part, key, value))
            self.parte = next(known, None) or UnitPart()
            if self.parte not in self.partes:
                self.partes.append(self.parte)
        self.parte.dicho.setdefault(key, (value, source))

    @staticmethod
    def _fits(part: UnitPart, key: str, value: str) -> bool:
        one, other = normalize(part.dicho.get(key, (value, ""))[0]), normalize(value)
        return one.startswith(other) or other.startswith(one)


def shape_outline(outline: Outline, edition: Cards, institucion: str, locale: str, place: Place) -> dict[str, list]:
    """Shape an outline into the rows of a plan's tables.

    `institucion` names the unit where the document says none; `place` is that of the document.

    Raises FormatoError: no activity was found, one stands before the first of several units, or an investment is
    neither a number nor declared as 0.
    """
    records: dict[str, list] = {name: [] for name in COLUMNS}
    notes: list[Statement] = records["contexto"]
    units = {part: _shape_unit(part, outline, institucion) for part in _settle_units(outline)}
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
    said = [(name, *what) for name, what in outline.documento.items()] + outline.textos
    notes += (Statement(name=name, text=text, source=source) for name, text, source in said)
    marked = {str(row["actividad_id"]) for row in records["calendario"] + records["avances"]}
    records["calendario"] += list_due(records["actividades"], marked)
    return records


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


def _settle_units(outline: Outline) -> list[UnitPart]:
    """Return the units of an outline, with each item given to that which its own card names, if it does.

    Raises FormatoError where several units are named, and an item stands above the first.
    """
    known = {name: part for part in reversed(outline.partes) for name in part.names}
    parts = [part for part in outline.partes if part.is_named]
    for item in outline.items:
        own = UnitPart({key: item.campos[key] for key in UNIT_COLUMNS if key in item.campos})
        if own.is_named:
            item.parte = next((known[name] for name in own.names if name in known), own)
            parts += [item.parte] if item.parte not in parts else []
            known = {name: item.parte for name in own.names} | known
    astray = next((item for item in outline.items if not item.parte.is_named), None)
    astray = astray or next((part.previo for part in parts if part.previo is not None), None)
    if astray is not None and len(parts) + (not astray.parte.is_named) > 1:
        raise FormatoError(
            f"«{astray.texto}» ({astray.fuente}), encima de la primera línea que dice la unidad",
            "la unidad antes de sus fichas, en un documento de varias unidades",
            "escriba la unidad encima de esa ficha, o dentro de ella si el layout la busca en `campos:`",
        )
    return parts or outline.partes[:1]


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
