"""The registry of figures: each defined once, and everything else iterates over it."""

from pathlib import Path

import pytest

import poa_eval as poa
from made import make_plan
from poa_eval.metrics import groups
from poa_eval.metrics.registry import FIGURES, KEY_FIGURES, Figure
from poa_eval.plan.accumulation import ACCUMULATIONS, SheetWindow
from poa_eval.plan.schema import COLUMNS

PROFILES = Path(poa.__file__).parent / "config" / "profiles"


def test_a_profile_may_choose_any_key_figure_and_no_other(tmp_path):
    text = (PROFILES / "neutro.yaml").read_text(encoding="utf-8")
    assert "principal: proporcion_cumplidas" in text
    own = tmp_path / "propio.yaml"
    for name in FIGURES:
        own = tmp_path / f"{name}.yaml"
        own.write_text(text.replace("principal: proporcion_cumplidas", f"principal: {name}"), encoding="utf-8")
        if name in KEY_FIGURES:
            assert poa.measure(make_plan(), 1, perfil=str(own)).perfil.principal == name
        else:
            options = f"«principal»: se encontró «{name}»; opciones: {', '.join(KEY_FIGURES)}"
            with pytest.raises(poa.PoaError, match=options):
                poa.measure(make_plan(), 1, perfil=str(own))


def test_a_new_figure_stands_after_all_columns_that_were_there(monkeypatch):
    least = Figure(
        "minimo",
        "Mínimo",
        "percent",
        compute=lambda g: min(g.capped, default=None),
        formula="el menor cumplimiento",
        excel="MIN({percent})",
        is_late=True,
    )
    before = groups.list_columns()
    monkeypatch.setitem(groups.FIGURES, "minimo", least)
    assert groups.list_columns() == [*before, "minimo_trimestre", "minimo_acumulado"]
    e = poa.measure(make_plan([(10, 5), (10, 20), (10, 10)]), 1)
    assert e.unidades["minimo_trimestre"].tolist() == [100.0]


@pytest.mark.parametrize("kind", ACCUMULATIONS)
def test_each_accumulation_says_all_that_is_asked_of_it(kind):
    entry = ACCUMULATIONS[kind]
    activity = {"acumulacion": kind, "acumulacion_programado": kind, "sentido": "ascendente"}
    parts = {"numerador": 1.0, "denominador": 2.0}
    rows = [{"mes": m, "programado": 10.0, "ejecutado": 5.0 * m} | parts for m in (1, 2)]
    place = SheetWindow("ejecutado", activity, rows, "K", "M", "F", "L", is_quarter=False)
    formula, said, _ = entry.excel(place)
    assert "Periodos[Ejecutado]" in formula or "Periodos[Numerador]" in formula
    assert said[0].isupper()
    assert "{n}" in entry.joined
    assert COLUMNS["actividades"]["acumulacion"] == "str"
