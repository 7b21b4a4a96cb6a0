"""Several documents of one year: they merge where they agree, and refuse where they do not."""

import dataclasses
import datetime as dt

import pytest
import yaml

import poa_eval as poa
from made import make_plan
from places import FIXTURES, ROOT
from poa_eval.errors import ConflictoError

GERENCIA = FIXTURES / "gerencia-comercial-2023-poa-t1.txt"
PERIODS = {
    "PRIMER TRIMESTRE 2023": "SEGUNDO TRIMESTRE 2023",
    "ene-23": "abr-23",
    "feb-23": "may-23",
    "mar-23": "jun-23",
}


@pytest.fixture
def second(tmp_path):
    """A made-up second quarter: the first one's figures in the next periods."""
    text = GERENCIA.read_text(encoding="utf-8")
    for old, new in PERIODS.items():
        text = text.replace(f"\n{old}\n", f"\n{new}\n")
    path = tmp_path / "poa-2023-t2.txt"
    path.write_text(text, encoding="utf-8")
    return poa.load(path)


def reissue(tmp_path, old, new):
    """The first quarter again, with one line changed."""
    path = tmp_path / "poa-2023-t1-corregido.txt"
    text = GERENCIA.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return poa.load(path)


JANUARY = "770\t770 cortes y reconexiones del mes de enero/23"
CHANGED = "771\t770 cortes y reconexiones del mes de enero/23"


def test_a_second_quarter_beside_the_first_gives_figures_to_date(gerencia, second):
    evaluation = poa.measure(poa.merge_plans([gerencia, second]), 2)
    cuts = evaluation.actividades.query("unidad_id == '306' and unidad_medida == 'CORTES Y NOTIFICACIONES'").iloc[0]
    assert (cuts["programado_trimestre"], cuts["ejecutado_trimestre"]) == (3300, 770 + 812 + 1064)
    assert (cuts["programado_acumulado"], cuts["ejecutado_acumulado"]) == (6600, 2 * (770 + 812 + 1064))
    assert evaluation.institucion["evaluadas_acumulado"].item() == 23


def test_a_cumulative_result_counts_by_its_last_value_less_the_earlier_one(gerencia, second):
    evaluation = poa.measure(poa.merge_plans([gerencia, second]), 2)
    share = evaluation.actividades.query("unidad_medida == '%'").iloc[0]
    assert share["ejecutado_acumulado"] == 25
    assert share["ejecutado_trimestre"] == 0


def test_a_second_quarter_alone_has_no_figures_to_date_and_says_why(second):
    evaluation = poa.measure(second, 2)
    assert evaluation.actividades["cumplimiento_acumulado"].isna().all()
    assert evaluation.actividades["meta_cumplida"].isna().all()
    assert evaluation.actividades["motivo"].str.contains("falta el documento del I trimestre").all()
    assert evaluation.institucion["evaluadas_trimestre"].item() == 22
    assert evaluation.institucion["evaluadas_acumulado"].item() == 0


def test_the_same_document_twice_counts_once(gerencia):
    merged = poa.merge_plans([gerencia, gerencia])
    order = ["actividad_id", "mes"]
    left, right = (plan.avances.sort_values(order, ignore_index=True) for plan in (merged, gerencia))
    assert left.equals(right)
    assert merged.publicado.equals(gerencia.publicado)


def test_a_changed_january_is_refused_and_both_cells_are_named(gerencia, tmp_path):
    again = reissue(tmp_path, JANUARY, CHANGED)
    with pytest.raises(poa.PoaError) as caught:
        poa.merge_plans([gerencia, again])
    message = str(caught.value)
    assert "gerencia-comercial-2023-poa-t1.txt:L150 dice 770" in message
    assert "poa-2023-t1-corregido.txt:L150 dice 771" in message
    assert "reemplaza: true" in message


def test_a_source_that_replaces_changes_the_figure_and_is_found(gerencia, tmp_path):
    again = reissue(tmp_path, JANUARY, CHANGED)
    merged = poa.merge_plans([gerencia, again], replaces=[False, True])
    assert len(merged.avances) == len(gerencia.avances)
    assert merged.avances["ejecutado"].sum() == gerencia.avances["ejecutado"].sum() + 1
    found = poa.check(merged).query("regla == 'periodo-cambiado'").iloc[0]
    assert (found["encontrado"], found["esperado"], found["unidad_id"], found["mes"]) == ("771", "770", "306", 1)


def test_a_reissue_that_leaves_a_result_blank_keeps_what_was_reported(gerencia, tmp_path):
    again = reissue(tmp_path, JANUARY, JANUARY.replace("770\t", "\t"))
    merged = poa.merge_plans([gerencia, again])
    assert merged.avances["ejecutado"].sum() == gerencia.avances["ejecutado"].sum()


def test_months_and_their_quarter_are_one_report(sat):
    """A later document that gives only quarters does not count twice, nor does it hide the months."""
    coarse = sat.avances.assign(mes=(sat.avances["mes"] + 2) // 3 * 3)
    coarse = coarse.groupby(["actividad_id", "mes"], as_index=False).agg(
        {"programado": "sum", "ejecutado": "sum", "fuente": "last"}
    )
    coarse = coarse.assign(meses=3, origen="leido", comentario=None, programado_inicial=float("nan"))
    from poa_eval.plan.plan import Plan
    from poa_eval.plan.schema import make_table

    tables = sat.tables() | {"avances": make_table("avances", coarse)}
    other = Plan(sat.institucion, sat.ejercicio, sat.locale, **tables)
    for merged in (poa.merge_plans([sat, other]), poa.merge_plans([other, sat])):
        assert len(merged.avances) == len(sat.avances)
        assert poa.measure(merged, 4).institucion["ejecutado_acumulado"].item() == 3765


def test_the_other_year_is_refused(gerencia, sat):
    with pytest.raises(poa.PoaError, match="ejercicios 2023 y 2022"):
        poa.merge_plans([gerencia, sat])


def test_periods_after_the_cut_off_are_not_due(gerencia):
    evaluation = poa.measure(gerencia, 1, fecha_corte=dt.date(2023, 2, 15))
    late = evaluation.actividades.set_index("unidad_id").loc["308"]
    assert late["estado"] == "sobrecumplida"
    assert late["ejecutado_acumulado"] == 11052


def test_what_was_damaged_in_a_document_is_forgotten_once_a_whole_one_replaces_it(sat):
    book = poa.load(ROOT / "data" / "sat-2022" / "poi-2022-t4.xlsx")
    merged = poa.check(poa.merge_plans([sat, book], replaces=[False, True]))
    assert merged["hallazgo_id"].is_unique
    assert set(merged["hallazgo_id"]) == set(poa.check(book)["hallazgo_id"])


def test_what_was_damaged_stays_where_the_new_document_has_other_months(sat):
    first = dataclasses.replace(sat, avances=sat.avances[sat.avances["mes"] <= 6])
    second = dataclasses.replace(sat, avances=sat.avances[sat.avances["mes"] > 6], contexto=sat.contexto.iloc[:0])
    notes = poa.merge_plans([first, second]).contexto["clave"].str.startswith("lectura/")
    assert notes.sum() == sat.contexto["clave"].str.startswith("lectura/").sum() > 0


@pytest.mark.parametrize("change", [(1_234_567.0, 1_234_568.0), (12_345.678, 12_345.679)])
def test_a_changed_figure_keeps_its_digits(change):
    """Six digits are not enough for money, nor for a share: 1.23457e+06 is none of both figures."""
    old, new = (make_plan([(2_000_000.0, value)]) for value in change)
    found = poa.check(poa.merge_plans([old, new], replaces=[False, True])).query("regla == 'periodo-cambiado'").iloc[0]
    before, after = (f"{value:.15g}" for value in change)
    assert (found["encontrado"], found["esperado"]) == (after, before)
    assert found["diferencia"] == pytest.approx(change[1] - change[0])
    assert f"{before} → {after}" in found["mensaje"]
    with pytest.raises(ConflictoError, match=f"dice {before} y .* dice {after}"):
        poa.merge_plans([old, new])


def test_a_layout_keeps_the_digits_of_its_weights(tmp_path):
    layout = yaml.safe_load((ROOT / "poa_eval" / "layouts" / "gerencia-comercial-poa.yaml").read_text(encoding="utf-8"))
    (edition,) = layout["ediciones"].values()
    edition["avance"]["pesos"] = {1: 100 / 12, 3: 25}
    path = tmp_path / "exacto.yaml"
    path.write_text(yaml.safe_dump(layout), encoding="utf-8")
    weight = poa.load(GERENCIA, path).rule("avance.peso.1")
    assert float(weight) == pytest.approx(100 / 12, rel=1e-14)
