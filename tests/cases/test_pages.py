"""What pages say: counts of those that have a reason, printed figures alone as checked, Spanish words and dates."""

import datetime as dt

from readings import CASES, read_case

import poa_eval as poa
from poa_eval.reports.sections.reconciliation import tell_trust
from poa_eval.reports.sections.summary import show_title, tell_headline


def test_results_without_programme_are_counted_among_those_not_programmed():
    told = " ".join(tell_headline(poa.measure(read_case("resumen-no-programadas"), 1)))
    assert "4 actividades no programadas (1 con ejecución sin programa)" in told


def test_results_without_programme_that_all_have_need_no_count(tmp_path):
    lines = (CASES / "resumen-no-programadas.csv").read_text(encoding="utf-8").split("\n")
    path = tmp_path / "plan.csv"
    path.write_text("\n".join([*lines[:2], lines[5].replace("Cinco", "Seis"), lines[5]]), encoding="utf-8")
    told = " ".join(tell_headline(poa.measure(read_case("resumen-no-programadas", document=path), 1)))
    assert "2 actividades no programadas (ejecución sin programa)" in told


def test_goals_that_a_layout_derives_are_no_printed_figures():
    plan = read_case("plan-con-huecos")
    assert plan.actividades["meta_anual"].notna().any()
    assert poa.reconcile(plan).empty
    assert not any("recalcul" in sentence for sentence in tell_trust(poa.measure(plan, 1)))


def test_goals_that_a_document_prints_are_checked():
    plan = read_case("resumen-no-programadas")
    assert len(poa.reconcile(plan)) == 5


def test_dates_of_a_page_are_spanish_whatever_the_locale_of_its_numbers():
    for locale in ("pt_BR", "en_US"):
        plan = read_case("resumen-no-programadas", locale=locale)
        shown = show_title(poa.measure(plan, 1, fecha_corte=dt.date(2025, 3, 31))).html
        assert "31 de marzo de 2025" in shown


def test_without_a_programme_the_first_sentence_tells_the_progress_of_the_year():
    told = " ".join(tell_headline(poa.measure(read_case("meta-y-avance"), 1)))
    assert "no hay programa con que comparar los resultados; a la fecha se lleva, en promedio, el " in told
    assert "no hay ninguna actividad que se pueda evaluar" not in told
