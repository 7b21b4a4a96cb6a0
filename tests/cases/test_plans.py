"""What a plan says: marks, dates, blanks, cards; and what is impossible."""

import openpyxl
import pytest
from readings import find_case, list_activities, list_findings, make_layout, read_case

import poa_eval as poa
from poa_eval.errors import FormatoError, LayoutError
from poa_eval.metrics.due import list_calendar

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


def test_the_second_line_of_a_card_goes_on_with_its_name_and_is_refused_by_line_where_a_month_lacks(tmp_path):
    text = find_case("ficha-de-dos-renglones").read_text(encoding="utf-8")
    plan = read_case("ficha-de-dos-renglones")
    assert not list_findings(plan, "periodo-sin-reporte", "meta-no-cuadra")
    short = tmp_path / "ficha.txt"
    short.write_text(text.replace("4\t4\t4\t4\t4\t4", "4\t4\t4\t4\t4"), encoding="utf-8")
    with pytest.raises(FormatoError, match="5 celdas bajo jul, ago"):
        read_case("ficha-de-dos-renglones", document=short)
    blank = tmp_path / "hueco.txt"
    blank.write_text(text.replace("4\t4\t4\t4\t4\t4", "4\t4\t\t4\t4\t4"), encoding="utf-8")
    plan = read_case("ficha-de-dos-renglones", document=blank)
    assert sorted(plan.avances.groupby("actividad_id")["mes"].agg(list))[-1] == [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12]
    long = tmp_path / "larga.txt"
    long.write_text(text.replace("4\t4\t4\t4\t4\t4", "4\t4\t4\t4\t4\t4\t4"), encoding="utf-8")
    with pytest.raises(FormatoError, match="7 celdas bajo jul, ago"):
        read_case("ficha-de-dos-renglones", document=long)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("", "31/12/2026", [12]),
        ("2026-03-01", "2026-05-15", [3, 4, 5]),
        ("1 de octubre de 2025", "28 de febrero de 2026", [1, 2]),
        ("15/11/2026", "15/02/2027", [11, 12]),
        ("Segundo trimestre", "III trimestre", [4, 5, 6, 7, 8, 9]),
        ("Janeiro", "Março", [1, 2, 3]),
        ("", "2025-2026", list(range(1, 13))),
        ("permanente", "permanente", []),
        ("02/01/2026", "", []),
    ],
)
def test_dates_as_people_write_them(tmp_path, start, end, months):
    document = tmp_path / "plan.csv"
    document.write_text(
        f"PLAN OPERATIVO ANUAL 2026\nUnidad,Actividad,Meta,Inicio,Fin\nObras,Puente,1 puente,{start},{end}\n",
        encoding="utf-8",
    )
    plan = read_case("fechas-de-inicio-y-fin", document=document)
    assert _list_months(plan).get("Puente", []) == months


def test_only_the_end_month_of_dates_is_due_in_its_year():
    plan = read_case("fechas-de-inicio-y-fin")
    names = dict(zip(plan.actividades["actividad_id"], plan.actividades["actividad"], strict=True))
    assert {names[key]: due for key, due in list_calendar(plan).items()} == {
        "Campaña de salud bucal": [(6, 1)],
        "Bacheo": [(9, 1)],
        "Puente": [(12, 1)],
    }


def test_another_text_than_a_mark_is_refused_by_cell():
    keys = {"columnas": {"unidad": "Unidad", "actividad": "Actividad", "meta_texto": "Meta"}}
    series = {"columna": "programado", "patron": "T{trimestre}", "marcas": ["●"]}
    layout = make_layout("fechas-de-inicio-y-fin", periodos=[series], **keys)
    with pytest.raises(FormatoError, match="línea 3\n.*«X» · L3, L4\n.*«x» · L4\n.*una marca"):
        poa.load(find_case("marcas-por-trimestre"), layout)


def test_an_action_whose_end_is_in_a_past_year_is_late_and_not_of_a_wrong_year():
    plan = read_case("plan-de-varios-anios")
    found = poa.check(plan)
    late = found[found["regla"] == "plazo-vencido"]
    assert late["mensaje"].str.contains("vencía en 2025").all()
    assert late["fuente"].tolist() == ["plan-de-varios-anios.csv:L3"]
    assert not (found["regla"] == "anio-ajeno").any()


def test_blank_rows_stay_blank_and_evaluability_agrees_with_the_calendar():
    plan = read_case("plan-con-huecos", vacio_es_cero=True)
    goals = list_activities(plan, "meta_anual")
    assert goals["Podar árboles"] == (None,)
    assert goals["Pintar la escuela"] == (None,)  # a programme below 0 is none
    evaluation = poa.measure(plan, 1)
    assert evaluation.evaluability.actividades["calendario"].sum() == 3
    assert len(set(evaluation.schedule.meses["actividad_id"])) == 3
    assert not evaluation.actividades["estado"].eq("sin reporte").any()


def test_blank_as_zero_is_refused_where_it_has_no_effect():
    marks = [{"columna": "programado", "patron": "{mes}", "marcas": ["X"]}]
    for keys in ({"periodos": None}, {"periodos": marks}):
        with pytest.raises(LayoutError, match="vacio_es_cero"):
            make_layout("plan-con-huecos", vacio_es_cero=True, meta_anual=None, **keys)
    columns = {"unidad": "Unidad", "actividad": "Actividad", "mes": "Mes", "programado": "Meta", "ejecutado": "Logro"}
    with pytest.raises(LayoutError, match="vacio_es_cero"):
        make_layout(
            "plan-con-huecos", vacio_es_cero=True, periodos=None, periodo="fila", columnas=columns, meta_anual=None
        )


def test_a_form_with_a_place_for_results_owes_them():
    assert list_findings(read_case("resumen-no-programadas"), "periodo-sin-reporte") == []
    plan = read_case("identidad-codigo-plan")
    assert set(poa.measure(plan, 1).actividades["estado"]) == {"no evaluable"}


def test_the_corner_of_a_table_names_its_activity():
    plan = read_case("esquina")
    names = plan.unidades.set_index("unidad_id")["unidad"]
    done = plan.avances.groupby("actividad_id")["programado"].sum()
    rows = plan.actividades[["unidad_id", "actividad", "actividad_id"]].itertuples(index=False)
    found = {(names[unit], activity): done[key] for unit, activity, key in rows}
    assert found == {
        ("Centro Norte", "Consultas médicas"): 33,
        ("Centro Sur", "Consultas médicas"): 24,
        ("Centro Norte", "Vacunas aplicadas"): 270,
        ("Centro Sur", "Vacunas aplicadas"): 180,
    }
    assert [severity for _, severity in list_findings(plan)] == ["nota"]  # «Céntro  sur» is «Centro Sur»


def test_a_corner_with_words_of_its_own_in_sheets_with_a_goal(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Agua"
    for name, rows in {"Agua": [("A", 10, 4, 6), ("B", 3, 1, 2)], "Luz": [("A", 9, 9, 0)]}.items():
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        sheet.append(["PLAN OPERATIVO ANUAL 2025"])
        sheet.append([None, f"Indicador: Tomas de {name}", "Meta", "1er semestre", "2do semestre"])
        for number, row in enumerate(rows, start=1):
            sheet.append([number, *row])
    book.save(tmp_path / "hojas.xlsx")
    plan = read_case(
        "esquina",
        document=tmp_path / "hojas.xlsx",
        columnas={"unidad": "Indicador: {actividad}", "meta_anual": "Meta"},
        periodos=[{"columna": "programado", "encabezados": ["1er semestre", "2do semestre"]}],
        totales=None,
    )
    assert [*zip(plan.actividades["actividad"], plan.actividades["meta_anual"], strict=True)] == [
        ("Tomas de Agua", 10),
        ("Tomas de Agua", 3),
        ("Tomas de Luz", 9),
    ]


def test_a_table_whose_corner_is_blank_is_refused(tmp_path):
    text = find_case("esquina").read_text(encoding="utf-8").replace("Vacunas aplicadas", "")
    (tmp_path / "esquina.csv").write_text(text, encoding="utf-8")
    with pytest.raises(FormatoError, match=r"línea 7\n.*ningún encabezado «{actividad}»"):
        read_case("esquina", document=tmp_path / "esquina.csv")


def test_a_heading_over_the_whole_table_names_its_activity_merged_or_not():
    plan = read_case("esquina-combinada")
    names = plan.unidades.set_index("unidad_id")["unidad"]
    goals = plan.avances.groupby("actividad_id")["programado"].sum()
    rows = plan.actividades[["actividad", "unidad_id", "actividad_id"]].itertuples(index=False)
    assert [(activity, names[unit], goals[key]) for activity, unit, key in rows] == [
        ("Consultas médicas", "Norte", 33),
        ("Consultas médicas", "Sur", 24),
        ("VACUNAS APLICADAS", "Norte", 270),
        ("VACUNAS APLICADAS", "Sur", 180),
    ]
