"""Prove: live formulas that obtain again each stored figure of a workbook from the cells of its other sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from poa_eval.measure import Evaluation
from poa_eval.narrate import find_reason
from poa_eval.values import close_months
from poa_eval.words import capitalize, has, name_activity

#: Window → its words in headings.
SPANS = {"trimestre": "en el trimestre", "acumulado": "a la fecha"}
STATES = {"trimestre": "Estado en el trimestre", "acumulado": "Estado a la fecha"}
MET = {"trimestre": "Meta cumplida en el trimestre", "acumulado": "Meta cumplida a la fecha"}
PERCENT = {"trimestre": "Cumplimiento del trimestre", "acumulado": "Cumplimiento acumulado"}
#: Figure of a group → its heading, and whether it is a percentage.
GROUP = {
    "evaluadas": ("Evaluadas", False),
    "cumplidas": ("Metas cumplidas", False),
    "sin_reporte": ("Sin reporte", False),
    "no_programadas": ("No programadas", False),
    "no_evaluables": ("No evaluables", False),
    "cobertura_reporte": ("Cobertura de reporte", True),
    "proporcion_cumplidas": ("Proporción de metas cumplidas", True),
    "promedio_topado": ("Promedio topado", True),
    "promedio_ponderado": ("Promedio ponderado", True),
    "programado": ("Programado", False),
    "ejecutado": ("Ejecutado", False),
    "volumen": ("Volumen", True),
}
#: Cell of a row's key on «Comprobación».
KEY = "$I{row}"
_FIRST, _LAST = "$E$3", "$F$3"  # the months that count, above the table
WHAT = {"Programado": "lo programado", "Ejecutado": "lo ejecutado"}


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


def prove_activities(e: Evaluation, periods: pd.DataFrame) -> Iterator[Proof]:
    """Obtain each figure of each activity: sums from its periods, percentages from its sums.

    Parameters
    ----------
    e : Evaluation
    periods : DataFrame
        Rows of the sheet «Periodos»: `actividad_id`, `mes`, `meses`, `programado`, `ejecutado`, `situacion`, `cuenta`.
    """
    activities = e.plan.actividades.set_index("actividad_id", drop=False).to_dict("index")
    own = dict(iter(periods.groupby("actividad_id", sort=False)))
    months = close_months(e.trimestre)
    for row in e.actividades.to_dict("records"):
        activity = activities[row["actividad_id"]]
        who = ("Actividad", name_activity(row, activity["codigo"]), row["actividad_id"])
        rows = own.get(row["actividad_id"], periods.iloc[0:0])
        for window in SPANS:
            low = months[0] if window == "trimestre" else 1
            inside = rows[(rows["mes"] >= low) & (rows["mes"] <= months[-1]) & rows["cuenta"]]
            for figure in ("programado", "ejecutado"):
                yield _prove_sum(who, figure, window, row, activity, inside)
            yield _prove_percent(who, window, row, activity)
        yield _prove_progress(who, row, activity, rows, e)


def _prove_sum(who: tuple, figure: str, window: str, row: Mapping, activity: Mapping, inside: pd.DataFrame) -> Proof:
    """Obtain what was programmed or executed in a window from the activity's periods."""
    title, stored = capitalize(figure), row[f"{figure}_{window}"]
    state = row["estado" if window == "acumulado" else "estado_trimestre"]
    missing = inside[inside["situacion"] == "sin reporte"]
    is_missing = state == "sin reporte" and missing[figure].isna().any()
    name = f"{title} {SPANS[window]}"
    if not has(stored) and not is_missing:
        return Proof(*who, name, _say_gap(row, window), None, None)
    how = activity["acumulacion" if figure == "ejecutado" else "acumulacion_programado"]
    body, said, is_array = _accumulate(title, how, window, activity, inside)
    gap = f'COUNTIFS({_criteria(window)},Periodos[Situación],"sin reporte",Periodos[{title}],"=")>0'
    return Proof(
        *who, name, said, stored if has(stored) else "sin reporte", f'IF({gap},"sin reporte",{body})', is_array=is_array
    )


def _criteria(window: str) -> str:
    low = _FIRST if window == "trimestre" else "1"
    month = "Periodos[Mes de cierre]"
    return f'Periodos[Clave],{KEY},{month},">="&{low},{month},"<="&{_LAST}'


def _accumulate(title: str, how: str, window: str, activity: Mapping, inside: pd.DataFrame) -> tuple[str, str, bool]:
    """Return formula, words, and whether it works on arrays, for the way in which an activity's figures accumulate."""
    column, month, key = f"Periodos[{title}]", "Periodos[Mes de cierre]", f"(Periodos[Clave]={KEY})"
    what = WHAT[title]
    if how == "suma":
        return f"SUMIFS({column},{_criteria(window)})", f"Suma de {what} en sus periodos", False
    known = inside[inside["programado"].notna() | inside["ejecutado"].notna()]
    planned = bool((known["programado"] != 0).any())
    if how == "promedio":
        extra = ',Periodos[Programado],"<>0"' if planned else ""
        return f"AVERAGEIFS({column},{_criteria(window)}{extra})", f"Promedio de {what} en sus periodos", False
    low = _FIRST if window == "trimestre" else "1"
    within = f"{key}*({month}>={low})*({month}<={_LAST})" + ("*(Periodos[Programado]<>0)" if planned else "")
    if how == "constante" and (inside["programado"].notna() & inside["ejecutado"].notna()).any():
        pick, said = ("MAX", "más alto") if activity["sentido"] == "descendente" else ("MIN", "más bajo")
        within += '*(Periodos[Ejecutado]<>"")'
        share = "Periodos[Ejecutado]/Periodos[Programado]" if planned else "Periodos[Ejecutado]"
        found = f"MATCH(1,IF({within},IF({share}={pick}(IF({within},{share})),1)),0)"
        return f"INDEX({column},{found})", f"{capitalize(what)} en el periodo {said} frente a su meta", True
    last = f'SUMPRODUCT(MAX({within}*({column}<>"")*{month}))'
    formula, said = f"SUMIFS({column},Periodos[Clave],{KEY},{month},{last})", f"Último valor de {what}"
    if how == "ultimo" and window == "trimestre":
        before = f'SUMPRODUCT(MAX({key}*({month}<{_FIRST})*({column}<>"")*{month}))'
        formula += f"-SUMIFS({column},Periodos[Clave],{KEY},{month},{before})"
        said += ", menos el último de los trimestres anteriores"
    return formula, said, False


def _prove_percent(who: tuple, window: str, row: Mapping, activity: Mapping) -> Proof:
    """Obtain a compliance from the activity's two figures."""
    stored, state = row[f"cumplimiento_{window}"], row["estado" if window == "acumulado" else "estado_trimestre"]
    planned, done = (row[f"{name}_{window}"] for name in ("programado", "ejecutado"))
    if not has(stored) and has(done) and has(planned) and planned > 0:
        return Proof(*who, PERCENT[window], _say_gap(row, window), None, None)
    p, v = (look_up("Actividades", f"{name} {SPANS[window]}") for name in ("Programado", "Ejecutado"))
    body, said = f"{v}/{p}*100", "Ejecutado / programado × 100"
    if activity["sentido"] == "descendente":
        base = look_up("Actividades", "Línea base")
        has_base = has(activity["linea_base"])
        share = f"({base}-{v})/({base}-{p})" if has_base else f"(2-{v}/{p})"
        body = f"MAX(0,MIN(200,{share}*100))"
        said = ("(LB − ejecutado) / (LB − programado)" if has_base else "(2 − ejecutado / programado)") + " × 100"
        said += ", entre 0 y 200"
    formula = f"IF(AND(ISNUMBER({v}),{p}>0),{body},{look_up('Actividades', STATES[window])})"
    return Proof(*who, PERCENT[window], said, stored if has(stored) else state, formula, "percent")


def _prove_progress(who: tuple, row: Mapping, activity: Mapping, rows: pd.DataFrame, e: Evaluation) -> Proof:
    """Obtain the progress towards the year, by the document's own formula where it has one."""
    stored = row["avance_anual"]
    if not has(stored):
        return Proof(*who, "Avance anual", _say_gap(row, "avance anual"), None, None)
    if e.plan.rule("avance") != "razones_ponderadas":
        done, goal = (look_up("Actividades", title) for title in ("Ejecutado a la fecha", "Meta anual"))
        said = "Ejecutado a la fecha / meta anual × 100"
        return Proof(*who, "Avance anual", said, stored, f"{done}/{goal}*100", "percent")
    inside = rows[rows["cuenta"] & rows["ejecutado"].notna()]
    terms, before = [], ""
    for period in inside.to_dict("records"):
        at = f"Periodos[Clave],{KEY},Periodos[Mes de cierre],{period['mes']}"
        value, goal = (f"SUMIFS(Periodos[{title}],{at})" for title in ("Ejecutado", "Programado"))
        weight = e.plan.rule(f"avance.peso.{period['meses']}")
        terms.append(f"({value}{before})/{goal}*{weight}")
        before = f"-{value}" if activity["acumulacion"] == "ultimo" else ""
    return Proof(*who, "Avance anual", str(e.plan.rule("avance.texto")), stored, "+".join(terms), "percent")


def _say_gap(row: Mapping, window: str) -> str:
    reason = find_reason(row["motivo"], window)
    return f"Sin cifra: {reason}" if reason else "Sin cifra"
