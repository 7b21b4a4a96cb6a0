"""What holds of every section: nothing that data could spoil, captions, sources; which stand on whose page."""

import re
from dataclasses import replace

import pytest

import poa_eval as poa
from blocks import SHOWN, read_text
from made import make_plan, make_quarter
from poa_eval.errors import ParamsError
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table

DRAWN = [poa.show.activity_chart, poa.show.periods_chart]
NOTHING = re.compile(r"\b(nan|none|nat|inf|<na>|true|false)\b", re.IGNORECASE)


def test_tables_have_captions_scopes_and_sources(gerencia_quarter):
    for show in (poa.show.counts, poa.show.activities, poa.show.heatmap, poa.show.ranking, poa.show.findings):
        html = show(gerencia_quarter).html
        assert html.count("<caption>") == html.count("<table") == 1
        assert not re.findall(r"<th(?![^>]*scope=)[^>]*>", html.replace("<thead>", ""))
        assert "<th scope=" in html.split("<tbody>")[1]
        assert (
            '<p class="fuente">Fuente: poa-2023-t1.xlsx.</p>' in html
        )  # what the document says of itself: in the title
    assert 'title="Fuente: poa-2023-t1.xlsx!304 T1!E13"' in poa.show.activities(gerencia_quarter).html
    assert 'title="Fuente: poa-2023-t1.xlsx!303 feb-23!' in poa.show.periods(gerencia_quarter.unit("303")).html


def test_markup_in_the_data_stays_text(gerencia_quarter):
    bad = '<script>alert("x")</script>'
    plan = make_plan(
        [(5, 5), (5, None), (0, 3)], unidad=f"Obras {bad}", actividad=bad, indicador=f"'>{bad}", unidad_medida=bad
    )
    note = [{"clave": "nota", "texto": bad, "fuente": bad}]
    quarter = make_quarter(gerencia_quarter, replace(plan, institucion=bad, contexto=make_table("contexto", note)))
    for q in (quarter, quarter.unit("u")):
        for show in (*SHOWN, *DRAWN, lambda q: poa.show.table(q, "actividades")):
            html = show(q).html
            assert "<script" not in html
            assert 'alert("x")' not in html
    assert "&lt;script&gt;" in poa.show.activities(quarter).html


@pytest.mark.parametrize("periods", [[], [(5, 5), (5, None), (5, 5)], [(0, None), (0, 2), (None, 3)]])
def test_nothing_shows_as_a_missing_value(gerencia_quarter, sat_quarter, periods):
    made = make_quarter(gerencia_quarter, make_plan(periods))
    empty = make_quarter(gerencia_quarter, Plan("Municipio", 2024, "es_MX"))
    for quarter in (made, made.unit("u"), empty, gerencia_quarter, gerencia_quarter.unit("308"), sat_quarter):
        tables = [poa.show.table(quarter, name) for name in quarter.plan.tables()]
        for block in [show(quarter) for show in (*SHOWN, *DRAWN)] + tables:
            assert not NOTHING.search(read_text(block)), block
            assert not NOTHING.search(re.sub(r'base64,[^"]*', "", block.html).replace('aria-hidden="true"', ""))
            assert not re.search(r"\b0x[0-9a-f]{6,}", repr(block))


def test_what_an_analyst_types_alone_is_told_in_a_line(sat_quarter):
    told = repr(sat_quarter.unit("escuela-sat"))
    assert told.startswith(
        "<Quarter: unidad escuela-sat, 2 hallazgos, <Evaluation: IV trimestre, perfil neutro, de <Plan: "
    )
    assert len(told) < 250
    with pytest.raises(ParamsError, match="poa.measure"):
        poa.show.ranking(sat_quarter.plan)
