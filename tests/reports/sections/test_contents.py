"""The documents that the figures come from, and what they hold."""

import pytest

import poa_eval as poa
from blocks import read_rows, read_text
from places import ROOT
from poa_eval.errors import ParamsError
from poa_eval.reports.sections.inputs import name_source


def test_tables_of_the_plan_are_shown_without_empty_columns(sat_quarter):
    rows = read_rows(poa.show.table(sat_quarter, "unidades", filas=3))
    assert rows[0] == ["Unidad id", "Unidad", "Fuente"]
    assert len(rows) == 4
    assert "15" in read_text(poa.show.plan(sat_quarter))
    with pytest.raises(ParamsError, match="«unidades»"):
        poa.show.table(sat_quarter, "unidad")


def test_sources_carry_hash_cutoff_and_the_documents_own_notes(sat_quarter):
    said = read_text(poa.show.sources(sat_quarter))
    assert sat_quarter.fuentes["sha256"].iloc[0] in said
    assert "Fecha de corte: 31 de diciembre de 2022." in said
    assert "Texto resumido; cifras del documento." in said
    assert "Plan Operativo Institucional (POI)" in said
    assert "sat-poi" not in said
    assert "Módulo de Control de la Gestión al 05/01/2023." in said


def test_what_the_document_says_of_itself_is_shown_with_its_accents(jocotepec, santiago):
    said = read_text(poa.show.sources(jocotepec))
    assert "Fórmula No. Act. Realizadas/No. Act. Proyectadas * 100" in said
    said = read_text(poa.show.sources(santiago))
    assert "Periodo que se informa" in said
    assert "Fecha de validación 30/jun/2017 " in said
    assert "Fecha de actualización 30/jun/2017" in said


@pytest.mark.parametrize(
    ("params", "file"),
    [("jocotepec-2024-t1", "poa-2024.docx"), ("cuscatancingo-2018-t1", "poa-2018.docx"), ("santiago-2017-t2", "metas")],
)
def test_the_source_line_names_the_file_once(params, file):
    quarter = poa.prepare_quarter(poa.load_params(ROOT / "params" / f"{params}.yaml"), ROOT)
    line = name_source(quarter.evaluacion)
    assert line.count(file) == 1
    assert "tabla" not in line
