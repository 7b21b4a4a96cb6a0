"""Explore: one document opened as a quarter, for an analyst in JupyterLab."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

import pandas as pd
from pydantic import Field

from poa_eval.audit.findings import check
from poa_eval.config.models import Model, make_model
from poa_eval.config.params import find_root, make_params
from poa_eval.errors import ParamsError, Place
from poa_eval.loaders.load import load
from poa_eval.metrics.due import close_month, find_corte
from poa_eval.metrics.evaluability import is_plan_only
from poa_eval.metrics.evaluation import measure
from poa_eval.quarter.quarter import Quarter


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
    root = find_root(Path.cwd())
    path = root / asked.archivo
    layout = str(root / asked.layout) if asked.layout and asked.layout.endswith((".yaml", ".yml")) else asked.layout
    plan = load(path, layout)
    quarter = asked.trimestre or (1 if is_plan_only(plan) else max(1, (find_corte(plan) + 2) // 3))
    date = close_month(plan.ejercicio, 3 * quarter)
    values = {"institucion": plan.institucion, "ejercicio": plan.ejercicio, "trimestre": quarter, "fecha_corte": date}
    params = make_params({**values, "fuentes": [{"archivo": asked.archivo, "layout": asked.layout}]})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    source = {"archivo": asked.archivo, "layout": plan.rule("layout"), "sha256": digest, "unidad_id": None}
    evaluation = measure(plan, quarter, fecha_corte=date)
    return Quarter(params, root, plan, check(plan, corte=date), evaluation, pd.DataFrame([source]))


def _pick_own(namespace: Mapping[str, object]) -> dict[str, object]:
    known = list(Exploration.model_fields)
    return {
        name: value
        for name, value in namespace.items()
        if isinstance(value, str | int | float | type(None)) and get_close_matches(name, known, n=1, cutoff=0.75)
    }
