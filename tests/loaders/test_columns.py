"""Cells in which no number stands where one must be."""

import openpyxl

import poa_eval as poa
from places import BOOK
from refusals import refuse


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
