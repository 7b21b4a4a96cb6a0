"""Tables that are joined by code: units of a catalogue, values of an indicator in another sheet."""

import openpyxl
import pytest
from readings import list_activities, list_findings, make_layout

import poa_eval as poa
from poa_eval.errors import FormatoError, LayoutError
from poa_eval.plan.merge import merge_plans

PLAN = {
    "contexto": ["PLAN OPERATIVO ANUAL {ejercicio}"],
    "columnas": {"unidad_id": "Clave", "actividad": "Actividad"},
    "ignorar": None,
    "totales": None,
    "periodos": [{"columna": "programado", "patron": "T{trimestre}"}],
    "unir": [
        {
            "hojas": "Catálogo*",
            "clave": {"unidad_id": "Clave"},
            "columnas": {"unidad": "Área", "responsable": "Titular"},
        }
    ],
}
ROWS = [["01", "Consultas", 10, 12], ["02", "Calles", 3, 4], ["01", "Vacunas", 5, 5]]
CATALOG = [["Catálogo de áreas"], [], ["Clave", "Área", "Piso", "Titular"]]
CATALOG += [["01", "Salud", 2, "Dra. Luna"], ["02", "Obras", 1, "Arq. Sol"], ["03", "Agua", 1, None]]


def write_book(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def write_plan(path, rows=ROWS, catalog=CATALOG):
    head = [["PLAN OPERATIVO ANUAL 2025"], ["Clave", "Actividad", "T1", "T2"]]
    return write_book(path / "plan.xlsx", Plan=[*head, *rows], **{"Catálogo 2025": catalog})


def load_plan(path, rows=ROWS, catalog=CATALOG, **keys):
    return poa.load(write_plan(path, rows, catalog), make_layout("esquina", **PLAN | keys))


def test_units_have_the_names_of_a_catalogue_on_another_sheet(tmp_path):
    units = load_plan(tmp_path).unidades
    assert [*zip(units["unidad_id"], units["unidad"], units["responsable"], strict=True)] == [
        ("01", "Salud", "Dra. Luna"),
        ("02", "Obras", "Arq. Sol"),
    ]


def test_a_helper_code_may_join_and_a_cell_of_the_row_itself_prevails(tmp_path):
    columns = {"clave": "Clave", "actividad": "Actividad", "unidad": "Área"}
    join = [{"hojas": "Catálogo*", "clave": {"clave": "Clave"}, "columnas": {"unidad": "Área"}}]
    rows = [["01", "Consultas", None, 10], ["02", "Calles", "Obras públicas", 3]]
    head = [["PLAN OPERATIVO ANUAL 2025"], ["Clave", "Actividad", "Área", "T1"]]
    book = write_book(tmp_path / "plan.xlsx", Plan=[*head, *rows], **{"Catálogo 2025": CATALOG})
    plan = poa.load(book, make_layout("esquina", **PLAN | {"columnas": columns, "unir": join}))
    assert [*plan.unidades["unidad"]] == ["Salud", "Obras públicas"]


def test_a_code_that_no_catalogue_has_is_told_by_its_cell(tmp_path):
    plan = load_plan(tmp_path, [*ROWS, ["07", "Parques", 1, 1], ["07", "Plazas", 1, 1]])
    found = poa.check(plan)
    found = found[found["regla"] == "clave-sin-pareja"]
    assert [*found["fuente"]] == ["plan.xlsx!Plan!A6"]
    assert "«07»" in found["mensaje"].iloc[0]
    assert dict(zip(plan.unidades["unidad_id"], plan.unidades["unidad"], strict=True))["07"] == "07"


def test_a_catalogue_that_says_two_things_of_a_code_is_refused_by_cell(tmp_path):
    with pytest.raises(FormatoError, match=r"celda A7\n.*«01», que en plan\.xlsx!Catálogo 2025!A4 dice otra cosa"):
        load_plan(tmp_path, catalog=[*CATALOG, ["01", "Finanzas", 1, "Lic. Mar"]])
    load_plan(tmp_path, catalog=[*CATALOG, ["01", "Salud", 2, "Dra. Luna"]])  # the same again is no trouble


def test_a_catalogue_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FormatoError, match="ninguna tabla con «Área», «Titular», «Clave» en una hoja «Unidades»"):
        load_plan(tmp_path, unir=[PLAN["unir"][0] | {"hojas": "Unidades"}], ignorar_hojas="Catálogo*")


def test_figures_are_not_joined_so():
    join = PLAN["unir"][0] | {"columnas": {"meta_anual": "Meta"}}
    with pytest.raises(LayoutError, match="otra fuente, con `identidad"):
        make_layout("esquina", **PLAN | {"unir": [join]})


def test_values_of_an_indicator_in_another_sheet_join_by_code_as_another_source(tmp_path):
    book = write_book(
        tmp_path / "indicadores.xlsx",
        Indicadores=[
            ["PLAN OPERATIVO ANUAL 2025"],
            ["Área", "Clave", "Indicador", "Meta"],
            ["Salud", "01-A", "Consultas", 40],
            ["Salud", "01-B", "Vacunas", 400],
        ],
        Avance=[
            ["AVANCE 2025"],
            ["Clave", "Mes", "Programado", "Realizado"],
            ["01-a", "ene", 10, 9],
            ["01-A ", "feb", 10, 10],
            ["01-B", "feb", 100, 50],
            ["09-Z", "feb", 1, 1],
        ],
    )
    columns = {"unidad": "Área", "codigo": "Clave", "actividad": "Indicador", "meta_anual": "Meta"}
    own = PLAN | {"unir": None, "identidad": ["codigo"]}
    plan = make_layout("esquina", **own | {"hojas": "Indicadores", "columnas": columns, "periodos": None})
    columns = {"codigo": "Clave", "mes": "Mes", "programado": "Programado", "ejecutado": "Realizado"}
    keys = {
        "hojas": "Avance",
        "columnas": columns,
        "periodo": "fila",
        "periodos": None,
        "contexto": ["AVANCE {ejercicio}"],
    }
    report = make_layout("esquina", **own | keys)
    both = merge_plans([poa.load(book, plan), poa.load(book, report)])
    assert list_activities(both, "meta_anual") == {"Consultas": (40,), "Vacunas": (400,), "09-Z": (None,)}
    done = both.avances.merge(both.actividades[["actividad_id", "actividad"]]).groupby("actividad")["ejecutado"].sum()
    assert done.to_dict() == {"Consultas": 19, "Vacunas": 50, "09-Z": 1}
    assert list_findings(both, "clave-sin-pareja") == [("clave-sin-pareja", "advertencia")]
    assert list_findings(poa.load(book, report), "clave-sin-pareja") == []
