"""What a ratio is: numerator and denominator of each period, whether the document prints the ratio or not."""

import openpyxl
import pytest
from readings import evaluate, read_case

import poa_eval as poa
from made import make_quarter, open_params
from poa_eval.plan.inferred import MadeRatio
from poa_eval.reports.sections.provenance import Provenance
from poa_eval.workbook.book import write_book

HEAD = "PLAN OPERATIVO ANUAL 2025\nUnidad,Actividad,Unidad de medida,Meta anual,P1,P2,N1,N2,D1,D2"
RULE = {"cuando": {"actividad": "*"}, "acumulacion": "razon", "porque": "de lo recibido"}


def read_ratios(folder, *rows, name="plan.csv", more="", letters="PND", rules=(RULE,)):
    """Read a table of two quarters: programme, numerator, denominator, and more."""
    path = folder / name
    path.write_text("\n".join((HEAD + more, *rows)) + "\n", encoding="utf-8")
    names = {"P": "programado", "N": "numerador", "D": "denominador", "E": "ejecutado"}
    series = [
        {"columna": names[letter], "meses": 3, "encabezados": {3: f"{letter}1", 6: f"{letter}2"}} for letter in letters
    ]
    return read_case("porcentaje-sumado", document=path, periodos=series, reglas=[*rules], publicado=None)


@pytest.mark.parametrize(
    ("row", "results", "to_date"),
    [
        ("Salud,Quejas resueltas,%,50,50,50,8,30,10,90", [80.0, 100 / 3], (38.0, 76.0)),  # 38 of 100
        ("Salud,Personas por taller,personas,20,20,20,40,90,2,3", [20.0, 30.0], (26.0, 130.0)),  # 130 in 5
        ("Salud,Sin medida,,50,50,50,8,30,10,90", [80.0, 100 / 3], (38.0, 76.0)),  # shown in percent
    ],
)
def test_a_result_that_is_not_printed_is_numerator_by_denominator(tmp_path, row, results, to_date):
    plan = read_ratios(tmp_path, row)
    assert plan.avances["ejecutado"].tolist() == pytest.approx(results)
    measured = evaluate(plan, 2, "ejecutado_trimestre", "ejecutado_acumulado", "cumplimiento_acumulado")
    assert [*measured.values()] == [(round(results[1], 2), *to_date)]
    assert "periodo-sin-reporte" not in [*poa.check(plan)["regla"]]


def test_a_printed_result_stands_and_a_part_that_lacks_gives_none(tmp_path):
    rows = ("Salud,Quejas,%,50,50,50,8,30,10,90,80,", "Salud,Visitas,%,50,50,50,8,30,10,,,")
    plan = read_ratios(tmp_path, *rows, more=",E1,E2", letters="PNDE")
    assert plan.avances["ejecutado"].round(2).fillna(-1).tolist() == [80, 33.33, 80, -1]
    notes = {note.text for note in plan.list_notes(MadeRatio)}
    assert notes == {"numerador / denominador × 100 en II trimestre", "numerador / denominador × 100 en I trimestre"}


def test_nothing_is_divided_where_the_layout_declares_no_ratio(tmp_path):
    rule = RULE | {"acumulacion": "promedio"}
    plan = read_ratios(tmp_path, "Salud,Quejas,%,50,50,50,8,30,10,90", rules=[rule])
    assert plan.avances["ejecutado"].isna().all()


def test_0_of_0_is_no_missing_report_and_changes_no_other_figure(tmp_path):
    plan = read_ratios(tmp_path, "Salud,Quejas,%,50,50,50,0,5,0,10")
    columns = ("ejecutado_trimestre", "estado_trimestre", "motivo")
    assert evaluate(plan, 1, *columns) == {"Quejas": (None, "no evaluable", "sin casos en I trimestre: 0 de 0")}
    assert evaluate(plan, 2, "ejecutado_acumulado", "cumplimiento_acumulado") == {"Quejas": (50.0, 100.0)}
    assert "periodo-sin-reporte" not in [*poa.check(plan)["regla"]]


def test_a_page_and_the_workbook_say_how_the_result_was_made(tmp_path):
    plan = read_ratios(tmp_path, "Salud,Quejas,%,50,50,50,8,30,10,90")
    measured = poa.measure(plan, 2)
    key = plan.actividades["actividad_id"].iloc[0]
    assert Provenance(measured).name(key, "ejecutado_trimestre") == "Numerador / denominador × 100: plan.csv:L3"
    assert Provenance(measured).name(key, "ejecutado_acumulado") == "Razón de las sumas de 2 periodos: plan.csv:L3"
    write_book(make_quarter(open_params("gerencia-comercial-2023-t1"), plan, 2), tmp_path / "evaluacion.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "evaluacion.xlsx")["Periodos"]
    heads = [cell.value for cell in sheet[4]]
    assert [round(sheet.cell(row, heads.index("Ejecutado") + 1).value, 2) for row in (5, 6)] == [80, 33.33]
