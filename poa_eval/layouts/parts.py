"""Parts of the layout of a table: headings, periods, printed figures, totals and rules."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from poa_eval.config.models import Model
from poa_eval.plan.accumulation import DEFAULT
from poa_eval.plan.schema import COLUMNS, DESCRIBING, NUMBER, AccumulationName, Concept, Direction, Length
from poa_eval.text.names import suggest_sentence
from poa_eval.text.periods import LENGTHS, MONTHS, find_month

#: How an activity behaves where nothing says otherwise.
BEHAVIOUR = {
    "sentido": "ascendente",
    "acumulacion": "suma",
    "acumulacion_programado": "suma",
    "acumulacion_origen": DEFAULT,
}

FIGURE_COLUMNS = ("programado", "ejecutado", "programado_inicial", "numerador", "denominador")
#: Columns that say the period of a row, in tables of one row a period.
PERIOD_COLUMNS = ("periodo", "mes", "trimestre", "semestre", "ejercicio")
#: What a column of a `tabla` may be mapped to.
TARGETS = {"unidad_id", "unidad", "responsable", "comentario", *FIGURE_COLUMNS, *PERIOD_COLUMNS}
TARGETS |= {c for c in COLUMNS["actividades"] if not c.endswith("_id")} - {"fuente", "identidad", "acumulacion_origen"}


#: Those of them that a table on other sheets may give (`unir`): texts that describe.
JOINED = {"unidad_id", "unidad", "responsable", "actividad", *DESCRIBING} & {
    c for c in TARGETS if COLUMNS["actividades"].get(c) != NUMBER
}


def _check_target(name: str) -> str:
    if name not in TARGETS:
        raise ValueError(f"columna «{name}» desconocida; {suggest_sentence(name, sorted(TARGETS))}")
    return name


#: A column of the tidy plan.
Target = Annotated[str, AfterValidator(_check_target)]


def _as_texts(value: Any) -> Any:
    listed = value if isinstance(value, list | tuple) else (value,)
    return tuple(str(item) if isinstance(item, int) and not isinstance(item, bool) else item for item in listed)


def _as_month(value: Any) -> int:
    month = find_month("mes", str(value))
    if month is None:
        raise ValueError(f"«{value}» no es un mes")
    return month


def _check_shares(parts: tuple[float, ...]) -> tuple[float, ...]:
    if parts and (len(parts) not in (1, 2, 3, 4, 6, 12) or parts[-1] != 100 or list(parts) != sorted(parts)):
        raise ValueError(
            "diga qué parte de la meta del año, en porcentaje, vence al cierre de cada trimestre o mes, hasta 100: "
            "[25, 50, 75, 100]"
        )
    return parts


#: Parts of the year's goal that are due by the close of its periods, in percent.
Shares = Annotated[tuple[Annotated[float, Field(ge=0, le=100)], ...], AfterValidator(_check_shares)]

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


class _Spread(Model):
    """One heading per period: in order, by closing month, or by a pattern such as ``T{trimestre} META``."""

    encabezados: dict[Annotated[int, Field(ge=1, le=12)], Heading] = Field(default_factory=dict)
    patron: Heading | None = None
    meses: Length = 12

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

    columna: Literal[
        "programado", "ejecutado", "programado_inicial", "numerador", "denominador", "comentario", "por_fila"
    ]
    grupo: str | None = None
    acumulado: bool = False
    marcas: Annotated[tuple[str, ...], BeforeValidator(_as_texts)] = ()

    @model_validator(mode="after")
    def _check_one(self) -> "Series":
        if not self.encabezados and not self.patron:
            raise ValueError("declare `encabezados` (uno por periodo) o `patron` (uno para todos)")
        if self.acumulado and self.columna not in ("programado", "ejecutado"):
            raise ValueError("`acumulado: true` va con `columna: programado` o `ejecutado`")
        if self.marcas and (self.columna != "programado" or self.acumulado):
            raise ValueError("`marcas` va con `columna: programado` y sin `acumulado`: dicen cuándo, no cuánto")
        if self.encabezados and "meses" not in self.model_fields_set:
            raise ValueError("con los meses de cierre como claves, falta `meses` (cuántos dura cada periodo)")
        return self

    def headings(self) -> dict[int, Heading]:
        """Return closing month → headings with their group."""
        return self.spread(self.grupo)


class Span(Model):
    """The months of the year that a plan is of."""

    desde: Annotated[int, BeforeValidator(_as_month)]
    hasta: Annotated[int, BeforeValidator(_as_month)]

    @model_validator(mode="after")
    def _check_order(self) -> "Span":
        if self.desde > self.hasta:
            raise ValueError("`desde` es posterior a `hasta`; un plan es de un solo año (`ejercicio`)")
        return self


class RowSeries(Model):
    """The column that says which figure a row holds, and the texts by which it says so; `ignorar` are other rows."""

    encabezado: Heading
    ignorar: Heading | None = None
    programado: Heading | None = None
    ejecutado: Heading | None = None
    programado_inicial: Heading | None = None
    numerador: Heading | None = None
    denominador: Heading | None = None

    def texts(self) -> dict[str, Heading]:
        """Return figure → texts."""
        return {name: texts for name in (*FIGURE_COLUMNS, "ignorar") if (texts := getattr(self, name))}


class Published(_Spread):
    """A derived figure that the document itself prints: per period, or once a row (`columna`)."""

    concepto: Concept
    columna: Heading | None = None

    @model_validator(mode="after")
    def _check_one(self) -> "Published":
        if bool(self.columna) == bool(self.encabezados or self.patron):
            raise ValueError("declare `columna` (una cifra por fila) o `encabezados` (una por periodo)")
        return self


class Joined(Model):
    """A table on other sheets of the document that says more of what a code stands for: the names of units.

    `clave` is the edition's column that holds the code, and the heading of the code there.
    """

    hojas: Heading
    encabezado: Header = Header()
    clave: dict[str, Heading] = Field(min_length=1, max_length=1)
    columnas: dict[Target, Heading] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_texts(self) -> "Joined":
        bad = [name for name in self.columnas if name not in JOINED]
        if bad:
            raise ValueError(
                f"unir: «{bad[0]}» no es un texto; las cifras de otra tabla van como otra fuente, con `identidad: "
                "[codigo]` en ambos layouts"
            )
        return self


class Totals(Model):
    """The rows of totals: the texts that mark them (``*`` for any ending), and what they are worth."""

    texto: Heading
    suma_segun_documento: bool = False


class ProgressFormula(Model):
    """The formula by which the document itself computes progress towards the year.

    ``razones_ponderadas`` is Σ ejecutado / programado × peso of each period to date; the weights are given by
    the length of the period in months.
    """

    formula: Literal["razones_ponderadas"]
    pesos: dict[int, float]
    texto: str


class BehaviourRule(Model):
    """How the activities that match `cuando` behave; a later rule prevails."""

    cuando: dict[str, Heading]
    sentido: Direction | None = None
    acumulacion: AccumulationName | None = None
    acumulacion_programado: AccumulationName | None = None
    porque: str
