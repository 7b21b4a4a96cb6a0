"""What tests of the reports share: quarters of the shipped samples, and plans in each form in which they are kept."""

import pytest

import poa_eval as poa
from made import make_quarter, open_params
from places import list_texts

JOCOTEPEC, CUSCATANCINGO, SANTIAGO = "jocotepec-2024-poa", "cuscatancingo-2018-poa", "santiago-2017-metas"
PARAMS = {JOCOTEPEC: "jocotepec-2024-t1", CUSCATANCINGO: "cuscatancingo-2018-t1", SANTIAGO: "santiago-2017-t2"}
QUARTERS = {JOCOTEPEC: 1, CUSCATANCINGO: 1, SANTIAGO: 2}


@pytest.fixture(scope="session")
def sat_quarter():
    return open_params("sat-2022-t4")


@pytest.fixture(scope="session")
def gerencia_quarter():
    return open_params("gerencia-comercial-2023-t1")


def list_sources(stem):
    """The document as the clone keeps it, the workbook made of it, and untouched where that is at hand."""
    texts = [pytest.param((stem, *text.values), id=text.id) for text in list_texts(stem)]
    return [*texts, pytest.param((stem, None), id=f"{stem}-data")]


def open_plan(source) -> poa.Quarter:
    stem, path = source
    quarter = open_params(PARAMS[stem])
    return quarter if path is None else make_quarter(quarter, poa.load(path), QUARTERS[stem])


@pytest.fixture(scope="session", params=list_sources(JOCOTEPEC))
def jocotepec(request):
    return open_plan(request.param)


@pytest.fixture(scope="session", params=list_sources(CUSCATANCINGO))
def cuscatancingo(request):
    return open_plan(request.param)


@pytest.fixture(scope="session", params=list_sources(SANTIAGO))
def santiago(request):
    return open_plan(request.param)


@pytest.fixture(params=PARAMS.values())
def quarter(request):
    return open_params(request.param)
