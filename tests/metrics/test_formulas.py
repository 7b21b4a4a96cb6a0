"""What a document does not say of its own figures is found in them: blanks, percentages in totals, its formula."""

from dataclasses import replace

import pytest

import poa_eval as poa
from plans import list_rules, make_plan, months, print_figures
from poa_eval.audit.ledger import AGREES, DIFFERS, UNCHECKED, Ledger
from poa_eval.plan.schema import make_table

NO = None
PERCENT = {"unidad_medida": "% de predios"}


def print_total(plan, *values, concept="programado"):
    """Print the institution's total of each month; None leaves a month out."""
    figures = [
        ("institucion", "total", concept, month, 1, value)
        for month, value in enumerate(values, start=1)
        if value is not None
    ]
    return print_figures(plan, *figures)


def judge_totals(plan):
    ledger = poa.reconcile(plan)
    return ledger.loc[ledger["via"] == "filas", "resultado"].tolist()


def plan_rows(*rows, activities=None, **about):
    """A plan of which each row is programmed so, and has nothing executed."""
    return make_plan([months(row, [NO] * len(row)) for row in rows], activities, **about)


@pytest.mark.parametrize(
    ("total", "result"),
    [(10.0, AGREES), (9.0, DIFFERS), (20.0, UNCHECKED)],  # a blank can only add
)
def test_a_blank_is_nothing_where_the_total_agrees_and_hides_no_sum_that_passes_it(total, result):
    plan = print_total(plan_rows([10, 10], [NO, 5]), total, 15.0)
    assert judge_totals(plan) == [result, AGREES]
    said = poa.reconcile(plan)["como"].iloc[0]
    blank = "; hay celdas en blanco que podrían sumar" if result == UNCHECKED else ", sin contar lo que está en blanco"
    assert said == f"suma de las filas{blank}"
    assert list_rules(plan).count("total-no-cuadra") == (result == DIFFERS)


def test_a_blank_is_nothing_where_the_programme_fills_the_goal():
    plan = print_total(plan_rows([10, 10], [NO, 5], activities=[{}, {"meta_anual": 5.0}]), 20.0, 15.0)
    assert judge_totals(plan) == [DIFFERS, AGREES]


@pytest.mark.parametrize("blank", [[(3, 3, 10, NO)], []])
def test_a_blank_month_of_a_quarter_or_of_an_empty_row_agrees_with_nothing(blank):
    plan = print_total(make_plan([months([10, 10], [NO, NO]), blank]), 10.0)
    assert judge_totals(plan) == [UNCHECKED]


def test_a_negative_figure_may_be_what_a_blank_takes_away():
    assert judge_totals(print_total(plan_rows([-2, 10], [12, NO], [NO, 5]), 8.0)) == [UNCHECKED]


@pytest.mark.parametrize(
    ("totals", "results", "said"),
    [
        ([10, 10], [AGREES] * 2, "sin los porcentajes (totales que así cuadran: 2 de 2)"),
        ([60, 60], [AGREES] * 2, "con los porcentajes (totales que así cuadran: 2 de 2)"),
        ([10, 10, 12], [AGREES, AGREES, DIFFERS], "sin los porcentajes (totales que así cuadran: 2 de 3)"),
        ([60, 70], [AGREES, DIFFERS], "con los porcentajes (totales que así cuadran: 1 de 2)"),
        ([9, 8], [DIFFERS] * 2, "sin los porcentajes (lo más cercano; ningún total cuadra)"),
        ([55, 56], [DIFFERS] * 2, "con los porcentajes (lo más cercano; ningún total cuadra)"),
    ],
)
def test_totals_count_percentages_as_they_themselves_show(totals, results, said):
    size = len(totals)
    plan = print_total(plan_rows([10] * size, [50] * size, activities=[{}, PERCENT]), *map(float, totals))
    assert judge_totals(plan) == results
    assert set(poa.reconcile(plan)["como"]) == {f"suma de las filas {said}"}
    wrong = poa.check(plan).query("regla == 'total-no-cuadra'")["mensaje"]
    assert len(wrong) == results.count(DIFFERS)
    assert all(said in message for message in wrong)


def test_a_layout_that_says_how_totals_add_up_is_believed():
    plan = print_total(plan_rows([10], [50], activities=[{}, PERCENT]), 10.0)
    said = make_table("contexto", [{"clave": "regla.suma_segun_documento", "texto": "sí"}])
    plan = replace(plan, contexto=said)
    assert judge_totals(plan) == [DIFFERS]
    assert poa.reconcile(plan)["como"].tolist() == ["suma de las filas"]


REPORTS = [[3, 4], [5, 1], [2, 2], [8, 7], [6, NO]]
TO_YEAR = "ejecutado a la fecha / meta anual × 100"
TO_DATE = "ejecutado / programado a la fecha × 100"


def read_plan(rows, **about):
    """A plan whose periods were read from the file that prints its figures."""
    plan = make_plan(rows, **about)
    return replace(plan, avances=plan.avances.assign(fuente="plan.xlsx!Hoja!A1"))


def print_progress(values):
    """Print the progress of five activities with a goal of 40: two months reported, a third to come."""
    rows = [months([10, 10, 20], [*done, NO]) for done in REPORTS]
    figures = [("actividad", f"a{i}", "avance_pct", 12, 12, value) for i, value in enumerate(values)]
    return print_figures(read_plan(rows, meta_anual=40.0), *figures)


def take_progress(plan):
    ledger = poa.reconcile(plan)
    return ledger[ledger["cifra"] == "avance_pct"]


SUMS = [sum(value or 0 for value in done) for done in REPORTS]


@pytest.mark.parametrize(("formula", "whole"), [(TO_YEAR, 40), (TO_DATE, 20)])
def test_progress_is_held_against_the_formula_that_the_others_follow(formula, whole):
    printed = [done * 100 / whole for done in SUMS]
    found = take_progress(print_progress(printed))
    assert found["resultado"].tolist() == [AGREES] * 5
    assert set(found["como"]) == {f"{formula}, que siguen 5 de 5 cifras"}
    plan = print_progress([99.0, *printed[1:]])
    assert take_progress(plan)["resultado"].tolist() == [DIFFERS, *[AGREES] * 4]
    message = poa.check(plan).query("regla == 'avance-no-reproduce'")["mensaje"].item()
    assert f"es 99 %; con la fórmula {formula}, que siguen 4 de 5 cifras, resulta {printed[0]:g} %" in message


@pytest.mark.parametrize(
    "printed",
    [
        [11.0, 23.0, 31.0, 47.0, 53.0],  # none
        [done * 100 / whole for done, whole in zip(SUMS, (40, 40, 40, 20, 20), strict=True)],  # no clear majority
        [0.0] * 5,  # what follows every formula shows none
    ],
)
def test_progress_without_a_clear_formula_is_not_judged_and_says_why(printed):
    plan = print_progress(printed)
    assert set(take_progress(plan)["resultado"]) == {UNCHECKED}
    assert "avance-no-reproduce" not in list_rules(plan)
    why = "el documento no dice su fórmula, y ninguna usual da casi todas sus cifras"
    assert why in str(poa.show.ledger(poa.measure(plan, 1)))


def test_two_formulas_that_explain_as_much_are_rivals():
    rows = [months([10, 10], [done, done]) for done in (2, 4, 6)] + [months([10, 30], [5, 5])]
    printed = [20.0, 40.0, 60.0, 99.0]  # to date, or the mean of the months: they part at the last row only
    figures = [("actividad", f"a{i}", "avance_pct", 12, 12, value) for i, value in enumerate(printed)]
    assert set(take_progress(print_figures(read_plan(rows), *figures))["resultado"]) == {UNCHECKED}


def test_what_all_figures_show_holds_for_a_unit_that_has_few():
    plan = print_progress([99.0, *(done * 2.5 for done in SUMS[1:])])
    plan = plan.add_notes(Ledger(plan).inferred_rules)
    own = plan.narrow(actividades=plan.actividades[:1], avances=plan.avances[:3], publicado=plan.publicado[:1])
    assert take_progress(own)["resultado"].tolist() == [DIFFERS]
