"""The activities: their table of figures, states and reasons, their periods, and what a unit commented on them."""

from dataclasses import replace

import pytest

import poa_eval as poa
from blocks import SHOWN, read_rows, read_text
from made import make_plan, make_quarter, open_params
from poa_eval.errors import ParamsError
from poa_eval.plan.schema import make_table
from poa_eval.reports.html.blocks import EMPTY


def test_without_an_annual_goal_that_is_why_there_is_no_progress():
    (row,) = (r for r in read_rows(poa.show.activities(poa.measure(make_plan([(0, 3)] * 3), 1))) if "Bachear" in r[0])
    assert row[3:5] == ["– no programada ejecución sin programa", "— sin meta anual"]


def test_a_unit_that_did_not_report_is_neither_zero_nor_complete(gerencia_quarter):
    quarter = gerencia_quarter.unit("308")
    (row,) = (row for row in read_rows(poa.show.activities(quarter)) if len(row) > 4 and "sin reporte" in row[3])
    assert row[1:5] == ["—", "—", "? sin reporte faltan febrero y marzo", "— faltan febrero y marzo"]
    everything = " ".join(read_text(show(quarter)) for show in SHOWN)
    assert "157.9" not in everything
    periods = read_rows(poa.show.periods(quarter))
    assert ["Programado", "7,000", "—", "—"] in periods
    assert ["Ejecutado", "11,052", "? sin reporte", "? sin reporte"] in periods


def test_the_states_without_percentage_and_a_real_zero_are_told_apart():
    zero, idle = make_plan([(5, 0), (5, 0), (5, 0)]), make_plan([(0, None), (0, None), (0, None), (5, 5)])
    late, vague = make_plan([(5, 5), (5, None), (5, 5)]), make_plan([(None, 5), (None, 5), (None, 5)])
    states = {}
    for name, plan in {"zero": zero, "idle": idle, "late": late, "vague": vague}.items():
        (row,) = (row for row in read_rows(poa.show.activities(poa.measure(plan, 1))) if "Bachear" in row[0])
        states[name] = row[3]
    assert states == {
        "zero": "0.0 % ✗ crítica",
        "idle": "– no programada",
        "late": "? sin reporte falta febrero",
        "vague": "◌ no evaluable sin meta cuantificada",
    }


def test_activities_narrow_to_a_unit_and_a_state(gerencia_quarter):
    shown = read_text(poa.show.activities(gerencia_quarter, unidad="coordinacion de recuperacion de rezagos"))
    assert "52.4 %" in shown
    assert "FACTURACION" not in shown
    critical = read_rows(poa.show.activities(gerencia_quarter, estado="critica"))
    assert len([row for row in critical if len(row) == 5 and "crítica" in row[3]]) == 3
    assert "No hay actividades" in read_text(poa.show.activities(gerencia_quarter, unidad="303", estado="crítica"))
    with pytest.raises(ParamsError, match="¿quiso decir «303»"):
        poa.show.activities(gerencia_quarter, unidad="303 ´")
    with pytest.raises(ParamsError, match="«en riesgo»"):
        poa.show.activities(gerencia_quarter, estado="riesgo")


def test_a_second_quarter_alone_says_which_document_is_absent(gerencia_quarter):
    plan = make_plan([(5, 5)])
    later = make_table("avances", plan.avances.assign(mes=4))
    e = poa.measure(replace(plan, avances=later), 2)
    said = read_text(poa.show.activities(e))
    assert "falta el documento del I trimestre" in said
    assert "sin reporte" in said  # april is in, may and june are due
    assert "ene" not in [
        row[0] for row in read_rows(poa.show.periods(make_quarter(gerencia_quarter, e.plan, 2).unit("u")))
    ]


def test_a_units_comments_and_context_are_its_own(gerencia_quarter):
    said = read_text(poa.show.comments(gerencia_quarter.unit("303")))
    assert "SE PRESENTÓ UN AUMENTO DE RECIBOS" in said
    assert poa.show.comments(gerencia_quarter) == EMPTY
    context = read_text(poa.show.context(gerencia_quarter.unit("306")))
    assert context.count("FINANZAS P") == 1  # with and without accent is one
    assert "Línea de acción" in context
    assert poa.show.context(open_params("jocotepec-2024-t1").unit("hacienda-municipal")) == EMPTY
