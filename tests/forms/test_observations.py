"""Observation workbooks: written for each unit, answered, read again, and told as new, answered or gone."""

import dataclasses
import datetime as dt
import shutil
import subprocess

import openpyxl
import pandas as pd
import pytest

import poa_eval as poa
from made import make_plan, make_quarter, open_params
from places import ROOT
from poa_eval.config.params import make_params
from poa_eval.errors import ArchivoError, FormatoError, ParamsError, PoaError
from poa_eval.forms.capture import write_capture
from poa_eval.forms.observations import (
    ANSWER_COLUMNS,
    ANSWER_FORM,
    MEANINGS,
    list_asked,
    make_observations,
    read_answers,
    refuse_filled,
    settle_answers,
    write_observations,
)
from poa_eval.plan.schema import make_table
from poa_eval.readers.formats import read_raw
from poa_eval.runs.results import write_results

HEAD = 6
GERENCIA = "gerencia-comercial-2023-t1"
REASON = "La lectura se repitió y consta en actas"


@pytest.fixture(scope="module")
def quarter():
    return open_params(GERENCIA)


@pytest.fixture
def book(quarter, tmp_path):
    """The workbook of the unit that has four observations."""
    path = tmp_path / "303.xlsx"
    path.write_bytes(make_observations(quarter.unit("303")))
    return path


def place_columns(sheet):
    names = {text: name for name, text in ANSWER_FORM.encabezados.items()}
    return {names[cell.value]: cell.column_letter for cell in sheet[HEAD]}


def fill(path, answers, to=None, **edits):
    """Answer rows by their number from 0: (answer, reason); and put `edits` into cells named by column and row."""
    opened = openpyxl.load_workbook(path)
    sheet = opened["Observaciones"]
    columns = place_columns(sheet)
    for number, said in answers.items():
        for name, value in zip(("respuesta", "motivo"), said, strict=True):
            sheet[f"{columns[name]}{HEAD + 1 + number}"] = value
    for label, value in {"Responde (nombre y cargo)": "Ana Paz, jefa", "Fecha": dt.date(2023, 4, 12)}.items():
        next(cell for cell in sheet[4] if cell.value == label).offset(column=1).value = value
    for key, value in edits.items():
        name, row = key.rsplit("_", 1)
        sheet[f"{columns[name]}{row}"] = value
    opened.save(to or path)
    return to or path


ALL = {0: ("corregido", None), 1: ("Se confirma el dato", REASON), 3: ("no procede", "Es de otra área")}


def read(quarter, *paths, trimestre=1):
    return read_answers([read_raw(path) for path in paths], quarter.plan, trimestre)


def settle(quarter, *paths, findings=None):
    return settle_answers(quarter.hallazgos if findings is None else findings, read(quarter, *paths))


def answered(quarter, *paths):
    """Return the quarter with what units answered."""
    params = quarter.params.model_copy(update={"respuestas": ("x.xlsx",)})
    return dataclasses.replace(quarter, params=params, respuestas=settle(quarter, *paths))


def refuse(quarter, *paths):
    with pytest.raises(FormatoError) as caught:
        read(quarter, *paths)
    return str(caught.value)


# --- what is written


def test_only_units_with_something_to_answer_get_a_workbook(quarter, tmp_path):
    write_observations(quarter, tmp_path)
    written = sorted(path.stem for path in (tmp_path / "observaciones").iterdir())
    assert written == ["300", "303", "304", "305", "306", "308", "315"]
    assert not (tmp_path / "datos").exists()
    asked = list_asked(open_params("sat-2022-t4").hallazgos)
    assert set(asked["regla"]) == {"compensacion-oculta"}
    assert asked["unidad_id"].notna().all()


def test_the_workbook_says_what_was_found_and_opens_only_what_is_filled_in(quarter, book):
    opened = openpyxl.load_workbook(book)
    assert [sheet.sheet_state for sheet in opened] == ["visible", "visible", "veryHidden"]
    assert all(sheet.protection.sheet for sheet in opened)
    sheet = opened["Observaciones"]
    assert sheet["A1"].value == "Observaciones · I trimestre de 2023 · corte al 31 de marzo de 2023"
    assert [sheet["A2"].value, sheet["A3"].value] == ["Gerencia Comercial", "COORDINACION DE FACTURACION"]
    columns = place_columns(sheet)
    row = {name: sheet[f"{letter}{HEAD + 1}"].value for name, letter in columns.items()}
    assert row == {
        "hallazgo_id": list_asked(quarter.unit("303").hallazgos)["hallazgo_id"].iloc[0],
        "gravedad": "error",
        "regla": "Comentario contradice",
        "actividad": "INSPECCIONES PROGRAMADAS · indicador: INSPECCIONES REALIZADAS",
        "periodo": "febrero",
        "fuente": "poa-2023-t1.xlsx!303 feb-23!P15",
        "encontrado": "130",
        "esperado": "150",
        "mensaje": "El comentario dice «SE CUMPLIÓ LA META», y lo reportado es 130 de 150: la meta no se cumplió.",
        "respuesta": None,
        "motivo": None,
    }
    open_cells = {cell.coordinate for cells in sheet.iter_rows() for cell in cells if not cell.protection.locked}
    rows = range(HEAD + 1, HEAD + 6)
    assert open_cells == {f"{columns[name]}{row}" for name in ANSWER_FORM.pick("llena") for row in rows} | {"D4", "F4"}
    check = sheet.data_validations.dataValidation[0]
    assert (str(check.sqref), check.formula1) == (
        f"{columns['respuesta']}7:{columns['respuesta']}11",
        f'"{",".join(MEANINGS)}"',
    )
    assert sheet.freeze_panes == f"A{HEAD + 1}"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    setup = sheet.page_setup
    assert (setup.orientation, setup.fitToWidth or 1, sheet.print_title_rows) == ("landscape", 1, "$6:$6")
    assert sheet[f"{columns['motivo']}7"].alignment.wrap_text
    guide = "\n".join(str(cell.value) for row in opened["Instrucciones"] for cell in row if cell.value)
    assert "31 de marzo de 2023" in guide
    assert "devuélvalo a planeación" in guide
    assert "Respuesta anterior" not in guide


def test_no_workbook_holds_anything_of_another_unit(quarter, tmp_path):
    write_observations(quarter, tmp_path)
    findings = list_asked(quarter.hallazgos)
    activities = quarter.plan.actividades.set_index("unidad_id")["actividad"]
    for path in (tmp_path / "observaciones").iterdir():
        text = "\n".join(str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet for cell in row)
        others = findings[findings["unidad_id"] != path.stem]
        own = set(activities[[path.stem]])
        assert not [key for key in others["hallazgo_id"] if key in text]
        assert not [name for name in set(activities.drop(path.stem)) - own if name in text]


def test_the_same_quarter_gives_the_same_bytes(quarter, book, tmp_path):
    assert make_observations(quarter.unit("303")) == book.read_bytes()
    refuse_filled(tmp_path)


@pytest.mark.parametrize("start", ["=1+1", "+5 obras", "-3 quejas", "@todos", "#DIV/0!"])
def test_text_that_looks_like_a_formula_stays_text(start, tmp_path):
    plan = make_plan([(10, 20)], actividad=f"{start} del año", unidad=start)
    made = make_quarter(open_params(GERENCIA), plan)
    path = tmp_path / "u.xlsx"
    path.write_bytes(make_observations(made.unit("u")))
    sheet = openpyxl.load_workbook(path)["Observaciones"]
    for cell in (sheet["A3"], sheet[f"{place_columns(sheet)['actividad']}7"]):
        assert cell.value.startswith(start)
        assert cell.data_type == "s"
    fill(path, {0: ("no procede", "-10 % menos")})
    assert settle(made, path)["motivo"].tolist() == ["-10 % menos"]


# --- the round trip


def test_each_finding_is_told_as_it_stands(quarter, book):
    left = quarter.hallazgos.drop(
        index=quarter.hallazgos.query("regla == 'cifras-identicas' and unidad_id == '303'").index
    )
    late = left[left["unidad_id"] == "303"].iloc[[0]].assign(hallazgo_id="0123456789", regla="sobreejecucion")
    table = settle(quarter, fill(book, ALL), findings=pd.concat([left, late], ignore_index=True))
    assert table.columns.tolist() == ANSWER_COLUMNS
    own = table[table["unidad_id"] == "303"]
    told = own[["regla", "estado", "respuesta"]].fillna("").to_numpy().tolist()
    assert told == [
        ["comentario-contradice", "dice corregido, y sigue", "corregido"],
        ["comentario-contradice", "respondido", "se confirma el dato"],
        ["sobreejecucion", "sin respuesta", ""],
        ["compensacion-oculta", "sin respuesta", ""],
        ["sobreejecucion", "nuevo", ""],
        ["cifras-identicas", "ya no aparece", "no procede"],
    ]
    assert set(table.loc[table["unidad_id"] != "303", "estado"]) == {"libro no devuelto"}
    gone = own.iloc[-1]
    assert gone["mensaje"].startswith("Mismos resultados que")
    assert own["libro"].iloc[1] == "303.xlsx!Observaciones!J8"
    assert own.iloc[1][["motivo", "responde", "fecha"]].tolist() == [REASON, "Ana Paz, jefa", "2023-04-12"]


def test_answers_by_the_ids_of_version_0_1_0_are_those_of_the_same_findings(quarter, book):
    answers = read(quarter, fill(book, ALL))
    older = dict(quarter.hallazgos[["hallazgo_id", "clave_anterior"]].itertuples(index=False, name=None))
    assert len(older[answers["hallazgo_id"][0]]) == 10
    old = answers.assign(hallazgo_id=answers["hallazgo_id"].map(older))
    pd.testing.assert_frame_equal(
        settle_answers(quarter.hallazgos, old), settle_answers(quarter.hallazgos, answers), check_dtype=False
    )


def test_reports_say_the_answers_and_what_is_gone(quarter, book):
    plain = poa.show.findings(quarter.unit("303")).text
    assert "Respuesta de la unidad" not in plain
    fixed = quarter.hallazgos.drop(index=quarter.hallazgos.query("regla == 'cifras-identicas'").index)
    told = answered(dataclasses.replace(quarter, hallazgos=fixed.reset_index(drop=True)), fill(book, ALL))
    for shown in (told.unit("303"), told):
        text = poa.show.findings(shown).text
        assert "| dice corregido, y sigue (Ana Paz, jefa, 2023-04-12)" in text
        assert f"| se confirma el dato: {REASON} (Ana Paz, jefa, 2023-04-12)" in text
        gone = text[text.index("Hallazgos que ya no aparecen") :]
        assert gone.count("no procede: Es de otra área") == 1
    other = poa.show.findings(told.unit("305")).text
    assert "libro no devuelto" in other
    assert "Ana Paz" not in other


def test_a_new_workbook_keeps_the_answer_that_stands_and_asks_again_what_does_not(quarter, book, tmp_path):
    told = answered(quarter, fill(book, ALL))
    write_observations(told, tmp_path)
    again = tmp_path / "observaciones" / "303.xlsx"
    sheet = openpyxl.load_workbook(again)["Observaciones"]
    columns = place_columns(sheet)
    names = ("estado", "anterior", "respuesta", "motivo")
    rows = [[sheet[f"{columns[name]}{row}"].value for name in names] for row in range(7, 11)]
    who = "(Ana Paz, jefa, 2023-04-12)"
    assert rows == [
        ["dice corregido, y sigue", f"corregido {who}", None, None],
        ["respondido", f"se confirma el dato: {REASON} {who}", "se confirma el dato", REASON],
        ["sin respuesta", None, None, None],
        ["respondido", f"no procede: Es de otra área {who}", "no procede", "Es de otra área"],
    ]
    assert sheet[f"{columns['estado']}7"].protection.locked
    (tmp_path / "ejecucion").mkdir()
    write_results(told, tmp_path / "ejecucion")
    saved = pd.read_csv(tmp_path / "ejecucion" / "datos" / "respuestas.csv", dtype=str)
    assert saved.columns.tolist() == ANSWER_COLUMNS
    assert len(saved) == len(list_asked(quarter.hallazgos))
    states = settle(quarter, again).query("unidad_id == '303'")["estado"].tolist()
    assert states == ["sin respuesta", "respondido", "sin respuesta", "respondido", "sin respuesta"]


def test_answers_outlive_a_changed_line_and_a_changed_value(tmp_path):
    source = open_params(GERENCIA)
    made = make_quarter(source, make_plan([(10, 20), (10, 10), (10, 10)]))
    path = tmp_path / "u.xlsx"
    path.write_bytes(make_observations(made.unit("u")))
    fill(path, {0: ("se confirma el dato", REASON)})
    plan = make_plan([(10, 25), (10, 10), (10, 10)], fuente="plan-2.xlsx!Otra!A99")
    later = make_quarter(source, plan)
    assert later.hallazgos["mensaje"].iloc[0] != made.hallazgos["mensaje"].iloc[0]
    assert later.hallazgos["fuente"].iloc[0] != made.hallazgos["fuente"].iloc[0]
    assert settle(later, path)["estado"].tolist() == ["respondido"]


def test_the_ids_of_findings_are_unique_in_every_sample():
    for path in sorted((ROOT / "params").glob("*.yaml")):
        asked = list_asked(open_params(path.stem).hallazgos)
        assert asked["hallazgo_id"].is_unique, path.stem


def test_findings_that_share_an_id_are_asked_as_one(quarter):
    found = quarter.hallazgos.iloc[[0, 0, 1]].assign(mensaje=["Uno.", "Dos.", "Tres."])
    assert list_asked(found)["mensaje"].tolist() == ["Uno. Dos.", "Tres."]


def test_a_later_quarter_holds_and_its_blanks_erase_nothing(quarter, book, tmp_path):
    later = dataclasses.replace(quarter, params=quarter.params.model_copy(update={"trimestre": 2}))
    second = tmp_path / "t2.xlsx"
    second.write_bytes(make_observations(later.unit("303")))
    fill(book, ALL)
    fill(second, {0: ("no procede", "Ya se explicó")})
    for order in ((book, second), (second, book)):
        assert read(quarter, *order, trimestre=2)["respuesta"].fillna("").tolist() == [
            "no procede",
            "se confirma el dato",
            "",
            "no procede",
            "",
        ]
    assert "un libro del trimestre 2; se evalúa el trimestre 1" in refuse(quarter, second)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_a_workbook_saved_by_libreoffice_is_read(quarter, book, tmp_path, suffix):
    expected = settle(quarter, fill(book, ALL))
    home, out = f"-env:UserInstallation=file://{tmp_path}/lo", tmp_path / "lo-out"
    command = ["soffice", "--headless", home, "--convert-to", suffix, "--outdir", str(out), str(book)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = settle(quarter, out / f"303.{suffix}")
    pd.testing.assert_frame_equal(found.drop(columns="libro"), expected.drop(columns="libro"))


# --- what is refused


@pytest.mark.parametrize(
    ("answers", "edits", "told"),
    [
        ({}, {"hallazgo_id_8": "abc"}, "celda A8: «abc» no es una clave de este libro: se alteró"),
        ({1: ("corregido", None)}, {"hallazgo_id_8": None}, "celda A8: una fila llenada sin su clave"),
        (
            {1: ("tal vez", "x")},
            {},
            "celda J8: «tal vez», que no es una de las respuestas; elija corregido, se confirma",
        ),
        ({0: ("se confirma el dato", " ")}, {}, "celda K7: ningún motivo para «se confirma el dato»"),
        ({2: ("NO PROCEDE", None)}, {}, "celda K9: ningún motivo para «no procede»"),
        ({2: (None, "Así es")}, {}, "celda J9: un motivo sin respuesta"),
        ({2: ("corregido", "=así")}, {}, "celda K9: «#FÓRMULA SIN VALOR», una fórmula donde va un texto"),
        ({}, {"mensaje_9": "Otra cosa"}, "celda I9: una observación que no es la de la clave"),
        ({}, {"motivo_6": "Razón"}, "celda K6: «Razón» donde va el encabezado «Motivo»; repóngalo"),
    ],
)
def test_what_is_wrong_is_told_by_cell(quarter, book, answers, edits, told):
    message = refuse(quarter, fill(book, answers, **edits))
    assert message.startswith("FormatoError: 303.xlsx\n")
    assert f"hoja «Observaciones» · {told}" in message
    assert "qué hacer" in message


def test_a_formula_for_who_answers_is_told_by_cell(quarter, book):
    opened = openpyxl.load_workbook(fill(book, ALL))
    opened["Observaciones"]["D4"] = "=Ana"
    opened.save(book)
    assert "celda D4: «#FÓRMULA SIN VALOR», una fórmula donde va un texto" in refuse(quarter, book)


def test_a_repeated_key_and_all_faults_are_told_at_once(quarter, book):
    key = openpyxl.load_workbook(book)["Observaciones"]["A7"].value
    message = refuse(quarter, fill(book, {2: ("quizá", None)}, hallazgo_id_8=key))
    assert "celda A8: la misma clave que la celda A7: una fila repetida" in message
    assert "celda J9: «quizá»" in message


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"institucion": "Otra"}, "un libro de «Gerencia Comercial»; el plan es de «Otra»"),
        ({"ejercicio": 2024}, "un libro del ejercicio 2023; el plan es de 2024"),
        ({"unidades": make_table("unidades", [])}, "la unidad «303», que no está en el plan"),
    ],
)
def test_a_workbook_of_another_plan_is_refused(quarter, book, change, told):
    if "unidades" in change:
        quarter = dataclasses.replace(quarter, plan=make_plan([(1, 1)]))
        assert told in refuse(quarter, book)
    else:
        assert told in refuse(dataclasses.replace(quarter, plan=dataclasses.replace(quarter.plan, **change)), book)


def test_who_answers_is_read_from_a_renamed_sheet(quarter, book):
    opened = openpyxl.load_workbook(fill(book, ALL))
    opened["Observaciones"].title = "Hoja1"
    opened.save(book)
    said = read(quarter, book).dropna(subset="respuesta")
    assert set(said["responde"]) == {"Ana Paz, jefa"}
    assert said["fecha"].notna().all()


def test_a_workbook_without_its_hidden_sheet_is_refused_plainly(quarter, book):
    opened = openpyxl.load_workbook(fill(book, ALL))
    del opened["_poa_eval"]
    opened.save(book)
    told = refuse(quarter, book)
    assert "sin la hoja oculta" in told
    assert "None" not in told


def test_a_second_workbook_of_a_unit_and_quarter_is_refused(quarter, book, tmp_path):
    other = fill(book, ALL, to=tmp_path / "otro.xlsx")
    assert "un segundo libro de la misma unidad y trimestre; el primero es «303.xlsx»" in refuse(quarter, book, other)


def test_a_filled_workbook_in_the_folder_of_a_run_is_not_replaced(quarter, tmp_path):
    write_observations(quarter, tmp_path)
    refuse_filled(tmp_path)
    fill(tmp_path / "observaciones" / "305.xlsx", ALL)
    with pytest.raises(ArchivoError, match=r"305\.xlsx(.|\n)*quizá ya llenado(.|\n)*respuestas:"):
        refuse_filled(tmp_path)


# --- in a quarter


def prepare(tmp_path, *names, **values):
    """Open the sample quarter with answers, as a notebook does: from plain values."""
    plain = open_params(GERENCIA).params.plain() | {"respuestas": list(names)} | values
    params = make_params(plain)
    assert make_params(params.plain()) == params
    return poa.prepare_quarter(params, ROOT)


def test_answers_named_in_the_params_reach_institution_and_unit(quarter, book, tmp_path):
    returned = tmp_path / "devueltos"
    returned.mkdir()
    fill(book, ALL, to=returned / "303.xlsx")
    (returned / "~$303.xlsx").write_text("lock", encoding="utf-8")
    (returned / "leame.txt").write_text("notas", encoding="utf-8")
    told = prepare(tmp_path, str(returned))
    pd.testing.assert_frame_equal(told.respuestas, settle(quarter, returned / "303.xlsx"))
    assert told.fuentes["layout"].tolist() == ["gerencia-comercial-poa", "observaciones"]
    assert told.unit("303").respuestas["unidad_id"].unique().tolist() == ["303"]
    assert told.unit("303").fuentes["layout"].tolist() == ["gerencia-comercial-poa", "observaciones"]
    assert told.unit("304").fuentes["layout"].tolist() == ["gerencia-comercial-poa"]


def test_what_is_no_observation_workbook_is_refused(quarter, book, tmp_path):
    plan = str(ROOT / "data" / "gerencia-comercial-2023" / "poa-2023-t1.xlsx")
    captured = str(write_capture(quarter.plan, 1, tmp_path / "captura")[0])
    (tmp_path / "nada").mkdir()
    for name, error, told in (
        (plan, FormatoError, "un documento que no es un libro de observaciones"),
        (captured, FormatoError, "un libro de captura(.|\n)*nómbrelo en `fuentes:`"),
        (str(tmp_path / "nada"), ArchivoError, "una carpeta sin libros de cálculo"),
        (str(tmp_path / "no-hay.xlsx"), ArchivoError, r"no-hay\.xlsx"),
    ):
        with pytest.raises(error, match=told):
            prepare(tmp_path, name)
    with pytest.raises(PoaError, match="un libro de observaciones(.|\n)*nómbrelo en `respuestas:`"):
        prepare(tmp_path, fuentes=[{"archivo": plan}, {"archivo": str(book)}])
    with pytest.raises(ParamsError, match="«respuestas»"):
        make_params(quarter.params.plain() | {"respuestas": "303.xlsx"})
