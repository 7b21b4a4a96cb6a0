"""Layouts: YAML files that say where an institution's forms keep their figures."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from babel import Locale, UnknownLocaleError
from pydantic import BeforeValidator, Field, field_validator, model_validator

from poa_eval.config import Model, make_model, read_yaml
from poa_eval.errors import LayoutError, Place
from poa_eval.forms import Cards
from poa_eval.names import fold, suggest_sentence
from poa_eval.plan import COLUMNS

Accumulation = Literal["suma", "ultimo", "promedio", "constante"]
Direction = Literal["ascendente", "descendente", "regular", "nominal"]
Concept = Literal["programado", "ejecutado", "avance_pct", "avance_absoluto", "meta_anual"]

_FIGURES = ("programado", "ejecutado", "programado_inicial")
_UNIT_COLUMNS = ("unidad_id", "unidad", "responsable")
#: What a column of a `tabla` may be mapped to.
TARGETS = frozenset(
    (
        *_UNIT_COLUMNS,
        *_FIGURES,
        "comentario",
        *(c for c in COLUMNS["actividades"] if not c.endswith("_id") and c != "fuente"),
    )
)


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


#: One heading in the spellings it has been seen in; ``GRUPO > NOMBRE`` names a heading under a group.
Heading = Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]


def split_heading(alias: str) -> tuple[str, ...]:
    """Return the folded levels of a heading written ``GRUPO > NOMBRE``."""
    return tuple(fold(part) for part in alias.split(">"))


class Header(Model):
    """The heading of a table: how many rows it takes."""

    filas: int = Field(default=1, ge=1, le=4)


class Series(Model):
    """A figure that stands in one column per period: 12 months, 4 quarters, 2 half-years or 1 year.

    `encabezados` lists the periods of a year in order, or names each by its closing month.
    """

    columna: Literal["programado", "ejecutado", "programado_inicial", "comentario"]
    grupo: str | None = None
    encabezados: dict[int, Heading]
    meses: Literal[1, 2, 3, 4, 6, 12]

    @model_validator(mode="before")
    @classmethod
    def _spread_list(cls, data: Any) -> Any:
        return _spread_headings(data)

    def headings(self) -> dict[int, Heading]:
        """Return closing month → headings with their group."""
        prefix = f"{self.grupo} > " if self.grupo else ""
        return {month: tuple(prefix + alias for alias in names) for month, names in self.encabezados.items()}


def _spread_headings(data: Any) -> Any:
    """Turn a list of headings into closing month → heading; the year parts evenly."""
    if not isinstance(data, dict) or not isinstance(data.get("encabezados"), list):
        return data
    listed = data["encabezados"]
    if len(listed) not in (1, 2, 3, 4, 6, 12):
        raise ValueError(f"encabezados tiene {len(listed)} elementos; un año se parte en 12, 6, 4, 3, 2 o 1 periodos")
    length = 12 // len(listed)
    return {**data, "meses": length, "encabezados": {length * (i + 1): name for i, name in enumerate(listed)}}


class Published(Model):
    """A derived figure that the document itself prints: per period, or once a row (`columna`)."""

    concepto: Concept
    columna: Heading | None = None
    encabezados: dict[int, Heading] = Field(default_factory=dict)
    meses: Literal[1, 2, 3, 4, 6, 12] = 12

    @model_validator(mode="before")
    @classmethod
    def _spread_list(cls, data: Any) -> Any:
        return _spread_headings(data)

    @model_validator(mode="after")
    def _check_one(self) -> Published:
        if bool(self.columna) == bool(self.encabezados):
            raise ValueError("declare `columna` (una cifra por fila) o `encabezados` (una por periodo)")
        return self


class Totals(Model):
    """The row of totals: the text that marks it, and what it is worth."""

    texto: str
    suma_segun_documento: bool = False


class Progress(Model):
    """The formula by which the document itself computes progress towards the year.

    ``razones_ponderadas`` is Σ ejecutado / programado × peso of each period to date; the weights are given by
    the length of the period in months.
    """

    formula: Literal["razones_ponderadas"]
    pesos: dict[int, float]
    texto: str


class Rule(Model):
    """How the activities that match `cuando` behave; a later rule prevails."""

    cuando: dict[str, str]
    sentido: Direction | None = None
    acumulacion: Accumulation | None = None
    acumulacion_programado: Accumulation | None = None
    porque: str

    @field_validator("cuando")
    @classmethod
    def _check_columns(cls, value: dict[str, str]) -> dict[str, str]:
        for column in value:
            if column not in TARGETS:
                raise ValueError(f"columna «{column}» desconocida; {suggest_sentence(column, sorted(TARGETS))}")
        return value


class Edition(Model):
    """One form of an institution: where its tables lie and what their columns are."""

    clase: Literal["tabla"]
    encabezado: Header = Header()
    columnas: dict[str, Heading]
    ignorar: tuple[Heading, ...] = ()
    ignorar_filas: tuple[str, ...] = ()
    rellenar: tuple[str, ...] = ()
    contexto: tuple[str, ...] = ()
    contexto_columnas: dict[str, Heading] = Field(default_factory=dict)
    periodo: Literal["columnas", "contexto"] = "columnas"
    periodos: tuple[Series, ...] = ()
    publicado: tuple[Published, ...] = ()
    totales: Totals | None = None
    reparar: tuple[Literal["meses = trimestres", "trimestres = meta_anual"], ...] = ()
    vacios: tuple[str, ...] = ()
    avance: Progress | None = None
    reglas: tuple[Rule, ...] = ()

    @field_validator("columnas")
    @classmethod
    def _check_targets(cls, value: dict[str, Heading]) -> dict[str, Heading]:
        unknown = [
            f"columna «{c}» desconocida; {suggest_sentence(c, sorted(TARGETS))}" for c in value if c not in TARGETS
        ]
        if unknown:
            raise ValueError("; ".join(unknown))
        missing = [c for c in ("actividad",) if c not in value]
        if missing:
            raise ValueError("falta asignar un encabezado a: " + ", ".join(missing))
        return value

    @model_validator(mode="after")
    def _check_whole(self) -> Edition:
        for column in self.rellenar:
            if column not in self.columnas:
                raise ValueError(f"rellenar: «{column}» no está en columnas")
        by_row = [c for c in _FIGURES if c in self.columnas]
        if self.periodo == "columnas" and by_row:
            raise ValueError(
                f"{', '.join(by_row)} en columnas pide `periodo: contexto`; si hay un mes por columna, use `periodos`"
            )
        if self.periodo == "contexto" and self.periodos:
            raise ValueError("`periodos` y `periodo: contexto` se excluyen")
        if self.reparar and not any(s.meses == 1 for s in self.periodos):
            raise ValueError("`reparar` necesita series de meses en `periodos`")
        return self

    def expected(self) -> dict[str, Heading]:
        """Return every heading the form must have, by a key that names what it feeds."""
        wanted = dict(self.columnas)
        wanted |= {f"contexto:{key}": names for key, names in self.contexto_columnas.items()}
        for series in self.periodos:
            wanted |= {f"{series.columna}:{month}:{series.meses}": names for month, names in series.headings().items()}
        for item in self.publicado:
            if item.columna:
                wanted[f"publicado:{item.concepto}"] = item.columna
            wanted |= {f"publicado:{item.concepto}:{m}:{item.meses}": names for m, names in item.encabezados.items()}
        return wanted


class Layout(Model):
    """An institution's forms, one edition for each.

    Parameters
    ----------
    nombre, titulo : str
        Its name, and what it is in a few words.
    institucion : str
        Name shown where params give none.
    locale : str
        How the documents write numbers.
    ediciones : dict
        Edition name → `Edition`.
    """

    nombre: str
    titulo: str
    institucion: str
    locale: str
    ediciones: dict[str, Annotated[Edition | Cards, Field(discriminator="clase")]] = Field(min_length=1)

    @field_validator("locale")
    @classmethod
    def _check_locale(cls, value: str) -> str:
        try:
            Locale.parse(value)
        except (ValueError, UnknownLocaleError):
            raise ValueError(f"locale «{value}» desconocido; por ejemplo es_MX, es_PE, es_CO, es_SV") from None
        return value


def read_layout(path: str | Path) -> Layout:
    """Read a layout from its YAML file.

    Raises
    ------
    LayoutError
        A key is unknown, missing or of the wrong kind; all faults are listed.
    """
    path = Path(path)
    return make_model(Layout, read_yaml(path, LayoutError), LayoutError, Place(path.name))


def find_layout(name: str) -> Layout:
    """Return a known layout by its name, or the one in a YAML file.

    Raises
    ------
    LayoutError
        No known layout has that name; the nearest is suggested.

    Examples
    --------
    >>> find_layout("sat-poy")
    Traceback (most recent call last):
    ...
    poa_eval.errors.LayoutError: LayoutError
      se encontró   el layout «sat-poy»
      se esperaba   un layout conocido o la ruta de un YAML
      qué hacer     ¿quiso decir «sat-poi»?
    """
    if Path(name).suffix.lower() in {".yaml", ".yml"}:
        return read_layout(name)
    known = {layout.nombre: layout for layout in known_layouts()}
    if name in known:
        return known[name]
    raise LayoutError(f"el layout «{name}»", "un layout conocido o la ruta de un YAML", suggest_sentence(name, known))


@cache
def known_layouts() -> tuple[Layout, ...]:
    """Return the layouts that come with the package, by name."""
    return tuple(sorted((read_layout(path) for path in _package_files()), key=lambda layout: layout.nombre))


def _package_files() -> Iterator[Path]:
    for entry in resources.files("poa_eval").joinpath("layouts").iterdir():
        if entry.name.endswith(".yaml"):
            with resources.as_file(entry) as path:
                yield path


def list_layouts() -> pd.DataFrame:
    """List the known layouts.

    Returns
    -------
    DataFrame
        Columns `nombre`, `edicion`, `clase`, `titulo`; a row an edition.
    """
    rows = [(la.nombre, name, ed.clase, la.titulo) for la in known_layouts() for name, ed in la.ediciones.items()]
    return pd.DataFrame(rows, columns=["nombre", "edicion", "clase", "titulo"])
