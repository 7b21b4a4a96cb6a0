"""Due periods: what must have been reported by a cut-off date, and an activity's series of periods."""

import datetime as dt
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

import pandas as pd

from poa_eval.plan.accumulation import SERIES, Period, adds_up, find_accumulation, has_no_cases
from poa_eval.plan.inferred import GoalShares, PlanSpan
from poa_eval.plan.notes import Answered, CapturedQuarter, NoResults
from poa_eval.plan.plan import Plan
from poa_eval.readers.addresses import name_file
from poa_eval.text.dates import parse_term
from poa_eval.text.periods import close_months, find_month, parse_frequency
from poa_eval.text.wording import is_present


@dataclass(frozen=True)
class DuePeriods:
    """What is due in a plan.

    `granularity` is for the activities that have no row at all: a unit that files monthly owes every month. `calendar`
    is for those that are due by calendar only, where results are captured; without any capture nobody owes a report on
    them, and it is empty.
    """

    plan: Plan
    granularity: Mapping[str, int]  # unit id → length in months of its shortest period
    absent: frozenset[int]  # quarters of which no source was loaded
    corte: int  # last closed month
    calendar: Mapping[str, list[tuple[int, int]]] = field(default_factory=dict)  # activity id → (closing month, length)
    answered: frozenset[str] = frozenset()  # activities of which results are answers to «¿Realizada?»
    span: tuple[int, int] = (1, 12)  # first and last month of the plan
    is_plan: bool = False  # no document has a place for results: no report is missing
    is_register: bool = False  # one row a report: nothing is due before the first of an activity

    @cached_property
    def periods(self) -> Mapping[str, Sequence[Period]]:
        """Return the rows of `avances` of each activity, by closing month, with the declared parts of its goal."""
        found: dict[str, list[Period]] = {activity_id: [] for activity_id in self.plan.actividades["actividad_id"]}
        for row in self.plan.avances.sort_values(["actividad_id", "mes"], kind="stable").to_dict("records"):
            found[row["actividad_id"]].append(row)
        for activity, shares in list_shared(self.plan):
            kind, own = find_accumulation(activity, "programado"), found[activity["actividad_id"]]
            for row in own if all(pd.isna(row["programado"]) for row in own) else ():
                part = shares.find_part(row["mes"], row["meses"], is_running=kind.is_running)
                row["programado"] = None if part is None else activity["meta_anual"] * part / 100
        return found

    def __getstate__(self) -> dict[str, object]:
        """Leave out of a pickle what the plan says anyway."""
        return {own.name: getattr(self, own.name) for own in fields(self)}

    def move(self, corte: int) -> "DuePeriods":
        """Return what is due up to another closed month."""
        return self._share(replace(self, corte=corte), self.periods)

    def narrow(self, plan: Plan, unidad_id: str) -> "DuePeriods":
        """Return what is due of a unit, whose own plan is given; documents are absent for all units."""
        ids = list(plan.actividades["actividad_id"])
        dated = {key: self.calendar[key] for key in ids if key in self.calendar}
        length = {key: months for key, months in self.granularity.items() if key == unidad_id}
        own = replace(self, plan=plan, granularity=length, calendar=dated, answered=self.answered & {*ids})
        return self._share(own, {key: self.periods[key] for key in ids})

    def _share(self, other: "DuePeriods", periods: Mapping[str, Sequence[Period]]) -> "DuePeriods":
        other.__dict__["periods"] = periods
        return other


def find_due(plan: Plan, corte: int) -> DuePeriods:
    """Find what is due in a plan up to the last closed month, 0–12."""
    captured = {int(note.text) for note in plan.list_notes(CapturedQuarter)}
    dated = list_calendar(plan) if captured else {}
    unit_of = plan.actividades.set_index("actividad_id")["unidad_id"]
    own = plan.avances[~plan.avances["actividad_id"].isin(dated)] if dated else plan.avances
    lengths = own["meses"].groupby(own["actividad_id"].map(unit_of)).min()
    seen = {(int(month) - 1) // 3 + 1 for month in plan.avances["mes"].unique()} | captured
    short = captured or (len(lengths) and lengths.min() <= 3)
    first, last = span = find_span(plan)
    owed = range((first + 2) // 3, (last + 2) // 3 + 1)
    absent = frozenset(owed) - seen if short else frozenset()
    granularity = {str(unit): int(length) for unit, length in lengths.items()}
    is_register = plan.rule("registro") is not None
    bare = {note.text for note in plan.list_notes(NoResults)}
    is_plan = bool(bare) and not captured and plan.avances["ejecutado"].isna().all()
    is_plan = is_plan and {*map(name_file, plan.actividades["fuente"].astype(str).unique())} <= bare
    answered = frozenset(list_answered(plan))
    return DuePeriods(plan, granularity, absent, corte, dated, answered, span, is_plan, is_register)


def list_shared(plan: Plan) -> list[tuple[Mapping, GoalShares]]:
    """List the activities that the layout lets be judged by parts of their goal of the year: counts that are to rise.

    Not percentages, levels, means, constants or ratios, of which a part of the goal means nothing; nor those of which
    the accumulation is open.
    """
    said = {note.document: note for note in plan.list_notes(GoalShares)}
    rows = plan.actividades.to_dict("records") if said else []
    kinds = [[find_accumulation(row, series) for series in SERIES] for row in rows]
    return [
        (row, said[name])
        for row, own in zip(rows, kinds, strict=True)
        if (name := name_file(str(row["fuente"]))) in said
        and row["meta_anual"] > 0
        and row["sentido"] == "ascendente"
        and row["actividad_id"] not in plan.open_kinds
        and all(kind.adds or kind.is_running for kind in own)
    ]


def find_span(plan: Plan) -> tuple[int, int]:
    """Return the first and the last month of a plan, as said or proved, never less than its periods; else the year."""
    said = plan.list_notes(PlanSpan)
    if not said:
        return 1, 12
    first = min(note.first for note in said)
    starts = plan.avances["mes"] - plan.avances["meses"] + 1  # another document may begin earlier
    return min(first, *starts.tolist()), max(note.last for note in said)


def list_calendar(plan: Plan) -> dict[str, list[tuple[int, int]]]:
    """List the periods, as (closing month, length), of the activities that are due by calendar only.

    Those are the ones of which no programme was read: without a row in `avances`, or with rows that come from the
    question «¿Realizada?» of a capture workbook. The length is that of `frecuencia` where all months close such a
    period; else each month stands for itself, as a mark does. Of dates only the month of the end is due, in its year.
    """
    known = set(plan.avances["actividad_id"]) - list_answered(plan)
    frequency = plan.actividades.set_index("actividad_id")["frecuencia"]
    ends = plan.actividades.set_index("actividad_id")["fin"]
    found = {}
    for activity_id, rows in plan.calendario.groupby("actividad_id", sort=False):
        months = rows["mes"]
        if activity_id not in known and rows["origen"].eq("fechas").all():
            term = parse_term(str(ends[activity_id]))
            is_own = term is None or term.last.year in (None, plan.ejercicio)
            found[str(activity_id)] = [(int(months.max()), 1)] * is_own
        elif activity_id not in known:
            length = parse_frequency(str(frequency[activity_id])) or 1
            length = length if (months % length == 0).all() else 1
            found[str(activity_id)] = [(int(month), length) for month in sorted(months.unique())]
    return found


def list_answered(plan: Plan) -> set[str]:
    """List the activities whose rows in `avances` are answers to «¿Realizada?»: 1 for Sí, 0 for No, of 1."""
    return {note.owner for note in plan.list_notes(Answered)}


def plans_nothing(activity: Mapping, due: DuePeriods) -> bool:
    """Say whether a document plans 0 in the year of something to be raised, and so in none of its periods."""
    periods = due.periods.get(activity["actividad_id"], ())
    is_zero = activity["meta_anual"] == 0 and activity["sentido"] != "descendente"
    return is_zero and all(pd.isna(row["programado"]) for row in periods)


def list_window(
    activity: Mapping, due: DuePeriods, quarters: tuple[int, ...]
) -> tuple[list[Period], list[tuple[int, int]]]:
    """List the periods of a window that closed, and those that are due without a row, as (closing month, length)."""
    found: list[Period] = []
    lacking: list[tuple[int, int]] = []
    own = due.periods.get(activity["actividad_id"], ())
    for quarter in quarters:
        months = close_months(quarter)
        rows = [row for row in own if row["mes"] in months]
        have = {row["mes"] for row in rows}
        found += [row for row in rows if row["mes"] <= due.corte]
        wanted = _list_wanted(activity, due, months, rows)
        lacking += [(month, length) for month, length in wanted if month not in have and month <= due.corte]
    return found, lacking


def _list_wanted(
    activity: Mapping, due: DuePeriods, months: Sequence[int], rows: Sequence[Period]
) -> list[tuple[int, int]]:
    """List the periods that an activity, with these rows in a quarter, ought to have in it."""
    dated = due.calendar.get(activity["actividad_id"])
    if dated is not None:
        return [period for period in dated if period[0] in months]
    if plans_nothing(activity, due):
        return []
    own = due.periods.get(activity["actividad_id"], ())
    first, last = due.span
    if due.is_register:
        first = max(first, min((row["mes"] - row["meses"] + 1 for row in own), default=first))
    within = [month for month in months if first <= month <= last]
    if rows:
        return [(month, 1) for month in within] if any(row["meses"] == 1 for row in rows) else []
    ends = {row["meses"]: row["mes"] for row in own} or {due.granularity.get(activity["unidad_id"]): first - 1}
    length = min(ends, key=lambda length: length or 0)
    if not length:
        return []
    return [(m, length) for m in within if (m - ends[length]) % length == 0 and m - length >= first - 1]


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
        is_told = is_present(row["ejecutado"]) or has_no_cases(row, activity) or due.is_plan
        rows[i] = row | {"estado": "" if is_told else lacks}
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
    states = {row["estado"] for row in rows}
    state = next((state for state in ("sin reporte", "no programada") if state in states), "")
    return {"mes": (rows[0]["mes"] + 2) // 3 * 3, "meses": 3, "estado": state} | sums


def read_corte(notes: Mapping[str, str]) -> int | None:
    """Return the closing month up to which a document says that it reports, or None."""
    name = "mes" if "corte_mes" in notes else "trimestre"
    return find_month(name, notes.get(f"corte_{name}", ""))


def find_corte(plan: Plan, fecha_corte: dt.date | None = None) -> int:
    """Return the last closed month: by the date given, and by what the document says that it covers.

    Without either it is the last period with a result; 0, nothing is due, where there is none.
    """
    said = read_corte(dict(zip(plan.contexto["clave"], plan.contexto["texto"].astype(str), strict=True)))
    limits = [said] if said else []
    if fecha_corte is not None:
        closed = [month for month in range(1, 13) if close_month(plan.ejercicio, month) <= fecha_corte]
        limits.append(max(closed, default=0))
    if limits:
        return min(limits)
    reported = plan.avances.loc[plan.avances["ejecutado"].notna(), "mes"]
    return int(reported.max()) if len(reported) else 0


def close_month(year: int, month: int) -> dt.date:
    """Return the last day of a month.

    Examples
    --------
    >>> close_month(2024, 2)
    datetime.date(2024, 2, 29)
    """
    return dt.date(year, month, monthrange(year, month)[1])
