"""Look-alike names: which are likely one, and which a word tells apart."""

import pytest

from poa_eval.text.variants import pair_variants


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Departamento de Obras", "Depto. de Obras"),
        ("Departamento de Obras", "DPTO OBRAS"),
        ("Dirección General de Administración", "Dir. Gral. de Admón."),
        ("Entrega de recibos", "ENTREGA DE RECIVOS"),
        ("Atención a usuarios", "Atención a usuraios"),
        ("Gestión de la cobranza", "Gestión cobranza"),
        ("Notificaciones de adeudo", "Notificación de adeudos"),
        ("Inspecciones a las cuentas", "Inspecciones alas cuentas"),
        ("Obras/", "Obras"),
    ],
)
def test_names_that_may_be_one_are_proposed(one, other):
    assert list(pair_variants([one, other])) == [(other, one)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Campaña 2022", "Campaña 2023"),
        ("Etapa I", "Etapa II"),
        ("Programa A", "Programa B"),
        ("Cobranza tributaria", "Cobranza no tributaria"),
        ("Gerencia de Administración", "Gerencia Central de Administración"),
        ("Niños atendidos", "Niñas atendidas"),
        ("Auditoría interna", "Auditoría externa"),
        ("Contratos de agua", "Contratos de drenaje"),
        ("Misión", "Visión"),
        ("Importación de bienes", "Exportación de bienes"),
        ("Cobranza", "Cobranzá"),
    ],
)
def test_names_that_a_word_tells_apart_are_not(one, other):
    assert not list(pair_variants([one, other]))


def test_words_that_stand_in_other_names_too_are_no_typos():
    names = ["Entrega de recibos", "Entrega de recivos"]
    assert list(pair_variants(names)) == [("Entrega de recivos", "Entrega de recibos")]
    assert not list(pair_variants([*names, "Recibos del agua", "Archivo de recivos"]))


def test_pairs_do_not_turn_round_with_the_order_of_the_names():
    names = ["Entrega de recivos", "Depto. de Obras", "Departamento de Obras", "Entrega de recibos", "Obras"]
    pairs = [("Depto. de Obras", "Departamento de Obras"), ("Entrega de recivos", "Entrega de recibos")]
    assert sorted(pair_variants(names)) == sorted(pair_variants(names[::-1])) == pairs
