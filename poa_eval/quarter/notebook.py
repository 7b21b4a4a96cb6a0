"""Open: the quarter that a notebook's parameters describe, prepared here or by the run that the notebook is part of."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from poa_eval.config.params import Params, find_root, make_params
from poa_eval.errors import ParamsError
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
            return replace(quarter, root=root)
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
    from poa_eval.quarter.prepare import (
        prepare_quarter,  # with all that reads documents, which a run has no use for here
    )

    quarter = prepare_quarter(params, root)
    return quarter if "unidad" not in namespace else quarter.unit(unit)
