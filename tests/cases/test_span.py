"""Span and window: plans of half a year, parts of a quarter, several years, one row a report."""

import datetime as dt

import pytest
from readings import evaluate, find_case, list_findings, read_case

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


def test_nothing_is_due_before_the_first_row_of_a_form_with_a_row_per_report():
    plan = read_case("registro-por-reporte", registro=True)
    assert not list_findings(plan, "periodo-sin-reporte")
    table = poa.measure(plan, 2, fecha_corte=dt.date(2025, 4, 30)).actividades.set_index("actividad")
    assert table.loc["Vía rural", ["programado_acumulado", "ejecutado_acumulado"]].tolist() == [20.0, 21.0]
    assert table.loc["Puente", ["programado_acumulado", "ejecutado_acumulado"]].tolist() == [20.0, 18.0]
    assert list_findings(read_case("registro-por-reporte"), "periodo-sin-reporte")


def test_a_programme_by_month_and_results_by_quarter_stand_in_one_table(tmp_path):
    """3 + 3 + 4 programmed in the quarter, 9 done; a quarter of which a month is blank has no programme."""
    path = tmp_path / "plan.csv"
    path.write_text(
        "PLAN OPERATIVO ANUAL 2025\nUnidad,Actividad,Meta anual,Ene,Feb,Mar,Abr,May,Jun,T1,T2\n"
        "Salud,Consultas,20,3,3,4,3,,4,9,8\nObras,Calles,6,1,1,1,1,1,1,3,2\n",
        encoding="utf-8",
    )
    months = {month: name for month, name in enumerate(("Ene", "Feb", "Mar", "Abr", "May", "Jun"), start=1)}
    series = [
        {"columna": "programado", "meses": 1, "encabezados": months},
        {"columna": "ejecutado", "meses": 3, "encabezados": {3: "T1", 6: "T2"}},
    ]
    plan = read_case("bimestre", document=path, periodos=series)
    assert evaluate(plan, 1, "programado_trimestre", "ejecutado_trimestre", "cumplimiento_trimestre") == {
        "Consultas": (10.0, 9.0, 90.0),
        "Calles": (3.0, 3.0, 100.0),
    }
    assert evaluate(plan, 2, "programado_trimestre", "ejecutado_trimestre") == {
        "Consultas": (None, None),
        "Calles": (3.0, 2.0),
    }


def test_cumulative_series_give_the_difference_of_each_quarter(tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text(
        "PLAN OPERATIVO ANUAL 2025\nUnidad,Actividad,Meta anual,PA3,PA6,PA9,PA12,EA3,EA6,EA9,EA12\n"
        "Salud,Consultas,100,25,50,75,100,20,48,,\nObras,Calles,12,3,6,9,12,5,4,,\n",
        encoding="utf-8",
    )
    series = [
        {"columna": name, "encabezados": [f"{letter}A{month}" for month in (3, 6, 9, 12)], "acumulado": True}
        for name, letter in (("programado", "P"), ("ejecutado", "E"))
    ]
    plan = read_case("bimestre", document=path, periodos=series)
    assert evaluate(plan, 2, "programado_trimestre", "ejecutado_trimestre", "ejecutado_acumulado") == {
        "Consultas": (25.0, 28.0, 48.0),
        "Calles": (3.0, None, 4.0),
    }
    assert list_findings(plan, "acumulado-retrocede", "meta-no-cuadra") == [("acumulado-retrocede", "error")]


def test_a_row_a_period_says_year_and_month_together(tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text("Unidad,Actividad,PERIODO,PROG,EJEC\nObras,Puente,202503,20,18\nObras,Puente,202504,5,6\n", "utf-8")
    columns = {"unidad": "Unidad", "actividad": "Actividad", "periodo": "PERIODO", "programado": "PROG"}
    plan = read_case("registro-por-reporte", document=path, contexto=None, columnas=columns | {"ejecutado": "EJEC"})
    assert plan.ejercicio == 2025
    assert plan.avances["mes"].tolist() == [3, 4]


def test_a_report_of_half_a_year_is_no_plan_of_half_a_year(tmp_path):
    """The goal of the year is not the sum of July to December: what went before is absent, and not nothing."""
    path = tmp_path / "plan.csv"
    text = find_case("medio-anio").read_text(encoding="utf-8")
    path.write_text(text.replace("escuelas;60", "escuelas;120"), encoding="utf-8")
    measured = evaluate(read_case("medio-anio", document=path), 4, "ejecutado_acumulado", "ejecutado_trimestre")
    assert measured["Pintar escuelas"] == (None, 30.0)


def test_a_plan_of_half_a_year_beside_the_other_half_is_of_the_whole_year(tmp_path):
    path = tmp_path / "enero.csv"
    text = find_case("medio-anio").read_text(encoding="utf-8")
    for later, earlier in zip("Jul Ago Sep Oct Nov Dic".split(), "Ene Feb Mar Abr May Jun".split(), strict=True):
        text = text.replace(f"{later} ", f"{earlier} ")
    path.write_text(text.replace(";10;10;10;10;10;10\n", ";10;10;;10;10;10\n"), encoding="utf-8")
    first = read_case("medio-anio", document=path, layout="medio-anio-patron")
    whole = poa.merge_plans([first, read_case("medio-anio")])
    e = poa.measure(whole, 4)
    assert e.months == (1, 12)
    row = e.actividades.set_index("actividad").loc["Pintar escuelas"]
    assert (row["estado"], row["motivo"]) == ("sin reporte", "acumulado: falta mar")


def test_half_years_of_a_plan_that_begins_in_april_close_in_september(tmp_path):
    """No half-year lacks before, and what is cumulative begins with the plan."""
    path = tmp_path / "plan.csv"
    head = "PLAN DE ABRIL A DICIEMBRE DE 2026\nUnidad,Actividad,Total programado,P6,P9,P12,E6,E9,E12\n"
    path.write_text(f"{head}Salud,Consultas,30,,20,,,18,\nSalud,Visitas,30,10,20,30,9,18,31\n", "utf-8")
    plan = read_case(
        "medio-anio",
        document=path,
        contexto=["PLAN DE ABRIL A DICIEMBRE DE {ejercicio}"],
        vigencia={"desde": "abril", "hasta": "diciembre"},
        periodos=[
            {"columna": name, "meses": 3, "encabezados": {m: f"{letter}{m}" for m in (6, 9, 12)}, "acumulado": True}
            for name, letter in (("programado", "P"), ("ejecutado", "E"))
        ],
    )
    assert evaluate(plan, 2, "programado_trimestre", "ejecutado_trimestre")["Visitas"] == (10.0, 9.0)
    assert evaluate(plan, 3, "programado_trimestre", "ejecutado_trimestre")["Visitas"] == (10.0, 9.0)
    half = plan.avances[plan.avances["programado"].notna()].query("mes == 9").assign(meses=6)
    halves = plan.narrow(avances=half.reset_index(drop=True))
    assert evaluate(halves, 2, "estado_trimestre")["Consultas"] == ("no programada",)
    assert evaluate(halves, 3, "cumplimiento_acumulado")["Consultas"] == (90.0,)
