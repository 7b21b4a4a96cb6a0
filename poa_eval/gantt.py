"""Gantt: a plan as figures: how many activities meet each criterion, and in which months each of them stands."""

from __future__ import annotations

import math
import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from poa_eval.block import EMPTY, Block
from poa_eval.evaluability import CRITERIA, assess
from poa_eval.measure import Evaluation, describe_quarter
from poa_eval.narrate import is_unit, take_evaluation
from poa_eval.picture import (
    DONE,
    INK,
    PAPER,
    PLANNED,
    SOFT,
    Picture,
    blank_axes,
    clean_text,
    render_picture,
    show_pictures,
)
from poa_eval.quarter import Quarter
from poa_eval.tell import Load, count_criteria, find_load, has_plan
from poa_eval.values import MONTHS, QUARTERS
from poa_eval.words import MISSING, capitalize, count_words, format_percent, has, join_words, name_unit

Source = Quarter | Evaluation

_WIDTH = 4.3  # inches: legible on a phone, and two side by side on a desk
_HEAD, _LINE, _ROW = 0.3, 0.14, 0.37  # the months' names; a line of text; a row of marks
_ROWS = 8  # most activities in one picture


def plot_evaluability(source: Source) -> Block:
    """Draw how many activities meet each criterion of evaluability."""
    e = take_evaluation(source)
    total = len(e.plan.actividades)
    if not has_plan(e) or not total:
        return EMPTY
    found = assess(e.plan)
    bars = [(capitalize(name), int(found.actividades[column].sum())) for column, (name, _) in CRITERIA.items()]
    share = format_percent(found.institucion["evaluabilidad"].iloc[0], e.plan.locale)
    title = f"{capitalize(count_criteria(found))}."
    note = f"Actividades que cumplen cada criterio, de {total}. Evaluabilidad: {share}."
    alt = f"Barras por criterio. {note} " + "; ".join(f"{name}: {number} de {total}" for name, number in bars) + "."
    height = 0.44 * len(bars)

    def draw(figure: Figure) -> None:
        axes = blank_axes(figure, total * 1.2, height)
        for i, (name, number) in enumerate(bars):
            y = 0.44 * i
            axes.text(0, y + 0.19, name, va="bottom")
            axes.add_patch(Rectangle((0, y + 0.22), total, 0.13, fc=PAPER, ec=PLANNED, lw=0.5))
            axes.add_patch(Rectangle((0, y + 0.22), number, 0.13, fc=DONE, lw=0))
            where = (total * 1.02, y + 0.285)
            axes.text(*where, f"{number} de {total}", va="center", fontweight="bold", color=INK)

    return show_pictures([render_picture(draw, (_WIDTH, height), title, [note], alt)], width="30rem", stretch="32rem")


def plot_calendar(source: Source) -> Block:
    """Draw in which months each activity stands, with the quarter under evaluation on a shaded ground.

    A sign for each reason: a month marked, the close of a period. Activities without calendar are counted, not drawn.
    """
    e = take_evaluation(source)
    load = find_load(e)
    if load.meses.empty:
        return EMPTY
    rows = _list_rows(e)
    size = math.ceil(len(rows) / math.ceil(len(rows) / _ROWS))
    starts = range(0, len(rows), size)
    titles = [f"{i + 1} a {min(i + size, len(rows))} de {len(rows)}" for i in starts] if len(starts) > 1 else [""]
    pictures = [_draw_chunk(rows[i : i + size], e, title) for i, title in zip(starts, titles, strict=True)]
    without = count_words(len(load.sin_calendario), "actividad, que no se dibuja", "actividades, que no se dibujan")
    notes = [f"{symbol} {meaning}." for symbol, meaning, *_ in load.origins]
    notes += [f"Fondo sombreado: {describe_quarter(e.trimestre)}, el que se evalúa."]
    notes += [f"Sin calendario: {without}."] if load.sin_calendario else []
    return show_pictures(pictures, title=_tell_peak(load), note=" ".join(notes), width="26rem", stretch="32rem")


def _tell_peak(load: Load) -> str:
    """Tell which quarters have most activities."""
    most = max(load.trimestres)
    names = [f"el {name}" for name, number in zip(QUARTERS, load.trimestres, strict=True) if number == most]
    if len(names) == 4:
        return f"Los cuatro trimestres llevan la misma carga: {count_words(most, 'actividad', 'actividades')}."
    if len(names) == 1:
        return f"El trimestre con más actividades es {names[0]}: {most}."
    return f"Los trimestres con más actividades son {join_words(names)}: {most} en cada uno."


def _list_rows(e: Evaluation) -> list[tuple[str, str, dict[int, str]]]:
    """List unit, name and months (month → origin) of the activities that have a calendar, unit by unit."""
    load = find_load(e)
    marks: dict[str, dict[int, str]] = {}
    for mark in load.meses.to_dict("records"):
        marks.setdefault(mark["actividad_id"], {})[int(mark["mes"])] = mark["origen"]
    names = e.plan.unidades.set_index("unidad_id")["unidad"]
    several = not is_unit(e) and e.plan.actividades["unidad_id"].nunique() > 1
    rows = []
    for unit_id, part in e.plan.actividades.groupby("unidad_id", sort=False):
        unit = name_unit(unit_id, names[unit_id]) if several else ""
        for row in part.to_dict("records"):
            if row["actividad_id"] in marks:
                name = " · ".join(str(text) for text in (row["codigo"], row["actividad"]) if has(text))
                rows.append((unit, clean_text(name) or MISSING, marks[row["actividad_id"]]))
    return rows


def _draw_chunk(rows: list[tuple[str, str, dict[int, str]]], e: Evaluation, title: str) -> Picture:
    heads = [unit if i == 0 or unit != rows[i - 1][0] else "" for i, (unit, *_) in enumerate(rows)]
    lines = [
        (textwrap.wrap(clean_text(head), 48), textwrap.wrap(name, 54 if name.isupper() else 66))
        for head, (_, name, _) in zip(heads, rows, strict=True)
    ]
    height = _HEAD + sum(_LINE * (len(unit) + len(name)) + 0.06 * bool(unit) + _ROW for unit, name in lines)
    first = 3 * e.trimestre - 3

    def draw(figure: Figure) -> None:
        axes = blank_axes(figure, 12, height)
        axes.add_patch(Rectangle((first, 0), 3, height, fc="#e3ebf1", lw=0, zorder=0))
        for month, name in enumerate(MONTHS):
            inside = first <= month < first + 3
            style = {"fontweight": "bold", "color": INK} if inside else {"color": SOFT}
            axes.text(month + 0.5, _HEAD / 2, name, ha="center", va="center", fontsize=8.5, **style)
        y = _HEAD
        for (unit, name), (_, _, months) in zip(lines, rows, strict=True):
            axes.plot([0, 12], [y, y], color=PLANNED, lw=0.5)
            if unit:
                y += 0.06 + _LINE * len(unit)
                axes.text(0, y, "\n".join(unit), va="bottom", fontsize=9, fontweight="bold", linespacing=1.1)
            y += _LINE * len(name) + 0.08
            axes.text(0, y - 0.01, "\n".join(name), va="bottom", fontsize=8.5, linespacing=1.1)
            _draw_marks(axes, y + 0.1, months)
            y += _ROW - 0.08

    said = "; ".join(f"{name}: {_tell_months(months)}" for _, name, months in rows)
    part = f", {title.lower()}" if title else ""
    alt = f"Calendario de {count_words(len(rows), 'actividad', 'actividades')} por meses{part}. {said}."
    return render_picture(draw, (_WIDTH, height), title, [], alt)


def _draw_marks(axes: Axes, y: float, months: dict[int, str]) -> None:
    """Draw bars over the months that are marked, and a sign in each of the others."""
    for start, end in _find_spans([month for month, origin in months.items() if origin == "marca"]):
        axes.add_patch(Rectangle((start - 0.94, y - 0.07), end - start + 0.88, 0.14, fc=DONE, lw=0))
    for origin, sign in (("frecuencia", "o"), ("programado", "D")):
        at = [month - 0.5 for month in sorted(months) if months[month] == origin]
        if at:
            axes.plot(at, [y] * len(at), sign, color=DONE, markersize=9 if sign == "o" else 7, markeredgewidth=0)


def _find_spans(months: list[int]) -> list[tuple[int, int]]:
    """Return months as spans: first and last of those that follow each other."""
    spans: list[tuple[int, int]] = []
    for month in sorted(months):
        if spans and month == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], month)
        else:
            spans.append((month, month))
    return spans


def _tell_months(months: dict[int, str]) -> str:
    """Return months in words: «ene, mar a jun»."""
    names = [(MONTHS[a - 1], MONTHS[b - 1]) for a, b in _find_spans(list(months))]
    return ", ".join(first if first == last else f"{first} a {last}" for first, last in names)
