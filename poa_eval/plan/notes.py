"""Notes: what a document says of itself, and what loading did to its figures, as data; the rows of `contexto`.

One class a kind. `to_row` writes a note's row, in words where people read it; the `grammar` of each class alone knows
how its key is written. Nothing is read back out of words: a row holds all of a `Said` note, and `from_row` returns it;
the others hold more than they tell (a repair, a change, a rule that figures follow), and a plan carries them beside
the table.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from os.path import commonprefix
from typing import Any, ClassVar, Literal, Self

import pandas as pd

from poa_eval.text.numbers import write_exact

#: Name of the statement that a rule of the layout matched no activity.
IDLE_RULE = "regla_sin_uso"
#: Name of the statement that an accepted name is in no document.
UNUSED_NAME = "variante.sin_uso"
_OUTCOMES = {
    "reconstruida": "una sola lectura cumple las sumas impresas",
    "ambigua": "varias lecturas cumplen las sumas impresas, y donde difieren queda solo el trimestre",
    "ninguna": "ninguna lectura cumple las sumas impresas",
}
#: How much of a long text a note cites, in letters.
_LINE = 80
#: What the parts of a key are made of; an id may hold ``/``.
_PARTS = {"name": r"[^/]+", "code": r".+", "column": r"\w+", "owner": r".+", "month": r"\d+", "length": r"\d+"}


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note: the id of the unit, goal or activity that it is of, if not of the whole document, and its cell."""

    grammar: ClassVar[str]
    owner: str | None = None
    source: str | None = None

    @property
    def key(self) -> str:
        """Return the key of the note's row."""
        return self.grammar.format_map(vars(self))

    def to_row(self) -> dict[str, Any]:
        """Return the note as a row of `contexto`."""
        return {"clave": self.key, "texto": self.text, "fuente": self.source}


@dataclass(frozen=True, kw_only=True)
class Said(Note):
    """A note of which the row holds all."""

    text: str

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self | None:
        """Return the note of a row; None where its key is of another kind.

        Examples
        --------
        >>> row = {"clave": "variante.unidad/03/1", "texto": "«Obras» y «OBRAS»", "fuente": None}
        >>> Variant.from_row(row).owner, Comment.from_row(row)
        ('03/1', None)
        """
        found = _compile(cls.grammar).fullmatch(row["clave"])
        parts = found.groupdict().items() if found else ()
        key = {name: int(part) if name in ("month", "length") else part for name, part in parts}
        return cls(**key, text=row["texto"], source=row["fuente"]) if found else None


def _cut(text: str, at: int) -> str:
    """Return a long text from two words before a place in it, and no more than a line of it."""
    if len(text) <= _LINE:
        return text
    start = max(text.rfind(" ", 0, max(at - 12, 0)) + 1, 0)
    return "…" * (start > 0) + text[start : start + _LINE] + "…" * (len(text) > start + _LINE)


@cache
def _compile(grammar: str) -> re.Pattern[str]:
    literal = re.escape(grammar).replace(r"\{", "{").replace(r"\}", "}")
    return re.compile(literal.format_map({name: f"(?P<{name}>{part})" for name, part in _PARTS.items()}), re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Statement(Said):
    """What the document says under a name, of itself or of a unit, a goal or an activity."""

    grammar = "{name}/{owner}"
    name: str

    @property
    def key(self) -> str:
        """Return the name, with the id of whom it is said."""
        return self.name if self.owner is None else super().key

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Return the statement of a row."""
        name, _, owner = row["clave"].partition("/")
        return cls(name=name, owner=owner or None, text=row["texto"], source=row["fuente"])


@dataclass(frozen=True, kw_only=True)
class DeclaredRule(Said):
    """A rule that the layout declares for its documents."""

    grammar = "regla.{name}"
    name: str


class CapturedQuarter(Said):
    """That a capture workbook of a quarter was read; `text` is its number."""

    grammar = "regla.captura"


class ColumnPlaces(Said):
    """In which columns of a sheet goal, programme and texts stand; `text` has ``sheet: column=letters …``."""

    grammar = "regla.columnas"

    @classmethod
    def of_sheet(cls, sheet: str, letters: Mapping[str, str]) -> Self:
        """Return the note of a sheet."""
        return cls(text=f"{sheet}: {' '.join(map('='.join, letters.items()))}", source=sheet)

    @property
    def sheet(self) -> str:
        """Return the file and the sheet."""
        return self.text.rpartition(": ")[0]

    @property
    def letters(self) -> dict[str, str]:
        """Return the letters of each column."""
        return dict(pair.split("=") for pair in self.text.rpartition(": ")[2].split())


class DerivedGoals(Said):
    """That the goals of a document, `text`, are sums of its programme that the layout asks for: it prints none."""

    grammar = "regla.metas_derivadas"


class NoResults(Said):
    """That the form of a document, `text`, has no place for results: no report of its periods is missing."""

    grammar = "regla.sin_resultados"


@dataclass(frozen=True, kw_only=True)
class Variant(Said):
    """A name in another spelling, of a unit, an activity or an indicator, that was taken as one with it."""

    grammar = "variante.{column}/{owner}"
    column: str


@dataclass(frozen=True, kw_only=True)
class ChangedText(Said):
    """Another text of a column that describes an activity, than the one that the activity has."""

    grammar = "texto.{column}/{owner}"
    column: str

    @classmethod
    def of_text(cls, column: str, owner: str, other: tuple[object, str], kept: tuple[object, str]) -> Self:
        """Return the note of another text and its place, beside the one that is kept."""
        said, known = str(other[0]), str(kept[0])
        same = len(commonprefix([said, known]))
        text = f"dice «{_cut(said, same)}», y en {kept[1]} «{_cut(known, same)}», que es lo que vale"
        return cls(column=column, owner=owner, text=text, source=other[1])


@dataclass(frozen=True, kw_only=True)
class AcceptedName(Said):
    """A printed name, folded, that an analyst accepted as another, where a document has it."""

    grammar = "nombre_aceptado/{column}/{owner}"
    column: str


@dataclass(frozen=True, kw_only=True)
class Unmatched(Said):
    """A code that the table which the layout joins by it does not have; `text` are the sheets of that table."""

    grammar = "union/{column}/{code}"
    column: str
    code: str


class Comment(Said):
    """A comment on an activity as a whole."""

    grammar = "comentario/{owner}"


@dataclass(frozen=True, kw_only=True)
class PeriodComment(Said):
    """A comment on a period of an activity that has no figure."""

    grammar = "comentario/{owner}/{month}/{length}"
    month: int
    length: int


class Answered(Said):
    """That the rows of an activity are answers to a question by Sí or No, `text`."""

    grammar = "realizada/{owner}"


@dataclass(frozen=True, kw_only=True)
class Repair(Note):
    """What was done about a damaged row: how many cells it lost (below 0: has too many), and what its sums left."""

    grammar = "lectura/{owner}"
    state: Literal["reconstruida", "ambigua", "ninguna", "repetida"]
    lost: int = 0

    @property
    def damage(self) -> str:
        """Return in words what was damaged, and what came of it."""
        count, many = abs(self.lost), abs(self.lost) > 1
        if self.state == "repetida":
            return "la fila se repite con las mismas cifras, y cuenta una sola vez"
        if self.lost > 0:
            what = f"la fila perdió {count} celda{'s' if many else ''}"
        elif self.lost:
            what = f"a la fila le {'sobran' if many else 'sobra'} {count} celda{'s' if many else ''}"
        else:
            what = "la fila tiene celdas en blanco o sumas que no cuadran"
        return f"{what}; {_OUTCOMES[self.state]}"

    @property
    def text(self) -> str:
        """Return the state and the damage."""
        return f"{'reconstruida' if self.state == 'repetida' else self.state}: {self.damage}"


@dataclass(frozen=True, kw_only=True)
class Change(Note):
    """A figure that a document changes: of which series and period, before and after, and where it was before."""

    grammar = "cambio/{owner}/{month}/{length}/{concept}"
    concept: str
    month: int
    length: int
    before: float
    after: float
    earlier: str

    @property
    def places(self) -> str:
        """Return in words what each document says."""
        return f"{self.earlier} dice {write_exact(self.before)} y {self.source} dice {write_exact(self.after)}"

    @property
    def text(self) -> str:
        """Return the change, and its places."""
        return f"{write_exact(self.before)} → {write_exact(self.after)}; {self.places}"


class PercentCells(Said):
    """That an activity's cells carry a percent sign, where its unit of measure is printed and is none."""

    grammar = "porcentaje/{owner}"


#: The kinds of which a row may hold all, in the order in which its key is tried; any other is a statement.
_SAID: tuple[type[Said], ...] = (CapturedQuarter, ColumnPlaces, DerivedGoals, NoResults, DeclaredRule, Variant)
_SAID += (ChangedText, Unmatched, AcceptedName, PeriodComment, Comment, Answered, PercentCells, Statement)


def read_notes(contexto: pd.DataFrame, carried: Sequence[Note] = ()) -> tuple[Note, ...]:
    """Return the notes of all rows of `contexto`, in their order: the one that is carried, or what the row says.

    Examples
    --------
    >>> repair = Repair(owner="a1", state="ninguna", lost=2, source="poi.xlsx!Hoja!F5")
    >>> table = pd.DataFrame([repair.to_row(), {"clave": "regla.layout", "texto": "obras", "fuente": None}])
    >>> [type(note).__name__ for note in read_notes(table, [repair])]
    ['Repair', 'DeclaredRule']
    """
    known = {(note.key, note.text): note for note in reversed(carried)}
    notes = []
    for row in contexto.to_dict("records"):
        said = (note for kind in _SAID if (note := kind.from_row(row)))
        notes.append(known.get((row["clave"], row["texto"])) or next(said))
    return tuple(notes)
