"""Live formulas: the sheet «Comprobación», which obtains each stored figure again from the cells of other sheets."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from poa_eval.excel import CellFormula, Spread
from poa_eval.metrics.evaluability import CRITERIA
from poa_eval.metrics.evaluation import Evaluation, has_plan, lacks_programme
from poa_eval.metrics.reasons import Reason, tell_reason, tell_reasons
from poa_eval.metrics.registry import FIGURES, YEAR_FIGURES
from poa_eval.metrics.windows import has_goal_alone
from poa_eval.plan.accumulation import SheetWindow, find_accumulation
from poa_eval.reports.sections.activities import MET, PERCENT, SPANS, STATE
from poa_eval.text.columns import Column
from poa_eval.text.periods import MONTH_NAMES, QUARTERS, close_months
from poa_eval.text.wording import capitalize, is_present, name_activity, name_unit

#: Cell of a row's key on «Comprobación».
KEY = "$I{row}"
_FIRST, _LAST = "$E$3", "$F$3"  # the months that count, above the table
_MONTH = "Periodos[Mes de cierre]"

_COLUMNS = [
    Column("Ámbito", "ambito", width=11),
    Column("De quién", "quien", width=46),
    Column("Cifra", "cifra", width=26),
    Column("Cómo se obtiene", "como", width=44),
    Column("Recalculado", "viva", width=13),
    Column("Guardado", "guardado", width=13),
    Column("Diferencia", "diferencia", "number", 11),
    Column("Resultado", "resultado", "state", 12),
    Column("Clave", "clave", width=30, is_aside=True),
]
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
    if figure == "programado" and is_present(stored) and has_goal_alone(row, e.due):
        return Proof(
            *who, name, "La meta anual: no hay programa por periodo", stored, look_up("Actividades", "Meta anual")
        )
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
    least = ">=0" if row["sentido"] == "descendente" and is_present(row["linea_base"]) else ">0"
    formula = f"IF(AND(ISNUMBER({v}),{p}{least}),{body},{look_up('Actividades', STATE[window])})"
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


def put_proofs(
    spread: Spread, e: Evaluation, activities: Mapping[str, Mapping], periods: Rows, last_month: int, foot: int
) -> None:
    """Lay out the sheet «Comprobación»: formula, stored figure, difference, and a word.

    Months up to `last_month` count; `foot` is the institution's row on the sheet «Unidades», counted from 0.
    """
    proofs = [] if e.solo_plan else [*prove_activities(e, activities, periods), *_prove_groups(e, foot)]
    proofs += _prove_plan(e) if has_plan(e) and len(e.plan.actividades) else []
    if not proofs:
        return
    rows = [_make_row(proof, row) for row, proof in enumerate(proofs, start=5)]
    note = "Cada fórmula obtiene de nuevo, de las celdas de las otras hojas, la cifra guardada a su lado."
    what = "fórmulas vivas junto a cada cifra guardada; «coincide» o «difiere»"
    sheet, _ = spread.put_table("Comprobación", what, note, _COLUMNS, rows, frozen=3, printed=2)
    number = sum(row["resultado"].result == "coincide" for row in rows)
    counts = (f'COUNTIF(Comprobacion[Resultado],"{word}")' for word in ("coincide", "difiere"))
    said = CellFormula('"Coinciden "&{}&"; difieren "&{}'.format(*counts), f"Coinciden {number}; difieren 0")
    spread.put(sheet, 1, 4, said, bold=True)
    if not e.solo_plan:
        spread.put(sheet, 2, 3, "Meses que se suman en el trimestre, del … al …:", align="right")
        spread.put(sheet, 2, 4, close_months(e.trimestre)[0], bold=True)
        spread.put(sheet, 2, 5, last_month, bold=True)


def _make_row(proof: Proof, row: int) -> dict[str, object]:
    stored = proof.guardado if is_present(proof.guardado) else None
    live = proof.formula and CellFormula(proof.formula.replace("{row}", str(row)), stored, proof.is_array)
    is_number = live is not None and not isinstance(stored, str)
    both = f"AND(ISNUMBER(E{row}),ISNUMBER(F{row}))"
    near = f'IF(ABS(E{row}-F{row})<0.000000001*MAX(1,ABS(F{row})),"coincide","difiere")'
    word = f'IF({both},{near},IF(E{row}=F{row},"sin cifra","difiere"))'
    return vars(proof) | {
        "viva": (live, proof.kind),
        "guardado": (stored, proof.kind),
        "diferencia": CellFormula(f'IF({both},ROUND(E{row}-F{row},9),"")', 0 if is_number else ""),
        "resultado": CellFormula(word, "coincide" if is_number else "sin cifra"),
    }


def _list_groups(units: pd.DataFrame, whole: pd.DataFrame, name: str) -> list[tuple[tuple[str, str, str], dict]]:
    """Return the rows of the units and of the institution, each after who it is."""
    groups = [
        (("Unidad", name_unit(row["unidad_id"], row["unidad"]), row["unidad_id"]), row)
        for row in units.to_dict("records")
    ]
    return groups + [(("Institución", name, ""), row) for row in whole.to_dict("records")]


def _prove_groups(e: Evaluation, foot: int) -> Iterator[Proof]:
    """Obtain the counts and figures of units and institution from the sheets «Actividades» and «Unidades»."""
    weighted = e.plan.actividades["ponderacion"].notna().any()
    for who, row in _list_groups(e.unidades, e.institucion, e.plan.institucion):
        own = f"(Actividades[Clave de la unidad]={KEY})*" if who[2] else ""
        for window in reversed(SPANS):
            values = _name_parts(window, own, None if who[2] else foot, e)
            for name, figure in FIGURES.items():
                stored, heading = row[f"{name}_{window}"], f"{figure.label} {SPANS[window]}"
                if is_present(stored):
                    formula, said = figure.excel.format_map(values), figure.tell_excel(e.perfil)
                    yield Proof(*who, heading, said, stored, formula, figure.cell_kind, figure.is_array)
                elif figure.kind == "percent" and (weighted or not figure.needs_weights):
                    gap = tell_reasons(e.find_gap(name, row, window))
                    yield Proof(*who, heading, f"Sin cifra: {gap}", None, None)
        for name, year in YEAR_FIGURES.items() if lacks_programme(e) else ():
            if is_present(row[name]):
                formula = year.excel.format(own=own, progress="Actividades[Avance anual]")
                yield Proof(*who, year.label, capitalize(year.formula), row[name], formula, "percent")
        if is_present(row["avance_anual"]):
            done = f"SUMPRODUCT({own}ISNUMBER(Actividades[{PERCENT['acumulado']}])*Actividades[Ejecutado a la fecha])"
            formula = f"{done}*100/SUMPRODUCT({own}1*Actividades[Meta anual])"
            said = "Ejecutado a la fecha / suma de las metas anuales × 100"
            yield Proof(*who, "Avance anual", said, row["avance_anual"], formula, "percent")


def _name_parts(window: str, own: str, foot: int | None, e: Evaluation) -> dict[str, str]:
    """Return what stands in the formulas of a group's figures; the institution's row on «Unidades» is the foot."""
    percent, span = f"Actividades[{PERCENT[window]}]", SPANS[window]
    cells = {name: look_up("Unidades", f"{figure.label} {span}") for name, figure in FIGURES.items()}
    if foot is not None:  # the institution stands below the table
        place = f'INDEX(Unidades!${foot + 1}:${foot + 1},MATCH("{{}} {span}",Unidades!$4:$4,0))'
        cells = {name: place.format(figure.label) for name, figure in FIGURES.items()}
    due = f"{cells['evaluadas']}+{cells['sin_reporte']}"
    return cells | {
        "own": own,
        "percent": percent,
        "span": span,
        "met": MET[window],
        "state": STATE[window],
        "evaluated": f"SUMPRODUCT({own}ISNUMBER({percent})*1)",
        "capped": f"({percent}-({percent}>100)*({percent}-100))",
        "weight": "Actividades[Ponderación]",
        "due": due,
        "base": cells["evaluadas"] if e.perfil.denominador == "evaluadas" else due,
    }


def _prove_plan(e: Evaluation) -> Iterator[Proof]:
    """Obtain what is said of the plan itself from the sheets «Evaluabilidad», «Calendario» and «Inversión»."""
    found, whole = e.evaluability, ("Institución", e.plan.institucion, "")
    names = [capitalize(name) for name, _ in CRITERIA.values()]
    cells = f"INDEX(Evaluabilidad[[{names[0]}]:[{names[-1]}]],MATCH({KEY},Evaluabilidad[Clave],0),0)"
    formula, said = f'COUNTIF({cells},"sí")/{len(names)}*100', f"Criterios cumplidos / {len(names)} × 100"
    for row in found.actividades.to_dict("records"):
        who = ("Actividad", name_activity(row), row["actividad_id"])
        yield Proof(*who, "Evaluabilidad", said, row["evaluabilidad"], formula, "percent")
    for who, row in _list_groups(found.unidades, found.institucion, e.plan.institucion):
        if not row["actividades"]:
            continue
        own = f"(Evaluabilidad[Clave de la unidad]={KEY})*" if who[2] else ""
        number = f'SUMPRODUCT({own}(Evaluabilidad[Clave]<>"")*1)'
        for column, name in zip(CRITERIA, names, strict=True):
            formula = f'SUMPRODUCT({own}1*(Evaluabilidad[{name}]="sí"))/{number}*100'
            said = "Actividades que cumplen el criterio / actividades × 100"
            yield Proof(*who, name, said, row[column], formula, "percent")
        mean = f"SUMPRODUCT({own}1*Evaluabilidad[Evaluabilidad])/{number}"
        yield Proof(*who, "Evaluabilidad", "Media de sus actividades", row["evaluabilidad"], mean, "percent")
    load = e.schedule
    for quarter, number in enumerate(load.trimestres if len(load.meses) else ()):
        months = (f'(Calendario[{capitalize(MONTH_NAMES[m - 1])}]<>"")' for m in close_months(quarter + 1))
        said, formula = "Actividades con algún mes del trimestre", f"SUMPRODUCT(1*({'+'.join(months)}>0))"
        yield Proof(*whole, f"{load.noun} en el {QUARTERS[quarter]} trimestre", said, number, formula)
    amounts = e.plan.actividades["inversion"]
    if amounts.notna().any():
        yield Proof(*whole, "Inversión prevista", "Suma de las actividades", amounts.sum(), "SUM(Inversion[Inversión])")
