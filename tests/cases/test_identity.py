"""What a row is: rows that differ are never one, and one activity in two documents is one."""

import pytest
from readings import CASES, list_activities, make_layout, read_case

import poa_eval as poa
from poa_eval.plan.merge import merge_plans
from refusals import refuse


def test_rows_that_differ_in_money_are_refused_with_the_key_that_tells_them_apart():
    refuse(lambda: read_case("identidad-monto"), "identidad-monto.csv · línea 3", "identidad:", "inversion")


def test_rows_that_differ_in_money_are_activities_of_their_own_where_the_layout_says_so():
    plan = read_case("identidad-monto", identidad=["unidad", "actividad", "inversion"])
    assert len(plan.actividades) == 3
    assert plan.actividades["inversion"].sum() == 3800
    assert plan.actividades["identidad"].unique().tolist() == ["unidad, actividad, inversion"]


@pytest.mark.parametrize("order", ["plan first", "report first"])
def test_a_plan_and_a_report_join_by_code_and_names_come_from_where_they_stand(order):
    by_code = {"identidad": ["unidad", "codigo"]}
    plans = [
        poa.load(CASES / f"{name}.csv", make_layout(name, **by_code))
        for name in ("identidad-codigo-plan", "identidad-codigo-avance")
    ]
    plan = poa.merge_plans(plans if order == "plan first" else plans[::-1])
    assert list_activities(plan, "codigo", "meta_anual") == {
        "Inspecciones realizadas": ("A.1", 12.0),
        "Quejas atendidas": ("A.2", 24.0),
    }
    figures = poa.measure(plan, 1).actividades[["programado_trimestre", "ejecutado_trimestre"]]
    assert figures.to_numpy().tolist() == [[3.0, 2.0], [6.0, 6.0]]


def test_params_say_what_identifies_an_activity_of_a_source(tmp_path):
    text = (CASES / "identidad-codigo.params.yaml").read_text(encoding="utf-8")
    path = tmp_path / "t1.yaml"
    path.write_text(
        text.replace("layout: identidad", f"identidad: [unidad, codigo], layout: {CASES}/identidad").replace(
            "archivo: identidad", f"archivo: {CASES}/identidad"
        ),
        encoding="utf-8",
    )
    quarter = poa.prepare_quarter(poa.load_params(path), tmp_path)
    assert len(quarter.plan.actividades) == 2
    assert quarter.evaluacion.institucion["sin_reporte_acumulado"].item() == 0


def test_a_note_merged_over_columns_is_no_activity():
    plan = read_case("nota-combinada")
    assert plan.unidades["unidad"].tolist() == ["Oficina A"]
    assert list(list_activities(plan)) == ["Actividad uno"]
    notes = plan.contexto[plan.contexto["texto"].str.contains("Meta del periodo cumplida", na=False)]
    assert notes["fuente"].str.endswith(("B4", "B5", "A4", "A5")).sum() == 2


def test_a_row_that_only_names_the_next_unit_renews_what_is_filled():
    plan = read_case("rellenar-fila-de-unidad")
    units = plan.actividades.merge(plan.unidades, on="unidad_id")
    assert dict(zip(units["actividad_x" if "actividad_x" in units else "actividad"], units["unidad"], strict=True)) == {
        "Actividad uno": "Oficina A",
        "Actividad dos": "Oficina A",
        "Actividad tres": "Oficina B",
        "Actividad cuatro": "Oficina B",
    }


def test_what_a_line_says_holds_until_it_is_said_anew_where_the_layout_says_so():
    refuse(lambda: read_case("unidad-sobre-tablas"), "unidad-sobre-tablas.csv", "vale_hasta:")
    plan = read_case("unidad-sobre-tablas", vale_hasta={"unidad": "otra"})
    assert plan.unidades["unidad"].tolist() == ["Obras"]
    assert set(list_activities(plan)) == {"Pintar", "Barrer"}


def test_a_describing_text_that_changes_is_a_note_and_the_first_one_stands(tmp_path):
    plan, report = tmp_path / "plan.csv", tmp_path / "informe.csv"
    head = "PLAN OPERATIVO ANUAL 2025\nÁrea,Código,Actividad,Medio,T1,T2\n"
    plan.write_text(head + "Salud,A.1,Vacunar,Acta firmada,10,12\nSalud,A.2,Atender,Registro,4,4\n", encoding="utf-8")
    report.write_text(
        head + "Salud,A.1,Vacunar,Lista de asistencia,,\nSalud,A.2,Atender,REGISTRO ,,\n", encoding="utf-8"
    )
    columns = {"unidad": "Área", "codigo": "Código", "actividad": "Actividad", "medio_verificacion": "Medio"}
    series = [{"columna": "programado", "patron": "T{trimestre}"}]
    keys = {"columnas": columns, "periodos": series, "contexto": ["PLAN OPERATIVO ANUAL {ejercicio}"], "reglas": None}
    both = [read_case("regla-sin-efecto", document=document, **keys) for document in (plan, report)]
    merged = merge_plans(both)
    assert list_activities(merged, "medio_verificacion") == {"Vacunar": ("Acta firmada",), "Atender": ("Registro",)}
    found = poa.check(merged)
    noted = found[found["mensaje"].str.startswith("Medio verificación")]
    assert [*noted["mensaje"]] == [
        "Medio verificación: dice «Lista de asistencia», y en plan.csv:L3 «Acta firmada», que es lo que vale."
    ]
    assert [*noted["gravedad"]] == ["nota"]
    assert [*noted["fuente"]] == ["informe.csv:L3"]
