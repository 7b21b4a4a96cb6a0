"""Prove: live formulas that obtain again each stored figure of a workbook from the cells of its other sheets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from poa_eval.metrics.evaluation import Evaluation
from poa_eval.metrics.reasons import Reason, tell_reason
from poa_eval.text.periods import close_months
from poa_eval.text.wording import capitalize, is_present

#: Window → its words in headings.
SPANS = {"trimestre": "en el trimestre", "acumulado": "a la fecha"}
STATES = {"trimestre": "Estado en el trimestre", "acumulado": "Estado a la fecha"}
MET = {"trimestre": "Meta cumplida en el trimestre", "acumulado": "Meta cumplida a la fecha"}
PERCENT = {"trimestre": "Cumplimiento del trimestre", "acumulado": "Cumplimiento acumulado"}
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
    formula, said, is_array = _accumulate(figure, window, row, inside)
    if missing:
        gap = f'COUNTIFS({_criteria(window)},Periodos[Situación],"sin reporte",Periodos[{title}],"=")>0'
        formula = f'IF({gap},"sin reporte",{formula})'
    return Proof(*who, name, said, stored if is_present(stored) else "sin reporte", formula, is_array=is_array)


def _criteria(window: str) -> str:
    start = f'{_MONTH},">="&{_FIRST},' if window == "trimestre" else ""
    return f'Periodos[Clave],{KEY},{start}{_MONTH},"<="&{_LAST}'


def _accumulate(figure: str, window: str, row: Mapping, inside: Rows) -> tuple[str, str, bool]:
    """Return formula, words, and whether it works on arrays, for the way in which an activity's figures accumulate."""
    how = row["acumulacion" if figure == "ejecutado" else "acumulacion_programado"]
    column, what = f"Periodos[{capitalize(figure)}]", f"lo {figure}"
    if how == "suma":
        return f"SUMIFS({column},{_criteria(window)})", f"Suma de {what} en sus periodos", False
    planned = any(
        period["programado"] != 0
        for period in inside
        if is_present(period["programado"]) or is_present(period["ejecutado"])
    )
    if how == "promedio":
        extra = ',Periodos[Programado],"<>0"' if planned else ""
        return f"AVERAGEIFS({column},{_criteria(window)}{extra})", f"Promedio de {what} en sus periodos", False
    key = f"(Periodos[Clave]={KEY})"
    start = f"*({_MONTH}>={_FIRST})" if window == "trimestre" else ""
    within = f"{key}{start}*({_MONTH}<={_LAST})" + ("*(Periodos[Programado]<>0)" if planned else "")
    if how == "constante" and any(
        is_present(period["programado"]) and is_present(period["ejecutado"]) for period in inside
    ):
        pick, said = ("MAX", "más alto") if row["sentido"] == "descendente" else ("MIN", "más bajo")
        within += '*(Periodos[Ejecutado]<>"")'
        if len({period["programado"] for period in inside if is_present(period["programado"])}) == 1:
            if figure == "programado":
                return f"AVERAGEIFS({column},{_criteria(window)})", "La misma meta en todos sus periodos", False
            return f"{pick}(IF({within},{column}))", f"{capitalize(what)} {said} de sus periodos", True
        share = "Periodos[Ejecutado]/Periodos[Programado]" if planned else "Periodos[Ejecutado]"
        found = f"MATCH(1,IF({within},IF({share}={pick}(IF({within},{share})),1)),0)"
        return f"INDEX({column},{found})", f"{capitalize(what)} en el periodo {said} frente a su meta", True
    last = f'SUMPRODUCT(MAX({within}*({column}<>"")*{_MONTH}))'
    formula, said = f"SUMIFS({column},Periodos[Clave],{KEY},{_MONTH},{last})", f"Último valor de {what}"
    if how == "ultimo" and window == "trimestre":
        before = f'SUMPRODUCT(MAX({key}*({_MONTH}<{_FIRST})*({column}<>"")*{_MONTH}))'
        formula += f"-SUMIFS({column},Periodos[Clave],{KEY},{_MONTH},{before})"
        said += ", menos el último de los trimestres anteriores"
    return formula, said, False


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
    formula = f"IF(AND(ISNUMBER({v}),{p}>0),{body},{look_up('Actividades', STATES[window])})"
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
        before = f"-{value}" if row["acumulacion"] == "ultimo" else ""
    return Proof(*who, "Avance anual", str(e.plan.rule("avance.texto")), stored, "+".join(terms), "percent")


def _say_gap(reason: Reason | None) -> str:
    return f"Sin cifra: {tell_reason(reason)}" if reason else "Sin cifra"
