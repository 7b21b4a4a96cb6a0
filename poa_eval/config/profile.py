"""Profiles: the thresholds by which an institution judges, each with its source."""

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from poa_eval.config.models import Model, make_model, read_yaml
from poa_eval.errors import LayoutError, Place
from poa_eval.text.names import suggest_sentence

#: What binary fractions may add to a percentage or take from it: 1.1 + 1.1 + 1.1 of 3 are 110 %.
ROUNDING = 1e-9
#: States of an activity in a window, from best to worst, then those without a percentage.
STATES = (
    *("sobrecumplida", "cumplida", "casi cumplida", "en riesgo", "crítica"),
    *("sin reporte", "no programada", "no evaluable"),
)


class Threshold(Model):
    """A value in percent, where it comes from, and whether someone checked that."""

    valor: float = Field(ge=0)
    fuente: str
    verificado: bool


class Bands(Model):
    """Lower bounds of the states, in percent; `sobrecumplida` begins above its value."""

    sobrecumplida: Threshold
    cumplida: Threshold
    casi_cumplida: Threshold
    en_riesgo: Threshold

    @model_validator(mode="after")
    def _check_order(self) -> "Bands":
        values = [band.valor for _, band in self]
        if values != sorted(values, reverse=True) or self.cumplida.valor > 100:
            raise ValueError("las bandas van de mayor a menor, desde sobrecumplida; cumplida, a lo más 100")
        return self


class Range(Model):
    """The range, in percent of the target, in which a `regular` or `nominal` indicator is met."""

    minimo: float
    maximo: float
    fuente: str
    verificado: bool

    @model_validator(mode="after")
    def _check_order(self) -> "Range":
        if self.minimo > self.maximo:
            raise ValueError("`minimo` no puede pasar de `maximo`")
        return self


class Profile(Model):
    """How results are judged.

    `principal` is the figure that leads, `denominador` what the proportion of goals met divides by: ``evaluadas``, or
    ``exigibles``, all that was due, unreported included.
    """

    nombre: str
    titulo: str
    nota: str
    bandas: Bands
    cobertura_minima: Threshold  # coverage of reports below which a unit is not ranked
    principal: str  # a figure of `metrics.registry`
    rangos: dict[Literal["regular", "nominal"], Range] = Field(default_factory=dict)  # without one: not evaluable
    denominador: Literal["evaluadas", "exigibles"] = "evaluadas"
    denominador_fuente: str | None = None  # where that formula comes from

    @field_validator("principal", mode="before")
    @classmethod
    def _check_principal(cls, value: object, info: ValidationInfo) -> object:
        if info.context is not None and value not in info.context:
            raise ValueError(f"se encontró «{value}»; opciones: {', '.join(info.context)}")
        return value

    def count_base(self, evaluadas: int, sin_reporte: int) -> int:
        """Return how many activities the proportion of goals met divides by.

        Examples
        --------
        >>> [find_profile(name).count_base(9, 4) for name in ("neutro", "realizadas")]
        [9, 13]
        """
        return evaluadas + sin_reporte if self.denominador == "exigibles" else evaluadas

    @property
    def formula_proporcion(self) -> str:
        """Return the formula of the proportion of goals met, in words for a reader, with its source.

        Examples
        --------
        >>> find_profile("neutro").formula_proporcion
        'cumplidas / evaluadas × 100'
        """
        text = f"cumplidas / {self.denominador} × 100"
        if self.denominador == "exigibles":
            text += "; divide entre todo lo que vencía, también lo no reportado"
        return f"{text}. Fuente: {self.denominador_fuente}" if self.denominador_fuente else text

    def state_of(self, percentage: float) -> str:
        """Return the state of a percentage.

        Examples
        --------
        >>> [find_profile("neutro").state_of(p) for p in (110.5, 110, 99.9, 89, 12)]
        ['sobrecumplida', 'cumplida', 'casi cumplida', 'en riesgo', 'crítica']
        """
        bands = self.bandas
        if percentage > bands.sobrecumplida.valor + ROUNDING:
            return "sobrecumplida"
        named = ((name.replace("_", " "), band.valor) for name, band in bands if band is not bands.sobrecumplida)
        return next((name for name, lower in named if percentage >= lower - ROUNDING), "crítica")


@cache
def find_profile(name: str, principals: tuple[str, ...] | None = None) -> Profile:
    """Return a profile by its name, or the one in a YAML file; its principal figure is one of those given.

    Raises LayoutError: no profile has that name, or its YAML is wrong.
    """
    path = Path(name)
    if path.suffix.lower() not in {".yaml", ".yml"}:
        with resources.as_file(resources.files("poa_eval.config").joinpath("profiles")) as folder:
            known = {file.stem: file for file in folder.glob("*.yaml")}
        if name not in known:
            hint = suggest_sentence(name, sorted(known))
            raise LayoutError(f"el perfil «{name}»", "un perfil conocido o la ruta de un YAML", hint)
        path = known[name]
    return make_model(Profile, read_yaml(path, LayoutError), LayoutError, Place(path.name), context=principals)
