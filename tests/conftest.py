"""What tests share: where documents lie, and small workbooks made on the spot."""

from pathlib import Path

import openpyxl
import pytest
from hypothesis import settings

import poa_eval as poa
from made import write_project
from places import FIXTURES, ROOT, TEXTS
from poa_eval.runs.inputs import INSTITUTION_NOTEBOOK, UNIT_NOTEBOOK
from projects import PLAIN, write_notebook

settings.register_profile("sin-plazo", deadline=None)  # a loaded machine is no failure
settings.load_profile("sin-plazo")


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(params=TEXTS.values(), ids=TEXTS)
def load_document(request):
    """Load a document by name: the one of this project and, where it is at hand, the untouched one."""
    return lambda name: poa.load(request.param / f"{name}.txt")


@pytest.fixture(scope="session")
def sat():
    return poa.load(FIXTURES / "sat-2022-poi-t4.txt")


@pytest.fixture(scope="session")
def gerencia():
    return poa.load(FIXTURES / "gerencia-comercial-2023-poa-t1.txt")


@pytest.fixture
def write_book(tmp_path):
    """Write rows into a workbook and return its path."""

    def write(rows, name="plan.xlsx", sheet="Plan", merges=(), formats=None):
        book = openpyxl.Workbook()
        page = book.active
        page.title = sheet
        for row in rows:
            page.append(row)
        for span in merges:
            page.merge_cells(span)
        for cell, number_format in (formats or {}).items():
            page[cell].number_format = number_format
        path = tmp_path / name
        book.save(path)
        return path

    return write


@pytest.fixture
def write_text(tmp_path):
    """Write lines of tab-separated cells and return the path."""

    def write(lines, name="plan.txt", encoding="utf-8"):
        path = tmp_path / name
        path.write_text("\n".join(lines), encoding=encoding)
        return path

    return write


@pytest.fixture
def project(tmp_path):
    """Return a function that writes a project with these units and cells, and returns its params file."""

    def write(*units: str, cells=(), title: str = "") -> Path:
        root = tmp_path / "proyecto"
        params = write_project(root, units or ["Obras", "Rentas", "Catastro"])
        write_notebook(root / "notebooks" / UNIT_NOTEBOOK, [*PLAIN, *cells])
        write_notebook(root / "notebooks" / INSTITUTION_NOTEBOOK, [*PLAIN, title], unit=False)
        return params

    return write
