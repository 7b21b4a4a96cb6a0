"""Outlines: units, goals and activities as a document of cards holds them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from poa_eval.errors import FormatoError
from poa_eval.text.names import normalize

#: What identifies the unit that a document, a part of it, or a card is of; and what else is said of it.
UNIT_KEYS = ("unidad_id", "unidad")
UNIT_COLUMNS = (*UNIT_KEYS, "responsable")


@dataclass(eq=False)
class UnitPart:
    """What a document says of a unit, from where it names it on: of the only one, perhaps nowhere."""

    dicho: dict[str, tuple[str, str]] = field(default_factory=dict)  # key → text, source
    previo: "Item | None" = None  # the first item that stands above where the unit is named
    secciones: list[tuple[str, str, str]] = field(default_factory=list)  # target, text, source
    sin_nombre: bool = False  # whether it begins with a line that has the label alone
    propio: dict[str, tuple[str, str]] = field(default_factory=dict)  # what the document says otherwise of others

    @property
    def is_named(self) -> bool:
        """Whether the document names the unit."""
        return not self.dicho.keys().isdisjoint(UNIT_KEYS)

    @property
    def is_blank(self) -> bool:
        """Whether a line has the label of the unit, and not its name."""
        return not self.is_named and self.sin_nombre

    def is_same(self, named: Mapping[str, str]) -> bool:
        """Say whether a code, or without one a name, is this unit's."""
        key = next((key for key in UNIT_KEYS if key in named and key in self.dicho), None)
        return key is not None and normalize(self.dicho[key][0]) == normalize(named[key])

    def may_be(self, named: Mapping[str, str]) -> bool:
        """Say whether a name is this unit's, if one of the two is cut short."""
        if "unidad" not in named or "unidad" not in self.dicho or {"unidad_id"} <= {*named} & {*self.dicho}:
            return False
        one, other = normalize(self.dicho["unidad"][0]), normalize(named["unidad"])
        return one.startswith(other) or other.startswith(one)

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
    de: dict[str, UnitPart] = field(default_factory=dict)  # key of `documento` → the unit's part in which it stands
    repetidos: list[tuple[str, str, str]] = field(default_factory=list)  # what a unit has twice: text, source, earlier
    nombrada: int = 0  # how many items there were as a unit was last named

    def open_part(self, *, is_blank: bool = False) -> None:
        """Let what was said of a unit hold no longer: on another sheet, or below a line with the label alone."""
        self.parte = UnitPart(sin_nombre=is_blank)
        self.partes.append(self.parte)

    def name_unit(self, named: Mapping[str, str], source: str, *, may_be_cut: bool) -> None:
        """Take the name and code of a unit: of the present one, of one named before, or of a new one.

        Where the present unit has nothing yet, a name that begins as its own does is said again, and cut short. Later
        on it is another unit's; in a text, of which lines may be cut (`may_be_cut`), that cannot be told.

        Raises FormatoError: a name begins as that of another unit does.
        """
        if not self.parte.is_named:
            self._name_present(next((part for part in self.partes if part.is_same(named)), self.parte))
        elif not self.parte.is_same(named):
            is_begun = self.parte.secciones or any(item.parte is self.parte for item in self.items)
            if is_begun or not self.parte.may_be(named):
                near = next((part for part in self.partes if part.may_be(named)), None)
                same = next((part for part in self.partes if part.is_same(named)), None)
                if near and not same and may_be_cut:
                    raise _refuse_cut(near, named["unidad"], source)
                self.parte = same or UnitPart()
        if self.parte not in self.partes:
            self.partes.append(self.parte)
        self.nombrada = len(self.items)
        for key, value in named.items():
            self.parte.dicho.setdefault(key, (value, source))

    def _name_present(self, part: UnitPart) -> None:
        """Let what stands above the first line of a unit, on its sheet, be of it."""
        above = self.parte
        part.previo = part.previo or next((item for item in self.items if item.parte is above), None)
        if part is not above:
            part.secciones += above.secciones
            part.dicho = {**above.dicho, **part.dicho}
            above.secciones, above.dicho = [], {}
        self.parte = part

    def say(self, key: str, value: str, source: str) -> tuple[str, str]:
        """Keep what a line says of the document, or of the present unit; return what is known of it."""
        if key not in UNIT_COLUMNS:
            known = self.documento.setdefault(key, (value, source))
            if self.de.setdefault(key, self.parte) is not self.parte and known[0] != value:
                self.parte.propio.setdefault(key, (value, source))
            return known
        known = self.parte.dicho.setdefault(key, (value, source))
        if key not in UNIT_KEYS and len(self.items) > self.nombrada and normalize(known[0]) != normalize(value):
            self.repetidos.append((f"{key}: «{value}»", source, f"«{known[0]}» ({known[1]})"))
        return known

    def repeat_sections(self, targets: Iterable[str], text: str, source: str) -> None:
        """Note a section that the present unit has already, above its cards."""
        known = {target: where for target, _, where in self.parte.secciones}
        earlier = next((known[target] for target in targets if target in known), None)
        if earlier and len(self.items) > self.nombrada:
            self.repetidos.append((f"«{text}»", source, earlier))


def _refuse_cut(part: UnitPart, name: str, source: str) -> FormatoError:
    return FormatoError(
        f"unidad: «{name}» ({source}), y antes «{part.dicho['unidad'][0]}» ({part.dicho['unidad'][1]})",
        "el mismo nombre cada vez, o dos que no empiecen igual: en un texto, un nombre puede estar cortado",
        "escriba el nombre completo; si son dos unidades, ponga una clave a cada una y léala con `{unidad_id}` en "
        "`documento:` del layout",
    )


def settle_units(outline: Outline) -> list[UnitPart]:
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
    before = next((part.previo for part in parts if part.previo is not None), None)
    found = astray or before
    is_blank = astray is not None and astray.parte.is_blank
    if found is not None and parts and (len(parts) > 1 or is_blank or parts[0] not in outline.partes):
        is_above = found is before or found.parte is outline.partes[0]
        why = "encima de la primera línea que dice la unidad" if is_above else "en una hoja que no dice su unidad"
        why = "debajo de una línea que no llena la unidad" if is_blank else why
        raise FormatoError(
            f"«{found.texto}» ({found.fuente}), {why}",
            "la unidad antes de sus fichas, en un documento de varias unidades; no vale de una hoja a otra",
            "escriba la unidad encima de esa ficha, o dentro de ella si el layout la busca en `campos:`",
        )
    if len(parts) > 1 and outline.repetidos:
        text, source, earlier = outline.repetidos[0]
        raise FormatoError(
            f"{text} ({source}), y antes, de la misma unidad, {earlier}",
            "cada unidad con lo suyo debajo de la línea que la nombra",
            "si es de la unidad siguiente, ponga su nombre encima; si es de la misma, deje uno solo",
        )
    return parts if len(parts) > 1 else [_join_parts(outline, parts)]


def _join_parts(outline: Outline, named: list[UnitPart]) -> UnitPart:
    """Return the only unit of a document, with what stands where it is not named: on other sheets."""
    one, said = (named or outline.partes)[0], [part.secciones for part in outline.partes]
    for part in outline.partes:
        one.dicho = {**part.dicho, **one.dicho}
    one.secciones = [section for sections in said for section in sections]
    for item in outline.items:
        item.parte = one
    return one
