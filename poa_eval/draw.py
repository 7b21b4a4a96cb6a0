"""Draw stage: an evaluation as figures, each with a title that answers and a text that tells its content."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from poa_eval.block import EMPTY, Block, render_words
from poa_eval.measure import Evaluation, describe_quarter
from poa_eval.narrate import (
    ATTENTION,
    find_activity,
    find_dues,
    find_reason,
    is_unit,
    list_periods,
    rank_units,
    sort_by_need,
    take_evaluation,
)
from poa_eval.picture import (
    DONE,
    INK,
    PAPER,
    PLANNED,
    SOFT,
    WHITE_BOX,
    Picture,
    blank_axes,
    clean_text,
    render_picture,
    show_pictures,
)
from poa_eval.profile import STATES
from poa_eval.quarter import Quarter
from poa_eval.values import name_period
from poa_eval.windows import Due
from poa_eval.words import (
    FIGURES,
    MISSING,
    SYMBOLS,
    capitalize,
    count_words,
    format_number,
    format_percent,
    has,
    name_activity,
    name_span,
    name_unit,
)

Source = Quarter | Evaluation

#: Fill and hatch of each state; the same hues as on the pages.
_FILLS: dict[str, dict[str, str]] = {
    "sobrecumplida": {"fc": "#0b4f7a", "hatch": ""},
    "cumplida": {"fc": "#8dbbdc", "hatch": ""},
    "casi cumplida": {"fc": "#cfe3e4", "hatch": "\\\\"},
    "en riesgo": {"fc": "#f0b54a", "hatch": ""},
    "crítica": {"fc": "#9c3500", "hatch": ""},
    "sin reporte": {"fc": "#ffffff", "hatch": "////"},
    "no programada": {"fc": "#dfe4e9", "hatch": ""},
    "no evaluable": {"fc": "#eceff2", "hatch": "xxx"},
}
_DARK = ("sobrecumplida", "crítica")
_LINE = 0.19  # inches of a line of text


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
    return show_pictures([_draw_activity(row.to_dict(), e, find_dues(e), wide=True)], width="34rem")


def plot_periods(source: Source, *, maximo: int = 12) -> Block:
    """Draw what each activity was to do and did, by period, side by side.

    Parameters
    ----------
    source : Quarter or Evaluation
    maximo : int, default 12
        Where there are more activities, only those are drawn that ask for a look (at most these many), and it says so.
    """
    e = take_evaluation(source)
    if e.solo_plan:
        return EMPTY
    table, total = e.actividades, len(e.actividades)
    if not total:
        return render_words(["No hay actividades que dibujar."])
    behind = int((table["meta_cumplida"].map(lambda met: met is not None and not pd.isna(met) and not met)).sum())
    if total == 1:
        title = ""
    elif behind == 0:
        title = "Ninguna actividad evaluada queda por debajo de su meta a la fecha."
    else:
        title = (
            f"De {total} actividades, {behind} {'queda' if behind == 1 else 'quedan'} por debajo de su meta a la fecha."
        )
    note = ""
    if total > maximo:
        table = sort_by_need(e)
        needy = table["estado"].isin(ATTENTION)
        table = table[needy].head(maximo) if needy.any() else table.head(maximo)
        what = "las que más atención requieren" if needy.any() else "las primeras del plan"
        note = f"Se dibujan {len(table)} de {total} actividades: {what}; todas están en la tabla."
    due = find_dues(e)
    pictures = [_draw_activity(row, e, due, wide=total == 1) for row in table.to_dict("records")]
    return show_pictures(pictures, title=title, note=note, width="20rem" if total > 1 else "34rem")


def plot_ranking(source: Source) -> Block:
    """Draw the units by the profile's principal figure to date; those without a place are named and hatched."""
    e = take_evaluation(source)
    if e.solo_plan:
        return EMPTY
    ranked, apart = rank_units(e)
    if not ranked and not apart:
        return render_words(["No hay unidades que ordenar."])
    column, label = f"{e.perfil.principal}_acumulado", FIGURES[e.perfil.principal][0]
    bars = [(_name_row(row), row[column], format_percent(row[column], e.plan.locale)) for _, row in ranked]
    last = len(bars) - 1
    bars += [(_name_row(row), None, f"sin lugar: {reason}") for row, reason in apart]
    full = sum(value >= 100 - 1e-9 for _, value, _ in bars if value is not None)
    if not ranked:
        title = "Ninguna unidad se puede ordenar todavía."
    elif e.perfil.principal == "proporcion_cumplidas":
        met = count_words(full, "unidad cumple", "unidades cumplen")
        title = f"A la fecha, {met} todas sus metas {e.perfil.denominador}, de {len(bars)}."
    else:
        title = f"{bars[0][0]} encabeza con {bars[0][2]}; {bars[last][0]} cierra con {bars[last][2]}."
    note = f"{label} a la fecha, {name_span(e.trimestre)}."
    alt = f"Barras por unidad. {note} " + "; ".join(f"{name}: {said}" for name, _, said in bars) + "."
    names = [textwrap.wrap(clean_text(name), 58) or [MISSING] for name, _, _ in bars]
    height = sum(_LINE * len(lines) + 0.27 for lines in names)

    def draw(figure: Figure) -> None:
        limit = max([100.0, *(value for _, value, _ in bars if value is not None)])
        axes, y = blank_axes(figure, limit * 1.16, height), 0.0
        axes.plot([100, 100], [0, height], color=PLANNED, linewidth=0.8, linestyle=":", zorder=0)
        for lines, (_, value, said) in zip(names, bars, strict=True):
            y += _LINE * len(lines)
            axes.text(0, y - 0.02, "\n".join(lines), va="bottom", linespacing=1.1)
            if value is None:
                axes.add_patch(Rectangle((0, y), limit, 0.15, fc="none", ec=PLANNED, hatch="////", lw=0.6))
                axes.text(limit * 0.02, y + 0.075, said, va="center", fontsize=8, bbox=WHITE_BOX)
            else:
                axes.add_patch(Rectangle((0, y), max(value, limit * 0.002), 0.15, fc=DONE, lw=0))
                axes.text(value + limit * 0.012, y + 0.075, said, va="center", fontweight="bold")
            y += 0.27

    return show_pictures([render_picture(draw, (6.2, height), title, [note], alt)], width="36rem")


def _name_row(row: Mapping[str, object]) -> str:
    return name_unit(row["unidad_id"], row["unidad"])


def plot_states(source: Source) -> Block:
    """Draw the share of activities in each state, in the quarter and to date."""
    e = take_evaluation(source)
    if e.solo_plan:
        return EMPTY
    total = len(e.actividades)
    if not total:
        return render_words(["No hay actividades que dibujar."])
    windows = (("estado_trimestre", describe_quarter(e.trimestre)), ("estado", capitalize(name_span(e.trimestre))))
    bars = [(label, e.actividades[column].value_counts().to_dict()) for column, label in windows]
    present = [state for state in STATES if any(state in counts for _, counts in bars)]
    height = 1.42 + 0.25 * ((len(present) + 1) // 2)

    def draw(figure: Figure) -> None:
        axes = blank_axes(figure, total, height)
        for i, (label, counts) in enumerate(bars):
            y, left = 0.25 + 0.62 * i, 0
            axes.text(0, y - 0.04, label, va="bottom", fontweight="bold")
            for state in present:
                number = counts.get(state, 0)
                axes.add_patch(Rectangle((left, y), number, 0.26, ec=INK, lw=0.6, **_FILLS[state]))
                if number / total > 0.045:
                    color = "white" if state in _DARK else INK
                    box = WHITE_BOX if _FILLS[state]["hatch"] else None
                    where = (left + number / 2, y + 0.13)
                    axes.text(*where, str(number), ha="center", va="center", fontweight="bold", color=color, bbox=box)
                left += number
        for i, state in enumerate(present):
            x, y = total * 0.5 * (i % 2), 1.45 + 0.25 * (i // 2)
            axes.add_patch(Rectangle((x, y), total * 0.03, 0.15, ec=INK, lw=0.6, **_FILLS[state]))
            numbers = " y ".join(str(counts.get(state, 0)) for _, counts in bars)
            axes.text(x + total * 0.04, y + 0.075, f"{SYMBOLS[state]} {state}: {numbers}", va="center")

    met = int((e.actividades["meta_cumplida"] == True).sum())  # noqa: E712  (None is neither)
    base = int(e.actividades["cumplimiento_acumulado"].notna().sum())
    reached = count_words(base, "actividad evaluada alcanza", "actividades evaluadas alcanzan")
    title = f"A la fecha, {met} de {reached} su meta." if base else "A la fecha no hay actividades evaluadas."
    said = [f"{label}: " + ", ".join(f"{s} {n}" for s in present if (n := counts.get(s))) for label, counts in bars]
    note = f"Número de actividades por estado, en el {bars[0][0]} y {name_span(e.trimestre)}."
    alt = f"Barras apiladas de {count_words(total, 'actividad', 'actividades')} por estado. {'. '.join(said)}."
    return show_pictures([render_picture(draw, (6.2, height), title, [note], alt)], width="36rem")


def _list_bars(activity: Mapping[str, object], due: Due, e: Evaluation) -> tuple[list[dict], bool]:
    """Return the periods to draw, at one length and comparable, and whether the programme was added up for it."""
    rows = list_periods(activity, due, e.trimestre)
    adding = (activity["acumulacion"], activity["acumulacion_programado"])
    lengths = {row["meses"] for row in rows}
    if adding == ("suma", "suma") and len(lengths) > 1 and max(lengths) == 3:
        quarters = [[row for row in rows if (row["mes"] + 2) // 3 == q] for q in range(1, e.trimestre + 1)]
        return [_add_up(part) for part in quarters if part], False
    if adding == ("ultimo", "suma"):
        running = pd.Series([row["programado"] for row in rows], dtype=float).cumsum()
        return [row | {"programado": total} for row, total in zip(rows, running, strict=True)], True
    return rows, False


def _add_up(rows: list[dict]) -> dict[str, object]:
    """Return the quarter of its months; without the sum of what one of them lacks."""
    sums = {c: sum(r[c] for r in rows) if all(has(r[c]) for r in rows) else None for c in ("programado", "ejecutado")}
    states = [row["estado"] for row in rows if row["estado"]]
    return {"mes": (rows[0]["mes"] + 2) // 3 * 3, "meses": 3, "estado": max(states, default="")} | sums


def _draw_activity(row: Mapping[str, object], e: Evaluation, due: Due, *, wide: bool) -> Picture:
    activity = e.plan.actividades.loc[e.plan.actividades["actividad_id"] == row["actividad_id"]].iloc[0].to_dict()
    bars, is_running = _list_bars(activity, due, e)
    unit = [] if is_unit(e) else [name_unit(row["unidad_id"], row["unidad"])]
    name = " · ".join([*unit, name_activity(row, activity["codigo"])])
    title = str(row["indicador"] if has(row["indicador"]) else row["actividad"])
    measure = str(row["unidad_medida"]) if has(row["unidad_medida"]) else "sin unidad de medida"
    reached = f"{row['estado']} a la fecha: {_tell_reached(row, measure, e.plan.locale)}."
    periods = "; ".join(_tell_bar(bar, e.plan.locale) for bar in bars) or "sin cifras por periodo"
    notes = [*unit, f"{SYMBOLS[row['estado']]} {capitalize(reached)}"]
    notes += ["Lo programado se dibuja sumado, porque el resultado ya viene acumulado."] if is_running else []
    alt = f"{name}. Barras por periodo, en {measure}: {periods}. {capitalize(reached)}"
    size = (7.2, 2.9) if wide else (3.9, 2.2)
    return render_picture(lambda figure: _draw_bars(figure, bars, e.plan.locale, wide), size, title, notes, alt)


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


def _draw_bars(figure: Figure, bars: list[dict], locale: str, wide: bool) -> None:
    """Draw outlines of what was programmed with what was executed inside, and numbers where there is room."""
    axes = figure.add_axes((0.13, 0.13, 0.86, 0.8) if not wide else (0.08, 0.1, 0.91, 0.84))
    top = max([1e-9, *(float(bar[c]) for bar in bars for c in ("programado", "ejecutado") if has(bar[c]))])
    for i, bar in enumerate(bars):
        planned, done = (float(bar[c]) if has(bar[c]) else None for c in ("programado", "ejecutado"))
        if planned is not None:
            axes.bar(i, planned, 0.78, facecolor=PAPER, edgecolor=SOFT, linewidth=1, linestyle="--")
        if done is None:
            axes.text(i, top * 0.04, bar["estado"], rotation=90, ha="center", va="bottom", fontsize=8.5)
            continue
        axes.bar(i, done, 0.46, color=DONE)
        if len(bars) <= (6 if wide else 4):
            said = format_number(done, locale)
            axes.text(i, max(planned or 0, done) + top * 0.03, said, ha="center", va="bottom", fontweight="bold")
    axes.set_xlim(-0.6, max(len(bars), 4) - 0.4)
    axes.set_ylim(0, top * 1.18)
    names = [name_period(bar["mes"], bar["meses"]).replace("trimestre", "trim.") for bar in bars]
    axes.set_xticks(range(len(bars)), names, fontsize=7.5 if len(bars) > 9 and not wide else 9)
    axes.yaxis.grid(True)
    axes.yaxis.get_major_locator().set_params(nbins=4)
    axes.yaxis.set_major_formatter(lambda value, _: _shorten(value, top, locale))
    axes.tick_params(axis="y", labelsize=8)


def _shorten(value: float, top: float, locale: str) -> str:
    """Write a tick in few signs, in the same unit along the axis."""
    size, unit = (1e6, " M") if top >= 1e6 else (1e3, " mil") if top >= 1e4 else (1, "")
    return format_number(value / size, locale) + (unit if value else "")
