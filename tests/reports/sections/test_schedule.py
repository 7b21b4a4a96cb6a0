"""When what a plan asks for falls due."""

from dataclasses import replace

import poa_eval as poa
from blocks import read_rows, read_text
from made import make_plan
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.reports.html.blocks import EMPTY


def read_signs(block) -> dict[str, str]:
    """Return the twelve months of each activity, a dot where there is no sign."""
    rows = [row for row in read_rows(block) if len(row) >= 13 and row[1] != "ene"]
    return {row[0]: "".join(row[1:13]).replace("·", ".") for row in rows}


def make_calendar(number, origins=("frecuencia",), units=1, **fields):
    ids = [f"a-{i:02}" for i in range(number)]
    rows = [
        {"actividad_id": key, "unidad_id": f"u-{i % units}", "actividad": f"{i} CONSTRUCCIÓN DE CALLES " * 9, **fields}
        | {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma"}
        for i, key in enumerate(ids)
    ]
    dates = [
        {"actividad_id": key, "mes": month, "origen": origins[i % len(origins)]}
        for i, key in enumerate(ids)
        for month in range(1 + i % 12, 13)
    ]
    names = [{"unidad_id": f"u-{i}", "unidad": f"Dirección {i}"} for i in range(units)]
    tables = {"unidades": names, "actividades": rows, "calendario": dates}
    return Plan("Municipio", 2024, "es_MX", **{name: make_table(name, rows) for name, rows in tables.items()})


def test_what_falls_due_is_told_and_each_activitys_months_are_shown(jocotepec, cuscatancingo, santiago):
    block = poa.show.due(jocotepec)
    signs = read_signs(block)
    assert len(signs) == 14
    assert signs["1 · Eliminar incumplimiento de comprobación de gastos"] == "●" * 12
    assert signs["14 · Papelería"] == "..●" * 4
    assert signs["5 · Avance de gestión financiera"] == ".....●.....●"
    assert "En el I trimestre de 2024 vencen 13 de 14 actividades." in read_text(block)
    assert "●: cierra un periodo de la frecuencia que dice el plan." in read_text(block)
    block = poa.show.due(cuscatancingo)
    assert "Los trimestres con más actividades son el III y el IV: 9 en cada uno." in read_text(block)
    assert "■: está marcado en el plan." in read_text(block)
    assert "Sin calendario: el plan no dice cuándo (16)" in read_text(block)
    assert len([signs for signs in read_signs(block).values() if "■" in signs[:3]]) == 6
    assert "no programada" not in read_text(block)
    assert "vence" not in read_text(block)
    assert read_text(poa.show.due(santiago)).startswith("El plan no dice en qué meses")


def test_in_a_quarter_without_anything_due_it_says_so():
    dates = make_table("calendario", [{"actividad_id": "u-1", "mes": 8, "origen": "marca"}])
    e = poa.measure(replace(make_plan(), calendario=dates), 1)
    assert "En el I trimestre de 2024 no está prevista la única actividad." in read_text(poa.show.due(e))
    assert "El trimestre con más actividades es el III: 1." in read_text(poa.show.due(e))


def test_a_programme_by_periods_is_a_calendar_as_long_as_there_are_no_results():
    e = poa.measure(make_plan([(0, None), (4, None), (5, None)]), 1)
    assert read_signs(poa.show.due(e)) == {"Bachear calles": ".◆◆........."}
    assert "cierra un periodo con una cantidad programada" in read_text(poa.show.due(e))
    assert poa.show.due(poa.measure(make_plan([(0, None), (4, 2), (5, None)]), 1)) == EMPTY


def test_months_marked_and_periods_closed_are_told_apart_and_units_are_counted_and_named():
    e = poa.measure(make_calendar(6, ("frecuencia", "marca"), units=2), 1)
    block = poa.show.due(e)
    assert "● : " not in read_text(block)
    assert [set(signs) - {"."} for signs in read_signs(block).values()] == [{"●"}] * 3 + [{"■"}] * 3
    assert "vencen o están previstas" in read_text(block)
    rows = read_rows(block)
    assert ["u-0 · Dirección 0", "2", "3", "3", "3", "0", "3"] in rows
    assert ["Total", "3", "6", "6", "6", "0", "6"] in rows
    assert ["u-0 · Dirección 0"] in rows
