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
