"""How figures were obtained."""

import poa_eval as poa
from blocks import read_text


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


def test_the_method_of_a_plan_alone_is_told_without_thresholds(quarter):
    said = read_text(poa.show.method(quarter))
    assert "el número de criterios que cumple entre 8, por 100" in said
    assert "umbral" not in said
