"""The cache of a run: damaged, it is as none."""

import pytest

from poa_eval.runs import batch as run
from poa_eval.runs.cache import RunCache


@pytest.mark.parametrize("content", ["[]", "null", '{"x": 5}', "{"])
def test_damaged_cache_knows_nothing(content, tmp_path):
    (tmp_path / ".demo-t3.huellas.json").write_text(content)
    cache = RunCache(tmp_path / "demo-t3")
    assert cache.find("x", "clave") is None
    assert not cache.is_complete("clave")


def test_run_whose_cache_is_damaged_makes_all_again(project):
    params = project("Obras")
    folder = run.run_quarter(params).carpeta
    folder.with_name(f".{folder.name}.huellas.json").write_text('{"x": 5}')
    assert run.run_quarter(params).elaborados == 2
