"""The summary: title, key figures, and the headline: what happened, in sentences made from the figures."""

from dataclasses import replace

import poa_eval as poa
from blocks import read_rows, read_text
from made import make_plan
from poa_eval.metrics.registry import KEY_FIGURES


def test_key_figures_stand_side_by_side_with_formula_coverage_and_reason(sat_quarter, gerencia_quarter):
    sat, gerencia = (read_text(poa.show.key_figures(q)) for q in (sat_quarter, gerencia_quarter))
    for name, figure in KEY_FIGURES.items():
        there, formula = name != "promedio_ponderado", figure.tell_formula(sat_quarter.evaluacion.perfil)
        assert [figure.label in sat, figure.meaning in sat, f"Fórmula: {formula}" in sat] == [there] * 3
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


def test_title_tells_unit_quarter_and_cutoff(gerencia_quarter):
    block = poa.show.title(gerencia_quarter.unit("303"))
    assert block.html.count("<h1>") == 1
    assert "<h1>303 · COORDINACION DE FACTURACION</h1>" in block.html
    assert "I trimestre de 2023 · Fecha de corte: 31 de marzo de 2023" in read_text(block)
    assert "<h1>Gerencia Comercial</h1>" in poa.show.title(gerencia_quarter).html


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
