"""Properties of the figures over made-up plans, and an evaluator of its own that must agree with them."""

import datetime as dt
from random import Random

import pandas as pd
import pytest
from evaluator import KINDS, OPEN, judge
from hypothesis import given, settings
from hypothesis import strategies as st

import poa_eval as poa
from plans import months
from poa_eval.plan.inferred import PlanSpan
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table

PLANS, ACTIVITIES = 2_000, 3
FIGURES = ("programado", "ejecutado", "cumplimiento")
counts = st.lists(st.integers(1, 60), min_size=12, max_size=12)


def make_plan(rows, activities, start=0):
    """Return a plan that begins after a month; its periods are as the evaluator takes them."""
    about = {"unidad_id": "1", "fuente": "plan.xlsx!Hoja!A1"}
    listed = [
        about | {"actividad_id": f"a{i}", "actividad": f"Actividad {i}", "acumulacion_origen": "declarada"} | own
        for i, own in enumerate(activities)
    ]
    names = ("mes", "meses", "programado", "ejecutado", "numerador", "denominador")
    source = {"origen": "leido", "fuente": "plan.xlsx!Hoja!B1"}
    periods = [
        dict(zip(names, period, strict=True)) | source | {"actividad_id": f"a{i}"}
        for i, own in enumerate(rows)
        for period in own
    ]
    units = make_table("unidades", [{"unidad_id": "1", "unidad": "Obras"}])
    tables = {"actividades": make_table("actividades", listed), "avances": make_table("avances", periods)}
    span = PlanSpan(first=start + 1, last=12, source="layout")
    notes = {"contexto": make_table("contexto", [span.to_row()]), "carried": (span,)} if start else {}
    return Plan("Municipio", 2024, "es_MX", unidades=units, **tables, **notes)


def make_activity(kind, direction="ascendente", base=None):
    ways = {"acumulacion": kind, "acumulacion_programado": kind, "unidad_medida": "obras"}
    ways |= {"unidad_medida": "%"} if kind == "razon" else {}
    return ways | {"sentido": direction, "linea_base": base}


def draw_activity(random, start=0):
    """Return a random activity and its periods after a month: any kind, direction, length of period, and gaps."""
    kind, direction = random.choice(KINDS), random.choice(("ascendente", "ascendente", "descendente"))
    base = random.choice((None, random.randint(1, 90))) if direction == "descendente" else None
    length = random.choice((1, 3, 6))
    rows, done, planned = [], 0, 0
    for month in range(start + length, 13, length):
        goal = random.choice((0, *range(1, 40), *range(1, 40)))
        below = random.randint(1, 50)
        above = random.randint(0, below)
        value = random.randint(0, 60)
        if kind == "ultimo":
            planned, done = planned + goal, done + value
            goal, value = planned, done
        if kind == "razon":
            value = above * 100 / below
        if random.random() < 0.07:
            value = above = None
        rows.append((month, length, goal, value, above, below))
    return make_activity(kind, direction, base), rows


def agrees(own, found):
    if own == OPEN:
        return True
    if own is None or pd.isna(found):
        return own is None and pd.isna(found)
    return abs(float(own) - found) < 1e-6 * max(1, abs(found))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_an_evaluator_of_its_own_agrees(part):
    random = Random(part)
    for number in range(PLANS // 8):
        start = random.choice((0, 0, 6))
        drawn = [draw_activity(random, start) for _ in range(ACTIVITIES)]
        plan = make_plan([rows for _, rows in drawn], [activity for activity, _ in drawn], start)
        quarter = random.randint(1, 4)
        table = poa.measure(plan, quarter, fecha_corte=dt.date(2024, 12, 31)).actividades
        for (activity, rows), row in zip(drawn, table.to_dict("records"), strict=True):
            for window, to_date in (("trimestre", False), ("acumulado", True)):
                met = row["meta_cumplida" if to_date else "meta_cumplida_trimestre"]
                own = judge(activity, rows, quarter, to_date=to_date)
                found = [row[f"{name}_{window}"] for name in FIGURES]
                what = (part, number, activity, rows, quarter, window, own, found, met)
                assert all(agrees(*pair) for pair in zip(own[:3], found, strict=True)), what
                assert own[3] == OPEN or (pd.isna(met) if own[3] is None else met == own[3]), what


def list_results(kind, values):
    """Return the evaluation of an activity at the close of each quarter."""
    rows = [[(m, n, p, e, None, None) for m, n, p, e in months(values, values)]]
    plan = make_plan(rows, [make_activity(kind)])
    return [poa.measure(plan, quarter).actividades.iloc[0] for quarter in (1, 2, 3, 4)]


@settings(max_examples=40, deadline=None)
@given(counts)
def test_quarters_give_the_year(values):
    running = [sum(values[: i + 1]) for i in range(12)]
    for kind, series in (("suma", values), ("ultimo", running)):
        rows = list_results(kind, series)
        assert sum(row["ejecutado_trimestre"] for row in rows) == rows[-1]["ejecutado_acumulado"] == sum(values)
    rows = list_results("nivel", values)
    assert rows[-1]["ejecutado_trimestre"] == rows[-1]["ejecutado_acumulado"] == values[-1]
    rows = list_results("promedio", values)
    assert rows[-1]["ejecutado_acumulado"] == pytest.approx(sum(values) / 12)
    assert sum(row["ejecutado_trimestre"] for row in rows) / 4 == pytest.approx(sum(values) / 12)
    constant = list_results("constante", [values[0]] * 12)
    assert {row["ejecutado_trimestre"] for row in constant} == {constant[-1]["ejecutado_acumulado"]} == {values[0]}


@settings(max_examples=40, deadline=None)
@given(counts, counts)
def test_a_ratio_of_the_year_is_that_of_the_sums(above, below):
    periods = [(m + 1, 1, 50, a * 100 / b, a, b) for m, (a, b) in enumerate(zip(above, below, strict=True))]
    row = poa.measure(make_plan([periods], [make_activity("razon")]), 4).actividades.iloc[0]
    assert row["ejecutado_acumulado"] == pytest.approx(sum(above) * 100 / sum(below))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_order_scale_and_neighbours_change_nothing(seed):
    random = Random(seed)
    drawn = [draw_activity(random) for _ in range(3)]
    drawn = [(activity, rows) for activity, rows in drawn if activity["acumulacion"] != "razon"]
    if not drawn:
        return
    shown = ["cumplimiento_trimestre", "cumplimiento_acumulado", "meta_cumplida", "estado"]

    def measure(listed, times=1):
        rows = [
            [(m, n, p * times, None if e is None else e * times, a, b) for m, n, p, e, a, b in own] for _, own in listed
        ]
        scaled = [
            activity | {"linea_base": activity["linea_base"] and activity["linea_base"] * times}
            for activity, _ in listed
        ]
        table = poa.measure(make_plan(rows, scaled), 3, fecha_corte=dt.date(2024, 12, 31)).actividades
        return table[shown].to_dict("records")

    own = measure(drawn)
    assert pd.DataFrame(measure(drawn, 10)).round(9).equals(pd.DataFrame(own).round(9))
    assert pd.DataFrame(measure(drawn[::-1])[::-1]).equals(pd.DataFrame(own))
    more = measure([*drawn, draw_activity(random)])[: len(drawn)]
    assert pd.DataFrame(more).equals(pd.DataFrame(own))
