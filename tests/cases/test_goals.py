"""Goals: of the year without a programme, as a text, with a sign, in percent, on another scale."""

import pytest
from readings import evaluate, list_activities, list_findings, read_case


def test_results_against_a_goal_of_the_year_without_a_programme():
    plan = read_case("meta-sin-programa")
    assert evaluate(plan, 4, "ejecutado_acumulado", "avance_anual", "meta_cumplida") == {
        "Consultas": (100.0, 100.0, True),
        "Calles": (10.0, 100.0, True),
    }
    assert evaluate(plan, 2, "ejecutado_acumulado", "avance_anual", "meta_cumplida") == {
        "Consultas": (50.0, 50.0, None),
        "Calles": (3.0, 30.0, None),
    }


def test_the_progress_that_such_a_form_prints_is_contrasted():
    plan = read_case("meta-y-avance")
    assert evaluate(plan, 1, "avance_anual") == {
        "Actividad uno": (25.0,),
        "Actividad dos": (25.0,),
        "Actividad tres": (100.0,),
    }
    assert "avance-no-reproduce" not in dict(list_findings(plan))


@pytest.mark.parametrize("name", ["Uno", "Dos", "Tres", "Cuatro", "Cinco"])
def test_a_percentage_is_a_number_where_the_periods_carry_the_sign_too(name):
    assert list_activities(read_case("meta-en-porcentaje"), "meta_anual")[name] == (80.0,)


def test_counts_and_words_are_what_they_were():
    goals = list_activities(read_case("meta-en-porcentaje"), "meta_anual", "meta_texto")
    assert goals["Seis"] == (3.0, None)
    assert goals["Siete"] == (None, "tres informes")


def test_a_goal_with_a_sign_gives_goal_and_direction():
    plan = read_case("meta-con-signo")
    assert list_activities(plan, "meta_anual", "sentido", "meta_texto") == {
        "Días de espera del proceso": (45.0, "descendente", "≤45"),
        "Contratos en plazo": (80.0, "ascendente", "≥80%"),
    }
    assert evaluate(plan, 4, "ejecutado_acumulado", "meta_cumplida") == {
        "Días de espera del proceso": (39.0, True),
        "Contratos en plazo": (90.0, True),
    }


def test_a_figure_on_another_scale_waits():
    plan = read_case("escala-mezclada")
    assert list_findings(plan, "escala-mezclada") == [("escala-mezclada", "error")]
    measured = evaluate(plan, 1, "ejecutado_trimestre", "cumplimiento_trimestre")
    assert measured["Cobertura"] == (None, None)
    assert measured["Partos"] == (60.0, 100.0)
