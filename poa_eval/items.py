"""Items: goals and activities as they stand in a document of cards, before they become tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(eq=False)
class Item:
    """A goal or activity as it stands in the document."""

    tabla: str
    nivel: str | None
    codigo: str | None
    texto: str
    fuente: str
    padre: Item | None = None
    campos: dict[str, tuple[str, str]] = field(default_factory=dict)  # name → text, source
    lineas: list[tuple[str, str]] = field(default_factory=list)  # text, source
    meses: list[tuple[int, str]] = field(default_factory=list)  # marked month, source


@dataclass
class Outline:
    """What a document of cards holds, in its order."""

    items: list[Item] = field(default_factory=list)
    documento: dict[str, tuple[str, str]] = field(default_factory=dict)  # key → text, source
    secciones: list[tuple[str, str, str]] = field(default_factory=list)  # target, text, source
    textos: list[tuple[str, str, str]] = field(default_factory=list)  # key, text, source


def list_above(item: Item) -> Iterator[Item]:
    """Yield what an item hangs on, from the nearest up."""
    while item.padre is not None:
        item = item.padre
        yield item
