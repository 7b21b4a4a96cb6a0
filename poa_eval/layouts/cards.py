"""Cards: the layout of forms that are no table: cards, numbered items, month grids."""

from typing import Literal

from pydantic import Field, model_validator

from poa_eval.config.models import Model
from poa_eval.layouts.patterns import Pattern

_Table = Literal["metas", "actividades"]

_Destination = Literal["vision", "mision", "fortaleza", "oportunidad", "debilidad", "amenaza"]


class Section(Model):
    """Headings side by side, with what stands below each: in the cells of one row, or paragraph after paragraph."""

    encabezado: tuple[str, ...] = Field(min_length=1)
    destinos: tuple[_Destination, ...] = Field(min_length=1)
    parrafos: tuple[_Destination, ...] = ()


class CardStart(Model):
    """A card: the pattern of its first row, and what it is."""

    inicio: Pattern
    tabla: _Table
    nivel: str | None = None


class Level(Model):
    """A column of numbered items; `numero` is the depth of its codes (3 for 1.1.1)."""

    columna: str
    tabla: _Table
    nivel: str | None = None
    numero: int = Field(ge=1, le=6)


class Matrix(Model):
    """A table whose cells hold several numbered items, which may run on over a page break.

    `bloque` maps columns to what belongs to the whole block of the first level; `opcional` are columns whose cell
    may be lost altogether, by the pattern of what it holds.
    """

    encabezado: tuple[str, ...] = Field(min_length=2)
    niveles: tuple[Level, ...] = Field(min_length=1)
    bloque: dict[str, Literal["recursos", "indicador"]] = Field(default_factory=dict)
    opcional: dict[str, str] = Field(default_factory=dict)


class Grid(Model):
    """A month grid: the activity's name, then twelve cells, marked where it is planned."""

    marcas: tuple[str, ...] = ("X",)


class Cards(Model):
    """A form of cards (`fichas`), of numbered items (`matriz`), of month marks (`cronograma`), or of all of them.

    `documento` are patterns of what the document says of itself and its unit, `campos` those of a card's fields;
    `` | `` parts the cells of a row. `listas` are headings above lines of action, `ignorar` cells that say nothing,
    `notas` those that pages show (``*`` stands for any text), `ceros` and `vacios` texts of an amount that mean 0 and
    "not known".
    """

    clase: Literal["fichas", "cronograma"]
    documento: tuple[Pattern, ...] = ()
    secciones: tuple[Section, ...] = ()
    bloques: tuple[CardStart, ...] = ()
    campos: tuple[Pattern, ...] = ()
    listas: tuple[str, ...] = ()
    ignorar: tuple[str, ...] = ()
    notas: tuple[str, ...] = ()
    ceros: tuple[str, ...] = ()
    vacios: tuple[str, ...] = ()
    matriz: Matrix | None = None
    cronograma: Grid | None = None

    @model_validator(mode="after")
    def _check_whole(self) -> "Cards":
        if self.clase == "cronograma" and self.cronograma is None:
            raise ValueError("`clase: cronograma` pide la clave `cronograma:`")
        if self.clase == "fichas" and not (self.bloques or self.matriz):
            raise ValueError("`clase: fichas` pide `bloques:` o `matriz:`")
        return self
