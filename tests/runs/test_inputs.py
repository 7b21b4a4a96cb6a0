"""Inputs of a run: a notebook that is lacking or damaged is named, and stops no other quarter."""

import shutil

import pytest

from made import write_project
from poa_eval.errors import ArchivoError
from poa_eval.runs import batch as run
from poa_eval.runs.inputs import INSTITUTION_NOTEBOOK, UNIT_NOTEBOOK, read_inputs


def test_missing_notebook_is_named(project):
    params = project()
    (params.parent.parent / "notebooks" / UNIT_NOTEBOOK).unlink()
    with pytest.raises(ArchivoError, match=r"notebooks/informe_unidad\.ipynb"):
        run.run_quarter(params)
    assert not (params.parent.parent / "reports").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"cells": "\xe1"}',
        b"[]",
        b'{"cells": []}',
        b'{"cells": [{}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        b'{"cells": [{"cell_type": "code", "metadata": {}, "source": 5}], "nbformat": 4}',
    ],
)
def test_damaged_notebook_is_named(content, project):
    params = project("Obras")
    (params.parents[1] / "notebooks" / UNIT_NOTEBOOK).write_bytes(content)
    with pytest.raises(ArchivoError, match=r"notebooks/informe_unidad\.ipynb[\s\S]*está dañado"):
        read_inputs(params)


def test_damaged_notebook_stops_no_other_quarter(project, tmp_path):
    params = project("Obras")
    other = write_project(tmp_path / "sur", ["Agua"])
    other = other.rename(other.with_name("sur-t3.yaml"))
    for name in (UNIT_NOTEBOOK, INSTITUTION_NOTEBOOK):
        shutil.copy(params.parents[1] / "notebooks" / name, other.parents[1] / "notebooks")
    (params.parents[1] / "notebooks" / UNIT_NOTEBOOK).write_bytes(b"{")
    ended = dict(run.run_quarters([params, other]))
    assert "está dañado" in str(ended[params])
    assert not ended[other].fallidas
