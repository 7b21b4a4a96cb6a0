"""Bad input gets one clear message in Spanish: the place, what was found, what was expected, the way out."""

import zipfile

import openpyxl
import pytest

import poa_eval as poa
from places import BOOK
from poa_eval.readers.formats import read_raw
from refusals import refuse


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
