"""What a reader is shown: the figures, in words and tables, with nothing that data could spoil."""

import re
from dataclasses import replace

import pytest

import poa_eval as poa
from blocks import read_rows, read_text
from made import make_plan, make_quarter, open_params
from poa_eval.errors import ParamsError
from poa_eval.metrics.registry import KEY_FIGURES
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table

SHOWN = [
    poa.show.title,
    poa.show.headline,
    poa.show.key_figures,
    poa.show.published,
    poa.show.counts,
    poa.show.activities,
    poa.show.periods,
    poa.show.comments,
    poa.show.changes,
    poa.show.ranking,
    poa.show.heatmap,
    poa.show.extremes,
    poa.show.year_end,
    poa.show.context,
    poa.show.findings,
    poa.show.findings_summary,
    poa.show.method,
    poa.show.sources,
    poa.show.plan,
]
DRAWN = [poa.show.activity_chart, poa.show.periods_chart]
NOTHING = re.compile(r"\b(nan|none|nat|inf|<na>|true|false)\b", re.IGNORECASE)


@pytest.fixture(scope="session")
def sat_quarter():
    return open_params("sat-2022-t4")


@pytest.fixture(scope="session")
def gerencia_quarter():
    return open_params("gerencia-comercial-2023-t1")


def test_headline_of_a_year_tells_quarter_year_and_the_documents_own_sum(sat_quarter):
    said = read_text(poa.show.headline(sat_quarter))
    assert "41 de las 42 actividades evaluadas (97.6 %; cobertura de reporte: 100.0 %)" in said
    assert "38 de las 43 actividades evaluadas (88.4 %" in said
    assert said.count("Fuera de la evaluación en el trimestre queda 1 actividad no programada.") == 1
    assert "3,765 de 3,783 programados (99.5 %), sumando unidades de medida distintas" in said
    assert "(cumplió 0 de 1), GERENCIA DE EJECUCION COACTIVA (1 de 4) y GERENCIA DE RECURSOS HUMANOS (5 de 6)" in said


def test_headline_names_what_is_not_reported(gerencia_quarter):
    said = read_text(poa.show.headline(gerencia_quarter))
    assert "18 de las 23 actividades evaluadas (78.3 %; cobertura de reporte: 95.8 %)" in said
    assert "1 actividad sin reporte (faltan febrero y marzo)" in said
    assert "Sin lugar por falta de reportes: 308 · COORDINACION DE BAJOS CONSUMOS." in said
    assert "6 metas pasan del 110 % de cumplimiento." in said
    assert "no hay ninguna actividad que se pueda evaluar" in read_text(poa.show.headline(gerencia_quarter.unit("308")))


def test_headline_ends_with_how_far_its_figures_can_be_trusted(sat_quarter, gerencia_quarter):
    sat, gerencia, unit = (
        read_text(poa.show.headline(q)) for q in (sat_quarter, gerencia_quarter, sat_quarter.unit("escuela-sat"))
    )
    assert "Las filas leídas explican el 59.3 % del TOTAL que imprime el documento: las cifras son de esas 43" in sat
    assert "y 9 difieren (del TOTAL); el documento tiene 1 advertencia por revisar." in sat
    told = "Se recalcularon 156 cifras impresas y todas coinciden; el documento tiene 9 errores y 13 advertencias"
    assert gerencia.endswith(f"{told} por revisar.")
    assert "TOTAL" not in unit
    assert unit.endswith("; en lo que se comprueba no hay errores ni advertencias.")
    assert poa.show.headline(sat_quarter.evaluacion).text.rstrip().endswith("y 9 difieren (del TOTAL).")


def test_what_is_out_of_the_evaluation_stands_once_or_with_its_window():
    same = make_plan([(5, 5), (5, 5), (5, 5), (5, 5), (5, None), (5, 5)])
    said = read_text(poa.show.headline(poa.measure(same, 2)))
    assert (
        said.count("Fuera de la evaluación") == said.count("Fuera de la evaluación queda 1 actividad sin reporte") == 1
    )
    early = make_plan([(5, None), (5, 5), (5, 5), (5, 5), (5, 5), (5, 5)])
    said = read_text(poa.show.headline(poa.measure(early, 2)))
    assert "Fuera de la evaluación a la fecha queda 1 actividad sin reporte (falta enero)." in said
    assert "en el trimestre queda" not in said
    assert "(CALLES; 100.0 %)" in read_text(poa.show.headline(poa.measure(make_plan([(5, 5)] * 3), 1)))


def test_without_an_annual_goal_that_is_why_there_is_no_progress():
    (row,) = (r for r in read_rows(poa.show.activities(poa.measure(make_plan([(0, 3)] * 3), 1))) if "Bachear" in r[0])
    assert row[3:5] == ["– no programada ejecución sin programa", "— sin meta anual"]


def test_advice_that_all_findings_of_a_rule_end_with_stands_once():
    said = poa.show.findings(open_params("jocotepec-2024-t1")).text
    assert said.count("Escríbala con una cantidad y su unidad de medida, por ejemplo «atender 500 solicitudes».") == 1
    assert said.count("no dice cuánto se quiere lograr.") == 13
    assert "Corrija el año o aclare por qué se cita." in said  # a finding alone keeps its own


def test_key_figures_stand_side_by_side_with_formula_coverage_and_reason(sat_quarter, gerencia_quarter):
    sat, gerencia = (read_text(poa.show.key_figures(q)) for q in (sat_quarter, gerencia_quarter))
    for name, figure in KEY_FIGURES.items():
        there = name != "promedio_ponderado"
        formula = f"Fórmula: {figure.tell_formula(sat_quarter.evaluacion.perfil)}"
        assert [figure.label in sat, figure.meaning in sat, formula in sat] == [there] * 3
    assert "99.5 %, 3,765 de 3,783; unidades de medida distintas, sumadas como en el documento" in sat
    assert "88.4 %, 38 de 43 evaluadas; cobertura de reporte: 100.0 %" in sat
    assert "97.6 %, 41 de 42 evaluadas" in sat
    assert (
        "Sin cifra: promedio ponderado (el plan no trae ponderaciones); volumen (unidades de medida mixtas)."
        in gerencia
    )


def test_the_profiles_principal_figure_leads(sat_quarter):
    e = sat_quarter.evaluacion
    by_volume = replace(e, perfil=e.perfil.model_copy(update={"principal": "volumen"}))
    assert poa.show.key_figures(by_volume).html.index("Volumen") < poa.show.key_figures(by_volume).html.index(
        "Promedio"
    )
    rows = {row[0]: row for row in read_rows(poa.show.ranking(by_volume)) if len(row) > 2}
    assert rows["GERENCIA DE RECURSOS HUMANOS"][1:3] == ["1", "100.3 %"]
    assert rows["ESCUELA SAT unidades de medida mixtas"][1:3] == ["—", "—"]


def test_counts_show_the_states_there_are_and_those_of_the_quarter_before(sat_quarter, gerencia_quarter):
    sat = {row[0][2:]: row[1:] for row in read_rows(poa.show.counts(sat_quarter))[1:-1]}
    assert sat == {
        "cumplida": ["41", "38", "39"],
        "casi cumplida": ["1", "4", "3"],
        "crítica": ["0", "1", "1"],
        "no programada": ["1", "0", "0"],
    }
    assert "? sin reporte 1 1" in " ".join(" ".join(row) for row in read_rows(poa.show.counts(gerencia_quarter)))


def test_a_unit_that_did_not_report_is_neither_zero_nor_complete(gerencia_quarter):
    quarter = gerencia_quarter.unit("308")
    (row,) = (row for row in read_rows(poa.show.activities(quarter)) if len(row) > 4 and "sin reporte" in row[3])
    assert row[1:5] == ["—", "—", "? sin reporte faltan febrero y marzo", "— faltan febrero y marzo"]
    everything = " ".join(read_text(show(quarter)) for show in SHOWN)
    assert "157.9" not in everything
    periods = read_rows(poa.show.periods(quarter))
    assert ["Programado", "7,000", "—", "—"] in periods
    assert ["Ejecutado", "11,052", "? sin reporte", "? sin reporte"] in periods


def test_the_states_without_percentage_and_a_real_zero_are_told_apart():
    zero, idle = make_plan([(5, 0), (5, 0), (5, 0)]), make_plan([(0, None), (0, None), (0, None), (5, 5)])
    late, vague = make_plan([(5, 5), (5, None), (5, 5)]), make_plan([(None, 5), (None, 5), (None, 5)])
    states = {}
    for name, plan in {"zero": zero, "idle": idle, "late": late, "vague": vague}.items():
        (row,) = (row for row in read_rows(poa.show.activities(poa.measure(plan, 1))) if "Bachear" in row[0])
        states[name] = row[3]
    assert states == {
        "zero": "0.0 % ✗ crítica",
        "idle": "– no programada",
        "late": "? sin reporte falta febrero",
        "vague": "◌ no evaluable sin meta cuantificada",
    }


def test_activities_narrow_to_a_unit_and_a_state(gerencia_quarter):
    shown = read_text(poa.show.activities(gerencia_quarter, unidad="coordinacion de recuperacion de rezagos"))
    assert "52.4 %" in shown
    assert "FACTURACION" not in shown
    critical = read_rows(poa.show.activities(gerencia_quarter, estado="critica"))
    assert len([row for row in critical if len(row) == 5 and "crítica" in row[3]]) == 3
    assert "No hay actividades" in read_text(poa.show.activities(gerencia_quarter, unidad="303", estado="crítica"))
    with pytest.raises(ParamsError, match="¿quiso decir «303»"):
        poa.show.activities(gerencia_quarter, unidad="303 ´")
    with pytest.raises(ParamsError, match="«en riesgo»"):
        poa.show.activities(gerencia_quarter, estado="riesgo")


def test_ranking_sets_apart_who_did_not_report_and_links_each_page(sat_quarter, gerencia_quarter):
    rows = {row[0][:3]: row for row in read_rows(poa.show.ranking(gerencia_quarter)) if len(row) == 7}
    assert [rows[unit][1] for unit in ("300", "315", "305", "306", "309", "308")] == ["1", "1", "6", "7", "8", "—"]
    assert "cobertura de reporte de 0.0 %; el mínimo del perfil es 80.0 %" in rows["308"][0]
    linked = poa.show.ranking(sat_quarter, links=True).html
    for unit_id in sat_quarter.plan.unidades["unidad_id"]:
        assert f'href="unidades/{unit_id}.html"' in linked
    assert "href" not in poa.show.ranking(sat_quarter).html


def test_published_total_says_what_the_rows_explain(sat_quarter, gerencia_quarter):
    said = read_text(poa.show.published(sat_quarter))
    assert "Meta anual: las filas leídas explican 59.3 % del TOTAL impreso (3,783 de 6,382)" in said
    assert "Ejecutado: las filas leídas explican 59.2 % del TOTAL impreso (3,765 de 6,361)" in said
    assert not poa.show.published(gerencia_quarter).html  # it prints no total: the section disappears


def test_findings_cite_their_place_and_spare_units_the_damage(sat_quarter, gerencia_quarter):
    said = read_text(poa.show.findings(gerencia_quarter))
    assert "Falta el reporte de febrero, que ya venció." in said
    assert "poa-2023-t1.xlsx!308 ene-23!E13" in said
    assert "celda-ambigua" in set(sat_quarter.hallazgos["regla"])
    assert "Celda ambigua" in read_text(poa.show.findings(sat_quarter))
    found = read_text(poa.show.findings(sat_quarter.unit("escuela-sat")))
    assert found.startswith("Sin hallazgos en lo que se comprueba. Se comprueba: ")
    assert "trimestre" in found
    summary = {row[0]: row[2] for row in read_rows(poa.show.findings_summary(gerencia_quarter))[1:]}
    assert {rule: int(number) for rule, number in summary.items()}["Total"] == len(gerencia_quarter.hallazgos)
    with pytest.raises(ParamsError, match="«periodo-sin-reporte»"):
        poa.show.findings(gerencia_quarter, regla="periodo-sin-reportes")


def test_method_names_formulas_thresholds_and_their_standing(sat_quarter, gerencia_quarter):
    said = read_text(poa.show.method(gerencia_quarter))
    assert "umbral institucional configurable" in said
    assert "Σ VALOR ACTUAL / META × 8.33 (hojas mensuales) o × 25 (hojas trimestrales)" in said
    assert "más de 110" in said
    for state in ("Sin reporte", "No programada", "No evaluable", "0 %"):
        assert state in said
    assert "último valor" not in read_text(poa.show.method(gerencia_quarter.unit("303")))
    assert "último valor" in read_text(poa.show.method(gerencia_quarter.unit("306")))
    assert "Avance anual: Σ ejecutado / meta anual × 100 (43 actividades)" in read_text(poa.show.method(sat_quarter))


def test_sources_carry_hash_cutoff_and_the_documents_own_notes(sat_quarter):
    said = read_text(poa.show.sources(sat_quarter))
    assert sat_quarter.fuentes["sha256"].iloc[0] in said
    assert "Fecha de corte: 31 de diciembre de 2022." in said
    assert "Texto resumido; cifras del documento." in said
    assert "Plan Operativo Institucional (POI)" in said
    assert "sat-poi" not in said
    assert "Módulo de Control de la Gestión al 05/01/2023." in said


def test_title_tells_unit_quarter_and_cutoff(gerencia_quarter):
    block = poa.show.title(gerencia_quarter.unit("303"))
    assert block.html.count("<h1>") == 1
    assert "<h1>303 · COORDINACION DE FACTURACION</h1>" in block.html
    assert "I trimestre de 2023 · Fecha de corte: 31 de marzo de 2023" in read_text(block)
    assert "<h1>Gerencia Comercial</h1>" in poa.show.title(gerencia_quarter).html


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


def test_a_second_quarter_alone_says_which_document_is_absent(gerencia_quarter):
    plan = make_plan([(5, 5)])
    later = make_table("avances", plan.avances.assign(mes=4))
    e = poa.measure(replace(plan, avances=later), 2)
    said = read_text(poa.show.activities(e))
    assert "falta el documento del I trimestre" in said
    assert "sin reporte" in said  # april is in, may and june are due
    assert "ene" not in [
        row[0] for row in read_rows(poa.show.periods(make_quarter(gerencia_quarter, e.plan, 2).unit("u")))
    ]


def test_tables_of_the_plan_are_shown_without_empty_columns(sat_quarter):
    rows = read_rows(poa.show.table(sat_quarter, "unidades", filas=3))
    assert rows[0] == ["Unidad id", "Unidad", "Fuente"]
    assert len(rows) == 4
    assert "15" in read_text(poa.show.plan(sat_quarter))
    with pytest.raises(ParamsError, match="«unidades»"):
        poa.show.table(sat_quarter, "unidad")


def test_a_block_reads_as_plain_text(gerencia_quarter):
    assert "COORDINACION DE FACTURACION" in repr(poa.show.ranking(gerencia_quarter))
    assert "<" not in repr(poa.show.activities(gerencia_quarter))


def test_what_an_analyst_types_alone_is_told_in_a_line(sat_quarter):
    told = repr(sat_quarter.unit("escuela-sat"))
    assert told.startswith(
        "<Quarter: unidad escuela-sat, 2 hallazgos, <Evaluation: IV trimestre, perfil neutro, de <Plan: "
    )
    assert len(told) < 250
    with pytest.raises(ParamsError, match="poa.measure"):
        poa.show.ranking(sat_quarter.plan)
