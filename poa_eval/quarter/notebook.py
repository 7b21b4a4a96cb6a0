"""Open in a notebook: the quarter that its parameters describe, or one document, for an analyst in JupyterLab."""

import pickle
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import Field

from poa_eval.config.models import Model, make_model
from poa_eval.config.params import Params, find_root, make_params
from poa_eval.errors import ParamsError, Place
from poa_eval.quarter.quarter import Quarter
from poa_eval.text.names import normalize, suggest

#: A quarter that is at hand, pickled and, until it is asked for, as it is; root and parameters by which it may be.
_prepared: list[tuple[bytes, list[Quarter], Path, Params]] = []


def offer_prepared(pickled: bytes, root: Path) -> None:
    """Have `open_quarter` give this quarter, instead of preparing it, to whoever asks for exactly this one here."""
    quarter = pickle.loads(pickled)
    _prepared[:] = [(pickled, [quarter], find_root(root), quarter.params)]


def _find_prepared(root: Path, params: Params, unit: object) -> Quarter | None:
    """Return the quarter on offer if it is the one: a new copy, so that nobody meets what another did to it."""
    for pickled, fresh, *offered in _prepared:
        quarter = fresh.pop() if fresh else pickle.loads(pickled)
        unidad = quarter.unidad
        same = unit is unidad if None in (unit, unidad) else normalize(str(unit)) == normalize(unidad)
        if same and offered == [root, params]:
            return quarter.move(root)
    return None


def open_quarter(namespace: Mapping[str, object]) -> Quarter:
    """Open the quarter that a notebook's variables describe; its first call.

    Parameters
    ----------
    namespace : mapping
        ``globals()`` of the notebook: its parameters, and with papermill those injected.

    Returns
    -------
    Quarter
        Of one unit where the notebook has a parameter `unidad`, else of the institution.

    Raises
    ------
    ParamsError
        Parameters are unknown, missing or badly typed, all said at once; or there is no such unit.
    """
    values = {
        name: value
        for name, value in namespace.items()
        if isinstance(value, str | int | float | list | tuple | dict | type(None))
        and not name.startswith("_")
        and name not in {"In", "Out"}
    }
    known = [*Params.model_fields, "unidad"]
    for name in values:
        if name not in known and suggest(name, known) == "unidad":
            raise ParamsError(f"el parámetro «{name}»", "los parámetros " + ", ".join(known), "¿quiso decir «unidad»?")
    unit = values.pop("unidad", None)
    params, root = make_params(values), find_root(Path.cwd())
    wanted = "" if "unidad" in namespace and unit is None else unit
    if (quarter := _find_prepared(root, params, wanted)) is not None:
        return quarter
    from poa_eval.quarter import prepare  # with all that reads documents, which a run has no use for here

    quarter = prepare.prepare_quarter(params, root)
    return quarter if "unidad" not in namespace else quarter.unit(unit)


class Exploration(Model):
    """What the exploration notebook asks for.

    Parameters
    ----------
    archivo : str
        A document; its path is counted from the project's root.
    layout : str, optional
        Name of a known layout, or a YAML file; without it, it is found by the headings.
    trimestre : int, optional
        1–4; without it, the last that the document reports, or the first of a plan without results.
    unidad, estado, actividad : str, optional
        What the notebook's tables and figures are narrowed to.
    """

    archivo: str = Field(min_length=1)
    layout: str | None = None
    trimestre: int | None = Field(default=None, ge=1, le=4)
    unidad: str | int | None = None
    estado: str | None = None
    actividad: str | int | None = None


def open_document(namespace: Mapping[str, object]) -> Quarter:
    """Open the document that a notebook's variables name, checked and measured; its first call.

    Parameters
    ----------
    namespace : mapping
        ``globals()`` of the notebook, or a mapping with `archivo` and what else `Exploration` has. A name that is
        nearly one of these is refused; the analyst's other variables are left alone.

    Returns
    -------
    Quarter
        Of the institution.

    Raises
    ------
    PoaError
        Parameters are unknown or badly typed, or the document cannot be read.

    Examples
    --------
    >>> open_document({"archivo": "data/plan.xlsx"})  # doctest: +SKIP
    """
    asked = make_model(Exploration, _pick_own(namespace), ParamsError, Place())
    from poa_eval.quarter import prepare  # as in `open_quarter`

    return prepare.prepare_document(asked.archivo, asked.layout, asked.trimestre, find_root(Path.cwd()))


def _pick_own(namespace: Mapping[str, object]) -> dict[str, object]:
    known = list(Exploration.model_fields)
    return {
        name: value
        for name, value in namespace.items()
        if isinstance(value, str | int | float | type(None)) and get_close_matches(name, known, n=1, cutoff=0.75)
    }
