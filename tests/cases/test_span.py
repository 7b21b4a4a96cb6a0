"""Span and window: plans of half a year, parts of a quarter, several years, one row a report."""

import datetime as dt

import pytest
from readings import evaluate, list_findings, read_case

import poa_eval as poa


@pytest.mark.parametrize("layout", ["medio-anio", "medio-anio-patron"])
def test_a_plan_of_half_a_year_is_measured_over_its_own_months(layout):
    plan = read_case("medio-anio", layout=layout)
    assert evaluate(plan, 4, "programado_acumulado", "ejecutado_acumulado", "avance_anual") == {
        "Pintar escuelas": (60.0, 60.0, 100.0),
        "Podar árboles": (12.0, 11.0, 91.67),
    }


def test_a_document_of_two_months_of_a_quarter_still_gives_what_it_covers():
    plan = read_case("bimestre")
    assert evaluate(plan, 1, "programado_trimestre", "ejecutado_trimestre")["Consultas"] == (10.0, 10.0)


def test_an_action_that_is_late_is_late_and_not_of_a_wrong_year():
    plan = read_case("plan-de-varios-anios")
    assert list_findings(plan, "plazo-vencido", "anio-ajeno") == [("plazo-vencido", "advertencia")]


def test_nothing_is_due_before_the_first_row_of_a_form_with_a_row_per_report():
    plan = read_case("registro-por-reporte", registro=True)
    assert not list_findings(plan, "periodo-sin-reporte")
    table = poa.measure(plan, 2, fecha_corte=dt.date(2025, 4, 30)).actividades.set_index("actividad")
    assert table.loc["Vía rural", ["programado_acumulado", "ejecutado_acumulado"]].tolist() == [20.0, 21.0]
    assert table.loc["Puente", ["programado_acumulado", "ejecutado_acumulado"]].tolist() == [20.0, 18.0]
    assert list_findings(read_case("registro-por-reporte"), "periodo-sin-reporte")
