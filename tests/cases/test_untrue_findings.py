"""What looked like a finding and is none, or was told so that its way out led astray; figures by hand."""

import pytest
from readings import evaluate, list_findings, read_case

import poa_eval as poa
from poa_eval.forms.observations import list_asked

QUARTERS = [{"columna": "programado", "patron": "P{trimestre}"}, {"columna": "ejecutado", "patron": "E{trimestre}"}]
COLUMNS = {"unidad": "Área", "actividad": "Acción", "meta_anual": "Meta"}


def tell(plan, rule):
    """Return the messages of the findings of a rule."""
    found = poa.check(plan)
    return [*found.loc[found["regla"] == rule, "mensaje"]]


def test_an_activity_of_which_0_is_planned_in_the_year_owes_no_report(load):
    rows = (
        "Área;Acción;Meta;P1;E1;P2;E2;P3;E3;P4;E4\n"
        "Obras;Puente;0;;;;;;;;\nObras;Calles;8;2;2;2;1;2;;2;\nObras;Parque;0;;;;3;;;;\n"
    )
    plan = load(rows, columnas=COLUMNS, periodos=QUARTERS, corte="septiembre")
    found = evaluate(plan, 3, "ejecutado_acumulado", "estado", "motivo")
    assert found["Puente"] == (None, "no programada", "la meta anual es 0")
    assert found["Calles"][1] == "sin reporte"
    assert found["Parque"] == (3, "no programada", "trimestre: la meta anual es 0; acumulado: ejecución sin programa")
    assert tell(plan, "periodo-sin-reporte") == ["Falta el reporte del III trimestre, que ya venció."]


def test_a_goal_of_0_of_what_is_to_fall_is_owed(load):
    rows = "Área;Acción;Sentido;Meta;E1;E2\nSalud;Muertes maternas;Menor mejor;0;0;\nSalud;Vacunar;Mayor mejor;5;2;4\n"
    plan = load(rows, columnas=COLUMNS | {"sentido": "Sentido"}, periodos=QUARTERS[1:], corte="junio")
    assert evaluate(plan, 2, "estado")["Muertes maternas"] == ("sin reporte",)


@pytest.mark.parametrize(("goal", "rules"), [("≥ 80 %", []), ("al menos 80%", []), ("80%", ["sobreejecucion"])])
def test_more_than_a_minimum_is_no_overrun(load, goal, rules):
    plan = load(
        f"Área;Acción;Medida;Meta;E1;E2;E3;E4\nSalud;Partos atendidos;%;{goal};95%;95%;95%;95%\n",
        columnas=COLUMNS | {"unidad_medida": "Medida"},
        periodos=QUARTERS[1:],
        reglas=[{"cuando": {"unidad_medida": "%"}, "acumulacion": "nivel", "porque": "es una cobertura"}],
    )
    assert evaluate(plan, 4, "cumplimiento_acumulado") == {"Partos atendidos": (118.75,)}
    assert [rule for rule, _ in list_findings(plan, "sobreejecucion")] == rules


def test_a_result_that_falls_with_its_programme_may_be_a_level_and_the_way_out_ends():
    plan = read_case("nivel")
    advice = "si es un nivel, escriba `acumulacion: nivel` en `reglas:` del layout."
    assert [advice in text for text in tell(plan, "acumulado-retrocede")] == [True]
    rules = [
        {"cuando": {"unidad_medida": "nivel"}, "acumulacion": "nivel", "porque": "es un nivel"},
        {
            "cuando": {"unidad_medida": "días"},
            "sentido": "descendente",
            "acumulacion": "nivel",
            "porque": "es un nivel",
        },
    ]
    assert tell(read_case("nivel", reglas=rules), "acumulado-retrocede") == []


def test_a_running_total_that_falls_below_a_programme_that_rises_is_asked_without_that_advice(load):
    rows = "Área;Acción;Meta;P1;E1;P2;E2\nObras;Puente;100;25;30;50;20\n"
    rules = [{"cuando": {"actividad": "Puente"}, "acumulacion": "ultimo", "porque": "es acumulado"}]
    plan = load(rows, columnas=COLUMNS, periodos=QUARTERS, reglas=rules)
    assert tell(plan, "acumulado-retrocede") == [
        "El resultado acumulado baja de 30 en el I trimestre a 20 en el II trimestre."
    ]


def test_a_declared_mean_that_the_goal_contradicts_names_what_would_give_it(load):
    rows = "Área;Acción;Medida;Meta;P1;P2;P3;P4\nSalud;Cobertura;%;90;60;70;80;90\nSalud;Uso;%;95;60;70;80;90\n"
    rules = [{"cuando": {"unidad_medida": "%"}, "acumulacion": "promedio", "porque": "es un porcentaje"}]
    keys = {"columnas": COLUMNS | {"unidad_medida": "Medida"}, "periodos": QUARTERS[:1]}
    start = "Lo programado en el año, tomado como un promedio, es 75; la meta anual dice"
    advice = "Si la meta está bien, revise en el layout cómo se acumula: como un acumulado o un nivel sí la da."
    assert tell(load(rows, **keys, reglas=rules), "meta-no-cuadra") == [
        f"{start} 90. {advice}",
        f"{start} 95.",
    ]
    level = [rules[0] | {"acumulacion": "nivel", "cuando": {"actividad": "Cobertura"}}]
    assert "Cobertura" not in str(tell(load(rows, **keys, reglas=[*rules, *level]), "meta-no-cuadra"))
    assert len(tell(load(rows, **keys, reglas=[*rules, *level]), "meta-no-cuadra")) == 1


def test_a_row_without_programme_is_no_empty_goal_where_goals_come_from_the_programme():
    plan = read_case("plan-con-huecos")
    assert tell(plan, "meta-vacia") == ["No se programó nada en el año: escriba cuánto se hará en cada periodo."]


@pytest.mark.parametrize(
    ("base", "way"),
    [
        ("(LB 537 2023)", "deje en la celda solo el valor del que se parte."),
        ("Índice de Gestión y Desempeño Institucional 49,4 (2023)", "deje en la celda solo el valor del que se parte."),
        ("SD", "escriba el valor del que se parte, por ejemplo lo logrado el año anterior."),
        ("Informe de 2023", "escriba el valor del que se parte, por ejemplo lo logrado el año anterior."),
    ],
)
def test_a_base_line_with_a_number_among_its_words_is_to_keep_the_number(load, base, way):
    plan = load(
        f"Área;Acción;LB;P1\nSalud;Visitar;{base};3\n",
        columnas={"unidad": "Área", "actividad": "Acción", "linea_base_texto": "LB"},
        periodos=QUARTERS[:1],
    )
    assert tell(plan, "linea-base-no-numerica") == [f"La línea base dice «{base}», que no es un número: {way}"]


def test_no_unit_is_asked_how_its_periods_add_up_but_where_a_goal_may_be_wrong():
    found = poa.check(read_case("porcentaje-sumado"))
    asked = list_asked(found)
    assert [*zip(found["fuente"], found["gravedad"], strict=True)] == [
        ("porcentaje-sumado.csv:L4", "advertencia"),
        ("porcentaje-sumado.csv:L5", "advertencia"),
        ("porcentaje-sumado.csv:L3", "nota"),
    ]
    assert [*asked["fuente"]] == ["porcentaje-sumado.csv:L4", "porcentaje-sumado.csv:L5"]


def test_the_only_total_between_two_tables_is_of_the_first_alone(load):
    first = "Área;Acción;P1;P2\nSalud;Visitar;3;4\nObras;Pavimentar;1;1\nTOTAL;;{};5\n"
    second = ";;;\nÁrea;Acción;P1;P2\nSalud;Medir;10;20\n"
    keys = {"columnas": {"unidad": "Área", "actividad": "Acción"}, "periodos": QUARTERS[:1]}
    keys |= {"totales": {"texto": "TOTAL"}, "fin_tabla": "fila en blanco"}
    assert tell(load(first.format(4) + second, **keys), "total-no-cuadra") == []
    assert tell(load(first.format(5), **keys), "total-no-cuadra") == [
        "Las filas suman 4 de programado (I trimestre); el TOTAL impreso dice 5."
    ]
