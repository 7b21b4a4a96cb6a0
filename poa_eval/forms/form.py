"""Forms: what a workbook that units fill in is made of: its sheet, columns, and fields above them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple


@dataclass(frozen=True)
class Column:
    """A column of a form; hidden where its heading is its name."""

    titulo: str
    ancho: float = 10
    papel: Literal["clave", "llena", "muestra", ""] = ""  # tells rows apart; is filled in; only explains: may be lost
    pide: str = ""  # what the spreadsheet says when a cell is chosen, and when it refuses what was typed
    lista: tuple[str, ...] = ()  # what it accepts then; without choices, numbers from 0 on


class Field(NamedTuple):
    """What is filled in once, above the headings: its label, and the column in which the label stands."""

    titulo: str
    columna: str


@dataclass(frozen=True)
class Form:
    """A kind of workbook that a unit fills in."""

    libro: str
    formato: str  # version of the form; raised when an older one can no longer be read
    hoja: str  # name of the sheet that is filled in
    columnas: Mapping[str, Column]
    campos: Mapping[str, Field] = field(default_factory=dict)

    @cached_property
    def encabezados(self) -> dict[str, str]:
        """Return the columns' headings."""
        return {name: column.titulo for name, column in self.columnas.items()}

    def pick(self, papel: str) -> tuple[str, ...]:
        """Return the columns of a role."""
        return tuple(name for name, column in self.columnas.items() if column.papel == papel)
