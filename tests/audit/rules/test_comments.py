"""Rules on comments: what must be found in the documents, line by line, and what must not."""

import csv

import pytest

import poa_eval as poa
from places import FIXTURES
from plans import make_plan

#: Of the whole document, by hand: lines of each rule; every other line, and every other rule, has no finding.
GERENCIA = {
    "comentario-contradice": [66, 88, 238, 239, 259, 260, 280, 281],
    "desglose-no-suma": [361],
    "anio-ajeno": [128, 129],
    "cifra-en-comentario": [174],
    "frecuencia-no-corresponde": [23, 361],
    "periodo-sin-reporte": [219, 219],
    "sobreejecucion": [44, 128, 129, 238, 239, 361],
    "cifras-identicas": [43, 154],
    "compensacion-oculta": [88, 199, 200],
}
#: Comments that agree with their number, or speak of something else.
AGREE = [20, 22, 44, 45, 67, 89, 108, 109, 150, 151, 153, 154, 173, 175, 196, 198, 199, 219, 240, 301, 302, 342]
SAT = {"cobertura-incompleta": [55], "nombre-con-variantes": [16], "compensacion-oculta": [25, 33, 36, 51]}
#: Rows of which a quarter's pair differs because execution really differed, and the campaigns of two years.
DIFFER = {8, 33, 34, 35, 36, 50, 51, 52, 53, 54}


def list_lines(findings):
    lines = findings["fuente"].str.rsplit("L", n=1).str[1].astype(int)
    return {rule: sorted(lines[findings["regla"] == rule]) for rule in set(findings["regla"])}


def test_gerencia_has_these_findings_and_no_other(gerencia):
    assert list_lines(poa.check(gerencia)) == GERENCIA
    by_comment = [rule for rule in GERENCIA if rule.startswith(("comentario", "cifra-", "desglose"))]
    assert not {line for rule in by_comment for line in GERENCIA[rule]} & set(AGREE)


def test_the_half_yearly_row_of_a_quarterly_sheet_is_one_finding(gerencia):
    found = poa.check(gerencia)
    assert found.loc[found["fuente"].str.endswith(":L23"), "regla"].tolist() == ["frecuencia-no-corresponde"]


def test_sat_has_these_findings_and_no_other(sat):
    with (FIXTURES / "truth" / "sat-2022-poi-t4.csv").open(encoding="utf-8") as file:
        truth = [(row["lectura"], int(row["linea"])) for row in csv.DictReader(file)]
    read = {f"celda-{state}": [line for said, line in truth if said == state] for state in ("reconstruida", "ambigua")}
    assert list_lines(poa.check(sat)) == SAT | read
    assert {line for rule in SAT for line in SAT[rule]} & DIFFER <= set(SAT["compensacion-oculta"])


def test_what_sat_hides_behind_sums(sat):
    hidden = poa.check(sat).query("regla == 'compensacion-oculta'")
    pairs = sorted(hidden[["encontrado", "esperado"]].values.tolist())
    assert pairs == [["25", "26"], ["66", "68"], ["672", "670"], ["8", "9"]]


def test_the_breakdown_says_its_sum(gerencia):
    found = poa.check(gerencia).query("regla == 'desglose-no-suma'").iloc[0]
    assert (found["encontrado"], found["esperado"], found["diferencia"]) == ("140638", "142638", -2000)


def find(planned, done, comment, slug, **about):
    plan = make_plan([[(3, 3, planned, done)]], **about)
    plan.avances["comentario"] = comment
    return poa.check(plan).query("regla == @slug")


@pytest.mark.parametrize(
    ("planned", "done", "comment", "contradicts"),
    [
        (10, 12, "No se cumplió la meta", True),
        (10, 12, "META, NO CUMPLIDA POR LLUVIAS", True),
        (10, 8, "Se llegó a la meta, gracias al equipo", True),
        (10, 8, "se supero la meta", True),
        (10, 8, "No se alcanzó lo programado", False),
        (10, 10, "Meta cumplida", False),
        (10, 8, "Se espera que se cumpla la meta en abril", False),
        (10, 8, "Si se cumplió la meta fue por el clima", False),
        (10, 8, "Para llegar a la meta se contratará personal", False),
        (10, 8, "Sin novedad", False),
        (0, 8, "No se cumplió la meta", False),
    ],
)
def test_words_against_their_number(planned, done, comment, contradicts):
    assert bool(len(find(planned, done, comment, "comentario-contradice"))) is contradicts


@pytest.mark.parametrize(
    ("comment", "quoted"),
    [
        ("98 obras en febrero/23", True),
        ("Se hicieron 1,098 obras", True),
        ("115 obras terminadas", False),
        ("obras del ejercicio 2023", False),
        ("14 reuniones de coordinación", False),
        ("avance de 98 % de obras", False),
        ("enero/98 obras", False),
    ],
)
def test_quantities_of_the_own_measure_only(comment, quoted):
    assert bool(len(find(100, 115, comment, "cifra-en-comentario"))) is quoted


@pytest.mark.parametrize(
    ("comment", "wrong"),
    [
        ("CENTRO 50/ NORTE 40/ SUR 26", True),
        ("CENTRO 50/ NORTE 40/ SUR 25", False),
        ("CENTRO 50/ NORTE 40", False),
        ("CENTRO 50/ NORTE 40/ SUR 260", False),
        ("Talleres 3/ municipios 5/ asistentes 115", False),
        ("del 01/02/2023 al 03/04/2023", False),
    ],
)
def test_breakdowns(comment, wrong):
    assert bool(len(find(100, 115, comment, "desglose-no-suma"))) is wrong


def test_constant_results_are_no_twins():
    same = [(month, 1, 2, 2) for month in (1, 2, 3)]
    other = [(month, 1, 2, month) for month in (1, 2, 3)]
    assert poa.check(make_plan([same, same])).query("regla == 'cifras-identicas'").empty
    assert len(poa.check(make_plan([other, other])).query("regla == 'cifras-identicas'")) == 1


def test_a_form_of_the_whole_year_has_no_frequency_of_its_own():
    plan = make_plan([[(month, 1, 1, 1) for month in range(1, 13)]], frecuencia="Trimestral")
    assert poa.check(plan).query("regla == 'frecuencia-no-corresponde'").empty


def test_the_id_of_a_quantity_does_not_depend_on_the_word_of_the_comment():
    ids = [find(100, 115, text, "cifra-en-comentario")["hallazgo_id"].item() for text in ("98 obras", "98 obra")]
    assert ids[0] == ids[1]


def test_activities_without_a_measure_are_not_added_up():
    short = [{"unidad_medida": None}] * 2
    plan = make_plan([[(3, 3, 10, 8)], [(3, 3, 10, 15)]], short)
    assert poa.check(plan).query("regla == 'compensacion-oculta'").empty
    assert len(poa.check(make_plan([[(3, 3, 10, 8)], [(3, 3, 10, 15)]])).query("regla == 'compensacion-oculta'")) == 1
