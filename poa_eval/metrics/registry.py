"""Registry of figures: what is counted and computed of a unit or the institution, one entry a figure.

The columns of the evaluation's tables, the cards of key figures, tooltips, the method, headings and live formulas of
the workbook, and the choices that a profile has for `principal` all iterate over it: a new figure is a new entry here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from poa_eval.config.profile import Profile, find_profile
from poa_eval.text.wording import capitalize, is_present

if TYPE_CHECKING:
    from poa_eval.metrics.groups import Group


@dataclass(frozen=True)
class Figure:
    """A figure of a group of activities in a window, in the column `name` before ``_trimestre`` or ``_acumulado``.

    In `excel`, its live formula in the workbook, ``{own}`` picks the group's rows of «Actividades», ``{percent}`` is
    their compliance, ``{capped}`` the same up to 100, ``{evaluated}`` how many have one; the name of a figure is its
    cell on «Unidades».
    """

    name: str
    label: str
    kind: Literal["count", "quantity", "percent"]  # percentages are 0–100
    compute: (
        "Callable[[Group], float | None]"  # of a group whose `values` hold the figures above it; None: there is none
    )
    formula: str  # in words; ``{proporcion}`` is what the profile says of goals met
    excel: str
    excel_words: str = ""  # what `excel` does, where it is not the formula
    meaning: str = ""  # of those by which a reader judges: on cards, and a profile may choose one as its principal
    parts: tuple[str, ...] = ()  # what the tooltip divides: figures; ``base``, ``due``: what goals met, reports are of
    is_array: bool = False  # whether `excel` works on arrays
    needs_weights: bool = False  # there is none where the plan has no weights
    gives_state: bool = False  # the workbook names the state that it would be
    is_late: bool = False  # its columns stand after all others: those were a contract already

    @property
    def cell_kind(self) -> str:
        """Return how a cell of the workbook writes it."""
        return "percent" if self.kind == "percent" else "number"

    def tell_formula(self, profile: Profile) -> str:
        """Write its formula in words."""
        return self.formula.format(proporcion=profile.formula_proporcion)

    def tell_excel(self, profile: Profile) -> str:
        """Write what its live formula does."""
        return self.excel_words or capitalize(self.tell_formula(profile))


def _count_state(name: str, label: str, state: str) -> Figure:
    return Figure(
        name,
        label,
        "count",
        compute=lambda g: g.states[state],
        formula=f"actividades en el estado «{state}»",
        excel=f'SUMPRODUCT({{own}}(Actividades[{{state}}]="{state}")*1)',
    )


def _add_up(name: str, label: str) -> Figure:
    return Figure(
        name,
        label,
        "quantity",
        compute=lambda g: g.add_up(name),
        formula="suma de las actividades evaluadas",
        excel=f"SUMPRODUCT({{own}}ISNUMBER({{percent}})*Actividades[{label} {{span}}])",
        excel_words=f"Suma de lo {name} en las evaluadas",
    )


_FIGURES = [
    Figure(
        "evaluadas",
        "Evaluadas",
        "count",
        compute=lambda g: len(g.evaluated),
        formula="actividades con cumplimiento",
        excel="{evaluated}",
    ),
    Figure(
        "cumplidas",
        "Metas cumplidas",
        "count",
        compute=lambda g: g.count_met(),
        formula="actividades evaluadas con la meta cumplida",
        excel='SUMPRODUCT({own}ISNUMBER({percent})*(Actividades[{met}]="sí"))',
    ),
    _count_state("sin_reporte", "Sin reporte", "sin reporte"),
    _count_state("no_programadas", "No programadas", "no programada"),
    _count_state("no_evaluables", "No evaluables", "no evaluable"),
    Figure(
        "cobertura_reporte",
        "Cobertura de reporte",
        "percent",
        compute=lambda g: len(g.evaluated) * 100 / g.due if g.due else None,
        formula="evaluadas / (evaluadas + sin reporte) × 100",
        excel="{evaluadas}*100/({due})",
        parts=("evaluadas", "due"),
    ),
    Figure(
        "proporcion_cumplidas",
        "Proporción de metas cumplidas",
        "percent",
        compute=lambda g: g.values["cumplidas"] * 100 / g.base if g.evaluated else None,
        formula="{proporcion}",
        excel="{cumplidas}*100/({base})",
        meaning="Cuántas de las metas alcanzaron lo programado.",
        parts=("cumplidas", "base"),
    ),
    Figure(
        "promedio_topado",
        "Promedio topado",
        "percent",
        compute=lambda g: g.capped.mean() if g.evaluated else None,
        formula="media del cumplimiento de cada actividad, limitado a 100 %",
        excel="SUMPRODUCT({own}{capped})/{evaluated}",
        meaning="Cuánto se avanzó en promedio; lo hecho de más en una meta no tapa lo que faltó en otra.",
        gives_state=True,
    ),
    Figure(
        "promedio_ponderado",
        "Promedio ponderado",
        "percent",
        compute=lambda g: (g.capped * g.weights).sum() / g.weights.sum() if g.is_weighted else None,
        formula="el promedio topado, con la ponderación que trae el plan",
        excel="SUMPRODUCT({own}{capped}*{weight})/SUMPRODUCT({own}ISNUMBER({percent})*{weight})",
        excel_words="El promedio topado, con la ponderación del plan",
        meaning="Cuánto se avanzó, con el peso que el plan da a cada actividad.",
        needs_weights=True,
    ),
    _add_up("programado", "Programado"),
    _add_up("ejecutado", "Ejecutado"),
    Figure(
        "volumen",
        "Volumen",
        "percent",
        compute=lambda g: g.values["ejecutado"] * 100 / g.values["programado"] if g.values["programado"] else None,
        formula="Σ ejecutado / Σ programado × 100",
        excel="{ejecutado}*100/{programado}",
        excel_words="Ejecutado / programado × 100",
        meaning="Cuánto se hizo de todo lo programado, sumado.",
        parts=("ejecutado", "programado"),
    ),
]
#: Every figure of a group in a window, by name, in the order of the columns.
FIGURES = {figure.name: figure for figure in _FIGURES}


@dataclass(frozen=True)
class YearFigure:
    """A figure of a group's progress towards its goals of the year, in one column; percentages, 0–100."""

    label: str
    compute: Callable[[Sequence[Mapping[str, object]]], float | None]  # of rows of `Evaluation.actividades`
    formula: str
    excel: str  # as of `Figure`; ``{progress}`` is the progress of the activities
    meaning: str


def _list_progress(rows: Sequence[Mapping[str, object]]) -> list[float]:
    return [row["avance_anual"] for row in rows if is_present(row["avance_anual"])]


def _average_progress(rows: Sequence[Mapping[str, object]]) -> float | None:
    known = [min(value, 100.0) for value in _list_progress(rows)]
    return sum(known) / len(known) if known else None


#: What is told of a year as a whole: no band, colour or rank before its close.
YEAR_FIGURES = {
    "promedio_avance_anual": YearFigure(
        "Avance promedio hacia la meta del año",
        _average_progress,
        "media del avance anual de cada actividad, limitado a 100 %",
        "SUMPRODUCT({own}({progress}-({progress}>100)*({progress}-100)))/SUMPRODUCT({own}ISNUMBER({progress})*1)",
        "Cuánto de la meta del año se lleva, sin programa por periodo con que comparar.",
    ),
    "cobertura_avance": YearFigure(
        "Cobertura del avance anual",
        lambda rows: len(_list_progress(rows)) * 100 / len(rows) if rows else None,
        "actividades con avance anual / actividades × 100",
        'SUMPRODUCT({own}ISNUMBER({progress})*1)*100/SUMPRODUCT({own}(Actividades[Clave]<>"")*1)',
        "De cuántas actividades se sabe cuánto llevan de su meta del año.",
    ),
}
#: Those by which a reader judges; a profile's `principal` is one of them.
KEY_FIGURES = {name: figure for name, figure in FIGURES.items() if figure.meaning}


def take_profile(perfil: Profile | str) -> Profile:
    """Return a profile, or the one of that name or in that YAML file.

    Raises LayoutError: no profile has that name, or its YAML is wrong.
    """
    return perfil if isinstance(perfil, Profile) else find_profile(str(perfil), tuple(KEY_FIGURES))


def sort_key_figures(profile: Profile) -> list[Figure]:
    """Return the key figures, the profile's principal one first.

    Examples
    --------
    >>> [figure.name for figure in sort_key_figures(take_profile("neutro"))][:2]
    ['proporcion_cumplidas', 'promedio_topado']
    """
    return sorted(KEY_FIGURES.values(), key=lambda figure: figure.name != profile.principal)
