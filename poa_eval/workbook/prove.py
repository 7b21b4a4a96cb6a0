"""Prove: live formulas that obtain again each stored figure of a workbook from the cells of its other sheets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from poa_eval.metrics.evaluation import Evaluation
from poa_eval.metrics.reasons import Reason, tell_reason
from poa_eval.plan.accumulation import SheetWindow, find_accumulation
from poa_eval.reports.sections.activities import PERCENT, SPANS, STATE
from poa_eval.text.periods import close_months
from poa_eval.text.wording import capitalize, is_present

#: Cell of a row's key on «Comprobación».
KEY = "$I{row}"
_FIRST, _LAST = "$E$3", "$F$3"  # the months that count, above the table
_MONTH = "Periodos[Mes de cierre]"

Rows = Sequence[Mapping]


@dataclass(frozen=True)
class Proof:
    """One stored figure, and the formula that obtains it again; without one, `como` says why there is no figure.

    In `formula`, ``{row}`` is the row in which it stands.
    """

    ambito: str
    quien: str
    clave: str
    cifra: str
    como: str
    guardado: object
    formula: str | None
    kind: str = "number"
    is_array: bool = False


def look_up(table: str, title: str) -> str:
    """Return the formula of a row's cell in a column of another sheet, found by the row's key."""
    return f"INDEX({table}[{title}],MATCH({KEY},{table}[Clave],0))"


def prove_activities(e: Evaluation, activities: Mapping[str, Mapping], periods: Rows) -> Iterator[Proof]:
    """Obtain each figure of each activity: sums from its periods, percentages from its sums."""
    closed = defaultdict(list)
    for period in periods:
        if period["cuenta"]:
            closed[period["actividad_id"]].append(period)
    months = close_months(e.trimestre)
    for key, row in activities.items():
        who = ("Actividad", row["llamada"], key)
        for window in SPANS:
            low = months[0] if window == "trimestre" else 1
            inside = [period for period in closed[key] if low <= period["mes"] <= months[-1]]
            yield _prove_sum(who, "programado", window, row, inside, e)
            yield _prove_sum(who, "ejecutado", window, row, inside, e)
            yield _prove_percent(who, window, row, e)
        yield _prove_progress(who, row, closed[key], e)


def _name_state(window: str) -> str:
    return "estado" if window == "acumulado" else "estado_trimestre"


def _prove_sum(who: tuple, figure: str, window: str, row: Mapping, inside: Rows, e: Evaluation) -> Proof:
    """Obtain what was programmed or executed in a window from the activity's periods."""
    title, stored = capitalize(figure), row[f"{figure}_{window}"]
    missing = [period for period in inside if period["situacion"] == "sin reporte"]
    lacks = row[_name_state(window)] == "sin reporte" and not all(is_present(period[figure]) for period in missing)
    name = f"{title} {SPANS[window]}"
    if not is_present(stored) and not lacks:
        return Proof(*who, name, _say_gap(e.reasons[row["actividad_id"]].find(window)), None, None)
    place = SheetWindow(figure, row, inside, KEY, _MONTH, _FIRST, _LAST, is_quarter=window == "trimestre")
    formula, said, is_array = find_accumulation(row, figure).excel(place)
    if missing:
        gap = f'COUNTIFS({place.criteria},Periodos[Situación],"sin reporte",Periodos[{title}],"=")>0'
        formula = f'IF({gap},"sin reporte",{formula})'
    return Proof(*who, name, said, stored if is_present(stored) else "sin reporte", formula, is_array=is_array)


def _prove_percent(who: tuple, window: str, row: Mapping, e: Evaluation) -> Proof:
    """Obtain a compliance from the activity's two figures."""
    stored, planned = row[f"cumplimiento_{window}"], row[f"programado_{window}"]
    if not is_present(stored) and is_present(row[f"ejecutado_{window}"]) and is_present(planned) and planned > 0:
        return Proof(*who, PERCENT[window], _say_gap(e.reasons[row["actividad_id"]].find(window)), None, None)
    p, v = (look_up("Actividades", f"{name} {SPANS[window]}") for name in ("Programado", "Ejecutado"))
    body, said = f"{v}*100/{p}", "Ejecutado / programado × 100"
    if row["sentido"] == "descendente":
        share, said = f"(2*{p}-{v})*100/{p}", "(2 − ejecutado / programado)"
        if is_present(row["linea_base"]):
            base = look_up("Actividades", "Línea base")
            share, said = f"({base}-{v})*100/({base}-{p})", "(LB − ejecutado) / (LB − programado)"
        body, said = f"MAX(0,MIN(200,{share}))", f"{said} × 100, entre 0 y 200"
    formula = f"IF(AND(ISNUMBER({v}),{p}>0),{body},{look_up('Actividades', STATE[window])})"
    return Proof(
        *who, PERCENT[window], said, stored if is_present(stored) else row[_name_state(window)], formula, "percent"
    )


def _prove_progress(who: tuple, row: Mapping, closed: Rows, e: Evaluation) -> Proof:
    """Obtain the progress towards the year, by the document's own formula where it has one."""
    stored = row["avance_anual"]
    if not is_present(stored):
        return Proof(*who, "Avance anual", _say_gap(e.reasons[row["actividad_id"]].year), None, None)
    if e.plan.rule("avance") != "razones_ponderadas":
        done, goal = (look_up("Actividades", title) for title in ("Ejecutado a la fecha", "Meta anual"))
        said = "Ejecutado a la fecha / meta anual × 100"
        return Proof(*who, "Avance anual", said, stored, f"{done}*100/{goal}", "percent")
    terms, before = [], ""
    for period in (period for period in closed if is_present(period["ejecutado"])):
        at = f"Periodos[Clave],{KEY},{_MONTH},{period['mes']}"
        value, goal = (f"SUMIFS(Periodos[{title}],{at})" for title in ("Ejecutado", "Programado"))
        weight = e.plan.rule(f"avance.peso.{period['meses']}")
        terms.append(f"({value}{before})/{goal}*{weight}")
        before = f"-{value}" if find_accumulation(row, "ejecutado").is_running else ""
    return Proof(*who, "Avance anual", str(e.plan.rule("avance.texto")), stored, "+".join(terms), "percent")


def _say_gap(reason: Reason | None) -> str:
    return f"Sin cifra: {tell_reason(reason)}" if reason else "Sin cifra"
