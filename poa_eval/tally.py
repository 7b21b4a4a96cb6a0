"""Tally: the sheet «Comprobación», with the formulas of units, institution and plan after those of the activities."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from poa_eval.evaluability import CRITERIA, assess
from poa_eval.measure import Evaluation
from poa_eval.narrate import find_gap
from poa_eval.prove import GROUP, KEY, MET, PERCENT, SPANS, STATES, WHAT, Proof, look_up, prove_activities
from poa_eval.spread import Field, Formula, Spread
from poa_eval.tell import find_load, has_plan
from poa_eval.values import MONTH_NAMES, QUARTERS, close_months
from poa_eval.words import capitalize, has, name_activity, name_unit

_COUNTED = {"sin_reporte": "sin reporte", "no_programadas": "no programada", "no_evaluables": "no evaluable"}
_FIELDS = [
    Field("Ámbito", "ambito", width=11),
    Field("De quién", "quien", width=46),
    Field("Cifra", "cifra", width=26),
    Field("Cómo se obtiene", "como", width=44),
    Field("Recalculado", "viva", width=13),
    Field("Guardado", "guardado", width=13),
    Field("Diferencia", "diferencia", "number", 11),
    Field("Resultado", "resultado", "state", 12),
    Field("Clave", "clave", width=30, is_aside=True),
]


def put_proofs(spread: Spread, e: Evaluation, periods: pd.DataFrame, last_month: int, foot: int) -> None:
    """Lay out the sheet «Comprobación»: formula, stored figure, difference, and a word.

    Parameters
    ----------
    spread : Spread
    e : Evaluation
    periods : DataFrame
        Rows of the sheet «Periodos»: `actividad_id`, `mes`, `programado`, `ejecutado`, `situacion`.
    last_month : int
        Last month that counts.
    foot : int
        Row of the institution on the sheet «Unidades», counted from 0.
    """
    proofs = [] if e.solo_plan else [*prove_activities(e, periods), *_prove_groups(e, foot)]
    proofs += _prove_plan(e) if has_plan(e) and len(e.plan.actividades) else []
    if not proofs:
        return
    rows = [_make_row(proof, row) for row, proof in enumerate(proofs, start=5)]
    note = "Cada fórmula obtiene de nuevo, de las celdas de las otras hojas, la cifra guardada a su lado."
    what = "fórmulas vivas junto a cada cifra guardada; «coincide» o «difiere»"
    sheet, _ = spread.put_table("Comprobación", what, note, _FIELDS, rows, table="Comprobacion", frozen=3)
    number = sum(row["resultado"].result == "coincide" for row in rows)
    counts = (f'COUNTIF(Comprobacion[Resultado],"{word}")' for word in ("coincide", "difiere"))
    said = Formula('"Coinciden "&{}&"; difieren "&{}'.format(*counts), f"Coinciden {number}; difieren 0")
    spread.put(sheet, 1, 4, said, bold=True)
    if not e.solo_plan:
        spread.put(sheet, 2, 3, "Meses que se suman en el trimestre, del … al …:", align="right")
        spread.put(sheet, 2, 4, close_months(e.trimestre)[0], "number", bold=True)
        spread.put(sheet, 2, 5, last_month, "number", bold=True)


def _make_row(proof: Proof, row: int) -> dict[str, object]:
    stored = proof.guardado if has(proof.guardado) else None
    live = proof.formula and Formula(proof.formula.replace("{row}", str(row)), stored, proof.is_array)
    is_number = live is not None and not isinstance(stored, str)
    both = f"AND(ISNUMBER(E{row}),ISNUMBER(F{row}))"
    near = f'IF(ABS(E{row}-F{row})<0.000000001*MAX(1,ABS(F{row})),"coincide","difiere")'
    word = f'IF({both},{near},IF(E{row}=F{row},"sin cifra","difiere"))'
    return vars(proof) | {
        "viva": (live, proof.kind),
        "guardado": (stored, proof.kind),
        "diferencia": Formula(f'IF({both},ROUND(E{row}-F{row},9),"")', 0 if is_number else ""),
        "resultado": Formula(word, "coincide" if is_number else "sin cifra"),
    }


def _prove_groups(e: Evaluation, foot: int | None) -> Iterator[Proof]:
    """Obtain the counts and figures of units and institution from the sheets «Actividades» and «Unidades»."""
    groups = [
        (("Unidad", name_unit(row["unidad_id"], row["unidad"]), row["unidad_id"]), row)
        for row in e.unidades.to_dict("records")
    ]
    groups += [(("Institución", e.plan.institucion, ""), row) for row in e.institucion.to_dict("records")]
    weighted = e.plan.actividades["ponderacion"].notna().any()
    for who, row in groups:
        for window in reversed(SPANS):
            for name, (title, is_percent) in GROUP.items():
                stored, heading = row[f"{name}_{window}"], f"{title} {SPANS[window]}"
                if not has(stored):
                    if is_percent and (weighted or name != "promedio_ponderado"):
                        yield Proof(*who, heading, f"Sin cifra: {find_gap(name, row, window)}", None, None)
                    continue
                formula, said = _sum_group(name, window, foot if who[0] == "Institución" else None, e)
                yield Proof(*who, heading, said, stored, formula, "percent" if is_percent else "number")
        if has(row["avance_anual"]):
            own = "" if who[0] == "Institución" else f"(Actividades[Clave de la unidad]={KEY})*"
            done = f"SUMPRODUCT({own}ISNUMBER(Actividades[{PERCENT['acumulado']}])*Actividades[Ejecutado a la fecha])"
            formula = f"{done}/SUMPRODUCT({own}1*Actividades[Meta anual])*100"
            said = "Ejecutado a la fecha / suma de las metas anuales × 100"
            yield Proof(*who, "Avance anual", said, row["avance_anual"], formula, "percent")


def _sum_group(name: str, window: str, foot: int | None, e: Evaluation) -> tuple[str, str]:
    """Return formula and words for a figure of a unit, or of the institution, whose row on «Unidades» is the foot."""
    own = f"(Actividades[Clave de la unidad]={KEY})*" if foot is None else ""
    percent, span = f"Actividades[{PERCENT[window]}]", SPANS[window]
    evaluated = f"SUMPRODUCT({own}ISNUMBER({percent})*1)"

    def take(figure: str) -> str:
        title = f"{GROUP[figure][0]} {span}"
        if foot is None:
            return look_up("Unidades", title)
        # The institution stands below the table, in the column of that heading.
        return f'INDEX(Unidades!${foot + 1}:${foot + 1},MATCH("{title}",Unidades!$4:$4,0))'

    if name == "evaluadas":
        return evaluated, "Actividades con cumplimiento"
    if name == "cumplidas":
        met = f'SUMPRODUCT({own}ISNUMBER({percent})*(Actividades[{MET[window]}]="sí"))'
        return met, "Actividades evaluadas con la meta cumplida"
    if name in _COUNTED:
        state = _COUNTED[name]
        return f'SUMPRODUCT({own}(Actividades[{STATES[window]}]="{state}")*1)', f"Actividades en el estado «{state}»"
    if name in ("programado", "ejecutado"):
        column = f"Actividades[{capitalize(name)} {span}]"
        return (
            f"SUMPRODUCT({own}ISNUMBER({percent})*{column})",
            f"Suma de {WHAT[capitalize(name)]} en las evaluadas",
        )
    if name == "cobertura_reporte":
        n, missing = take("evaluadas"), take("sin_reporte")
        return f"{n}/({n}+{missing})*100", "Evaluadas / (evaluadas + sin reporte) × 100"
    if name == "proporcion_cumplidas":
        base = (
            take("evaluadas") if e.perfil.denominador == "evaluadas" else f"({take('evaluadas')}+{take('sin_reporte')})"
        )
        return f"{take('cumplidas')}/{base}*100", capitalize(e.perfil.formula_proporcion)
    if name == "volumen":
        return f"{take('ejecutado')}/{take('programado')}*100", "Ejecutado / programado × 100"
    capped = f"({percent}-({percent}>100)*({percent}-100))"
    if name == "promedio_topado":
        return f"SUMPRODUCT({own}{capped})/{evaluated}", "Media del cumplimiento de cada actividad, limitado a 100 %"
    weight = "Actividades[Ponderación]"
    total = f"SUMPRODUCT({own}ISNUMBER({percent})*{weight})"
    return f"SUMPRODUCT({own}{capped}*{weight})/{total}", "El promedio topado, con la ponderación del plan"


def _prove_plan(e: Evaluation) -> Iterator[Proof]:
    """Obtain what is said of the plan itself from the sheets «Evaluabilidad», «Calendario» and «Inversión»."""
    found, whole = assess(e.plan), ("Institución", e.plan.institucion, "")
    names = [capitalize(name) for name, _ in CRITERIA.values()]
    for row in found.actividades.to_dict("records"):
        who = ("Actividad", name_activity(row), row["actividad_id"])
        cells = f"INDEX(Evaluabilidad[[{names[0]}]:[{names[-1]}]],MATCH({KEY},Evaluabilidad[Clave],0),0)"
        said = f"Criterios cumplidos / {len(names)} × 100"
        yield Proof(
            *who, "Evaluabilidad", said, row["evaluabilidad"], f'COUNTIF({cells},"sí")/{len(names)}*100', "percent"
        )
    groups = [
        (("Unidad", name_unit(row["unidad_id"], row["unidad"]), row["unidad_id"]), row)
        for row in found.unidades.to_dict("records")
        if row["actividades"]
    ]
    for who, row in [*groups, (whole, found.institucion.iloc[0])]:
        own = f"(Evaluabilidad[Clave de la unidad]={KEY})*" if who[0] == "Unidad" else ""
        number = f'SUMPRODUCT({own}(Evaluabilidad[Clave]<>"")*1)'
        for column, name in zip(CRITERIA, names, strict=True):
            formula = f'SUMPRODUCT({own}1*(Evaluabilidad[{name}]="sí"))/{number}*100'
            yield Proof(
                *who, name, "Actividades que cumplen el criterio / actividades × 100", row[column], formula, "percent"
            )
        mean = f"SUMPRODUCT({own}1*Evaluabilidad[Evaluabilidad])/{number}"
        yield Proof(*who, "Evaluabilidad", "Media de sus actividades", row["evaluabilidad"], mean, "percent")
    load = find_load(e)
    for quarter, number in enumerate(load.trimestres if len(load.meses) else ()):
        months = (f'(Calendario[{capitalize(MONTH_NAMES[m - 1])}]<>"")' for m in close_months(quarter + 1))
        said, formula = "Actividades con algún mes del trimestre", f"SUMPRODUCT(1*({'+'.join(months)}>0))"
        yield Proof(*whole, f"{load.noun} en el {QUARTERS[quarter]} trimestre", said, number, formula)
    amounts = e.plan.actividades["inversion"]
    if amounts.notna().any():
        yield Proof(*whole, "Inversión prevista", "Suma de las actividades", amounts.sum(), "SUM(Inversion[Inversión])")
