"""What stands side by side: quarters, units, goals; and what the year still asks for."""

import re
from dataclasses import replace

import pytest

import poa_eval as poa
from blocks import read_rows, read_text
from made import make_plan, make_quarter, open_params
from poa_eval.metrics.projection import find_projection
from poa_eval.plan.schema import make_table
from poa_eval.reports.html.blocks import EMPTY


@pytest.fixture(scope="module")
def sat():
    return open_params("sat-2022-t4")


@pytest.fixture(scope="module")
def gerencia():
    return open_params("gerencia-comercial-2023-t1")


def test_changes_since_the_quarter_before_name_figures_units_and_activities(sat):
    said = read_text(poa.show.changes(sat))
    assert "Proporción de metas cumplidas a la fecha: bajó de 90.7 % a 88.4 %." in said
    moved = "deja el primer lugar, que compartían 13 unidades, y queda en el 13."
    assert f"GERENCIA DE RECURSOS HUMANOS {moved}" in said
    rows = read_rows(poa.show.changes(sat))
    assert ["Dejaron de estar cumplidas: 1"] in rows
    assert rows[-1][2:] == ["100.0 % ✓ cumplida", "98.9 % ◕ casi cumplida"]
    before = poa.measure(sat.plan, 3).actividades["estado"]
    assert (before == "cumplida").sum() == 39  # of which one left: 38 to date


def test_a_unit_moves_only_among_those_with_a_place_in_both_quarters(sat):
    plan, gone = sat.plan, "escuela-sat"
    ids = plan.actividades.loc[plan.actividades["unidad_id"] == gone, "actividad_id"]
    late = plan.avances["actividad_id"].isin(ids) & (plan.avances["mes"] > 9)
    silent = plan.avances.assign(ejecutado=plan.avances["ejecutado"].mask(late))
    said = read_text(poa.show.changes(poa.measure(replace(plan, avances=silent), 4)))
    assert "deja el primer lugar, que compartían 12 unidades, y queda en el 12, entre las 14 con lugar" in said
    assert "Pierde su lugar ESCUELA SAT (cobertura de reporte de 0.0 %; el mínimo del perfil es 80.0 %)." in said


def test_a_goal_whose_figure_is_missing_has_not_ceased_to_be_met(sat):
    plan = sat.plan
    ids = plan.actividades.loc[plan.actividades["unidad_id"] == "escuela-sat", "actividad_id"]
    late = plan.avances["actividad_id"].isin(ids) & (plan.avances["mes"] > 9)
    silent = plan.avances.assign(ejecutado=plan.avances["ejecutado"].mask(late))
    block = poa.show.changes(poa.measure(replace(plan, avances=silent), 4))
    titles = [row[0] for row in read_rows(block) if len(row) == 1]
    assert titles == ["Dejaron de estar cumplidas: 1", f"Estaban cumplidas y ahora no tienen cifra: {len(ids)}"]
    said = f"No son de las mismas actividades: antes se evaluaron 43, ahora {43 - len(ids)}."
    assert said in read_text(block)


def test_where_nothing_can_be_compared_it_says_why(gerencia):
    assert "Es el primer trimestre del ejercicio" in read_text(poa.show.changes(gerencia))
    plan = make_plan([(5, 5)])
    later = poa.measure(replace(plan, avances=make_table("avances", plan.avances.assign(mes=6, meses=3))), 2)
    said = read_text(poa.show.changes(later))
    assert "Al cierre del I trimestre no hay actividades que se puedan evaluar" in said
    assert "falta el documento del I trimestre" in said


def test_a_heat_map_holds_each_units_number_and_sign_by_quarter_or_month(sat, gerencia):
    rows = {row[0]: row[1:] for row in read_rows(poa.show.heatmap(sat))}
    assert rows["ORGANO DE CONTROL INSTITUCIONAL"] == ["✗ 37.5 %", "✗ 50.0 %", "◔ 78.6 %", "✓ 100.0 %", "✗ 68.2 %"]
    assert rows["INSTITUCIONAL"][1] == "– no programada"
    for quarter in (1, 2, 3, 4):
        e = poa.measure(sat.plan, quarter)
        for unit in e.unidades.to_dict("records"):
            shown = re.sub(r"[^\d.]", "", rows[unit["unidad"]][quarter - 1])
            assert (
                (round(unit["promedio_topado_trimestre"], 1) == float(shown))
                if shown
                else unit["evaluadas_trimestre"] == 0
            )
    block = poa.show.heatmap(gerencia)
    assert read_rows(block)[0] == ["Unidad", "Ene", "Feb", "Mar", "I trimestre"]
    rows = {row[0][:3]: row[1:] for row in read_rows(block)}
    assert rows["300"][:3] == ["·", "·", "·"]  # files by quarter
    assert "· la unidad no informa de ese mes por separado" in read_text(block)
    assert rows["308"] == ["✓ 100.0 %", "? sin reporte", "? sin reporte", "? sin reporte"]
    assert "✓ cumplida" in read_text(block)  # the signs are explained


def test_the_furthest_behind_and_the_far_beyond_are_few_and_in_order(sat, gerencia):
    rows = [row for row in read_rows(poa.show.extremes(sat))[1:]]
    assert [(*row[2:4], row[5]) for row in rows][:2] == [("44", "30", "-14"), ("45", "44", "-1")]
    assert len(rows) == 5
    said = read_text(poa.show.extremes(gerencia))
    assert "1 actividad sin reporte no tiene cifra que ordenar." in said
    assert "Metas muy por encima de lo programado (más de 110.0 %)" in said
    calm = poa.measure(make_plan([(5, 5), (5, 5), (5, 5)]), 1)
    assert "Ninguna meta evaluada quedó por debajo" in read_text(poa.show.extremes(calm))


def find(quarter, plan, **fields):
    e = poa.measure(plan, quarter)
    return find_projection(e.actividades.iloc[0].to_dict(), e, e.due)


def test_what_the_year_still_asks_for_is_a_pace_per_period():
    found = find(2, make_plan([(5, 4)] * 6, meta_anual=60))
    assert (found.falta, found.quedan, found.ritmo, found.necesario) == (36, 6, 4, 6)
    assert (found.proyeccion, found.supuesto) == (48, "mismo ritmo")
    planned = make_plan([(5, 4)] * 6 + [(0, None)] * 4 + [(15, None)] * 2, meta_anual=60)
    found = find(2, planned)  # the programme says that the end of the year brings more
    assert (found.proyeccion, found.supuesto) == (24 + 30 * 0.8, "mismo cumplimiento")
    said = read_text(poa.show.year_end(poa.measure(planned, 2)))
    assert "La única actividad con meta anual no llegaría a ella si el año sigue como va." in said
    assert "6 meses" in said
    assert (
        "Supuesto, mismo cumplimiento: lo programado que queda se cumple en la misma proporción que hasta ahora."
        in said
    )
    done = read_text(poa.show.year_end(poa.measure(make_plan([(5, 25)] * 3, meta_anual=60), 1)))
    assert "meta anual alcanzada" in done


@pytest.mark.parametrize(
    "fields",
    [
        {"meta_anual": None},
        {"meta_anual": 60, "acumulacion": "promedio"},
        {"meta_anual": 60, "sentido": "descendente"},
        {"meta_anual": 0},
    ],
)
def test_without_an_annual_goal_that_adds_up_nothing_is_projected(fields):
    assert find(1, make_plan([(5, 4)] * 3, **fields)) is None


def lengthen(plan, length):
    """Return the plan with its periods at another length."""
    return replace(
        plan, avances=make_table("avances", plan.avances.assign(mes=plan.avances["mes"] * length, meses=length))
    )


@pytest.mark.parametrize(
    ("length", "quarter", "closed", "ritmo", "quedan", "proyeccion"),
    [
        (1, 1, 3, 4, 9, 48),
        (1, 2, 6, 4, 6, 48),
        (1, 3, 9, 4, 3, 48),
        (2, 1, 1, 10, 5, 60),  # march is half an open period
        (2, 2, 3, 10, 3, 60),
        (2, 3, 4, 10, 2, 60),
        (3, 1, 1, 12, 3, 48),
        (3, 2, 2, 12, 2, 48),
        (3, 3, 3, 12, 1, 48),
        (4, 2, 1, 10, 2, 30),
        (4, 3, 2, 10, 1, 30),
        (6, 2, 1, 5, 1, 10),
        (6, 3, 1, 5, 1, 10),
    ],
)
def test_only_closed_periods_count_as_past(length, quarter, closed, ritmo, quedan, proyeccion):
    found = find(quarter, lengthen(make_plan([(15, ritmo)] * closed, meta_anual=60), length))
    assert (found.ritmo, found.quedan, found.proyeccion) == (ritmo, quedan, proyeccion)
    assert found.necesario == (60 - ritmo * closed) / quedan


@pytest.mark.parametrize(("length", "said"), [(4, "2 cuatrimestres"), (6, "1 semestre")])
def test_long_periods_have_their_own_name(length, said):
    assert said in read_text(poa.show.year_end(poa.measure(lengthen(make_plan([(10, 5)], meta_anual=60), length), 2)))


def test_before_the_first_long_period_closes_it_says_that_nothing_is_projected():
    e = poa.measure(lengthen(make_plan([(10, 5), (10, None)], meta_anual=20), 6), 1)
    said = read_text(poa.show.year_end(e))
    assert said == "No se proyecta el cierre del año: la única actividad no tiene resultado acumulado a la fecha."


def make_several(*activities):
    """Return a plan of activities that are each 7 of 10 in three months, with their own fields."""
    plan = make_plan([(10, 7)] * 3)
    row = plan.actividades.iloc[0].to_dict()
    rows = [row | {"actividad_id": f"u-{i}"} | fields for i, fields in enumerate(activities)]
    periods = [p | {"actividad_id": r["actividad_id"]} for r in rows for p in plan.avances.to_dict("records")]
    return replace(plan, actividades=make_table("actividades", rows), avances=make_table("avances", periods))


def test_what_can_not_be_projected_is_counted_with_the_reason(gerencia):
    said = read_text(poa.show.year_end(poa.measure(make_several({}, {}), 1)))
    assert said == "No se proyecta el cierre del año: las 2 actividades no traen meta anual con cifra."
    mean = {"meta_anual": 9, "acumulacion": "promedio", "acumulacion_programado": "promedio"}
    said = read_text(poa.show.year_end(poa.measure(make_several({}, {}, mean), 1)))
    assert "de las 3 actividades, 2 no traen meta anual con cifra y 1 da resultados que no se suman." in said
    said = read_text(poa.show.year_end(poa.measure(make_several({"meta_anual": 84}, {}), 1)))
    assert "Queda fuera de la tabla 1 actividad: no trae meta anual con cifra." in said
    assert "No se proyecta el cierre del año" in read_text(poa.show.year_end(gerencia.unit("306")))


@pytest.mark.parametrize(
    ("goals", "said"),
    [
        ((84, 60), "Las 2 actividades con meta anual llegarían a la suya"),
        ((84, 90), "De las 2 actividades con meta anual, 1 llegaría a la suya"),
        ((90, 90), "Ninguna de las 2 actividades con meta anual llegaría a la suya"),
    ],
)
def test_how_many_would_reach_their_goal_agrees_in_number(goals, said):
    plan = make_several(*({"meta_anual": goal} for goal in goals))
    assert said in read_text(poa.show.year_end(poa.measure(plan, 1)))


def test_counts_are_told_as_whole_numbers():
    found = find(2, make_plan([(9, n) for n in (7, 7, 7, 7, 7, 8)], meta_anual=100))
    assert (round(found.necesario, 2), round(found.proyeccion, 2), found.cifras) == (9.5, 86, (10, 86))
    found = find(1, make_plan([(9, 5), (9, 5), (9, 4.5)], meta_anual=100))
    assert found.cifras == (found.necesario, found.proyeccion) == (85.5 / 9, 58)
    more = [(9, 8)] * 8 + [(9, 10)]  # 74 in nine months lead to 98.67
    assert find(3, make_plan(more, meta_anual=110)).cifras == (12, 99)
    assert find(3, make_plan(more, meta_anual=98)).cifras == (8, 99)
    assert find(3, make_plan(more, meta_anual=99)).cifras == (9, 98)  # what falls short is not told as the goal
    assert find(3, make_plan(more, meta_anual=98.5)).cifras == (24.5 / 3, 74 / 9 * 12)


def test_at_years_end_and_without_report_nothing_is_projected(sat):
    assert poa.show.year_end(sat) == EMPTY
    assert poa.show.year_end(sat.unit("escuela-sat")) == EMPTY
    assert find(1, make_plan([(5, 4), (5, None), (5, 4)], meta_anual=60)) is None
    assert find(1, make_plan([(0, 0)] * 3 + [(9, 0)], meta_anual=9)) is None  # it has not begun
    third = make_quarter(sat, sat.plan, 3)
    assert len([row for row in read_rows(poa.show.year_end(third)) if len(row) >= 9]) == 43


def test_a_units_comments_and_context_are_its_own(gerencia):
    said = read_text(poa.show.comments(gerencia.unit("303")))
    assert "SE PRESENTÓ UN AUMENTO DE RECIBOS" in said
    assert poa.show.comments(gerencia) == EMPTY
    context = read_text(poa.show.context(gerencia.unit("306")))
    assert context.count("FINANZAS P") == 1  # with and without accent is one
    assert "Línea de acción" in context
    assert poa.show.context(open_params("jocotepec-2024-t1").unit("hacienda-municipal")) == EMPTY


def test_bars_and_trends_are_small_and_tell_their_content(sat):
    html = poa.show.activities(sat.unit("escuela-sat")).html
    trends = re.findall(r"<svg.*?</svg>", html)
    assert trends
    assert all(len(trend) < 1300 and 'aria-label="Ejecutado de programado. ' in trend for trend in trends)
    assert 'aria-label="Ejecutado de programado. I trimestre: ' in html
    plan = make_plan([(5, 5)])
    single = replace(plan, avances=make_table("avances", plan.avances.assign(mes=3, meses=3)))
    assert "<svg" not in poa.show.activities(make_quarter(sat, single).unit("u")).html
