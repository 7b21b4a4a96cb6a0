"""Metrics: behaviours, directions, and the four states that must never be confused."""

import datetime as dt
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import poa_eval as poa
from plans import make_plan, months
from poa_eval.config.profile import Range, find_profile

NO = None


def first(plan, quarter=1, **options):
    return poa.measure(plan, quarter, **options).actividades.iloc[0]


@pytest.mark.parametrize(
    ("planned", "done", "state", "reason"),
    [
        ([1, 1, 1], [1, NO, 1], "sin reporte", "falta feb"),
        ([1, 1, 1], [NO, NO, NO], "sin reporte", "falta ene, feb, mar"),
        ([0, 0, 0], [0, 0, 0], "no programada", None),
        ([0, 0, 0], [NO, NO, NO], "no programada", None),
        ([0, 0, 0], [0, 2, 0], "no programada", "ejecución sin programa"),
        ([NO, NO, NO], [1, 1, 1], "no evaluable", "sin meta cuantificada"),
        ([NO, NO, NO], [NO, NO, NO], "no evaluable", "sin meta cuantificada"),
        ([1, 1, 1], [0, 0, 0], "crítica", None),
        ([1, 0, 1], [1, NO, 1], "cumplida", None),
    ],
)
def test_the_four_states(planned, done, state, reason):
    row = first(make_plan([months(planned, done)]))
    assert row["estado_trimestre"] == state
    said = row["motivo"] if pd.notna(row["motivo"]) else ""
    wanted = reason or ("avance anual: sin meta anual cuantificada" if state in {"crítica", "cumplida"} else "")
    assert said == wanted
    decided = state in {"crítica", "cumplida"}
    assert pd.notna(row["cumplimiento_trimestre"]) is decided
    assert pd.notna(row["meta_cumplida_trimestre"]) is decided


def test_states_are_counted_and_none_enters_a_mean_as_zero():
    plan = make_plan(
        [months([2, 2, 2], done) for done in ([2, 2, 2], [NO, 2, 2], [0, 0, 0])]
        + [months([0, 0, 0], [0, 0, 0]), months([NO] * 3, [1, 1, 1])]
    )
    unit = poa.measure(plan, 1).unidades.iloc[0]
    counted = ["evaluadas", "cumplidas", "sin_reporte", "no_programadas", "no_evaluables"]
    assert [unit[f"{name}_trimestre"] for name in counted] == [2, 1, 1, 1, 1]
    assert unit["proporcion_cumplidas_trimestre"] == 50
    assert unit["promedio_topado_trimestre"] == 50
    assert round(unit["cobertura_reporte_trimestre"], 2) == 66.67
    assert (unit["ejecutado_trimestre"], unit["programado_trimestre"], unit["volumen_trimestre"]) == (6, 12, 50)


def test_a_unit_that_files_monthly_owes_every_month():
    row = first(make_plan([[(1, 1, 7000, 11052)]]))
    assert (row["estado"], row["motivo"]) == ("sin reporte", "falta feb, mar")
    assert pd.isna(row["programado_trimestre"])
    assert pd.isna(row["ejecutado_trimestre"])


def test_a_longer_period_belongs_to_the_quarter_of_its_closing_month():
    plan = make_plan([[(6, 6, 10, 9)], months([1] * 12, [1] * 12)])
    assert first(plan, 1)["estado_trimestre"] == "no programada"
    assert first(plan, 2)["cumplimiento_trimestre"] == 90
    assert first(plan, 2)["cumplimiento_acumulado"] == 90


@pytest.mark.parametrize(
    ("behaviour", "planned", "done", "quarter", "alone", "to_date"),
    [
        ("suma", [1] * 6, [1, 2, 3, 4, 5, 6], 2, (3, 15), (6, 21)),
        ("ultimo", [1, 2, 3, 4, 5, 6], [1, 1, 2, 3, 4, 6], 2, (3, 4), (6, 6)),
        ("promedio", [50] * 6, [40, 50, 60, 10, 20, 30], 2, (50, 20), (50, 35)),
        ("constante", [8] * 6, [8, 8, 7, 8, 9, 10], 2, (8, 8), (8, 7)),
        ("constante", [5, 8, 8, 0, 8, 8], [5, 8, 8, 0, 9, 8], 2, (8, 8), (5, 5)),
        ("promedio", [50, 0, 50, 50, 50, 50], [50, NO, 50, 40, 40, 40], 2, (50, 40), (50, 44)),
        ("ultimo", [1, 2, 3, 4, 5, 0], [1, 2, 3, 4, 5, NO], 2, (2, 2), (5, 5)),
        ("ultimo", [1, 2, 0, 4, 5, 6], [1, 2, NO, 4, 5, 6], 2, (4, 4), (6, 6)),
        ("ultimo", [1, 2, 0, 4, 5, 6], [1, 2, 3, 4, 5, 6], 2, (4, 3), (6, 6)),
        ("ultimo", [1, 2, 2, 4, 4, 0], [1, 2, 3, 4, 5, 6], 2, (2, 3), (4, 6)),
    ],
)
def test_behaviour(behaviour, planned, done, quarter, alone, to_date):
    plan = make_plan([months(planned, done)], acumulacion=behaviour, acumulacion_programado=behaviour)
    row = first(plan, quarter)
    assert (row["programado_trimestre"], row["ejecutado_trimestre"]) == alone
    assert (row["programado_acumulado"], row["ejecutado_acumulado"]) == to_date
    assert row["meta_cumplida"] == (to_date[1] >= to_date[0])


@pytest.mark.parametrize(
    ("baseline", "goal", "value", "percentage", "met"),
    [
        (NO, 10, 10, 100, True),
        (NO, 10, 5, 150, True),
        (NO, 10, 15, 50, False),
        (NO, 10, 40, 0, False),
        (NO, 10, 0, 200, True),
        (20, 10, 15, 50, False),
        (20, 10, 10, 100, True),
        (20, 10, 25, 0, False),
        (10, 10, 10, NO, NO),
        (5, 10, 8, NO, NO),
        (NO, 10, -1, NO, NO),
        (NO, 0, 0, NO, True),
        (NO, 0, 2, NO, False),
        (4, 0, 0, 100, True),
        (4, 0, 1, 75, False),
        (4, 0, 6, 0, False),
    ],
)
def test_descending(baseline, goal, value, percentage, met):
    plan = make_plan([[(3, 3, goal, value)]], sentido="descendente", linea_base=baseline)
    row = first(plan)
    assert row["cumplimiento_trimestre"] == percentage or (percentage is None and row["estado"] == "no evaluable")
    assert pd.isna(row["meta_cumplida_trimestre"]) if met is None else row["meta_cumplida_trimestre"] == met
    assert percentage is None or row["formula"].startswith("cumplimiento: (")


def test_regular_needs_a_range_in_the_profile():
    plan = make_plan([[(3, 3, 100, 103)]], sentido="regular")
    row = first(plan)
    assert (row["estado"], row["motivo"]) == ("no evaluable", "indicador regular sin rango en el perfil")
    span = Range(minimo=95, maximo=105, fuente="acuerdo", verificado=True)
    profile = find_profile("neutro").model_copy(update={"rangos": {"regular": span}})
    assert first(plan, perfil=profile)["meta_cumplida"]


def test_progress_towards_the_year():
    plan = make_plan([months([1] * 6, [1] * 6)], meta_anual=24)
    assert first(plan, 2)["avance_anual"] == 25
    without = first(make_plan([months([1] * 3, [1] * 3)]))
    assert pd.isna(without["avance_anual"])
    assert without["motivo"] == "avance anual: sin meta anual cuantificada"


@pytest.mark.parametrize(
    ("units", "reason"),
    [(["obras", "litros"], "unidades de medida mixtas"), (["%", "%"], "los porcentajes no se suman")],
)
def test_volumes_add_up_only_within_one_unit_of_measure(units, reason):
    plan = make_plan([months([1] * 3, [1] * 3)] * 2, [{"unidad_medida": unit} for unit in units])
    unit = poa.measure(plan, 1).unidades.iloc[0]
    assert unit[["programado_trimestre", "volumen_trimestre", "avance_anual"]].isna().all()
    assert unit["motivo"] == reason


def test_weights_of_the_plan():
    plan = make_plan([[(3, 3, 10, 10)], [(3, 3, 10, 5)]], [{"ponderacion": 3}, {"ponderacion": 1}])
    unit = poa.measure(plan, 1).unidades.iloc[0]
    assert unit["promedio_ponderado_trimestre"] == 87.5
    assert unit["promedio_topado_trimestre"] == 75


def test_the_cut_off_decides_what_is_due():
    plan = make_plan([months([1, 1, 1], [1, NO, NO])])
    assert first(plan, fecha_corte=dt.date(2024, 1, 31))["estado"] == "cumplida"
    assert first(plan, fecha_corte=dt.date(2024, 2, 28))["estado"] == "cumplida"
    assert first(plan, fecha_corte=dt.date(2024, 2, 29))["estado"] == "sin reporte"


def test_a_quarter_of_five_is_refused():
    with pytest.raises(poa.PoaError, match="trimestre 5"):
        poa.measure(make_plan([months([1], [1])]), 5)


FIGURE = st.one_of(st.none(), st.integers(0, 50))


@given(st.lists(st.tuples(FIGURE, FIGURE), min_size=3, max_size=3))
def test_nothing_is_infinite_and_a_percentage_comes_with_its_decision(pairs):
    row = first(make_plan([months(*zip(*pairs, strict=True))]))
    percentage = row["cumplimiento_trimestre"]
    assert pd.isna(percentage) or 0 <= percentage < float("inf")
    assert pd.isna(percentage) == pd.isna(row["meta_cumplida_trimestre"])
    assert pd.isna(percentage) == (row["estado_trimestre"] in {"sin reporte", "no programada", "no evaluable"})


def judge_exactly(percentage):
    """Return the state of an exact fraction in the neutral profile."""
    if percentage > 110:
        return "sobrecumplida"
    return next(
        (s for s, low in (("cumplida", 100), ("casi cumplida", 90), ("en riesgo", 70)) if percentage >= low), "crítica"
    )


@pytest.mark.parametrize(("direction", "unit"), [("ascendente", 1), ("descendente", 1), ("ascendente", 10)])
def test_a_state_is_that_of_the_exact_fraction(direction, unit):
    pairs = [(planned, done) for planned in (*range(1, 31), 60) for done in range(planned * 5 // 4 + 2)]
    # In tenths the result comes in three parts, whose sum is not exact: 1.1 + 1.1 + 1.1.
    parts = [[done // 3, (done + 1) // 3, (done + 2) // 3] if unit > 1 else [done, 0, 0] for _, done in pairs]
    rows = [
        months([planned / unit, 0, 0], [part / unit for part in own])
        for (planned, _), own in zip(pairs, parts, strict=True)
    ]
    found = poa.measure(make_plan(rows, sentido=direction), 1).actividades
    exact = [Fraction(done * 100, planned) for planned, done in pairs]
    exact = exact if direction == "ascendente" else [max(200 - share, Fraction(0)) for share in exact]
    wrong = [
        (pair, state)
        for pair, share, state in zip(pairs, exact, found["estado"], strict=True)
        if state != judge_exactly(share)
    ]
    assert wrong == []
    if unit == 1:
        assert found["cumplimiento_trimestre"].tolist() == [float(share) for share in exact]
