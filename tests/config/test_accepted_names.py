"""The YAML of accepted names: what is refused of it."""

import pytest

import poa_eval as poa
from poa_eval.config.accepted_names import load_names


@pytest.mark.parametrize(
    "content", ['unidad: {? [1, 2] : "x"}', 'unidad: {"   ": "x"}', 'unidad: {"A": "  "}', "unidad:"]
)
def test_a_file_of_accepted_names_without_names_is_refused_plainly(tmp_path, content):
    (tmp_path / "nombres.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(poa.PoaError) as error:
        load_names(tmp_path / "nombres.yaml")
    assert "None" not in str(error.value)


def test_the_same_name_is_accepted_once(tmp_path):
    (tmp_path / "nombres.yaml").write_text('unidad: {"Area": "B", "Área": "C"}', encoding="utf-8")
    with pytest.raises(poa.PoaError, match="«Area» y «Área» en `unidad:`, que son el mismo nombre"):
        load_names(tmp_path / "nombres.yaml")
