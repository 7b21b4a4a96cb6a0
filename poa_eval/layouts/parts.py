"""Parts of the layout of a table: headings, periods, printed figures, totals and rules."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from poa_eval.config.models import Model
from poa_eval.plan.schema import COLUMNS, AccumulationName, Concept, Direction, Length
from poa_eval.text.names import suggest_sentence
from poa_eval.text.periods import LENGTHS, MONTHS

#: How an activity behaves where nothing says otherwise.
BEHAVIOUR = {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma"}

FIGURE_COLUMNS = ("programado", "ejecutado", "programado_inicial")
#: Columns that say the period of a row, in tables of one row a period.
PERIOD_COLUMNS = ("periodo", "mes", "trimestre", "semestre", "ejercicio")
#: What a column of a `tabla` may be mapped to.
TARGETS = {"unidad_id", "unidad", "responsable", "comentario", *FIGURE_COLUMNS, *PERIOD_COLUMNS}
TARGETS |= {c for c in COLUMNS["actividades"] if not c.endswith("_id") and c != "fuente"}


def _check_target(name: str) -> str:
    if name not in TARGETS:
        raise ValueError(f"columna «{name}» desconocida; {suggest_sentence(name, sorted(TARGETS))}")
    return name


#: A column of the tidy plan.
Target = Annotated[str, AfterValidator(_check_target)]


def _as_texts(value: Any) -> Any:
    listed = value if isinstance(value, list | tuple) else (value,)
    return tuple(str(item) if isinstance(item, int) and not isinstance(item, bool) else item for item in listed)


#: One heading in the spellings it has been seen in; ``GRUPO > NOMBRE`` names a heading under a group.
Heading = Annotated[tuple[str, ...], BeforeValidator(_as_texts), Field(min_length=1)]


def show_heading(alias: str) -> str:
    """Return a heading as messages show it: ``T{trimestre=3} {ejercicio}`` as ``T3 {ejercicio}``."""

    def name(found: re.Match[str]) -> str:
        number = int(found[2])
        return MONTHS[number - 1].upper() if found[1] == "mes" else str(number)

    return re.sub(r"\{(\w+)=(\d+)\}", name, alias)


class Header(Model):
    """The heading of a table: how many rows it takes."""

    filas: int = Field(default=1, ge=1, le=4)
    """How many rows the heading takes."""


class _Spread(Model):
    """One heading per period: in order, by closing month, or by a pattern such as ``T{trimestre} META``."""

    encabezados: dict[Annotated[int, Field(ge=1, le=12)], Heading] = Field(default_factory=dict)
    """The headings of a year's 12, 6, 4, 3, 2 or 1 periods in order, or closing month: heading, with `meses`.

    Headings that repeat (`E F M A M J J …`) are taken from left to right.
    """
    patron: Heading | None = None
    """All of them by one wording: `"T{trimestre}. PLANEADO {ejercicio}"`.

    With `{mes}` (any usual spelling, 1–12, Portuguese), `{bimestre}`, `{trimestre}`, `{cuatrimestre}` or `{semestre}`.
    """
    meses: Length = 12
    """How many months a period lasts; needed with closing months alone."""

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        listed = data.get("encabezados")
        if isinstance(listed, list):
            if len(listed) not in (1, 2, 3, 4, 6, 12):
                raise ValueError(
                    f"encabezados tiene {len(listed)} elementos; un año se parte en 12, 6, 4, 3, 2 o 1 periodos"
                )
            length = 12 // len(listed)
            data = {**data, "meses": length, "encabezados": {length * (i + 1): name for i, name in enumerate(listed)}}
        if data.get("patron"):
            names = {name for alias in _as_texts(data["patron"]) for name in re.findall(r"\{(\w+)\}", str(alias))}
            numbered = sorted(names & set(LENGTHS))
            if len(numbered) != 1 or listed:
                raise ValueError(
                    "`patron` pide un solo marcador de periodo ({" + "}, {".join(LENGTHS) + "}) y excluye `encabezados`"
                )
            data = {**data, "meses": LENGTHS[numbered[0]]}
        return data

    def spread(self, group: str | None = None) -> dict[int, Heading]:
        """Return closing month → headings, with their group."""
        prefix = f"{group} > " if group else ""
        found = self.encabezados
        if self.patron:
            name = next(name for name, length in LENGTHS.items() if length == self.meses)
            found = {
                self.meses * n: tuple(alias.replace(f"{{{name}}}", f"{{{name}={n}}}") for alias in self.patron)
                for n in range(1, 12 // self.meses + 1)
            }
        return {month: tuple(prefix + alias for alias in names) for month, names in found.items()}


class Series(_Spread):
    """A figure that stands in one column per period: 12 months, 4 quarters, 2 half-years or 1 year.

    `encabezados` lists the periods of a year in order, or names each by its closing month; `patron` names them all.
    ``por_fila`` is the figure that the row says (`series_por_fila`).
    """

    columna: Literal["programado", "ejecutado", "programado_inicial", "comentario", "por_fila"]
    """What it is; `por_fila`: what the row says (`series_por_fila`)."""
    grupo: str | None = None
    """The heading above its headings."""

    @model_validator(mode="after")
    def _check_one(self) -> Series:
        if not self.encabezados and not self.patron:
            raise ValueError("declare `encabezados` (uno por periodo) o `patron` (uno para todos)")
        if self.encabezados and "meses" not in self.model_fields_set:
            raise ValueError("con los meses de cierre como claves, falta `meses` (cuántos dura cada periodo)")
        return self

    def headings(self) -> dict[int, Heading]:
        """Return closing month → headings with their group."""
        return self.spread(self.grupo)


class RowSeries(Model):
    """The column that says which figure a row holds, and the texts by which it says so; `ignorar` are other rows."""

    encabezado: Heading
    """The heading of the column that says which."""
    ignorar: Heading | None = None
    """Texts of rows that are left out."""
    programado: Heading | None = None
    """Texts of rows of the programme."""
    ejecutado: Heading | None = None
    """Texts of rows of results."""
    programado_inicial: Heading | None = None
    """Texts of rows of the first programme, before it was changed."""

    def texts(self) -> dict[str, Heading]:
        """Return figure → texts."""
        return {name: texts for name in (*FIGURE_COLUMNS, "ignorar") if (texts := getattr(self, name))}


class Published(_Spread):
    """A derived figure that the document itself prints: per period, or once a row (`columna`)."""

    concepto: Concept
    """What the figure is."""
    columna: Heading | None = None
    """Its heading, where there is one figure a row."""

    @model_validator(mode="after")
    def _check_one(self) -> Published:
        if bool(self.columna) == bool(self.encabezados or self.patron):
            raise ValueError("declare `columna` (una cifra por fila) o `encabezados` (una por periodo)")
        return self


class Totals(Model):
    """The rows of totals: the texts that mark them (``*`` for any ending), and what they are worth."""

    texto: Heading
    """The text, or texts, that mark such a row (`*` for any ending)."""
    suma_segun_documento: bool = False
    """The document adds up different units of measure; else its totals themselves show whether they count
    percentages."""


class PrintedProgress(Model):
    """The formula by which the document itself computes progress towards the year.

    ``razones_ponderadas`` is Σ ejecutado / programado × peso of each period to date; the weights are given by
    the length of the period in months.
    """

    formula: Literal["razones_ponderadas"]
    """Σ ejecutado / programado × peso of each period to date."""
    pesos: dict[int, float]
    """The weight of a period by its length in months, in percent: `{1: 8.33, 3: 25}`."""
    texto: str
    """The formula in words, as reports name it."""


class BehaviourRule(Model):
    """How the activities that match `cuando` behave; a later rule prevails."""

    cuando: dict[Target, str]
    """The texts of an activity that the rule is for: `{unidad_medida: "%"}`."""
    sentido: Direction | None = None
    """Which way is better."""
    acumulacion: AccumulationName | None = None
    """How the results of periods add up."""
    acumulacion_programado: AccumulationName | None = None
    """How their programme does."""
    porque: str
    """The reason, as reports give it."""
