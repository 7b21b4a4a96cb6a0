"""Inferred: notes of what a document's own figures prove, where it does not say so, and of figures that wait."""

from dataclasses import dataclass

from poa_eval.plan.notes import Note
from poa_eval.text.numbers import write_exact
from poa_eval.text.periods import MONTH_NAMES, name_period
from poa_eval.text.wording import join_words

#: How totals are obtained again, in words.
ROWS = "suma de las filas"


@dataclass(frozen=True, kw_only=True)
class InferredAccumulation(Note):
    """How an activity's periods add up by its own figures; several kinds where they, or a percentage, leave it open."""

    grammar = "regla.acumulacion/{owner}"
    kinds: tuple[str, ...]
    cells: str  # of the figures that prove it
    is_proved: bool = True  # else a percentage, of which nothing is printed that tells
    clears_goal: bool = False  # a sum would contradict the goal of the year

    @property
    def text(self) -> str:
        """Return the kinds, and on what they rest."""
        return f"{' o '.join(self.kinds)}, por {self.cells if self.is_proved else 'ser un porcentaje'}"


@dataclass(frozen=True, kw_only=True)
class MixedScale(Note):
    """A figure of a percentage on another scale than its row's others; it waits until that is settled."""

    grammar = "escala/{owner}/{month}/{length}/{concept}"
    month: int
    length: int
    concept: str
    value: float
    usual: float  # the median of the others

    @property
    def text(self) -> str:
        """Return the figure and what is usual beside it."""
        return f"{write_exact(self.value)} entre cifras como {write_exact(self.usual)}"


@dataclass(frozen=True, kw_only=True)
class MadeRatio(Note):
    """The periods (closing month, length) of an activity of which the result is made of numerator and denominator."""

    grammar = "regla.razon_calculada/{owner}"
    periods: tuple[tuple[int, int], ...]
    scale: int  # 100 where the result is in percent

    @property
    def formula(self) -> str:
        """Return in words how a result is made."""
        return "numerador / denominador" + (" × 100" if self.scale == 100 else "")

    @property
    def text(self) -> str:
        """Return the formula, and the periods."""
        return f"{self.formula} en {join_words(name_period(*period) for period in self.periods)}"


@dataclass(frozen=True, kw_only=True)
class PlanSpan(Note):
    """The months of the year that a document's plan is of."""

    grammar = "regla.vigencia"
    first: int
    last: int

    @property
    def text(self) -> str:
        """Return the months in words."""
        return f"de {MONTH_NAMES[self.first - 1]} a {MONTH_NAMES[self.last - 1]}"


@dataclass(frozen=True, kw_only=True)
class GoalShares(Note):
    """Which part of the goals of the year, in percent, is due by which closing month, of a document's activities."""

    grammar = "regla.parte_del_anio/{document}"
    document: str
    shares: tuple[tuple[int, float], ...]

    @property
    def text(self) -> str:
        """Return the parts in words."""
        return join_words(f"{write_exact(part)} % a {MONTH_NAMES[month - 1]}" for month, part in self.shares)

    def find_part(self, month: int, length: int, *, is_running: bool) -> float | None:
        """Return the part that is due in a period, or by its close, in percent; None where it is not declared."""
        parts = {0: 0.0, **dict(self.shares)}
        first = 0 if is_running else month - length
        return parts[month] - parts[first] if {month, first} <= parts.keys() else None


@dataclass(frozen=True, kw_only=True)
class InferredFormula(Note):
    """The formula that nearly all printed figures of a concept follow, and by how many; None where there is not one."""

    concept: str = "avance_pct"
    source: str = "cifras impresas"
    formula: str | None = None
    rivals: tuple[str, ...] = ()  # those that explain about as many, where none is taken
    hits: int = 0
    known: int = 0

    @property
    def key(self) -> str:
        """Return the key of the note's row."""
        return f"regla.{self.concept.removesuffix('_pct')}_inferido"

    @property
    def text(self) -> str:
        """Return the formula, and on what it rests."""
        name = self.formula or " o ".join(self.rivals)
        return (
            f"{name}, que {'siguen' if self.hits > 1 else 'sigue'} {self.hits} de {self.known} cifras"
            if name
            else "ninguna"
        )


@dataclass(frozen=True, kw_only=True)
class InferredTotals(Note):
    """Whether totals count the rows of percentages, None where none tells; and how many of those that tell do so."""

    grammar = "regla.totales_inferidos"
    source: str = "cifras impresas"
    counts_percents: bool | None = None
    hits: int = 0
    telling: int = 0

    @property
    def rest(self) -> str:
        """Return in words what is added up besides the rows, or left out."""
        if self.counts_percents is None:
            return ""
        adds_up = f"totales que así cuadran: {self.hits} de {self.telling}"
        on = adds_up if self.hits else "lo más cercano; ningún total cuadra"
        return f" {'con' if self.counts_percents else 'sin'} los porcentajes ({on})"

    @property
    def text(self) -> str:
        """Return how totals are obtained again."""
        return f"{ROWS}{self.rest}"
