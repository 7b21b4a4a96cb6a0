"""Compare: activities, units and quarters side by side: what changed, who leads, what lags and what overshoots."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from poa_eval.bars import draw_bar
from poa_eval.block import (
    EMPTY,
    Block,
    Cell,
    Column,
    join_blocks,
    percent_cell,
    render_table,
    render_words,
    state_cell,
    text_cell,
)
from poa_eval.measure import Evaluation, describe_quarter
from poa_eval.narrate import (
    is_unit,
    name_source,
    pick_figures,
    rank_units,
    take_evaluation,
)
from poa_eval.profile import STATES
from poa_eval.quarter import Quarter
from poa_eval.trace import Origins
from poa_eval.words import (
    FIGURES,
    format_percent,
    has,
    join_words,
    name_activity,
    name_span,
    name_unit,
)

Source = Quarter | Evaluation

_MET = ("sobrecumplida", "cumplida")


def measure_before(e: Evaluation) -> tuple[Evaluation | None, str]:
    """Return the evaluation of the quarter before from the same plan, or why there is none."""
    if e.trimestre == 1:
        return None, "Es el primer trimestre del ejercicio: no hay uno anterior con el cual comparar."
    before = e.anteriores[-1]
    if before.actividades["cumplimiento_acumulado"].notna().any():
        return before, ""
    reasons = dict.fromkeys(str(reason) for reason in before.actividades["motivo"] if has(reason))
    why = f": {join_words(reasons)}" if 0 < len(reasons) <= 3 else ""
    return None, f"Al cierre del {describe_quarter(e.trimestre - 1)} no hay actividades que se puedan evaluar{why}."


def show_counts(source: Source) -> Block:
    """Show how many activities are in each state: at the close of the quarter before, to date, and in the quarter."""
    e = take_evaluation(source)
    if e.solo_plan or e.actividades.empty:
        return EMPTY
    before = None if is_unit(e) else measure_before(e)[0]
    tables = [("En el {} (actividades)", e.actividades["estado_trimestre"], e.trimestre)]
    tables += [("A la fecha, " + name_span(e.trimestre) + " (actividades)", e.actividades["estado"], e.trimestre)]
    if before:
        tables += [("Al cierre del {} (actividades)", before.actividades["estado"], before.trimestre)]
    columns = [Column("Estado")]
    origin = "Actividades en ese estado, contadas; el estado de cada una está en la tabla de actividades"
    columns += [Column(title.format(describe_quarter(q)), is_number=True, origin=origin) for title, _, q in tables]
    counts, total = [states.value_counts().to_dict() for _, states, _ in tables], len(e.actividades)

    def count(state: str) -> list[Cell]:
        numbers = [count.get(state, 0) for count in counts]
        return [Cell(str(n), is_number=True, picture=draw_bar(n, total) if n else "") for n in numbers]

    rows = [[state_cell(s), *count(s)] for s in STATES if any(s in count for count in counts)]
    foot = [Cell("Total"), *[Cell(str(total), is_number=True)] * len(tables)]
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
    for name, (label, _) in FIGURES.items():
        was, now = old[f"{name}_acumulado"], new[f"{name}_acumulado"]
        if has(was) and has(now):
            then, here = format_percent(was, locale), format_percent(now, locale)
            moved = f"sigue en {here}" if then == here else f"{'subió' if now > was else 'bajó'} de {then} a {here}"
            sentences.append(f"{label} a la fecha: {moved}.")
    sentences.append(_tell_moves(before, e))
    table = e.actividades.merge(before.actividades, on="actividad_id", suffixes=("", "_antes"))
    met, was_met = (table[c].isin(_MET) for c in ("estado", "estado_antes"))
    codes = e.plan.actividades.set_index("actividad_id")["codigo"]
    origins, groups = [("_antes", Origins(before)), ("", Origins(e))], []
    for title, rows in (("Dejaron de estar cumplidas", was_met & ~met), ("Pasaron a estar cumplidas", met & ~was_met)):
        cells = [
            [
                name_row(row, codes),
                text_cell(name_unit(row["unidad_id"], row["unidad"])),
                *(
                    percent_cell(
                        row[f"cumplimiento_acumulado{when}"],
                        locale,
                        state=row[f"estado{when}"],
                        title=origin.name(row["actividad_id"], "cumplimiento_acumulado"),
                    )
                    for when, origin in origins
                ),
            ]
            for row in table[rows].to_dict("records")
        ]
        groups += [(f"{title}: {len(cells)}", cells)] if cells else []
    if not groups:
        return render_words([*sentences, "Ninguna actividad pasó a estar cumplida ni dejó de estarlo."])
    columns = [Column("Actividad"), Column("Unidad")]
    columns += [
        Column(f"Cumplimiento acumulado al cierre del {describe_quarter(q)} (%)", is_number=True)
        for q in (before.trimestre, e.trimestre)
    ]
    caption = "Actividades que cambiaron de lado desde el trimestre anterior"
    return join_blocks(render_words(sentences), render_table(caption, columns, groups, source=name_source(e)))


def _tell_moves(before: Evaluation, e: Evaluation) -> str:
    """Tell which units moved in the order since the quarter before."""
    was, now = ({row["unidad_id"]: place for place, row in rank_units(x)[0]} for x in (before, e))
    names = e.plan.unidades.set_index("unidad_id")["unidad"]
    moved = sorted(now.keys() & was.keys(), key=lambda unit: (-abs(now[unit] - was[unit]), now[unit], unit))
    told = [
        f"{name_unit(unit, names[unit])} {'sube' if now[unit] < was[unit] else 'baja'} "
        f"del lugar {was[unit]} al {now[unit]}"
        for unit in moved
        if now[unit] != was[unit]
    ]
    rest = f"; cambian de lugar {len(told) - 3} unidades más" if len(told) > 4 else ""
    return f"{'; '.join(told[: 3 if rest else 4])}{rest}." if told else "Ninguna unidad cambió de lugar."


def name_row(row: Mapping[str, object], codes: pd.Series) -> Cell:
    """Return the cell that names an activity, with its place."""
    return text_cell(name_activity(row, codes[row["actividad_id"]]), source=row["fuente"])
