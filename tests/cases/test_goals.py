"""Goals: of the year without a programme, as a text, with a sign, in percent, on another scale."""

import pytest
from readings import evaluate, list_activities, list_findings, make_layout, read_case

import poa_eval as poa
from poa_eval.errors import FormatoError, LayoutError


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


def test_a_declared_part_of_the_year_is_what_results_are_compared_with():
    plan = read_case("meta-sin-programa", parte_del_anio=[30, 60, 80, 100])
    columns = ("programado_trimestre", "cumplimiento_trimestre", "programado_acumulado", "cumplimiento_acumulado")
    assert evaluate(plan, 2, *columns, "estado") == {
        "Consultas": (30.0, 100.0, 60.0, 83.33, "en riesgo"),
        "Calles": (3.0, 66.67, 6.0, 50.0, "crítica"),
    }
    assert evaluate(plan, 4, "programado_acumulado", "cumplimiento_acumulado") == {
        "Consultas": (100.0, 100.0),
        "Calles": (10.0, 100.0),
    }
    assert plan.avances["programado"].isna().all()  # the document has none, and the audit counts none
    assert not {"programado"} & {*poa.reconcile(plan)["cifra"]}


def test_a_part_of_the_year_of_a_running_result_is_all_that_is_due_by_then():
    rules = [{"cuando": {"actividad": "Calles"}, "acumulacion": "ultimo", "porque": "es acumulado"}]
    plan = read_case("meta-sin-programa", parte_del_anio=[30, 60, 80, 100], reglas=rules)
    columns = ("programado_trimestre", "ejecutado_trimestre", "programado_acumulado", "ejecutado_acumulado")
    assert evaluate(plan, 3, *columns)["Calles"] == (2.0, 1.0, 8.0, 3.0)


@pytest.mark.parametrize("behaviour", [{"sentido": "descendente"}, {"acumulacion": "nivel"}])
def test_a_part_of_the_year_means_nothing_for_a_level_or_what_is_to_fall(behaviour):
    rules = [{"cuando": {"actividad": "Calles"}, "porque": "lo es"} | behaviour]
    plan = read_case("meta-sin-programa", parte_del_anio=[30, 60, 80, 100], reglas=rules)
    assert evaluate(plan, 2, "programado_acumulado", "cumplimiento_acumulado")["Calles"] == (None, None)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"parte_del_anio": [30, 20, 80, 100]}, r"\[25, 50, 75, 100\]"),
        ({"parte_del_anio": [50, 90]}, r"\[25, 50, 75, 100\]"),
        ({"parte_del_anio": [50, 100]}, "tiene 2 partes, y los resultados son de 3 meses: escriba 4"),
        (
            {"parte_del_anio": [25, 50, 75, 100], "periodos": [{"columna": "programado", "encabezados": ["T1"] * 4}]},
            "ninguna serie ni columna `programado`",
        ),
    ],
)
def test_parts_of_the_year_that_do_nothing_or_are_none_are_refused(keys, said):
    with pytest.raises(LayoutError, match=said):
        make_layout("meta-sin-programa", **keys)


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


def test_compliance_printed_by_month_is_contrasted_and_blank_months_to_come_stop_nothing():
    plan = read_case("cumplimiento-por-mes")
    ledger = poa.reconcile(plan)
    printed = ledger[ledger["cifra"] == "cumplimiento"]
    assert [*printed["recalculado"]] == [80, 100, 100, 40, 0, 50, 100]  # 12 of 10 stands as 100, 1 of 2 as 55
    assert [*printed["resultado"]].count("difiere") == 1
    assert {text.partition(", que")[0] for text in printed["como"]} == {
        "ejecutado / programado del periodo × 100, hasta 100 %"
    }
    found = poa.check(plan).set_index("regla").loc["avance-no-reproduce"]
    assert found["mensaje"].startswith("El cumplimiento publicado es 55 %; ")
    assert (found["mes"], found["encontrado"], found["esperado"]) == (2, "55", "50")


def test_compliance_printed_by_quarter_of_running_results_is_of_the_difference(tmp_path):
    document = tmp_path / "acumulado.csv"
    document.write_text(
        "PLAN OPERATIVO ANUAL 2025\nUnidad,Actividad,Prog T1,Ejec T1,% T1,Prog T2,Ejec T2,% T2\n"
        "Agua,Tomas,10,8,80,10,20,120\nAgua,Fugas,4,4,100,4,6,50\nAgua,Pozos,2,1,50,2,3,100\n",
        encoding="utf-8",
    )
    plan = read_case(
        "cumplimiento-por-mes",
        document=document,
        columnas={"unidad": "Unidad", "actividad": "Actividad"},
        corte="junio",
        periodos=[
            {"columna": "programado", "patron": "Prog T{trimestre}"},
            {"columna": "ejecutado", "patron": "Ejec T{trimestre}", "acumulado": True},
        ],
        publicado=[{"concepto": "cumplimiento", "patron": "% T{trimestre}"}],
    )
    ledger = poa.reconcile(plan)
    assert {*ledger.loc[ledger["cifra"] == "cumplimiento", "resultado"]} == {"coincide"}


def test_parts_of_the_year_longer_than_the_rows_periods_are_refused(tmp_path):
    document = tmp_path / "filas.csv"
    document.write_text(
        "PLAN OPERATIVO ANUAL 2025\nÁrea,Acción,Meta,Mes,Hecho\nSalud,Visitar,100,ene,5\n", encoding="utf-8"
    )
    columns = {"unidad": "Área", "actividad": "Acción", "meta_anual": "Meta", "mes": "Mes", "ejecutado": "Hecho"}
    keys = {"columnas": columns, "periodo": "fila", "periodos": None, "document": document}
    with pytest.raises(FormatoError, match="es de 1 mes, y `parte_del_anio` tiene 4 partes(.*\n)*.*escriba 12 partes"):
        read_case("meta-sin-programa", parte_del_anio=[25, 50, 75, 100], **keys)
    plan = read_case("meta-sin-programa", parte_del_anio=[5, *range(10, 101, 9)], **keys)
    assert plan.contexto["clave"].str.startswith("regla.parte_del_anio").sum() == 1
