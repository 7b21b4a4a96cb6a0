"""Headings that are missing, or that the layout does not know."""

import openpyxl

import poa_eval as poa
from places import BOOK
from refusals import refuse


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
