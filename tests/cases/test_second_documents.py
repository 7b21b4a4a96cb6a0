"""One more document of each kind that goes wrong: another country, another file, other words; figures by hand."""

import openpyxl
import pytest
from readings import evaluate, list_activities, list_findings

import poa_eval as poa
from poa_eval.errors import FormatoError
from poa_eval.plan.merge import merge_plans
from refusals import refuse

QUARTERS = [{"columna": "programado", "patron": "P{trimestre}"}, {"columna": "ejecutado", "patron": "E{trimestre}"}]


def test_rows_that_differ_in_their_programme_are_refused_with_the_key_that_tells_them_apart(load):
    rows = "Área;Programa;Acción;P1\nSalud;Agua limpia;Visitar;3\nSalud;Vivienda;Visitar;4\n"
    keys = {"columnas": {"unidad": "Área", "programa": "Programa", "actividad": "Acción"}, "periodos": QUARTERS[:1]}
    refuse(lambda: load(rows, **keys), "plan.csv · línea 3", "`identidad: [unidad, actividad, programa]`")
    plan = load(rows, **keys, identidad=["unidad", "actividad", "programa"])
    assert [*plan.actividades["programa"]] == ["Agua limpia", "Vivienda"]
    assert plan.avances["programado"].sum() == 7


def test_a_report_by_code_may_come_before_its_plan(load):
    plan = load(
        "Área;Cód;Acción;P1;P2\nSalud;7-A;Visitar;3;4\nObras;7-B;Pavimentar;1;1\n",
        columnas={"unidad": "Área", "codigo": "Cód", "actividad": "Acción"},
        identidad=["codigo"],
        periodos=QUARTERS[:1],
    )
    report = load(
        "Cód;E1;E2\n7-b ;1;0\n7-A;2;4\n",
        name="informe.csv",
        columnas={"codigo": "Cód"},
        identidad=["codigo"],
        periodos=QUARTERS[1:],
    )
    for both in (merge_plans([plan, report]), merge_plans([report, plan])):
        assert evaluate(both, 2, "programado_acumulado", "ejecutado_acumulado", "estado") == {
            "Visitar": (7, 6, "en riesgo"),
            "Pavimentar": (2, 1, "crítica"),
        }


def test_a_note_over_all_columns_of_a_page_is_no_activity(load):
    page = (
        "<table><tr><th>Área</th><th>Acción</th><th>P1</th></tr>"
        "<tr><td>Salud</td><td>Visitar</td><td>3</td></tr>"
        "<tr><td colspan='3'>Las visitas dependen de la temporada de lluvias</td></tr>"
        "<tr><td>Salud</td><td>Vacunar</td><td>5</td></tr></table>"
    )
    keys = {"columnas": {"unidad": "Área", "actividad": "Acción"}, "periodos": QUARTERS[:1]}
    plan = load(page, name="plan.html", **keys)
    assert [*plan.actividades["actividad"]] == ["Visitar", "Vacunar"]
    assert [*plan.unidades["unidad"]] == ["Salud"]
    assert plan.contexto["texto"].str.startswith("Las visitas dependen").any()


def test_a_total_and_a_note_do_not_renew_what_is_filled(load):
    rows = (
        "Dependencia;Acción;P1\nSalud;Visitar;3\n;Vacunar;5\nTOTAL Salud;;8\n;Atender;2\n"
        "Nota: cifras preliminares;;\n;Medir;1\nObras;;\n;Pavimentar;4\n"
    )
    plan = load(
        rows,
        columnas={"unidad": "Dependencia", "actividad": "Acción"},
        periodos=QUARTERS[:1],
        rellenar=["unidad"],
        totales={"texto": "TOTAL*"},
    )
    names = plan.unidades.set_index("unidad_id")["unidad"]
    owners = dict(zip(plan.actividades["actividad"], plan.actividades["unidad_id"].map(names), strict=True))
    assert owners == {
        "Visitar": "Salud",
        "Vacunar": "Salud",
        "Atender": "Salud",
        "Medir": "Salud",
        "Pavimentar": "Obras",
    }


def test_what_a_line_says_never_holds_on_another_sheet(load, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Uno"
    for title, unit in (("Uno", "Unidade: Saúde"), ("Dois", None)):
        sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
        for row in [*([[unit]] if unit else []), ["Ação", "P1"], [f"Visitar {title}", 3]]:
            sheet.append(row)
    book.save(tmp_path / "plan.xlsx")
    keys = {"columnas": {"actividad": "Ação"}, "periodos": QUARTERS[:1], "contexto": "Unidade: {unidad}"}
    with pytest.raises(FormatoError, match=r"hoja «Dois».*\n.*una fila sin unidad"):
        load("", name="plan.xlsx", **keys, vale_hasta={"unidad": "otra"})


def test_a_portuguese_column_says_direction_and_accumulation(load):
    rows = (
        "Órgão;Indicador;Polaridade;Tipo;Meta;P1;E1;P2;E2\n"
        "Saúde;Dias de espera;Quanto menor, melhor;Não cumulativo;20;20;25;20;18\n"
        "Saúde;Visitas;Quanto maior, melhor;Cumulativo;10;5;4;5;6\n"
    )
    kinds = {"columna": "Tipo", "valores": {"Não cumulativo": "nivel", "Cumulativo": "suma"}}
    columns = {"unidad": "Órgão", "actividad": "Indicador", "sentido": "Polaridade", "meta_anual": "Meta"}
    keys = {"columnas": columns | {"acumulacion": kinds}, "periodos": QUARTERS, "locale": "pt_BR"}
    plan = load(rows, **keys)
    assert evaluate(
        plan, 2, "programado_acumulado", "ejecutado_acumulado", "cumplimiento_acumulado", "meta_cumplida"
    ) == {
        "Dias de espera": (20, 18, 110, True),  # (2 - 18 / 20) x 100
        "Visitas": (10, 10, 100, True),
    }
    refuse(lambda: load(rows.replace("Cumulativo;10", "Misto;10"), **keys), "«Misto»", "línea 3", "acumulacion")


def test_six_two_month_periods_each_with_the_goal_are_a_constant(load):
    periods = [
        {"columna": "programado", "patron": "P{bimestre}"},
        {"columna": "ejecutado", "patron": "E{bimestre}"},
    ]
    head = ";".join(f"P{n};E{n}" for n in range(1, 7))
    plan = load(
        f"Área;Acción;Meta;{head}\nAgua;Pozos en operación;5;{';'.join(['5;5'] * 3 + ['5;4'] * 3)}\n",
        columnas={"unidad": "Área", "actividad": "Acción", "meta_anual": "Meta"},
        periodos=periods,
    )
    columns = ("programado_acumulado", "ejecutado_acumulado", "avance_anual")
    assert evaluate(plan, 4, *columns) == {"Pozos en operación": (5, 4, 80)}  # the weakest of its periods
    assert list_findings(plan, "acumulacion-inferida") == [("acumulacion-inferida", "advertencia")]


def test_a_percentage_that_grows_to_its_goal_is_not_summed(load):
    months = "Ene Feb Mar Abr May Jun Jul Ago Sep Oct Nov Dic".split()
    values = [5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100]
    row = f"Obras;Avance del puente;Percentual;100;{';'.join(map(str, values))}"
    plan = load(
        f"Área;Acción;Medida;Meta;{';'.join(months)}\n{row}\n",
        columnas={"unidad": "Área", "actividad": "Acción", "unidad_medida": "Medida", "meta_anual": "Meta"},
        periodos=[{"columna": "programado", "patron": "{mes}"}],
    )
    kinds = plan.open_kinds
    assert [*kinds.values()] == [("nivel", "ultimo")]
    assert "meta-no-cuadra" not in dict(list_findings(plan))


@pytest.mark.parametrize(
    ("text", "goal", "direction"),
    [
        ("máximo 45", 45, "descendente"),
        ("no más de 10", 10, "descendente"),
        ("al menos 80", 80, "ascendente"),
        (">= 80", 80, "ascendente"),
        ("no máximo 30", 30, "descendente"),
        ("45", 45, "ascendente"),
    ],
)
def test_goals_with_words_of_a_limit(load, text, goal, direction):
    plan = load(
        f"Área;Acción;Meta;E1;E2\nSalud;Días de espera;{text};20;30\n",
        columnas={"unidad": "Área", "actividad": "Acción", "meta_anual": "Meta"},
        periodos=QUARTERS[1:],
    )
    assert list_activities(plan, "meta_anual", "sentido") == {"Días de espera": (goal, direction)}


def test_a_programme_typed_as_a_fraction_waits_too(load):
    plan = load(
        "Área;Acción;Medida;P1;E1;P2;E2;P3;E3;P4;E4\nSalud;Cobertura;%;80;70;0,85;80;80;75;90;85\n",
        columnas={"unidad": "Área", "actividad": "Acción", "unidad_medida": "Medida"},
        periodos=QUARTERS,
        reglas=[{"cuando": {"unidad_medida": "%"}, "acumulacion": "nivel", "porque": "es una cobertura"}],
    )
    assert list_findings(plan, "escala-mezclada") == [("escala-mezclada", "error")]
    assert evaluate(plan, 2, "cumplimiento_trimestre")["Cobertura"] == (None,)
    assert evaluate(plan, 1, "cumplimiento_trimestre")["Cobertura"] == (87.5,)


def test_goals_of_the_year_with_results_by_half_year(load):
    plan = load(
        "Área;Acción;Meta;1er semestre;2do semestre\nSalud;Consultas;200;90;130\nObras;Calles;10;4;\n",
        columnas={"unidad": "Área", "actividad": "Acción", "meta_anual": "Meta"},
        periodos=[{"columna": "ejecutado", "encabezados": ["1er semestre", "2do semestre"]}],
        corte="diciembre",
    )
    found = evaluate(plan, 4, "ejecutado_acumulado", "avance_anual", "meta_cumplida", "estado")
    assert found == {"Consultas": (220, 110, True, "cumplida"), "Calles": (None, None, None, "sin reporte")}


def test_a_plan_from_april_to_september(load):
    plan = load(
        "Área;Acción;Meta;Abr;May;Jun;Jul;Ago;Sep\nSalud;Visitar;12;2;2;2;2;2;2\n",
        columnas={"unidad": "Área", "actividad": "Acción", "meta_anual": "Meta"},
        periodos=[{"columna": "programado", "patron": "{mes}"}],
        vigencia={"desde": "abril", "hasta": "septiembre"},
    )
    assert list_findings(plan, "meta-no-cuadra") == []
    assert evaluate(plan, 3, "programado_trimestre", "programado_acumulado") == {"Visitar": (6, 12)}


def test_what_a_document_of_four_months_covers_is_said(load):
    plan = load(
        "Área;Acción;Período;Meta;Feito\nSaúde;Visitar;1º Quadrimestre;10;9\nSaúde;Medir;1º Quadrimestre;4;4\n",
        columnas={
            "unidad": "Área",
            "actividad": "Acción",
            "periodo": "Período",
            "programado": "Meta",
            "ejecutado": "Feito",
        },
        periodo="fila",
        locale="pt_BR",
    )
    assert {*zip(plan.avances["mes"], plan.avances["meses"], strict=True)} == {(4, 4)}
    assert evaluate(plan, 2, "cumplimiento_acumulado") == {"Visitar": (90,), "Medir": (100,)}


def test_a_register_by_quarter_owes_nothing_before_its_first_row(load):
    rows = "Área;Acción;Trim;Meta;Hecho\nSalud;Visitar;T2;5;5\nSalud;Visitar;T3;5;4\nSalud;Medir;T1;2;2\n"
    columns = {"unidad": "Área", "actividad": "Acción", "trimestre": "Trim", "programado": "Meta", "ejecutado": "Hecho"}
    keys = {"columnas": columns, "periodo": "fila"}
    plan = load(rows, **keys, registro=True)
    assert evaluate(plan, 3, "ejecutado_acumulado", "estado")["Visitar"] == (9, "casi cumplida")
    owed = load(rows, **keys)
    assert evaluate(owed, 3, "estado")["Visitar"] == ("sin reporte",)


def test_marks_by_two_months_are_calendar_of_the_closing_month(load):
    head = ";".join(f"{n}º bimestre" for n in range(1, 7))
    plan = load(
        f"Área;Ação;{head}\nSaúde;Visitar;✓;;✔;;;✓\n",
        columnas={"unidad": "Área", "actividad": "Ação"},
        periodos=[{"columna": "programado", "patron": "{bimestre}º bimestre", "marcas": ["✓", "✔"]}],
        locale="pt_BR",
    )
    assert [*plan.calendario["mes"]] == [2, 6, 12]
    assert plan.avances.empty


def test_impossible_dates_of_another_form(load):
    plan = load(
        "Área;Acción;Inicio;Fin\nSalud;Visitar;15-mar-2025;10-feb-2025\nSalud;Medir;01/02/2205;01/03/2025\n"
        "Salud;Vacunar;01/02/2025;30/06/2025\n",
        columnas={"unidad": "Área", "actividad": "Acción", "inicio": "Inicio", "fin": "Fin"},
    )
    found = poa.check(plan)
    assert [*found.loc[found["regla"] == "fecha-imposible", "fuente"]] == ["plan.csv:L2", "plan.csv:L3"]


def test_numbers_of_a_colombian_file_in_scientific_notation_and_with_thin_spaces(load):
    thin = "\N{NARROW NO-BREAK SPACE}"
    plan = load(
        f"Área;Acción;P1;P2\nSalud;Visitar;2,5E+3;1{thin}200\nSalud;Medir;1E-1;12{thin}000\n",
        columnas={"unidad": "Área", "actividad": "Acción"},
        periodos=QUARTERS[:1],
    )
    assert [*plan.avances["programado"]] == [2500, 1200, 0.1, 12000]


def test_hidden_rows_of_word_and_of_old_workbooks_are_told(tmp_path, load):
    import docx
    from docx.oxml import OxmlElement

    document = docx.Document()
    table = document.add_table(rows=0, cols=3)
    for row in (("Área", "Acción", "P1"), ("Salud", "Visitar", "3"), ("Salud", "Medir", "4")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    properties = table.rows[2]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:hidden"))
    document.save(tmp_path / "plan.docx")
    keys = {"columnas": {"unidad": "Área", "actividad": "Acción"}, "periodos": QUARTERS[:1]}
    plan = load("", name="plan.docx", **keys)
    assert [*plan.actividades["actividad"]] == ["Visitar", "Medir"]
    assert plan.contexto["clave"].eq("fila_oculta").sum() == 1
    left = load("", name="plan.docx", **keys, filas_ocultas="ignorar")
    assert [*left.actividades["actividad"]] == ["Visitar"]


def test_a_total_that_names_its_unit_is_that_unit_s_and_one_below_another_is_the_institution_s(load):
    rows = (
        "Área;Acción;P1;P2\nSalud;Visitar;3;4\nSalud;Vacunar;2;2\nObras;Pavimentar;1;1\nObras;Medir;4;0\n"
        "TOTAL Obras;;5;1\n"
    )
    keys = {"columnas": {"unidad": "Área", "actividad": "Acción"}, "periodos": QUARTERS[:1]}
    plan = load(rows, **keys, totales={"texto": "TOTAL*"})
    assert {*zip(plan.publicado["ambito"], plan.publicado["clave"], strict=True)} == {("unidad", "obras")}
    assert {*poa.reconcile(plan)["resultado"]} == {"coincide"}
    whole = load(rows + "TOTAL GENERAL;;10;7\n", **keys, totales={"texto": "TOTAL*"})
    assert {*whole.publicado["ambito"]} == {"unidad", "institucion"}
    assert {*poa.reconcile(whole)["resultado"]} == {"coincide"}
    wrong = load(rows + "TOTAL GENERAL;;10;8\n", **keys, totales={"texto": "TOTAL*"})
    assert list_findings(wrong) == [("total-no-cuadra", "error")]


def test_a_note_in_the_activity_s_column_is_no_activity(load):
    plan = load(
        "Área;Ação;P1\nSaúde;Visitar;3\n;Nota: dados preliminares;\n;Fonte: Secretaria;\nSaúde;Elaborar informes;2\n",
        columnas={"unidad": "Área", "actividad": "Ação"},
        periodos=QUARTERS[:1],
        locale="pt_BR",
    )
    assert [*plan.actividades["actividad"]] == ["Visitar", "Elaborar informes"]
