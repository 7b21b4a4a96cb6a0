"""Outlines: goals and activities as a document of cards holds them, numbered ones in a matrix, and into a plan."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from poa_eval.errors import FormatoError, Place
from poa_eval.layouts.cards import Cards, Matrix
from poa_eval.layouts.parts import BEHAVIOUR
from poa_eval.loaders.schedule import list_due
from poa_eval.plan.notes import Statement
from poa_eval.plan.schema import COLUMNS, NUMBER, Record
from poa_eval.readers.cells import Cell, RawSheet
from poa_eval.text.names import make_hash, make_slug, make_unit_id, normalize
from poa_eval.text.numbers import parse_number
from poa_eval.text.periods import parse_month

_AMOUNT = re.compile(r"\s*(?:[A-Z]{0,3}\$|S/\.?|Q|L\.?)?\s*(-?\d[\d.,]*?)\s*(?:pesos|M\.?N\.?)?\.?\s*(?:\(.*\))?")
_UNIT_COLUMNS = ("unidad_id", "unidad", "responsable")


@dataclass(eq=False)
class Item:
    """A goal or activity as it stands in the document."""

    tabla: str
    nivel: str | None
    codigo: str | None
    texto: str
    fuente: str
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
    """What a document of cards holds, in its order."""

    items: list[Item] = field(default_factory=list)
    documento: dict[str, tuple[str, str]] = field(default_factory=dict)  # key → text, source
    secciones: list[tuple[str, str, str]] = field(default_factory=list)  # target, text, source
    textos: list[tuple[str, str, str]] = field(default_factory=list)  # key, text, source


@dataclass
class MatrixReader:
    """A matrix in a sheet: the column of each heading, and the outline that its items go to."""

    sheet: RawSheet
    matrix: Matrix
    outline: Outline
    columns: dict[str, int]

    def read_row(self, row: list[Cell], index: int) -> None:
        """Read one row: its numbered paragraphs by level, and what belongs to the whole block."""
        for name, pattern in self.matrix.opcional.items():
            at = self.columns[name]
            cell = row[at] if at < len(row) else None
            if cell is not None and not re.fullmatch(pattern, str(cell)) and len(row) < len(self.columns):
                row.insert(at, None)
            elif cell is not None:
                self.outline.documento.setdefault(normalize(name), (str(cell), self.sheet.address(index, at)))
        for depth, level in enumerate(self.matrix.niveles):
            at = self.columns[level.columna]
            for paragraph in _split_paragraphs(row, at):
                self._add_numbered(depth, paragraph, index, at)
        block = self._last(0)
        for name, target in self.matrix.bloque.items() if block else ():
            at = self.columns[name]
            for paragraph in _split_paragraphs(row, at):
                text = re.sub(r"^-\s*", "", paragraph)
                before, source = block.campos.get(target, (None, self.sheet.address(index, at)))
                block.campos[target] = (text if before is None else f"{before}\n{text}", source)

    def _list_level(self, depth: int) -> Iterator[Item]:
        """Yield the items of a level, the last one first."""
        level = self.matrix.niveles[depth]
        return (item for item in reversed(self.outline.items) if (item.tabla, item.nivel) == (level.tabla, level.nivel))

    def _last(self, depth: int) -> Item | None:
        return next(self._list_level(depth), None)

    def _add_numbered(self, depth: int, paragraph: str, index: int, at: int) -> None:
        level = self.matrix.niveles[depth]
        code = r"\.".join([r"\d+"] * level.numero)
        sign = r"[.):-]+\s*" if level.numero == 1 else r"[.):\-\s]*"  # «20 talleres» is no objective 20
        number = re.match(rf"^({code})(?!\.?\d){sign}(?=\S)", paragraph)
        if number is None and re.match(r"^\d+(?:\.\d+)+(?!\d)\D", paragraph):
            raise FormatoError(
                f"«{paragraph[:60]}»",
                f"un código de {level.numero} partes, como los demás de la columna",
                "corrija el código en el documento, o `numero:` en el layout",
                lugar=self.sheet.locate(index, at),
            )
        last = self._last(depth)
        if number is None and last is not None and (depth or not last.texto.endswith((".", ";", ":"))):
            last.texto = f"{last.texto} {paragraph}"
            return
        found, text = (number[1], paragraph[number.end() :]) if number else (None, paragraph)
        above = self._find_parent(depth, found) if depth else None
        self.outline.items.append(Item(level.tabla, level.nivel, found, text, self.sheet.address(index, at), above))

    def _find_parent(self, depth: int, code: str | None) -> Item | None:
        """Return the item above: by the code's beginning within the block, else the block's last one."""
        block = self._last(0)
        inside = [item for item in self._list_level(depth - 1) if depth == 1 or block in item.list_above()]
        prefix = code.rpartition(".")[0] if code else None
        named = next((item for item in inside if item.codigo == prefix), None)
        last = self._last(depth - 1)
        return named or (last if last in inside else block)


def _split_paragraphs(row: list[Cell], at: int) -> list[str]:
    cell = row[at] if at < len(row) else None
    return [part.strip() for part in str(cell or "").split("\n") if part.strip()]


def shape_outline(outline: Outline, edition: Cards, institucion: str, locale: str, place: Place) -> dict[str, list]:
    """Shape an outline into the rows of a plan's tables; the document is of one unit.

    `institucion` names the unit where the document says none; `place` is that of the document.

    Raises FormatoError: no activity was found, or an investment is neither a number nor declared as 0.
    """
    records: dict[str, list] = {name: [] for name in COLUMNS}
    notes: list[Statement] = records["contexto"]
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
                    notes.append(Statement(name=said, owner=own, text=text, source=source))
            elif item.tabla == "actividades" and not name.isdecimal() and (month := parse_month(name)):
                figure = _read_amount(text, name, edition, locale, source)
                period = {"actividad_id": own, "mes": month, "meses": 1, "programado": figure, "origen": "leido"}
                records["avances"].append(period | {"fuente": source})
            elif name in columns:
                record[name] = text
            else:
                notes.append(Statement(name=name, owner=own, text=text, source=source))
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
    said = [(name, *what) for name, what in outline.documento.items() if name not in _UNIT_COLUMNS]
    notes += (Statement(name=name, text=text, source=source) for name, text, source in said + outline.textos)
    marked = {str(row["actividad_id"]) for row in records["calendario"] + records["avances"]}
    records["calendario"] += list_due(records["actividades"], marked)
    return records


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
