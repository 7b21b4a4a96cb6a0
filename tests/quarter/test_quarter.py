"""A quarter computes everything once, and a unit's quarter is the same narrowed."""

import pickle
from collections import Counter

import nbformat

import poa_eval as poa
from places import ROOT
from poa_eval.audit import ledger
from poa_eval.metrics import evaluation, windows
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

    count(ledger, "compare_figures")
    count(evaluation, "find_due")
    count(evaluation, "assess")
    count(windows, "measure_window", lambda activity, due, quarters, _: (activity["actividad_id"], due.corte, quarters))
    quarter = poa.prepare_quarter(poa.load_params(ROOT / "params" / "sat-2022-t4.yaml"), ROOT)
    for unit in quarter.units():
        pickled = pickle.dumps(unit)
        show_all(pickle.loads(pickled), "unidad")
    show_all(quarter, "institucional")
    write_results(quarter, tmp_path)
    assert counts["find_due",] == counts["assess",] == counts["compare_figures",] == 1
    assert {key: number for key, number in counts.items() if number > 1} == {}
    assert sum(name == "measure_window" for name, *_ in counts) > len(quarter.plan.actividades)
