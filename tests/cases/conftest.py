"""What reads small documents that a test makes up."""

from pathlib import Path

import pytest

import poa_eval as poa
from poa_eval.config.models import make_model
from poa_eval.errors import LayoutError, Place
from poa_eval.layouts.layout import Layout


@pytest.fixture
def load(tmp_path):
    """Return what loads the lines of a CSV, or the text of another file, by the keys of an edition."""

    def load_lines(text: str, *, name: str = "plan.csv", locale: str = "es_CO", ejercicio: int = 2025, **keys):
        path = Path(tmp_path / name)
        if text:
            path.write_text(text, encoding="utf-8")
        edition = {"clase": "tabla"} | {key.removesuffix("_"): value for key, value in keys.items()}
        said = {"nombre": "x", "titulo": "x", "institucion": "Prefeitura", "locale": locale}
        layout = make_model(Layout, said | {"ediciones": {"1": edition}}, LayoutError, Place("x.yaml"))
        return poa.load(path, layout, ejercicio=ejercicio)

    return load_lines
