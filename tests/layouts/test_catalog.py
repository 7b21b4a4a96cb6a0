"""The known layouts."""

import poa_eval as poa
from poa_eval.layouts.catalog import known_layouts
from poa_eval.layouts.layout import Layout


def test_every_known_layout_is_listed():
    listed = poa.list_layouts()
    assert listed["nombre"].tolist() == [layout.nombre for layout in known_layouts() for _ in layout.ediciones]
    assert all(isinstance(layout, Layout) for layout in known_layouts())
