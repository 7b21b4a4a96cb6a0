"""Forms that are no table: cards of labels and values, matrices of numbered items, month grids; as layouts say them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from poa_eval.config import Model
from poa_eval.names import suggest_sentence
from poa_eval.patterns import check_pattern

SECTION_TARGETS = ("vision", "mision", "fortaleza", "oportunidad", "debilidad", "amenaza")


class Section(Model):
    """Headings side by side, with what stands below each: in the cells of one row, or paragraph after paragraph."""

    encabezado: tuple[str, ...] = Field(min_length=1)
    destinos: tuple[str, ...] = Field(min_length=1)
    parrafos: tuple[str, ...] = ()

    @field_validator("destinos", "parrafos")
    @classmethod
    def _check_targets(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in SECTION_TARGETS:
                raise ValueError(f"destino «{name}» desconocido; {suggest_sentence(name, SECTION_TARGETS)}")
        return value


class Block(Model):
    """A card: the pattern of its first row, and what it is."""

    inicio: str
    tabla: Literal["metas", "actividades"]
    nivel: str | None = None

    @field_validator("inicio")
    @classmethod
    def _check_pattern(cls, value: str) -> str:
        check_pattern(value)
        return value


class Level(Model):
    """A column of numbered items; `numero` is the depth of its codes (3 for 1.1.1)."""

    columna: str
    tabla: Literal["metas", "actividades"]
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

    Parameters
    ----------
    documento : tuple of str
        Patterns of what the document says of itself and its unit; `` | `` parts the cells of a row.
    secciones : tuple of Section
        Vision, mission and SWOT.
    bloques : tuple of Block
    campos : tuple of str
        Patterns of a card's fields, for a row or for one cell.
    listas : tuple of str
        Headings under which a card's lines of action stand.
    ignorar : tuple of str
        Cells that say nothing; ``*`` stands for any text.
    ceros, vacios : tuple of str
        Texts of an amount that mean 0, and that mean "not known".
    """

    clase: Literal["fichas", "cronograma"]
    documento: tuple[str, ...] = ()
    secciones: tuple[Section, ...] = ()
    bloques: tuple[Block, ...] = ()
    campos: tuple[str, ...] = ()
    listas: tuple[str, ...] = ()
    ignorar: tuple[str, ...] = ()
    ceros: tuple[str, ...] = ()
    vacios: tuple[str, ...] = ()
    matriz: Matrix | None = None
    cronograma: Grid | None = None

    @field_validator("documento", "campos")
    @classmethod
    def _check_patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            check_pattern(pattern)
        return value

    @model_validator(mode="after")
    def _check_whole(self) -> Cards:
        if self.clase == "cronograma" and self.cronograma is None:
            raise ValueError("`clase: cronograma` pide la clave `cronograma:`")
        if self.clase == "fichas" and not (self.bloques or self.matriz):
            raise ValueError("`clase: fichas` pide `bloques:` o `matriz:`")
        return self
