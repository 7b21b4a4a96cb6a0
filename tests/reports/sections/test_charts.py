"""Figures: what they say in words, their bytes, and how many and how long they may be."""

import base64
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

import poa_eval as poa
from made import make_plan, make_quarter, open_params
from poa_eval.errors import ParamsError
from poa_eval.plan.schema import make_table

LONG = "CONSTRUCCIÓN Y REHABILITACIÓN DE LA INFRAESTRUCTURA " * 6 + "X" * 120


def read_alts(block) -> list[str]:
    return re.findall(r'<img[^>]*alt="([^"]*)"', block.html)


def read_pictures(block) -> list[str]:
    return [base64.b64decode(data).decode() for data in re.findall(r"svg\+xml;base64,([^\"]+)", block.html)]


@pytest.fixture(params=["sat-2022-t4", "gerencia-comercial-2023-t1"])
def quarter(request):
    return open_params(request.param)


def list_blocks(quarter) -> list:
    return [poa.show.periods_chart(quarter.unit(unit)) for unit in quarter.plan.unidades["unidad_id"]]


def test_each_figure_tells_its_own_content(quarter):
    blocks = list_blocks(quarter)
    alts = [alt for block in blocks for alt in read_alts(block)]
    assert len(alts) == sum(block.html.count("<img") for block in blocks) > 4
    assert len(set(alts)) == len(alts)
    assert all(len(alt) > 60 for alt in alts)
    assert all(block.html.count("<figcaption>") == block.html.count("<img") for block in blocks)
    assert not poa.show.periods_chart(quarter).html  # the institution's page leaves them to the units


def test_words_of_the_figures_hold_the_figures():
    sat, gerencia = open_params("sat-2022-t4"), open_params("gerencia-comercial-2023-t1")
    (alt,) = read_alts(poa.show.periods_chart(gerencia.unit("308")))
    assert "ene, programado 7,000, ejecutado 11,052; feb, sin programado, sin reporte" in alt
    assert "Curva acumulada: a ene, 11,052 de 7,000." in alt  # what lacks a report is not carried on
    assert "De 5 actividades, 2 quedan por debajo" in poa.show.periods_chart(gerencia.unit("306")).html
    alt = read_alts(poa.show.periods_chart(sat.unit("organo-de-control-institucional")))[0]
    assert "Curva acumulada: a ene, 1 de 2; a feb, 2 de 3; a mar, 3 de 8; a abr, 5 de 13" in alt
    assert alt.endswith("la meta del año es 44.")


def test_a_single_period_is_no_chart():
    gerencia = open_params("gerencia-comercial-2023-t1")
    assert poa.show.periods_chart(gerencia.unit("300")) == poa.show.periods_chart(gerencia.unit("304"))
    assert not poa.show.periods_chart(gerencia.unit("300")).html


def test_a_cumulative_result_is_drawn_against_what_was_programmed_so_far():
    block = poa.show.activity_chart(open_params("gerencia-comercial-2023-t1").unit("306"), "INSPECCION")
    assert "mar, programado 24.99, ejecutado 25" in read_alts(block)[0]
    assert "se dibuja sumado" in block.html


def test_months_and_quarters_of_one_activity_are_drawn_as_quarters():
    block = poa.show.activity_chart(open_params("sat-2022-t4"), "GESTIÓN DE LAS COMPENSACIONES DE LOS SERVIDORES")
    assert "I trimestre, programado 21, ejecutado 21" in read_alts(block)[0]
    assert "IV trimestre, programado 24, ejecutado 23" in read_alts(block)[0]
    assert "ene" not in read_alts(block)[0].split(":")[1]


def test_pictures_are_the_same_bytes_each_time_and_valid(quarter):
    units = [quarter.unit(unit) for unit in quarter.plan.unidades["unidad_id"][:4]]
    for first, second in ((poa.show.periods_chart(q), poa.show.periods_chart(q)) for q in units):
        assert first == second
        for picture in read_pictures(first):
            assert ET.fromstring(picture).tag.endswith("svg")
            assert "<text" in picture
            assert "DejaVu Sans" in picture
            assert len(picture) < 40_000


def make_many(number: int, results) -> poa.Plan:
    plan = make_plan()
    ids = [f"u-{i}" for i in range(number)]
    activities = [plan.actividades.iloc[0].to_dict() | {"actividad_id": i, "actividad": f"{i} {LONG}"} for i in ids]
    rows = [
        {"actividad_id": i, "mes": month, "meses": 1, "programado": 10, "ejecutado": results(n), "origen": "leido"}
        for n, i in enumerate(ids)
        for month in (1, 2, 3)
    ]
    return replace(plan, actividades=make_table("actividades", activities), avances=make_table("avances", rows))


def test_of_sixty_activities_those_are_drawn_that_ask_for_a_look():
    quarter = make_quarter(open_params("sat-2022-t4"), make_many(60, lambda n: 3 if n % 3 == 0 else 10)).unit("u")
    block = poa.show.periods_chart(quarter)
    assert block.html.count("<img") == 4
    assert "Se dibujan 4 de las 20 actividades por debajo de su meta; todas están en la tabla." in block.html
    assert all("Crítica" in alt for alt in read_alts(block))
    calm = make_quarter(open_params("sat-2022-t4"), make_many(60, lambda n: 10)).unit("u")
    assert not poa.show.periods_chart(calm).html  # the table says that all is as it should be
    assert LONG.split()[0] in block.html


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ((3, 10, 10), "Se dibuja la única actividad por debajo de su meta; todas están en la tabla."),
        ((3, 10, 4), "Se dibujan las 2 actividades por debajo de su meta; todas están en la tabla."),
        ((30, 10, 4), "Se dibujan las 2 actividades por debajo o muy por encima de su meta; todas"),
        ((30, None, 10), "Se dibujan las 2 actividades sin reporte o muy por encima de su meta; todas"),
        ((None, 10, 10), "Se dibuja la única actividad sin reporte; todas están en la tabla."),
    ],
)
def test_it_says_which_activities_are_drawn(results, said):
    quarter = make_quarter(open_params("sat-2022-t4"), make_many(3, lambda n: results[n])).unit("u")
    assert said in poa.show.periods_chart(quarter).html


def draw_year(done: list, goal: float | None = 120, planned: int = 12):
    """Return the picture of an activity of ten a month, of which so much was done up to september."""
    periods = [(10, value) for value in done] + [(10, None)] * (planned - len(done))
    block = poa.show.activity_chart(
        make_quarter(open_params("sat-2022-t4"), make_plan(periods, meta_anual=goal), 3).unit("u")
    )
    return block, read_pictures(block)[0]


def read_words(picture: str) -> dict[str, tuple[float, float]]:
    """Return the words of a picture with where they start."""
    texts = re.findall(r"<text[^>]*?(?:translate\(|x=\")([\d.]+)[ ,\"]+(?:y=\")?([\d.]+)[^>]*>([^<]+)<", picture)
    return {said: (float(x), float(y)) for x, y, said in texts}


def test_the_curve_stands_against_the_goal_and_the_rest_of_the_programme():
    block, picture = draw_year([8] * 9)
    assert "meta 120" in read_words(picture)
    assert "la meta del año es 120; lo programado llega a 120 en diciembre." in read_alts(block)[0]
    block, picture = draw_year([8] * 9, planned=9)
    assert "meta 120" in read_words(picture)
    assert read_alts(block)[0].endswith("la meta del año es 120.")  # nobody knows the programme of the rest
    block, picture = draw_year([8] * 9, goal=None)
    assert not any("meta" in said for said in read_words(picture))
    assert read_alts(block)[0].endswith("lo programado llega a 120 en diciembre.")


def test_it_says_what_is_programmed_and_what_is_done():
    assert "Contorno y línea punteados: programado; barra y línea continua: ejecutado." in draw_year([8] * 9)[0].html
    mean = {"acumulacion": "promedio", "acumulacion_programado": "promedio"}
    quarter = make_quarter(open_params("sat-2022-t4"), make_plan([(5, 4)] * 3, **mean)).unit("u")
    assert "Contorno punteado: programado; barra: ejecutado." in poa.show.periods_chart(quarter).html


@pytest.mark.parametrize("done", [0, 5, 9, 10, 12, 20])
def test_the_curves_label_stands_to_the_right_of_its_last_point(done):
    words = read_words(draw_year([done] * 9)[1])
    (x, _), (september, _), (december, _) = words["acumulado"], words["sep"], words["dic"]
    assert september + (december - september) / 6 <= x < december  # the point is where september ends


def test_one_activity_is_drawn_wide():
    quarter = make_quarter(open_params("sat-2022-t4"), make_plan([(1, 1), (2, 2), (3, 0)])).unit("u")
    assert poa.show.periods_chart(quarter).html.count("<img") == 1
    assert "--ancho: 34rem; align-items: start" in poa.show.periods_chart(quarter).html


def test_names_with_formulas_control_signs_and_great_length_do_no_harm():
    name = "Precio $x^2$ \\frac{ 漢字 \x07" + LONG
    block = poa.show.activity_chart(
        make_quarter(open_params("sat-2022-t4"), make_plan([(1, 1), (2, 2)], actividad=name))
    )
    assert "$x^2$ \\frac{" in block.html
    assert "$x^2$" not in read_pictures(block)[0]  # names are text of the page, which wraps them


def test_an_activity_is_found_by_part_of_its_name_or_the_nearest_is_suggested():
    quarter = open_params("gerencia-comercial-2023-t1")
    assert "LECTURAS TOMADAS" in read_alts(poa.show.activity_chart(quarter, "lecturas tomadas"))[0]
    assert "sin reporte" in read_alts(poa.show.activity_chart(quarter))[0]
    with pytest.raises(ParamsError, match="LECTURAS TOMADAS"):
        poa.show.activity_chart(quarter, "lecturas tomada s")
    with pytest.raises(ParamsError, match="que nombra a 3 actividades"):
        poa.show.activity_chart(quarter, "contratos")
