"""Cards: the layout of forms that are no table: cards, numbered items, month grids."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from poa_eval.config.models import Model
from poa_eval.layouts.patterns import Pattern

_Table = Literal["metas", "actividades"]

_Destination = Literal["vision", "mision", "fortaleza", "oportunidad", "debilidad", "amenaza"]


class Section(Model):
    """Headings side by side, with what stands below each: in the cells of one row, or paragraph after paragraph."""

    encabezado: tuple[str, ...] = Field(min_length=1)
    """The headings."""
    destinos: tuple[_Destination, ...] = Field(min_length=1)
    """What stands below each."""
    parrafos: tuple[_Destination, ...] = ()
    """The same, where the cells came out one below the other."""


class CardStart(Model):
    """A card: the pattern of its first row, and what it is."""

    inicio: Pattern
    """The first row of the card."""
    tabla: _Table
    """What it is."""
    nivel: str | None = None
    """The level of a goal, as the document calls it."""


class Level(Model):
    """A column of numbered items; `numero` is the depth of its codes (3 for 1.1.1)."""

    columna: str
    """Its heading."""
    tabla: _Table
    """What its items are."""
    nivel: str | None = None
    """The level of a goal."""
    numero: int = Field(ge=1, le=6)
    """The depth of its codes: 3 for 1.1.1."""


class Matrix(Model):
    """A table whose cells hold several numbered items, which may run on over a page break.

    `bloque` maps columns to what belongs to the whole block of the first level; `opcional` are columns whose cell
    may be lost altogether, by the pattern of what it holds.
    """

    encabezado: tuple[str, ...] = Field(min_length=2)
    """Its headings."""
    niveles: tuple[Level, ...] = Field(min_length=1)
    """Its columns of numbered items, the highest first."""
    bloque: dict[str, Literal["recursos", "indicador"]] = Field(default_factory=dict)
    """Columns of what belongs to the whole block of the first level."""
    opcional: dict[str, str] = Field(default_factory=dict)
    """Columns whose cell may be lost altogether, by the pattern of what it holds."""


class Grid(Model):
    """A month grid: the activity's name, then twelve cells, marked where it is planned."""

    marcas: tuple[str, ...] = ("X",)
    """The texts that mark a month."""


class Cards(Model):
    """A form of cards (`fichas`), of numbered items (`matriz`), of month marks (`cronograma`), or of all of them.

    `documento` are patterns of what the document says of itself and its unit, `campos` those of a card's fields;
    `` | `` parts the cells of a row. `listas` are headings above lines of action, `ignorar` cells that say nothing
    (``*`` stands for any text), `ceros` and `vacios` texts of an amount that mean 0 and "not known".
    """

    clase: Literal["fichas", "cronograma"]
    """Cards, with or without numbered items and a month grid; or a month grid by itself."""
    documento: tuple[Pattern, ...] = ()
    """What the document says of itself and its unit: `"Unidad: {unidad}"`; ` | ` parts the cells of a row."""
    secciones: tuple[Section, ...] = ()
    """Headings side by side over vision, mission or SWOT."""
    bloques: tuple[CardStart, ...] = ()
    """How a card begins."""
    campos: tuple[Pattern, ...] = ()
    """The fields of a card, `"Inversión: {inversion}"`; one that no column holds is kept in `contexto`."""
    listas: tuple[str, ...] = ()
    """Headings under which lines of action stand: `["Líneas de acción:"]`."""
    ignorar: tuple[str, ...] = ()
    """Cells that say nothing (`*` for any text)."""
    ceros: tuple[str, ...] = ()
    """Texts of an amount that mean 0: `["No genera gasto*"]`."""
    vacios: tuple[str, ...] = ()
    """Texts of an amount that mean "not known"."""
    matriz: Matrix | None = None
    """A table of numbered items."""
    cronograma: Grid | None = None
    """The marks of a month grid: a name, then twelve cells."""

    @model_validator(mode="after")
    def _check_whole(self) -> Cards:
        if self.clase == "cronograma" and self.cronograma is None:
            raise ValueError("`clase: cronograma` pide la clave `cronograma:`")
        if self.clase == "fichas" and not (self.bloques or self.matriz):
            raise ValueError("`clase: fichas` pide `bloques:` o `matriz:`")
        return self
