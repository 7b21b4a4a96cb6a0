"""A quarter beside the one before."""

from dataclasses import replace

import poa_eval as poa
from blocks import read_rows, read_text
from made import make_plan
from poa_eval.plan.schema import make_table


def test_counts_show_the_states_there_are_and_those_of_the_quarter_before(sat_quarter, gerencia_quarter):
    sat = {row[0][2:]: row[1:] for row in read_rows(poa.show.counts(sat_quarter))[1:-1]}
    assert sat == {
        "cumplida": ["41", "38", "39"],
        "casi cumplida": ["1", "4", "3"],
        "crítica": ["0", "1", "1"],
        "no programada": ["1", "0", "0"],
    }
    assert "? sin reporte 1 1" in " ".join(" ".join(row) for row in read_rows(poa.show.counts(gerencia_quarter)))


def test_changes_since_the_quarter_before_name_figures_units_and_activities(sat_quarter):
    said = read_text(poa.show.changes(sat_quarter))
    assert "Proporción de metas cumplidas a la fecha: bajó de 90.7 % a 88.4 %." in said
    moved = "deja el primer lugar, que compartían 13 unidades, y queda en el 13."
    assert f"GERENCIA DE RECURSOS HUMANOS {moved}" in said
    rows = read_rows(poa.show.changes(sat_quarter))
    assert ["Dejaron de estar cumplidas: 1"] in rows
    assert rows[-1][2:] == ["100.0 % ✓ cumplida", "98.9 % ◕ casi cumplida"]
    before = poa.measure(sat_quarter.plan, 3).actividades["estado"]
    assert (before == "cumplida").sum() == 39  # of which one left: 38 to date


def test_a_unit_moves_only_among_those_with_a_place_in_both_quarters(sat_quarter):
    plan, gone = sat_quarter.plan, "escuela-sat"
    ids = plan.actividades.loc[plan.actividades["unidad_id"] == gone, "actividad_id"]
    late = plan.avances["actividad_id"].isin(ids) & (plan.avances["mes"] > 9)
    silent = plan.avances.assign(ejecutado=plan.avances["ejecutado"].mask(late))
    said = read_text(poa.show.changes(poa.measure(replace(plan, avances=silent), 4)))
    assert "deja el primer lugar, que compartían 12 unidades, y queda en el 12, entre las 14 con lugar" in said
    assert "Pierde su lugar ESCUELA SAT (cobertura de reporte de 0.0 %; el mínimo del perfil es 80.0 %)." in said


def test_a_goal_whose_figure_is_missing_has_not_ceased_to_be_met(sat_quarter):
    plan = sat_quarter.plan
    ids = plan.actividades.loc[plan.actividades["unidad_id"] == "escuela-sat", "actividad_id"]
    late = plan.avances["actividad_id"].isin(ids) & (plan.avances["mes"] > 9)
    silent = plan.avances.assign(ejecutado=plan.avances["ejecutado"].mask(late))
    block = poa.show.changes(poa.measure(replace(plan, avances=silent), 4))
    titles = [row[0] for row in read_rows(block) if len(row) == 1]
    assert titles == ["Dejaron de estar cumplidas: 1", f"Estaban cumplidas y ahora no tienen cifra: {len(ids)}"]
    said = f"No son de las mismas actividades: antes se evaluaron 43, ahora {43 - len(ids)}."
    assert said in read_text(block)


def test_where_nothing_can_be_compared_it_says_why(gerencia_quarter):
    assert "Es el primer trimestre del ejercicio" in read_text(poa.show.changes(gerencia_quarter))
    plan = make_plan([(5, 5)])
    later = poa.measure(replace(plan, avances=make_table("avances", plan.avances.assign(mes=6, meses=3))), 2)
    said = read_text(poa.show.changes(later))
    assert "Al cierre del I trimestre no hay actividades que se puedan evaluar" in said
    assert "falta el documento del I trimestre" in said
