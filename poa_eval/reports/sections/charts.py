"""Draw stage: an evaluation as figures, each with a title that answers and a text that tells its content."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator
from pandas import DataFrame, Series

from poa_eval.metrics.due import DuePeriods
from poa_eval.metrics.evaluation import Evaluation, find_activity, is_unit
from poa_eval.metrics.ranking import ATTENTION, sort_by_need
from poa_eval.metrics.reasons import tell_reason
from poa_eval.metrics.series import list_comparable
from poa_eval.plan.accumulation import adds_up
from poa_eval.reports.html.blocks import EMPTY, Block, render, render_words
from poa_eval.reports.html.figures import DONE, INK, PAPER, RULE, SOFT, Picture, render_picture
from poa_eval.reports.sections.headline import tell_done
from poa_eval.reports.sections.inputs import Source, take_evaluation
from poa_eval.text.periods import name_period
from poa_eval.text.wording import (
    SYMBOLS,
    capitalize,
    format_number,
    format_percent,
    is_present,
    join_words,
    name_activity,
    name_unit,
)

_MOST = 4  # activities drawn in a unit's report
_LEGEND = "Contorno punteado: programado; barra: ejecutado."
_CURVES = "Contorno y línea punteados: programado; barra y línea continua: ejecutado."


def plot_activity(source: Source, actividad: str | None = None) -> Block:
    """Draw what one activity was to do and did, by period.

    Parameters
    ----------
    source : Quarter or Evaluation
    actividad : str, optional
        Its id, code, name or indicator, or a part of them that no other has; without it, the activity that most
        asks for a look.

    Raises
    ------
    ParamsError
        No activity is called so, or several are.
    """
    e = take_evaluation(source)
    if e.solo_plan:
        return EMPTY
    if e.actividades.empty:
        return render_words(["No hay actividades que dibujar."])
    row = sort_by_need(e).iloc[0] if actividad is None else find_activity(e, actividad)
    picture, has_curve = _draw_activity(row.to_dict(), e, e.due)
    note = _CURVES if has_curve else _LEGEND
    return render("figuras.html.j2", pictures=[picture], title="", note=note, width="34rem")


def plot_periods(source: Source) -> Block:
    """Draw what a unit's activities that ask for a look were to do and did, and where it adds up, the year's curve.

    An activity that is as it should be is not drawn, nor one of a single period: their numbers are in the tables.
    Where more than four ask for a look, only those are drawn that most do, and it says so.
    """
    e = take_evaluation(source)
    if e.solo_plan or not is_unit(e):
        return EMPTY
    table, due = sort_by_need(e), e.due
    activities = e.plan.actividades.set_index("actividad_id", drop=False)
    asking = table[table["estado"].isin(ATTENTION)]
    several = [len(list_comparable(activities.loc[key], due, e.trimestre)[0]) > 1 for key in asking["actividad_id"]]
    kept = asking[several].head(_MOST)
    if kept.empty:
        return EMPTY
    drawn = [_draw_activity(row, e, due) for row in kept.to_dict("records")]
    note = _CURVES if any(has_curve for _, has_curve in drawn) else _LEGEND
    title = ""
    if len(table) > 1:
        behind = int(table["meta_cumplida"].eq(False).sum())
        are = "queda" if behind == 1 else "quedan"
        title = f"De {len(table)} actividades, {behind} {are} por debajo de su meta a la fecha."
        title = title if behind else "Ninguna actividad evaluada queda por debajo de su meta a la fecha."
        note = f"{_tell_drawn(len(kept), asking['estado'])} {note}"
    pictures, width = [picture for picture, _ in drawn], "20rem" if len(kept) > 1 else "34rem"
    return render("figuras.html.j2", pictures=pictures, title=title, note=note, width=width)


def _tell_drawn(drawn: int, states: Series) -> str:
    """Say how many are drawn of the activities in these states, which ask for a look."""
    late, over = (bool(states.eq(state).any()) for state in ("sin reporte", "sobrecumplida"))
    where = ["por debajo"] * bool(states.isin(ATTENTION[1:4]).any()) + ["muy por encima"] * over
    which = join_words(["sin reporte"] * late + where, "o") + " de su meta" * bool(where)
    few = f"{'la única' if drawn == 1 else f'las {drawn}'} {'actividad' if drawn == 1 else 'actividades'}"
    few = few if drawn == len(states) else f"{drawn} de las {len(states)} actividades"
    return f"Se {'dibuja' if drawn == 1 else 'dibujan'} {few} {which}; todas están en la tabla."


def _draw_activity(row: Mapping[str, object], e: Evaluation, due: DuePeriods) -> tuple[Picture, bool]:
    """Return the picture of an activity, and whether it has a curve."""
    activity = e.plan.actividades.loc[e.plan.actividades["actividad_id"] == row["actividad_id"]].iloc[0].to_dict()
    bars, is_running = list_comparable(activity, due, e.trimestre)
    adds = adds_up(activity)
    totals = _add_running(bars) if adds and len(bars) > 1 else []
    goal = float(row["meta_anual"]) if totals and is_present(row["meta_anual"]) and row["meta_anual"] > 0 else None
    ahead = _add_ahead(totals, e.plan.avances, row["actividad_id"], goal)
    locale = e.plan.locale
    unit = [] if is_unit(e) else [name_unit(row["unidad_id"], row["unidad"])]
    name = " · ".join([*unit, name_activity(row, activity["codigo"])])
    title = str(row["indicador"] if is_present(row["indicador"]) else row["actividad"])
    measure = str(row["unidad_medida"]) if is_present(row["unidad_medida"]) else "sin unidad de medida"
    reached = f"{row['estado']} a la fecha: {_tell_reached(row, measure, e)}."
    periods = "; ".join(_tell_bar(bar, locale) for bar in bars) or "sin cifras por periodo"
    notes = [*unit, f"{SYMBOLS[row['estado']]} {capitalize(reached)}"]
    notes += ["Lo programado se dibuja sumado, porque el resultado ya viene acumulado."] if is_running else []
    alt = f"{name}. Barras por periodo, en {measure}: {periods}. {capitalize(reached)}"
    if totals:
        alt += f" Curva acumulada: {'; '.join(_tell_total(total, locale) for total in totals)}"
        alt += f"; la meta del año es {format_number(goal, locale)}" if goal is not None else ""
        alt += f"; lo programado llega a {format_number(ahead[-1][1], locale)} en diciembre." if ahead else "."

    def draw(figure: Figure) -> None:
        months = int(bars[-1]["mes"]) if goal is None and bars and not ahead else 12
        upper = figure.add_axes((0.13, 0.546, 0.86, 0.424) if totals else (0.13, 0.14, 0.86, 0.83), xlim=(0, months))
        _draw_bars(upper, bars, months, locale)
        if totals:
            lower = figure.add_axes((0.13, 0.1, 0.86, 0.36), xlim=(0, months))
            _draw_totals(lower, totals, ahead, goal, months, locale)

    return render_picture(draw, (3.9, 2.8 if totals else 1.9), title, notes, alt), bool(totals)


def _add_running(bars: list[dict]) -> list[dict]:
    """Return what was programmed and executed up to each period, as long as nothing is missing."""
    totals, sums = [], {"programado": 0.0, "ejecutado": 0.0}
    for bar in bars:
        sums = {c: sums[c] + float(bar[c]) if sums[c] is not None and is_present(bar[c]) else None for c in sums}
        totals.append({"mes": bar["mes"], "meses": bar["meses"]} | sums)
    return [total for total in totals if total["programado"] is not None or total["ejecutado"] is not None]


def _add_ahead(totals: list[dict], periods: DataFrame, actividad_id: object, goal: float | None) -> list[tuple]:
    """Return the running programme of the rest of the year, as months and sums; empty where it is not known whole."""
    if not totals or not is_present(totals[-1]["programado"]):
        return []
    month, planned = totals[-1]["mes"], totals[-1]["programado"]
    rest = periods[(periods["actividad_id"] == actividad_id) & (periods["mes"] > month)].sort_values("mes")
    close = planned + rest["programado"].sum()
    is_whole = rest["meses"].sum() == 12 - month or (goal and abs(close - goal) < 1e-6 * goal)
    if rest.empty or rest["programado"].isna().any() or not is_whole:
        return []
    ahead = list(zip(rest["mes"], planned + rest["programado"].cumsum(), strict=True))
    return ahead if ahead[-1][0] == 12 else [*ahead, (12, close)]


def _tell_total(total: Mapping[str, object], locale: str) -> str:
    figures = (total["ejecutado"], total["programado"])
    said = " de ".join(format_number(figure, locale) if is_present(figure) else "sin dato" for figure in figures)
    return f"a {name_period(total['mes'], 1)}, {said}"


def _tell_reached(row: Mapping[str, object], measure: str, e: Evaluation) -> str:
    if not is_present(row["cumplimiento_acumulado"]):
        return tell_reason(e.reasons[row["actividad_id"]].to_date) or "sin cifra que comparar"
    locale = e.plan.locale
    percent = format_percent(row["cumplimiento_acumulado"], locale)
    return f"{tell_done(row, 'acumulado', locale)} ({measure}), {percent} de cumplimiento acumulado"


def _tell_bar(bar: Mapping[str, object], locale: str) -> str:
    done = f"ejecutado {format_number(bar['ejecutado'], locale)}" if is_present(bar["ejecutado"]) else bar["estado"]
    planned = (
        f"programado {format_number(bar['programado'], locale)}" if is_present(bar["programado"]) else "sin programado"
    )
    return f"{name_period(bar['mes'], bar['meses'])}, {planned}, {done}"


def _draw_bars(axes: Axes, bars: list[dict], months: int, locale: str) -> None:
    """Draw outlines of what was programmed with what was executed inside, and numbers where they fit."""
    top = max([1e-9, *(float(bar[c]) for bar in bars for c in ("programado", "ejecutado") if is_present(bar[c]))])
    longest = max([0, *(len(format_number(bar["ejecutado"], locale)) / bar["meses"] for bar in bars)])
    fits = longest * months <= 30  # signs of bold figures that have room along the axis
    for column, wide, style in (
        ("programado", 0.86, {"facecolor": PAPER, "edgecolor": SOFT, "linewidth": 1, "linestyle": "--"}),
        ("ejecutado", 0.86 * 0.6, {"color": DONE}),
    ):
        known = [bar for bar in bars if is_present(bar[column])]
        if known:  # all as one path: far less work than a patch for each
            half, heights = ([bar["meses"] * wide / 2 for bar in known], [float(bar[column]) for bar in known])
            axes.add_patch(PathPatch(_join_bars([_find_middle(bar) for bar in known], half, heights), **style))
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


def _draw_totals(
    axes: Axes, totals: list[dict], ahead: list[tuple], goal: float | None, months: int, locale: str
) -> None:
    """Draw the running sums from January, the programme as a broken line and the year's goal as a level."""
    curves = {}
    for column, style in (
        ("programado", {"color": SOFT, "linestyle": "--"}),
        ("ejecutado", {"color": DONE, "lw": 2.2}),
    ):
        known = [(total["mes"], total[column]) for total in totals if is_present(total[column])]
        if known:
            curves[column] = [(0, 0.0), *known, *(ahead if column == "programado" else [])]
            axes.plot(*zip(*curves[column], strict=True), **style)
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


_LETTER, _LINE = 0.025, 0.18  # a bold letter's width and a line's height, as parts of the axes' width and of their top


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
