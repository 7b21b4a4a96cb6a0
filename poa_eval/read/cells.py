"""Cells of a spreadsheet: what the sheet shows of them, and how merged ones are filled."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from operator import itemgetter

from poa_eval.read.raw import Cell, ShownPercent

Index = tuple[int, int]

NO_VALUE = "#FÓRMULA SIN VALOR"
KNOWN_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))

#: What a number format shows as it stands (quoted, escaped, a space as wide as a sign, a fill), colours, conditions.
_LITERAL = re.compile(r'"[^"]*"?|[\\_*].|\[[^\]]*\]', re.DOTALL)


@dataclass
class Marks:
    """What python-calamine leaves out of a sheet, by row and column counted from 0."""

    percents: list[Index] = field(default_factory=list)  # cells whose number is shown as a percentage
    texts: dict[Index, str] = field(default_factory=dict)  # cells with an error or no value, and what to show for it
    merges: list[tuple[Index, Index]] = field(default_factory=list)  # first and last cell of merged ranges


def clean_cell(cell: object) -> Cell:
    """Return a value as the readers give it: stripped text, whole numbers as int, dates as ISO text, blanks as None.

    Examples
    --------
    >>> clean_cell(" a "), clean_cell(3.0), clean_cell(""), clean_cell(dt.datetime(2023, 1, 31))
    ('a', 3, None, '2023-01-31')
    """
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    if isinstance(cell, dt.datetime) and cell.time() == dt.time(0):
        return cell.date().isoformat()
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        return str(cell)
    return cell


class _Cleaned(dict[object, Cell]):
    """Value → as `clean_cell` gives it, found when it first occurs: most values of a sheet stand in it many times."""

    def __missing__(self, cell: object) -> Cell:
        self[cell] = clean_cell(cell)
        return self[cell]


def clean_rows(rows: list[list[object]]) -> list[list[Cell]]:
    """Clean every cell of a sheet.

    Examples
    --------
    >>> clean_rows([[1.0, " a "], [True, ""]])
    [[1, 'a'], [True, None]]
    """
    if not rows or len(rows[0]) < 2 or bool in set(map(type, chain.from_iterable(rows))):  # True equals 1
        return [[clean_cell(cell) for cell in row] for row in rows]
    cleaned = _Cleaned()
    return [list(itemgetter(*row)(cleaned)) for row in rows]  # the quickest way there is


def shows_percent(code: str) -> bool:
    r"""Tell whether a number format multiplies by 100; a quoted or escaped percent sign is only a sign.

    Examples
    --------
    >>> shows_percent("0.00%"), shows_percent('0.0"%"'), shows_percent(r"0.0\%"), shows_percent("[Red]-0%;0 %")
    (True, False, False, True)
    """
    return "%" in _LITERAL.sub("", code)


def apply_marks(rows: list[list[Cell]], marks: Marks) -> None:
    """Put back what the marks say, and fill merged ranges: each text over its whole range.

    A number, a percentage or an error stays in the first cell: repeated, it would be added up. What lies hidden
    under a merged cell is not shown in the sheet, and is blanked.
    """
    for row, column in _within(rows, marks.texts):
        rows[row][column] = marks.texts[row, column]
    for (top, left), (bottom, right) in marks.merges:
        if top < len(rows) and left < len(rows[top]):
            value = rows[top][left]
            fill = value if isinstance(value, str) and (top, left) not in marks.texts else None
            for row in rows[top : bottom + 1]:
                row[left : right + 1] = [fill] * len(row[left : right + 1])
            rows[top][left] = value
    for row, column in _within(rows, marks.percents):
        value = rows[row][column]
        if isinstance(value, int | float) and not isinstance(value, bool):
            rows[row][column] = ShownPercent(f"{(Decimal(repr(value)) * 100).normalize():f}%", float(value))


def _within(rows: list[list[Cell]], cells: Iterable[Index]) -> Iterable[Index]:
    return ((row, column) for row, column in cells if row < len(rows) and column < len(rows[row]))
