"""Draw stage: an evaluation as figures, each with a title that answers and a text that tells its content."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from poa_eval.block import EMPTY, Block, render_words
from poa_eval.measure import Evaluation
from poa_eval.narrate import (
    find_activity,
    find_dues,
    find_reason,
    is_unit,
    list_comparable,
    sort_by_need,
    take_evaluation,
)
from poa_eval.picture import DONE, PAPER, SOFT, Picture, render_picture, show_pictures
from poa_eval.quarter import Quarter
from poa_eval.values import name_period
from poa_eval.windows import Due
from poa_eval.words import SYMBOLS, capitalize, format_number, format_percent, has, name_activity, name_unit

Source = Quarter | Evaluation


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
    return show_pictures([_draw_activity(row.to_dict(), e, find_dues(e))], width="34rem")


def plot_periods(source: Source, *, maximo: int = 4) -> Block:
    """Draw what each activity of a unit was to do and did, by period, and where it adds up, the year's curve.

    An activity of a single period is not drawn: its number is in the tables.

    Parameters
    ----------
    source : Quarter or Evaluation
    maximo : int, default 4
        Where there are more activities, only those are drawn that most ask for a look, and it says so.
    """
    e = take_evaluation(source)
    if e.solo_plan or not is_unit(e):
        return EMPTY
    table, due = sort_by_need(e), find_dues(e)
    activities = e.plan.actividades.set_index("actividad_id", drop=False)
    several = [
        key for key in table["actividad_id"] if len(list_comparable(activities.loc[key], due, e.trimestre)[0]) > 1
    ]
    kept = table[table["actividad_id"].isin(several[:maximo])]
    if kept.empty:
        return EMPTY
    behind = int(table["meta_cumplida"].eq(False).sum())
    title = "Ninguna actividad evaluada queda por debajo de su meta a la fecha."
    if behind:
        are = "queda" if behind == 1 else "quedan"
        title = f"De {len(table)} actividades, {behind} {are} por debajo de su meta a la fecha."
    note = ""
    if len(several) > maximo:
        note = (
            f"Se dibujan {maximo} de {len(table)} actividades: las que más atención requieren; todas están en la tabla."
        )
    pictures = [_draw_activity(row, e, due) for row in kept.to_dict("records")]
    return show_pictures(
        pictures, title=title * (len(table) > 1), note=note, width="20rem" if len(kept) > 1 else "34rem"
    )


def _draw_activity(row: Mapping[str, object], e: Evaluation, due: Due) -> Picture:
    activity = e.plan.actividades.loc[e.plan.actividades["actividad_id"] == row["actividad_id"]].iloc[0].to_dict()
    bars, is_running = list_comparable(activity, due, e.trimestre)
    adds = (activity["acumulacion"], activity["acumulacion_programado"]) == ("suma", "suma")
    totals = _add_running(bars) if adds and len(bars) > 1 else []
    goal = float(row["meta_anual"]) if totals and has(row["meta_anual"]) else None
    locale = e.plan.locale
    unit = [] if is_unit(e) else [name_unit(row["unidad_id"], row["unidad"])]
    name = " · ".join([*unit, name_activity(row, activity["codigo"])])
    title = str(row["indicador"] if has(row["indicador"]) else row["actividad"])
    measure = str(row["unidad_medida"]) if has(row["unidad_medida"]) else "sin unidad de medida"
    reached = f"{row['estado']} a la fecha: {_tell_reached(row, measure, locale)}."
    periods = "; ".join(_tell_bar(bar, locale) for bar in bars) or "sin cifras por periodo"
    notes = [*unit, f"{SYMBOLS[row['estado']]} {capitalize(reached)}"]
    notes += ["Lo programado se dibuja sumado, porque el resultado ya viene acumulado."] if is_running else []
    alt = f"{name}. Barras por periodo, en {measure}: {periods}. {capitalize(reached)}"
    if totals:
        alt += f" Curva acumulada: {'; '.join(_tell_total(total, locale) for total in totals)}"
        alt += f"; la meta del año es {format_number(goal, locale)}." if goal is not None else "."

    def draw(figure: Figure) -> None:
        months = int(bars[-1]["mes"]) if goal is None and bars else 12
        upper = figure.add_axes((0.13, 0.546, 0.86, 0.424) if totals else (0.13, 0.14, 0.86, 0.83), xlim=(0, months))
        _draw_bars(upper, bars, months, locale)
        if totals:
            _draw_totals(figure.add_axes((0.13, 0.1, 0.86, 0.36), xlim=(0, months)), totals, goal, locale)

    return render_picture(draw, (3.9, 2.8 if totals else 1.9), title, notes, alt)


def _add_running(bars: list[dict]) -> list[dict]:
    """Return what was programmed and executed up to each period, as long as nothing is missing."""
    totals, sums = [], {"programado": 0.0, "ejecutado": 0.0}
    for bar in bars:
        sums = {c: sums[c] + float(bar[c]) if sums[c] is not None and has(bar[c]) else None for c in sums}
        totals.append({"mes": bar["mes"], "meses": bar["meses"]} | sums)
    return [total for total in totals if total["programado"] is not None or total["ejecutado"] is not None]


def _tell_total(total: Mapping[str, object], locale: str) -> str:
    done, planned = (
        format_number(total[c], locale) if has(total[c]) else "sin dato" for c in ("ejecutado", "programado")
    )
    return f"a {name_period(total['mes'], 1)}, {done} de {planned}"


def _tell_reached(row: Mapping[str, object], measure: str, locale: str) -> str:
    if not has(row["cumplimiento_acumulado"]):
        return find_reason(row["motivo"], "acumulado") or "sin cifra que comparar"
    done, planned = (format_number(row[f"{c}_acumulado"], locale) for c in ("ejecutado", "programado"))
    percent = format_percent(row["cumplimiento_acumulado"], locale)
    return f"{done} de {planned} ({measure}), {percent} de cumplimiento acumulado"


def _tell_bar(bar: Mapping[str, object], locale: str) -> str:
    done = f"ejecutado {format_number(bar['ejecutado'], locale)}" if has(bar["ejecutado"]) else bar["estado"]
    planned = f"programado {format_number(bar['programado'], locale)}" if has(bar["programado"]) else "sin programado"
    return f"{name_period(bar['mes'], bar['meses'])}, {planned}, {done}"


def _draw_bars(axes: Axes, bars: list[dict], months: int, locale: str) -> None:
    """Draw outlines of what was programmed with what was executed inside, and numbers where they fit."""
    top = max([1e-9, *(float(bar[c]) for bar in bars for c in ("programado", "ejecutado") if has(bar[c]))])
    longest = max([0, *(len(format_number(bar["ejecutado"], locale)) / bar["meses"] for bar in bars)])
    fits = longest * months <= 30  # signs of bold figures that have room along the axis
    for column, wide, style in (
        ("programado", 0.86, {"facecolor": PAPER, "edgecolor": SOFT, "linewidth": 1, "linestyle": "--"}),
        ("ejecutado", 0.86 * 0.6, {"color": DONE}),
    ):
        known = [bar for bar in bars if has(bar[column])]
        widths, heights = [bar["meses"] * wide for bar in known], [float(bar[column]) for bar in known]
        axes.bar([_find_middle(bar) for bar in known], heights, widths, **style)
    below, *_ = axes.get_xaxis_text1_transform(3.5)  # words are far less work than an axis' ticks
    small = {"fontsize": 7.5 if len(bars) > 9 else 9, "color": SOFT}
    for bar in bars:
        planned, done = (float(bar[c]) if has(bar[c]) else None for c in ("programado", "ejecutado"))
        middle, name = _find_middle(bar), name_period(bar["mes"], bar["meses"]).replace("trimestre", "trim.")
        axes.text(middle, 0, name, ha="center", va="top", transform=below, **small)
        if done is None:
            axes.text(middle, top * 0.04, bar["estado"], rotation=90, ha="center", va="bottom", fontsize=8.5)
        elif fits:
            above = max(planned or 0, done) + top * 0.03
            axes.text(middle, above, format_number(done, locale), ha="center", va="bottom", fontweight="bold")
    axes.set_ylim(0, top * 1.2)
    _rule(axes, top, locale)


def _draw_totals(axes: Axes, totals: list[dict], goal: float | None, locale: str) -> None:
    """Draw the running sums from January, the programme as a broken line and the year's goal as a level."""
    top = max([goal or 0.0, *(total[c] for total in totals for c in ("programado", "ejecutado") if has(total[c]))])
    top = top or 1.0
    for column, style in (
        ("programado", {"color": SOFT, "linestyle": "--"}),
        ("ejecutado", {"color": DONE, "lw": 2.2}),
    ):
        known = [(total["mes"], total[column]) for total in totals if has(total[column])]
        if known:
            axes.plot(*zip((0, 0.0), *known, strict=True), **style)
    done = [(0, 0.0), *((total["mes"], total["ejecutado"]) for total in totals if has(total["ejecutado"]))]
    if len(done) > 1:
        (month, value), said = done[-1], f"{format_number(done[-1][1], locale)} acumulado"
        style = {"fontsize": 8.5, "fontweight": "bold", "color": DONE}
        if month <= axes.get_xlim()[1] / 2:
            axes.text(month + 0.25, value, said, ha="left", va="center", **style)
        else:  # below the curve, as far down as it was where the words begin
            start = np.interp(month * 0.6, *zip(*done, strict=True))
            low = min(start, value - top * 0.08) - top * 0.03
            axes.text(month - 0.05, max(low, top * 0.2), said, ha="right", va="top", **style)
    axes.set_ylim(0, top * 1.25)
    _rule(axes, top, locale)


def _find_middle(bar: Mapping[str, object]) -> float:
    return bar["mes"] - bar["meses"] / 2


def _rule(axes: Axes, top: float, locale: str) -> None:
    axes.set_xticks([])
    axes.yaxis.grid(True)
    axes.yaxis.get_major_locator().set_params(nbins=4)
    axes.yaxis.set_major_formatter(lambda value, _: _shorten(value, top, locale))
    axes.tick_params(axis="y", labelsize=8)


def _shorten(value: float, top: float, locale: str) -> str:
    """Write a tick in few signs, in the same unit along the axis."""
    size, unit = (1e6, " M") if top >= 1e6 else (1e3, " mil") if top >= 1e4 else (1, "")
    return format_number(value / size, locale) + (unit if value else "")
