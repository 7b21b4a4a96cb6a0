"""Scale: percentages of a row that stand on another scale than their neighbours, 0.58 among 60, 70, 80."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from poa_eval.plan.accumulation import SERIES
from poa_eval.plan.inferred import MixedScale
from poa_eval.plan.notes import PercentCells
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import group_rows
from poa_eval.text.numbers import is_percentage

#: How near the figure, a hundred times, is to its neighbours: between half and twice their median.
_NEAR = (0.5, 2.0)


def note_mixed_scale(plan: Plan) -> Plan:
    """Return the plan with a note of each figure of a percentage on another scale than its row's others.

    It is at most 1, and a hundred times as much is what its neighbours are. Until it is settled, it is not used.
    """
    percents = {note.owner for note in plan.list_notes(PercentCells)}
    measures = {str(text) for text in plan.actividades["unidad_medida"].dropna().unique()}
    named = plan.actividades["unidad_medida"].isin({text for text in measures if is_percentage(text)})
    asked = percents | {*plan.actividades.loc[named, "actividad_id"]}
    if not asked:
        return plan
    known = {(note.key, note.text) for note in plan.list_notes(MixedScale)}
    table = plan.avances[plan.avances["actividad_id"].isin(asked)]
    found = [note for rows in group_rows(table, "actividad_id").values() for note in _find_odd(rows)]
    return plan.add_notes(note for note in found if (note.key, note.text) not in known)


def _find_odd(rows: Sequence[Mapping]) -> Iterator[MixedScale]:
    values = [(row, name, row[name]) for row in rows for name in SERIES if row[name] == row[name]]
    for at, (row, name, value) in enumerate(values):
        if not 0 < value <= 1:
            continue
        others = [other for i, (_, _, other) in enumerate(values) if i != at and other]
        if len(others) < 2:
            continue
        usual = median(others)
        if _NEAR[0] <= value * 100 / usual <= _NEAR[1]:
            where = {"owner": row["actividad_id"], "month": int(row["mes"]), "length": int(row["meses"])}
            yield MixedScale(**where, concept=name, value=float(value), usual=float(usual), source=row["fuente"])
