"""Accepted names: which printed names an analyst takes for one, kept in a YAML that is applied on the next load."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import Field

from poa_eval.config.models import Model, make_model, read_yaml
from poa_eval.errors import ParamsError, Place
from poa_eval.loaders.document import ACCEPTED
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
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

    Raises
    ------
    ArchivoError
        There is no such file.
    ParamsError
        Keys are unknown or badly typed, or a name is to be read as one that is itself renamed.
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


def note_names(plan: Plan, names: Names, source: str) -> Plan:
    """Return the plan with a note of each accepted name: in whose rows it was applied, or that it matched nothing."""
    used = plan.contexto["clave"].str.startswith(f"{ACCEPTED}/")
    seen: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for note in plan.contexto[used].to_dict("records"):
        _, column, key = note["clave"].split("/", 2)
        seen.setdefault((column, note["texto"]), []).append((key, note["fuente"]))
    rows = [row for column in names.by_column() for row in _list_notes(names, column, seen, source)]
    context = pd.concat([plan.contexto[~used], make_table("contexto", rows)], ignore_index=True)
    return replace(plan, contexto=context)


def _list_notes(names: Names, column: str, seen: dict, source: str) -> Iterator[dict[str, object]]:
    for printed, real in names.by_column()[column].items():
        said = f"«{printed}» se lee como «{real}», como se aceptó en {source}"
        if (column, normalize(printed)) not in seen:
            text = f"{column} «{printed}», que se aceptó en {source}, no aparece en ningún documento"
            yield {"clave": "variante.sin_uso", "texto": text, "fuente": source}
            continue
        for key, place in seen[column, normalize(printed)]:
            yield {"clave": f"variante.{column}/{key}", "texto": said, "fuente": place}
