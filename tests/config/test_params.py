"""Parameters of a quarter: all that is wrong with them is said, by its key."""

import pytest
import yaml

import poa_eval as poa
from poa_eval.config.params import load_params
from refusals import refuse

PARAMS = {
    "institucion": "M",
    "ejercicio": 2022,
    "trimestre": 4,
    "fecha_corte": "2022-12-31",
    "fuentes": [{"archivo": "data/sat-2022/poi-2022-t4.xlsx"}],
}


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"trimstre": 4}, ["«trimstre»", "¿quiso decir «trimestre»?"]),
        ({"trimestre": 5}, ["«trimestre»", "a lo más 4"]),
        ({"trimestre": "4"}, ["«trimestre»", "número entero"]),
        ({"fecha_corte": "31/12/2022"}, ["«fecha_corte»", "AAAA-MM-DD"]),
        ({"fecha_corte": "2021-12-31"}, ["fecha_corte", "anterior al ejercicio 2022"]),
        ({"fuentes": []}, ["«fuentes»"]),
        (
            {"fuentes": [{"archivo": "x.xlsx", "layot": "sat-poi"}]},
            ["«fuentes (n.º 1).layot»", "¿quiso decir «layout»?"],
        ),
        ({"institucion": None}, ["«institucion»", "un texto"]),
    ],
)
def test_params_with_faults(tmp_path, change, parts):
    path = tmp_path / "q.yaml"
    path.write_text(yaml.safe_dump(PARAMS | change), encoding="utf-8")
    refuse(lambda: load_params(path), "q.yaml", *parts)
    with pytest.raises(poa.PoaError) as caught:
        load_params(path)
    assert len(caught.value.encontrado.splitlines()) == 1


def test_all_faults_of_params_are_said_at_once(tmp_path):
    path = tmp_path / "q.yaml"
    path.write_text("trimestre: 7\nejercico: 2022\n", encoding="utf-8")
    refuse(lambda: load_params(path), "«ejercico»", "«trimestre»", "«institucion»", "«fuentes»")


def test_a_broken_yaml_names_the_line(tmp_path):
    path = tmp_path / "q.yaml"
    path.write_text("institucion: M\nfuentes: [\n", encoding="utf-8")
    refuse(lambda: load_params(path), "q.yaml", "línea")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fecha_corte: 2022-06-31\n", "no existe"),
        ("trimestre: 4\ntrimestre: 1\n", "clave repetida: trimestre"),
        ("fecha_corte: 0\n", "AAAA-MM-DD"),
    ],
)
def test_params_that_yaml_would_take_in_silence(tmp_path, text, said):
    path = tmp_path / "q.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(poa.PoaError, match=said):
        load_params(path)
