"""Changes: a quarter beside the one before: what changed, which activities and units moved."""

from collections.abc import Iterable, Mapping

from poa_eval.config.profile import STATES
from poa_eval.metrics.evaluation import Evaluation, describe_quarter, is_unit, pick_figures
from poa_eval.metrics.ranking import rank_units
from poa_eval.metrics.reasons import tell_reason
from poa_eval.metrics.registry import KEY_FIGURES
from poa_eval.reports.html.blocks import EMPTY, Block, render_words
from poa_eval.reports.html.sparklines import draw_bar
from poa_eval.reports.html.tables import Cell, count_cell, render_table, state_cell, text_cell
from poa_eval.reports.sections.inputs import Source, name_source, take_evaluation
from poa_eval.reports.sections.provenance import Provenance
from poa_eval.text.columns import Column
from poa_eval.text.wording import format_percent, is_present, join_words, name_span, name_units

_MET = ("sobrecumplida", "cumplida")


def measure_before(e: Evaluation) -> tuple[Evaluation | None, str]:
    """Return the evaluation of the quarter before from the same plan, or why there is none."""
    if e.trimestre == 1:
        return None, "Es el primer trimestre del ejercicio: no hay uno anterior con el cual comparar."
    before = e.anteriores[-1]
    if before.actividades["cumplimiento_acumulado"].notna().any():
        return before, ""
    reasons = dict.fromkeys(tell_reason(reasons.to_date) for reasons in before.reasons.values() if reasons.to_date)
    why = f": {join_words(reasons)}" if 0 < len(reasons) <= 3 else ""
    return None, f"Al cierre del {describe_quarter(e.trimestre - 1)} no hay actividades que se puedan evaluar{why}."


def show_counts(source: Source) -> Block:
    """Show how many activities are in each state: at the close of the quarter before, to date, and in the quarter."""
    e = take_evaluation(source)
    if e.solo_plan or e.actividades.empty:
        return EMPTY
    before = None if is_unit(e) else measure_before(e)[0]
    tables = {f"En el {describe_quarter(e.trimestre)}": e.actividades["estado_trimestre"]}
    tables[f"A la fecha, {name_span(*e.months)}"] = e.actividades["estado"]
    if before:
        tables[f"Al cierre del {describe_quarter(before.trimestre)}"] = before.actividades["estado"]
    origin = "Actividades en ese estado, contadas; el estado de cada una está en la tabla de actividades"
    columns = [Column("Estado"), *(Column(f"{title} (actividades)", kind="number", tooltip=origin) for title in tables)]
    total, rows = len(e.actividades), []
    for state in STATES:
        counts = [int((states == state).sum()) for states in tables.values()]
        if any(counts):
            rows.append([state_cell(state), *(count_cell(n, picture=draw_bar(n, total) if n else "") for n in counts)])
    foot = [Cell("Total"), *[count_cell(total)] * len(tables)]
    return render_table("Actividades por estado", columns, [("", rows)], source=name_source(e), total=foot)


def show_changes(source: Source) -> Block:
    """Show what changed since the quarter before: figures, activities that crossed into or out of «cumplida»."""
    e = take_evaluation(source)
    if e.solo_plan or is_unit(e):
        return EMPTY
    before, why = measure_before(e)
    if before is None:
        return render_words([why])
    old, new, locale = pick_figures(before), pick_figures(e), e.plan.locale
    sentences = []
    for name, figure in KEY_FIGURES.items():
        was, now = old[f"{name}_acumulado"], new[f"{name}_acumulado"]
        if is_present(was) and is_present(now):
            then, here = format_percent(was, locale), format_percent(now, locale)
            moved = f"sigue en {here}" if then == here else f"{'subió' if now > was else 'bajó'} de {then} a {here}"
            sentences.append(f"{figure.label} a la fecha: {moved}.")
    counts = [int(figures["evaluadas_acumulado"]) for figures in (old, new)]
    if sentences and counts[0] != counts[1]:
        sentences.append(f"No son de las mismas actividades: antes se evaluaron {counts[0]}, ahora {counts[1]}.")
    sentences += _tell_moves(before, e)
    units = name_units(e.plan.unidades)
    table = e.actividades.merge(before.actividades, on="actividad_id", suffixes=("", "_antes"))
    met, was_met = (table[c].isin(_MET) for c in ("estado", "estado_antes"))
    provenance, groups = [Provenance(before), Provenance(e)], []
    seen, was_seen = (table[f"cumplimiento_acumulado{when}"].notna() for when in ("", "_antes"))
    for title, rows in (
        ("Dejaron de estar cumplidas", was_met & ~met & seen),
        ("Pasaron a estar cumplidas", met & ~was_met & was_seen),
        ("Estaban cumplidas y ahora no tienen cifra", was_met & ~met & ~seen),
        ("Están cumplidas y antes no tenían cifra", met & ~was_met & ~was_seen),
    ):
        cells = []
        for key, unit_id in zip(table.loc[rows, "actividad_id"], table.loc[rows, "unidad_id"], strict=True):
            shares = (origin.cell(key, "cumplimiento_acumulado") for origin in provenance)
            cells.append([provenance[1].name_cell(key), text_cell(units[unit_id]), *shares])
        groups += [(f"{title}: {len(cells)}", cells)] if cells else []
    if not groups:
        return render_words([*sentences, "Ninguna actividad pasó a estar cumplida ni dejó de estarlo."])
    columns = [Column("Actividad"), Column("Unidad")]
    columns += [
        Column(f"Cumplimiento acumulado al cierre del {describe_quarter(q)}", kind="percent")
        for q in (before.trimestre, e.trimestre)
    ]
    caption = "Actividades que pasaron a estar cumplidas o dejaron de estarlo desde el trimestre anterior"
    return render_words(sentences) + render_table(caption, columns, groups, source=name_source(e))


def _tell_moves(before: Evaluation, e: Evaluation) -> list[str]:
    """Tell which units moved in the order of those that have a place in both quarters, and who lost its place."""
    orders = [{row["unidad_id"]: place for place, row in rank_units(x)[0]} for x in (before, e)]
    both = orders[0].keys() & orders[1].keys()
    was, now = ({unit: _place(unit, order, both) for unit in both} for order in orders)
    names = name_units(e.plan.unidades)
    moved = [unit for unit in both if now[unit][0] != was[unit][0]]
    moved.sort(key=lambda unit: (-abs(now[unit][0] - was[unit][0]), now[unit], unit))
    told = [f"{names[unit]} {_tell_move(*was[unit], *now[unit])}" for unit in moved]
    rest = f"; {len(told) - 3} unidades más cambian de lugar" if len(told) > 4 else ""
    among = "" if len(both) == max(map(len, orders)) else f", entre las {len(both)} con lugar en ambos trimestres"
    said = f"{'; '.join(told[: 3 if rest else 4])}{rest}" if told else "Ninguna unidad cambió de lugar"
    lost = [f"{names[row['unidad_id']]} ({why})" for row, why in rank_units(e)[1] if row["unidad_id"] in orders[0]]
    without = [f"{'Pierde' if len(lost) == 1 else 'Pierden'} su lugar {join_words(lost)}."] if lost else []
    return [*([f"{said}{among}."] if both else []), *without]


def _place(unit: str, order: Mapping[str, int], among: Iterable[str]) -> tuple[int, int]:
    """Return the place of a unit among some, and how many share it."""
    places = [order[other] for other in among]
    return 1 + sum(place < order[unit] for place in places), places.count(order[unit])


def _tell_move(old: int, sharing: int, new: int, shared: int) -> str:
    to = f"{new}" + (f", que comparten {shared} unidades" if shared > 1 else "")
    if sharing == 1:
        return f"{'sube' if new < old else 'baja'} del lugar {old} al {to}"
    left = "primer lugar" if old == 1 else f"lugar {old}"
    return f"deja el {left}, que compartían {sharing} unidades, y {'sube al' if new < old else 'queda en el'} {to}"
