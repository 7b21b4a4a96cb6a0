"""What a file is: spans, hidden rows, stray lines, numbers and letters as they are written."""

import re

import openpyxl
import pytest
from readings import evaluate, find_case, list_activities, read_case

import poa_eval as poa
from poa_eval.errors import FormatoError
from poa_eval.readers.formats import read_raw
from poa_eval.reports.sections.summary import show_title


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
    assert ["cp850" in text for _, text, _ in sheet.list_notes()] == [True]


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


def list_notes(plan, key):
    notes = plan.contexto[plan.contexto["clave"] == key]
    return list(zip(notes["texto"], notes["fuente"], strict=True))


def test_a_hidden_row_is_read_and_noted_by_its_row():
    plan = read_case("fila-oculta")
    assert len(plan.actividades) == 2
    assert list_notes(plan, "fila_oculta") == [
        ("La fila 4 está oculta y se leyó como las demás.", "fila-oculta.xlsx!Sheet!A4")
    ]
    assert not list_notes(read_case("dos-letreros"), "fila_oculta")


def test_a_key_leaves_hidden_rows_out_and_says_so():
    plan = read_case("fila-oculta", filas_ocultas="ignorar")
    assert list_activities(plan, "meta_anual") == {"Consultas": (100.0,)}
    assert list_notes(plan, "fila_oculta") == [
        ("La fila 4 está oculta y no se leyó, como pide `filas_ocultas: ignorar`.", "fila-oculta.xlsx!Sheet!A4")
    ]


def test_a_hidden_column_is_read_and_noted(tmp_path):
    book = openpyxl.load_workbook(find_case("fila-oculta"))
    book.active.column_dimensions["E"].hidden = True
    book.save(tmp_path / "plan.xlsx")
    plan = read_case("fila-oculta", document=tmp_path / "plan.xlsx")
    assert [text for text, _ in list_notes(plan, "columna_oculta")] == [
        "La columna E está oculta y se leyó como las demás."
    ]
    assert evaluate(plan, 1, "programado_trimestre")["Consultas"] == (25.0,)


@pytest.mark.parametrize("mark", ["hidden", 'style="display: none"', "style='color:red; visibility:collapse'"])
def test_a_hidden_row_of_a_page_is_noted(tmp_path, mark):
    cells = [["Unidad", "Actividad", "Unidad de medida", "Meta anual", *"P1 P2 P3 P4 E1 E2 E3 E4".split()]]
    cells += [["Salud", name, "visitas", "4", *"1111", *"1111"] for name in ("Consultas", "Visitas")]
    rows = ["".join(f"<td>{cell}</td>" for cell in row) for row in cells]
    body = f"<tr>{rows[0]}</tr>\n<tr {mark}>{rows[1]}</tr>\n<tr style='display:table-row'>{rows[2]}</tr>"
    document = tmp_path / "plan.html"
    document.write_text(f"<p>PLAN OPERATIVO ANUAL 2025</p>\n<table>{body}</table>", encoding="utf-8")
    plan = read_case("fila-oculta", document=document)
    assert list_notes(plan, "fila_oculta") == [("La fila «L3» está oculta y se leyó como las demás.", "plan.html:L3")]


def test_only_declared_context_reaches_a_head():
    plan = read_case("hoja-copia")
    assert len(plan.actividades) == 3
    head = show_title(poa.measure(plan, 1)).html
    assert not any(stray in head for stray in ("FUENTE", "becas", "2200", "2,200", "1500", "133000"))


def test_a_pattern_takes_no_label_of_the_cell_beside():
    plan = read_case("dos-letreros")
    assert set(plan.actividades["eje"]) == {"EJE UNO"}


@pytest.mark.parametrize("cell", ["7", "1e+05", "12 %"])
def test_a_number_beyond_the_last_heading_is_refused_by_cell(tmp_path, cell):
    document = write_table(tmp_path, HEADER, f"Salud;Visitas;visitas;4;1;1;1;1;1;;;;;{cell}")
    with pytest.raises(FormatoError, match=f"línea 3\n.*«{re.escape(cell)}», a la derecha del último encabezado"):
        read_case("fila-oculta", document=document)
    plan = read_case("fila-oculta", document=document, ignorar=["*"])
    assert [source for _, source in list_notes(plan, "celda_sin_encabezado")] == ["plan.csv:L3"]


def test_a_remark_beyond_the_last_heading_is_no_figure(tmp_path):
    document = write_table(tmp_path, HEADER, "Salud;Visitas;visitas;4;1;1;1;1;1;;;;;ver oficio 7")
    assert len(read_case("fila-oculta", document=document).avances) == 4
