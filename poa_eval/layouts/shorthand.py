"""Shorthand: what a layout says of a column beside its heading, parted into the keys of an edition that hold it."""

from collections.abc import Mapping
from typing import Any


def part_columns(data: Any) -> Any:
    """Take what is said of a column for its heading, and for what else it says.

    ``{columna: …, valores: {…}}`` has the values that its texts mean, ``{primera: [A, B]}`` the columns of which the
    first that is filled counts. A report by code needs no names: the code stands in their place. Further tables are
    identified as the first is.

    Raises ValueError: nothing joins further tables.

    Examples
    --------
    >>> said = part_columns({"columnas": {"actividad": {"primera": ["Actividad", "Acción"]}}})
    >>> said["columnas"], said["primera"]
    ({'actividad': 'Actividad'}, {'actividad': ['Actividad', 'Acción']})
    """
    columns = data.get("columnas") if isinstance(data, dict) else None
    if not isinstance(columns, dict):
        return data
    if data.get("identidad") and "codigo" in columns:
        columns = {"actividad": columns["codigo"]} | columns
    maps = {name: said for name, said in columns.items() if _is_of(said, "columna", "valores")}
    columns = columns | {name: said["columna"] for name, said in maps.items()}
    firsts = {name: said["primera"] for name, said in columns.items() if _is_of(said, "primera") and said["primera"]}
    firsts = {name: listed if isinstance(listed, list) else [listed] for name, listed in firsts.items()}
    more = {
        "valores": {name: said["valores"] for name, said in maps.items()},
        "primera": firsts,
    }
    columns = columns | {name: listed[0] for name, listed in firsts.items()}
    if isinstance(data.get("tablas"), list):
        if not data.get("identidad"):
            raise ValueError("`tablas` pide `identidad`, la clave que las une: `identidad: [codigo]`")
        shared = {"clase": "tabla"} | {key: data[key] for key in ("identidad", "vacios", "ejercicio") if key in data}
        parts = [{**shared, **part} if isinstance(part, Mapping) else part for part in data["tablas"]]
        data = {**data, "tablas": parts}
    return {**data, "columnas": columns, **{key: data.get(key, {}) | said for key, said in more.items() if said}}


def _is_of(said: object, *keys: str) -> bool:
    return isinstance(said, Mapping) and {*said} == {*keys}
