"""Printed totals beside what the rows give."""

import poa_eval as poa
from blocks import read_text


def test_published_total_says_what_the_rows_explain(sat_quarter, gerencia_quarter):
    said = read_text(poa.show.published(sat_quarter))
    assert "Meta anual: las filas leídas explican 59.3 % del TOTAL impreso (3,783 de 6,382)" in said
    assert "Ejecutado: las filas leídas explican 59.2 % del TOTAL impreso (3,765 de 6,361)" in said
    assert not poa.show.published(gerencia_quarter).html  # it prints no total: the section disappears
