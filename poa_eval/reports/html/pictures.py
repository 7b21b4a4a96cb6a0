"""Pictures, the common ground of all charts: one style, SVG of the same bytes each time, the words that go with it."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib import style
from matplotlib.figure import Figure

INK, SOFT, DONE, PAPER, RULE = "#1c2733", "#4a5866", "#0b4f7a", "#eef2f5", "#dde3e8"
_STYLE = "poa_eval.reports.html.poa"  # poa.mplstyle, beside this module


@dataclass(frozen=True)
class Picture:
    """A picture with its words: a title, lines below it, the text that tells its content; and its SVG in base64."""

    title: str
    notes: Sequence[str]
    alt: str
    data: str


def render_picture(
    draw: Callable[[Figure], None], size: tuple[float, float], title: str, notes: Sequence[str], alt: str
) -> Picture:
    """Return what a function draws, as SVG of the same bytes each time; size in inches."""
    buffer = io.StringIO()
    with style.context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=size)
        draw(figure)
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = buffer.getvalue()
    return Picture(title, notes, alt, base64.b64encode(svg[svg.index("<svg") :].encode()).decode())
