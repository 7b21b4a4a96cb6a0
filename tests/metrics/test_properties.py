"""Properties of the figures over made-up plans, and an evaluator of its own that must agree with them."""

import datetime as dt
from itertools import accumulate
from random import Random

import pandas as pd
import pytest
from evaluator import KINDS, OPEN, SCORED, Period, judge
from hypothesis import given, settings
from hypothesis import strategies as st

import poa_eval as poa
from plans import months
from poa_eval.config.profile import STATES, Range, find_profile
from poa_eval.plan.inferred import PlanSpan
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.text.periods import MONTH_NAMES

#: 2,000 plans of three activities each, judged at the close of each quarter. They share documents, which cost no less
#: than their rows: for each month after which a plan may begin, so many documents of so many plans.
STARTS, DOCUMENTS, PLANS, ACTIVITIES = (0, 3, 4, 6), 5, 100, 3
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


def draw_kinds(random):
    """Return how results and goals accumulate: half of the time alike, as the sheets of one indicator may differ."""
    kind = random.choice(KINDS)
    if kind == "constante" or random.random() < 0.5:
        return kind, kind
    return kind, random.choice([other for other in KINDS if other != "razon" or kind == "razon"])


def draw_activity(random, start=0, kinds=None):
    """Return a random activity and its periods after a month: any kinds, direction, length of period, and gaps."""
    kind, planned_as = kinds or draw_kinds(random)
    direction = random.choice(("ascendente", "ascendente", "descendente", "descendente", "regular", "nominal"))
    base = random.choice((None, random.randint(1, 90))) if direction == "descendente" else None
    length = random.choice((1, 1, 2, 3, 4, 6, 12))
    length = length if start + length <= 12 else 1
    gaps = random.choice((0, 0, 0.15))
    held, rows, done, planned = random.randint(1, 60), [], 0, 0
    for month in range(start + length, 13, length):
        goal = random.choice((0, *(n / 2 for n in range(1, 80))))
        below = random.choice((0, *range(1, 50)))
        above = random.randint(0, below)
        value = random.choice((0, *(n / 4 for n in range(240))))
        if planned_as == "ultimo":
            planned += goal
            goal = planned
        if planned_as == "constante" and planned_as != kind:
            goal = random.choice((0, held, held, held))
        if kind == "ultimo":
            done += value if random.random() < 0.95 else -value
            value = max(done, 0)
        if kind == "razon":
            value = above * 100 / below if below else None
        if random.random() < gaps:
            value = above = below = None
        if random.random() < gaps / 2:
            goal = None
        if length > 1 or random.random() >= gaps / 4:
            rows.append(Period(month, length, goal, value, above, below))
    ways = make_activity(kind, direction, base) | {"acumulacion_programado": planned_as}
    return (ways, rows) if rows else draw_activity(random, start, kinds)


def agrees(own, found):
    if own == OPEN:
        return True
    if own is None or pd.isna(found):
        return own is None and pd.isna(found)
    return abs(float(own) - found) < 1e-6 * max(1, abs(found))


def is_state(own, found):
    if own == OPEN:
        return found in ("no programada", "no evaluable")
    return found == own if own != SCORED else found not in STATES[-3:]


def make_profile(random):
    """Return the neutral profile, and the ranges that it judges by: none, or of one or both directions."""
    ranges = {way: (random.randint(60, 95), random.randint(105, 140)) for way in ("regular", "nominal")}
    ranges = {way: ends for way, ends in ranges.items() if random.random() < 0.6}
    said = {"fuente": "acuerdo", "verificado": True}
    given = {way: Range(minimo=least, maximo=most, **said) for way, (least, most) in ranges.items()}
    return find_profile("neutro").model_copy(update={"rangos": given}), ranges


@pytest.mark.slow
@pytest.mark.parametrize("start", STARTS)
def test_an_evaluator_of_its_own_agrees(start):
    random = Random(start)
    for _ in range(DOCUMENTS):
        drawn = [draw_activity(random, start) for _ in range(PLANS * ACTIVITIES)]
        plan = make_plan([rows for _, rows in drawn], [activity for activity, _ in drawn], start)
        profile, ranges = make_profile(random)
        for quarter in range(start // 3 + 1, 5):
            evaluation = poa.measure(plan, quarter, perfil=profile, fecha_corte=dt.date(2024, 12, 31))
            for (activity, rows), row in zip(drawn, evaluation.actividades.to_dict("records"), strict=True):
                for window, to_date in (("trimestre", False), ("acumulado", True)):
                    *own, met, state = judge(activity, rows, quarter, to_date=to_date, start=start, ranges=ranges)
                    found = [row[f"{name}_{window}"] for name in FIGURES]
                    held, stated = (row[n if to_date else f"{n}_trimestre"] for n in ("meta_cumplida", "estado"))
                    what = (activity, rows, quarter, window, own, met, state, found, held, stated, row["motivo"])
                    assert all(agrees(*pair) for pair in zip(own, found, strict=True)), what
                    assert pd.isna(held) if met is None else met == held, what
                    assert is_state(state, stated), what


def list_results(series):
    """Return the evaluation of an activity of each kind, by it, at the close of each quarter."""
    rows = [[Period(*period) for period in months(values, values)] for values in series.values()]
    plan = make_plan(rows, [make_activity(kind) for kind in series])
    tables = [poa.measure(plan, quarter).actividades.to_dict("records") for quarter in (1, 2, 3, 4)]
    return {kind: [table[at] for table in tables] for at, kind in enumerate(series)}


@settings(max_examples=40, deadline=None)
@given(counts)
def test_quarters_give_the_year(values):
    series = dict.fromkeys(("suma", "nivel", "promedio"), values) | {"constante": [values[0]] * 12}
    found = list_results(series | {"ultimo": [*accumulate(values)]})
    for kind in ("suma", "ultimo"):
        rows = found[kind]
        assert sum(row["ejecutado_trimestre"] for row in rows) == rows[-1]["ejecutado_acumulado"] == sum(values)
    rows = found["nivel"]
    assert rows[-1]["ejecutado_trimestre"] == rows[-1]["ejecutado_acumulado"] == values[-1]
    rows = found["promedio"]
    assert rows[-1]["ejecutado_acumulado"] == pytest.approx(sum(values) / 12)
    assert sum(row["ejecutado_trimestre"] for row in rows) / 4 == pytest.approx(sum(values) / 12)
    constant = found["constante"]
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
            [p._replace(goal=p.goal and p.goal * times, result=p.result and p.result * times) for p in own]
            for _, own in listed
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


LAYOUT = """
nombre: acumuladas
titulo: Series acumuladas
institucion: Municipio
locale: es_MX
ediciones:
  "1":
    clase: tabla
    ejercicio: 2024
    columnas: {actividad: Actividad}
    periodos:
      - {columna: programado, patron: "P {mes}", acumulado: true}
      - {columna: ejecutado, patron: "E {mes}", acumulado: true}
"""


def test_cumulative_series_are_judged_by_what_each_period_added(tmp_path):
    random, names = Random(1), [name[:3] for name in MONTH_NAMES]
    lines, drawn = [",".join(["Actividad", *(f"{series} {name}" for series in "PE" for name in names)])], []
    for number in range(60):
        goals, results = ([*accumulate(random.choice((0, 0, *range(9))) for _ in range(12))] for _ in "PE")
        shown = [value if random.random() < 0.97 else None for value in results]
        lines.append(",".join([f"Actividad {number}", *map(str, goals), *("" if v is None else str(v) for v in shown)]))
        drawn.append([Period(month, 1, *both) for month, both in enumerate(zip(goals, shown, strict=True), start=1)])
    (tmp_path / "plan.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(LAYOUT, encoding="utf-8")
    plan = poa.load(tmp_path / "plan.csv", tmp_path / "plan.yaml")
    for quarter in (1, 2, 3, 4):
        table = poa.measure(plan, quarter, fecha_corte=dt.date(2024, 12, 31)).actividades
        for rows, row in zip(drawn, table.to_dict("records"), strict=True):
            own = judge(make_activity("ultimo"), rows, quarter, to_date=False)
            assert all(map(agrees, own[:3], [row[f"{name}_trimestre"] for name in FIGURES])), (rows, quarter, own)
            assert is_state(own[4], row["estado_trimestre"]), (rows[3 * quarter - 4 : 3 * quarter], own, row["motivo"])
