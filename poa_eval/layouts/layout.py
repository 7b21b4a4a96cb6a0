"""Layouts: YAML files that say where an institution's forms keep their figures."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from babel import Locale, UnknownLocaleError
from pydantic import BeforeValidator, Field, field_validator, model_validator

from poa_eval.config.models import Model
from poa_eval.layouts.cards import Cards
from poa_eval.layouts.faults import find_faults
from poa_eval.layouts.parts import (
    BehaviourRule,
    Header,
    Heading,
    PrintedProgress,
    Published,
    RowSeries,
    Series,
    Target,
    Totals,
)
from poa_eval.layouts.patterns import Pattern
from poa_eval.text.names import normalize
from poa_eval.text.periods import parse_month

#: The cut-off is the last month of which the document has results.
LAST_REPORTED = "ultimo mes con resultados"

Text = Annotated[str, Field(min_length=1)]


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_tuple)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_as_tuple)]


class Edition(Model):
    """One form of an institution: where its tables lie and what their columns are."""

    clase: Literal["tabla"]
    """Rows under a heading."""
    hojas: Texts = ()
    """The sheets to read, by name (`*` for any text); of a sheet without the table only what `contexto` asks for is
    kept."""
    ignorar_hojas: Texts = ()
    """The sheets to leave out: `["Copia*"]`."""
    nombre_hoja: Patterns = ()
    """What the name of a sheet says, as `contexto`: `"{unidad} {trimestre}"`."""
    encabezado: Header = Header()
    """The heading of the table: `{filas: 2}`."""
    lado_a_lado: int = Field(default=1, ge=1, le=4)
    """How many tables stand side by side under the same headings."""
    fin_tabla: Texts = ()
    """What ends a table before the next heading: `fila en blanco`, or first cells."""
    columnas: dict[Target, Heading]
    """The tidy plan's column: its heading, or the list of its spellings, as `actividad: [ACTIVIDAD, ACCIÓN]`.

    A heading may hold `*`, `{ejercicio}` (of several years in one row, params choose), or `[2]` at its end: the second
    from the left; `GRUPO > NOMBRE` stands under a group. `linea_base`, `meta_anual` or `inversion` mapped together with
    its `…_texto` takes each cell for what it is. `comentario` beside periods in columns is of the activity as a whole.
    """
    ignorar: tuple[Heading, ...] = ()
    """Headings left out on purpose."""
    ignorar_filas: tuple[Text | dict[str, str], ...] = ()
    """Rows left out on purpose: `["Subtotal*", {actividad: ""}]`.

    By their first cell (`*` for any ending), or by what columns hold (`""` for blank); each is noted in `contexto`.
    """
    rellenar: Texts = ()
    """Columns whose blank cells mean "as above": `[unidad]`."""
    contexto: Patterns = ()
    """The lines above a table, with placeholders for what they say: `["EJE: {eje}", "{mes}-{anio}"]`.

    `{ejercicio}`, `{anio}` (two digits), `{mes}`, `{trimestre}`, `{corte_mes}`, `{corte_trimestre}`, any column of
    `actividades` or `unidades`, or a name of your own, kept in the table `contexto`. A pattern fits a whole line, or
    one cell of it; ` | ` parts the cells of a row of labels and values: `"Dependencia | {clave} | {unidad}"`.
    """
    contexto_columnas: dict[str, Heading] = Field(default_factory=dict)
    """Columns kept in `contexto` under a name of your own, each text once; `ejercicio` gives the year."""
    componer: dict[Target, Text] = Field(default_factory=dict)
    """A column made of other columns or context: `{unidad_id: "{general}-{auxiliar}"}`."""
    nombres: dict[Target, dict[str, Text]] = Field(default_factory=dict)
    """What a printed name is really called: `{unidad: {"A00 101": Giras y Logística}}`."""
    ejercicio: int | None = Field(default=None, ge=1990, le=2100)
    """The year, for forms that do not print it."""
    periodo: Literal["columnas", "contexto", "fila"] = "columnas"
    """Where the period is said.

    `columnas`: one column a period (`periodos`). `contexto`: above the table; then `programado` and `ejecutado` are
    ordinary `columnas`. `fila`: one row a period; a column is mapped to `periodo` (`ene-25`, `2025-03`, `T1`,
    `I trimestre`), or to `mes`, `trimestre` or `semestre` (bare numbers too), and perhaps `ejercicio`.
    """
    periodos: tuple[Series, ...] = ()
    """The series of figures that stand in one column a period; none for plans without figures."""
    series_por_fila: RowSeries | None = None
    """Programme and results in rows of their own; the series is then `columna: por_fila`."""
    corte: Text | None = None
    """The month up to which the document reports: its name, or `último mes con resultados`."""
    meta_anual: Literal["suma de programado"] | None = None
    """The year's goal where it is not printed and is the sum of the programme."""
    valor_sin_formato: Texts = ()
    """Columns or series (also `publicado`, `todo`) whose percent format is only how a cell is shown: 80, not 8000 %."""
    publicado: tuple[Published, ...] = ()
    """Figures that the document derives and prints."""
    totales: Totals | None = None
    """The rows of totals; leave it out where none are printed.

    A row of totals that is not declared, here or in `ignorar_filas`, is refused by its cell, also where only the unit's
    cell says «Subtotal …».
    """
    reparar: tuple[Literal["meses = trimestres", "trimestres = meta_anual"], ...] = ()
    """Which printed sums put damaged rows right.

    Needs twelve months per series, one series after the other, then per quarter one figure of each.
    """
    vacios: Texts = ()
    """Texts that mean "no figure": `[NP, "#DIV/0!"]`."""
    avance: PrintedProgress | None = None
    """The formula of published progress; without it, the usual one that nearly all figures follow, if there is one."""
    reglas: tuple[BehaviourRule, ...] = ()
    """How some activities behave."""

    @field_validator("columnas")
    @classmethod
    def _check_columns(cls, value: dict[str, Heading]) -> dict[str, Heading]:
        if "actividad" not in value:
            raise ValueError("falta asignar un encabezado a: actividad")
        return value

    @field_validator("corte")
    @classmethod
    def _check_corte(cls, value: str | None) -> str | None:
        if value is not None and normalize(value) != LAST_REPORTED and parse_month(value) is None:
            raise ValueError(f"corte «{value}» no es un mes, ni «último mes con resultados»")
        return value

    @model_validator(mode="after")
    def _check_whole(self) -> Edition:
        if faults := list(find_faults(self)):
            raise ValueError("; ".join(faults))
        return self

    def expected(self) -> dict[str, Heading]:
        """Return every heading the form must have, by a key that names what it feeds."""
        wanted = dict(self.columnas)
        wanted |= {f"contexto:{key}": names for key, names in self.contexto_columnas.items()}
        if self.series_por_fila:
            wanted["serie"] = self.series_por_fila.encabezado
        for series in self.periodos:
            wanted |= {f"{series.columna}:{month}:{series.meses}": names for month, names in series.headings().items()}
        for item in self.publicado:
            if item.columna:
                wanted[f"publicado:{item.concepto}"] = item.columna
            wanted |= {f"publicado:{item.concepto}:{m}:{item.meses}": names for m, names in item.spread().items()}
        return wanted


class Layout(Model):
    """An institution's forms, one edition for each; `locale` is how the documents write numbers."""

    nombre: str
    """Its name, by which params and `--layout` name it."""
    titulo: str
    """What the document is called."""
    institucion: str
    """Whose it is."""
    locale: str
    """How the documents write numbers: `es_MX`, `es_PE`, `es_CO`, `pt_BR` …."""
    ediciones: dict[str, Annotated[Edition | Cards, Field(discriminator="clase")]] = Field(min_length=1)
    """One form after another, by a name such as the year: a new form of the same institution is one more."""

    @field_validator("locale")
    @classmethod
    def _check_locale(cls, value: str) -> str:
        try:
            Locale.parse(value)
        except (ValueError, UnknownLocaleError):
            raise ValueError(f"locale «{value}» desconocido; por ejemplo es_MX, es_PE, es_CO, es_SV") from None
        return value
