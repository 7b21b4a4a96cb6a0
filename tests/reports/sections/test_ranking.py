"""Units and goals in order."""

import re

import poa_eval as poa
from blocks import read_rows, read_text
from made import make_plan


def test_ranking_sets_apart_who_did_not_report_and_links_each_page(sat_quarter, gerencia_quarter):
    rows = {row[0][:3]: row for row in read_rows(poa.show.ranking(gerencia_quarter)) if len(row) == 7}
    assert [rows[unit][1] for unit in ("300", "315", "305", "306", "309", "308")] == ["1", "1", "6", "7", "8", "—"]
    assert "cobertura de reporte de 0.0 %; el mínimo del perfil es 80.0 %" in rows["308"][0]
    linked = poa.show.ranking(sat_quarter, links=True).html
    for unit_id in sat_quarter.plan.unidades["unidad_id"]:
        assert f'href="unidades/{unit_id}.html"' in linked
    assert "href" not in poa.show.ranking(sat_quarter).html


def test_a_heat_map_holds_each_units_number_and_sign_by_quarter_or_month(sat_quarter, gerencia_quarter):
    rows = {row[0]: row[1:] for row in read_rows(poa.show.heatmap(sat_quarter))}
    assert rows["ORGANO DE CONTROL INSTITUCIONAL"] == ["✗ 37.5 %", "✗ 50.0 %", "◔ 78.6 %", "✓ 100.0 %", "✗ 68.2 %"]
    assert rows["INSTITUCIONAL"][1] == "– no programada"
    for quarter in (1, 2, 3, 4):
        e = poa.measure(sat_quarter.plan, quarter)
        for unit in e.unidades.to_dict("records"):
            shown = re.sub(r"[^\d.]", "", rows[unit["unidad"]][quarter - 1])
            assert (
                (round(unit["promedio_topado_trimestre"], 1) == float(shown))
                if shown
                else unit["evaluadas_trimestre"] == 0
            )
    block = poa.show.heatmap(gerencia_quarter)
    assert read_rows(block)[0] == ["Unidad", "Ene", "Feb", "Mar", "I trimestre"]
    rows = {row[0][:3]: row[1:] for row in read_rows(block)}
    assert rows["300"][:3] == ["·", "·", "·"]  # files by quarter
    assert "· la unidad no informa de ese mes por separado" in read_text(block)
    assert rows["308"] == ["✓ 100.0 %", "? sin reporte", "? sin reporte", "? sin reporte"]
    assert "✓ cumplida" in read_text(block)  # the signs are explained


def test_the_furthest_behind_and_the_far_beyond_are_few_and_in_order(sat_quarter, gerencia_quarter):
    rows = [row for row in read_rows(poa.show.extremes(sat_quarter))[1:]]
    assert [(*row[2:4], row[5]) for row in rows][:2] == [("44", "30", "-14"), ("45", "44", "-1")]
    assert len(rows) == 5
    said = read_text(poa.show.extremes(gerencia_quarter))
    assert "1 actividad sin reporte no tiene cifra que ordenar." in said
    assert "Metas muy por encima de lo programado (más de 110.0 %)" in said
    calm = poa.measure(make_plan([(5, 5), (5, 5), (5, 5)]), 1)
    assert "Ninguna meta evaluada quedó por debajo" in read_text(poa.show.extremes(calm))
