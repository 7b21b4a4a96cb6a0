"""Layouts are data: many dirty forms of one table, one plan; and a layout with faults says them all."""

import pytest

import poa_eval as poa
from grids import ROWS, SUB, TOP, TOTAL, YAML, as_text, grid
from poa_eval.layouts.catalog import read_layout


@pytest.fixture
def layout(tmp_path):
    path = tmp_path / "obras.yaml"
    path.write_text(YAML.format(locale="es_MX"), encoding="utf-8")
    return str(path)


def table(plan):
    rows = plan.avances.merge(plan.actividades[["actividad_id", "actividad", "unidad_id"]], on="actividad_id")
    columns = ["unidad_id", "actividad", "mes", "programado", "ejecutado"]
    return rows[columns].sort_values(["unidad_id", "actividad", "mes"], ignore_index=True)


DIRTY = {
    "as-it-is": (grid("PLAN 2024"), {}),
    "heading-on-row-9": ([[]] * 8 + grid("PLAN 2024"), {}),
    "case-accents-breaks": (
        [["plan 2024"], ["UNIDAD", "actividád", "U.  de\nM.", " META ANUAL ", *TOP[4:]], SUB, *ROWS, TOTAL],
        {},
    ),
    "another-alias": ([["PLAN 2024"], ["Direccion", *TOP[1:]], [*SUB[:11], "IV"], *ROWS, TOTAL], {}),
    "blank-rows-and-subtotals": (
        [["PLAN 2024"], TOP, SUB, ROWS[0], [], ROWS[1], ["Subtotal obras", None, None, 1010], ROWS[2], [], TOTAL],
        {},
    ),
    "ignored-column": (
        [["PLAN 2024"], [*TOP, "Observaciones"], [*SUB, None], [*ROWS[0], "sin novedad"], *ROWS[1:], TOTAL],
        {},
    ),
    "declared-blanks": ([["PLAN 2024"], TOP, SUB, [*ROWS[0][:10], "NP", "-"], *ROWS[1:], TOTAL], {}),
    "numbers-as-text": (
        [["PLAN 2024"], TOP, SUB, [*ROWS[0][:3], "1,000", "250", "250.0", " 250", *ROWS[0][7:]], *ROWS[1:], TOTAL],
        {},
    ),
    "heading-repeated-at-a-page-break": ([["PLAN 2024"], TOP, SUB, *ROWS[:2], TOP, SUB, ROWS[2], TOTAL], {}),
    "merged-cells": (
        grid("PLAN 2024"),
        {"merges": ["A1:L1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:H2", "I2:L2", "A4:A5"]},
    ),
}


@pytest.fixture
def clean(write_text, layout):
    return table(poa.load(write_text(as_text(grid("PLAN 2024")), "limpio.txt"), layout))


@pytest.mark.parametrize("form", DIRTY)
def test_dirty_forms_of_one_table_in_a_workbook(form, clean, write_book, layout):
    rows, options = DIRTY[form]
    assert table(poa.load(write_book(rows, **options), layout)).equals(clean)


@pytest.mark.parametrize("form", [form for form in DIRTY if form not in {"merged-cells", "case-accents-breaks"}])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_dirty_forms_of_one_table_in_a_text(form, encoding, clean, write_text, layout):
    path = write_text(as_text(DIRTY[form][0]), encoding=encoding)
    assert table(poa.load(path, layout)).equals(clean)


def test_totals_are_published_and_not_an_activity(write_book, layout):
    plan = poa.load(write_book(grid("PLAN 2024")), layout)
    assert len(plan.actividades) == 3
    total = plan.publicado.query("clave == 'total' and concepto == 'programado'")
    assert total["valor"].tolist() == [260, 265, 265, 260]
    assert poa.check(plan).query("gravedad == 'error'").empty


def test_a_total_that_is_off_is_found_at_its_cell(write_book, layout):
    rows = [["PLAN 2024"], TOP, SUB, *ROWS, [*TOTAL[:5], 266, *TOTAL[6:]]]
    found = poa.check(poa.load(write_book(rows), layout)).query("regla == 'total-no-cuadra'").iloc[0]
    assert (found["encontrado"], found["esperado"], found["fuente"]) == ("265", "266", "plan.xlsx!Plan!F7")


def test_percent_cells_are_read_as_they_are_shown(write_book, layout):
    rows = [["PLAN 2024"], TOP, SUB, ["Obras", "Avance", "%", 1, 0.25, 0.25, 0.25, 0.25, 0.0833, 0.1666, None, None]]
    formats = {"D4": "0%", "E4": "0.00%", "F4": '0.0" "%', "G4": "0%", "H4": "0%", "I4": "0.00%", "J4": "0.00%"}
    plan = poa.load(write_book(rows, formats=formats), layout)
    assert plan.actividades["meta_anual"].item() == 100
    assert plan.avances["programado"].tolist() == [25, 25, 25, 25]
    assert plan.avances["ejecutado"].tolist()[:2] == [8.33, 16.66]


def test_what_the_lines_above_say_reaches_the_activities(write_book, layout):
    plan = poa.load(write_book(grid("PLAN 2024", "Direccion :  María Pérez")), layout)
    assert plan.ejercicio == 2024
    assert set(plan.unidades["responsable"]) == {"María Pérez"}


def test_the_year_may_come_from_the_params(write_book, layout):
    book = write_book(grid("Algo"))
    assert poa.load(book, layout, ejercicio=2025).ejercicio == 2025
    with pytest.raises(poa.PoaError, match="ningún ejercicio"):
        poa.load(book, layout)


def test_locale_decides_what_a_comma_is(tmp_path, write_book):
    path = tmp_path / "obras.yaml"
    path.write_text(YAML.format(locale="es_CO"), encoding="utf-8")
    rows = [["PLAN 2024"], TOP, SUB, ["Obras", "Bacheo", "m2", "1.000", "0,25", 1, 1, 1, "12,5", None, None, None]]
    plan = poa.load(write_book(rows), str(path))
    assert plan.actividades["meta_anual"].item() == 1000
    assert plan.avances["programado"].iloc[0] == 0.25
    assert plan.avances["ejecutado"].iloc[0] == 12.5


def test_a_layout_with_faults_says_them_all(tmp_path):
    path = tmp_path / "mal.yaml"
    text = YAML.format(locale="es_XX").replace("filas: 2", "filas: dos").replace("rellenar", "relenar")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(poa.PoaError) as caught:
        read_layout(path)
    message = str(caught.value)
    for part in ("mal.yaml", "es_XX", "«dos»", "relenar", "¿quiso decir «rellenar»?"):
        assert part in message


def test_an_unknown_kind_of_form_lists_the_known_ones(tmp_path):
    path = tmp_path / "mal.yaml"
    path.write_text(YAML.format(locale="es_MX").replace("clase: tabla", "clase: tablon"), encoding="utf-8")
    with pytest.raises(poa.PoaError, match="«tablon» desconocida; opciones: tabla, fichas, cronograma"):
        read_layout(path)


def test_names_that_fold_alike_are_one_activity_and_others_are_not(write_book, layout):
    rows = [["PLAN 2024"], TOP, SUB]
    rows += [["Obras", name, "km", 4, *[1] * 8] for name in ("Campaña 2022", "Campaña 2023", "Cobranza", "No cobranza")]
    one = poa.load(write_book(rows), layout)
    assert len(one.actividades) == 4
    rows = [[cell.upper().replace("Ñ", "Ñ") if isinstance(cell, str) else cell for cell in row] for row in rows]
    rows[3][1] = "  CAMPAÑA   2022"
    other = poa.load(write_book(rows), layout)
    assert one.actividades["actividad_id"].tolist() == other.actividades["actividad_id"].tolist()


def test_no_institution_is_named_in_code():
    from places import ROOT

    words = ("jocotepec", "cuscatancingo", "santiago", "gerencia", "sat-", "sat_", "metepec", "gachancip")
    for path in (ROOT / "poa_eval").rglob("*.py"):
        text = path.read_text(encoding="utf-8").casefold()
        assert not [word for word in words if word in text], path
