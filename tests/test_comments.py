"""Rules on comments: what must be found in the documents, line by line, and what must not."""

import pytest
from test_measure import make_plan

import poa_eval as poa

RULES = {
    "comentario-contradice": [66, 88, 238, 239, 259, 260, 280, 281],
    "cifra-en-comentario": [174],
    "desglose-no-suma": [361],
    "frecuencia-no-corresponde": [23, 361],
    "cifras-identicas": [43, 154],
    "compensacion-oculta": [],
}


@pytest.mark.parametrize("slug", RULES)
def test_what_must_be_found_and_nothing_else(gerencia, slug):
    found = poa.check(gerencia).query("regla == @slug")
    assert sorted(found["fuente"].str.rsplit("L", n=1).str[1].astype(int)) == RULES[slug]


def test_a_table_without_comments_has_only_its_hidden_compensations(sat):
    found = poa.check(sat)
    assert not set(found["regla"]) & (set(RULES) - {"compensacion-oculta"})
    hidden = found.query("regla == 'compensacion-oculta'")
    assert hidden[["encontrado", "esperado"]].values.tolist() == [["66", "68"], ["672", "670"]]
    assert set(hidden["unidad_id"]) == {"gerencia-de-recursos-humanos"}


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
