"""The ledger accounts for every printed figure; a trace leads from a percentage to its cells."""

from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter, range_boundaries

import poa_eval as poa
from made import make_plan, open_params
from places import FIXTURES, ROOT
from plans import list_rules, print_figures
from poa_eval.audit.ledger import AGREES, DIFFERS, LEDGER_COLUMNS, REBUILT, UNCHECKED
from poa_eval.plan.schema import make_table
from poa_eval.readers.addresses import join_addresses
from poa_eval.reports.sections.provenance import Provenance

SAT, GERENCIA = "sat-2022/poi-2022-t4.xlsx", "gerencia-comercial-2023/poa-2023-t1.xlsx"


@pytest.fixture(scope="module")
def sat():
    return poa.load(ROOT / "data" / SAT)


@pytest.fixture(scope="module")
def gerencia():
    return poa.load(ROOT / "data" / GERENCIA)


def count(ledger, **where):
    for column, value in where.items():
        ledger = ledger[ledger[column] == value]
    return ledger["resultado"].value_counts().to_dict()


def test_sat_ledger_accounts_for_every_printed_figure(sat):
    ledger = poa.reconcile(sat)
    assert tuple(ledger.columns[:6]) == LEDGER_COLUMNS
    assert count(ledger, cifra="meta_anual", ambito="actividad") == {AGREES: 43}
    assert count(ledger, via="periodos", ambito="actividad") == {AGREES: 204, REBUILT: 18, UNCHECKED: 61}
    # The programme of a quarter whose months stay open still has to fill the goal.
    assert count(ledger, via="resto", ambito="actividad") == {AGREES: 61}
    assert count(ledger, via="periodos", ambito="institucion") == {AGREES: 8}
    rows = ledger[ledger["via"] == "filas"].set_index(["cifra", "mes"])
    assert count(ledger, via="filas") == {DIFFERS: 9}
    assert rows.loc[("meta_anual", 12), ["publicado", "recalculado", "diferencia"]].tolist() == [6382, 3783, 2599]


def test_gerencia_ledger_reproduces_progress_weight_and_goal_of_every_row(gerencia):
    ledger = poa.reconcile(gerencia)
    assert count(ledger, cifra="avance_pct") == {AGREES: 52}
    assert count(ledger, cifra="avance_absoluto") == {AGREES: 52}
    assert count(ledger, cifra="meta_anual") == {AGREES: 52}
    half_yearly = ledger[ledger["via"] == "frecuencia"]
    assert half_yearly[["publicado", "recalculado"]].to_numpy().tolist() == [[50, 50]]


@pytest.mark.parametrize(("text", "lost"), [("sat-2022-poi-t4.txt", 3), ("gerencia-comercial-2023-poa-t1.txt", 0)])
def test_workbook_and_text_give_the_same_ledger(text, lost):
    of_text = poa.reconcile(poa.load(FIXTURES / text))
    of_book = poa.reconcile(poa.load(ROOT / "data" / (SAT if text.startswith("sat") else GERENCIA)))
    key = ["ambito", "actividad_id", "cifra", "via", "mes", "meses"]
    both = of_text.merge(of_book, on=key, how="outer", indicator=True)
    # Three quarters that the text lost are printed in the workbook.
    assert both["_merge"].value_counts()["right_only"] == lost
    assert (both["_merge"] != "left_only").all()
    both = both[both["_merge"] == "both"]
    for column in ("publicado", "recalculado"):  # months that the text lost are rebuilt there, and printed here
        left, right = both[f"{column}_x"], both[f"{column}_y"]
        assert (left.eq(right) | (left.isna() & right.isna())).all()


@pytest.mark.parametrize("name", [SAT, GERENCIA])
def test_each_printed_figure_stands_at_its_address(name):
    ledger = poa.reconcile(poa.load(ROOT / "data" / name))
    book = openpyxl.load_workbook(ROOT / "data" / name, data_only=True)
    for source, value in ledger[["fuente", "publicado"]].itertuples(index=False):
        _, sheet, cell = source.split("!")
        found = book[sheet][cell]
        number = found.value * 100 if "%" in found.number_format else found.value
        assert number == pytest.approx(value), source


def test_a_changed_quarter_differs_in_the_ledger_by_its_size(sat):
    damaged = set(sat.contexto["clave"].str.removeprefix("lectura/"))
    monthly = sat.avances.groupby("actividad_id")["meses"].sum().eq(12) & sat.avances.groupby("actividad_id").size().eq(
        12
    )
    exact = next(key for key in monthly[monthly].index if key not in damaged)
    printed = sat.publicado.copy()
    at = (printed["clave"] == exact) & (printed["concepto"] == "ejecutado") & (printed["mes"] == 6)
    printed.loc[at, "valor"] += 7
    changed = poa.reconcile(replace(sat, publicado=printed))
    found = changed[(changed["actividad_id"] == exact) & (changed["resultado"] == DIFFERS)]
    assert found["diferencia"].tolist() == [7]


def test_a_figure_without_its_parts_is_not_judged():
    printed = {"ambito": "actividad", "clave": "u-1", "concepto": "ejecutado", "mes": 3, "meses": 3, "valor": 9.0}
    plan = replace(make_plan([(2, 2), (2, None), (2, 2)]), publicado=make_table("publicado", [printed]))
    ledger = poa.reconcile(plan)
    assert ledger["resultado"].tolist() == [UNCHECKED]
    assert ledger["recalculado"].isna().all()
    assert "sin contraste" not in str(poa.show.ledger(poa.measure(make_plan([(2, 2)]), 1)))


def test_cumulative_results_are_never_added_up_into_totals():
    plan = make_plan([(5, 5), (5, 10), (5, 15)], acumulacion="ultimo")
    months = [("institucion", "total", "ejecutado", month, 1, 5.0 * month) for month in (1, 2, 3)]
    plan = print_figures(plan, *months, ("institucion", "total", "ejecutado", 3, 3, 15.0))
    assert not {"total-no-cuadra", "trimestre-no-cuadra"} & set(list_rules(plan))
    quarter = poa.reconcile(plan).query("meses == 3")
    assert quarter["resultado"].tolist() == [UNCHECKED]


def test_a_blank_quarter_is_what_its_months_say():
    plan = make_plan([(1, 1)] * 12, meta_anual=12.0)
    printed = [("actividad", "u-1", "programado", month, 3, 3.0) for month in (6, 9, 12)]
    assert list_rules(print_figures(plan, *printed)) == []
    assert "meta-no-cuadra" in list_rules(print_figures(plan, *printed[:2], (*printed[2][:5], 4.0)))


def test_one_wrong_figure_is_one_difference_and_not_one_of_each_addend():
    printed = [("institucion", "total", "programado", month, 1, 1.0) for month in (1, 2, 3)]
    plan = print_figures(make_plan([]), *printed, ("institucion", "total", "programado", 3, 3, 9.0))
    ledger = poa.reconcile(plan)
    assert count(ledger, meses=3, via="periodos") == {DIFFERS: 1}
    assert count(ledger, meses=1) == {UNCHECKED: 3}


def test_a_quarter_and_a_half_year_that_close_together_are_two_findings():
    plan = make_plan([(1, 1)] * 6)
    plan = print_figures(
        plan, ("actividad", "u-1", "programado", 6, 3, 4.0), ("actividad", "u-1", "programado", 6, 6, 7.0)
    )
    found = poa.check(plan).query("regla == 'trimestre-no-cuadra'")
    assert len(found) == 2
    assert found["hallazgo_id"].is_unique


@pytest.mark.parametrize(
    ("other", "rules"),
    [
        (("institucion", "total", "ejecutado", 3, 3, 0.0), ["total-no-cuadra", "total-no-cuadra"]),
        (("unidad", "u", "programado", 3, 3, 3.0), ["total-no-cuadra", "cobertura-incompleta"]),
    ],
)
def test_missing_rows_hide_no_total_that_its_rows_pass(other, rules):
    plan = print_figures(
        make_plan([(1, 1), (1, 1), (2, 2)]), ("institucion", "total", "programado", 3, 3, 100.0), other
    )
    assert list_rules(plan) == rules


def test_institution_and_unit_show_the_ledger_of_their_own_rows():
    quarter = open_params("sat-2022-t4")
    whole, unit = (str(poa.show.ledger(q)) for q in (quarter, quarter.unit("escuela-sat")))
    ways = "(429 comparaciones: algunas se comparan de dos maneras)"
    assert f"420 cifras impresas deben salir de otras del mismo documento {ways}; 359 se pudieron comprobar" in whole
    gerencia = str(poa.show.ledger(open_params("gerencia-comercial-2023-t1")))
    assert gerencia.startswith("Las 156 cifras impresas que deben salir de otras del mismo documento se comprobaron y")
    assert "TOTAL" in whole
    assert "TOTAL" not in unit
    shown = int(unit.split()[0])
    own = quarter.unit("escuela-sat").plan
    assert shown == len(own.publicado) + own.actividades["meta_anual"].notna().sum()


def test_origins_name_cells_and_formulas(gerencia):
    evaluation = poa.measure(gerencia, 1)
    provenance = Provenance(evaluation)
    meters = evaluation.actividades.query("unidad_id == '306' and ejecutado_acumulado == 10248")["actividad_id"].iloc[0]
    cells = "poa-2023-t1.xlsx!306 ene-23!{0}16; 306 feb-23!{0}16; 306 mar-23!{0}16"
    assert provenance.name(meters, "programado_acumulado") == "Suma de 3 periodos: " + cells.format("L")
    said = provenance.name(meters, "cumplimiento_acumulado").replace("\N{NO-BREAK SPACE}", " ")
    formula = "Σ ejecutado / Σ programado × 100 = 10,248 / 9,750 × 100 = 105.1 %"
    assert said == f"{formula}. Ejecutado: {cells.format('O')}. Programado: {cells.format('L')}"
    total = provenance.name_group(evaluation.institucion.iloc[0].to_dict(), "proporcion_cumplidas_acumulado")
    assert total.startswith("Cumplidas / evaluadas × 100 = 18 / 23 × 100. Actividades evaluadas: poa-2023-t1.xlsx!")


@pytest.mark.parametrize("name", [SAT, GERENCIA])
def test_every_read_figure_of_the_evaluation_stands_in_the_cells_it_names(name):
    quarter = 4 if name == SAT else 1
    evaluation = poa.measure(poa.load(ROOT / "data" / name), quarter)
    provenance = Provenance(evaluation)
    book = openpyxl.load_workbook(ROOT / "data" / name, data_only=True)
    for row in evaluation.plan.avances.to_dict("records"):
        for series in ("programado", "ejecutado"):
            if pd.isna(row[series]) or row["origen"] == "reconstruido":
                continue  # a rebuilt month names the cell of its quarter
            _, sheet, cell = provenance.find_period(row["actividad_id"], row, series).split("!")
            found = book[sheet][cell]
            value = found.value if found.value is not None else 0  # a blank that the printed sums prove to be 0
            assert (value * 100 if "%" in found.number_format else value) == pytest.approx(row[series])


def test_trace_leads_from_cells_to_percentage(sat):
    evaluation = poa.measure(sat, 4)
    activity = evaluation.actividades.query("unidad_id == 'organo-de-control-institucional'")["actividad_id"].iloc[0]
    said = str(poa.trace(evaluation, activity)).replace("\N{NO-BREAK SPACE}", " ")
    assert "Σ ejecutado / Σ programado × 100 = 30 / 44 × 100 = 68.2 %" in said
    assert "poi-2022-t4.xlsx!Ejecución!R6:AC6" in said
    assert "Ejecutado, I trimestre = suma de sus periodos" in said
    assert str(poa.trace(evaluation)) == str(poa.trace(evaluation, activity))  # the one that lags most
    with pytest.raises(poa.PoaError, match="quiso decir|opciones"):
        poa.trace(evaluation, "no existe tal cosa")


def test_trace_says_why_there_is_no_percentage(gerencia):
    evaluation = poa.measure(gerencia, 1)
    silent = evaluation.actividades.query("estado == 'sin reporte'")["actividad_id"].iloc[0]
    assert "faltan febrero y marzo" in str(poa.trace(evaluation, silent))


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=30))
def test_joined_addresses_name_exactly_the_cells(cells):
    joined = join_addresses(f"a b.xlsx!Hoja 1!{get_column_letter(c)}{r}" for c, r in cells)
    named = [box for part in joined.removeprefix("a b.xlsx!Hoja 1!").split(", ") for box in [range_boundaries(part)]]
    spread = {
        (c, r) for left, top, right, bottom in named for c in range(left, right + 1) for r in range(top, bottom + 1)
    }
    assert spread == set(cells)
