"""Traps that once gave a wrong number in silence: each is a tiny document, named by its trap."""

import dataclasses
import datetime as dt

import pytest

import poa_eval as poa
from grids import ROWS, SUB, TOP, TOTAL, YAML, as_text, grid
from places import FIXTURES
from poa_eval.plan.schema import make_table
from refusals import refuse

GERENCIA = (FIXTURES / "gerencia-comercial-2023-poa-t1.txt").read_text(encoding="utf-8")
HEAD = [["PLAN 2024"], TOP, SUB]


@pytest.fixture
def layout(tmp_path):
    path = tmp_path / "obras.yaml"
    path.write_text(YAML.format(locale="es_MX"), encoding="utf-8")
    return str(path)


@pytest.fixture
def load_rows(write_text, layout):
    return lambda *rows: poa.load(write_text(as_text(rows)), layout)


def test_a_number_merged_over_two_rows_counts_once(write_book, layout):
    rows = [*HEAD, *[[*row[:8], 5, *row[9:]] for row in ROWS]]
    plan = poa.load(write_book(rows, merges=["I4:I5"]), layout)
    assert plan.avances.loc[plan.avances["mes"] == 3, "ejecutado"].sum() == 10


def test_the_same_activity_in_another_unit_of_measure_is_refused(load_rows):
    with pytest.raises(poa.PoaError, match="«km» en `unidad_medida`, y «m2» en"):
        load_rows(*HEAD, ROWS[0], [*ROWS[0][:2], "km", *ROWS[0][3:]])


def test_a_row_that_is_repeated_counts_once_with_a_note(load_rows):
    plan = load_rows(*HEAD, ROWS[0], ROWS[0])
    assert plan.avances["programado"].sum() == 1000
    assert "se repite" in poa.check(plan).query("regla == 'celda-reconstruida'")["mensaje"].item()


def test_a_blank_unit_is_never_the_institution(load_rows):
    with pytest.raises(poa.PoaError, match="sin unidad"):
        load_rows(*HEAD, [None, *ROWS[0][1:]])


def test_a_merged_unit_goes_on_after_a_heading_repeated_at_a_page_break(load_rows):
    plan = load_rows(*HEAD, ROWS[0], TOP, SUB, ROWS[1])
    assert plan.unidades["unidad_id"].tolist() == ["obras"]


def test_a_total_is_nobodys_unit(load_rows):
    with pytest.raises(poa.PoaError, match="sin unidad"):
        load_rows(*HEAD, TOTAL, ROWS[1])


def test_months_and_their_quarter_in_one_document_are_refused(write_text):
    text = GERENCIA.replace("\nmar-23\n", "\nPRIMER TRIMESTRE 2023\n")
    with pytest.raises(poa.PoaError, match="se traslapan"):
        poa.load(write_text(text.split("\n")))


def test_a_period_line_that_is_not_understood_is_refused(write_text):
    text = GERENCIA.replace("\nfeb-23\n", "\nFEBRERO 2023\n")
    with pytest.raises(poa.PoaError, match="periodo"):
        poa.load(write_text(text.split("\n")))


def test_a_period_line_alone_that_is_not_understood_is_refused(tmp_path, write_text):
    path = tmp_path / "meses.yaml"
    text = YAML.format(locale="es_MX").replace('"PLAN {ejercicio}"', '"PLAN {ejercicio}", "{mes}-{anio}"')
    start, end = text.index("    periodos:"), text.index("    rellenar:")
    text = text[:start] + "    periodo: contexto\n" + text[end:]
    text = text.replace("      meta_anual: Meta anual\n", "      programado: Meta\n      ejecutado: Valor\n")
    path.write_text(
        text.replace("filas: 2", "filas: 1").replace("    ignorar: [Observaciones]\n", ""), encoding="utf-8"
    )
    table = ["Unidad\tActividad\tU. de M.\tMeta\tValor", "Obras\tBacheo\tm2\t10\t8"]
    plan = poa.load(write_text(["PLAN 2024", "ene-24", *table, "feb-24", *table]), str(path))
    assert plan.avances["mes"].tolist() == [1, 2]
    with pytest.raises(poa.PoaError, match="periodo"):
        poa.load(write_text(["PLAN 2024", "ene-24", *table, "FEBRERO", *table]), str(path))


def test_a_visible_sheet_with_a_table_that_is_not_read_is_refused(tmp_path, root):
    import openpyxl

    book = openpyxl.load_workbook(root / "data" / "gerencia-comercial-2023" / "poa-2023-t1.xlsx")
    sheet = book["315 T1"]
    for span in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(span))
    for row in sheet.iter_rows(min_row=11, max_row=12):
        for cell in row:
            cell.value = None
    book.save(tmp_path / "poa.xlsx")
    with pytest.raises(poa.PoaError, match="315 T1"):
        poa.load(tmp_path / "poa.xlsx")


def test_a_goal_of_100_percent_for_counts_is_a_text(load_rows):
    plan = load_rows(*HEAD, [*ROWS[0][:3], "100 %", *ROWS[0][4:]])
    assert plan.actividades["meta_anual"].isna().all()
    assert plan.actividades["meta_texto"].item() == "100 %"


def test_a_percentage_by_any_name_is_not_added_up(load_rows):
    rows = [["Obras", name, "Porcentaje de avance", 100, 25, 25, 25, 25, 20, None, None, None] for name in "AB"]
    unit = poa.measure(load_rows(*HEAD, *rows), 1, fecha_corte=dt.date(2024, 3, 31)).unidades.iloc[0]
    assert unit["motivo"] == "los porcentajes no se suman"


def test_progress_of_a_unit_counts_the_goals_not_yet_due(load_rows):
    rows = [
        ["Obras", "A", "km", 10, 5, 5, 0, 0, 5, None, None, None],
        ["Obras", "B", "km", 100, 0, 0, 0, 100, None, None, None, None],
    ]
    unit = poa.measure(load_rows(*HEAD, *rows), 1, fecha_corte=dt.date(2024, 3, 31)).unidades.iloc[0]
    assert round(unit["avance_anual"], 2) == round(5 / 110 * 100, 2)


def test_a_quarter_after_the_documents_cut_off_says_so(sat):
    early = dataclasses.replace(
        sat,
        contexto=sat.contexto.assign(
            texto=sat.contexto["texto"].where(sat.contexto["clave"] != "corte_trimestre", "II")
        ),
    )
    table = poa.measure(early, 4).actividades
    assert table[["cumplimiento_trimestre", "cumplimiento_acumulado"]].isna().all(axis=None)
    assert table["motivo"].str.contains("se reporta hasta jun").all()


def test_a_unit_code_with_a_slash_is_no_trouble(write_text):
    text = GERENCIA.replace("\t303\tCOORDINACION DE", "\t3/03\tCOORDINACION DE")
    text = text.replace("\t3/03\tCOORDINACION DE", "\t3/03\tCoordinación de", 1)
    found = poa.check(poa.load(write_text(text.split("\n")))).query("regla == 'nombre-con-variantes'")
    assert found["unidad_id"].tolist() == ["3/03"]


def test_the_id_of_a_unit_does_not_depend_on_the_others(load_rows):
    alone = load_rows(*HEAD, ROWS[0]).actividades["actividad_id"].tolist()
    beside = load_rows(*HEAD, ROWS[0], ["Obras/", *ROWS[1][1:]]).actividades["actividad_id"].tolist()
    assert beside[:1] == alone


def test_a_rule_for_a_column_that_is_not_there_is_refused(tmp_path):
    from poa_eval.layouts.catalog import read_layout

    rule = '    reglas: [{cuando: {codigo: "1"}, acumulacion: ultimo, porque: x}]\n'
    path = tmp_path / "obras.yaml"
    path.write_text(YAML.format(locale="es_MX") + rule, encoding="utf-8")
    with pytest.raises(poa.PoaError, match="codigo"):
        read_layout(path)


@pytest.mark.parametrize("name", ["{Responsable}", "{respon sable}", "{responsable", "{responsable} {responsable}"])
def test_a_placeholder_that_would_never_match_is_refused(tmp_path, name):
    from poa_eval.layouts.catalog import read_layout

    path = tmp_path / "obras.yaml"
    path.write_text(YAML.format(locale="es_MX").replace("{responsable}", name), encoding="utf-8")
    with pytest.raises(poa.PoaError, match="contexto"):
        read_layout(path)


def test_layout_and_profile_may_be_paths(root):
    plan = poa.load(FIXTURES / "sat-2022-poi-t4.txt", root / "poa_eval" / "layouts" / "sat-poi.yaml")
    profile = root / "poa_eval" / "config" / "profiles" / "neutro.yaml"
    assert poa.measure(plan, 4, perfil=profile).perfil.nombre == "neutro"


def test_a_rule_that_fits_nothing_is_noted(tmp_path, write_text):
    rule = "    reglas: [{cuando: {actividad: Bacheeo}, acumulacion: ultimo, porque: x}]\n"
    path = tmp_path / "obras.yaml"
    path.write_text(YAML.format(locale="es_MX") + rule, encoding="utf-8")
    plan = poa.load(write_text(as_text(grid("PLAN 2024"))), str(path))
    assert "regla_sin_uso" in set(plan.contexto["clave"])


def test_each_unit_with_its_own_total_is_no_error(load_rows):
    one, other = (
        [*TOTAL[:3], 1010, 250, 255, 255, 250, 240, 305, None, None],
        [*TOTAL[:3], 40, 10, 10, 10, 10, 10, 10, None, None],
    )
    plan = load_rows(*HEAD, ROWS[0], ROWS[1], one, ROWS[2], other)
    assert not (poa.check(plan)["gravedad"] == "error").any()


def make_periods(plan, *rows):
    keys = ("mes", "meses", "programado", "ejecutado")
    first = plan.actividades["actividad_id"].iloc[0]
    records = [dict(zip(keys, row, strict=True)) | {"actividad_id": first, "origen": "leido"} for row in rows]
    return dataclasses.replace(plan, avances=make_table("avances", records))


def test_a_quarter_beside_two_of_its_months_stands(load_rows):
    plan = load_rows(*HEAD, ROWS[0])
    months, quarter = make_periods(plan, (1, 1, 1, 1), (2, 1, 1, 1)), make_periods(plan, (3, 3, 3, 3))
    for pair in ((months, quarter), (quarter, months)):
        merged = poa.merge_plans(pair)
        assert merged.avances[["mes", "meses", "ejecutado"]].values.tolist() == [[3, 3, 3]]


def test_no_period_above_the_table(write_text):
    lines = (FIXTURES / "gerencia-comercial-2023-poa-t1.txt").read_text(encoding="utf-8").split("\n")
    lines[29] = "algún mes"
    assert "ene-23" not in lines[29]
    refuse(lambda: poa.load(write_text(lines)), "periodo", "{mes}-{anio}", "línea 40")
