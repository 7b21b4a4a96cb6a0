"""An activity's series of periods, those that lack a report included, and the same made comparable."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from poa_eval.metrics.due import DuePeriods, list_window
from poa_eval.metrics.ranking import pick_state
from poa_eval.plan.accumulation import adds_up, find_accumulation
from poa_eval.text.wording import is_present


def list_periods(activity: Mapping[str, object], due: DuePeriods, trimestre: int) -> list[dict[str, object]]:
    """List the periods of an activity from January to the close of a quarter, those that lack a report included.

    Returns
    -------
    list of dict
        `mes`, `meses`, `programado`, `ejecutado`, `comentario`, `fuente`; and `estado`, which says what it is where
        there is no result (``sin reporte``, ``no programada``), else "". In order.
    """
    quarters = tuple(q for q in range(1, trimestre + 1) if q not in due.absent)
    found, lacking = list_window(activity, due, quarters)
    empty = {"programado": None, "ejecutado": None, "comentario": None, "fuente": activity["fuente"]}
    rows = [row for row in found if is_present(row["programado"]) or is_present(row["ejecutado"])]
    rows += [{"mes": month, "meses": length} | empty for month, length in lacking]
    idle = activity["sentido"] != "descendente"
    for i, row in enumerate(rows):
        lacks = "no programada" if row["programado"] == 0 and idle else "sin reporte"
        rows[i] = row | {"estado": "" if is_present(row["ejecutado"]) else lacks}
    return sorted(rows, key=lambda row: (row["mes"], row["meses"]))


def list_comparable(activity: Mapping[str, object], due: DuePeriods, trimestre: int) -> tuple[list[dict], bool]:
    """List the periods of an activity at one length and comparable, and say whether the programme was added up for it.

    Where months and quarters stand side by side the months are added to quarters; a result that is already
    cumulative stands against the programme up to there.
    """
    rows = list_periods(activity, due, trimestre)
    lengths = {row["meses"] for row in rows}
    if adds_up(activity) and len(lengths) > 1 and max(lengths) == 3:
        quarters = [[row for row in rows if (row["mes"] + 2) // 3 == q] for q in range(1, trimestre + 1)]
        return [_add_up(part) for part in quarters if part], False
    results, goals = (find_accumulation(activity, series) for series in ("ejecutado", "programado"))
    if results.is_running and goals.adds:
        running = pd.Series([row["programado"] for row in rows], dtype=float).cumsum()
        return [row | {"programado": total} for row, total in zip(rows, running, strict=True)], True
    return rows, False


def _add_up(rows: list[dict]) -> dict[str, object]:
    """Return the quarter of its months; without the sum of what one of them lacks."""
    sums = {
        c: sum(r[c] for r in rows) if all(is_present(r[c]) for r in rows) else None for c in ("programado", "ejecutado")
    }
    states = [row["estado"] for row in rows if row["estado"]]
    return {"mes": (rows[0]["mes"] + 2) // 3 * 3, "meses": 3, "estado": pick_state(states)} | sums
