"""A quarter that cannot be prepared, or a unit that it does not have."""

import poa_eval as poa
from poa_eval.config.params import load_params, make_params
from refusals import refuse

PARAMS = {
    "institucion": "M",
    "ejercicio": 2023,
    "trimestre": 4,
    "fecha_corte": "2023-12-31",
    "fuentes": [{"archivo": "data/sat-2022/poi-2022-t4.xlsx"}],
}


def test_the_year_of_the_params_is_the_document_s(root):
    params = make_params(PARAMS)
    refuse(lambda: poa.prepare_quarter(params, root), "2022", "2023")


def test_an_unknown_unit_suggests_the_nearest(root):
    quarter = poa.prepare_quarter(load_params(root / "params" / "gerencia-comercial-2023-t1.yaml"), root)
    refuse(lambda: quarter.unit("330"), "«330»", "¿quiso decir «3")
    refuse(lambda: quarter.unit(33), "`-r unidad")
