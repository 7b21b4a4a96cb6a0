"""The audit: each rule finds what it is for, names the cell, and finds nothing where there is nothing."""

import datetime as dt

import pytest
from test_measure import make_plan

import poa_eval as poa
from places import FIXTURES

SAT = (FIXTURES / "sat-2022-poi-t4.txt").read_text(encoding="utf-8")
EXACT_LINES = (8, 13, 14, 16, 17, 22, 23, 28, 32, 51, 52)


def reload_with(write_text, line, cell, change):
    """SAT with one cell changed: its line counts from 1, its cell from 0."""
    lines = SAT.split("\n")
    cells = lines[line - 1].split("\t")
    cells[cell] = change(cells[cell])
    lines[line - 1] = "\t".join(cells)
    return poa.load(write_text(lines))


@pytest.mark.parametrize("line", EXACT_LINES)
def test_one_changed_digit_is_found_in_its_row_and_the_rest_is_loaded(write_text, line):
    for cell in (4, 5 + line % 12, 17 + line % 12, 29 + 2 * (line % 4), 30 + 2 * (line % 4)):
        plan = reload_with(write_text, line, cell, lambda text: str(int(text) + 1))
        errors = poa.check(plan).query("gravedad == 'error'")
        assert set(errors["regla"]) & {"trimestre-no-cuadra", "meta-no-cuadra"}, (line, cell)
        assert set(errors["fuente"].str.rsplit(":", n=1).str[1]) == {f"L{line}"}
        assert len(plan.actividades) == 43


def test_a_changed_goal_of_a_damaged_row_is_found(write_text):
    plan = reload_with(write_text, 7, 4, lambda _: "13")
    errors = poa.check(plan).query("gravedad == 'error'")
    assert errors[["regla", "encontrado", "esperado"]].values.tolist() == [["meta-no-cuadra", "12", "13"]]


def test_a_row_that_no_reading_explains_is_found_and_its_quarters_stand(write_text):
    plan = reload_with(write_text, 7, 5, lambda _: "9")
    found = poa.check(plan).query("gravedad == 'error'")
    assert found["regla"].tolist() == ["trimestre-no-cuadra"]
    assert "no suman sus trimestres de ninguna manera" in found["mensaje"].item()
    assert poa.measure(plan, 4).institucion["ejecutado_acumulado"].item() == 3765


def test_rows_that_pass_a_printed_total_are_an_error_and_not_missing_rows(write_text):
    """With one printed total below the rows, rows are not simply missing: each total is compared."""
    plan = reload_with(write_text, 55, 29, lambda _: "900")
    found = poa.check(plan)
    assert "cobertura-incompleta" not in set(found["regla"])
    totals = found.query("regla == 'total-no-cuadra'")
    assert ("936", "900") in set(totals[["encontrado", "esperado"]].itertuples(index=False, name=None))


def test_ids_are_stable_whatever_the_lines_and_values(write_text):
    before = poa.check(poa.load(FIXTURES / "sat-2022-poi-t4.txt"))
    lines = SAT.split("\n")
    after = poa.check(poa.load(write_text(["", "", *lines])))
    assert before["hallazgo_id"].tolist() == after["hallazgo_id"].tolist()
    assert before["hallazgo_id"].is_unique
    assert not before["fuente"].equals(after["fuente"])


def test_the_half_filed_unit_lacks_each_of_its_months(gerencia):
    found = poa.check(gerencia).query("regla == 'periodo-sin-reporte'")
    assert found[["unidad_id", "mes"]].values.tolist() == [["308", 2], ["308", 3]]
    assert poa.check(gerencia, corte=dt.date(2023, 1, 31)).query("regla == 'periodo-sin-reporte'").empty


def test_overruns_are_those_above_the_band(gerencia):
    found = poa.check(gerencia).query("regla == 'sobreejecucion'")
    assert sorted(found["unidad_id"]) == ["303", "304", "304", "305", "305", "315"]


def test_gerencia_has_no_errors_of_sums(gerencia):
    errors = poa.check(gerencia).query("gravedad == 'error'")
    assert set(errors["regla"]) == {"comentario-contradice", "desglose-no-suma"}


def test_results_without_programme_are_found():
    plan = make_plan([[(1, 1, 0, 2), (2, 1, 0, 0), (3, 1, 0, None)], [(3, 3, 1, 2)]])
    found = poa.check(plan).query("regla == 'ejecucion-sin-programa'")
    assert found[["actividad_id", "mes", "encontrado", "esperado"]].values.tolist() == [["a0", 1, "2", "0"]]
