"""Figures: what they say in words, their bytes, and how many and how long they may be."""

import base64
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from made import make_plan, make_quarter, open_params

import poa_eval as poa
from poa_eval.errors import ParamsError
from poa_eval.plan import make_table

LONG = "CONSTRUCCIÓN Y REHABILITACIÓN DE LA INFRAESTRUCTURA " * 6 + "X" * 120


def read_alts(block) -> list[str]:
    return re.findall(r'<img[^>]*alt="([^"]*)"', block.html)


def read_pictures(block) -> list[str]:
    return [base64.b64decode(data).decode() for data in re.findall(r"svg\+xml;base64,([^\"]+)", block.html)]


@pytest.fixture(params=["sat-2022-t4", "gerencia-comercial-2023-t1"])
def quarter(request):
    return open_params(request.param)


def test_each_figure_tells_its_own_content(quarter):
    blocks = [poa.plot_states(quarter), poa.plot_ranking(quarter), poa.plot_periods(quarter)]
    alts = [alt for block in blocks for alt in read_alts(block)]
    assert len(alts) == sum(block.html.count("<img") for block in blocks) > 5
    assert len(set(alts)) == len(alts)
    assert all(len(alt) > 60 for alt in alts)
    assert all(block.html.count("<figcaption>") == block.html.count("<img") for block in blocks)


def test_words_of_the_figures_hold_the_figures():
    sat, gerencia = open_params("sat-2022-t4"), open_params("gerencia-comercial-2023-t1")
    assert "A la fecha, 38 de 43 actividades evaluadas alcanzan su meta." in poa.plot_states(sat).html
    assert "IV trimestre: cumplida 41, casi cumplida 1, no programada 1" in read_alts(poa.plot_states(sat))[0]
    assert "12 unidades cumplen todas sus metas evaluadas, de 15" in poa.plot_ranking(sat).html
    assert "309 · COORDINACIÓN DE RECUPERACIÓN DE REZAGOS: 0.0\xa0%" in read_alts(poa.plot_ranking(gerencia))[0]
    assert "308 · COORDINACION DE BAJOS CONSUMOS: sin lugar" in read_alts(poa.plot_ranking(gerencia))[0]
    (alt,) = read_alts(poa.plot_periods(gerencia.unit("308")))
    assert "ene, programado 7,000, ejecutado 11,052; feb, sin programado, sin reporte" in alt
    assert "De 5 actividades, 2 quedan por debajo" in poa.plot_periods(gerencia.unit("306")).html


def test_a_cumulative_result_is_drawn_against_what_was_programmed_so_far():
    block = poa.plot_activity(open_params("gerencia-comercial-2023-t1").unit("306"), "INSPECCION")
    assert "mar, programado 24.99, ejecutado 25" in read_alts(block)[0]
    assert "se dibuja sumado" in block.html


def test_months_and_quarters_of_one_activity_are_drawn_as_quarters():
    block = poa.plot_activity(open_params("sat-2022-t4"), "GESTIÓN DE LAS COMPENSACIONES DE LOS SERVIDORES")
    assert "I trimestre, programado 21, ejecutado 21" in read_alts(block)[0]
    assert "IV trimestre, programado 24, ejecutado 23" in read_alts(block)[0]
    assert "ene" not in read_alts(block)[0].split(":")[1]


def test_pictures_are_the_same_bytes_each_time_and_valid(quarter):
    for plot in (poa.plot_states, poa.plot_ranking, poa.plot_periods, poa.plot_activity):
        first, second = read_pictures(plot(quarter)), read_pictures(plot(quarter))
        assert first == second
        for picture in first:
            assert ET.fromstring(picture).tag.endswith("svg")
            assert "<text" in picture
            assert "DejaVu Sans" in picture
            assert len(picture) < 40_000


def make_many(number: int, results) -> poa.Plan:
    plan = make_plan()
    ids = [f"u-{i}" for i in range(number)]
    activities = [plan.actividades.iloc[0].to_dict() | {"actividad_id": i, "actividad": f"{i} {LONG}"} for i in ids]
    rows = [
        {"actividad_id": i, "mes": 3, "meses": 3, "programado": 10, "ejecutado": results(n), "origen": "leido"}
        for n, i in enumerate(ids)
    ]
    return replace(plan, actividades=make_table("actividades", activities), avances=make_table("avances", rows))


def test_of_sixty_activities_those_are_drawn_that_ask_for_a_look():
    quarter = make_quarter(open_params("sat-2022-t4"), make_many(60, lambda n: 3 if n % 3 == 0 else 10)).unit("u")
    block = poa.plot_periods(quarter)
    assert block.html.count("<img") == 12
    assert "Se dibujan 12 de 60 actividades: las que más atención requieren; todas están en la tabla." in block.html
    assert all("Crítica" in alt for alt in read_alts(block))
    calm = make_quarter(open_params("sat-2022-t4"), make_many(60, lambda n: 10)).unit("u")
    assert "Se dibujan 12 de 60 actividades: las primeras del plan" in poa.plot_periods(calm).html
    assert LONG.split()[0] in block.html


def test_one_activity_is_drawn_wide():
    quarter = make_quarter(open_params("sat-2022-t4"), make_plan([(1, 1), (2, 2), (3, 0)]))
    assert poa.plot_periods(quarter.unit("u")).html.count("<img") == 1


def test_names_with_formulas_control_signs_and_great_length_do_no_harm():
    name = "Precio $x^2$ \\frac{ 漢字 \x07" + LONG
    quarter = make_quarter(open_params("sat-2022-t4"), make_plan([(1, 1), (2, 2), (3, 0)], unidad=name))
    (picture,) = read_pictures(poa.plot_ranking(quarter))
    text = " ".join(ET.fromstring(picture).itertext())
    assert "$x^2$ \\frac{" in text
    assert "\x07" not in picture


def test_an_activity_is_found_by_part_of_its_name_or_the_nearest_is_suggested():
    quarter = open_params("gerencia-comercial-2023-t1")
    assert "LECTURAS TOMADAS" in read_alts(poa.plot_activity(quarter, "lecturas tomadas"))[0]
    assert "sin reporte" in read_alts(poa.plot_activity(quarter))[0]
    with pytest.raises(ParamsError, match="LECTURAS TOMADAS"):
        poa.plot_activity(quarter, "lecturas tomada s")
    with pytest.raises(ParamsError, match="que nombra a 3 actividades"):
        poa.plot_activity(quarter, "contratos")
