"""The audit: each rule finds what it is for, names the cell, and finds nothing where there is nothing."""

import datetime as dt
from dataclasses import replace

import pytest

import poa_eval as poa
from places import FIXTURES
from plans import make_plan
from poa_eval.plan.schema import make_table

SAT = (FIXTURES / "sat-2022-poi-t4.txt").read_text(encoding="utf-8")


def reload_with(write_text, line, cell, change):
    """SAT with one cell changed: its line counts from 1, its cell from 0."""
    lines = SAT.split("\n")
    cells = lines[line - 1].split("\t")
    cells[cell] = change(cells[cell])
    lines[line - 1] = "\t".join(cells)
    return poa.load(write_text(lines))


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


def publish(plan, rows):
    """The plan with published progress, and a formula of 8.33 a month."""
    rules = {
        "avance": "razones_ponderadas",
        "avance.peso.1": "8.33",
        "avance.peso.3": "25",
        "avance.texto": "la del POA",
    }
    said = [{"clave": f"regla.{key}", "texto": text, "fuente": "layout"} for key, text in rules.items()]
    printed = [
        {"ambito": "actividad", "clave": key, "concepto": "avance_pct", "mes": mes, "meses": 12, "valor": value}
        for key, mes, value in rows
    ]
    return replace(plan, contexto=make_table("contexto", said), publicado=make_table("publicado", printed))


ODD = [[(1, 1, 10, 5), (2, 1, 20, 20), (3, 1, 10, 10)], [(1, 1, 4, 3), (2, 1, 4, 4), (3, 1, 8, 1)]]


@pytest.mark.parametrize(
    ("printed", "formula"),
    [
        ([4.165, 20.825, 2.08], None),
        ([5.0, 35.0, 3.0], "ejecutado a la fecha / meta anual × 100"),
        ([50.0, 87.5, 75.0], "ejecutado / programado a la fecha × 100"),
        ([5.0, 10.0, 3.0], "último valor / meta anual × 100"),
        ([50.0, 83.33, 75.0], "promedio de ejecutado / programado × 100"),
        ([4.1667, 20.83333, 6.25], "Σ ejecutado / programado × (100 / 12 por mes)"),
    ],
)
def test_progress_that_another_formula_explains_says_which(printed, formula):
    plan = publish(make_plan(ODD, meta_anual=100.0), zip(("a0", "a0", "a1"), (1, 3, 1), printed, strict=True))
    found = poa.check(plan).query("regla == 'avance-no-reproduce'")
    assert len(found) == {None: 1, "Σ ejecutado / programado × (100 / 12 por mes)": 0}.get(formula, 3)
    for text in found["mensaje"]:
        assert "con la fórmula del documento (la del POA)" in text
        assert ("corresponde a otra fórmula" in text, formula is None or formula in text) == (formula is not None, True)


def test_a_cumulative_result_that_stands_still_is_none_without_programme():
    plan = make_plan([[(1, 1, 5, 5), (2, 1, 0, 5), (3, 1, 0, 7)]], acumulacion="ultimo")
    found = poa.check(plan).query("regla == 'ejecucion-sin-programa'")
    assert found[["mes", "encontrado"]].values.tolist() == [[3, "2"]]


def test_a_goal_of_none_of_what_is_to_be_kept_low_is_a_goal():
    plan = make_plan([[(1, 1, 0, 3)]], sentido="descendente")
    assert poa.check(plan).query("regla == 'ejecucion-sin-programa'").empty


def test_a_quarter_that_hides_a_short_month_is_a_note_and_one_that_does_not_is_none():
    hides = [(1, 1, 10, 12), (2, 1, 10, 8), (3, 1, 10, 10)]
    found = poa.check(make_plan([hides, [(1, 1, 10, 12), (2, 1, 10, 10), (3, 1, 10, 10)]]))
    notes = found.query("regla == 'compensacion-oculta'")
    assert notes[["actividad_id", "mes", "encontrado", "esperado"]].values.tolist() == [["a0", 3, "8", "10"]]
    assert notes["mensaje"].item().endswith("pero hay meses que quedaron cortos: 8 de 10 en febrero.")


def test_results_without_programme_are_found():
    plan = make_plan([[(1, 1, 0, 2), (2, 1, 0, 0), (3, 1, 0, None)], [(3, 3, 1, 2)]])
    found = poa.check(plan).query("regla == 'ejecucion-sin-programa'")
    assert found[["actividad_id", "mes", "encontrado", "esperado"]].values.tolist() == [["a0", 1, "2", "0"]]
