"""Tables of a page: cells with their notes, state, tooltip and sparkline, and the table that they make."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from poa_eval.reports.html.blocks import Block, render
from poa_eval.text.columns import Column
from poa_eval.text.names import make_slug
from poa_eval.text.wording import MISSING, SYMBOLS, format_number, format_percent, is_present


@dataclass(frozen=True)
class Cell:
    """A cell: a text, a state or both; with notes, the tooltip with its source, a link, and the number to sort by.

    `picture` is one of `sparklines`; `badge` is what stands beside the state's sign instead of its name.
    """

    text: str = MISSING
    notes: tuple[str, ...] = ()
    tooltip: str = ""
    is_number: bool = False
    state: str = ""
    link: str = ""
    value: float | None = None
    picture: str = ""
    badge: str = ""

    @property
    def symbol(self) -> str:
        """Return the sign of the state."""
        return SYMBOLS[self.state]

    @property
    def slug(self) -> str:
        """Return the state as part of a class name."""
        return make_slug(self.state)

    @property
    def plain_value(self) -> str:
        """Return the number to sort by, where the text does not say it without separators."""
        return f"{self.value:.10g}" if is_present(self.value) and not self.text.isdecimal() else ""

    @property
    def is_blank(self) -> bool:
        """Say whether the cell tells nothing."""
        return self.text == MISSING and not (self.state or self.notes or self.picture)


def text_cell(value: object, *, notes: Iterable[str] = (), link: str = "", source: object = None) -> Cell:
    """Return a cell of words; a dash where there are none."""
    text = str(value) if is_present(value) else MISSING
    return Cell(text, tuple(filter(None, notes)), link=link, tooltip=_name_source(source))


def show_text(key: str) -> Callable[[Mapping], Cell]:
    """Return what makes the cell of a column of words."""
    return lambda row: text_cell(row[key])


def number_cell(value: float | None, locale: str, *, source: object = None, tooltip: str = "") -> Cell:
    """Return a cell of a quantity, with its source where that is known, or another tooltip."""
    tooltip = tooltip or _name_source(source) if is_present(value) else ""
    return Cell(format_number(value, locale), tooltip=tooltip, is_number=True, value=value)


def count_cell(number: int, *, picture: str = "") -> Cell:
    """Return a cell of how many there are of something."""
    return Cell(str(number), is_number=True, picture=picture)


def percent_cell(
    value: float | None, locale: str, *, state: str = "", reason: str = "", tooltip: str = "", picture: str = ""
) -> Cell:
    """Return a cell of a percentage with the state it gives; where there is none, the state or a dash, and why."""
    text = "" if state and not is_present(value) else format_percent(value, locale)
    notes = (reason,) if reason and not is_present(value) else ()
    return Cell(text, notes, tooltip if is_present(value) else "", True, state, value=value, picture=picture)


def state_cell(state: str, *, is_number: bool = False) -> Cell:
    """Return a cell of a state; in a column of numbers it stands where the number would."""
    return Cell("", state=state, is_number=is_number)


def _name_source(source: object) -> str:
    return f"Fuente: {source}" if is_present(source) else ""


def render_table(
    caption: str,
    columns: Sequence[Column],
    groups: Iterable[tuple[str, Sequence[Sequence[Cell]]]],
    *,
    source: str = "",
    total: Sequence[Cell] = (),
    kind: str = "",
) -> Block:
    """Return a table; optional columns that hold nothing are left out.

    Parameters
    ----------
    caption : str
    columns : sequence of Column
    groups : iterable of (str, rows)
        Heading of each group of rows ("" for none), and its rows of `Cell`.
    source : str
        Where the figures come from, for the line below.
    total : sequence of Cell
        A last row.
    kind : str
        ``compacta`` for many narrow columns beside long names; ``periodos`` for columns that are months: these are not
        sorted, nor are pictures.
    """
    groups = [(title, list(rows)) for title, rows in groups]
    everything = [row for _, rows in groups for row in rows]
    kept = [
        i
        for i, column in enumerate(columns)
        if not column.is_optional or not all(row[i].is_blank for row in everything)
    ]
    groups = [(title, [_explain(row, kept, columns) for row in rows]) for title, rows in groups]
    foot = _explain(total, kept, columns) if total else []
    columns = [columns[i] for i in kept]
    spans: list[tuple[str, int, int]] = []
    for number, column in enumerate(columns):
        if column.group and spans and spans[-1][0] == column.group:
            spans[-1] = (column.group, spans[-1][1] + 1, number)
        else:
            spans.append((column.group, 1, number))
    pictures = {
        i for i, number in enumerate(kept) if any(row[number].picture and not row[number].text for row in everything)
    }
    return render(
        "tabla.html.j2",
        caption=caption,
        columns=columns,
        spans=spans if any(column.group for column in columns) else [],
        groups=groups,
        foot=foot,
        source=source,
        kind=kind,
        fixed=range(len(columns)) if "periodos" in kind else pictures,
    )


def render_records(
    caption: str, columns: Iterable[Column], groups: Iterable[tuple[str, Iterable[Mapping]]], **options: Any
) -> Block:
    """Return a table of those columns that say how they look on a page, with the cells that they make of each record.

    `groups` hold records, and the `options` are those of `render_table`.
    """
    shown = [column for column in columns if column.cell]
    cells = [(title, [[column.cell(row) for column in shown] for row in rows]) for title, rows in groups]
    return render_table(caption, shown, cells, **options)


def _explain(row: Sequence[Cell], kept: Sequence[int], columns: Sequence[Column]) -> list[Cell]:
    """Return the cells that are kept; a number without a source gets that of its column."""
    pairs = [(row[i], columns[i].tooltip) for i in kept]
    return [
        replace(cell, tooltip=tooltip)
        if tooltip and cell.is_number and cell.text not in ("", MISSING) and not cell.tooltip
        else cell
        for cell, tooltip in pairs
    ]
