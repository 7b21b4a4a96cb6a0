"""Picture: the figures' common ground: one style, SVG of the same bytes each time, and the words that go with it."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Callable
from pathlib import Path

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from poa_eval.block import Block, render

INK, SOFT, DONE, PLANNED, PAPER = "#1c2733", "#4a5866", "#0b4f7a", "#8b98a4", "#eef2f5"
WHITE_BOX = {"facecolor": "white", "edgecolor": "none", "pad": 1}
_STYLE = Path(__file__).with_name("poa.mplstyle")


def blank_axes(figure: Figure, width: float, height: float) -> Axes:
    """Return axes over the whole figure, y downwards, without frame."""
    axes = figure.add_axes((0.005, 0, 0.99, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    return axes


def clean_text(text: str) -> str:
    """Return a text in one line without what cannot be printed, which would break the picture."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def render_picture(
    draw: Callable[[Figure], None], size: tuple[float, float], title: str, note: str, alt: str
) -> dict[str, str]:
    """Return a picture as SVG, the same bytes each time, with its words."""
    buffer = io.StringIO()
    with style.context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=size)
        draw(figure)
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
        figure.clear()
    svg = buffer.getvalue()
    data = base64.b64encode(svg[svg.index("<svg") :].encode()).decode()
    return {"title": title, "note": note, "alt": alt, "data": data}


def show_pictures(pictures: list[dict[str, str]], *, width: str, title: str = "", note: str = "") -> Block:
    """Return pictures side by side, as many in a row as have room at this width, under a common title."""
    text = "\n".join(filter(None, (title, note, *(f"{p['title']} {p['note']}\n{p['alt']}" for p in pictures))))
    return render("figuras.html.j2", text, pictures=pictures, title=title, note=note, width=width)
