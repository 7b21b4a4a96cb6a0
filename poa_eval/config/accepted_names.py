"""Accepted names: the YAML in which an analyst says which printed names are one, applied on the next load."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from poa_eval.config.models import Model, make_model, read_yaml
from poa_eval.errors import ParamsError, Place
from poa_eval.text.names import normalize

_Name = Annotated[str, Field(pattern=r"\S")]
_Names = dict[_Name, _Name]


class Names(Model):
    """Printed name → its real name, of units, activities and indicators."""

    unidad: _Names = Field(default_factory=dict)
    actividad: _Names = Field(default_factory=dict)
    indicador: _Names = Field(default_factory=dict)

    def by_column(self) -> dict[str, dict[str, str]]:
        """Return the names of each column that has any."""
        return {column: names for column, names in self if names}


def load_names(path: Path) -> Names:
    """Load the file of accepted names.

    Raises ArchivoError: there is no such file; ParamsError: keys are unknown or badly typed, or a name is to be read as
    one that is itself renamed.
    """
    names = make_model(Names, read_yaml(path, ParamsError), ParamsError, Place(path.name))
    for column, pairs in names.by_column().items():
        printed: dict[str, str] = {}
        for name in pairs:
            if printed.setdefault(normalize(name), name) != name:
                raise ParamsError(
                    f"«{printed[normalize(name)]}» y «{name}» en `{column}:`, que son el mismo nombre",
                    "cada nombre impreso una sola vez",
                    "deje uno: los acentos, las mayúsculas y los espacios no cuentan",
                    lugar=Place(path.name),
                )
        for name, real in pairs.items():
            if normalize(real) in printed:
                raise ParamsError(
                    f"«{real}» en `{column}:`, que es a la vez el nombre aceptado de «{name}» y uno que se cambia",
                    "un nombre final por cada nombre impreso",
                    f"escriba junto a «{name}» el nombre que queda al final",
                    lugar=Place(path.name),
                )
    return names
