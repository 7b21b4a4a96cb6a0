"""Cards of several units: what a line says holds until it is said anew; what is doubtful is refused."""

import openpyxl
import pytest
from readings import list_findings, read_case

from refusals import refuse

HEAD = "PROGRAMA OPERATIVO ANUAL 2026\n"


def make_card(number):
    return f"ACTIVIDAD {number}\tHacer {number}\nMeta\t{number}\tCosas\n"


def read_lines(tmp_path, *lines, ext="txt", **keys):
    path = tmp_path / f"fichas.{ext}"
    path.write_text(HEAD + "".join(lines), encoding="utf-8")
    return read_case("fichas-por-hoja", document=path, **keys)


def list_owned(plan):
    names = plan.unidades.set_index("unidad_id")["unidad"]
    table = plan.actividades
    return list(zip(table["actividad"], table["unidad_id"].map(names), table["meta_anual"], strict=True))


def test_each_unit_of_a_word_document_has_its_own_cards_head_mission_and_swot():
    plan = read_case("fichas-de-dos-unidades")
    assert list_owned(plan) == [
        ("Vacunar", "Salud", 1200),
        ("Capacitar al personal", "Salud", 4),
        ("Consultar", "Salud Mental", 300),  # begins as «Salud» does, and is another
        ("Capacitar al personal", "Salud", 2),  # «SALÚD», said anew, with a code of its own
    ]
    assert plan.unidades[["unidad", "responsable", "mision"]].to_numpy().tolist() == [
        ["Salud", "Dra. Luna", "Curar a todos"],
        ["Salud Mental", "Psic. Sol", "Escuchar"],
    ]
    assert plan.foda.groupby("unidad_id")["punto"].apply(list).to_dict() == {
        "salud": ["Médicos", "Sin sala"],
        "salud-mental": ["Terapeutas", "Pocos"],
    }
    said = dict(zip(plan.contexto["clave"], plan.contexto["texto"], strict=True))
    assert (said["objetivo_general/salud"], said["objetivo_general/salud-mental"]) == ("Cuidar", "Acompañar")
    assert list_findings(plan) == []


def test_units_with_codes_on_a_sheet_each_and_one_that_goes_on_on_a_third():
    plan = read_case("fichas-por-hoja")
    assert list_owned(plan) == [("Bachear", "Obras", 10), ("Podar", "Parques", 50), ("Bachear", "Obras", 7)]
    assert plan.unidades[["unidad_id", "responsable"]].to_numpy().tolist() == [["1", "Arq. Paz"], ["10", "Biól. Flor"]]


def test_a_code_that_begins_as_another_does_is_another_unit_s(tmp_path):
    lines = ["Unidad:\t1 - Salud\n", make_card(1), "Unidad:\t12 - Salud Mental\n", make_card(2), "Unidad:\t1 - SALUD\n"]
    plan = read_lines(tmp_path, *lines, make_card(3))
    assert list_owned(plan) == [("Hacer 1", "Salud", 1), ("Hacer 2", "Salud Mental", 2), ("Hacer 3", "Salud", 3)]


def test_units_of_one_table_of_a_web_page(tmp_path):
    row = "<tr><td>Unidad:<td colspan=2>{0}<tr><td>ACTIVIDAD 1<td colspan=2>Vacunar<tr><td>Meta<td>{1}<td>Dosis"
    path = tmp_path / "fichas.html"
    path.write_text(f"<p>{HEAD}</p><table>{row.format('Salud', 5)}{row.format('Salud Mental', 7)}</table>", "utf-8")
    plan = read_case("fichas-por-hoja", document=path)
    assert list_owned(plan) == [("Vacunar", "Salud", 5), ("Vacunar", "Salud Mental", 7)]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param(
            ["Unidad:\tSalud\n", make_card(1), "Unidad:\tSalud Mental\n", make_card(2)],
            ["«Salud Mental» (fichas.txt:L5), y antes «Salud» (fichas.txt:L2)", "{unidad_id}"],
            id="in a text a name may be cut short",
        ),
        pytest.param(
            ["Titular:\tAna\nUnidad:\tSalud\n", make_card(1), "Titular:\tLuis\nUnidad:\tObras\n", make_card(2)],
            ["responsable: «Luis» (fichas.txt:L6)", "«Ana» (fichas.txt:L2)", "ponga su nombre encima"],
            id="a head above the line of the next unit",
        ),
        pytest.param(
            [make_card(9), "Unidad:\tSalud\n", make_card(1), "Unidad:\tObras\n", make_card(2)],
            ["«Hacer 9» (fichas.txt:L2), encima de la primera línea que dice la unidad"],
            id="a card above the first unit",
        ),
        pytest.param(
            ["Unidad:\tSalud\n", make_card(1), "Unidad:\n", make_card(2)],
            ["«Hacer 2» (fichas.txt:L6), debajo de una línea que no llena la unidad"],
            id="a label without a name",
        ),
    ],
)
def test_what_cannot_be_told_apart_is_refused_by_its_line(tmp_path, lines, said):
    refuse(lambda: read_lines(tmp_path, *lines), *said)


def test_a_section_above_the_line_of_the_next_unit_is_refused(tmp_path):
    lines = ["Unidad:\tSalud\nMISIÓN\nCurar\n", make_card(1), "MISIÓN\nConstruir\nUnidad:\tObras\n", make_card(2)]
    sections = [{"encabezado": ["MISIÓN"], "destinos": ["mision"]}]
    refuse(lambda: read_lines(tmp_path, *lines, secciones=sections), "«MISIÓN» (fichas.txt:L7)", "fichas.txt:L4")


@pytest.mark.parametrize("names", [["1 - Obras", None, "10 - Parques"], ["1 - Obras", None, None]])
def test_a_unit_never_holds_from_sheet_to_sheet_where_there_are_several(tmp_path, names):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, name in enumerate(names, start=1):
        sheet = book.create_sheet(f"Hoja {number}")
        for row in [[HEAD.strip()], ["Unidad:", name] if name else [], [f"ACTIVIDAD {number}", "Podar"]]:
            sheet.append(row)
    book.save(tmp_path / "fichas.xlsx")
    if names[2]:
        refuse(
            lambda: read_case("fichas-por-hoja", document=tmp_path / "fichas.xlsx"),
            "fichas.xlsx!Hoja 2!A3",
            "en una hoja que no dice su unidad",
        )
    else:  # the document of one unit: its name may stand anywhere
        plan = read_case("fichas-por-hoja", document=tmp_path / "fichas.xlsx")
        assert {unit for _, unit, _ in list_owned(plan)} == {"Obras"}
