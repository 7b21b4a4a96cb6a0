"""Guess: what is known of an unknown form so far, and what stands in its columns."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from poa_eval.drafting.find_table import PeriodRun, Sketch
from poa_eval.layouts.patterns import make_alias, match_path
from poa_eval.loaders.row_marks import find_total, says_total
from poa_eval.readers.cells import Cell, ShownPercent
from poa_eval.text.names import normalize
from poa_eval.text.numbers import parse_number, parse_spaced

if TYPE_CHECKING:
    from poa_eval.drafting.behaviour import SaidColumn

_SAMPLE = 500
_MARKS = 3  # kinds of marks that one form may have
_NOTHING = frozenset("-–—−.·_/")  # signs that say that nothing is there
_ALIKE = 85  # how alike headings of two sheets are that are one


@dataclass
class Guess:
    """What is known of a form so far."""

    sketch: Sketch
    others: list[Sketch]  # the same table in other sheets
    side_by_side: int = 1  # tables beside one another
    locale: str = "es_MX"
    columns: dict[str, int] = field(default_factory=dict)  # of the plan → of the table
    unsure: set[str] = field(default_factory=set)  # columns of the plan that were not chosen by a heading
    doubts: dict[str, str] = field(default_factory=dict)  # columns of the plan → what else they may be
    series: list[tuple[str, PeriodRun]] = field(default_factory=list)  # figures with a column per period
    printed: list[tuple[str, PeriodRun]] = field(default_factory=list)  # the same of derived ones
    published: dict[str, int] = field(default_factory=dict)  # derived figure of a row → column
    ignored: list[int] = field(default_factory=list)  # columns that could not be placed
    said: "dict[str, SaidColumn]" = field(default_factory=dict)  # columns of behaviour with texts that are not usual
    result_marks: list[PeriodRun] = field(default_factory=list)  # marks where figures are: they say no figure
    corner: int | None = None  # the column whose heading names the activity of each table
    by_row: bool = False  # programme and result stand in one column each
    left_out: list[str] = field(default_factory=list)  # visible sheets without the table

    @cached_property
    def rows(self) -> list[tuple[Cell, ...]]:
        """Return the first rows below the heading, without it where it is repeated, to where the table ends."""
        heads = self.sketch.sheet.filas[self.sketch.top : self.sketch.top + self.sketch.height]
        rows = self.sketch.rows[:_SAMPLE]
        if self.ends_blank:
            rows = takewhile(lambda row: any(cell is not None for cell in row), rows)
        periods = {at for _, run in self.series for at in run.all_columns}
        named = [{c: cell for c, cell in enumerate(head) if c in periods and cell is not None} for head in heads]
        again = [cells for cells in named if cells]  # under another corner too
        return [
            row
            for row in rows
            if row not in heads
            and not _adds_up(row)
            and not any(all(row[c : c + 1] == (cell,) for c, cell in cells.items()) for cells in again)
        ]

    @cached_property
    def totals(self) -> dict[str, str]:
        """Return the words of the rows of totals, and where they do not stand first, the column of the plan."""
        found: dict[str, str] = {}
        for row in self.sketch.rows:
            at = find_total(row, self.columns) if len({*row} - {None}) > 1 else None
            if at is not None:
                key = next((name for name in ("unidad", "actividad") if self.columns.get(name) == at), "")
                found.setdefault(" ".join(str(row[at]).split()), key if row[at] != _find_first(row) else "")
        return found

    @cached_property
    def ends_blank(self) -> bool:
        """Whether other rows than data stand between a blank row and the heading repeated below it."""
        head, *below = self.sketch.sheet.filas[self.sketch.top :]
        counts = [len(set(row) - {None}) for row in (head, *below)]
        for index in (i for i, row in enumerate(below, start=1) if row == head):
            last = max(i for i in range(index) if counts[i])
            blank = max((i for i in range(last) if not counts[i]), default=last)
            if blank < last and max(counts[blank : last + 1]) > 1:
                return True
        return False

    def cells(self, column: int) -> list[Cell]:
        """Return what stands in a column below the heading, blanks left out."""
        return [row[column] for row in self.rows if column < len(row) and row[column] is not None]

    @property
    def runs(self) -> list[PeriodRun]:
        """Return all columns that are periods."""
        return [run for _, run in [*self.series, *self.printed]]

    @property
    def templates(self) -> list[str]:
        """Return the headings of the periods, with placeholders."""
        return [template for run in self.runs for template in run.templates]

    def taken(self) -> set[int]:
        """Return the columns that are placed or ignored."""
        runs = {column for run in self.runs for column in run.all_columns}
        return runs | {*self.columns.values(), *self.published.values(), *self.ignored}

    def to_number(self, cell: Cell) -> float | None:
        """Return the number that a cell holds, or None."""
        if isinstance(cell, ShownPercent):
            return cell.valor
        if isinstance(cell, str):
            number = parse_number(cell, self.locale)
            return parse_spaced(cell, self.locale) if number is None else number
        return None if cell is None or isinstance(cell, bool) else float(cell)

    def is_numeric(self, column: int) -> bool:
        """Say whether most of what stands in a column are numbers."""
        cells = self.cells(column)
        return bool(cells) and sum(self.to_number(cell) is not None for cell in cells) >= 0.6 * len(cells)

    def list_marks(self, run: PeriodRun) -> list[str]:
        """Return the marks of a run that says when and not how much: X, ✓, ●; none where it holds anything else."""
        cells = [cell for column in run.all_columns for cell in self.cells(column)]
        marks = {normalize(str(cell)): str(cell) for cell in cells}
        is_marked = 0 < len(marks) <= _MARKS and all(map(is_mark, marks))
        return sorted(marks.values()) if is_marked else []

    def heading(self, column: int) -> str:
        """Return a column's heading as a layout names it: with its group or place where it stands more than once."""
        paths = self.sketch.paths
        path = paths[column]
        parts = [escape_heading(part) for part in path]
        for start in range(len(path) - 1, -1, -1):
            alias = make_alias(" > ".join(parts[start:]))
            if [other for other, known in paths.items() if matches_heading(known, alias)] == [column]:
                return " > ".join(parts[start:])
        same = [other for other, known in paths.items() if matches_heading(known, make_alias(parts[-1]))]
        return f"{parts[-1]} [{same.index(column) + 1}]"

    def spellings(self, column: int) -> list[str]:
        """Return a column's heading, and how other sheets write it."""
        own = self.heading(column)
        alike = (other.paths[column] for other in self.others if column in other.paths)
        found = [escape_heading(path[-1]) for path in alike if normalize(path[-1]) not in normalize(own)]
        return list(
            dict.fromkeys([own, *(text for text in found if fuzz.ratio(normalize(text), normalize(own)) >= _ALIKE)])
        )


def is_mark(text: str) -> bool:
    """Say whether a text is one sign or letter, as «X» and «●» are, and not a dash."""
    folded = normalize(text)
    return len(folded) == 1 and not folded.isdigit() and folded not in _NOTHING


def escape_heading(text: str) -> str:
    """Return a heading with ``*`` for the signs that mean something in a layout."""
    return re.sub(r"\s*\[\d\]\s*$", "*", re.sub(r"[{}>*]+", "*", text))


def _find_first(row: tuple[Cell, ...]) -> Cell:
    """Return the first cell of a row that is not blank."""
    return next((cell for cell in row if cell is not None), None)


def _adds_up(row: tuple[Cell, ...]) -> bool:
    """Say whether a row begins with words of totals, and has no other words; which columns there are is not known."""
    words = {cell for cell in row if isinstance(cell, str) and re.search(r"[^\W\d]", cell)}
    return says_total(_find_first(row)) and len(words) == 1


def matches_heading(path: tuple[str, ...], alias: tuple) -> bool:
    """Say whether the headings over a column, as printed, are those of an alias."""
    return match_path(tuple(map(normalize, path)), alias) is not None
