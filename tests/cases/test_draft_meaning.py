"""What a draft says of what rows and figures mean: marks, identity, accumulation, direction, span."""

import pytest
import yaml

import poa_eval as poa
from poa_eval.drafting.write_layout import draft_layout

YEAR = "PLAN OPERATIVO ANUAL 2026"


def write_document(folder, *rows, name="plan.csv"):
    """Write a table below a line with its year."""
    path = folder / name
    path.write_text("\n".join((YEAR, *rows)) + "\n", encoding="utf-8")
    return path


def read_draft(path):
    """Return what a draft proposes: its edition, its text, and the plan that it reads."""
    text = draft_layout(path)
    layout = path.with_suffix(".yaml")
    layout.write_text(text, encoding="utf-8")
    return next(iter(yaml.safe_load(text)["ediciones"].values())), text, poa.load(path, layout)


@pytest.mark.parametrize(
    ("rows", "series", "months"),
    [
        (
            (
                "Área;Actividad;PROGRAMADO;;;;EJECUTADO;;;",
                ";;T1;T2;T3;T4;T1;T2;T3;T4",
                "Salud;Campaña de salud bucal;X;;X;;X;;;",
                "Obras;Bacheo;;X;;X;;X;;",
            ),
            ["programado"],
            [3, 6, 9, 12],
        ),
        (
            (
                "Área;Actividad;Meta anual;Ejecutado ene;Ejecutado feb;Ejecutado mar",
                "Salud;Campaña de salud bucal;2;X;;X",
                "Obras;Bacheo;4;✓;X;X",
            ),
            [],
            [],
        ),
    ],
)
def test_marks_of_results_say_no_figure_and_the_draft_loads(tmp_path, rows, series, months):
    edition, text, plan = read_draft(write_document(tmp_path, *rows))
    assert [item["columna"] for item in edition.get("periodos", [])] == series
    assert "no se leen como" in text
    assert all("jecutado" in heading.lower() for heading in edition["ignorar"])
    assert "vacios" not in edition
    assert sorted(set(plan.calendario["mes"])) == months


def test_dashes_are_no_marks(tmp_path):
    rows = ("Área;Actividad;Meta anual;T1;T2;T3;T4", "Salud;Consultas;2;-;-;-;-", "Obras;Bacheo;4;-;-;-;-")
    edition, _, _ = read_draft(write_document(tmp_path, *rows))
    assert (edition["vacios"], "marcas" in edition["periodos"][0]) == (["-"], False)


HEAD = "Área;Programa;Actividad;Presupuesto;Unidad de medida;T1;T2;T3;T4"


@pytest.mark.parametrize(
    ("rows", "identity", "cells"),
    [
        # one column tells both pairs apart, and of two that do the text
        (("Obras;Calles;Podas;10;m2;1;1;1;1", "Obras;Parques;Podas;25;m2;2;2;2;2"), ["programa"], "L3 y L4"),
        (
            (
                "Obras;Calles;Podas;10;m2;1;1;1;1",
                "Obras;Parques;Podas;25;m2;2;2;2;2",
                "Obras;Parques;Riego;30;m2;1;1;1;1",
                "Obras;Parques;Riego;70;m2;1;1;1;1",
            ),
            ["inversion"],
            "L3 y L4; L5 y L6",
        ),
        # none tells both apart
        (
            (
                "Obras;Calles;Podas;10;m2;1;1;1;1",
                "Obras;Parques;Podas;10;m2;2;2;2;2",
                "Salud;Parques;Riego;30;m2;1;1;1;1",
                "Salud;Parques;Riego;70;m2;1;1;1;1",
            ),
            ["programa", "inversion"],
            "L3 y L4; L5 y L6",
        ),
    ],
)
def test_a_draft_proposes_the_fewest_columns_that_tell_rows_apart(tmp_path, rows, identity, cells):
    edition, text, plan = read_draft(write_document(tmp_path, HEAD, *rows))
    assert edition["identidad"] == ["unidad", "actividad", *identity]
    assert (
        f"revisar: ¿son actividades distintas las filas que solo difieren en {', '.join(identity)} ({cells})?" in text
    )
    assert len(plan.actividades) == len(rows)


def test_a_load_proposes_for_all_rows_the_key_that_the_draft_proposes(tmp_path):
    rows = ("Obras;Calles;Podas;10;m2;1;1;1;1", "Obras;Parques;Podas;10;m2;2;2;2;2")
    rows += ("Salud;Parques;Riego;30;m2;1;1;1;1", "Salud;Parques;Riego;70;m2;1;1;1;1")
    path = write_document(tmp_path, HEAD, *rows)
    _, text, _ = read_draft(path)
    key = next(line for line in text.split("\n") if line.startswith("    identidad:"))
    path.with_suffix(".yaml").write_text(text.replace(f"{key}\n", ""), encoding="utf-8")
    with pytest.raises(poa.PoaError, match="identidad: \\[unidad, actividad, programa, inversion\\]") as caught:
        poa.load(path, path.with_suffix(".yaml"))
    assert caught.value.identidad == ("unidad", "actividad", "programa", "inversion")
    assert not caught.value.otros


@pytest.mark.parametrize("figures", [("20;20;20;20", "100;100;100;100"), ("20;20;20;20", "20;20;20;20")])
def test_a_column_of_no_known_name_tells_rows_apart_under_a_name_of_its_own(tmp_path, figures):
    rows = (f"Obras;Podas;{zone};m2;{values}" for zone, values in zip(("Norte", "Sur"), figures, strict=True))
    edition, _, plan = read_draft(write_document(tmp_path, "Área;Actividad;Zona;Unidad de medida;T1;T2;T3;T4", *rows))
    assert (edition["columnas"]["zona"], edition["identidad"]) == ("Zona", ["unidad", "actividad", "zona"])
    assert "ignorar" not in edition
    assert len(plan.actividades) == 2


CODES = "Área;Código;Actividad;Unidad de medida;T1;T2;T3;T4"


@pytest.mark.parametrize(
    ("rows", "identity"),
    [
        (("Salud;S-1;Cursos;taller;1;1;1;1", "Salud;S-2;Cursos;persona;9;9;9;9"), ["unidad", "codigo"]),
        (("Salud;S-1;Cursos;taller;1;1;1;1", "Obras;O-1;Cursos;persona;9;9;9;9"), None),  # of two units
        (("Salud;S-1;Cursos;taller;1;1;1;1", "Salud;S-2;Giras;persona;9;9;9;9"), None),
        (("Salud;1;Cursos;taller;1;1;1;1", "Salud;2;Cursos;persona;9;9;9;9"), None),  # numbers of rows
        (("Salud;S-1;Cursos;taller;1;1;1;1", "Salud;;Cursos;persona;9;9;9;9"), None),
    ],
)
def test_codes_identify_where_they_are_never_the_same_and_names_are(tmp_path, rows, identity):
    edition, text, _ = read_draft(write_document(tmp_path, CODES, *rows))
    assert edition.get("identidad") == identity
    assert ("los códigos no se repiten y los nombres sí (plan.csv:L3; plan.csv:L4)" in text) is bool(identity)


KINDS = "Área;Actividad;Tipo de acumulación;Unidad de medida;Meta anual;T1;T2;T3;T4"


def test_a_column_of_kinds_is_mapped_by_the_figures_of_its_rows(tmp_path):
    rows = ("Salud;Consultas;Flujo;consulta;40;10;10;10;10", "Salud;Vacunas;Flujo;dosis;8;2;2;2;2")
    rows += ("Salud;Sedes;Capacidad;sede;17;17;17;17;17", "Obras;Luces;Capacidad;luz;;3;3;3;3")
    edition, text, plan = read_draft(write_document(tmp_path, KINDS, *rows))
    values = {"Flujo": "suma", "Capacidad": "constante"}
    assert edition["columnas"]["acumulacion"] == {"columna": "Tipo de acumulación", "valores": values}
    assert "«Flujo» es una suma por las cifras de 2 filas" in text
    assert "«Capacidad» es una constante por las cifras de 1 fila" in text
    assert (
        dict(zip(plan.actividades["actividad"], plan.actividades["acumulacion"], strict=True))["Luces"] == "constante"
    )


@pytest.mark.parametrize(
    "rows",
    [  # 80 of 20, 40, 60, 80 is a level or counts from January; 17 of 17, 17, 17, 17 is held
        ("Salud;Vacunas;Acumulada;dosis;80;20;40;60;80", "Salud;Sedes;Acumulada;sede;17;17;17;17;17"),
        ("Salud;Vacunas;Sumable;dosis;80;20;20;20;20", "Salud;Sedes;Acumulada;sede;;17;17;17;17"),
    ],
)
def test_a_text_of_which_the_figures_do_not_tell_is_left_to_a_person(tmp_path, rows):
    edition, text, _ = read_draft(write_document(tmp_path, KINDS, *rows))
    assert (edition["ignorar"], "acumulacion" in edition["columnas"]) == (["Tipo de acumulación"], False)
    assert "Acumulada: ¿…?}" in text
    assert "revisar: diga qué quiere decir cada texto" in text


@pytest.mark.parametrize(
    ("heading", "texts", "name"),
    [
        ("Comportamiento del indicador", ("Creciente", "Decreciente"), "sentido"),
        ("Comportamiento del indicador", ("Suma", "Promedio"), "acumulacion"),  # what stands in it decides
        ("Dirección esperada", ("Ascendente", "Menor mejor"), "sentido"),  # no usual heading, two usual words
        ("Prioridad", ("Media", "Media"), None),
        ("Prioridad", ("Media", "Baja"), None),
    ],
)
def test_what_stands_in_a_column_says_whether_it_is_of_behaviour(tmp_path, heading, texts, name):
    rows = (f"Salud;{text} actividad {at};{text};9;3;3;3;" for at, text in enumerate(texts))
    edition, _, _ = read_draft(write_document(tmp_path, f"Área;Actividad;{heading};Meta;T1;T2;T3;T4", *rows))
    assert {key for key, said in edition["columnas"].items() if said == heading} == ({name} if name else set())


def test_goals_with_a_sign_are_goals_and_say_the_direction(tmp_path):
    rows = ("Salud;Días de espera;≤45;40;44;;", "Salud;Contratos en plazo;mínimo 80%;82%;79%;;")
    head = "Área;Actividad;Meta anual;Ejecutado T1;Ejecutado T2;Ejecutado T3;Ejecutado T4"
    edition, text, plan = read_draft(write_document(tmp_path, head, *rows))
    assert edition["columnas"]["meta_anual"] == "Meta anual"
    assert plan.actividades["meta_anual"].tolist() == [45, 80]
    assert plan.actividades["sentido"].tolist() == ["descendente", "ascendente"]
    assert "El signo de la meta dice el sentido" in text
    assert "rechaza lo que sigue" not in text


GOALS = "Área;Actividad;Unidad de medida;Meta anual;Programado T1;Programado T2;Programado T3;Programado T4"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (
            ("Salud;Sedes;sede;17;17;17;17;17", "Obras;Luces;luz;3;3;3;3;3"),
            [
                "2 actividades, p. ej. «Sedes»: programado 17, 17, 17, 17 y meta 17 (plan.csv:L3)",
                "acumulacion: constante,",
            ],
        ),
        (
            ("Salud;Consultas;consulta;100;25;50;75;100", "Obras;Calles;calle;12;3;6;9;12"),
            ["(la meta es el último valor): 2 actividades", "escriba `acumulado: true` en cada serie"],
        ),
        (
            ("Salud;Consultas;consulta;100;25;25;25;25", "Obras;Calles;calle;12;3;3;3;3"),
            ["- una suma (la meta es la suma): 2 actividades, p. ej. «Consultas»: programado 25, 25, 25, 25 y meta"],
        ),
    ],
)
def test_a_draft_tells_how_periods_add_up_with_the_figures_that_it_rests_on(tmp_path, rows, lines):
    _, text, _ = read_draft(write_document(tmp_path, GOALS, *rows))
    assert [line for line in lines if line not in text] == []
    assert ("reglas:" in text) is (lines[0][:1] != "-")


def test_where_rows_disagree_no_rule_is_proposed(tmp_path):
    rows = ("Salud;Sedes;sede;17;17;17;17;17", "Obras;Luces;luz;12;3;3;3;3")
    _, text, _ = read_draft(write_document(tmp_path, GOALS, *rows))
    assert "- revisar: una constante" in text
    assert "reglas:" not in text


def test_the_rule_that_a_draft_proposes_loads(tmp_path):
    path = write_document(tmp_path, GOALS, "Salud;Sedes;sede;17;17;17;17;17", "Obras;Luces;luz;3;3;3;3;3")
    _, text, _ = read_draft(path)
    rule = next(line for line in text.split("\n") if "reglas:" in line).removeprefix("#").strip()
    body, mark, rest = text.partition("# Así se leen")
    path.with_suffix(".yaml").write_text(f"{body}    {rule}\n{mark}{rest}", encoding="utf-8")
    plan = poa.load(path, path.with_suffix(".yaml"))
    assert plan.actividades["acumulacion_origen"].tolist() == ["declarada"] * 2


@pytest.mark.parametrize(
    ("line", "months", "goal", "span"),
    [
        ("PLAN DE JULIO A DICIEMBRE 2026", "Jul Ago Sep Oct Nov Dic", "", ("julio", "diciembre")),
        ("PLAN 2026", "Jul Ago Sep Oct Nov Dic", "6", ("julio", "diciembre")),  # the sum is the goal of the year
        ("PLAN 2026", "Jul Ago Sep Oct Nov Dic", "", None),
        ("AVANCE DE JULIO A DICIEMBRE 2026", "Jul Ago Sep Oct Nov Dic", "", None),
        ("PLAN DE ENERO A JUNIO 2026", "Ene Feb Mar Abr May Jun", "6", None),  # may be a report
    ],
)
def test_a_draft_proposes_the_months_that_the_document_says(tmp_path, line, months, goal, span):
    path = tmp_path / "plan.csv"
    heads = ";".join(f"Prog {month}" for month in months.split())
    rows = (f"{unit};Actividad {unit};{goal};1;1;1;1;1;1" for unit in ("Salud", "Obras"))
    path.write_text("\n".join((line, f"Área;Actividad;Meta;{heads}", *rows)), encoding="utf-8")
    edition, text, _ = read_draft(path)
    assert edition.get("vigencia") == ({"desde": span[0], "hasta": span[1]} if span else None)
    assert ("# vigencia:" in text) is (span is None)


@pytest.mark.parametrize(
    ("headings", "lengths"),
    [
        ("P1;P2;P3;P4;E1;E2;E3;E4", {"programado": 3, "ejecutado": 3}),
        (";".join(f"Prog. {month}" for month in range(1, 13)), {"programado": 1}),
        ("P1;P2;P3;P4;P5", {}),  # neither quarters nor months
    ],
)
def test_a_letter_and_a_number_are_periods_where_they_are_all_of_a_year(tmp_path, headings, lengths):
    cells = ";".join("1" for _ in headings.split(";"))
    rows = (f"Área;Actividad;Meta;{headings}", f"Salud;Consultas;9;{cells}", f"Obras;Calles;9;{cells}")
    edition, _, plan = read_draft(write_document(tmp_path, *rows))
    assert [series["columna"] for series in edition.get("periodos", [])] == [*lengths]
    assert set(plan.avances["meses"]) == {*lengths.values()}
    assert ("ignorar" in edition) is not bool(lengths)


def test_thousands_parted_by_spaces_are_numbers_to_a_draft_too(tmp_path):
    rows = ("Área;Actividad;Meta anual;P1;P2;P3;P4", "Salud;Consultas;4 800;1 200;1 200;1 200;1 200")
    edition, text, plan = read_draft(write_document(tmp_path, *rows))
    assert edition["columnas"]["meta_anual"] == "Meta anual"
    assert "rechaza lo que sigue" not in text
    assert plan.actividades["meta_anual"].tolist() == [4800]
