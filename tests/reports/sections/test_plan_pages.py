"""Pages of a plan alone, and of one of which results came back."""

import re
from dataclasses import replace

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_output

import poa_eval as poa
from blocks import read_rows, read_text
from made import make_quarter, open_params
from places import ROOT
from poa_eval.forms.capture import list_owed
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.reports.html.blocks import EMPTY
from poa_eval.reports.html.page import export_html

JOCOTEPEC, CUSCATANCINGO, SANTIAGO = "jocotepec-2024-poa", "cuscatancingo-2018-poa", "santiago-2017-metas"
PARAMS = {JOCOTEPEC: "jocotepec-2024-t1", CUSCATANCINGO: "cuscatancingo-2018-t1", SANTIAGO: "santiago-2017-t2"}
OF_RESULTS = [
    poa.show.published,
    poa.show.counts,
    poa.show.activities,
    poa.show.periods,
    poa.show.ranking,
    poa.show.changes,
    poa.show.heatmap,
    poa.show.extremes,
    poa.show.year_end,
    poa.show.comments,
    poa.show.periods_chart,
    poa.show.activity_chart,
]
OF_PLAN = [
    poa.show.evaluability,
    poa.show.due,
    poa.show.investment,
    poa.show.goals,
    poa.show.swot,
    poa.show.mission,
]
ALWAYS = [poa.show.title, poa.show.headline, poa.show.key_figures, poa.show.method, poa.show.sources]
NOTHING = re.compile(r"\b(nan|none|nat|inf|<na>|true|false)\b", re.IGNORECASE)
SECTIONS = [
    "Evaluabilidad del plan",
    "Qué vence y cuándo",
    "Inversión prevista",
    "Objetivos, metas y actividades del plan",
    "Fortalezas, oportunidades, debilidades y amenazas",
    "Las unidades, según el plan",
]


def make_page(quarter) -> str:
    """Return the page of a quarter: its notebook with what each call shows, exported."""
    name = "informe_unidad" if quarter.unidad else "informe_institucional"
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    for cell in [cell for cell in notebook.cells if cell.cell_type == "code"][2:]:
        block = eval(cell.source, {"poa": poa, "q": quarter})
        cell.outputs = [new_output("display_data", data={"text/html": block.html})] if block.html else []
    return export_html(notebook, titulo="Prueba")


def list_headings(page: str) -> list[str]:
    return re.findall(r"<h2[^>]*>(.*?)</h2>", page)


def report(quarter, answer):
    """Return a quarter in which a capture workbook came back; `answer` gives 1, 0 or None by activity's number."""
    plan = quarter.plan
    order = {key: i for i, key in enumerate(plan.actividades["actividad_id"], start=1)}
    owed = list_owed(plan, 1)
    rows = [
        {"actividad_id": o.actividad_id, "mes": o.mes, "meses": o.meses, "programado": 1, "origen": "leido"}
        | {"ejecutado": answer(order[o.actividad_id]), "fuente": "captura.xlsx!Captura!A1"}
        for o in owed
    ]
    notes = [{"clave": "regla.captura", "texto": "1"}]
    notes += [{"clave": f"realizada/{o.actividad_id}", "texto": "¿Realizada?"} for o in owed]
    context = make_table("contexto", pd.concat([plan.contexto, pd.DataFrame(notes)], ignore_index=True))
    plan = replace(plan, avances=make_table("avances", rows), contexto=context)
    evaluation = poa.measure(plan, 1, perfil=quarter.evaluacion.perfil)
    return replace(quarter, plan=plan, hallazgos=poa.check(plan), evaluacion=evaluation)


def make_calendar(number, origins=("frecuencia",), units=1, **fields):
    ids = [f"a-{i:02}" for i in range(number)]
    rows = [
        {"actividad_id": key, "unidad_id": f"u-{i % units}", "actividad": f"{i} CONSTRUCCIÓN DE CALLES " * 9, **fields}
        | {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma"}
        for i, key in enumerate(ids)
    ]
    dates = [
        {"actividad_id": key, "mes": month, "origen": origins[i % len(origins)]}
        for i, key in enumerate(ids)
        for month in range(1 + i % 12, 13)
    ]
    names = [{"unidad_id": f"u-{i}", "unidad": f"Dirección {i}"} for i in range(units)]
    tables = {"unidades": names, "actividades": rows, "calendario": dates}
    return Plan("Municipio", 2024, "es_MX", **{name: make_table(name, rows) for name, rows in tables.items()})


def spoil(quarter, bad):
    """Return a quarter of which every text is the given one."""
    plan = quarter.plan
    kept = ("_id", "clave", "nivel", "cuadrante", "origen", "ambito", "concepto", "sentido", "acumulacion", "fuente")
    tables = {
        name: table.assign(
            **{
                c: bad
                for c in table
                if table[c].dtype == "str" and not c.endswith(kept) and c != "acumulacion_programado"
            }
        )
        for name, table in plan.tables().items()
    }
    context = tables["contexto"].assign(
        texto=plan.contexto["texto"].where(plan.contexto["clave"].str[:6] == "regla.", bad)
    )
    return make_quarter(quarter, replace(plan, **tables | {"contexto": context}))


def test_a_plan_alone_has_no_compliance_to_show(quarter):
    for q in (quarter, *map(quarter.unit, quarter.plan.unidades["unidad_id"])):
        assert [show.__name__ for show in OF_RESULTS if show(q) != EMPTY] == []


@pytest.mark.parametrize("params", ["sat-2022-t4", "gerencia-comercial-2023-t1"])
def test_documents_of_results_alone_have_no_plan_to_show(params):
    whole = open_params(params)
    for q in (whole, whole.unit(whole.plan.unidades["unidad_id"].iloc[0])):
        assert [show.__name__ for show in OF_PLAN if show(q) != EMPTY] == []
        assert set(list_headings(make_page(q))).isdisjoint(SECTIONS)


def test_markup_in_a_plan_stays_text(quarter):
    bad = '\'"><script>alert("x")</script>'
    spoilt = spoil(quarter, bad)
    for q in (spoilt, spoilt.unit(quarter.plan.unidades["unidad_id"].iloc[0])):
        for show in (*ALWAYS, *OF_PLAN):
            html = show(q).html
            assert "<script" not in html
            assert 'alert("x")' not in html
        assert "&lt;script&gt;" in poa.show.goals(q).html
        assert "&lt;script&gt;" in poa.show.evaluability(q).html


def test_nothing_of_a_plan_shows_as_a_missing_value(quarter):
    bare = make_quarter(quarter, replace(make_calendar(3, units=2), institucion="Municipio"))
    goal = {"meta_id": "m", "unidad_id": "u-0", "nivel": "objetivo", "inversion": 5.0}
    goals = make_quarter(quarter, replace(bare.plan, metas=make_table("metas", [goal])))
    empty = make_quarter(quarter, Plan("Municipio", 2024, "es_MX"))
    units = [quarter.unit(unit) for unit in quarter.plan.unidades["unidad_id"]]
    for q in (quarter, *units, bare, bare.unit("u-0"), goals, empty):
        for show in (*ALWAYS, *OF_PLAN):
            block = show(q)
            html = re.sub(r'base64,[^"]*', "", block.html).replace('aria-hidden="true"', "")
            assert not NOTHING.search(html), block
            assert not NOTHING.search(repr(block))
            assert bool(block.html) == bool(repr(block))


def test_tables_have_captions_and_sources_and_figures_their_words(quarter):
    html = "".join(show(quarter).html for show in OF_PLAN)
    assert html.count("<caption>") == html.count("<table") > 0
    for show in (poa.show.evaluability, poa.show.goals):
        assert '<p class="fuente">Fuente: ' in show(quarter).html


def test_the_pages_of_a_plan_lead_with_its_evaluability(quarter):
    for q in (quarter, *map(quarter.unit, quarter.plan.unidades["unidad_id"])):
        page = make_page(q)
        headings = list_headings(page)
        assert headings[:2] == ["En resumen", "Evaluabilidad del plan"]
        assert set(headings).isdisjoint({"Totales que imprime el documento", "Actividades por estado", "Actividades"})
        assert "Texto resumido; cifras del documento" in page
        assert len(page.encode()) < 150_000
        assert page.count("<h1>") == 1


def test_sections_appear_where_the_plan_has_something_for_them():
    found = {name: list_headings(make_page(open_params(params))) for name, params in PARAMS.items()}
    assert [s for s in found[JOCOTEPEC] if s in SECTIONS] == SECTIONS
    assert [s for s in found[CUSCATANCINGO] if s in SECTIONS] == [SECTIONS[i] for i in (0, 1, 3, 5)]
    assert [s for s in found[SANTIAGO] if s in SECTIONS] == [SECTIONS[i] for i in (0, 1, 3)]


def test_a_units_page_holds_that_unit_only():
    whole = open_params(PARAMS[SANTIAGO])
    page = make_page(whole.unit("direccion-de-egresos"))
    others = whole.plan.actividades[whole.plan.actividades["unidad_id"] != "direccion-de-egresos"]
    assert "DIRECCIÓN DE INGRESOS" not in page
    assert not [name for name in others["actividad"] if name in page]


def test_captured_results_bring_compliance_back_and_the_plan_remains():
    quarter = report(open_params(PARAMS[JOCOTEPEC]), lambda number: 1)
    said = read_text(poa.show.headline(quarter))
    assert "se cumplió la meta de las 13 actividades que vencían" in said
    assert "13 de 13 exigibles" in read_text(poa.show.key_figures(quarter))
    headings = list_headings(make_page(quarter))
    assert [s for s in headings if s in SECTIONS] == SECTIONS
    assert {"Actividades por estado", "Unidades", "Actividades"} <= set(headings)
    assert headings.index("Actividades") < headings.index("Evaluabilidad del plan")
    some = report(open_params(PARAMS[JOCOTEPEC]), lambda number: {2: 0, 3: None, 4: None}.get(number, 1))
    said = read_text(poa.show.headline(some))
    assert "se cumplió la meta de 10 de las 13 actividades que vencían (76.9 %; cobertura de reporte: 84.6 %)" in said
    assert "Entre lo que vencía hay 2 actividades sin reporte (falta el I trimestre)" in said
    assert "10 de 13 exigibles; cobertura de reporte: 84.6 %" in read_text(poa.show.key_figures(some))
    assert "divide entre todo lo que vencía, también lo no reportado" in read_text(poa.show.method(some))


def test_an_empty_capture_is_without_report_and_no_plan_alone():
    quarter = report(open_params(PARAMS[JOCOTEPEC]), lambda number: None)
    rows = {row[0]: row[1:] for row in read_rows(poa.show.counts(quarter))}
    assert rows["? sin reporte"] == ["13", "13"]
    assert "13 actividades sin reporte" in read_text(poa.show.headline(quarter))


def test_a_unit_that_reported_nothing_among_others_that_did_is_without_report():
    plan = make_calendar(2, units=2)
    rows = [
        {"actividad_id": f"a-{i:02}", "mes": 3, "meses": 3, "programado": 5, "ejecutado": done, "origen": "leido"}
        for i, done in enumerate((5, None))
    ]
    quarter = make_quarter(open_params(PARAMS[SANTIAGO]), replace(plan, avances=make_table("avances", rows)))
    assert "sin reporte" in read_text(poa.show.activities(quarter.unit("u-1")))
