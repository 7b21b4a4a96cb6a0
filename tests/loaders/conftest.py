"""Fixtures of the loaders' tests."""

import openpyxl
import pytest

from places import BOOK


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
