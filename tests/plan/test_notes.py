"""Notes: each kind keeps its data through its row and through a plan, and nobody else takes keys or sentences apart."""

import pickle
import re
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import poa_eval as poa
from made import make_plan
from places import ROOT
from poa_eval.plan.inferred import InferredFormula, InferredTotals
from poa_eval.plan.notes import (
    AcceptedName,
    Answered,
    CapturedQuarter,
    Change,
    ColumnPlaces,
    Comment,
    DeclaredRule,
    PeriodComment,
    Repair,
    Statement,
    Variant,
    read_notes,
)

WORDS = st.text("abcñ_", min_size=1)
IDS = st.lists(WORDS, min_size=1, max_size=3).map("/".join)  # «03/obras»
TEXTS = st.text(st.characters(exclude_categories=["C"]), min_size=1)
SAID = st.one_of(
    st.builds(Statement, name=WORDS, owner=st.none() | IDS, text=TEXTS, source=TEXTS),
    st.builds(DeclaredRule, name=WORDS, text=TEXTS, source=TEXTS),
    st.builds(CapturedQuarter, text=st.sampled_from("1234")),
    st.builds(ColumnPlaces.of_sheet, TEXTS, st.dictionaries(WORDS, st.sampled_from(["A", "BC"]))),
    st.builds(Variant, column=st.sampled_from(["unidad", "actividad"]), owner=IDS, text=TEXTS, source=TEXTS),
    st.builds(AcceptedName, column=st.sampled_from(["unidad", "actividad"]), owner=IDS, text=TEXTS, source=TEXTS),
    st.builds(Comment, owner=IDS, text=TEXTS, source=TEXTS),
    st.builds(PeriodComment, owner=IDS, month=st.integers(1, 12), length=st.sampled_from([1, 3]), text=TEXTS),
    st.builds(Answered, owner=IDS, text=TEXTS),
)


@given(SAID)
def test_a_row_holds_all_of_what_is_said(note):
    assert type(note).from_row(note.to_row()) == note
    assert read_notes(pd.DataFrame([note.to_row()])) == (note,)


@given(TEXTS, st.dictionaries(WORDS, st.sampled_from(["A", "BC"])))
def test_the_places_of_columns_are_read_again(sheet, letters):
    note = ColumnPlaces.of_sheet(sheet, letters)
    assert (note.sheet, note.letters) == (sheet, letters)


REPAIR = Repair(owner="a/1", state="ambigua", lost=-2, source="poi.xlsx!Hoja!F5")
CHANGE = Change(
    **{"owner": "a/1", "concept": "ejecutado", "month": 2, "length": 1},
    **{"before": 0.1 + 0.2, "after": 1e15 / 7, "earlier": "uno.txt:L2", "source": "dos.txt:L2"},
)
FORMULA = InferredFormula(formula="Σ ejecutado / meta anual × 100", hits=8, known=9)
CARRIED = [REPAIR, CHANGE, FORMULA, InferredTotals(counts_percents=False, hits=1, telling=2)]


def test_what_more_is_noted_than_told_is_written_as_before():
    assert [note.to_row() for note in CARRIED] == [
        {
            "clave": "lectura/a/1",
            "texto": "ambigua: a la fila le sobran 2 celdas; varias lecturas cumplen las sumas impresas, y donde "
            "difieren queda solo el trimestre",
            "fuente": "poi.xlsx!Hoja!F5",
        },
        {
            "clave": "cambio/a/1/2/1/ejecutado",
            "texto": "0.3 → 142857142857143; uno.txt:L2 dice 0.3 y dos.txt:L2 dice 142857142857143",
            "fuente": "dos.txt:L2",
        },
        {
            "clave": "regla.avance_inferido",
            "texto": "Σ ejecutado / meta anual × 100, que siguen 8 de 9 cifras",
            "fuente": "cifras impresas",
        },
        {
            "clave": "regla.totales_inferidos",
            "texto": "suma de las filas sin los porcentajes (totales que así cuadran: 1 de 2)",
            "fuente": "cifras impresas",
        },
    ]
    twice = Repair(owner="a", state="repetida").to_row()["texto"]
    assert twice == "reconstruida: la fila se repite con las mismas cifras, y cuenta una sola vez"
    assert (InferredFormula().text, InferredTotals().text) == ("ninguna", "suma de las filas")


@pytest.mark.parametrize("through", [lambda plan: plan, lambda plan: pickle.loads(pickle.dumps(plan)), poa.Plan.narrow])
def test_a_plan_keeps_notes_with_their_rows_alone(through):
    plan = through(make_plan({}).add_notes([*CARRIED, Comment(owner="a0", text="Sin novedad")]))
    assert list(plan.notes[:4]) == CARRIED
    assert plan.list_notes(Change)[0].before == 0.1 + 0.2
    assert (plan.carried, plan.list_comments()) == (tuple(CARRIED), {"a0": "Sin novedad"})
    first = plan.narrow(contexto=plan.contexto.iloc[:1])
    assert first.notes == first.carried == (REPAIR,)
    assert replace(plan, contexto=plan.contexto.iloc[4:]).carried == ()


def test_merged_plans_have_the_notes_of_both():
    one, other = (make_plan({}).add_notes([note]) for note in (REPAIR, FORMULA))
    assert poa.merge_plans([one, other, one]).carried == (REPAIR, FORMULA)


def test_nobody_else_knows_how_keys_are_written():
    """Neither the old keys of `contexto` nor a sentence that the package wrote are taken apart."""
    keys = r"""["'{](?:regla\.|lectura/|cambio/|variante\.|nombre_aceptado/|comentario/|realizada/|inversion_texto/)"""
    begins = r"""(?:startswith|removeprefix)\((?:ROWS|["'](?:ninguna|ambigua|reconstruida|Σ))"""
    parts = r"""(?:split|partition)\(["'](?:; |: | → |, )"""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "poa_eval").rglob("*.py"))
        if path.name not in ("notes.py", "inferred.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(f"{keys}|{begins}|{parts}", line)
    ]
    assert found == []
