"""What a file is: spans, hidden rows, stray lines, numbers and letters as they are written."""

import pytest
from readings import evaluate, find_case, list_activities, read_case

from poa_eval.errors import FormatoError
from poa_eval.readers.formats import read_raw


def test_a_span_to_the_end_of_its_group_ends_with_the_heading():
    plan = read_case("rowspan-cero")
    names = dict(zip(plan.actividades["actividad_id"], plan.actividades["actividad"], strict=True))
    figures = plan.avances.dropna(subset=["programado"])
    found = {(names[r.actividad_id], r.mes): r.programado for r in figures.itertuples()}
    assert found == {
        ("Actividad uno", 3): 1.0,
        ("Actividad uno", 12): 2.0,
        ("Actividad dos", 4): 1.0,
        ("Actividad tres", 1): 5.0,
        ("Actividad tres", 4): 1.0,
        ("Actividad tres", 12): 7.0,
    }


def test_scientific_notation_is_a_number():
    assert list_activities(read_case("notacion-cientifica"), "meta_anual") == {"Inversión pública": (400000.0,)}
    assert evaluate(read_case("notacion-cientifica"), 1, "ejecutado_trimestre") == {"Inversión pública": (100000.0,)}


def test_a_space_parts_thousands():
    plan = read_case("miles-con-espacio")
    assert list_activities(plan, "meta_anual") == {"Consultas": (4800.0,)}
    assert evaluate(plan, 2, "programado_acumulado", "ejecutado_acumulado") == {"Consultas": (2400.0, 2360.0)}


def test_letters_of_an_old_code_page_are_read_or_told():
    plan = read_case("cp850")
    right = plan.unidades["unidad"].tolist() == ["Educación"]
    assert right or plan.contexto["texto"].str.contains("codificación").any()
    assert find_case("cp850").read_bytes().decode("cp850").count("Educación") == 1


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Educación;Atención a niños", "cp1252"),
        ("Educación;Atención a niños", "utf-8"),
        ("EDUCACIÓN;MÉXICO", "cp1252"),
        ("enero–marzo;m²;«50 %»", "cp1252"),
        ("Ejecución;Saúde;São João", "cp1252"),
    ],
)
def test_letters_of_usual_encodings_stay(tmp_path, text, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    sheet = read_raw(path).hojas[0]
    assert (";".join(sheet.filas[0]), sheet.codificacion) == (text, "")


@pytest.mark.parametrize("text", ["Población;Médico", "ÁREA TÉCNICA;EDUCACIÓN", "Saúde;Educação"])
def test_letters_of_the_code_page_are_read_and_told(tmp_path, text):
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode("cp850"))
    sheet = read_raw(path).hojas[0]
    assert (sheet.filas[0][0], sheet.codificacion) == (text, "cp850")
    assert "cp850" in sheet.list_notes()[0][1]


def write_table(folder, header, *rows):
    path = folder / "plan.csv"
    path.write_text("\n".join(("PLAN OPERATIVO ANUAL 2025", header, *rows)), encoding="utf-8")
    return path


HEADER = "Unidad;Actividad;Unidad de medida;Meta anual;P1;P2;P3;P4;E1;E2;E3;E4"


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u2009", "\u202f"])
def test_each_space_parts_thousands_beside_small_numbers(tmp_path, space):
    one = "Salud;Consultas;consultas;4 800;1 200;1 200;1 200;1 200;1 150;;;".replace(" ", space)
    two = "Salud;Visitas;visitas;400;100;100;100;100;100;;;"
    plan = read_case("miles-con-espacio", document=write_table(tmp_path, HEADER, one, two))
    assert list_activities(plan, "meta_anual") == {"Consultas": (4800.0,), "Visitas": (400.0,)}


def test_a_space_among_numbers_without_one_is_refused_by_cell(tmp_path):
    one = "Salud;Consultas;consultas;4 800;1200;1200;1200;1200;1150;;;"
    two = "Salud;Visitas;visitas;4000;1000;1000;1000;1000;1000;;;"
    with pytest.raises(FormatoError, match="4 800"):
        read_case("miles-con-espacio", document=write_table(tmp_path, HEADER, one, two))


def test_scientific_notation_follows_the_locale(tmp_path):
    row = "Obras;Inversión;soles;4,2E3;1,05e3;1,05E+3;1,05E+03;1050;1,05E3;;;"
    document = write_table(tmp_path, HEADER, row)
    plan = read_case("notacion-cientifica", document=document, locale="es_CO")
    assert list_activities(plan, "meta_anual") == {"Inversión": (4200.0,)}
    with pytest.raises(FormatoError, match="4,2E3"):
        read_case("notacion-cientifica", document=document)
