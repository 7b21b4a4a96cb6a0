"""What a figure means: how periods add up, from a column, a rule, or the row's own figures."""

import openpyxl
import pytest
from readings import evaluate, list_activities, list_findings, read_case

import poa_eval as poa
from made import make_quarter, open_params
from poa_eval.forms.observations import list_asked
from poa_eval.workbook.book import write_book
from refusals import refuse

VALUES = {"columna": "Tipo de operación", "valores": {"Sumable": "suma", "Constante": "constante"}}


def test_a_column_says_how_periods_add_up_by_a_map_of_its_values():
    columns = {"unidad": "Unidad", "actividad": "Variable", "acumulacion": VALUES}
    plan = read_case("acumulacion-columna", columnas=columns)
    assert list_activities(plan, "meta_anual", "acumulacion", "acumulacion_origen") == {
        "Personas atendidas": (40.0, "suma", "declarada"),
        "Total de servidores": (446.0, "constante", "declarada"),
    }


def test_a_text_outside_the_map_is_refused_by_its_cell():
    columns = {"unidad": "Unidad", "actividad": "Variable", "acumulacion": VALUES | {"valores": {"Sumable": "suma"}}}
    refuse(
        lambda: read_case("acumulacion-columna", columnas=columns), "«Constante»", "acumulacion-columna.csv", "valores"
    )


def test_a_goal_that_is_derived_follows_the_accumulation():
    plan = read_case("acumulacion-columna", layout="acumulacion-columna-b")
    assert list_activities(plan, "meta_anual")["Total de servidores"] == (446.0,)


def test_a_column_says_which_way_is_better():
    plan = read_case("sentido-columna")
    assert evaluate(plan, 1, "cumplimiento_acumulado", "meta_cumplida") == {
        "Dias de espera": (0.0, False),
        "Quejas sin atender": (150.0, True),
        "Personas atendidas": (50.0, False),
    }


def test_a_star_works_in_a_rule():
    plan = read_case("regla-sin-efecto")
    assert list_activities(plan, "acumulacion")["Tempestividade das respostas"] == ("promedio",)


def test_a_rule_holds_for_both_series():
    plan = read_case("promedio-a-medias")
    assert list_activities(plan, "unidad_medida")["Tempestividade das respostas"] == ("%",)
    assert evaluate(plan, 1, "programado_trimestre", "ejecutado_trimestre", "cumplimiento_trimestre") == {
        "Tempestividade das respostas": (100.0, 50.0, 50.0),
        "Vistorias": (30.0, 30.0, 100.0),
    }


def test_the_rows_own_figures_prove_the_accumulation():
    plan = read_case("constante-por-la-fila")
    kinds = list_activities(plan, "acumulacion", "acumulacion_origen")
    assert kinds == {
        "Sedes atendidas": ("constante", "de la fila"),
        "Redes en operación": ("constante", "de la fila"),
        "Personas inscritas": ("promedio", "de la fila"),
        "Talleres": ("suma", kinds["Talleres"][1]),
    }
    assert evaluate(plan, 3, "ejecutado_acumulado", "avance_anual") == {
        "Sedes atendidas": (17.0, 100.0),
        "Redes en operación": (1.0, 100.0),
        "Personas inscritas": (4466.67, 99.26),
        "Talleres": (3.0, 75.0),
    }
    assert "meta-no-cuadra" not in dict(list_findings(plan))
    assert list_findings(plan, "acumulacion-inferida") == [("acumulacion-inferida", "advertencia")] * 3
    assert "avance-no-reproduce" not in dict(list_findings(plan))


def test_percentages_are_not_summed():
    plan = read_case("porcentaje-sumado")
    assert evaluate(plan, 1, "programado_acumulado", "ejecutado_acumulado", "avance_anual") == {
        "Cobertura de vacunación": (60.0, 58.0, 64.44),
        "Porcentaje de quejas resueltas": (95.0, 95.0, 100.0),
        "Avance acumulado de la obra": (10.0, 8.0, 8.0),
    }
    assert not [rule for rule, severity in list_findings(plan) if severity == "error"]


def test_a_level_is_its_last_value_and_never_a_difference():
    rules = [
        {"cuando": {"unidad_medida": "nivel"}, "acumulacion": "nivel", "porque": "es un nivel"},
        {
            "cuando": {"unidad_medida": "días"},
            "acumulacion": "nivel",
            "sentido": "descendente",
            "porque": "es un nivel",
        },
    ]
    plan = read_case("nivel", reglas=rules)
    columns = ("programado_trimestre", "ejecutado_trimestre", "cumplimiento_trimestre", "meta_cumplida_trimestre")
    measured = evaluate(plan, 2, *columns)
    assert measured["Cobertura de agua potable"] == (70.0, 71.0, 101.43, True)
    assert measured["Días de espera"][:2] == (12.0, 12.5)
    assert measured["Días de espera"][3] is False


def test_percentages_whose_figures_contradict_one_another_are_not_summed(tmp_path):
    """The goal is the last of the programme; the printed progress, 143 %, would be a sum."""
    path = tmp_path / "plan.csv"
    path.write_text(
        "PLAN OPERATIVO ANUAL 2025\nUnidad,Actividad,Unidad de medida,Meta anual,P1,P2,P3,P4,E1,E2,E3,E4,AVANCE\n"
        "Salud,Cobertura,%,90,60,70,80,90,58,71,,,143.33\n",
        encoding="utf-8",
    )
    plan = read_case("porcentaje-sumado", document=path, publicado=[{"concepto": "avance_pct", "columna": "AVANCE"}])
    assert evaluate(plan, 2, "programado_acumulado", "ejecutado_acumulado", "avance_anual")["Cobertura"] == (None,) * 3


def test_a_ratio_divides_sums_in_the_tables_and_in_the_workbook(tmp_path):
    """8 of 10 and 30 of 90 are 38 of 100, and not the mean of 80 and 33."""
    path = tmp_path / "plan.csv"
    path.write_text(
        "PLAN OPERATIVO ANUAL 2025\nUnidad,Actividad,Unidad de medida,Meta anual,P1,P2,N1,N2,D1,D2,E1,E2\n"
        "Salud,Quejas resueltas,%,50,50,50,8,30,10,90,80,33.3\n",
        encoding="utf-8",
    )
    series = [
        {"columna": name, "meses": 3, "encabezados": {3: f"{letter}1", 6: f"{letter}2"}}
        for name, letter in {"programado": "P", "numerador": "N", "denominador": "D", "ejecutado": "E"}.items()
    ]
    rule = {"cuando": {"unidad_medida": "%"}, "acumulacion": "razon", "porque": "resueltas de recibidas"}
    plan = read_case("porcentaje-sumado", document=path, periodos=series, reglas=[rule])
    assert evaluate(plan, 2, "programado_acumulado", "ejecutado_acumulado", "cumplimiento_acumulado") == {
        "Quejas resueltas": (50.0, 38.0, 76.0)
    }
    write_book(make_quarter(open_params("gerencia-comercial-2023-t1"), plan, 2), tmp_path / "evaluacion.xlsx")
    heads = [cell.value for cell in openpyxl.load_workbook(tmp_path / "evaluacion.xlsx")["Periodos"][4]]
    assert {"Numerador", "Denominador"} <= {*heads}


NEIGHBOURS = """PLAN OPERATIVO ANUAL 2025
Unidad,Actividad,Medida,Meta,Prog ene,Ejec ene,Prog feb,Ejec feb,Prog mar,Ejec mar
Salud,Personas en control,Personas,90,90,80,90,85,90,88
Salud,Personas en lista,personas,40,40,40,40,41,40,40
Salud,Personas atendidas,PERSONAS,,10,9,20,22,30,29
Salud,Tasa de ocupación,camas,,70,60,70,65,70,72
Obras,Recaudación de tasas,pesos,,10,10,10,10,10,10
Obras,Índice de avance,obras,6,1,1,2,2,3,3
"""


def _read_neighbours(tmp_path):
    document = tmp_path / "vecinas.csv"
    document.write_text(NEIGHBOURS, encoding="utf-8")
    columns = {"unidad": "Unidad", "actividad": "Actividad", "unidad_medida": "Medida", "meta_anual": "Meta"}
    return read_case("cumplimiento-por-mes", document=document, columnas=columns, publicado=None, corte="marzo")


def test_neighbours_and_names_only_propose_how_periods_add_up(tmp_path):
    plan = _read_neighbours(tmp_path)
    found = poa.check(plan).merge(plan.actividades[["actividad_id", "actividad"]], on="actividad_id")
    said = found[found["regla"] == "acumulacion-inferida"].set_index("actividad")
    assert [*said.index] == ["Personas en control", "Personas en lista", "Personas atendidas", "Tasa de ocupación"]
    proposal = said.loc["Personas atendidas"]
    assert proposal["gravedad"] == "nota"
    assert "otras 2 filas en «PERSONAS» son una constante" in proposal["mensaje"]
    assert '{cuando: {unidad_medida: "PERSONAS"}, acumulacion: constante' in proposal["mensaje"]
    assert "«Tasa de ocupación») puede que no se sumen" in said.loc["Tasa de ocupación", "mensaje"]
    assert evaluate(plan, 1, "programado_trimestre", "ejecutado_trimestre")["Personas atendidas"] == (60, 60)


def test_what_a_neighbour_proposes_holds_once_it_is_written(tmp_path):
    document = tmp_path / "vecinas.csv"
    document.write_text(NEIGHBOURS, encoding="utf-8")
    columns = {"unidad": "Unidad", "actividad": "Actividad", "unidad_medida": "Medida", "meta_anual": "Meta"}
    rules = [{"cuando": {"unidad_medida": "PERSONAS"}, "acumulacion": "constante", "porque": "lo es"}]
    keys = {"columnas": columns, "publicado": None, "corte": "marzo", "reglas": rules}
    plan = read_case("cumplimiento-por-mes", document=document, **keys)
    assert evaluate(plan, 1, "ejecutado_trimestre")["Personas atendidas"] == (9,)
    assert not poa.check(plan)["mensaje"].str.contains("otras 2 filas").any()


def test_what_only_a_layout_can_settle_is_asked_of_no_unit(tmp_path):
    plan = _read_neighbours(tmp_path)
    found = poa.check(plan)
    proposed = found[(found["regla"] == "acumulacion-inferida") & (found["gravedad"] == "nota")]
    assert len(proposed) == 2  # two others are warnings: a goal may be wrong
    assert list_asked(found)["hallazgo_id"].isin(proposed["hallazgo_id"]).sum() == 0


@pytest.mark.parametrize(
    ("name", "measure", "is_noted"),
    [
        ("Tasa de ocupación", "camas", True),
        ("Ocupación", "Índice", True),
        ("% de quejas resueltas", "quejas", True),
        ("Recaudación de tasas", "pesos", False),
        ("Tasas de basura cobradas", "recibo", False),
        ("Razón social actualizada", "empresa", False),
        ("Cobertura de agua", "vivienda", False),
    ],
)
def test_a_name_alone_raises_a_note_and_changes_no_figure(tmp_path, name, measure, is_noted):
    document = tmp_path / "nombres.csv"
    head = NEIGHBOURS.split("\n", 2)[:2]
    document.write_text("\n".join(head) + f"\nSalud,{name},{measure},,70,60,70,65,70,72\n", encoding="utf-8")
    columns = {"unidad": "Unidad", "actividad": "Actividad", "unidad_medida": "Medida", "meta_anual": "Meta"}
    plan = read_case("cumplimiento-por-mes", document=document, columnas=columns, publicado=None, corte="marzo")
    said = [message for message in poa.check(plan)["mensaje"] if "por su nombre" in message]
    assert len(said) == is_noted
    assert evaluate(plan, 1, "programado_trimestre", "ejecutado_trimestre")[name] == (210, 197)


def test_a_name_raises_no_note_where_nothing_is_added_up(tmp_path):
    document = tmp_path / "ceros.csv"
    head = NEIGHBOURS.split("\n", 2)[:2]
    rows = ("Salud,Porcentaje de política implementado,política,20,0,0,0,0,0,0", "Salud,Tasa de uso,camas,,0,0,7,5,0,0")
    document.write_text("\n".join((*head, *rows)) + "\n", encoding="utf-8")
    columns = {"unidad": "Unidad", "actividad": "Actividad", "unidad_medida": "Medida", "meta_anual": "Meta"}
    plan = read_case("cumplimiento-por-mes", document=document, columnas=columns, publicado=None, corte="marzo")
    assert "acumulacion-inferida" not in [*poa.check(plan)["regla"]]
