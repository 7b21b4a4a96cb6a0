"""Blocks: as plain text, and where they are empty."""

import pytest

import poa_eval as poa
from poa_eval.reports.html.blocks import EMPTY, Block


def test_a_block_reads_as_plain_text(gerencia_quarter):
    assert "COORDINACION DE FACTURACION" in repr(poa.show.ranking(gerencia_quarter))
    assert "<" not in repr(poa.show.activities(gerencia_quarter))


def test_an_empty_block_shows_nothing_in_a_notebook():
    assert EMPTY._ipython_display_() is None
    with pytest.raises(NotImplementedError):  # which tells IPython to go on as usual
        Block("<p>1</p>")._ipython_display_()
