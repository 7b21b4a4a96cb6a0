"""The summary: title and key figures."""

from dataclasses import replace

import poa_eval as poa
from blocks import read_rows, read_text
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
