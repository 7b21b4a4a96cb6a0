"""Block: a piece of a report, as HTML for notebooks and pages and as plain text for the console."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml.etree import iterwalk
from lxml.html import fragment_fromstring

from poa_eval.text.names import make_slug
from poa_eval.text.wording import MISSING, SYMBOLS, format_number, format_percent, is_present

_LINES = frozenset("p div section h1 h2 h3 h4 ul li dl dt dd table caption tr figure figcaption img".split())


@dataclass(frozen=True, repr=False)
class Block:
    """What a notebook shows.

    Parameters
    ----------
    html : str
        Markup of the package's templates; all that comes from data is escaped in it.

    Examples
    --------
    >>> Block("<h4>Metas</h4><table><tr><th>Obras<br><small>KM</small></th><td>5</td></tr></table>")
    Metas
    Obras · KM | 5
    """

    html: str

    @cached_property
    def text(self) -> str:
        """Return the same in plain text: a line per paragraph, item or row; pictures by their words."""
        lines, depth = [""], 0
        for event, node in iterwalk(fragment_fromstring(self.html, create_parent=True), events=("start", "end")):
            depth += (node.tag == "ul") * (1 if event == "start" else -1)
            if node.tag in _LINES:
                lines.append("  " * (depth - 1))
            if event == "start":
                before = " | " if node.tag in ("td", "th") and node.getprevious() is not None else ""
                before += " · " * (node.tag == "br") + node.get("alt", "")
            said = before + (node.text or "") if event == "start" else node.tail or ""
            lines[-1] += re.sub(r"[ \n]+", " ", said)
        return "\n".join(line.rstrip() for line in lines if line.strip())

    def __add__(self, other: Block) -> Block:
        """Return both, one after the other."""
        return Block(self.html + other.html)

    def _ipython_display_(self) -> None:
        # Without this a notebook would show an empty box for an empty block; for any other the usual way goes on.
        if self.html:
            raise NotImplementedError

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        """Return the plain text."""
        return self.text


#: What is shown where there is nothing to show; in a page its section disappears.
EMPTY = Block("")


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, the group above it, whether it may be left out where it is empty.

    `origin` says how those of its numbers come about that do not say it themselves.
    """

    title: str
    group: str = ""
    is_number: bool = False
    is_optional: bool = False
    origin: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell: a text, a state or both; with notes, the title that gives its source, a link, and the number to sort by.

    `picture` is one of `bars`; `badge` is what stands beside the state's sign instead of its name.
    """

    text: str = MISSING
    notes: tuple[str, ...] = ()
    title: str = ""
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
    return Cell(text, tuple(filter(None, notes)), link=link, title=_name_source(source))


def number_cell(value: float | None, locale: str, *, source: object = None, title: str = "") -> Cell:
    """Return a cell of a quantity, with its source where that is known, or another title."""
    title = title or _name_source(source) if is_present(value) else ""
    return Cell(format_number(value, locale), title=title, is_number=True, value=value)


def count_cell(number: int, *, picture: str = "") -> Cell:
    """Return a cell of how many there are of something."""
    return Cell(str(number), is_number=True, picture=picture)


def percent_cell(
    value: float | None, locale: str, *, state: str = "", reason: str = "", title: str = "", picture: str = ""
) -> Cell:
    """Return a cell of a percentage with the state it gives; where there is none, the state or a dash, and why."""
    text = "" if state and not is_present(value) else format_percent(value, locale)
    notes = (reason,) if reason and not is_present(value) else ()
    return Cell(text, notes, title if is_present(value) else "", True, state, value=value, picture=picture)


def state_cell(state: str, *, is_number: bool = False) -> Cell:
    """Return a cell of a state; in a column of numbers it stands where the number would."""
    return Cell("", state=state, is_number=is_number)


def _name_source(source: object) -> str:
    return f"Fuente: {source}" if is_present(source) else ""


def render(template: str, **values: object) -> Block:
    """Render one of the package's templates; values are escaped in it."""
    return Block(_environment().get_template(template).render(**values).strip() + "\n")


def render_words(sentences: Iterable[str], *, kind: str = "") -> Block:
    """Return a paragraph of sentences; the first stands out where ``kind`` is ``titular``."""
    return render("parrafo.html.j2", sentences=list(sentences), kind=kind)


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


def _explain(row: Sequence[Cell], kept: Sequence[int], columns: Sequence[Column]) -> list[Cell]:
    """Return the cells that are kept; a number without a source gets that of its column."""
    pairs = [(row[i], columns[i].origin) for i in kept]
    return [
        replace(cell, title=origin)
        if origin and cell.is_number and cell.text not in ("", MISSING) and not cell.title
        else cell
        for cell, origin in pairs
    ]


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
