"""Measure stage: what each activity, unit and the institution reached, in the quarter and to date."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from poa_eval.config.profile import Profile
from poa_eval.errors import ParamsError
from poa_eval.metrics.activities import ACTIVITY_COLUMNS, ACTIVITY_TYPES, list_quarters, measure_activity
from poa_eval.metrics.due import DuePeriods, close_month, find_corte, find_due
from poa_eval.metrics.evaluability import Evaluability, assess, is_plan_only
from poa_eval.metrics.groups import NOTHING, find_obstacle, list_columns, list_types, measure_group
from poa_eval.metrics.reasons import Formulas, Reason, Reasons
from poa_eval.metrics.registry import FIGURES, take_profile
from poa_eval.metrics.schedule import Schedule, find_schedule
from poa_eval.metrics.windows import Window, Windows
from poa_eval.plan.notes import CapturedQuarter
from poa_eval.plan.plan import Plan
from poa_eval.text.names import normalize, suggest_sentence
from poa_eval.text.periods import QUARTERS
from poa_eval.text.wording import name_activity


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of a plan at the close of a quarter.

    Parameters
    ----------
    plan : Plan
    perfil : Profile
    trimestre : int
        1–4.
    fecha_corte : date
        Periods that close after it are not due.
    actividades, unidades, institucion : DataFrame
        Percentages 0–100 at full precision; empty where undecided, with the reason in `motivo`. `_trimestre` is the
        quarter alone, `_acumulado` January to its close; `meta_cumplida` and `estado` are to date.
    solo_plan : bool
        Nobody in the institution reported a result, nor was asked for one by a capture workbook.
    windows : Windows
        What each activity reached in each window, with its periods.
    reasons : mapping of str to Reasons
        Why figures of an activity are empty, by its id.
    formulas : mapping of str to Formulas
        The formulas of an activity's percentages, by its id.
    gaps : mapping of str or None to tuple of Reason
        Why figures of a unit are empty, by its id; of the institution under None.
    """

    plan: Plan
    perfil: Profile
    trimestre: int
    fecha_corte: dt.date
    actividades: pd.DataFrame
    unidades: pd.DataFrame
    institucion: pd.DataFrame
    solo_plan: bool
    windows: Windows = field(compare=False)  # as the rest, it follows from what stands above, and `due`
    reasons: Mapping[str, Reasons] = field(compare=False)
    formulas: Mapping[str, Formulas] = field(compare=False)
    gaps: Mapping[str | None, tuple[Reason, ...]] = field(compare=False)

    def __repr__(self) -> str:
        """Return the evaluation in a line: of when, and of what."""
        return f"<Evaluation: {describe_quarter(self.trimestre)}, perfil {self.perfil.nombre}, de {self.plan!r}>"

    @property
    def due(self) -> DuePeriods:
        """Return what is due, with the periods of each activity."""
        return self.windows.due

    @cached_property  # of the institution: a unit that owes March is covered to March
    def months(self) -> tuple[int, int]:
        """Return the first and the last month that figures to date cover: of the plan, as far as its periods go."""
        close, first = 3 * self.trimestre, self.due.span[0]
        closed = min(close, self.due.corte or close)
        ends = [row["mes"] for rows in self.due.periods.values() for row in rows if row["mes"] <= closed]
        last = max(ends, default=close)
        return first, last if first <= last and last > close - 3 else close

    @cached_property
    def anteriores(self) -> "tuple[Evaluation, ...]":
        """Return the evaluations of the earlier quarters, of the same plan."""
        return tuple(_measure_at(self.plan, q, self.perfil, None, self.due) for q in range(1, self.trimestre))

    @cached_property
    def evaluability(self) -> Evaluability:
        """Return how far the plan can be evaluated."""
        return assess(self.plan)

    @cached_property
    def schedule(self) -> Schedule:
        """Return in which months the activities stand."""
        return find_schedule(self.plan, with_programme=self.solo_plan)

    def window(self, actividad_id: str, window: str) -> Window:
        """Return what an activity reached in a window: ``trimestre``, or ``acumulado`` from January to its close."""
        return self.windows.find(actividad_id, list_quarters(window, self.trimestre))

    def find_gap(self, name: str, row: Mapping[str, object], window: str) -> tuple[Reason, ...]:
        """Return why a figure of a row of `unidades` or `institucion` is empty in a window."""
        if not row[f"evaluadas_{window}"]:
            return (NOTHING,)
        if FIGURES[name].needs_weights:
            return (Reason("sin ponderación"),)
        reasons = (reason for reason in self.gaps[row.get("unidad_id")] if reason != NOTHING)
        return tuple(reasons) or (Reason("nada que sumar"),)

    def narrow(
        self,
        plan: Plan,
        unidad_id: str,
        *,
        actividades: pd.DataFrame,
        unidades: pd.DataFrame,
        evaluability: Evaluability,
    ) -> "Evaluation":
        """Return the evaluation of one unit, whose plan and tables are given, with what was measured of it."""
        ids = list(actividades["actividad_id"])
        narrowed = replace(
            self,
            plan=plan,
            actividades=actividades,
            unidades=unidades,
            institucion=self.institucion.iloc[0:0],
            windows=self.windows.narrow(plan, unidad_id),
            reasons={key: self.reasons[key] for key in ids},
            formulas={key: self.formulas[key] for key in ids},
            gaps={unidad_id: self.gaps[unidad_id]} if unidad_id in self.gaps else {},
        )
        narrowed.__dict__.update(evaluability=evaluability, months=self.months)
        return narrowed


def measure(
    plan: Plan, trimestre: int, *, perfil: Profile | str = "neutro", fecha_corte: dt.date | None = None
) -> Evaluation:
    """Evaluate a plan at the close of a quarter.

    Parameters
    ----------
    plan : Plan
    trimestre : int
        1–4.
    perfil : Profile or str, default "neutro"
    fecha_corte : date, optional
        Without it, the last day of the quarter.

    Returns
    -------
    Evaluation

    Raises
    ------
    ParamsError
        The quarter is not 1–4.

    Notes
    -----
    ``cumplimiento`` is Σ ejecutado / Σ programado × 100 of the window; ``avance_anual`` is Σ ejecutado / meta
    anual × 100 or the formula that the layout declares. The proportion of goals met is the formula «No. Act.
    Realizadas / No. Act. Proyectadas × 100» that municipal plans print; the profile says what it divides by.
    """
    if trimestre not in (1, 2, 3, 4):
        raise ParamsError(f"trimestre {trimestre}", "un trimestre de 1 a 4", "corrija `trimestre:`")
    return _measure_at(plan, trimestre, take_profile(perfil), fecha_corte, None)


def _measure_at(
    plan: Plan, trimestre: int, profile: Profile, fecha_corte: dt.date | None, due: DuePeriods | None
) -> Evaluation:
    """Evaluate a plan at the close of a quarter; `due` is what is due of it at another, where that is known."""
    date = fecha_corte or close_month(plan.ejercicio, 3 * trimestre)
    corte = find_corte(plan, date)
    due = find_due(plan, corte) if due is None else due.move(corte)
    windows = Windows(due, profile)
    planned = windows.activities
    names = plan.unidades.set_index("unidad_id")["unidad"].to_dict()
    measured = {key: measure_activity(activity, windows, trimestre) for key, activity in planned.items()}
    rows = [{"unidad": names[planned[key]["unidad_id"]]} | row for key, (row, _, _) in measured.items()]
    groups: dict[str, list[dict]] = {}
    for row in rows:
        groups.setdefault(row["unidad_id"], []).append(row)
    weights = {key: activity["ponderacion"] for key, activity in planned.items()}
    obstacles = {key: find_obstacle(activity, due.answered) for key, activity in planned.items()}
    activities = pd.DataFrame(rows, columns=ACTIVITY_COLUMNS).astype(ACTIVITY_TYPES)
    found = {key: measure_group(group, weights, profile, obstacles) for key, group in groups.items()}
    says_so = bool(plan.rule("suma_segun_documento"))
    whole, gaps = measure_group(rows, weights, profile, obstacles, any_measures=says_so)
    units = pd.DataFrame(
        [{"unidad_id": key, "unidad": names[key]} | row for key, (row, _) in found.items()],
        columns=["unidad_id", "unidad", *list_columns()],
    )
    total = pd.DataFrame([whole], columns=list_columns())
    units, total = (table.astype(list_types()) for table in (units, total))
    return Evaluation(
        plan,
        profile,
        trimestre,
        date,
        activities,
        units,
        total,
        solo_plan=is_plan_only(plan) and not plan.list_notes(CapturedQuarter),
        windows=windows,
        reasons={key: reasons for key, (_, reasons, _) in measured.items()},
        formulas={key: formulas for key, (_, _, formulas) in measured.items()},
        gaps={key: reasons for key, (_, reasons) in found.items()} | {None: gaps},
    )


def describe_quarter(trimestre: int) -> str:
    """Return a quarter in words.

    Examples
    --------
    >>> describe_quarter(4)
    'IV trimestre'
    """
    return f"{QUARTERS[trimestre - 1]} trimestre"


def name_quarter(evaluation: Evaluation) -> str:
    """Return «I trimestre de 2023»."""
    return f"{describe_quarter(evaluation.trimestre)} de {evaluation.plan.ejercicio}"


def is_unit(evaluation: Evaluation) -> bool:
    """Say whether the evaluation is of one unit only."""
    return evaluation.institucion.empty


def pick_figures(evaluation: Evaluation) -> Mapping[str, object]:
    """Return the row of figures of the unit, or of the institution; empty for a unit without activities."""
    table = evaluation.unidades if is_unit(evaluation) else evaluation.institucion
    return {} if table.empty else table.iloc[0].to_dict()


def find_activity(evaluation: Evaluation, word: object) -> pd.Series:
    """Return the activity of that id, code, name or indicator, or the only one that has the word in them.

    Raises
    ------
    ParamsError
        No activity is called so (suggests the nearest), or several are (lists them).
    """
    asked, table = normalize(str(word)), evaluation.actividades
    codes = evaluation.plan.actividades.set_index("actividad_id")["codigo"].reindex(table["actividad_id"])
    names = table[["actividad_id", "actividad", "indicador"]].assign(codigo=codes.to_numpy())
    names = names.astype(object).fillna("").map(lambda name: normalize(str(name)))
    for matches in (names == asked, names.map(lambda name: asked in name)):
        found = table[matches.any(axis=1)]
        if len(found) == 1:
            return found.iloc[0]
        if len(found) > 1:
            options = [f"{row['actividad_id']} ({name_activity(row)})" for row in found.to_dict("records")[:10]]
            many = f"«{word}», que nombra a {len(found)} actividades"
            raise ParamsError(many, "una sola actividad", f"escriba la clave de una: {'; '.join(options)}")
    known = dict.fromkeys([*table["actividad"], *table["indicador"].dropna(), *table["actividad_id"]])
    raise ParamsError(f"la actividad «{word}»", "una actividad del plan", suggest_sentence(str(word), known))


def name_sum(evaluation: Evaluation, window: str) -> str:
    """Name the unit of measure of a window's volume; "" where several are added, as only a document's own sum does."""
    table = evaluation.actividades
    measures = table.loc[table[f"cumplimiento_{window}"].notna(), "unidad_medida"]
    named = {normalize(str(measure)): str(measure) for measure in measures}
    return next(iter(named.values())) if len(named) == 1 and measures.notna().all() else ""


def lacks_programme(e: Evaluation) -> bool:
    """Say whether some activity has progress towards its goal of the year and no programme to compare it with."""
    table = e.actividades
    return bool((table["avance_anual"].notna() & table["cumplimiento_acumulado"].isna()).any())


def count_base(row: Mapping[str, object], window: str, e: Evaluation) -> int:
    """Return how many activities the proportion of goals met is of, as the profile counts them."""
    return e.perfil.count_base(int(row[f"evaluadas_{window}"]), int(row[f"sin_reporte_{window}"]))


def has_plan(e: Evaluation) -> bool:
    """Say whether there is more to tell than results: a plan alone, or one with calendar, goals, SWOT or investment."""
    plan = e.plan
    tables = (plan.metas, plan.lineas, plan.calendario, plan.foda)
    return e.solo_plan or any(len(table) for table in tables) or bool(plan.actividades["inversion"].notna().any())
