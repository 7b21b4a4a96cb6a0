"""Block: a piece of a report, as HTML for notebooks and pages and as plain text for the console."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from jinja2 import Environment, PackageLoader, StrictUndefined
from lxml.etree import iterwalk
from lxml.html import fragment_fromstring

_LINES = frozenset("p div section h1 h2 h3 h4 ul li dl dt dd table caption tr figure figcaption img".split())


@dataclass(frozen=True, repr=False)
class Block:
    """What a notebook shows: markup of the package's templates, in which all that comes from data is escaped.

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

    def __add__(self, other: "Block") -> "Block":
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


def render(template: str, **values: object) -> Block:
    """Render one of the package's templates; values are escaped in it."""
    return Block(_environment().get_template(template).render(**values).strip() + "\n")


def render_words(sentences: Iterable[str], *, kind: str = "") -> Block:
    """Return a paragraph of sentences; the first stands out where ``kind`` is ``titular``."""
    return render("parrafo.html.j2", sentences=list(sentences), kind=kind)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("poa_eval.reports.html"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
