"""What is shown of a plan: how far it can be evaluated, what falls due, what it costs and what it wants."""

import base64
import re
from dataclasses import replace

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import poa_eval as poa
from made import make_plan, make_quarter, open_params
from places import ROOT, list_texts
from poa_eval.forms.owed import list_owed
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.reports.html.blocks import EMPTY, Block
from poa_eval.reports.html.page import export_html
from poa_eval.reports.sections.inputs import name_source
from poa_eval.runs.results import _list_results

JOCOTEPEC, CUSCATANCINGO, SANTIAGO = "jocotepec-2024-poa", "cuscatancingo-2018-poa", "santiago-2017-metas"
PARAMS = {JOCOTEPEC: "jocotepec-2024-t1", CUSCATANCINGO: "cuscatancingo-2018-t1", SANTIAGO: "santiago-2017-t2"}
QUARTERS = {JOCOTEPEC: 1, CUSCATANCINGO: 1, SANTIAGO: 2}
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


def list_sources(stem):
    """The document as the clone keeps it, the workbook made of it, and untouched where that is at hand."""
    texts = [pytest.param((stem, *text.values), id=text.id) for text in list_texts(stem)]
    return [*texts, pytest.param((stem, None), id=f"{stem}-data")]


def open_plan(source) -> poa.Quarter:
    stem, path = source
    quarter = open_params(PARAMS[stem])
    return quarter if path is None else make_quarter(quarter, poa.load(path), QUARTERS[stem])


@pytest.fixture(scope="module", params=list_sources(JOCOTEPEC))
def jocotepec(request):
    return open_plan(request.param)


@pytest.fixture(scope="module", params=list_sources(CUSCATANCINGO))
def cuscatancingo(request):
    return open_plan(request.param)


@pytest.fixture(scope="module", params=list_sources(SANTIAGO))
def santiago(request):
    return open_plan(request.param)


@pytest.fixture(params=PARAMS.values())
def quarter(request):
    return open_params(request.param)


def read_text(block) -> str:
    """Return the words of a block's HTML, pictures aside."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", block.html)).strip()


def read_rows(block) -> list[list[str]]:
    """Return the cells of a block's tables."""
    rows = re.findall(r"<tr>(.*?)</tr>", block.html, flags=re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in rows]
    return [[re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip() for cell in row] for row in cells]


def read_alts(block) -> list[str]:
    return re.findall(r'<img[^>]*alt="([^"]*)"', block.html)


def read_pictures(block) -> list[str]:
    return [base64.b64decode(data).decode() for data in re.findall(r"svg\+xml;base64,([^\"]+)", block.html)]


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


# --- what a plan alone says


def test_the_headline_says_what_the_document_is_and_how_evaluable(jocotepec, cuscatancingo, santiago):
    said = read_text(poa.show.headline(jocotepec))
    assert said.startswith(
        "El plan de 2024 trae 14 actividades y ningún resultado: 1 de 14 metas está cuantificada. "
        "Su evaluabilidad es de 25.9 %: de 8 criterios, 2 se cumplen en todas las actividades y 5 no se cumplen en "
        "ninguna. En el I trimestre de 2024 vencen 13 de 14 actividades. La inversión prevista suma 2,190,000 en 5 "
        "actividades; 9 actividades no generan gasto."
    )
    said = read_text(poa.show.headline(cuscatancingo))
    assert "trae 26 actividades y ningún resultado: ninguna de las 13 metas está cuantificada." in said
    assert "En el I trimestre de 2018 están previstas 6 de 26 actividades; 16 no tienen calendario." in said
    assert "inversión" not in said
    said = read_text(poa.show.headline(santiago))
    assert "23 actividades de 2 unidades y ningún resultado: 1 de 23 metas está cuantificada y 2 están vacías." in said
    assert "ninguna de sus 23 actividades: todas quedan sin calendario" in said


def test_key_figures_of_a_plan_are_of_the_plan(jocotepec, santiago):
    said = read_text(poa.show.key_figures(jocotepec))
    for part in (
        "Evaluabilidad 25.9 %",
        "Fórmula: criterios cumplidos / 8 × 100",
        "Metas cuantificadas 1 de 14",
        "Actividades que vencen en el I trimestre 13 de 14 Por trimestre: I 13, II 14, III 13, IV 14",
        "Inversión prevista 2,190,000 Suma de 5 actividades 9 actividades no generan gasto",
    ):
        assert part in said
    said = read_text(poa.show.key_figures(santiago))
    assert "Actividades con calendario 0 de 23" in said
    assert "Inversión" not in said
    assert "cumplid" not in said.replace("criterios cumplidos", "")


def test_a_plan_alone_has_no_compliance_to_show(quarter):
    for q in (quarter, *map(quarter.unit, quarter.plan.unidades["unidad_id"])):
        assert [show.__name__ for show in OF_RESULTS if show(q) != EMPTY] == []


@pytest.mark.parametrize("params", ["sat-2022-t4", "gerencia-comercial-2023-t1"])
def test_documents_of_results_alone_have_no_plan_to_show(params):
    whole = open_params(params)
    for q in (whole, whole.unit(whole.plan.unidades["unidad_id"].iloc[0])):
        assert [show.__name__ for show in OF_PLAN if show(q) != EMPTY] == []
        assert set(list_headings(make_page(q))).isdisjoint(SECTIONS)


def test_criteria_are_counted_and_shown_for_each_activity(jocotepec):
    block = poa.show.evaluability(jocotepec)
    rows = read_rows(block)
    counts = {row[0].split(" Hay ")[0]: row[1:] for row in rows if len(row) == 3}
    assert counts["Meta cuantificada"] == ["1 de 14", "7.1 %"]
    marks = {row[0]: row[1:] for row in rows if len(row) == 9 and row[1][:1] in "✓✗"}
    assert len(marks) == 14
    assert marks["1 · Eliminar incumplimiento de comprobación de gastos"] == [
        "✓ sí", "✗ no", "✗ no", "✗ no", "✓ sí", "✓ sí", "✗ no", "✗ no",
    ]  # fmt: skip
    heads = [row[0] for row in rows if len(row) == 1]
    assert [re.findall(r"^\d de 8|\d+ actividad\w*", head) for head in heads] == [
        ["3 de 8", "1 actividad"],
        ["2 de 8", "13 actividades"],
    ]
    assert "Falta meta cuantificada, unidad de medida" in heads[1]


def test_an_indicator_without_method_is_named_as_such(cuscatancingo):
    assert "método del indicador" in read_text(poa.show.evaluability(cuscatancingo))


def test_units_rank_by_what_they_say_and_the_reason_is_told(santiago):
    block = poa.show.evaluability(santiago, links=True)
    rows = [row for row in read_rows(block) if len(row) == 11]
    assert rows[0][:4] == ["DIRECCIÓN DE EGRESOS 12 actividades", "1", "1.0 %", "8.3 %"]
    assert rows[1][:4] == ["DIRECCIÓN DE INGRESOS 11 actividades", "2", "0.0 %", "0.0 %"]
    assert 'href="unidades/direccion-de-egresos.html"' in block.html
    assert "Lugar" not in read_text(poa.show.evaluability(santiago.unit("direccion-de-egresos")))
    assert "INGRESOS" not in poa.show.evaluability(santiago.unit("direccion-de-egresos")).html


def read_signs(block) -> dict[str, str]:
    """Return the twelve months of each activity, a dot where there is no sign."""
    rows = [row for row in read_rows(block) if len(row) >= 13 and row[1] != "ene"]
    return {row[0]: "".join(row[1:13]).replace("·", ".") for row in rows}


def test_what_falls_due_is_told_and_each_activitys_months_are_shown(jocotepec, cuscatancingo, santiago):
    block = poa.show.due(jocotepec)
    signs = read_signs(block)
    assert len(signs) == 14
    assert signs["1 · Eliminar incumplimiento de comprobación de gastos"] == "●" * 12
    assert signs["14 · Papelería"] == "..●" * 4
    assert signs["5 · Avance de gestión financiera"] == ".....●.....●"
    assert "En el I trimestre de 2024 vencen 13 de 14 actividades." in read_text(block)
    assert "●: cierra un periodo de la frecuencia que dice el plan." in read_text(block)
    block = poa.show.due(cuscatancingo)
    assert "Los trimestres con más actividades son el III y el IV: 9 en cada uno." in read_text(block)
    assert "■: está marcado en el plan." in read_text(block)
    assert "Sin calendario: el plan no dice cuándo (16)" in read_text(block)
    assert len([signs for signs in read_signs(block).values() if "■" in signs[:3]]) == 6
    assert "no programada" not in read_text(block)
    assert "vence" not in read_text(block)
    assert read_text(poa.show.due(santiago)).startswith("El plan no dice en qué meses")


def test_in_a_quarter_without_anything_due_it_says_so():
    dates = make_table("calendario", [{"actividad_id": "u-1", "mes": 8, "origen": "marca"}])
    e = poa.measure(replace(make_plan(), calendario=dates), 1)
    assert "En el I trimestre de 2024 no está prevista la única actividad." in read_text(poa.show.due(e))
    assert "El trimestre con más actividades es el III: 1." in read_text(poa.show.due(e))


def test_a_programme_by_periods_is_a_calendar_as_long_as_there_are_no_results():
    e = poa.measure(make_plan([(0, None), (4, None), (5, None)]), 1)
    assert read_signs(poa.show.due(e)) == {"Bachear calles": ".◆◆........."}
    assert "cierra un periodo con una cantidad programada" in read_text(poa.show.due(e))
    assert poa.show.due(poa.measure(make_plan([(0, None), (4, 2), (5, None)]), 1)) == EMPTY


def test_investment_keeps_zero_apart_from_missing(jocotepec):
    rows = {row[0]: row[1:] for row in read_rows(poa.show.investment(jocotepec)) if len(row) == 4}
    programme = next(row for name, row in rows.items() if name.endswith("Fortalecimiento de las finanzas publicas."))
    assert (programme[0], programme[2].rstrip(".")) == ("0", "No genera gasto")
    assert rows["Total de las actividades"][0] == "2,190,000"
    assert rows["13 · Combustible"] == ["80,000", "3.7 %", "$80,000.00 (3,478 litros)"]
    assert rows["3 · Control de combustible"] == ["0", "0.0 %", "No genera gasto"]
    amounts = [row[0] for name, row in rows.items() if re.match(r"\d+ · ", name)][:14]
    assert amounts == ["1,800,000", "250,000", "80,000", "50,000", "10,000", *["0"] * 9]
    unsaid = replace(
        jocotepec.plan,
        actividades=jocotepec.plan.actividades.assign(inversion=lambda t: t.inversion.where(t.inversion > 0)),
    )
    block = poa.show.investment(make_quarter(jocotepec, replace(unsaid, locale="es_CO")))
    assert "suma 2.190.000 en 5 actividades; 9 actividades no dicen su monto" in read_text(block)
    rows = {row[0]: row[1:] for row in read_rows(block) if len(row) == 4}
    assert rows["3 · Control de combustible"][:2] == ["—", "—"]
    assert 'title="Fuente: ' in block.html


def test_swot_has_four_lists(jocotepec):
    block = poa.show.swot(jocotepec)
    assert re.findall(r"<h4>(.*?)</h4>", block.html) == [
        "Fortalezas (7)",
        "Oportunidades (4)",
        "Debilidades (3)",
        "Amenazas (3)",
    ]
    assert block.html.count("<li") == 17
    assert "Misión" in read_text(poa.show.mission(jocotepec))
    assert "Visión" in read_text(poa.show.mission(jocotepec))


def test_goals_hang_together_with_resources_indicators_and_lines(jocotepec, cuscatancingo, santiago):
    lines = repr(poa.show.goals(cuscatancingo)).splitlines()
    named = [re.split(r"\.? ", line.strip())[:2] for line in lines]
    assert [code for name, code in (n for n in named if len(n) > 1) if name == "Meta"] == [
        "1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "3.1", "4.1",
    ]  # fmt: skip
    assert sum(name == "Actividad" for name, *_ in named if name) == 26
    marked = [line for line in lines if line.endswith(" sin actividad")]
    assert len(marked) == 1
    assert marked[0].strip().startswith("Meta 2.7. ")
    above = lines[: next(i for i, line in enumerate(lines) if "Actividad 1.1.1. Proponer" in line)]
    assert [line.strip()[:8] for line in above if line.strip().startswith("Meta ")][-1] == "Meta 4.1"
    assert sum(line.startswith("Recursos:") for line in lines) == 4
    assert sum(line.startswith("Indicador:") for line in lines) == 3
    said = repr(poa.show.goals(jocotepec))
    first, second = said.index("\nPrograma 1. "), said.index("\nPrograma 2. ")
    plan = jocotepec.plan
    for goal, text in zip(plan.metas["meta_id"], (said[first:second], said[second:]), strict=True):
        assert all(line in text for line in plan.lineas.loc[plan.lineas["padre_id"] == goal, "texto"])
    assert len(re.findall(r"\n *Actividad \d", said)) == 14
    assert "✓ meta cuantificada" in said
    said = repr(poa.show.goals(santiago))
    assert said.count("meta vacía") == 2
    assert said.count("✓ meta cuantificada") == 1


def test_what_the_document_says_of_itself_is_shown_with_its_accents(jocotepec, santiago):
    said = read_text(poa.show.sources(jocotepec))
    assert "Fórmula No. Act. Realizadas/No. Act. Proyectadas * 100" in said
    said = read_text(poa.show.sources(santiago))
    assert "Periodo que se informa" in said
    assert "Fecha de validación 30/jun/2017 " in said
    assert "Fecha de actualización 30/jun/2017" in said


def test_the_method_of_a_plan_alone_is_told_without_thresholds(quarter):
    said = read_text(poa.show.method(quarter))
    assert "el número de criterios que cumple entre 8, por 100" in said
    assert "umbral" not in said


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


def test_months_marked_and_periods_closed_are_told_apart_and_units_are_counted_and_named():
    e = poa.measure(make_calendar(6, ("frecuencia", "marca"), units=2), 1)
    block = poa.show.due(e)
    assert "● : " not in read_text(block)
    assert [set(signs) - {"."} for signs in read_signs(block).values()] == [{"●"}] * 3 + [{"■"}] * 3
    assert "vencen o están previstas" in read_text(block)
    rows = read_rows(block)
    assert ["u-0 · Dirección 0", "2", "3", "3", "3", "0", "3"] in rows
    assert ["Total", "3", "6", "6", "6", "0", "6"] in rows
    assert ["u-0 · Dirección 0"] in rows


# --- safe and whole


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


def test_evaluability_is_among_the_tables_of_a_run(quarter):
    table = _list_results(quarter)["evaluabilidad"]
    assert len(table) == len(quarter.plan.actividades)
    assert {"meta_cuantificada", "criterios", "evaluabilidad", "faltan"} <= set(table)


# --- the page


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


# --- sections without anything


def make_section(heading, *htmls, words=""):
    cells = [new_markdown_cell(f"{heading}\n\n{words}")]
    for html in htmls:
        outputs = [] if html is None else [new_output("display_data", data={"text/html": html})]
        cells.append(new_code_cell("poa.show(q)", outputs=outputs))
    return cells


def export(*sections) -> str:
    return export_html(new_notebook(cells=[cell for section in sections for cell in section]), titulo="Prueba")


@pytest.mark.parametrize("htmls", [("",), (None,), ("", None, " \n")])
def test_a_section_that_shows_nothing_disappears_with_its_heading_and_words(htmls):
    page = export(
        make_section("## Primera", "<p>uno</p>"),
        make_section("## Vacía", *htmls, words="Palabras de más."),
        make_section("## Última", "<p>dos</p>"),
    )
    assert list_headings(page) == ["Primera", "Última"]
    assert "Palabras de más" not in page


def test_sections_that_show_something_or_are_words_alone_stay():
    failed = [new_markdown_cell("## Falla"), new_code_cell("x")]
    failed[1].outputs = [new_output("error", ename="KeyError", evalue="x", traceback=[])]
    page = export(
        make_section("## A medias", "", "<p>algo</p>"),
        make_section("## Solo palabras", words="Nota."),
        failed,
        make_section("### Menor", ""),
    )
    assert list_headings(page) == ["A medias", "Solo palabras", "Falla"]
    assert "Menor" in page
    assert "Arriba" in export(make_section("# Arriba", ""))


def test_an_empty_block_shows_nothing_in_a_notebook():
    assert EMPTY._ipython_display_() is None
    with pytest.raises(NotImplementedError):  # which tells IPython to go on as usual
        Block("<p>1</p>")._ipython_display_()


@pytest.mark.parametrize(
    ("params", "file"),
    [("jocotepec-2024-t1", "poa-2024.docx"), ("cuscatancingo-2018-t1", "poa-2018.docx"), ("santiago-2017-t2", "metas")],
)
def test_the_source_line_names_the_file_once(params, file):
    quarter = poa.prepare_quarter(poa.load_params(ROOT / "params" / f"{params}.yaml"), ROOT)
    line = name_source(quarter.evaluacion)
    assert line.count(file) == 1
    assert "tabla" not in line
