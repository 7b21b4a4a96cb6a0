"""Parameters of a quarter: one YAML file, or the variables of a notebook."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from poa_eval.config.models import Model, make_model, read_yaml
from poa_eval.errors import ParamsError, Place


class Source(Model):
    """A document of the year: its file, its layout, and whether it corrects the earlier ones."""

    archivo: str = Field(min_length=1)
    layout: str | None = None
    reemplaza: bool = False
    identidad: tuple[str, ...] = ()  # the columns that identify an activity, instead of the layout's


class Params(Model):
    """What a quarter's run needs."""

    institucion: str = Field(min_length=1)  # name on the reports
    ejercicio: int = Field(ge=1990, le=2100)  # year of the plan
    trimestre: int = Field(ge=1, le=4)
    fecha_corte: dt.date  # date on the reports; periods that close after it are not due
    fuentes: tuple[Source, ...] = Field(min_length=1)  # documents in the order of their issue
    perfil: str = "neutro"  # name of a profile, or its YAML file
    nombres: str | None = Field(default=None, min_length=1)  # YAML file of the names that the analyst takes for one
    respuestas: tuple[Annotated[str, Field(min_length=1)], ...] = ()  # answered workbooks, or folders of them

    @field_validator("fecha_corte", mode="before")
    @classmethod
    def _refuse_number(cls, value: object) -> object:
        if not isinstance(value, str | dt.date):
            raise ValueError(f"se encontró «{value}»; debe ser una fecha AAAA-MM-DD")  # noqa: TRY004
        return value

    @field_validator("ejercicio", "trimestre", mode="before")
    @classmethod
    def _refuse_text(cls, value: object) -> object:
        if isinstance(value, bool | str | float):
            raise ValueError(f"se encontró «{value}»; debe ser un número entero")  # noqa: TRY004  (pydantic wants it)
        return value

    @model_validator(mode="after")
    def _check_date(self) -> "Params":
        if self.fecha_corte < dt.date(self.ejercicio, 1, 1):
            raise ValueError(f"fecha_corte {self.fecha_corte} es anterior al ejercicio {self.ejercicio}")
        return self

    def plain(self) -> dict[str, object]:
        """Return the parameters as YAML and papermill know them: texts, numbers, lists."""
        values = self.model_dump(mode="json")
        return values if self.nombres else {key: value for key, value in values.items() if key != "nombres"}


def load_params(path: str | Path) -> Params:
    """Load a params file.

    Raises ArchivoError: there is no such file; ParamsError: keys are unknown, missing or badly typed; all are listed.
    """
    path = Path(path)
    if path.is_file() and path.suffix.lower() not in {".yaml", ".yml"}:
        raise ParamsError(
            f"un archivo «{path.suffix}»",
            "un archivo de parámetros (.yaml)",
            "indique uno de la carpeta params/; un documento se nombra dentro de él, en `fuentes:`",
            lugar=Place(path.name),
        )
    return make_model(Params, read_yaml(path, ParamsError), ParamsError, Place(path.name))


def make_params(values: Mapping[str, object]) -> Params:
    """Make params of a mapping, such as the variables of a notebook.

    Raises ParamsError: keys are unknown, missing or badly typed; all faults are listed.

    Examples
    --------
    >>> make_params({"institucion": "M", "ejercicio": 2023, "trimestre": 5, "fecha_corte": "2023-03-31", "fuente": []})
    Traceback (most recent call last):
    ...
    poa_eval.errors.ParamsError: ParamsError
      se encontró   «trimestre»: se encontró «5»; debe ser a lo más 4
                    «fuentes»: falta esta clave
                    «fuente»: clave desconocida; ¿quiso decir «fuentes»?
      se esperaba   las claves institucion, ejercicio, trimestre, fecha_corte, fuentes, perfil, nombres, respuestas
      qué hacer     corrija cada clave citada
    """
    return make_model(Params, dict(values), ParamsError, Place())


def find_root(start: str | Path) -> Path:
    """Return the project's root: the nearest folder upwards that holds both ``notebooks`` and ``params``.

    Where there is none it is the folder to start from.
    """
    start = Path(start).resolve()
    start = start if start.is_dir() else start.parent
    for folder in (start, *start.parents):
        if (folder / "notebooks").is_dir() and (folder / "params").is_dir():
            return folder
    return start


def find_project(params_path: str | Path) -> Path:
    """Return the project of a params file, or else the one that the command runs in."""
    root = find_root(params_path)
    return root if (root / "notebooks").is_dir() else find_root(Path.cwd())
