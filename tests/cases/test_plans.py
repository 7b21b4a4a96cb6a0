"""What a plan says: marks, dates, blanks, cards; and what is impossible."""

from readings import find_case, list_activities, list_findings, make_layout, read_case

import poa_eval as poa

MARKS = {
    "nombre": "marcas",
    "titulo": "t",
    "institucion": "i",
    "locale": "es_MX",
}


def _list_months(plan):
    names = dict(zip(plan.actividades["actividad_id"], plan.actividades["actividad"], strict=True))
    months = plan.calendario.groupby("actividad_id")["mes"].agg(list)
    return {names[key]: sorted(value) for key, value in months.items()}


def test_marks_in_a_table_are_calendar():
    layout = make_layout(
        "hoja-copia",
        hojas=None,
        contexto=["PLAN {ejercicio}"],
        columnas={
            "codigo": "No",
            "unidad": "Responsable",
            "actividad": "Descripción de la actividad",
            "inversion": "Presupuesto",
        },
        periodos=[{"columna": "programado", "patron": "{mes}", "marcas": ["X"]}],
        vacios=None,
    )
    plan = poa.load(find_case("marcas-en-tabla"), layout)
    assert _list_months(plan) == {
        "Pintar la escuela": [2, 3],
        "Podar los árboles del parque": [1, 2, 12],
        "Vacunar a la población": [4, 5, 6],
    }
    assert plan.avances["programado"].notna().sum() == 0
    assert set(plan.calendario["origen"]) == {"marca"}


def test_marks_by_quarter_are_calendar_of_its_closing_months():
    layout = make_layout(
        "fechas-de-inicio-y-fin",
        columnas={"unidad": "Unidad", "actividad": "Actividad", "meta_texto": "Meta"},
        periodos=[{"columna": "programado", "patron": "T{trimestre}", "marcas": ["X"]}],
    )
    plan = poa.load(find_case("marcas-por-trimestre"), layout)
    assert {name: len(months) for name, months in _list_months(plan).items()} == {
        "Campaña de salud bucal": 2,
        "Bacheo": 2,
    }


def test_dates_give_a_calendar():
    plan = read_case("fechas-de-inicio-y-fin")
    assert _list_months(plan) == {
        "Campaña de salud bucal": [2, 3, 4, 5, 6],
        "Bacheo": [7, 8, 9],
        "Puente": [7, 8, 9, 10, 11, 12],
    }
    assert set(plan.calendario["origen"]) == {"fechas"}


def test_impossible_dates_and_programmes_are_errors():
    plan = read_case("plan-con-huecos", vacio_es_cero=True)
    assert sorted(list_findings(plan, "fecha-imposible", "programa-negativo")) == [
        ("fecha-imposible", "error"),
        ("fecha-imposible", "error"),
        ("programa-negativo", "error"),
    ]
    assert list_activities(plan, "meta_anual")["Regar jardines"] == (4.0,)
    assert not list_findings(plan, "periodo-sin-reporte")


def test_a_goal_with_blank_months_is_not_guessed_without_the_key():
    assert list_activities(read_case("plan-con-huecos"), "meta_anual")["Regar jardines"] == (None,)


def test_months_on_two_lines_of_a_card():
    plan = read_case("ficha-de-dos-renglones")
    assert {name: goal for name, (goal,) in list_activities(plan, "meta_anual").items()} == {
        "Pintar las escuelas del municipio": 18.0,
        "Barrer la plaza": 42.0,
    }
    names = dict(zip(plan.actividades["actividad_id"], plan.actividades["actividad"], strict=True))
    halves = plan.avances.assign(half=plan.avances["mes"] > 6, name=plan.avances["actividad_id"].map(names))
    assert halves.groupby(["name", "half"])["programado"].sum().unstack().to_numpy().tolist() == [
        [18.0, 24.0],
        [6.0, 12.0],
    ]
