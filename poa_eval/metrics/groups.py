"""Measure a group of activities, a unit's or all: the figures of the registry, and why those that are empty are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from poa_eval.config.profile import Profile
from poa_eval.metrics.reasons import Reason, join_reasons
from poa_eval.metrics.registry import FIGURES, YEAR_FIGURES
from poa_eval.metrics.windows import WINDOWS
from poa_eval.plan.accumulation import adds_up
from poa_eval.text.names import normalize
from poa_eval.text.numbers import is_percentage
from poa_eval.text.wording import is_present

#: With these, figures are added up: without any reason against it, or because the document itself does.
_SUMS = (None, Reason("según el documento"))
#: Why figures of an activity are not added up to those of others; the first that occurs in a group is named.
_PERCENTAGES, _NOT_ADDING, _ANSWERS = Reason("porcentajes"), Reason("no se suman"), Reason("respuestas")
#: Nothing to make a figure of.
NOTHING = Reason("sin evaluadas")


@dataclass(frozen=True)
class Group:
    """The activities of a unit, or all, in a window, as the figures of the registry take them."""

    rows: Sequence[Mapping[str, object]]  # of `Evaluation.actividades`
    window: str  # ``trimestre`` or ``acumulado``
    perfil: Profile
    ponderacion: Mapping[str, float]  # weight of each activity in the plan, by its id
    obstacles: Mapping[str, Reason | None]  # of `find_obstacle`, by the same
    any_measures: bool  # the document itself adds up whatever it holds, and so do the figures
    values: dict[str, float | None] = field(default_factory=dict)  # the figures computed so far

    @cached_property
    def evaluated(self) -> list[Mapping[str, object]]:
        """The activities with a percentage."""
        return [row for row in self.rows if row[f"cumplimiento_{self.window}"] is not None]

    @cached_property
    def refusal(self) -> Reason | None:
        """Why figures are not added up, or the note with which they are."""
        return _refuse_sum(self.evaluated, self.obstacles, self.any_measures)

    @cached_property
    def states(self) -> Counter[str]:
        """How many activities are in each state."""
        return Counter(row["estado" if self.window == "acumulado" else "estado_trimestre"] for row in self.rows)

    @cached_property
    def capped(self) -> np.ndarray:
        """The percentages of the evaluated activities, up to 100."""
        return np.minimum([row[f"cumplimiento_{self.window}"] for row in self.evaluated], 100)

    @cached_property
    def weights(self) -> np.ndarray:
        """The weights of the evaluated activities."""
        return np.array([self.ponderacion[row["actividad_id"]] for row in self.evaluated])

    @property
    def is_weighted(self) -> bool:
        """Whether all evaluated activities have a weight."""
        return bool(self.evaluated) and not np.isnan(self.weights).any() and self.weights.sum() > 0

    @property
    def due(self) -> int:
        """How many activities were to be reported."""
        return len(self.evaluated) + self.states["sin reporte"]

    @property
    def base(self) -> int:
        """How many activities the proportion of goals met is of, as the profile counts them."""
        return self.perfil.count_base(len(self.evaluated), self.states["sin reporte"])

    def count_met(self) -> int:
        """Return how many evaluated activities met their goal."""
        met = "meta_cumplida" if self.window == "acumulado" else "meta_cumplida_trimestre"
        return sum(bool(row[met]) for row in self.evaluated)

    def add_up(self, series: str) -> float | None:
        """Return the sum of what was programmed or executed; None where it is not to be added up."""
        return _add_up(self.evaluated, f"{series}_{self.window}") if self.refusal in _SUMS else None


def list_columns() -> list[str]:
    """List the columns that `measure_group` fills."""
    late = [figure.is_late for figure in FIGURES.values()]
    first, last = (
        [f"{name}_{w}" for w in WINDOWS for name, is_late in zip(FIGURES, late, strict=True) if is_late is which]
        for which in (False, True)
    )
    return ["actividades", *first, "avance_anual", "motivo", *YEAR_FIGURES, *last]


def list_types() -> dict[str, str]:
    """Return the types of the columns that may be empty."""
    real = [figure.name for figure in FIGURES.values() if figure.kind != "count"]
    return (
        {f"{name}_{w}": "float64" for name in real for w in WINDOWS}
        | dict.fromkeys(("avance_anual", *YEAR_FIGURES), "float64")
        | {"motivo": "str"}
    )


def measure_group(
    rows: Sequence[Mapping[str, object]],
    weights: Mapping[str, float],
    profile: Profile,
    obstacles: Mapping[str, Reason | None],
    *,
    any_measures: bool = False,
) -> tuple[dict[str, object], tuple[Reason, ...]]:
    """Return counts and figures of a unit or the institution, for the quarter and to date, and why some are empty.

    `rows` are of `Evaluation.actividades`; `weights` (`ponderacion`) and `obstacles` (of `find_obstacle`) go by
    `actividad_id`. With `any_measures` the document itself adds up whatever it holds, and so does the figure.
    """
    found: dict[str, object] = {"actividades": len(rows)}
    reasons: dict[Reason, None] = {}
    for window in WINDOWS:
        group = Group(rows, window, profile, weights, obstacles, any_measures)
        for figure in FIGURES.values():
            group.values[figure.name] = figure.compute(group)
        reasons |= dict.fromkeys(filter(None, [group.refusal]))
        found |= {f"{name}_{window}": value for name, value in group.values.items()}
    if found["volumen_acumulado"] is not None:
        goals = _add_up(rows, "meta_anual")
        decided = all(a["cumplimiento_acumulado"] is not None or a["estado"] == "no programada" for a in rows)
        if decided and goals > 0 and _refuse_sum(rows, obstacles, any_measures) in _SUMS:
            found["avance_anual"] = found["ejecutado_acumulado"] * 100 / goals
    found |= {name: figure.compute(rows) for name, figure in YEAR_FIGURES.items()}
    found["motivo"] = join_reasons(reasons)
    return found, tuple(reasons)


def _add_up(rows: Sequence[Mapping[str, object]], column: str) -> float:
    """Return the sum of a column; NaN where a figure is missing."""
    return np.array([row[column] for row in rows], dtype=float).sum()


def _refuse_sum(
    rows: Sequence[Mapping[str, object]], obstacles: Mapping[str, Reason | None], any_measures: bool
) -> Reason | None:
    """Return why the figures of a group are not added up, or the note with which they are."""
    if not rows:
        return NOTHING
    if any_measures:
        return Reason("según el documento")
    measures = {normalize(r["unidad_medida"]) if is_present(r["unidad_medida"]) else None for r in rows}
    if len(measures - {None}) > 1:
        return Reason("medidas mixtas")
    if None in measures:
        return Reason("sin medida")
    found = {obstacles[row["actividad_id"]] for row in rows}
    return next((obstacle for obstacle in (_PERCENTAGES, _NOT_ADDING, _ANSWERS) if obstacle in found), None)


def find_obstacle(activity: Mapping, answered: frozenset[str]) -> Reason | None:
    """Return why the figures of an activity are not added up to those of others."""
    if is_percentage(normalize(str(activity["unidad_medida"]))):
        return _PERCENTAGES
    if not adds_up(activity):
        return _NOT_ADDING
    return _ANSWERS if activity["actividad_id"] in answered else None
