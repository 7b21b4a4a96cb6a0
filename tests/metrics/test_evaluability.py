"""What a plan says so that it could be measured: quantities in texts, and the eight criteria."""

import pytest

from poa_eval.metrics.evaluability import CRITERIA, assess, is_plan_only, list_goals
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.text.quantities import find_quantity

RULES = {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma"}
FULL = {
    "meta_anual": 12.0,
    "unidad_medida": "informes",
    "linea_base": 10.0,
    "indicador": "Informes entregados",
    "descripcion": "Informes entregados / informes pedidos × 100",
    "frecuencia": "Mensual",
    "medio_verificacion": "Acuses de recibo",
}


def make_plan(*activities, units=("obras",), **tables):
    rows = [
        {"actividad_id": f"a{i}", "unidad_id": units[0], "actividad": f"Actividad {i}", "fuente": f"p.txt:L{i}"}
        | RULES
        | activity
        for i, activity in enumerate(activities)
    ]
    tables.setdefault("unidades", [{"unidad_id": u, "unidad": u.upper(), "responsable": "Ana Ruiz"} for u in units])
    made = {name: make_table(name, table) for name, table in (tables | {"actividades": rows}).items()}
    return Plan("Municipio", 2024, "es_MX", **made)


def first_row(plan):
    return assess(plan).actividades.iloc[0]


def test_all_criteria_met_is_one_hundred():
    plan = make_plan(FULL, calendario=[{"actividad_id": "a0", "mes": 3, "origen": "marca"}])
    row = first_row(plan)
    assert row[list(CRITERIA)].all()
    assert (row["criterios"], row["evaluabilidad"], row["indicador_de"]) == (8, 100.0, "actividad")
    assert str(row["faltan"]) == "nan"
    assert row["fuente"] == "p.txt:L0"


def test_nothing_said_is_zero_and_everything_is_missing():
    plan = make_plan({}, unidades=[{"unidad_id": "obras", "unidad": "OBRAS"}])
    row = first_row(plan)
    assert (row["criterios"], row["evaluabilidad"]) == (0, 0.0)
    assert row["faltan"] == (
        "meta cuantificada, unidad de medida, línea base numérica, indicador con método, frecuencia de medición, "
        "calendario, responsable y medio de verificación"
    )


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        ("meta_cuantificada", {"meta_anual": 0.0}),
        ("meta_cuantificada", {"meta_texto": "Tres informes"}),
        ("unidad_medida", {"unidad_medida": "informes"}),
        ("linea_base", {"linea_base": 0.0}),
        ("linea_base", {"linea_base_texto": "35 % en 2016"}),
        ("indicador_metodo", {"indicador": "Informes", "descripcion": "Se cuentan los acuses"}),
        ("indicador_metodo", {"indicador": "Entregados / pedidos * 100"}),
        ("indicador_metodo", {"indicador": "(Visitas hechas/Visitas previstas)"}),
        ("indicador_metodo", {"indicador": "Visitas hechas / visitas programadas"}),
        ("indicador_metodo", {"indicador": "Visitas hechas dividido entre visitas pedidas"}),
        ("indicador_metodo", {"indicador": "Porcentaje de visitas realizadas respecto de las programadas"}),
        ("indicador_metodo", {"indicador": "Porcentaje de quejas sobre las quejas recibidas"}),
        ("unidad_medida", {"unidad_medida": "%"}),
        ("frecuencia", {"frecuencia": "Mensual"}),
        ("medio_verificacion", {"medio_verificacion": "Acuses"}),
    ],
)
def test_what_meets_a_criterion(criterion, said):
    row = first_row(make_plan(said, unidades=[{"unidad_id": "obras", "unidad": "OBRAS"}]))
    assert [name for name in CRITERIA if row[name]] == [criterion]


@pytest.mark.parametrize(
    "said",
    [
        {"meta_texto": "Revisión del ejercicio fiscal 2016"},
        {"unidad_medida": " "},
        {"linea_base_texto": "Municipal"},
        {"linea_base_texto": "2016"},
        {"indicador": "Informes"},
        {"indicador": "Informes y/o oficios"},
        {"indicador": "Actas / informes"},
        {"indicador": "Reuniones (internas) / externas"},
        {"indicador": "Reuniones (internas/externas)"},
        {"indicador": "Talleres x 100 personas"},
        {"indicador": "Porcentaje de quejas sobre el servicio"},
        {"descripcion": "Se cuentan los acuses"},
    ],
)
def test_what_does_not_meet_any(said):
    assert first_row(make_plan(said, unidades=[{"unidad_id": "obras", "unidad": "OBRAS"}]))["criterios"] == 0


@pytest.mark.parametrize(
    "answer", ["-", "—", "N/A", "n.a.", "No aplica", "NO APLICA.", "s/d", "Pendiente", "Ninguno", "Por definir", "…"]
)
def test_an_answer_that_says_nothing_meets_no_criterion(answer):
    columns = ("unidad_medida", "indicador", "descripcion", "frecuencia", "medio_verificacion", "meta_texto")
    units = [{"unidad_id": "obras", "unidad": "OBRAS", "responsable": answer}]
    plan = make_plan(dict.fromkeys(columns, answer), unidades=units)
    row = first_row(plan)
    assert (row["criterios"], str(row["indicador_de"])) == (0, "nan")
    assert list_goals(plan)["vacia"].tolist() == [True]


def test_a_programme_by_periods_quantifies_and_says_when():
    plan = make_plan({}, avances=[{"actividad_id": "a0", "mes": 3, "meses": 3, "programado": 4.0, "origen": "leido"}])
    row = first_row(plan)
    assert row[["meta_cuantificada", "frecuencia", "calendario"]].all()
    assert is_plan_only(plan)


def test_an_answer_of_a_capture_workbook_does_not_make_the_plan_better():
    """«¿Realizada?» asks for 1 of 1: that is no goal of the plan's."""
    calendar = [{"actividad_id": "a0", "mes": 3, "origen": "frecuencia"}]
    asked = {"actividad_id": "a0", "mes": 3, "meses": 3, "programado": 1.0, "ejecutado": 1.0, "origen": "leido"}
    notes = [{"clave": "realizada/a0", "texto": "sí"}, {"clave": "regla.captura", "texto": "1"}]
    before = make_plan({"meta_texto": "Mejorar"}, calendario=calendar)
    after = make_plan({"meta_texto": "Mejorar"}, calendario=calendar, avances=[asked], contexto=notes)
    assert assess(before).actividades.equals(assess(after).actividades)
    assert not is_plan_only(after)


HIERARCHY = [
    {"meta_id": "o", "unidad_id": "obras", "nivel": "objetivo", "indicador": "Bitácoras", "frecuencia": "Mensual"},
    {"meta_id": "m", "unidad_id": "obras", "nivel": "meta", "padre_id": "o", "texto": "Atender 500 solicitudes"},
    {"meta_id": "n", "unidad_id": "obras", "nivel": "meta", "padre_id": "o", "texto": "Atender mejor"},
]


def test_an_activity_takes_goal_indicator_and_frequency_from_its_block():
    table = assess(make_plan({"meta_id": "m"}, {"meta_id": "n"}, {}, metas=HIERARCHY)).actividades
    assert table["meta_cuantificada"].tolist() == [True, False, False]
    assert table["frecuencia"].tolist() == [True, True, False]
    assert table["indicador_de"].fillna("").tolist() == ["bloque", "bloque", ""]
    assert table["indicador"].iloc[0] == "Bitácoras"
    assert "método del indicador" in table["faltan"].iloc[0]
    assert "indicador con método" in table["faltan"].iloc[2]


def test_goals_are_those_of_the_hierarchy_once_each_unless_activities_have_their_own():
    goals = list_goals(make_plan({"meta_id": "m"}, {"meta_id": "m"}, metas=HIERARCHY))
    assert goals[["meta_id", "cuantificada"]].values.tolist() == [["m", True], ["n", False]]
    assert len(list_goals(make_plan({"meta_id": "m", "meta_anual": 3.0}, {}, {}, metas=HIERARCHY))) == 3


def test_goals_are_decided_unit_by_unit():
    """Unit agua has goals of its own; those that obras writes in its hierarchy stay."""
    own = [{"meta_id": "m"}, {"unidad_id": "agua", "meta_anual": 3.0}, {"unidad_id": "agua", "meta_texto": "Mejorar"}]
    goals = list_goals(make_plan(*own, units=("obras", "agua"), metas=HIERARCHY))
    assert goals["unidad_id"].tolist() == ["obras", "obras", "agua", "agua"]
    assert goals["cuantificada"].tolist() == [True, False, True, False]
    hanging = list_goals(make_plan({"meta_id": "m", "unidad_id": "agua"}, units=("obras", "agua"), metas=HIERARCHY))
    assert goals.columns.equals(hanging.columns)
    assert hanging["meta_id"].tolist() == ["m", "n"]


@pytest.mark.parametrize(("level", "counts"), [("programa", False), ("objetivo", False), ("Meta", True)])
def test_only_goals_quantify_what_hangs_on_them(level, counts):
    above = [{"meta_id": "p", "unidad_id": "obras", "nivel": level, "texto": "Juntos 3000 familias"}]
    assert first_row(make_plan({"meta_id": "p"}, metas=above))["meta_cuantificada"] == counts


def test_units_rank_by_what_they_say_and_ties_share_a_place():
    plan = make_plan(
        {"unidad_id": "obras"},
        {"unidad_id": "obras", "meta_texto": "Tres obras"},
        {"unidad_id": "agua", "meta_texto": "Dos pozos", "unidad_medida": "pozos"},
        {"unidad_id": "luz", "meta_texto": "Diez faroles", "unidad_medida": "faroles"},
        units=("obras", "agua", "luz", "sin-nada"),
    )
    units = assess(plan).unidades
    assert units["unidad_id"].tolist() == ["agua", "luz", "obras", "sin-nada"]
    assert units["lugar"].fillna(0).tolist() == [1, 1, 3, 0]
    obras = units.set_index("unidad_id").loc["obras"]
    assert (obras["actividades"], obras["meta_cuantificada"], obras["responsable"]) == (2, 50.0, 100.0)
    assert obras["evaluabilidad"] == pytest.approx(150 / 8)
    whole = assess(plan).institucion.iloc[0]
    assert (whole["actividades"], whole["metas"], whole["metas_cuantificadas"]) == (4, 4, 3)
    assert whole["evaluabilidad"] == pytest.approx((1 + 2 + 3 + 3) / 4 / 8 * 100)


def test_an_empty_plan_is_assessed():
    found = assess(Plan("Municipio", 2024, "es_MX"))
    assert found.actividades.empty
    assert found.unidades.empty
    assert found.institucion["actividades"].tolist() == [0]


def test_columns_are_stable():
    full, empty = assess(make_plan(FULL)), assess(Plan("Municipio", 2024, "es_MX"))
    expected = ["unidad_id", "unidad", "actividad_id", "actividad", "indicador", "indicador_de", *CRITERIA]
    assert list(full.actividades) == [*expected, "criterios", "evaluabilidad", "faltan", "fuente"]
    shares = ["actividades", "metas", "metas_cuantificadas", *CRITERIA, "evaluabilidad"]
    assert list(full.unidades) == ["lugar", "unidad_id", "unidad", *shares]
    assert list(full.institucion) == shares
    for name in ("actividades", "unidades", "institucion"):
        assert getattr(full, name).columns.equals(getattr(empty, name).columns)
    assert full.actividades.dtypes.equals(empty.actividades.dtypes)


@pytest.mark.parametrize(
    ("name", "goals", "quantified", "plan_only", "evaluable"),
    [
        ("santiago-2017-metas", 23, 1, True, 100 / 8 / 23),
        ("jocotepec-2024-poa", 14, 1, True, (14 * 2 + 1) / 14 / 8 * 100),
        ("cuscatancingo-2018-poa", 13, 0, True, (26 + 10) / 26 / 8 * 100),
        ("sat-2022-poi-t4", 43, 43, False, 50.0),
        ("gerencia-comercial-2023-poa-t1", 24, 24, False, 62.5),
    ],
)
def test_the_documents(load_document, name, goals, quantified, plan_only, evaluable):
    plan = load_document(name)
    whole = assess(plan).institucion.iloc[0]
    assert (whole["metas"], whole["metas_cuantificadas"]) == (goals, quantified)
    assert is_plan_only(plan) is plan_only
    assert whole["evaluabilidad"] == pytest.approx(evaluable)


@pytest.mark.parametrize(("name", "said"), [("santiago-2017-metas", "20%"), ("jocotepec-2024-poa", "100%")])
def test_the_quantified_goal_of_a_document_is_the_one_that_says_how_much(load_document, name, said):
    goals = list_goals(load_document(name))
    assert [find_quantity(text) for text in goals.loc[goals["cuantificada"], "texto"]] == [said]
