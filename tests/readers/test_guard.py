"""Bad input gets one clear message in Spanish: the place, what was found, what was expected, the way out."""

import zipfile

import openpyxl
import pytest

import poa_eval as poa
from places import ROOT
from poa_eval.config.params import load_params, make_params
from poa_eval.readers.formats import read_raw

BOOK = ROOT / "data" / "sat-2022" / "poi-2022-t4.xlsx"


def refuse(call, *parts):
    """Call must raise a PoaError whose message holds all the parts."""
    with pytest.raises(poa.PoaError) as caught:
        call()
    message = str(caught.value)
    for part in ("se encontró", "se esperaba", "qué hacer", *parts):
        assert part in message, message
    return message


@pytest.fixture
def edit_book(tmp_path):
    """Open the shipped workbook, change a cell, save it elsewhere."""

    def edit(cell, value):
        book = openpyxl.load_workbook(BOOK)
        book.active[cell] = value
        path = tmp_path / "poi.xlsx"
        book.save(path)
        return path

    return edit


def test_no_such_file(tmp_path):
    refuse(lambda: poa.load(tmp_path / "no-hay.xlsx"), "no-hay.xlsx", "ningún archivo")


def test_a_folder(tmp_path):
    refuse(lambda: poa.load(tmp_path), "una carpeta")


def test_an_empty_file(tmp_path):
    path = tmp_path / "vacio.xlsx"
    path.touch()
    refuse(lambda: poa.load(path), "vacio.xlsx", "vacío")


def test_an_unknown_kind(tmp_path):
    path = tmp_path / "plan.pages"
    path.write_text("x")
    refuse(lambda: poa.load(path), "«.pages»", ".xlsx")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7\n%...", "un PDF con otra extensión"),
        (b"<html><table></table></html>", "una página HTML con otra extensión"),
        (b"PK\x03\x04" + b"\x00" * 40, "comprimido dañado"),
        (b"hola", "no es un libro de cálculo"),
    ],
)
def test_another_format_renamed(tmp_path, content, said):
    path = tmp_path / "plan.xlsx"
    path.write_bytes(content)
    refuse(lambda: poa.load(path), "plan.xlsx", said)


def test_a_truncated_workbook(tmp_path):
    path = tmp_path / "plan.xlsx"
    path.write_bytes(BOOK.read_bytes()[:3000])
    refuse(lambda: poa.load(path), "plan.xlsx")


def test_a_workbook_in_which_nothing_is_written(write_book):
    refuse(lambda: poa.load(write_book([])), "plan.xlsx", "documento vacío")


def test_a_sheet_that_the_book_does_not_have(tmp_path):
    text = (ROOT / "poa_eval" / "layouts" / "sat-poi.yaml").read_text(encoding="utf-8")
    path = tmp_path / "otro.yaml"
    path.write_text(text.replace("clase: tabla", 'clase: tabla\n    hojas: ["Ejecusión 2021"]'), encoding="utf-8")
    refuse(lambda: poa.load(BOOK, str(path)), "«Ejecusión 2021»", "¿quiso decir «")


def test_the_layout_of_another_document():
    other = ROOT / "data" / "gerencia-comercial-2023" / "poa-2023-t1.xlsx"
    refuse(lambda: poa.load(other, "sat-poi"), "no son del layout sat-poi", "parece de gerencia-comercial-poa")


def test_a_workbook_with_a_password(tmp_path):
    msoffcrypto = pytest.importorskip("msoffcrypto.format.ooxml")
    path = tmp_path / "plan.xlsx"
    with BOOK.open("rb") as plain, path.open("wb") as locked:
        msoffcrypto.OOXMLFile(plain).encrypt("clave", locked)
    refuse(lambda: poa.load(path), "contraseña")


def test_a_file_over_a_sane_size(tmp_path, monkeypatch):
    monkeypatch.setattr("poa_eval.readers.guard.MAX_BYTES", 1000)
    refuse(lambda: poa.load(BOOK), "MB")


def test_a_workbook_that_unpacks_to_far_more_than_it_is(tmp_path):
    path = tmp_path / "bomba.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    refuse(lambda: poa.load(path), "desempaca")


def test_two_cells_at_the_ends_of_a_sheet(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.active["XFD1048576"] = 2
    path = tmp_path / "esquinas.xlsx"
    book.save(path)
    refuse(lambda: poa.load(path), "1,048,576", "16,384")


def test_headings_of_no_layout(write_book):
    path = write_book([["Nombre", "Edad"], ["Ana", 3]])
    refuse(lambda: poa.load(path), "gerencia-comercial-poa (2023)", "sat-poi (2022)", "el más cercano es")


def test_a_month_column_missing(tmp_path):
    book = openpyxl.load_workbook(BOOK)
    sheet = book.active
    for span in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(span))
    sheet["H4"] = None
    path = tmp_path / "poi.xlsx"
    book.save(path)
    refuse(lambda: poa.load(path), "poi.xlsx", "«PROGRAMADO > MAR»")


def test_a_column_that_the_layout_does_not_know(edit_book):
    message = refuse(lambda: poa.load(edit_book("AL4", "NOTAS")), "la columna «NOTAS»", "ignorar")
    assert "celda AL4" in message


def test_text_where_a_number_must_be(edit_book):
    message = refuse(lambda: poa.load(edit_book("H6", "cinco")), "«cinco»", "PROGRAMADO > MAR")
    assert "poi.xlsx · hoja «Ejecución» · celda H6" in message


def test_a_decimal_comma_in_a_country_of_points(edit_book):
    refuse(lambda: poa.load(edit_book("H6", "1,5")), "«1,5»", "es_PE", "celda H6")


def test_an_error_of_the_spreadsheet_is_not_a_blank(tmp_path):
    book = openpyxl.load_workbook(BOOK)
    book.active["H6"] = "#DIV/0!"
    book.active["H6"].data_type = "e"
    path = tmp_path / "poi.xlsx"
    book.save(path)
    refuse(lambda: poa.load(path), "«#DIV/0!»", "celda H6")


def test_a_formula_never_calculated_is_not_a_blank(edit_book):
    refuse(lambda: poa.load(edit_book("H6", "=1+4")), "FÓRMULA SIN VALOR", "celda H6")


def test_no_period_above_the_table(write_text):
    from places import FIXTURES

    lines = (FIXTURES / "gerencia-comercial-2023-poa-t1.txt").read_text(encoding="utf-8").split("\n")
    lines[29] = "algún mes"
    assert "ene-23" not in lines[29]
    refuse(lambda: poa.load(write_text(lines)), "periodo", "{mes}-{anio}", "línea 40")


PARAMS = {
    "institucion": "M",
    "ejercicio": 2022,
    "trimestre": 4,
    "fecha_corte": "2022-12-31",
    "fuentes": [{"archivo": "data/sat-2022/poi-2022-t4.xlsx"}],
}


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"trimstre": 4}, ["«trimstre»", "¿quiso decir «trimestre»?"]),
        ({"trimestre": 5}, ["«trimestre»", "a lo más 4"]),
        ({"trimestre": "4"}, ["«trimestre»", "número entero"]),
        ({"fecha_corte": "31/12/2022"}, ["«fecha_corte»", "AAAA-MM-DD"]),
        ({"fecha_corte": "2021-12-31"}, ["fecha_corte", "anterior al ejercicio 2022"]),
        ({"fuentes": []}, ["«fuentes»"]),
        (
            {"fuentes": [{"archivo": "x.xlsx", "layot": "sat-poi"}]},
            ["«fuentes (n.º 1).layot»", "¿quiso decir «layout»?"],
        ),
        ({"institucion": None}, ["«institucion»", "un texto"]),
    ],
)
def test_params_with_faults(tmp_path, change, parts):
    import yaml

    path = tmp_path / "q.yaml"
    path.write_text(yaml.safe_dump(PARAMS | change), encoding="utf-8")
    refuse(lambda: load_params(path), "q.yaml", *parts)
    with pytest.raises(poa.PoaError) as caught:
        load_params(path)
    assert len(caught.value.encontrado.splitlines()) == 1


def test_all_faults_of_params_are_said_at_once(tmp_path):
    path = tmp_path / "q.yaml"
    path.write_text("trimestre: 7\nejercico: 2022\n", encoding="utf-8")
    refuse(lambda: load_params(path), "«ejercico»", "«trimestre»", "«institucion»", "«fuentes»")


def test_a_broken_yaml_names_the_line(tmp_path):
    path = tmp_path / "q.yaml"
    path.write_text("institucion: M\nfuentes: [\n", encoding="utf-8")
    refuse(lambda: load_params(path), "q.yaml", "línea")


def test_the_year_of_the_params_is_the_document_s(root):
    params = make_params(PARAMS | {"ejercicio": 2023, "fecha_corte": "2023-12-31"})
    refuse(lambda: poa.prepare_quarter(params, root), "2022", "2023")


def test_an_unknown_unit_suggests_the_nearest(root):
    quarter = poa.prepare_quarter(load_params(root / "params" / "gerencia-comercial-2023-t1.yaml"), root)
    refuse(lambda: quarter.unit("330"), "«330»", "¿quiso decir «3")
    refuse(lambda: quarter.unit(33), "`-r unidad")


def test_a_hidden_sheet_is_known_as_hidden(tmp_path):
    book = openpyxl.load_workbook(BOOK)
    copy = book.copy_worksheet(book.active)
    copy.sheet_state = "hidden"
    path = tmp_path / "poi.xlsx"
    book.save(path)
    assert [sheet.oculta for sheet in read_raw(path).hojas] == [False, True]
    plan = poa.load(path)
    assert len(plan.actividades) == 43
    assert "hoja_oculta" in set(plan.contexto["clave"])
