"""Profiles: the thresholds by which an institution judges, each with its source."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import Field

from poa_eval.config import Model, make_model, read_yaml
from poa_eval.errors import LayoutError, Place
from poa_eval.names import suggest_sentence

#: States of an activity in a window, from best to worst, then those without a percentage.
STATES = (
    "sobrecumplida",
    "cumplida",
    "casi cumplida",
    "en riesgo",
    "crítica",
    "sin reporte",
    "no programada",
    "no evaluable",
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


class Range(Model):
    """The range, in percent of the target, in which a `regular` or `nominal` indicator is met."""

    minimo: float
    maximo: float
    fuente: str
    verificado: bool


class Profile(Model):
    """How results are judged.

    Parameters
    ----------
    bandas : Bands
        Lower bounds of the states.
    cobertura_minima : Threshold
        Coverage of reports below which a unit is not ranked.
    principal : str
        The figure that leads.
    rangos : dict
        `sentido` (``regular``, ``nominal``) → `Range`; without one they are not evaluable.
    """

    nombre: str
    titulo: str
    nota: str
    bandas: Bands
    cobertura_minima: Threshold
    principal: Literal["proporcion_cumplidas", "promedio_topado", "promedio_ponderado", "volumen"]
    rangos: dict[Literal["regular", "nominal"], Range] = Field(default_factory=dict)

    def state_of(self, percentage: float) -> str:
        """Return the state of a percentage.

        Examples
        --------
        >>> [find_profile("neutro").state_of(p) for p in (110.5, 110, 99.9, 89, 12)]
        ['sobrecumplida', 'cumplida', 'casi cumplida', 'en riesgo', 'crítica']
        """
        bands = self.bandas
        if percentage > bands.sobrecumplida.valor:
            return "sobrecumplida"
        if percentage >= bands.cumplida.valor - 1e-9:
            return "cumplida"
        if percentage >= bands.casi_cumplida.valor:
            return "casi cumplida"
        return "en riesgo" if percentage >= bands.en_riesgo.valor else "crítica"


@cache
def find_profile(name: str) -> Profile:
    """Return a profile by its name, or the one in a YAML file.

    Raises
    ------
    LayoutError
        No profile has that name, or its YAML is wrong.
    """
    if Path(name).suffix.lower() in {".yaml", ".yml"}:
        return make_model(Profile, read_yaml(Path(name), LayoutError), LayoutError, Place(Path(name).name))
    known = {
        Path(e.name).stem: e
        for e in resources.files("poa_eval").joinpath("profiles").iterdir()
        if e.name.endswith(".yaml")
    }
    if name not in known:
        raise LayoutError(
            f"el perfil «{name}»", "un perfil conocido o la ruta de un YAML", suggest_sentence(name, sorted(known))
        )
    with resources.as_file(known[name]) as path:
        return make_model(Profile, read_yaml(path, LayoutError), LayoutError, Place(path.name))
