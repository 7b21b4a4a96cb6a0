"""Findings, by severity and rule."""

import pytest

import poa_eval as poa
from blocks import read_rows, read_text
from made import open_params
from poa_eval.errors import ParamsError


def test_advice_that_all_findings_of_a_rule_end_with_stands_once():
    said = poa.show.findings(open_params("jocotepec-2024-t1")).text
    assert said.count("Escríbala con una cantidad y su unidad de medida, por ejemplo «atender 500 solicitudes».") == 1
    assert said.count("no dice cuánto se quiere lograr.") == 13
    assert "Corrija el año o aclare por qué se cita." in said  # a finding alone keeps its own


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
