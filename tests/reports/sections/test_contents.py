"""What a document holds."""

import pytest

import poa_eval as poa
from blocks import read_rows, read_text
from poa_eval.errors import ParamsError


def test_tables_of_the_plan_are_shown_without_empty_columns(sat_quarter):
    rows = read_rows(poa.show.table(sat_quarter, "unidades", filas=3))
    assert rows[0] == ["Unidad id", "Unidad", "Fuente"]
    assert len(rows) == 4
    assert "15" in read_text(poa.show.plan(sat_quarter))
    with pytest.raises(ParamsError, match="«unidades»"):
        poa.show.table(sat_quarter, "unidad")
