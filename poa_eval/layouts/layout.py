"""Layouts: YAML files that say where an institution's forms keep their figures."""

import re
from typing import Annotated, Any, Literal

from babel import Locale, UnknownLocaleError
from pydantic import BeforeValidator, Field, field_validator, model_validator

from poa_eval.config.models import Model
from poa_eval.layouts.cards import Cards
from poa_eval.layouts.idle import NUMBERS, find_idle
from poa_eval.layouts.parts import (
    FIGURE_COLUMNS,
    PERIOD_COLUMNS,
    BehaviourRule,
    Header,
    Heading,
    Joined,
    ProgressFormula,
    Published,
    RowSeries,
    Series,
    Shares,
    Span,
    Target,
    Totals,
)
from poa_eval.layouts.patterns import Pattern, list_said
from poa_eval.layouts.shorthand import part_columns
from poa_eval.plan.schema import CHOICES
from poa_eval.text.names import normalize, suggest_sentence
from poa_eval.text.periods import parse_month

#: Parts in the key of an expected heading the name of a column from the number of a further one that may hold it.
FURTHER = "@"
#: The cut-off is the last month of which the document has results.
LAST_REPORTED = "ultimo mes con resultados"
#: Columns of a table of one row a period; the year alone is none.
_ROW_PERIODS = PERIOD_COLUMNS[:-1]

Text = Annotated[str, Field(min_length=1)]


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_tuple)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_as_tuple)]


class Edition(Model):
    """One form of an institution: where its tables lie and what their columns are."""

    clase: Literal["tabla"]
    hojas: Texts = ()
    ignorar_hojas: Texts = ()
    nombre_hoja: Patterns = ()
    encabezado: Header = Header()
    lado_a_lado: int = Field(default=1, ge=1, le=4)
    fin_tabla: Texts = ()
    columnas: dict[Text, Heading]
    primera: dict[Text, tuple[Heading, ...]] = Field(default_factory=dict)
    opcionales: Texts = ()
    ignorar: tuple[Heading, ...] = ()
    filas_ocultas: Literal["leer", "ignorar"] = "leer"
    ignorar_filas: tuple[Text | dict[str, str], ...] = ()
    rellenar: Texts = ()
    identidad: Texts = ()
    contexto: Patterns = ()
    notas: Texts = ()
    vale_hasta: dict[Text, Literal["otra"]] = Field(default_factory=dict)
    unir: tuple[Joined, ...] = ()
    tablas: tuple["Edition", ...] = ()
    contexto_columnas: dict[str, Heading] = Field(default_factory=dict)
    componer: dict[Target, Text] = Field(default_factory=dict)
    nombres: dict[Target, dict[str, Text]] = Field(default_factory=dict)
    ejercicio: int | None = Field(default=None, ge=1990, le=2100)
    valores: dict[Literal["acumulacion", "acumulacion_programado", "sentido", "unidad_medida"], dict[Text, Text]] = (
        Field(default_factory=dict)
    )
    periodo: Literal["columnas", "contexto", "fila"] = "columnas"
    periodos: tuple[Series, ...] = ()
    series_por_fila: RowSeries | None = None
    vacio_es_cero: bool = False
    vigencia: Span | None = None
    registro: bool = False
    corte: Text | None = None
    meta_anual: Literal["suma de programado"] | None = None
    parte_del_anio: Shares = ()
    valor_sin_formato: Texts = ()
    publicado: tuple[Published, ...] = ()
    totales: Totals | None = None
    reparar: tuple[Literal["meses = trimestres", "trimestres = meta_anual"], ...] = ()
    vacios: Texts = ()
    avance: ProgressFormula | None = None
    reglas: tuple[BehaviourRule, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _part_columns(cls, data: Any) -> Any:
        return part_columns(data)

    @field_validator("valores")
    @classmethod
    def _check_values(cls, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for name, texts in value.items():
            choices = CHOICES.get(("actividades", name), ())
            bad = next((text for text in texts.values() if choices and text not in choices), None)
            if bad is not None:
                raise ValueError(f"{name}: «{bad}» no es ninguno de: {', '.join(map(str, choices))}")
        return value

    @field_validator("corte")
    @classmethod
    def _check_corte(cls, value: str | None) -> str | None:
        if value is not None and normalize(value) != LAST_REPORTED and parse_month(value) is None:
            raise ValueError(f"corte «{value}» no es un mes, ni «último mes con resultados»")
        return value

    @model_validator(mode="after")
    def _check_whole(self) -> "Edition":
        """Refuse keys that contradict one another, all at once."""
        columns, by_row = self.columnas, [name for name in FIGURE_COLUMNS if name in self.columnas]
        said = self.said
        skipped = [name for item in self.ignorar_filas if isinstance(item, dict) for name in item]
        faults = [] if "actividad" in said else ["columnas: falta asignar un encabezado a: actividad"]
        faults += [
            f"identidad: «{name}» no está en columnas ni en contexto"
            for name in self.identidad
            if name not in said | {"unidad"}
        ]
        faults += [
            f"vale_hasta: «{name}» no está en contexto" for name in self.vale_hasta if name not in said - {*columns}
        ]
        faults += [
            f"unir: «{name}» no está en columnas ni en contexto"
            for item in self.unir
            for name in item.clave
            if name not in said
        ]
        faults += [f"rellenar: «{name}» no está en columnas" for name in self.rellenar if name not in columns]
        faults += [f"ignorar_filas: «{name}» no está en columnas" for name in skipped if name not in columns]
        for rule in self.reglas:
            faults += [
                f"reglas: «{name}» no está en columnas ni en contexto" for name in rule.cuando if name not in said
            ]
            faults += [] if rule.cuando else ["reglas: `cuando:` está vacío, y la regla valdría para todo"]
        contradictions = {
            f"{', '.join(by_row)} en columnas pide `periodo: contexto` (el periodo está encima de la tabla) o "
            "`periodo: fila` (en una columna); si hay un mes por columna, use `periodos`": (
                self.periodo == "columnas" and by_row
            ),
            f"`periodos` y `periodo: {self.periodo}` se excluyen": self.periodo != "columnas" and self.periodos,
            "`registro: true` va con un renglón por reporte: `periodo: fila` o `periodo: contexto`": (
                self.registro and self.periodo == "columnas"
            ),
            "`periodo: fila` va con una columna del periodo: " + ", ".join(_ROW_PERIODS): (
                (self.periodo == "fila") == columns.keys().isdisjoint(_ROW_PERIODS)
            ),
            "`series_por_fila` va con una serie `columna: por_fila` en `periodos`, y al revés": (
                (self.series_por_fila is None) == any(series.columna == "por_fila" for series in self.periodos)
            ),
            "`reparar` necesita series de meses en `periodos`": (
                self.reparar and not any(series.meses == 1 for series in self.periodos)
            ),
            "`meta_anual: suma de programado` y `meta_anual` en columnas se excluyen": (
                self.meta_anual and "meta_anual" in columns
            ),
        }
        faults += [text for text, is_so in contradictions.items() if is_so]
        faults += find_idle(self, said | {*self.componer})
        bare = [name for name in self.valor_sin_formato if name not in NUMBERS]
        hints = (f"«{name}» no es una columna de números; {suggest_sentence(name, NUMBERS)}" for name in bare)
        faults += [f"valor_sin_formato: {hint}" for hint in hints]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def counted(self) -> tuple[Series, ...]:
        """The series of figures; the others are marks."""
        return tuple(series for series in self.periodos if not series.marcas)

    @property
    def said(self) -> set[str]:
        """The names of what rows may hold: columns, and what lines, sheets and headings say of them."""
        lines = " ".join((*self.contexto, *self.nombre_hoja))
        headings = (heading for names in self.columnas.values() for heading in names)
        joined = (name for item in self.unir for name in item.columnas)
        return {*self.columnas, *re.findall(r"\{(\w+)\}", lines), *list_said(headings), *joined}

    @property
    def has_results(self) -> bool:
        """Whether the form has a place for results."""
        series = {item.columna for item in self.periodos} | {*self.columnas}
        printed = {item.concepto for item in self.publicado}
        return (
            not series.isdisjoint(("ejecutado", "numerador", "por_fila"))
            or any(part.has_results for part in self.tablas)
            or bool(self.reparar)
            or (not printed.isdisjoint(("ejecutado", "avance_pct", "avance_absoluto", "cumplimiento")))
        )

    def optional(self) -> list[set[str]]:
        """Return the keys of each series or printed figure that a pattern names: it takes the periods there are."""
        spread: list[tuple[str, Series | Published]] = [(series.columna, series) for series in self.periodos]
        spread += [(f"publicado:{item.concepto}", item) for item in self.publicado]
        return [{f"{name}:{m}:{item.meses}" for m in item.spread()} for name, item in spread if item.patron]

    def expected(self) -> dict[str, Heading]:
        """Return every heading the form must have, by a key that names what it feeds."""
        wanted = dict(self.columnas)
        for key, listed in self.primera.items():
            wanted |= {f"{key}{FURTHER}{n}": names for n, names in enumerate(listed[1:], start=2)}
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
