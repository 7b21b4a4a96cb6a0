"""The rules on the plan itself: each finds what it is for, names its row, and finds nothing where there is nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import poa_eval as poa
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table

RULES = (
    "meta-sin-cuantificar",
    "meta-vacia",
    "linea-base-no-numerica",
    "clave-duplicada",
    "meta-sin-actividad",
    "anio-ajeno",
)


def make_plan(*activities, ejercicio=2024, **tables):
    rows = [
        {"actividad_id": f"a{i}", "unidad_id": "obras", "actividad": f"Actividad {i}", "fuente": f"p.txt:L{i}"}
        | {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma"}
        | activity
        for i, activity in enumerate(activities)
    ]
    units = [{"unidad_id": u, "unidad": u.upper()} for u in ("obras", "agua")]
    made = {name: make_table(name, t) for name, t in (tables | {"unidades": units, "actividades": rows}).items()}
    return Plan("Municipio", ejercicio, "es_MX", **made)


def make_goal(meta_id, nivel="meta", **fields):
    return {"meta_id": meta_id, "unidad_id": "obras", "nivel": nivel, "fuente": f"p.txt:{meta_id}"} | fields


def find(plan, rule):
    found = poa.check(plan)
    assert found["hallazgo_id"].is_unique
    return found[found["regla"] == rule]


def count(plan):
    found = poa.check(plan)["regla"].value_counts()
    return {rule: int(found[rule]) for rule in RULES if rule in found}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sat-2022-poi-t4", {}),
        ("gerencia-comercial-2023-poa-t1", {"anio-ajeno": 2}),
        ("jocotepec-2024-poa", {"meta-sin-cuantificar": 13, "anio-ajeno": 1}),
        ("cuscatancingo-2018-poa", {"meta-sin-cuantificar": 13, "clave-duplicada": 2, "meta-sin-actividad": 1}),
        ("santiago-2017-metas", {"meta-sin-cuantificar": 20, "meta-vacia": 2, "linea-base-no-numerica": 23}),
    ],
)
def test_the_documents(load_document, name, expected):
    plan = load_document(name)
    assert count(plan) == expected
    found = poa.check(plan).query("regla in @RULES")
    assert found["unidad_id"].isin(set(plan.unidades["unidad_id"])).all()
    assert found["fuente"].str.startswith(f"{name}.txt:L").all()
    assert found["hallazgo_id"].is_unique


def test_where_the_documents_are_wrong(load_document):
    santiago = load_document("santiago-2017-metas")
    assert find(santiago, "meta-vacia")["fuente"].str[-4:].tolist() == [":L10", ":L12"]
    said = find(santiago, "meta-sin-cuantificar")
    cites_a_year = said["encontrado"].str.endswith("EJERCICIO FISCAL 2016")
    assert said["mensaje"].str.contains("no son una cantidad").tolist() == cites_a_year.tolist()
    assert cites_a_year.sum() == 1
    jocotepec = load_document("jocotepec-2024-poa")
    year = find(jocotepec, "anio-ajeno").iloc[0]
    activity = jocotepec.actividades.set_index("actividad_id").loc[year["actividad_id"]]
    assert (activity["codigo"], year["encontrado"], year["esperado"]) == ("5", "2022", "2024")
    assert "ejercicio 2022" in jocotepec.lineas.set_index("fuente").loc[year["fuente"], "texto"]
    gerencia = find(load_document("gerencia-comercial-2023-poa-t1"), "anio-ajeno")
    assert gerencia[["unidad_id", "encontrado"]].values.tolist() == [["304", "2018"]] * 2
    cuscatancingo = load_document("cuscatancingo-2018-poa")
    codes = find(cuscatancingo, "clave-duplicada")
    assert codes[["gravedad", "encontrado", "esperado"]].values.tolist() == [
        ["error", "1.1.1", "4.1.1"],
        ["error", "1.1.2", "4.1.2"],
    ]
    for row in codes.to_dict("records"):
        assert row["mensaje"].count("cuscatancingo-2018-poa.txt:L") == 2
        assert row["fuente"] in row["mensaje"]
    assert find(cuscatancingo, "meta-sin-actividad")["mensaje"].item().startswith("Meta 2.7 («Cumplir todo el proceso")


def test_a_goal_of_the_hierarchy_is_found_once_however_many_activities_share_it():
    plan = make_plan({"meta_id": "m"}, {"meta_id": "m"}, metas=[make_goal("m", texto="Mejorar"), make_goal("n")])
    assert find(plan, "meta-sin-cuantificar")[["unidad_id", "fuente"]].values.tolist() == [["obras", "p.txt:m"]]
    assert find(plan, "meta-vacia")["fuente"].tolist() == ["p.txt:n"]


def test_goals_in_figures_need_no_quantity_in_words():
    period = {"actividad_id": "a1", "mes": 3, "meses": 3, "programado": 4.0, "origen": "leido"}
    plan = make_plan({"meta_texto": "Mejorar", "meta_anual": 3.0}, {"meta_texto": "Mejorar"}, avances=[period])
    assert count(plan) == {}


def test_a_plan_without_any_goal_is_not_said_row_by_row():
    assert count(make_plan({}, {})) == {}
    assert count(make_plan({"meta_texto": "Tres informes"}, {})) == {"meta-vacia": 1}


@pytest.mark.parametrize("answer", ["N/A", "Pendiente", "-"])
def test_a_goal_that_says_nothing_is_empty(answer):
    for plan in (make_plan({"meta_texto": answer}, {"meta_texto": "Tres informes"}), make_plan({"meta_texto": answer})):
        found = find(plan, "meta-vacia")
        assert found[["actividad_id", "encontrado"]].values.tolist() == [["a0", answer]]
        assert f"dice «{answer}»" in found["mensaje"].item()
        assert find(plan, "meta-sin-cuantificar").empty


def test_a_marked_row_without_activity_names_the_nearest_and_merges_nothing():
    rows = ["Bacheo de la calle", "Bacheo de las cayes", "ZZZ"]
    notes = [{"clave": "cronograma_sin_actividad", "texto": row, "fuente": f"p.txt:c{row[-3:]}"} for row in rows]
    plan = make_plan({"actividad": "Bacheo de calles"}, {"actividad": "Alumbrado"}, contexto=notes)
    found = find(plan, "nombre-con-variantes")
    assert found["gravedad"].tolist() == ["nota"] * 3
    assert found["encontrado"].tolist() == rows
    assert found["esperado"].tolist() == ["Bacheo de calles"] * 2 + ["el nombre de una actividad"]
    assert found["actividad_id"].fillna("").tolist() == ["a0", "a0", ""]
    assert "«Bacheo de la calle»" in found["mensaje"].iloc[0]
    assert "«Bacheo de calles» (p.txt:L0)" in found["mensaje"].iloc[0]
    assert plan.calendario.empty


@pytest.mark.parametrize(
    ("baseline", "found"),
    [
        ({"linea_base_texto": "Municipal"}, 1),
        ({"linea_base_texto": "2016"}, 1),
        ({"linea_base_texto": "No aplica"}, 1),
        ({"linea_base_texto": "35 % en 2016"}, 0),
        ({"linea_base_texto": "35", "linea_base": 35.0}, 0),
        ({"linea_base_texto": " "}, 0),
        ({}, 0),
    ],
)
def test_baselines(baseline, found):
    assert len(find(make_plan(baseline), "linea-base-no-numerica")) == found


def test_codes_are_told_apart_by_what_they_are():
    goals = [make_goal("m", codigo="1", texto="Uno"), make_goal("n", codigo="2", texto="Dos")]
    restart = [{"codigo": "1", "meta_id": "m"}, {"codigo": "1", "meta_id": "n"}]
    assert find(make_plan(*restart, metas=goals), "clave-duplicada").empty
    same = [{"codigo": "1", "meta_id": "m"}, {"codigo": "1.", "meta_id": "m"}]
    assert find(make_plan(*same, metas=goals), "clave-duplicada")["actividad_id"].tolist() == ["a1"]
    dotted = [{"codigo": "1.1", "meta_id": "m"}, {"codigo": "1.1", "meta_id": "n"}]
    assert find(make_plan(*dotted, metas=goals), "clave-duplicada")["esperado"].tolist() == ["2.1"]


def test_a_code_may_stand_twice_in_two_units_or_for_two_indicators():
    units = [{"codigo": "1.1"}, {"codigo": "1.1", "unidad_id": "agua"}]
    indicators = [{"codigo": "1.1", "actividad": "Bacheo", "indicador": i} for i in ("Baches", "Quejas")]
    assert find(make_plan(*units), "clave-duplicada").empty
    assert find(make_plan(*indicators), "clave-duplicada").empty


def test_a_code_that_classifies_is_no_key():
    assert find(make_plan(*[{"codigo": "53.1"}] * 4), "clave-duplicada").empty


def test_goals_with_the_same_code_are_found():
    goals = [make_goal("m", codigo="1.1", texto="Tres obras"), make_goal("n", codigo="1.1", texto="Dos pozos")]
    found = find(make_plan({"meta_id": "m"}, {"meta_id": "n"}, metas=goals), "clave-duplicada")
    assert found[["unidad_id", "encontrado", "fuente"]].values.tolist() == [["obras", "1.1", "p.txt:n"]]


def test_a_goal_without_activity_is_found_where_its_level_has_activities():
    levels = [
        make_goal("p", "programa", texto="Agua"),
        make_goal("o", "objetivo", texto="Servir"),
        make_goal("m", codigo="1.1", padre_id="o", texto="Tres obras"),
        make_goal("n", codigo="1.2", padre_id="o", texto="Dos pozos"),
    ]
    found = find(make_plan({"meta_id": "m"}, metas=levels), "meta-sin-actividad")
    assert found["fuente"].tolist() == ["p.txt:n"]
    assert found["mensaje"].item().startswith("Meta 1.2 («Dos pozos») no tiene ninguna actividad")
    assert find(make_plan({}, metas=levels[:1]), "meta-sin-actividad").empty


LEFT_OVER = """
Entregar en tiempo y forma el primer y segundo avance de gestión financiera correspondiente al ejercicio 2022
Verificar que los procesos se lleven a cabo en base a sus PROGRAMAS OPERATIVOS 2018.
Cumplir el Programa Operativo Anual (POA) 2023
Dar cumplimiento al POA-2023
Ejecutar el plan operativo institucional de 2022
Ejercer el presupuesto del ejercicio fiscal 2023 con transparencia
Aplicar las metas de la vigencia 2023
Atender a la población durante el presente año 2023
Evaluar el avance en base al programa operativo 2018
Cumplir con lo establecido en la planeación operativa anual 2022
"""
NOT_LEFT_OVER = """
Cumplir el POA 2024
Revisión del ejercicio fiscal 2016
Atender la auditoría al ejercicio 2022
Integrar la cuenta pública del ejercicio 2023
Realizar el cierre del ejercicio fiscal 2023
Cobrar los adeudos del ejercicio 2022
Digitalizar el archivo de los ejercicios 2022
Incrementar 5 % la recaudación respecto al ejercicio 2023
Presentar el informe anual del POA 2023
Evaluar los resultados del ejercicio 2023
Formular el POA 2025
Cada coordinación cumple con el POA del ejercicio 2021-2024
Conciliar los ejercicios 2022 y 2023
Depurar pasivos del ejercicio 2020 y anteriores
Plan Municipal de Desarrollo 2021
A partir de 2021 se vinculan los indicadores
Campaña de cuadernillos 2022
Cumplir la Ley 123 de 2020
Aplicar el tabulador 2022
Atender 2022 solicitudes en el ejercicio
"""


@pytest.mark.parametrize("text", LEFT_OVER.strip().splitlines())
@pytest.mark.parametrize("column", ["descripcion", "meta_texto", "objetivo"])
def test_a_year_left_over_is_found(text, column):
    found = find(make_plan({column: text}), "anio-ajeno")
    assert found[["actividad_id", "esperado", "fuente"]].values.tolist() == [["a0", "2024", "p.txt:L0"]]
    assert found["encontrado"].item() in text


@pytest.mark.parametrize("text", NOT_LEFT_OVER.strip().splitlines())
def test_a_year_that_belongs_there_is_not(text):
    assert find(make_plan({"descripcion": text}), "anio-ajeno").empty


@pytest.mark.parametrize("column", ["actividad", "indicador", "programa", "eje", "linea_base_texto", "beneficiarios"])
def test_names_may_carry_any_year(column):
    assert find(make_plan({column: "Ejercicio 2022"}), "anio-ajeno").empty


def test_the_year_of_an_activitys_own_name_may_stand_in_its_texts():
    named = {"actividad": "Campaña 2022", "descripcion": "Concluir la campaña del ejercicio 2022"}
    assert find(make_plan(named), "anio-ajeno").empty


def test_goals_and_lines_of_action_are_read_and_programmes_names_are_not():
    text = "Cumplir el POA 2022"
    goals = [make_goal("m", texto=text), make_goal("p", "programa", texto=text)]
    lines = [{"padre_id": key, "orden": 1, "texto": text, "fuente": f"p.txt:l{key}"} for key in ("a0", "m")]
    found = find(make_plan({"meta_id": "m"}, metas=goals, lineas=lines), "anio-ajeno")
    assert found["fuente"].tolist() == ["p.txt:m", "p.txt:la0", "p.txt:lm"]
    assert found["unidad_id"].tolist() == ["obras"] * 3


def test_an_objective_that_many_rows_share_is_found_once():
    plan = make_plan(*[{"objetivo": "Cumplir el POA 2022", "descripcion": "Cumplir el POA 2022"}] * 3)
    assert len(find(plan, "anio-ajeno")) == 1 + 3


@pytest.mark.parametrize(
    ("period", "found"),
    [
        ({"inicio": "01 de enero", "fin": "31 de diciembre de 2024"}, 0),
        ({"inicio": "01 de enero de 2023", "fin": "31 de diciembre de 2026"}, 0),
        ({"inicio": "01 de enero", "fin": "31 de diciembre de 2023"}, 0),
        ({"inicio": "01/01/2025", "fin": None}, 1),
    ],
)
def test_the_period_of_an_activity_is_of_the_plans_year(period, found):
    assert len(find(make_plan(period), "anio-ajeno")) == found


@settings(max_examples=25)
@given(st.integers(1990, 2050), st.integers(1990, 2050))
def test_only_a_past_year_is_left_over(own, cited):
    found = find(make_plan({"descripcion": f"Cumplir el POA {cited}"}, ejercicio=own), "anio-ajeno")
    assert len(found) == (cited < own)


def test_ids_do_not_depend_on_texts_or_lines():
    lines = [{"padre_id": "a0", "orden": 1, "fuente": "p.txt:L9"}]
    one = make_plan({"meta_texto": "Mejorar"}, lineas=[line | {"texto": "El POA 2022"} for line in lines])
    other = make_plan(
        {"meta_texto": "Optimizar", "fuente": "p.txt:L7"}, lineas=[line | {"texto": "El POA 2021"} for line in lines]
    )
    assert poa.check(one)["hallazgo_id"].tolist() == poa.check(other)["hallazgo_id"].tolist()


def test_ids_of_lines_do_not_move_with_their_numbers():
    def list_ids(*orders):
        lines = [{"padre_id": "a0", "orden": at, "texto": "El POA 2022", "fuente": f"p.txt:L{at}"} for at in orders]
        return find(make_plan({}, lineas=lines), "anio-ajeno")["hallazgo_id"].tolist()

    assert list_ids(1, 2) == list_ids(5, 9)
    assert len(set(list_ids(1, 2))) == 2
