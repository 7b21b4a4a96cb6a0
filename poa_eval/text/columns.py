"""Columns of the tables that people read, each described once for the pages and for the sheets of a workbook."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from poa_eval.text.wording import is_present


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, how to take the value of a row, and how it looks.

    A column without `value` stands on pages only; one without `cell` on sheets only, or in a table of which the rows
    are made by hand.

    Examples
    --------
    >>> Column("Avance anual", "avance_anual", "percent").heading
    'Avance anual (%)'
    """

    title: str  # heading; on pages a percentage says so in it
    # Key of the row that holds the value, or a function of the row, which may pair a value with its own kind.
    value: str | tuple[Any, ...] | Callable[[Mapping], object] | None = None
    kind: str = "text"  # or number, percent (0–100), state: a word that may be coloured
    width: int = 12  # in letters, on a sheet
    cell: Callable[[Mapping], Any] | None = None  # what a page shows of a row: its cell, with notes, tooltip, link
    short: str = ""  # heading on pages, where that is another: the group above says the rest
    group: str = ""  # a heading above several columns
    tooltip: str = ""  # on pages, how those numbers of the column come about that do not say it themselves
    is_optional: bool = False  # left out where no row has a value
    is_aside: bool = False  # for who works with the sheet, not for paper; such columns stand last

    @cached_property
    def heading(self) -> str:
        """Return the heading on a page."""
        return (self.short or self.title) + " (%)" * (self.kind == "percent")

    @property
    def is_number(self) -> bool:
        """Say whether the column holds numbers."""
        return self.kind in ("number", "percent")

    def take(self, row: Mapping) -> object:
        """Return the value of a row."""
        return self.value(row) if callable(self.value) else row.get(self.value)


def say_yes(key: str) -> Callable[[Mapping], str | None]:
    """Return what takes whether something is so, as a word; None where that is undecided.

    Examples
    --------
    >>> say_yes("cumplida")({"cumplida": True}), say_yes("cumplida")({"cumplida": None})
    ('sí', None)
    """
    return lambda row: ("sí" if row[key] else "no") if is_present(row[key]) else None
