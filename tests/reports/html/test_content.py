"""Whole pages: the numbers shown are those in `datos/`, and the words are words."""

import re

import pandas as pd
import pytest
from lxml import html as lxml_html

from made import make_page, open_params
from places import ROOT
from poa_eval.runs.results import _list_results
from poa_eval.runs.tables import write_tables

PARAMS = sorted(path.stem for path in (ROOT / "params").glob("*.yaml"))
OF_RESULTS = ["sat-2022-t4", "gerencia-comercial-2023-t1"]
CODE = re.compile(r"\b\w*[a-záéíóúñ]_[a-záéíóúñ]\w*|\b(?:nan|none|null|nat|inf|true|false)\b", re.IGNORECASE)
ENGLISH = re.compile(r"\b(?:the|and|of|not|value|error in|unit|quarter|missing|table|figure|report|total of)\b")


def list_units(params: str) -> list[str]:
    return list(open_params(params).plan.unidades["unidad_id"])


def read_table(page: str, caption: str) -> list[list[str]]:
    """Return the cells of the body rows of the table whose caption begins so, each as its lines."""
    (table,) = (
        table for table in lxml_html.fromstring(page).iter("table") if table.findtext("caption", "").startswith(caption)
    )
    rows = [[list_lines(cell) for cell in row] for row in table.xpath("./tbody/tr")]
    return [row for row in rows if len(row) > 1]


def list_lines(cell) -> list[str]:
    return [" ".join(text.split()) for text in cell.itertext() if text.strip()]


def read_number(cell: list[str]) -> float | None:
    """Return the number of a cell; None where it has none."""
    for text in cell:
        found = re.fullmatch(r"(-?[\d,]+(?:\.\d+)?)(?: %)?", text)
        if found:
            return float(found[1].replace(",", ""))
    return None


def agree(shown: float | None, stored: str, digits: int) -> bool:
    """Say whether a number shown is the stored one, to the last digit shown."""
    return shown is None if stored == "" else shown is not None and abs(shown - float(stored)) <= 0.5 * 10**-digits


@pytest.fixture(scope="module", params=OF_RESULTS)
def run(request, tmp_path_factory):
    """Return a params' name with its CSV files, read as text."""
    folder = tmp_path_factory.mktemp("datos")
    write_tables(_list_results(open_params(request.param)), folder)
    return request.param, lambda name: pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


def test_activities_shown_are_those_of_the_csv_on_every_page(run):
    params, read = run
    stored = read("evaluacion_actividades")
    windows = ("trimestre", "acumulado") if open_params(params).evaluacion.trimestre > 1 else ("acumulado",)
    for unit in (None, *list_units(params)):
        own = stored if unit is None else stored[stored["unidad_id"] == unit]
        rows = read_table(make_page(params, unit), "Actividades: ")
        assert len(rows) == len(own)
        for row, wanted in zip(rows, own.to_dict("records"), strict=True):
            assert wanted["actividad"].split() == row[0][0].split(" · ")[-1].split()
            for i, window in enumerate(windows):
                planned, done, percent = row[1 + 3 * i : 4 + 3 * i]
                assert agree(read_number(planned), wanted[f"programado_{window}"], 2)
                assert agree(read_number(done), wanted[f"ejecutado_{window}"], 2)
                assert agree(read_number(percent), wanted[f"cumplimiento_{window}"], 1)
                assert wanted["estado" if window == "acumulado" else "estado_trimestre"] in percent
            assert agree(read_number(row[1 + 3 * len(windows)]), wanted["avance_anual"], 1)


def test_units_shown_are_those_of_the_csv(run):
    params, read = run
    stored = {row["unidad"]: row for row in read("evaluacion_unidades").to_dict("records")}
    rows = read_table(make_page(params), "Unidades por ")
    assert len(rows) == len(stored)
    for row in rows:
        wanted = stored[row[0][0].split(" · ")[-1]]
        columns = ("proporcion_cumplidas_acumulado", "proporcion_cumplidas_trimestre")
        columns += ("", "cobertura_reporte_acumulado", "promedio_topado_acumulado")
        for cell, column in zip(row[2:], columns, strict=True):
            met = f"{wanted['cumplidas_acumulado']} de {wanted['evaluadas_acumulado']}"
            assert agree(read_number(cell), wanted[column], 1) if column else cell == [met]
    figures = read("evaluacion_institucion").iloc[0]
    text = " ".join(lxml_html.fromstring(make_page(params)).text_content().split())
    share = f"{float(figures['proporcion_cumplidas_acumulado']):.1f} %"
    assert (
        f"{figures['cumplidas_acumulado']} de las {figures['evaluadas_acumulado']} actividades evaluadas ({share}"
        in text
    )


def test_periods_shown_are_those_of_the_csv(run):
    params, read = run
    stored, owner = read("avances"), read("actividades").set_index("actividad_id")["unidad_id"]
    limit = 3 * open_params(params).evaluacion.trimestre
    stored = stored[stored["mes"].astype(int) <= limit]
    for unit in list_units(params):
        own = stored[stored["actividad_id"].map(owner) == unit]
        rows = read_table(make_page(params, unit), "Programado y ejecutado por periodo")
        for series in ("programado", "ejecutado"):
            shown = [read_number(cell) for row in rows if row[0] == [series.capitalize()] for cell in row[1:]]
            wanted = sorted(float(text) for text in own[series] if text)
            assert sorted(number for number in shown if number is not None) == pytest.approx(wanted, abs=0.005)


@pytest.mark.parametrize("params", PARAMS)
def test_every_page_is_in_words(params):
    for unit in (None, *list_units(params)):
        page = make_page(params, unit)
        tree = lxml_html.fromstring(page)
        for element in tree.xpath("//style | //script"):
            element.drop_tree()
        said = [tree.text_content(), *tree.xpath("//@alt"), *tree.xpath("//@aria-label"), *tree.xpath("//@title")]
        text = re.sub(r"\S+\.(?:xlsx|docx)\S*|poa_eval|\b[0-9a-f]{64}\b", " ", " ".join(said))
        assert not CODE.findall(text)
        assert not ENGLISH.findall(text)
        for number, singular in re.findall(
            r"\b(\d[\d,.]*) (actividad|unidad|meta|hallazgo|trimestre|mes|periodo)\b", text
        ):
            assert number == "1", f"{number} {singular}"
        assert not re.findall(r"\b1 (?:actividades|unidades|metas|meses|trimestres|filas)\b", text)
        assert len(page.encode()) < (250_000 if unit else 600_000)


@pytest.mark.parametrize("params", PARAMS)
def test_every_number_of_a_table_says_where_it_comes_from(params):
    for unit in (None, *list_units(params)):
        for cell in lxml_html.fromstring(make_page(params, unit)).xpath("//td[contains(@class, 'num')]"):
            said = cell.xpath("./@title | .//@title")
            number = read_number(list_lines(cell))
            threshold = cell.xpath("ancestor::table/caption[starts-with(., 'Perfil')]")  # its source is a column
            assert number is None or threshold or any(map(str.strip, said)), (unit, cell.text_content())
