"""What the year still asks for."""

from dataclasses import replace

import pytest

import poa_eval as poa
from blocks import read_rows, read_text
from made import make_plan, make_quarter
from poa_eval.metrics.projection import find_projection
from poa_eval.plan.schema import make_table
from poa_eval.reports.html.blocks import EMPTY


def find(quarter, plan, **fields):
    e = poa.measure(plan, quarter)
    return find_projection(e.actividades.iloc[0].to_dict(), e)


def lengthen(plan, length):
    """Return the plan with its periods at another length."""
    return replace(
        plan, avances=make_table("avances", plan.avances.assign(mes=plan.avances["mes"] * length, meses=length))
    )


def make_several(*activities):
    """Return a plan of activities that are each 7 of 10 in three months, with their own fields."""
    plan = make_plan([(10, 7)] * 3)
    row = plan.actividades.iloc[0].to_dict()
    rows = [row | {"actividad_id": f"u-{i}"} | fields for i, fields in enumerate(activities)]
    periods = [p | {"actividad_id": r["actividad_id"]} for r in rows for p in plan.avances.to_dict("records")]
    return replace(plan, actividades=make_table("actividades", rows), avances=make_table("avances", periods))


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


def test_what_can_not_be_projected_is_counted_with_the_reason(gerencia_quarter):
    said = read_text(poa.show.year_end(poa.measure(make_several({}, {}), 1)))
    assert said == "No se proyecta el cierre del año: las 2 actividades no traen meta anual con cifra."
    mean = {"meta_anual": 9, "acumulacion": "promedio", "acumulacion_programado": "promedio"}
    said = read_text(poa.show.year_end(poa.measure(make_several({}, {}, mean), 1)))
    assert "de las 3 actividades, 2 no traen meta anual con cifra y 1 da resultados que no se suman." in said
    said = read_text(poa.show.year_end(poa.measure(make_several({"meta_anual": 84}, {}), 1)))
    assert "Queda fuera de la tabla 1 actividad: no trae meta anual con cifra." in said
    assert "No se proyecta el cierre del año" in read_text(poa.show.year_end(gerencia_quarter.unit("306")))


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


def test_at_years_end_and_without_report_nothing_is_projected(sat_quarter):
    assert poa.show.year_end(sat_quarter) == EMPTY
    assert poa.show.year_end(sat_quarter.unit("escuela-sat")) == EMPTY
    assert find(1, make_plan([(5, 4), (5, None), (5, 4)], meta_anual=60)) is None
    assert find(1, make_plan([(0, 0)] * 3 + [(9, 0)], meta_anual=9)) is None  # it has not begun
    third = make_quarter(sat_quarter, sat_quarter.plan, 3)
    assert len([row for row in read_rows(poa.show.year_end(third)) if len(row) >= 9]) == 43
