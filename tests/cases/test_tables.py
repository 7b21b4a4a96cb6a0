"""Tables of one workbook that are joined by code in one layout: indicators, their values, their units."""

import re

import openpyxl
import pytest
from readings import evaluate, find_case, list_findings, make_layout, read_case

import poa_eval as poa
from poa_eval.errors import LayoutError
from refusals import refuse

AVANCE = {
    "hojas": "Avance*",
    "encabezado": {"filas": 2},
    "columnas": {"codigo": "Clave"},
    "periodos": [
        {"columna": "programado", "grupo": "Programa", "patron": "T{trimestre}"},
        {"columna": "ejecutado", "grupo": "Resultado", "patron": "T{trimestre}"},
    ],
}
SHEETS = {
    "Indicadores": [
        ["PLAN OPERATIVO ANUAL 2025"],
        ["Clave", "Indicador", "Clave de área", "Meta", "Unidad de medida"],
        [1.1, "Consultas", "01", 40, "Consulta"],
        ["2", "Baches", "02", 30, "Bache"],
        [3, "Semáforos", "02", 5, "Equipo"],
    ],
    "Avance 2025": [
        ["Clave", "Programa", None, "Resultado", None],
        [None, "T1", "T2", "T1", "T2"],
        ["1.1", 10, 30, 8, 30],
        [2, 10, "s/d", 12, None],
        ["2.0", 7, 7, 7, 7],
    ],
    "Áreas": [["Clave", "Nombre", "Titular"], ["01", "Salud", "Dra. Luna"], ["02", "Obras", "Arq. Paz"]],
}


def write_book(path, **changes):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in ({**SHEETS, **changes}).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name.startswith("Avance"):
            for span in ("A1:A2", "B1:C1", "D1:E1"):
                sheet.merge_cells(span)
    book.save(path / "metas.xlsx")
    return path / "metas.xlsx"


def load_book(path, tablas=(AVANCE,), sheets=None, **keys):
    book = write_book(path, **(sheets or {}))
    return read_case("tablas-por-clave", document=book, tablas=[*tablas], vacios=["s/d"], **keys)


def test_values_of_indicators_one_row_a_month_and_units_each_on_a_sheet_of_its_own():
    plan = read_case("tablas-por-clave")
    assert evaluate(plan, 1, "programado_trimestre", "ejecutado_trimestre", "meta_anual") == {
        "Consultas": (30, 31, 40),
        "Vacunas": (None, None, 400),  # January and March are not reported
        "Baches": (30, 25, 30),
        "Semáforos": (None, None, 5),  # an indicator without values stays one
        "X-9": (None, None, None),
    }
    names = plan.unidades.set_index("unidad_id")["unidad"]
    assert names.to_dict() == {
        "01": "Salud",
        "02": "Obras",
        "03": "03",
        "municipio-de-prueba": "Municipio de Prueba",  # of X-9, of which nothing says whose it is
    }
    found = poa.check(plan)
    assert found.loc[found["regla"] == "clave-sin-pareja", "fuente"].tolist() == [
        "tablas-por-clave.xlsx!Indicadores!C6",
        "tablas-por-clave.xlsx!Avance!A10",
    ]
    assert plan.avances["fuente"].iloc[0] == "tablas-por-clave.xlsx!Avance!D2"


def test_values_in_columns_codes_as_numbers_and_a_code_that_is_not_the_other(tmp_path):
    plan = load_book(tmp_path)
    assert evaluate(plan, 2, "programado_acumulado", "ejecutado_acumulado", "meta_anual") == {
        "Consultas": (40, 38, 40),
        "Baches": (10, 12, 30),  # «s/d», and no result: the second quarter is not told
        "Semáforos": (None, None, 5),
        "2.0": (14, 14, None),  # a text, and no number 2
    }
    assert evaluate(plan, 1, "ejecutado_trimestre")["Baches"] == (12,)
    assert list_findings(plan, "clave-sin-pareja") == [("clave-sin-pareja", "advertencia")]


def test_a_code_twice_is_refused_by_both_cells(tmp_path):
    twice = [*SHEETS["Avance 2025"], ["1.1", 9, 9, 9, 9]]
    refuse(lambda: load_book(tmp_path, sheets={"Avance 2025": twice}), "Avance 2025!D3", "D6")
    again = [*SHEETS["Indicadores"], [1.1, "Consultas", "01", 50, "Consulta"]]
    refuse(lambda: load_book(tmp_path, sheets={"Indicadores": again}), "Indicadores", "D6", "meta_anual")


def test_a_row_without_a_code_and_a_figure_that_is_none_are_refused_where_they_stand(tmp_path):
    bare = [*SHEETS["Avance 2025"], [None, 9, 9, 9, 9]]
    refuse(lambda: load_book(tmp_path, sheets={"Avance 2025": bare}), "hoja «Avance 2025» · celda A6")
    words = [*SHEETS["Avance 2025"], ["3", "cinco", 0, 0, 0]]
    refuse(lambda: load_book(tmp_path, sheets={"Avance 2025": words}), "hoja «Avance 2025» · celda B6", "«cinco»")


def test_a_sheet_that_is_not_there_is_refused_and_one_without_rows_yet_is_not(tmp_path):
    refuse(
        lambda: load_book(tmp_path, [AVANCE | {"hojas": "Seguimiento"}], ignorar_hojas="Avance*"),
        "«Seguimiento»",
        "`tablas:`",
    )
    plan = load_book(tmp_path, sheets={"Avance 2025": SHEETS["Avance 2025"][:2]})
    assert len(plan.actividades) == 3
    assert plan.avances.empty


def test_figures_that_contradict_each_other_are_refused_by_both_cells(tmp_path):
    goals = [["Clave", "Meta"], ["1.1", 45]]
    further = {"hojas": "Metas", "columnas": {"codigo": "Clave", "meta_anual": "Meta"}}
    refuse(lambda: load_book(tmp_path, [AVANCE, further], sheets={"Metas": goals}), "Indicadores!", "Metas!A2")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"identidad": None}, "`tablas` pide `identidad`"),
        ({"tablas": [{"columnas": {"codigo": "Clave"}}]}, "pide `hojas`"),
        (
            {"tablas": [{"hojas": "Avance", "columnas": {"actividad": "Indicador"}}]},
            "tablas (n.º 1)»: identidad: «codigo» no está",
        ),
    ],
)
def test_tables_that_nothing_joins_are_refused(keys, said):
    with pytest.raises(LayoutError, match=re.escape(said)):
        make_layout("tablas-por-clave", **keys)


def test_the_sheets_of_further_tables_are_not_the_first_one_s(tmp_path):
    plan = load_book(tmp_path, hojas=None)
    assert plan.actividades["actividad"].tolist()[:3] == ["Consultas", "Baches", "Semáforos"]
    assert find_case("tablas-por-clave").is_file()
