"""Catalogue: the layouts that come with the package (*.yaml), and how one is found by name or read from a file."""

from functools import cache
from importlib import resources
from pathlib import Path

import pandas as pd

from poa_eval.config.models import make_model, read_yaml
from poa_eval.errors import LayoutError, Place
from poa_eval.layouts.layout import Layout
from poa_eval.text.names import suggest_sentence


def read_layout(path: str | Path) -> Layout:
    """Read a layout from its YAML file.

    Raises LayoutError: a key is unknown, missing or of the wrong kind; all faults are listed.
    """
    path = Path(path)
    return make_model(Layout, read_yaml(path, LayoutError), LayoutError, Place(path.name))


def find_layout(name: str) -> Layout:
    """Return a known layout by its name, or the one in a YAML file.

    Raises LayoutError: no known layout has that name; the nearest is suggested.

    Examples
    --------
    >>> find_layout("no-hay")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    poa_eval.errors.LayoutError: LayoutError
      se encontró   el layout «no-hay»
      se esperaba   un layout conocido o la ruta de un YAML
      qué hacer     ...
    """
    if Path(name).suffix.lower() in {".yaml", ".yml"}:
        return read_layout(name)
    known = {layout.nombre: layout for layout in known_layouts()}
    if name in known:
        return known[name]
    raise LayoutError(f"el layout «{name}»", "un layout conocido o la ruta de un YAML", suggest_sentence(name, known))


@cache
def known_layouts() -> tuple[Layout, ...]:
    """Return the layouts that come with the package, by name."""
    with resources.as_file(resources.files("poa_eval.layouts")) as folder:
        return tuple(sorted(map(read_layout, folder.glob("*.yaml")), key=lambda layout: layout.nombre))


def list_layouts() -> pd.DataFrame:
    """List the known layouts: a table with columns `nombre`, `edicion`, `clase`, `titulo`, and a row an edition."""
    rows = [(la.nombre, name, ed.clase, la.titulo) for la in known_layouts() for name, ed in la.ediciones.items()]
    return pd.DataFrame(rows, columns=["nombre", "edicion", "clase", "titulo"])
