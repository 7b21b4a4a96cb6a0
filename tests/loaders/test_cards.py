"""Cards, numbered items and month grids: what is odd in them is said by cell, and nothing is guessed."""

from dataclasses import replace

import pytest

import poa_eval as poa
from poa_eval.plan.notes import Statement

HEAD = """
nombre: fichas
titulo: Fichas
institucion: Municipio
locale: {locale}
ediciones:
  "1":
    clase: {kind}
    documento: ["POA {{ejercicio}}", "Unidad: {{unidad}}"]
"""
CARDS = """
    secciones: [{encabezado: [FORTALEZAS, DEBILIDADES], destinos: [fortaleza, debilidad]}]
    bloques: [{inicio: "ACTIVIDAD {codigo}: | {actividad}", tabla: actividades}]
    campos: ["Inversión: | {inversion}", "Meta: | {meta_texto}"]
    ceros: [Sin costo]
    vacios: [Por definir]
"""
MATRIX = """
    matriz:
      encabezado: [METAS, ACTIVIDADES]
      niveles:
        - {columna: METAS, tabla: metas, nivel: meta, numero: 1}
        - {columna: ACTIVIDADES, tabla: actividades, numero: 2}
"""
GRID = """
    cronograma: {marcas: [X]}
"""


@pytest.fixture
def load(tmp_path, write_text):
    def load_lines(*lines, body=CARDS, kind="fichas", locale="es_MX"):
        path = tmp_path / "fichas.yaml"
        path.write_text(HEAD.format(kind=kind, locale=locale) + body, encoding="utf-8")
        return poa.load(write_text(["POA 2024", "Unidad: Obras", *lines]), str(path))

    return load_lines


SWOT = ("FORTALEZAS\tDEBILIDADES", "1.- Equipo\t1) Poco personal")


def list_owners(plan):
    names = plan.unidades.set_index("unidad_id")["unidad"]
    table = plan.actividades
    return list(zip(table["actividad"], table["unidad_id"].map(names), strict=True))


def test_what_a_unit_s_line_says_holds_for_the_cards_below_it(load):
    plan = load(
        "FORTALEZAS\tDEBILIDADES",
        "Cuadrillas\tPocas",
        "ACTIVIDAD 1:\tBacheo",
        "Unidad: Salud",
        "FORTALEZAS\tDEBILIDADES",
        "Médicos\tSin sala",
        "ACTIVIDAD 1:\tVacunar",
        "Unidad: OBRAS",
        "ACTIVIDAD 2:\tAlumbrar",
    )
    assert list_owners(plan) == [("Bacheo", "Obras"), ("Vacunar", "Salud"), ("Alumbrar", "Obras")]
    points = plan.foda[plan.foda["unidad_id"] == "salud"]
    assert [*points["punto"]] == ["Médicos", "Sin sala"]
    assert plan.actividades["actividad_id"].is_unique


def test_a_card_that_names_its_unit_is_of_it(load):
    body = CARDS.replace("campos: [", 'campos: ["Área: | {unidad}", "Titular: | {responsable}", ')
    plan = load(
        *SWOT,
        "ACTIVIDAD 1:\tBacheo",
        "ACTIVIDAD 2:\tVacunar",
        "Área:\tSalud",
        "Titular:\tDra. Luna",
        "ACTIVIDAD 3:\tAtender",
        "Área:\tSALUD",
        body=body,
    )
    assert list_owners(plan) == [("Bacheo", "Obras"), ("Vacunar", "Salud"), ("Atender", "Salud")]
    assert plan.unidades.set_index("unidad")["responsable"].to_dict()["Salud"] == "Dra. Luna"


def test_a_card_above_the_first_of_several_units_is_refused_by_its_line(tmp_path, write_text):
    path = tmp_path / "fichas.yaml"
    path.write_text(HEAD.format(kind="fichas", locale="es_MX") + CARDS, encoding="utf-8")
    lines = ["POA 2024", *SWOT, "ACTIVIDAD 1:\tBacheo", "Unidad: Obras", "ACTIVIDAD 2:\tPintar", "Unidad: Salud"]
    with pytest.raises(poa.PoaError, match=r"«Bacheo» \(.*:L4\), encima de la primera línea que dice la unidad"):
        poa.load(write_text([*lines, "ACTIVIDAD 3:\tVacunar"]), str(path))
    plan = poa.load(write_text(lines[:-1]), str(path))  # of one unit the name may stand anywhere
    assert list_owners(plan) == [("Bacheo", "Obras"), ("Pintar", "Obras")]


def test_marks_are_of_the_unit_s_own_activity_of_that_name(load):
    row = "Capacitar\t" + "\t".join("X" if month == 5 else "" for month in range(1, 13))
    body = CARDS + GRID
    plan = load(*SWOT, "ACTIVIDAD 1:\tCapacitar", "Unidad: Salud", "ACTIVIDAD 1:\tCapacitar", row, body=body)
    marked = plan.calendario.merge(plan.actividades[["actividad_id", "unidad_id"]], on="actividad_id")
    assert [*zip(marked["unidad_id"], marked["mes"], strict=True)] == [("salud", 5)]


def test_a_field_twice_in_one_card_is_refused_with_both_cells(load):
    with pytest.raises(poa.PoaError, match=r"inversion: «\$999» .*:L7.*«\$100» .*:L6"):
        load(*SWOT, "ACTIVIDAD 1:\tBacheo", "Inversión:\t$100", "Inversión:\t$999")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$50,000.00", 50000),
        ("$80,000.00 (3,478 litros)", 80000),
        ("Sin costo", 0),
        ("Por definir", None),
        ("12.5", 12.5),
    ],
)
def test_amounts(load, text, amount):
    plan = load(*SWOT, "ACTIVIDAD 1:\tBacheo", f"Inversión:\t{text}")
    value = plan.actividades["inversion"].item()
    assert value == amount or (amount is None and value != value)
    assert plan.actividades["inversion_texto"].item() == text


@pytest.mark.parametrize(
    "text", ["$50 mil pesos", "1.8 millones", "2 camionetas, $50,000", "15 % del presupuesto", "$50,000 a $80,000"]
)
def test_an_amount_that_says_more_than_a_number_is_refused(load, text):
    with pytest.raises(poa.PoaError, match="ceros"):
        load(*SWOT, "ACTIVIDAD 1:\tBacheo", f"Inversión:\t{text}")


def test_a_number_of_a_cell_is_read_as_that_number_whatever_the_locale(tmp_path, write_book):
    path = tmp_path / "fichas.yaml"
    path.write_text(HEAD.format(kind="fichas", locale="es_CO") + CARDS, encoding="utf-8")
    rows = [["POA 2024"], ["Unidad: Obras"], *[line.split("\t") for line in SWOT]]
    book = write_book([*rows, ["ACTIVIDAD 1:", "Bacheo"], ["Inversión:", 123.456]])
    assert poa.load(book, str(path)).actividades["inversion"].item() == 123.456


def test_points_of_swot_keep_their_column_and_their_numbers(load):
    plan = load(
        "FORTALEZAS\tDEBILIDADES", "\t1.- Poco personal", "30 camiones nuevos\t2. Deuda", "ACTIVIDAD 1:\tBacheo"
    )
    assert plan.foda[["cuadrante", "punto"]].values.tolist() == [
        ["debilidad", "Poco personal"],
        ["fortaleza", "30 camiones nuevos"],
        ["debilidad", "Deuda"],
    ]


def test_codes_in_many_forms_and_texts_over_a_page_break(load):
    rows = (
        "METAS\tACTIVIDADES",
        "1. Calles\t<p>1.1 Bachear</p><p>1.2Pintar</p><p>1.3) Barrer</p><p>1.10- Regar</p>",
        "\tde noche",
    )
    plan = load(*rows, body=MATRIX)
    assert plan.actividades[["codigo", "actividad"]].values.tolist() == [
        ["1.1", "Bachear"],
        ["1.2", "Pintar"],
        ["1.3", "Barrer"],
        ["1.10", "Regar de noche"],
    ]
    assert plan.metas["codigo"].tolist() == ["1"]


def test_a_code_of_another_level_is_refused_by_cell(load):
    with pytest.raises(poa.PoaError, match=r"«1.1.1 Pintar»") as caught:
        load("METAS\tACTIVIDADES", "1. Calles\t<p>1.1 Bachear</p><p>1.1.1 Pintar</p>", body=MATRIX)
    assert "línea 4" in str(caught.value)


def marks(name, *months, mark="X"):
    return "\t".join([name, *(mark if month in months else "" for month in range(1, 13))])


def test_a_month_grid_by_itself_gives_its_activities(load):
    plan = load(marks("Poda", 1, 2), marks("Riego", 12, mark="x"), marks("Siembra"), body=GRID, kind="cronograma")
    assert plan.actividades["actividad"].tolist() == ["Poda", "Riego", "Siembra"]
    assert plan.calendario["mes"].tolist() == [1, 2, 12]


def test_an_odd_mark_is_refused_by_cell(load):
    with pytest.raises(poa.PoaError, match="«XX»"):
        load(marks("Poda", 1, 2), marks("Riego", 1, 2, 3).replace("X", "XX", 1), body=GRID, kind="cronograma")


def test_what_one_unit_alone_says_does_not_reach_another(root):
    quarter = poa.prepare_quarter(poa.load_params(root / "params" / "santiago-2017-t2.yaml"), root)
    first, other = quarter.plan.unidades["unidad_id"]
    note = Statement(name="nota_del_formato", owner=first, text="solo de la primera", source="x:L1")
    quarter = replace(quarter, plan=quarter.plan.add_notes([note]))
    assert "solo de la primera" in set(quarter.unit(first).plan.contexto["texto"])
    assert "solo de la primera" not in set(quarter.unit(other).plan.contexto["texto"])
