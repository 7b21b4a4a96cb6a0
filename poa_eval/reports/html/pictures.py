"""Pictures: what all charts draw with: one style, SVG of the same bytes each time, bars, running sums, words."""

import base64
import io
import warnings
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from poa_eval.text.periods import name_period
from poa_eval.text.wording import format_number, is_present

INK, SOFT, DONE, PAPER, RULE = "#1c2733", "#4a5866", "#0b4f7a", "#eef2f5", "#dde3e8"
_STYLE = "poa_eval.reports.html.poa"  # poa.mplstyle, beside this module
_LETTER, _LINE = 0.025, 0.18  # a bold letter's width and a line's height, as parts of the axes' width and of their top


def render_picture(
    draw: Callable[[Figure], None], size: tuple[float, float], title: str, notes: Sequence[str], alt: str
) -> dict[str, object]:
    """Return what a function draws, as SVG of the same bytes each time, in base64, with its words; size in inches."""
    buffer = io.StringIO()
    with style.context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=size)
        draw(figure)
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = buffer.getvalue()
    data = base64.b64encode(svg[svg.index("<svg") :].encode()).decode()
    return {"title": title, "notes": notes, "alt": alt, "data": data}


def draw_bars(axes: Axes, bars: list[dict], months: int, locale: str) -> None:
    """Draw outlines of what was programmed with what was executed inside, and numbers where they fit."""
    top = max([1e-9, *(float(bar[c]) for bar in bars for c in ("programado", "ejecutado") if is_present(bar[c]))])
    longest = max([0, *(len(format_number(bar["ejecutado"], locale)) / bar["meses"] for bar in bars)])
    fits = longest * months <= 30  # signs of bold figures that have room along the axis
    for column, wide, look in (
        ("programado", 0.86, {"facecolor": PAPER, "edgecolor": SOFT, "linewidth": 1, "linestyle": "--"}),
        ("ejecutado", 0.86 * 0.6, {"color": DONE}),
    ):
        known = [bar for bar in bars if is_present(bar[column])]
        if known:  # all as one path: far less work than a patch for each
            half, heights = ([bar["meses"] * wide / 2 for bar in known], [float(bar[column]) for bar in known])
            axes.add_patch(PathPatch(_join_bars([_find_middle(bar) for bar in known], half, heights), **look))
    below, *_ = axes.get_xaxis_text1_transform(3.5)  # words are far less work than an axis' ticks
    small = {"fontsize": 7.5 if len(bars) > 9 else 9, "color": SOFT}
    for bar in bars:
        planned, done = (float(bar[c]) if is_present(bar[c]) else None for c in ("programado", "ejecutado"))
        middle, name = _find_middle(bar), name_period(bar["mes"], bar["meses"]).replace("trimestre", "trim.")
        axes.text(middle, 0, name, ha="center", va="top", transform=below, **small)
        if done is None:
            axes.text(middle, top * 0.04, bar["estado"], rotation=90, ha="center", va="bottom", fontsize=8.5)
        elif fits:
            above = max(planned or 0, done) + top * 0.03
            axes.text(middle, above, format_number(done, locale), ha="center", va="bottom", fontweight="bold")
    axes.set_ylim(0, top * 1.2)
    if bars and bars[-1]["mes"] < months == 12:
        length = bars[-1]["meses"]
        last = name_period(12, length).replace("trimestre", "trim.")
        axes.text(12 - length / 2, 0, last, ha="center", va="top", transform=below, **small)
    _rule(axes, top, locale)


def draw_totals(
    axes: Axes, totals: list[dict], ahead: list[tuple], goal: float | None, months: int, locale: str
) -> None:
    """Draw the running sums from January, the programme as a broken line and the year's goal as a level."""
    curves = {}
    for column, look in (
        ("programado", {"color": SOFT, "linestyle": "--"}),
        ("ejecutado", {"color": DONE, "lw": 2.2}),
    ):
        known = [(total["mes"], total[column]) for total in totals if is_present(total[column])]
        if known:
            curves[column] = [(0, 0.0), *known, *(ahead if column == "programado" else [])]
            axes.plot(*zip(*curves[column], strict=True), **look)
    top = max([goal or 0.0, *(value for curve in curves.values() for _, value in curve)]) or 1.0
    lines = [np.array(curve, dtype=float) / (months, top) for curve in curves.values()]
    if goal is not None:
        axes.axhline(goal, color=INK, linewidth=1)
        lines.append(np.array([(0, goal), (months, goal)]) / (months, top))
        lines.append(_write(axes, f"meta {format_number(goal, locale)}", (0, goal / top), lines, (months, top), INK))
    if "ejecutado" in curves:
        month, value = curves["ejecutado"][-1]
        said = f"{format_number(value, locale)} acumulado"
        said = said if month == months or len(said) * _LETTER < 1 - month / months else said.replace(" ", "\n")
        _write(axes, said, (month / months, value / top), lines, (months, top), DONE)
    axes.set_ylim(0, top * 1.25)
    _rule(axes, top, locale)


def _join_bars(middles: list[float], halves: list[float], heights: list[float]) -> Path:
    """Return bars from the ground up as one path."""
    corners = [
        [(x - half, 0), (x - half, height), (x + half, height), (x + half, 0)]
        for x, half, height in zip(middles, halves, heights, strict=True)
    ]
    return Path.make_compound_path_from_polys(np.array(corners, dtype=float))


def _find_middle(bar: Mapping[str, object]) -> float:
    return bar["mes"] - bar["meses"] / 2


def _write(
    axes: Axes, said: str, spot: tuple, lines: list[np.ndarray], size: tuple[int, float], color: str
) -> np.ndarray:
    """Write words in the free place nearest to a spot, to its right if there is room; return the ground they cover."""
    wide, high = max(map(len, said.split("\n"))) * _LETTER, (said.count("\n") + 1) * _LINE
    at = np.linspace(0, 1, 121)
    x, y = np.arange(0.005, 1 - wide, 0.01), np.arange(0.03, 1.25 - high, 0.04)[:, None]
    hits = np.zeros((y.size, x.size))
    for line in lines:
        level = np.interp(at, *line.T, left=-1, right=-1)
        across = (x[:, None] - 0.012 < at) & (at < x[:, None] + wide + 0.005)
        hits += ((y - 0.03 < level) & (level < y + high + 0.02)).astype(float) @ across.T
    aside = np.where(x < spot[0], 3 * np.maximum(spot[0] - x - wide, 0) + 0.5, 3 * (x - spot[0]))
    away = np.maximum(np.maximum(y - spot[1], spot[1] - y - high), 0) + 0.6 * (y > spot[1])
    row, column = np.unravel_index(np.argmin(hits * 100 + np.hypot(aside, away)), hits.shape)
    left, bottom = x[column], y[row, 0]
    axes.text(left * size[0], bottom * size[1], said, va="bottom", fontsize=8.5, fontweight="bold", color=color)
    return np.array([(left + i * wide / 8, bottom + high * (i % 2)) for i in range(9)])


def _rule(axes: Axes, top: float, locale: str) -> None:
    """Draw the levels of the axis with their numbers: as lines and words, far less work than an axis' ticks."""
    axes.xaxis.set_visible(False)
    axes.yaxis.set_visible(False)
    highest = axes.get_ylim()[1]
    whole = top >= 4
    levels = MaxNLocator(5 if whole else 4, integer=whole, steps=[1, 2, 2.5, 5, 10]).tick_values(0, highest)
    levels = levels[(levels >= 0) & (levels <= highest)]
    axes.hlines(levels, *axes.get_xlim(), colors=RULE, linewidth=0.7, zorder=0.5)
    beside, *_ = axes.get_yaxis_text1_transform(3.5)
    for level in levels:
        said = _shorten(level, top, locale)
        axes.text(0, level, said, ha="right", va="center_baseline", transform=beside, fontsize=8, color=SOFT)


def _shorten(value: float, top: float, locale: str) -> str:
    """Write a tick in few signs, in the same unit along the axis."""
    size, unit = (1e6, " M") if top >= 1e6 else (1e3, " mil") if top >= 1e4 else (1, "")
    return format_number(value / size, locale) + (unit if value else "")
