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
