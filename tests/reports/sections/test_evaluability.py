"""How far a plan can be evaluated, criterion by criterion."""

import re

import poa_eval as poa
from blocks import read_rows, read_text
from poa_eval.runs.results import _list_results


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


def test_evaluability_is_among_the_tables_of_a_run(quarter):
    table = _list_results(quarter)["evaluabilidad"]
    assert len(table) == len(quarter.plan.actividades)
    assert {"meta_cuantificada", "criterios", "evaluabilidad", "faltan"} <= set(table)
