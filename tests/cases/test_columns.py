"""What stands in one of several columns, or in some sheets only: the first filled counts, and its cell is told."""

import openpyxl
import pytest
from readings import find_case, list_activities, list_findings, make_layout, read_case

from poa_eval.errors import LayoutError
from refusals import refuse

HEAD = "PLAN OPERATIVO ANUAL 2025\nÁrea,Actividad,Acción,Meta,Ene,Feb\n"
FIRST = {"unidad": "Área", "actividad": {"primera": ["Actividad", "Acción"]}, "meta_anual": "Meta"}


def read_text(tmp_path, text, name="primera-columna", **keys):
    (tmp_path / "plan.csv").write_text(text, encoding="utf-8")
    return read_case(name, document=tmp_path / "plan.csv", **keys)


def test_the_first_filled_of_several_columns_counts_and_its_cell_is_told():
    plan = read_case("primera-columna")
    cells = {
        name: (goal, cell.partition("!")[2])
        for name, (goal, cell) in list_activities(plan, "meta_anual", "fuente").items()
    }
    assert cells == {
        "Bachear calles": (30, "Norte!B3"),
        "Podar árboles": (15, "Norte!C4"),
        "Pintar bardas": (9, "Norte!C5"),  # « s/d » is declared as a blank
        "Limpiar drenes": (0, "Norte!B6"),  # 0 is no blank
        "Regar jardines": (6, "Sur!B2"),  # a sheet with one of the columns
        "Sembrar pasto": (None, "Sur!B3"),
    }
    assert plan.unidades["responsable"].tolist()[1:] == ["Ana Ruiz"]  # an optional column that one sheet lacks
    assert list_findings(plan, "meta-no-cuadra") == []


def test_a_bad_cell_of_the_second_column_is_refused_where_it_stands(tmp_path):
    book = openpyxl.load_workbook(find_case("primera-columna"))
    book["Norte"]["D3"] = "treinta"
    book.save(tmp_path / "plan.xlsx")
    refuse(
        lambda: read_case("primera-columna", document=tmp_path / "plan.xlsx"), "hoja «Norte» · celda D3", "«treinta»"
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("Obras,,,3,1,2\n", ["línea 3", "una fila sin actividad"]),
        ("Obras,X,Y,3,1,2\nObras,X,Z,3,1,2\n", ["línea 4", "«Z», y «Y» en plan.csv:L3", "[unidad, actividad, otra]"]),
    ],
)
def test_what_both_columns_leave_open_is_refused(tmp_path, rows, said):
    refuse(lambda: read_text(tmp_path, HEAD + rows, columnas=FIRST, opcionales=None), *said)


def test_rows_told_apart_by_the_second_column_where_the_layout_says_so(tmp_path):
    text = HEAD + "Obras,X,Y,3,1,2\nObras,X,Z,3,1,2\n"
    keys = {"columnas": FIRST | {"otra": "Acción"}, "identidad": ["unidad", "actividad", "otra"]}
    assert len(read_text(tmp_path, text, opcionales=None, **keys).actividades) == 2


def test_two_spellings_of_a_heading_in_one_table_are_refused_with_the_way_to_take_the_first(tmp_path):
    columns = FIRST | {"actividad": ["Actividad", "Acción"]}
    text = HEAD + "Obras,X,Y,3,1,2\n"
    refuse(
        lambda: read_text(tmp_path, text, columnas=columns, opcionales=None),
        "«Actividad» y «Acción» a la vez",
        "primera:",
    )
    with pytest.raises(LayoutError, match="pide dos encabezados o más"):
        make_layout("primera-columna", columnas=FIRST | {"actividad": {"primera": ["Actividad"]}}, opcionales=None)
