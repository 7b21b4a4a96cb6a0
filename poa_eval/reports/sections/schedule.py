"""Schedule: when what a plan asks for falls due: in each quarter, and activity by activity in its months."""

from collections.abc import Mapping

import pandas as pd

from poa_eval.metrics.evaluation import Evaluation, name_quarter
from poa_eval.metrics.schedule import ORIGINS, Schedule
from poa_eval.reports.html.blocks import EMPTY, Block, render_words
from poa_eval.reports.html.tables import Cell, count_cell, render_records, render_table, show_text
from poa_eval.reports.sections.activities import KEYS, NAMES, group_by_unit, list_activities
from poa_eval.reports.sections.inputs import Source, name_source, take_evaluation
from poa_eval.text.columns import Column
from poa_eval.text.periods import MONTH_NAMES, MONTHS, QUARTERS
from poa_eval.text.wording import capitalize, count_words, join_words, name_units


def show_due(source: Source) -> Block:
    """Show what falls due in the quarter, in which months each activity stands, and of what the plan does not say when.

    An activity without calendar is «sin calendario»; it is not «no programada».
    """
    e = take_evaluation(source)
    schedule = e.schedule
    if e.plan.actividades.empty or (schedule.meses.empty and not e.solo_plan):
        return EMPTY
    if schedule.meses.empty:
        return render_words([tell_due(e)])
    signs = [f"{sign}: {meaning}." for sign, meaning, *_ in schedule.origins]
    counts = _count_quarters(e, schedule) if e.plan.actividades["unidad_id"].nunique() > 1 else EMPTY
    return render_words([tell_due(e), *tell_peak(schedule), *signs]) + counts + _list_months(e, schedule)


def _name_quarters(e: Evaluation) -> list[str]:
    return [f"{name} trimestre" + " (el que se evalúa)" * (q == e.trimestre) for q, name in enumerate(QUARTERS, 1)]


def _count_quarters(e: Evaluation, schedule: Schedule) -> Block:
    origin = "Actividades contadas; los meses de cada una están en datos/calendario.csv"
    heads = [(head, schedule.noun) for head in _name_quarters(e)] + [
        ("Sin calendario", ""),
        ("Actividades del plan", ""),
    ]
    columns = [Column("Unidad"), *(Column(head, kind="number", group=group, tooltip=origin) for head, group in heads)]

    def count(label: str, ids: pd.Series) -> list[Cell]:
        part = schedule.narrow(ids)
        return [Cell(label), *map(count_cell, (*part.trimestres, len(part.sin_calendario), len(ids)))]

    owned, names = e.plan.actividades.groupby("unidad_id", sort=False)["actividad_id"], name_units(e.plan.unidades)
    rows = [count(names[unit_id], ids) for unit_id, ids in owned]
    total = count("Total", e.plan.actividades["actividad_id"])
    caption = f"{schedule.noun} en cada trimestre de {e.plan.ejercicio}"
    return render_table(caption, columns, [("", rows)], source=name_source(e), total=total)


def list_columns(e: Evaluation) -> list[Column]:
    """List the columns of the months in which activities stand: as signs on a page, as words on the sheet."""
    months = e.schedule.meses[["actividad_id", "mes", "origen"]].itertuples(index=False, name=None)
    marks = {(key, month): ORIGINS[origin] for key, month, origin in months}

    def name_quarters(row: Mapping) -> str:
        own = sorted({(month + 2) // 3 for key, month in marks if key == row["actividad_id"]})
        return ", ".join(QUARTERS[quarter - 1] for quarter in own) or "sin calendario"

    def make_month(month: int) -> Column:
        """Return the column of a month; the sign stands on the page, the verb on the sheet."""
        blank, own = ("·", "", None), {key: mark for (key, at), mark in marks.items() if at == month}
        return Column(
            capitalize(MONTH_NAMES[month - 1]),
            lambda row: own.get(row["actividad_id"], blank)[2],
            "state",
            10,
            cell=lambda row: Cell(own.get(row["actividad_id"], blank)[0]),
            short=MONTHS[month - 1],
            group=_name_quarters(e)[(month - 1) // 3],
        )

    return [
        *NAMES,
        Column("Trimestres", name_quarters, width=13),
        Column("Frecuencia", "frecuencia", width=12, cell=show_text("frecuencia"), is_optional=True),
        *map(make_month, range(1, 13)),
        *KEYS,
    ]


def _list_months(e: Evaluation, schedule: Schedule) -> Block:
    """Show the months of each activity as signs, and below them what has no calendar."""
    rows, without = [*list_activities(e).values()], set(schedule.sin_calendario)
    dated = [row for row in rows if row["actividad_id"] not in without]
    undated = [row for row in rows if row["actividad_id"] in without]
    groups = group_by_unit(dated, is_titled=e.plan.actividades["unidad_id"].nunique() > 1)
    groups += [(f"Sin calendario: el plan no dice cuándo ({len(undated)})", undated)] if undated else []
    columns = sorted(list_columns(e), key=lambda column: column.is_optional)  # on a page, frequency stands last
    caption = f"Meses de {e.plan.ejercicio} en que está cada actividad"
    return render_records(caption, columns, groups, source=name_source(e), kind="compacta periodos")


def tell_due(e: Evaluation) -> str:
    """Tell how many activities stand in the quarter, and of how many the plan does not say when."""
    schedule, total = e.schedule, len(e.plan.actividades)
    if schedule.meses.empty:
        whose = f"ninguna de sus {total} actividades: todas quedan" if total > 1 else "su única actividad: queda"
        return f"El plan no dice en qué meses se hace {whose} sin calendario."
    number, (one, many) = schedule.trimestres[e.trimestre - 1], schedule.verbs
    start = f"En el {name_quarter(e)}"
    if total == 1:
        return f"{start} {'' if number else 'no '}{one} la única actividad."
    if number == total:
        said = f"{start} {many} las {total} actividades"
    else:
        which = f"{one if number == 1 else many} {number} de" if number else f"no {one} ninguna de las"
        said = f"{start} {which} {total} actividades"
    without = len(schedule.sin_calendario)
    return said + (f"; {without} no {'tiene' if without == 1 else 'tienen'} calendario." if without else ".")


def tell_peak(schedule: Schedule) -> list[str]:
    """Tell which quarters have most activities."""
    most = max(schedule.trimestres)
    names = [f"el {name}" for name, number in zip(QUARTERS, schedule.trimestres, strict=True) if number == most]
    if len(names) == 4:
        return [f"Los cuatro trimestres llevan la misma carga: {count_words(most, 'actividad', 'actividades')}."]
    if len(names) == 1:
        return [f"El trimestre con más actividades es {names[0]}: {most}."]
    return [f"Los trimestres con más actividades son {join_words(names)}: {most} en cada uno."]
