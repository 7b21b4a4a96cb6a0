"""Charts: an evaluation drawn, each chart with a title that answers and a text that tells its content."""

from collections.abc import Mapping

from matplotlib.figure import Figure
from pandas import DataFrame, Series

from poa_eval.metrics.due import list_comparable
from poa_eval.metrics.evaluation import Evaluation, find_activity, is_unit
from poa_eval.metrics.ranking import ATTENTION, sort_by_need
from poa_eval.metrics.reasons import tell_reason
from poa_eval.plan.accumulation import adds_up
from poa_eval.reports.html.blocks import EMPTY, Block, render, render_words
from poa_eval.reports.html.pictures import draw_bars, draw_totals, render_picture
from poa_eval.reports.sections.inputs import Source, take_evaluation
from poa_eval.reports.sections.summary import tell_done
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
    picture, has_curve = _draw_activity(row.to_dict(), e)
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
    table = sort_by_need(e)
    activities = e.plan.actividades.set_index("actividad_id", drop=False)
    asking = table[table["estado"].isin(ATTENTION)]
    several = [len(list_comparable(activities.loc[key], e.due, e.trimestre)[0]) > 1 for key in asking["actividad_id"]]
    kept = asking[several].head(_MOST)
    if kept.empty:
        return EMPTY
    drawn = [_draw_activity(row, e) for row in kept.to_dict("records")]
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


def _draw_activity(row: Mapping[str, object], e: Evaluation) -> tuple[dict[str, object], bool]:
    """Return the picture of an activity, and whether it has a curve."""
    activity = e.plan.actividades.loc[e.plan.actividades["actividad_id"] == row["actividad_id"]].iloc[0].to_dict()
    bars, is_running = list_comparable(activity, e.due, e.trimestre)
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
        draw_bars(upper, bars, months, locale)
        if totals:
            lower = figure.add_axes((0.13, 0.1, 0.86, 0.36), xlim=(0, months))
            draw_totals(lower, totals, ahead, goal, months, locale)

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
