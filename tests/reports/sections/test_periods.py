"""Periods of a unit, and what it commented."""

import poa_eval as poa
from blocks import read_text
from made import open_params
from poa_eval.reports.html.blocks import EMPTY


def test_a_units_comments_and_context_are_its_own(gerencia_quarter):
    said = read_text(poa.show.comments(gerencia_quarter.unit("303")))
    assert "SE PRESENTÓ UN AUMENTO DE RECIBOS" in said
    assert poa.show.comments(gerencia_quarter) == EMPTY
    context = read_text(poa.show.context(gerencia_quarter.unit("306")))
    assert context.count("FINANZAS P") == 1  # with and without accent is one
    assert "Línea de acción" in context
    assert poa.show.context(open_params("jocotepec-2024-t1").unit("hacienda-municipal")) == EMPTY
