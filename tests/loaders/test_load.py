"""Names that may be one are proposed, never merged; what the analyst accepts is applied, and said in the report."""

import openpyxl
import pytest

import poa_eval as poa
from made import LAYOUT, MONTHS, open_params
from places import FIXTURES
from poa_eval.config.accepted_names import Names
from poa_eval.config.params import make_params
from poa_eval.layouts.catalog import find_layout
from poa_eval.loaders.load import shape_document
from poa_eval.quarter.aliases import note_names
from poa_eval.readers.formats import read_raw

GERENCIA = (FIXTURES / "gerencia-comercial-2023-poa-t1.txt").read_text(encoding="utf-8")
PARAMS = {
    "institucion": "Gerencia",
    "ejercicio": 2023,
    "trimestre": 1,
    "fecha_corte": "2023-03-31",
    "fuentes": [{"archivo": "plan.txt"}],
}


@pytest.mark.parametrize("name", ["sat-2022-t4", "gerencia-comercial-2023-t1", "santiago-2017-t2"])
def test_the_samples_have_no_names_to_propose(name):
    found = open_params(name).hallazgos.query("regla == 'nombre-con-variantes'")
    assert not found["mensaje"].str.contains("pueden ser").any()


@pytest.fixture
def prepare(tmp_path):
    """Prepare the quarter of the sample with a typo in the activity of its March sheet, and accepted names."""

    def make(accepted=None):
        head, march = GERENCIA.rsplit("TOMA DE LECTURAS A DOMICILIO", 1)
        text = f"{head}TOMA DE LECTRAS A DOMICILIO{march}"
        (tmp_path / "plan.txt").write_text(text, encoding="utf-8")
        if accepted is None:
            return poa.prepare_quarter(make_params(PARAMS), tmp_path)
        (tmp_path / "nombres.yaml").write_text(accepted, encoding="utf-8")
        return poa.prepare_quarter(make_params(PARAMS | {"nombres": "nombres.yaml"}), tmp_path)

    return make


def test_a_proposal_says_how_to_accept_it_and_accepting_it_makes_one_activity(prepare):
    before = prepare()
    proposal = before.hallazgos.query("regla == 'nombre-con-variantes'")
    assert len(before.plan.actividades) == 25
    assert proposal[["unidad_id", "encontrado"]].values.tolist() == [["303", "TOMA DE LECTRAS A DOMICILIO"]]
    line = 'actividad: {"TOMA DE LECTRAS A DOMICILIO": "TOMA DE LECTURAS A DOMICILIO"}'
    assert line in proposal["mensaje"].item()
    after = prepare(line)
    assert len(after.plan.actividades) == 24
    said = after.hallazgos.query("regla == 'nombre-con-variantes'")
    assert said["mensaje"].tolist() == [
        "«TOMA DE LECTRAS A DOMICILIO» se lee como «TOMA DE LECTURAS A DOMICILIO», como se aceptó en nombres.yaml."
    ]
    assert said["unidad_id"].tolist() == ["303"]
    assert "LECTRAS" in poa.show.findings(after.unit("303"))._repr_html_()
    assert "LECTRAS" not in poa.show.findings(after.unit("304"))._repr_html_()


def test_an_accepted_name_that_no_document_has_is_said(prepare):
    found = prepare('unidad: {"Obras": "Obras Públicas"}').hallazgos.query("regla == 'nombre-con-variantes'")
    assert any("unidad «Obras», que se aceptó en nombres.yaml, no aparece" in text for text in found["mensaje"])


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ('actividades: {"A": "B"}', "¿quiso decir «actividad»?"),
        ('actividad: {"A": 5}', "debe ser un texto"),
        ('actividad: {"A": "B", "b": "C"}', "un nombre final por cada nombre impreso"),
    ],
)
def test_a_wrong_file_of_accepted_names_is_refused(prepare, accepted, said):
    with pytest.raises(poa.PoaError) as error:
        prepare(accepted)
    assert said in str(error.value)


def test_of_two_units_with_an_activity_only_the_one_that_prints_it_otherwise_is_noted(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Plan"
    for row in [
        ["PLAN OPERATIVO 2024"],
        ["Unidad", "Código", "Actividad", "Medida", "Meta", "Programado", *[None] * 11, "Ejecutado"],
        [None] * 5 + MONTHS * 2,
        ["Agua", "A1", "Elaborar imformes", "Informe", 12, *[1] * 24],
        ["Obras", "A1", "Elaborar informes", "Informe", 12, *[1] * 24],
    ]:
        book.active.append(row)
    book.save(tmp_path / "plan.xlsx")
    (tmp_path / "demo.yaml").write_text(LAYOUT, encoding="utf-8")
    names = Names(actividad={"Elaborar imformes": "Elaborar informes"})
    document, layout = read_raw(tmp_path / "plan.xlsx"), find_layout(str(tmp_path / "demo.yaml"))
    plan = shape_document(document, layout, names=names.by_column())
    noted = note_names(plan, names, "nombres.yaml").contexto.query("clave.str.startswith('variante.')")
    assert noted["fuente"].tolist() == ["plan.xlsx!Plan!C4"]
    unit = plan.actividades.set_index("actividad_id")["unidad_id"][noted["clave"].item().split("/", 1)[1]]
    assert unit == "agua"
