"""A quarter computes everything once, and a unit's quarter is the same narrowed."""

import pickle
from collections import Counter

import nbformat
import pandas as pd

import poa_eval as poa
from made import open_params
from places import ROOT
from poa_eval.audit import findings
from poa_eval.audit.printed import PrintedFigures
from poa_eval.metrics import evaluation, windows
from poa_eval.metrics.evaluability import assess
from poa_eval.runs.results import write_results


def show_all(quarter: poa.Quarter, kind: str) -> None:
    """Make every section of a notebook, as its cells ask for them."""
    notebook = nbformat.read(ROOT / "notebooks" / f"informe_{kind}.ipynb", as_version=4)
    for cell in [cell for cell in notebook.cells if cell.cell_type == "code"][2:]:
        eval(cell.source, {"poa": poa, "q": quarter})


def test_a_run_computes_each_thing_once(monkeypatch, tmp_path):
    counts = Counter()

    def count(module, name, key=lambda *args: ()):
        made = getattr(module, name)

        def counted(*args, **kwargs):
            counts[name, *key(*args)] += 1
            return made(*args, **kwargs)

        monkeypatch.setattr(module, name, counted)

    count(PrintedFigures, "list_printed")
    for module in (evaluation, findings):
        count(module, "find_due")
    count(evaluation, "assess")
    count(windows, "measure_window", lambda activity, due, quarters, _: (activity["actividad_id"], due.corte, quarters))
    quarter = poa.prepare_quarter(poa.load_params(ROOT / "params" / "sat-2022-t4.yaml"), ROOT)
    for unit in quarter.units():
        show_all(unit, "unidad")
    show_all(quarter, "institucional")
    write_results(quarter, tmp_path)
    assert {key: number for key, number in counts.items() if number > 1} == {}
    assert {name for name, *_ in counts} == {"find_due", "assess", "list_printed", "measure_window"}


def test_what_a_unit_carries_is_what_its_own_plan_gives():
    for unit in open_params("santiago-2017-t2").units():
        own, e = unit.plan, unit.evaluacion
        pd.testing.assert_frame_equal(unit.conciliacion, poa.reconcile(own), check_dtype=False)
        for name, table in vars(assess(own)).items():
            pd.testing.assert_frame_equal(getattr(e.evaluability, name), table, check_dtype=False)
        again = poa.measure(own, e.trimestre, perfil=e.perfil, fecha_corte=e.fecha_corte)
        assert (e.reasons, e.formulas) == (again.reasons, again.formulas)
        for key in own.actividades["actividad_id"]:
            assert repr(e.window(key, "acumulado")) == repr(again.window(key, "acumulado"))


def test_a_pickle_of_a_unit_holds_nothing_that_its_plan_says_anyway():
    unit = next(open_params("santiago-2017-t2").units())
    again = pickle.loads(pickle.dumps(unit))
    assert not {"periods", "activities", "_measured"} & {*vars(again.evaluacion.windows), *vars(again.evaluacion.due)}
    assert again.fingerprint() == unit.fingerprint()
    assert len(pickle.dumps(unit.evaluacion.windows.due)) < 2 * len(pickle.dumps(unit.plan))
