"""Draw stage: an evaluation as figures, each with a title that answers and a text that tells its content."""

from __future__ import annotations

import base64
import io
import textwrap
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from poa_eval.block import Block, render, render_words
from poa_eval.errors import ParamsError
from poa_eval.measure import Evaluation, describe_quarter, find_corte
from poa_eval.names import fold, suggest_sentence
from poa_eval.narrate import (
    FIGURES,
    SYMBOLS,
    count_words,
    format_number,
    format_percent,
    has,
    is_unit,
    list_periods,
    name_activity,
    name_source,
    name_span,
    name_unit,
    take_evaluation,
)
from poa_eval.profile import STATES
from poa_eval.quarter import Quarter
from poa_eval.show import rank_units
from poa_eval.values import name_period
from poa_eval.windows import Due, find_due

Source = Quarter | Evaluation

_STYLE = Path(__file__).with_name("poa.mplstyle")
_INK, _SOFT, _DONE, _PLANNED = "#1c2733", "#4a5866", "#0b4f7a", "#8b98a4"
#: Fill and hatch of each state; the same hues as on the pages.
_FILLS = {
    "sobrecumplida": ("#0b4f7a", ""),
    "cumplida": ("#8dbbdc", ""),
    "casi cumplida": ("#cfe3e4", ".."),
    "en riesgo": ("#f0b54a", ""),
    "crítica": ("#9c3500", ""),
    "sin reporte": ("#ffffff", "////"),
    "no programada": ("#dfe4e9", ""),
    "no evaluable": ("#eceff2", "xx"),
}
#: States that ask for a look, in this order.
_ATTENTION = ("sin reporte", "crítica", "en riesgo", "casi cumplida", "sobrecumplida")


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
    if e.actividades.empty:
        return render_words(["No hay actividades que dibujar."])
    row = _sort_by_need(e).iloc[0] if actividad is None else _find_activity(e, actividad)
    return _show_pictures([_draw_activity(row.to_dict(), e, _find_due(e), wide=True)], e, width="34rem")


def plot_periods(source: Source, *, maximo: int = 12) -> Block:
    """Draw what each activity was to do and did, by period, side by side.

    Parameters
    ----------
    source : Quarter or Evaluation
    maximo : int, default 12
        Where there are more activities, only those are drawn that ask for a look (at most these many), and it says so.
    """
    e = take_evaluation(source)
    table, total = e.actividades, len(e.actividades)
    if not total:
        return render_words(["No hay actividades que dibujar."])
    behind = int((table["meta_cumplida"].map(lambda met: met is not None and not pd.isna(met) and not met)).sum())
    if total == 1:
        title = ""
    elif behind == 0:
        title = "Ninguna actividad evaluada queda por debajo de su meta a la fecha."
    else:
        title = f"{count_words(behind, 'actividad queda', 'actividades quedan')} por debajo de su meta a la fecha, de {total}."
    note = ""
    if total > maximo:
        table = _sort_by_need(e)
        needy = table["estado"].isin(_ATTENTION)
        table = table[needy].head(maximo) if needy.any() else table.head(maximo)
        what = "las que más atención requieren" if needy.any() else "las primeras del plan"
        note = f"Se dibujan {len(table)} de {total} actividades: {what}; todas están en la tabla."
    due = _find_due(e)
    pictures = [_draw_activity(row, e, due, wide=total == 1) for row in table.to_dict("records")]
    return _show_pictures(pictures, e, title=title, note=note, width="20rem" if total > 1 else "34rem")


def plot_ranking(source: Source) -> Block:
    """Draw the units by the profile's principal figure to date; those without a place are named and hatched."""
    e = take_evaluation(source)
    ranked, apart = rank_units(e)
    if not ranked and not apart:
        return render_words(["No hay unidades que ordenar."])
    locale, column = e.plan.locale, f"{e.perfil.principal}_acumulado"
    label = FIGURES[e.perfil.principal][0]
    bars = [(name_unit(r["unidad_id"], r["unidad"]), r[column], format_percent(r[column], locale)) for _, r in ranked]
    bars += [(name_unit(r["unidad_id"], r["unidad"]), None, f"sin lugar: {reason}") for r, reason in apart]
    names = [textwrap.wrap(_clean(name), 58) or ["—"] for name, _, _ in bars]
    tops = [0.0]
    for lines in names:
        tops.append(tops[-1] + 0.19 * len(lines) + 0.27)
    limit = max([100.0, *(value for _, value, _ in bars if value is not None)])

    def draw(figure: Figure) -> None:
        axes = _blank_axes(figure, limit * 1.16, tops[-1])
        axes.plot([100, 100], [0, tops[-1]], color=_PLANNED, linewidth=0.8, linestyle=":", zorder=0)
        for top, lines, (_, value, said) in zip(tops, names, bars, strict=False):
            y = top + 0.19 * len(lines)
            axes.text(0, y - 0.02, "\n".join(lines), va="bottom", ha="left", linespacing=1.1)
            if value is None:
                axes.add_patch(Rectangle((0, y), limit, 0.15, fill=False, edgecolor=_PLANNED, hatch="////", linewidth=0.6))
                axes.text(limit * 0.02, y + 0.075, said, va="center", color=_INK, fontsize=8, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
                continue
            axes.add_patch(Rectangle((0, y), max(value, limit * 0.002), 0.15, color=_DONE, linewidth=0))
            axes.text(value + limit * 0.012, y + 0.075, said, va="center", fontweight="bold", fontsize=9)

    full = sum(value >= 100 - 1e-9 for _, value, _ in bars if value is not None)
    if not ranked:
        title = "Ninguna unidad se puede ordenar todavía."
    elif e.perfil.principal == "proporcion_cumplidas":
        title = f"{count_words(full, 'unidad cumple', 'unidades cumplen')} todas sus metas evaluadas a la fecha, de {len(bars)}."
    else:
        title = f"{bars[0][0]} encabeza con {bars[0][2]}; {bars[len(ranked) - 1][0]} cierra con {bars[len(ranked) - 1][2]}."
    alt = f"Barras por unidad: {label.lower()} a la fecha. " + "; ".join(f"{name}: {said}" for name, _, said in bars) + "."
    picture = _render(draw, (6.2, tops[-1] + 0.05), title, f"{label} a la fecha, {name_span(e.trimestre)}.", alt)
    return _show_pictures([picture], e, width="36rem")


def plot_states(source: Source) -> Block:
    """Draw the share of activities in each state, in the quarter and to date."""
    e = take_evaluation(source)
    total = len(e.actividades)
    if not total:
        return render_words(["No hay actividades que dibujar."])
    bars = [
        (name_span(e.trimestre).capitalize(), e.actividades["estado"].value_counts()),
        (describe_quarter(e.trimestre), e.actividades["estado_trimestre"].value_counts()),
    ][:: -1]
    present = [s for s in STATES if any(counts.get(s, 0) for _, counts in bars)]

    def draw(figure: Figure) -> None:
        height = 1.25 + 0.25 * ((len(present) + 1) // 2)
        axes = _blank_axes(figure, total, height)
        for i, (label, counts) in enumerate(bars):
            y, left = 0.25 + 0.62 * i, 0
            axes.text(0, y - 0.04, label, va="bottom", fontweight="bold")
            for state in present:
                number = int(counts.get(state, 0))
                fill, hatch = _FILLS[state]
                axes.add_patch(Rectangle((left, y), number, 0.26, facecolor=fill, hatch=hatch, edgecolor=_INK, linewidth=0.6))
                if number / total > 0.045:
                    dark = state in ("sobrecumplida", "crítica")
                    box = None if not hatch else {"facecolor": "white", "edgecolor": "none", "pad": 1}
                    axes.text(left + number / 2, y + 0.13, str(number), ha="center", va="center", fontweight="bold", color="white" if dark else _INK, bbox=box)
                left += number
        for i, state in enumerate(present):
            x, y = total * 0.5 * (i % 2), 1.42 + 0.25 * (i // 2)
            fill, hatch = _FILLS[state]
            axes.add_patch(Rectangle((x, y), total * 0.03, 0.15, facecolor=fill, hatch=hatch * 2, edgecolor=_INK, linewidth=0.6))
            numbers = " y ".join(str(int(counts.get(state, 0))) for _, counts in bars)
            axes.text(x + total * 0.04, y + 0.075, f"{SYMBOLS[state]} {state}: {numbers}", va="center")

    met = int((e.actividades["meta_cumplida"] == True).sum())  # noqa: E712  (None is neither)
    title = f"A la fecha, {met} de {count_words(total, 'actividad alcanza', 'actividades alcanzan')} su meta."
    said = ["; ".join(f"{s}: {int(counts.get(s, 0))}" for s in present) for _, counts in bars]
    alt = f"Actividades por estado. {bars[0][0]}: {said[0]}. {bars[1][0]}: {said[1]}."
    note = f"Número de actividades en el {bars[0][0]} y {name_span(e.trimestre)}."
    picture = _render(draw, (6.2, 1.3 + 0.25 * ((len(present) + 1) // 2)), title, note, alt)
    return _show_pictures([picture], e, width="36rem")


def _find_due(e: Evaluation) -> Due:
    return find_due(e.plan, find_corte(e.plan, e.fecha_corte))


def _sort_by_need(e: Evaluation) -> pd.DataFrame:
    """Return the activities with those first that most ask for a look."""
    order = {state: i for i, state in enumerate((*_ATTENTION, *STATES))}
    rank = e.actividades["estado"].map(lambda s: min(order[s], len(_ATTENTION)))
    share = e.actividades["cumplimiento_acumulado"].astype(float)
    share = share.where(rank < _ATTENTION.index("sobrecumplida"), -share)
    return e.actividades.assign(_rank=rank, _share=share).sort_values(["_rank", "_share"], kind="stable").drop(columns=["_rank", "_share"])


def _find_activity(e: Evaluation, word: str) -> pd.Series:
    asked = fold(str(word))
    codes = e.plan.actividades.set_index("actividad_id")["codigo"].reindex(e.actividades["actividad_id"]).to_numpy()
    table = e.actividades.assign(codigo=codes)
    names = table[["actividad_id", "codigo", "actividad", "indicador"]].fillna("").astype(str).map(fold)
    for found in (table[(names == asked).any(axis=1)], table[names.apply(lambda c: c.str.contains(asked, regex=False)).any(axis=1)]):
        if len(found) == 1:
            return found.iloc[0]
        if len(found) > 1:
            options = "; ".join(f"{r['actividad_id']} ({name_activity(r)})" for r in found.head(10).to_dict("records"))
            raise ParamsError(f"«{word}», que nombra a {len(found)} actividades", "una sola actividad", f"escriba la clave de una: {options}")
    known = [*table["actividad"], *table["indicador"].dropna(), *table["actividad_id"]]
    raise ParamsError(f"la actividad «{word}»", "una actividad del plan", suggest_sentence(word, dict.fromkeys(known)))


def _list_bars(activity: Mapping[str, object], due: Due, e: Evaluation) -> tuple[list[dict], bool]:
    """Return the periods to draw, at one length and comparable, and whether the programme was added up for it."""
    rows = list_periods(activity, due, e.trimestre)
    adds = (activity["acumulacion"], activity["acumulacion_programado"])
    if adds == ("suma", "suma") and len({r["meses"] for r in rows}) > 1 and max(r["meses"] for r in rows) <= 3:
        quarters: dict[int, list[dict]] = {}
        for row in rows:
            quarters.setdefault((row["mes"] + 2) // 3 * 3, []).append(row)
        rows = [
            {"mes": mes, "meses": 3} | {c: sum(r[c] for r in part) if all(has(r[c]) for r in part) else None for c in ("programado", "ejecutado")}
            for mes, part in quarters.items()
        ]
    if adds == ("ultimo", "suma"):
        planned, running = [], 0.0
        for row in rows:
            running += row["programado"] if has(row["programado"]) else 0.0
            planned.append(row | {"programado": running if has(row["programado"]) else None})
        return planned, True
    return rows, False


def _draw_activity(row: Mapping[str, object], e: Evaluation, due: Due, *, wide: bool) -> dict[str, str]:
    activity = e.plan.actividades.loc[e.plan.actividades["actividad_id"] == row["actividad_id"]].iloc[0].to_dict()
    rows, is_running = _list_bars(activity, due, e)
    locale = e.plan.locale
    measure = str(row["unidad_medida"]) if has(row["unidad_medida"]) else "sin unidad de medida"

    def draw(figure: Figure) -> None:
        axes = figure.add_axes((0.13, 0.13, 0.86, 0.8))
        top = max([1e-9, *(float(r[c]) for r in rows for c in ("programado", "ejecutado") if has(r[c]))])
        for i, r in enumerate(rows):
            if has(r["programado"]):
                axes.bar(i, r["programado"], 0.78, facecolor="#eef2f5", edgecolor=_SOFT, linewidth=1, linestyle="--")
            if has(r["ejecutado"]):
                axes.bar(i, r["ejecutado"], 0.46, color=_DONE)
            elif r["programado"] != 0:
                axes.text(i, top * 0.04, "sin reporte", rotation=90, ha="center", va="bottom", fontsize=8.5)
            if len(rows) <= (6 if wide else 4) and has(r["ejecutado"]):
                highest = max(float(r[c]) for c in ("programado", "ejecutado") if has(r[c]))
                axes.text(i, highest + top * 0.03, format_number(r["ejecutado"], locale), ha="center", va="bottom", fontweight="bold", fontsize=9)
        axes.set_xlim(-0.6, max(len(rows), 3 if not wide else 4) - 0.4)
        axes.set_ylim(0, top * 1.16)
        axes.set_xticks(range(len(rows)), [name_period(r["mes"], r["meses"]).replace("trimestre", "trim.") for r in rows])
        if len(rows) > 9 and not wide:
            axes.tick_params(axis="x", labelsize=7.5)
        axes.yaxis.grid(True)
        axes.yaxis.get_major_locator().set_params(nbins=3)
        axes.yaxis.set_major_formatter(lambda value, _: _shorten(value, locale))
        axes.tick_params(axis="y", labelsize=8)

    unit = "" if is_unit(e) else f"{name_unit(row['unidad_id'], row['unidad'])} · "
    name = unit + name_activity(row, activity["codigo"])
    periods = "; ".join(
        f"{name_period(r['mes'], r['meses'])}: programado {format_number(r['programado'], locale)}, "
        + (f"ejecutado {format_number(r['ejecutado'], locale)}" if has(r["ejecutado"]) else "no programada" if r["programado"] == 0 else "sin reporte")
        for r in rows
    )
    reached = f"{format_number(row['ejecutado_acumulado'], locale)} de {format_number(row['programado_acumulado'], locale)} {measure} ({format_percent(row['cumplimiento_acumulado'], locale)} de cumplimiento acumulado)"
    said = reached if has(row["cumplimiento_acumulado"]) else (str(row["motivo"]) if has(row["motivo"]) else "sin cifra a la fecha")
    note = f"{SYMBOLS[row['estado']]} {row['estado']} a la fecha: {said}." + (" El programado se dibuja sumado, porque el resultado ya es acumulado." if is_running else "")
    alt = f"{name}. Barras por periodo, en {measure}. {periods or 'Sin cifras por periodo'}. A la fecha: {row['estado']}, {said}."
    return _render(draw, (7.2, 2.9) if wide else (3.9, 2.2), f"{name}.", note, alt)


def _shorten(value: float, locale: str) -> str:
    """Write a tick in few signs."""
    for size, unit in ((1e6, " M"), (1e3, " mil")):
        if abs(value) >= 10 * size or (size == 1e6 and abs(value) >= size):
            return format_number(value / size, locale) + unit
    return format_number(value, locale)


def _blank_axes(figure: Figure, width: float, height: float) -> Axes:
    """Return axes over the whole figure, y downwards, without frame."""
    axes = figure.add_axes((0.005, 0, 0.99, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    return axes


def _clean(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def _render(draw: Callable[[Figure], None], size: tuple[float, float], title: str, note: str, alt: str) -> dict[str, str]:
    """Return a picture as SVG, the same bytes each time, with its words."""
    buffer = io.StringIO()
    with style.context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=size)
        draw(figure)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        figure.clear()
    svg = buffer.getvalue()
    data = base64.b64encode(svg[svg.index("<svg") :].encode()).decode()
    return {"title": title, "note": note, "alt": alt, "data": data}


def _show_pictures(pictures: list[dict[str, str]], e: Evaluation, *, width: str, title: str = "", note: str = "") -> Block:
    text = "\n".join(filter(None, (title, note, *(f"{p['title']} {p['note']}\n{p['alt']}" for p in pictures))))
    return render("figuras.html.j2", text, pictures=pictures, title=title, note=note, width=width, source=name_source(e))
