"""Capture workbooks: written for each unit, filled in, saved by whatever program, merged by id, measured."""

import dataclasses
import datetime as dt
import functools
import shutil
import subprocess
import tempfile

import openpyxl
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import poa_eval as poa
from places import ROOT, list_texts
from poa_eval.cli import commands as cli
from poa_eval.errors import ArchivoError, ConflictoError, FormatoError
from poa_eval.forms.capture import CAUSES, HEADINGS, list_owed, write_capture
from poa_eval.forms.capture_reader import apply_captures
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.readers.formats import read_raw
from poa_eval.readers.marker import find_kind
from poa_eval.text.names import shorten_id

MONTHLY, HALF_YEARLY = {1, 8}, 5
HEAD = 6


def make_treasury(institucion="Hacienda Municipal", unidades=("hacienda",)):
    """A plan without figures: per unit 14 activities, 11 due each quarter, 2 each month, 1 each half-year."""
    activities, dates = [], []
    for unit in unidades:
        for n in range(1, 15):
            frequency, step = (
                ("Mensual", 1) if n in MONTHLY else ("Semestral", 6) if n == HALF_YEARLY else ("Trimestral", 3)
            )
            activity = {"actividad_id": f"{unit}-{n:02}", "unidad_id": unit, "codigo": str(n), "frecuencia": frequency}
            activity |= {
                "actividad": f"Actividad número {n}",
                "meta_texto": f"Propósito {n}",
                "fuente": f"poa.txt:L{n}",
            }
            activities.append(
                activity | {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma"}
            )
            dates += [
                {"actividad_id": activity["actividad_id"], "mes": m, "origen": "frecuencia"}
                for m in range(step, 13, step)
            ]
    return Plan(
        institucion,
        2024,
        "es_MX",
        unidades=make_table("unidades", [{"unidad_id": unit, "unidad": f"Dirección {unit}"} for unit in unidades]),
        actividades=make_table("actividades", activities),
        calendario=make_table("calendario", dates),
    )


def make_numeric(rows, unit="obras", **about):
    """A plan of one unit with figures: per activity its (month, length, programmed, executed)."""
    kept = {
        "sentido": "ascendente",
        "acumulacion": "suma",
        "acumulacion_programado": "suma",
        "unidad_medida": "visitas",
    }
    return Plan(
        "Municipio",
        2024,
        "es_PE",
        unidades=make_table("unidades", [{"unidad_id": unit, "unidad": "Obras"}]),
        actividades=make_table(
            "actividades",
            [{"actividad_id": key, "unidad_id": unit, "actividad": f"Visita {key}"} | kept | about for key in rows],
        ),
        avances=make_table(
            "avances",
            [
                {"actividad_id": key, "mes": m, "meses": n, "programado": p, "ejecutado": e}
                | {"origen": "leido", "fuente": f"plan.xlsx!Hoja!C{m}"}
                for key, periods in rows.items()
                for m, n, p, e in periods
            ],
        ),
    )


def fill(path, answers, to=None, **edits):
    """Fill the rows: `answers` is a function of (id, month) that returns column → value; `edits` cell → value."""
    book = openpyxl.load_workbook(path)
    sheet = book["Captura"]
    names = {text: name for name, text in HEADINGS.items()}
    columns = {names[cell.value]: cell.column for cell in sheet[HEAD]}
    for row in range(HEAD + 1, sheet.max_row + 1):
        said = answers(sheet.cell(row, 1).value, sheet.cell(row, 2).value) or {}
        for name, value in said.items():
            sheet.cell(row, columns[name], value)
    for cell, value in edits.items():
        sheet[cell] = value
    book.save(to or path)
    return to or path


def find_cell(path, actividad_id, name, month=None):
    """Return the address of an activity's cell in the sheet that is filled in."""
    sheet = openpyxl.load_workbook(path)["Captura"]
    column = next(cell.column_letter for cell in sheet[HEAD] if cell.value == HEADINGS[name])
    rows = [r for r in range(HEAD + 1, sheet.max_row + 1) if sheet.cell(r, 1).value == actividad_id]
    return f"{column}{next(r for r in rows if month in (None, sheet.cell(r, 2).value))}"


def merge(plan, *paths, trimestre=1, **options):
    return apply_captures(plan, [read_raw(path) for path in paths], trimestre=trimestre, **options)


def measure(plan, trimestre=1, perfil="realizadas"):
    return poa.measure(plan, trimestre, perfil=perfil)


def all_done(*_):
    return {"realizada": "Sí"}


@pytest.fixture
def plan():
    return make_treasury()


@pytest.fixture
def book(plan, tmp_path):
    return write_capture(plan, 1, tmp_path)[0]


# --- what is written


def test_every_due_period_of_the_quarter_has_a_row(plan):
    owed = list_owed(plan, 1)
    assert len({item.actividad_id for item in owed}) == 13
    assert [item.periodo for item in owed if item.actividad_id == "hacienda-01"] == ["enero", "febrero", "marzo"]
    assert [len({i.actividad_id for i in list_owed(plan, q)}) for q in (1, 2, 3, 4)] == [13, 14, 13, 14]
    assert {item.periodo for item in list_owed(plan, 2) if item.actividad_id == "hacienda-05"} == {"I semestre"}


def test_the_workbook_says_what_to_do_and_opens_only_what_is_filled_in(book):
    opened = openpyxl.load_workbook(book)
    assert opened.sheetnames == ["Instrucciones", "Captura", "_poa_eval"]
    assert [sheet.sheet_state for sheet in opened] == ["visible", "visible", "veryHidden"]
    assert all(sheet.protection.sheet and not sheet.protection.password for sheet in opened)
    text = "\n".join(str(cell.value) for row in opened["Instrucciones"] for cell in row if cell.value)
    assert "I trimestre de 2024" in text
    assert "31 de marzo de 2024" in text
    assert "Actividad número 5 (vence: I semestre, II semestre)" in text
    sheet = opened["Captura"]
    shown = [
        HEADINGS[name] for name in ("codigo", "actividad", "meta_texto", "periodo", "realizada", "causa", "comentario")
    ]
    assert [cell.value for cell in sheet[HEAD]][3:] == shown
    hidden = [(dimension.min, dimension.max) for dimension in sheet.column_dimensions.values() if dimension.hidden]
    assert hidden == [(1, 3)]
    unlocked = {
        cell.column_letter for row in sheet.iter_rows(min_row=HEAD + 1) for cell in row if not cell.protection.locked
    }
    assert unlocked == {"H", "I", "J"}
    assert not [cell for row in sheet.iter_rows(max_row=HEAD) for cell in row if not cell.protection.locked]
    assert sheet.freeze_panes == f"A{HEAD + 1}"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    setup = sheet.page_setup
    assert (setup.orientation, setup.fitToWidth or 1, setup.fitToHeight) == ("landscape", 1, 0)
    checks = {str(check.sqref): check.formula1 for check in sheet.data_validations.dataValidation}
    assert checks == {"H7:H23": '"Sí,No"', "I7:I23": f'"{",".join(CAUSES)}"'}
    assert max(len(check.formula1) for check in sheet.data_validations.dataValidation) <= 255


def test_a_number_cell_takes_only_numbers_from_zero_on(tmp_path):
    path = write_capture(make_numeric({"a": [(3, 3, 10, None)]}), 1, tmp_path)[0]
    checks = openpyxl.load_workbook(path)["Captura"].data_validations.dataValidation
    number = next(check for check in checks if check.type == "decimal")
    assert (number.operator, number.formula1, number.allow_blank) == ("greaterThanOrEqual", "0", True)
    assert "número de 0 en adelante" in number.error


def test_the_same_plan_gives_the_same_bytes_and_a_filled_book_is_not_overwritten(plan, tmp_path):
    first, again = (write_capture(plan, 1, tmp_path / name)[0] for name in "ab")
    assert first.read_bytes() == again.read_bytes()
    assert write_capture(plan, 1, tmp_path / "a") == [first]
    fill(first, all_done)
    filled = first.read_bytes()
    with pytest.raises(ArchivoError, match="quizá ya llenado"):
        write_capture(plan, 1, tmp_path / "a")
    assert first.read_bytes() == filled


@pytest.mark.parametrize("start", ["=1+1", "+5 obras", "-3 quejas", "@todos", "#DIV/0!"])
def test_text_that_looks_like_a_formula_stays_text(start, tmp_path):
    plan = make_treasury()
    named = plan.actividades.assign(actividad=start + " en el año\x07")
    plan = dataclasses.replace(plan, actividades=named.astype(plan.actividades.dtypes))
    path = write_capture(plan, 1, tmp_path)[0]
    cell = openpyxl.load_workbook(path)["Captura"][f"E{HEAD + 1}"]
    assert (cell.value, cell.data_type) == (start + " en el año", "s")
    fill(path, all_done)
    assert measure(merge(plan, path)).institucion["cumplidas_trimestre"].item() == 13


@pytest.mark.parametrize("unit", ["../../fuera", "a" * 300, 'x"y/z', "CON"])
def test_an_odd_unit_stays_in_its_folder(unit, tmp_path):
    plan = make_treasury(unidades=(unit,))
    path = write_capture(plan, 1, tmp_path / "libros")[0]
    assert path.resolve().parent == (tmp_path / "libros").resolve()
    assert len(path.name) < 100
    fill(path, all_done)
    assert measure(merge(plan, path)).institucion["cumplidas_trimestre"].item() == 13


# --- the round trip


def test_all_done_is_thirteen_of_thirteen(plan, book):
    merged = merge(plan, fill(book, all_done))
    evaluation = measure(merged)
    whole = evaluation.institucion.iloc[0]
    assert (whole["evaluadas_trimestre"], whole["cumplidas_trimestre"], whole["sin_reporte_trimestre"]) == (13, 13, 0)
    assert whole["proporcion_cumplidas_trimestre"] == 100
    assert whole["cobertura_reporte_trimestre"] == 100
    assert whole["no_programadas_trimestre"] == 1
    half = evaluation.actividades.set_index("actividad_id").loc["hacienda-05"]
    assert half["estado_trimestre"] == "no programada"
    assert len(merged.avances) == 11 + 2 * 3
    assert merged.avances["fuente"].iloc[0] == f"hacienda.xlsx!Captura!{find_cell(book, 'hacienda-01', 'realizada')}"


def test_some_done_divides_by_all_that_was_due(plan, book):
    """9 done, 2 not, and of the monthly ones 1 done in two months of three, 1 reported for January only."""

    def answers(key, month):
        if key == "hacienda-01":
            return {"realizada": "No" if month == 2 else "sí"}
        if key == "hacienda-08":
            return {"realizada": "SI"} if month == 1 else None
        said = {"causa": "Presupuesto", "comentario": "Se aplazó la compra"}
        return {"realizada": "No"} | said if key in ("hacienda-02", "hacienda-03") else all_done()

    merged = merge(plan, fill(book, answers))
    evaluation = measure(merged)
    whole = evaluation.institucion.iloc[0]
    assert (whole["evaluadas_trimestre"], whole["cumplidas_trimestre"], whole["sin_reporte_trimestre"]) == (12, 9, 1)
    assert whole["proporcion_cumplidas_trimestre"] == pytest.approx(9 / 13 * 100)
    neutral = measure(merged, perfil="neutro").institucion.iloc[0]
    assert neutral["proporcion_cumplidas_trimestre"] == pytest.approx(9 / 12 * 100)
    rows = evaluation.actividades.set_index("actividad_id")
    assert rows.loc["hacienda-01", "cumplimiento_trimestre"] == pytest.approx(200 / 3)
    assert not rows.loc["hacienda-01", "meta_cumplida_trimestre"]
    assert (rows.loc["hacienda-08", "estado"], rows.loc["hacienda-08", "motivo"]) == ("sin reporte", "falta feb, mar")
    assert rows.loc["hacienda-02", "cumplimiento_trimestre"] == 0
    said = merged.avances.set_index("actividad_id").loc["hacienda-02", "comentario"]
    assert said == "Causa: Presupuesto. Se aplazó la compra"


def test_none_reported_is_not_zero_and_is_divided_by_thirteen(plan, book):
    evaluation = measure(merge(plan, book))
    rows = evaluation.actividades.set_index("actividad_id")
    assert (rows.drop("hacienda-05")["estado"] == "sin reporte").all()
    assert rows["cumplimiento_trimestre"].isna().all()
    whole = evaluation.institucion.iloc[0]
    assert (whole["evaluadas_trimestre"], whole["sin_reporte_trimestre"]) == (0, 13)
    assert pd.isna(whole["proporcion_cumplidas_trimestre"])
    assert whole["cobertura_reporte_trimestre"] == 0
    assert pd.isna(whole["promedio_topado_trimestre"])
    assert evaluation.perfil.count_base(0, 13) == 13
    assert "también lo no reportado" in evaluation.perfil.formula_proporcion
    found = poa.check(evaluation.plan, corte=dt.date(2024, 3, 31))
    assert len(found.query("regla == 'periodo-sin-reporte'")) == 17


def test_without_a_capture_a_plan_stays_not_evaluable(plan):
    for quarter in (1, 4):
        whole = measure(plan, quarter).institucion.iloc[0]
        assert (whole["no_evaluables_acumulado"], whole["sin_reporte_acumulado"]) == (14, 0)


def test_a_unit_that_files_nothing_lacks_its_reports_where_another_files(tmp_path):
    plan = make_treasury(unidades=("hacienda", "catastro"))
    paths = write_capture(plan, 1, tmp_path)
    evaluation = measure(merge(plan, fill(paths[0], all_done)))
    units = evaluation.unidades.set_index("unidad_id")
    assert units["cumplidas_trimestre"].to_dict() == {"hacienda": 13, "catastro": 0}
    assert units["sin_reporte_trimestre"].to_dict() == {"hacienda": 0, "catastro": 13}


def test_two_quarters_give_figures_to_date_and_the_second_alone_does_not(plan, tmp_path):
    books = [fill(write_capture(plan, q, tmp_path / str(q))[0], all_done) for q in (1, 2)]
    whole = measure(merge(plan, *books, trimestre=2), 2).institucion.iloc[0]
    assert (whole["cumplidas_acumulado"], whole["cumplidas_trimestre"]) == (14, 14)
    alone = measure(merge(plan, books[1], trimestre=2), 2)
    assert alone.institucion["cumplidas_trimestre"].item() == 14
    rows = alone.actividades.set_index("actividad_id")
    assert rows["motivo"].str.contains("falta el documento del I trimestre").sum() == 13
    assert rows.loc["hacienda-05", "estado"] == "cumplida"


def test_an_activity_without_calendar_is_neither_asked_nor_due(tmp_path):
    plan = make_treasury()
    plan = dataclasses.replace(
        plan, calendario=plan.calendario[plan.calendario["actividad_id"] != "hacienda-14"].reset_index(drop=True)
    )
    path = write_capture(plan, 1, tmp_path)[0]
    text = [cell.value for row in openpyxl.load_workbook(path)["Instrucciones"] for cell in row]
    assert "Actividad número 14" in text[text.index("Sin meta por periodo ni calendario en el plan: no se piden") :]
    rows = measure(merge(plan, fill(path, all_done))).actividades.set_index("actividad_id")
    assert (rows.loc["hacienda-14", "estado"], rows.loc["hacienda-14", "motivo"]) == (
        "no evaluable",
        "sin meta cuantificada",
    )


def test_marks_are_months_of_their_own(tmp_path):
    plan = make_treasury()
    marks = [{"actividad_id": "hacienda-01", "mes": m, "origen": "marca"} for m in (2, 3, 7)]
    activities = plan.actividades.assign(frecuencia=None).astype(plan.actividades.dtypes)
    plan = dataclasses.replace(plan, calendario=make_table("calendario", marks), actividades=activities)
    assert [(i.mes, i.meses) for i in list_owed(plan, 1)] == [(2, 1), (3, 1)]
    path = fill(write_capture(plan, 1, tmp_path)[0], all_done)
    assert measure(merge(plan, path)).institucion["cumplidas_trimestre"].item() == 1


BEHAVIOURS = [
    ("descendente", "suma", "suma"),
    ("regular", "suma", "suma"),
    ("ascendente", "ultimo", "ultimo"),
    ("ascendente", "ultimo", "suma"),
    ("descendente", "promedio", "promedio"),
    ("ascendente", "constante", "constante"),
]


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_answers_are_counted_whatever_the_figures_of_the_activity_mean(behaviour, tmp_path):
    """No, No, No of something that should fall is nothing done, not 200 %."""
    plan = make_treasury()
    columns = dict(zip(("sentido", "acumulacion", "acumulacion_programado"), behaviour, strict=True))
    about = columns | {"meta_anual": 500.0, "unidad_medida": "visitas"}
    plan = dataclasses.replace(plan, actividades=plan.actividades.assign(**about).astype(plan.actividades.dtypes))
    cases = (("No No No", 0, "crítica"), ("Sí Sí No", 200 / 3, None), ("Sí Sí Sí", 100, "cumplida"))
    for said, percent, state in cases:
        answers = lambda key, month: {"realizada": said.split()[month - 1]}  # noqa: B023, E731
        path = write_capture(plan, 1, tmp_path / said)[0]
        evaluation = measure(merge(plan, fill(path, answers)))
        row = evaluation.actividades.set_index("actividad_id").loc["hacienda-01"]
        assert row["cumplimiento_trimestre"] == row["cumplimiento_acumulado"] == pytest.approx(percent)
        assert row["programado_acumulado"] == 3
        assert state in (None, row["estado"])
        assert pd.isna(row["avance_anual"])
        assert evaluation.institucion["volumen_acumulado"].isna().all()


# --- figures


def test_figures_are_merged_into_the_programme(tmp_path):
    plan = make_numeric({"a": [(1, 1, 10, None), (2, 1, 0, None), (3, 1, 12, None)], "b": [(3, 3, 8.33, 5.5)]})
    path = write_capture(plan, 1, tmp_path)[0]
    given = {("a", 1): 10, ("a", 3): 6.5}
    said = lambda key, month: {"ejecutado": given[key, month]} if (key, month) in given else None  # noqa: E731
    merged = merge(plan, fill(path, said))
    rows = measure(merged, perfil="neutro").actividades.set_index("actividad_id")
    assert (rows.loc["a", "programado_trimestre"], rows.loc["a", "ejecutado_trimestre"]) == (22, 16.5)
    assert rows.loc["b", "ejecutado_trimestre"] == 5.5
    periods = merged.avances.set_index(["actividad_id", "mes"])["fuente"]
    assert periods["a", 1] == f"obras.xlsx!Captura!{find_cell(path, 'a', 'ejecutado', 1)}"
    assert periods["b", 3] == "plan.xlsx!Hoja!C3"


def test_an_unfilled_gerencia_changes_nothing_and_a_filled_one_completes_it(gerencia, tmp_path):
    before = poa.measure(gerencia, 1)
    paths = write_capture(gerencia, 1, tmp_path)
    assert [path.stem for path in paths] == list(gerencia.unidades["unidad_id"])
    same = poa.measure(merge(gerencia, *paths), 1)
    pd.testing.assert_frame_equal(same.actividades, before.actividades)
    pd.testing.assert_frame_equal(same.institucion, before.institucion)
    late = next(path for path in paths if path.stem == "308")
    answers = lambda _, month: {"programado": 4000, "ejecutado": 4000 + month} if month > 1 else None  # noqa: E731
    evaluation = poa.measure(merge(gerencia, fill(late, answers)), 1)
    row = evaluation.actividades.query("unidad_id == '308'").iloc[0]
    january = gerencia.avances.loc[gerencia.avances["actividad_id"] == row["actividad_id"], "ejecutado"].item()
    assert row["ejecutado_trimestre"] == january + 4002 + 4003
    assert row["estado_trimestre"] != "sin reporte"
    assert evaluation.institucion["sin_reporte_trimestre"].item() == 0


def test_a_workbook_with_the_ids_of_version_0_1_0_is_read(gerencia, tmp_path):
    path = next(path for path in write_capture(gerencia, 2, tmp_path) if path.stem == "306")
    fill(path, lambda *_: {"programado": 10, "ejecutado": 100})
    whole = poa.measure(merge(gerencia, path, trimestre=2), 2).actividades
    book = openpyxl.load_workbook(path)
    sheet = book["Captura"]
    for row in range(HEAD + 1, sheet.max_row + 1):
        sheet.cell(row, 1, shorten_id(sheet.cell(row, 1).value))
    book.save(path)
    assert poa.measure(merge(gerencia, path, trimestre=2), 2).actividades.equals(whole)


def test_a_quarter_that_no_document_covers_is_captured_with_its_programme(gerencia, tmp_path):
    """The documents end in March; the captured second quarter moves the cut-off."""
    paths = write_capture(gerencia, 2, tmp_path)
    answers = lambda *_: {"programado": 10, "ejecutado": 100}  # noqa: E731
    evaluation = poa.measure(merge(gerencia, *(fill(path, answers) for path in paths), trimestre=2), 2)
    assert evaluation.institucion["evaluadas_trimestre"].item() == 24
    assert evaluation.institucion["sin_reporte_trimestre"].item() == 0


def test_a_comment_without_figure_is_kept(tmp_path):
    plan = make_numeric({"a": [(1, 1, 10, 9)], "b": [(3, 3, 8, None)]})
    path = fill(write_capture(plan, 1, tmp_path)[0], lambda *_: {"causa": "Personal", "comentario": "En febrero"})
    merged = merge(plan, path)
    assert merged.avances["comentario"].tolist() == ["Causa: Personal. En febrero"] * 2
    assert merged.avances["ejecutado"].tolist()[0] == 9
    notes = merged.contexto.set_index("clave")["texto"]
    assert notes["comentario/a/2/1"] == "Causa: Personal. En febrero"
    assert measure(merged).actividades["motivo"].tolist() == ["falta feb, mar", "falta I trimestre"]


# --- what a workbook goes through


@functools.cache
def read_filled():
    """Return the plan and its filled workbook as read, once for all orders."""
    plan = make_treasury()
    with tempfile.TemporaryDirectory() as folder:
        answers = lambda key, month: {"realizada": "No" if month == 2 else "Sí", "comentario": key}  # noqa: E731
        return plan, read_raw(fill(write_capture(plan, 1, folder)[0], answers))


@functools.cache
def list_reported(document):
    """Return what a workbook reports, without the cells."""
    avances = apply_captures(read_filled()[0], [document], trimestre=1).avances
    return avances.drop(columns="fuente").sort_values(["actividad_id", "mes"], ignore_index=True)


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_the_order_of_rows_does_not_matter(data):
    _, filled = read_filled()
    sheet = next(sheet for sheet in filled.hojas if sheet.hoja == "Captura")
    rows = data.draw(st.permutations(sheet.filas[HEAD:]))
    blanks = data.draw(st.lists(st.integers(0, len(rows)), max_size=5))
    for at in blanks:
        rows.insert(at, (None,) * len(rows[0]))
    moved = dataclasses.replace(sheet, filas=(*sheet.filas[:HEAD], *rows))
    document = dataclasses.replace(filled, hojas=tuple(moved if s is sheet else s for s in filled.hojas))
    left, right = (list_reported(raw) for raw in (filled, document))
    pd.testing.assert_frame_equal(left, right)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_a_workbook_saved_by_libreoffice_merges(plan, book, tmp_path, suffix):
    """Filled, sorted backwards, widened, saved by another program."""
    fill(book, lambda key, month: {"realizada": "No" if key == "hacienda-02" else "Sí", "comentario": "=así"})
    opened = openpyxl.load_workbook(book)
    sheet = opened["Captura"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEAD + 1)]
    for number, values in enumerate(reversed(rows), start=HEAD + 1):
        for column, value in enumerate(values, start=1):
            sheet.cell(number, column, value).data_type = "s" if isinstance(value, str) else "n"
    sheet.column_dimensions["E"].width = 90
    opened.save(book)
    home, out = f"-env:UserInstallation=file://{tmp_path}/lo", tmp_path / "lo-out"
    command = ["soffice", "--headless", home, "--convert-to", suffix, "--outdir", str(out), str(book)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    whole = measure(merge(plan, out / f"hacienda.{suffix}")).institucion.iloc[0]
    assert (whole["cumplidas_trimestre"], whole["evaluadas_trimestre"]) == (12, 13)


# --- what is refused


def refuse(plan, *paths, error=FormatoError, **options):
    with pytest.raises(error) as caught:
        merge(plan, *paths, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("3,5", "«3,5», un texto con coma"),
        ("1.234,5", "un texto con coma"),
        ("12", "un número guardado como texto"),
        ("cuarenta", "un texto donde va un número"),
        (-2, "«-2», un número negativo"),
        ("=B2*3", "una fórmula sin valor"),
        ("95 %", "escriba solo el número: 95"),
        (True, "un texto donde va un número"),
        (dt.date(2024, 3, 5), "«2024-03-05»"),
    ],
)
def test_what_is_no_number_is_told_by_cell(value, told, tmp_path):
    plan = make_numeric({"a": [(3, 3, 10, None)]})
    path = fill(write_capture(plan, 1, tmp_path)[0], lambda *_: {"ejecutado": value})
    message = refuse(plan, path)
    cell = find_cell(path, "a", "ejecutado")
    assert f"obras.xlsx\n  se encontró   hoja «Captura» · celda {cell}: " in message
    assert told in message


def test_all_faults_are_told_at_once(tmp_path):
    plan = make_treasury(unidades=("hacienda", "catastro"))
    one, two = write_capture(plan, 1, tmp_path)
    fill(one, all_done, H8="quizá", A9="hacienda-99", B10=4, I11="=1/0")
    fill(two, lambda *_: None, A7="hacienda-01", J8="=más", H9=1)
    message = refuse(plan, one, two)
    for cell, told in (
        ("hacienda.xlsx · hoja «Captura» · celda H8", "escriba Sí o No"),
        ("hacienda.xlsx · hoja «Captura» · celda A9", "«hacienda-99 / 3 / 1» no es de este libro"),
        ("hacienda.xlsx · hoja «Captura» · celda A10", "no es de este libro"),
        ("hacienda.xlsx · hoja «Captura» · celda I11", "una fórmula donde va un texto"),
        ("catastro.xlsx · hoja «Captura» · celda A7", "es de la unidad hacienda"),
        ("catastro.xlsx · hoja «Captura» · celda J8", "una fórmula donde va un texto"),
        ("catastro.xlsx · hoja «Captura» · celda H9", "escriba Sí o No"),
    ):
        assert next(line for line in message.splitlines() if f"{cell}:" in line).count(told) == 1


def test_rows_whose_key_was_swapped_or_repeated_are_told(plan, book):
    """Sorting the visible columns alone moves each answer to another activity."""
    fill(book, all_done, A10="hacienda-03", A11="hacienda-02", A13="hacienda-04")
    message = refuse(plan, book)
    assert "celda E10: la fila dice «Actividad número 2» y su clave oculta es de «Actividad número 3»" in message
    assert "celda E11: la fila dice «Actividad número 3»" in message
    assert "celda A13" in message or "celda E13" in message
    fill(book, all_done, A10="hacienda-02", A11="hacienda-02", E11="Actividad número 2")
    assert "celda A11: la misma clave oculta que la celda A10" in refuse(plan, book)


def test_a_filled_row_without_its_key_is_told(plan, book):
    fill(book, all_done, A9=None, B9=None, C9=None)
    assert "celda A9: una fila llenada sin su clave oculta" in refuse(plan, book)


def test_a_second_book_of_a_unit_is_refused_unless_it_replaces(plan, book, tmp_path):
    fill(book, all_done)
    other = fill(book, lambda key, _: {"realizada": "No"} if key == "hacienda-02" else None, to=tmp_path / "otro.xlsx")
    message = refuse(plan, book, other)
    assert "otro.xlsx" in message.splitlines()[0]
    assert "un segundo libro de la misma unidad y trimestre; el primero es «hacienda.xlsx»" in message
    merged = merge(plan, book, other, replaces=[False, True])
    assert measure(merged).institucion["cumplidas_trimestre"].item() == 12
    assert poa.check(merged)["regla"].tolist().count("periodo-cambiado") == 1


@pytest.mark.parametrize("heading", ["Ejecutado 2024", None])
@pytest.mark.parametrize("name", ["ejecutado", "programado", "causa", "comentario", "actividad_id", "periodo"])
def test_an_altered_heading_is_told_by_cell(name, heading, tmp_path):
    plan = make_numeric({"a": [(3, 3, 10, None)]})
    path = write_capture(plan, 1, tmp_path)[0]
    cell = find_cell(path, "a", name).replace("7", str(HEAD))
    message = refuse(plan, fill(path, lambda *_: {"ejecutado": 9}, **{cell: heading}))
    said = f"«{heading}»" if heading else "una celda vacía"
    assert f"hoja «Captura» · celda {cell}: {said} donde va el encabezado «{HEADINGS[name]}»" in message
    assert "ninguna fila" not in message


@pytest.mark.parametrize("name", ["realizada", "comentario", "mes"])
def test_a_removed_column_is_told_by_cell(name, plan, book):
    fill(book, all_done)
    cell = find_cell(book, "hacienda-01", name)
    opened = openpyxl.load_workbook(book)
    opened["Captura"].delete_cols(opened["Captura"][cell].column)
    opened.save(book)
    assert f"celda {cell[0]}{HEAD}: " in refuse(plan, book)
    assert f"donde va el encabezado «{HEADINGS[name]}»" in refuse(plan, book)


def test_a_repeated_heading_is_told_by_cell(plan, book):
    fill(book, all_done, K6="¿Realizada?", K7="No")
    assert "celda K6: el encabezado «¿Realizada?» por segunda vez" in refuse(plan, book)


def test_a_heading_may_be_spelt_in_capitals_or_with_blanks(plan, book):
    fill(book, all_done, H6=" ¿REALIZADA? ")
    assert measure(merge(plan, book)).institucion["cumplidas_trimestre"].item() == 13


@pytest.mark.parametrize("place", [0, 2, 3])
@pytest.mark.parametrize("has_keys", [True, False])
def test_a_second_sheet_with_the_headings_is_told_by_its_name(place, has_keys, plan, book):
    opened = openpyxl.load_workbook(fill(book, all_done))
    copy = opened.copy_worksheet(opened["Captura"])
    copy.title = "Captura (2)"
    if not has_keys:
        copy.delete_cols(1, 3)
    opened.move_sheet(copy, place - opened.sheetnames.index(copy.title))
    opened.save(book)
    message = refuse(plan, book)
    assert "hoja «Captura (2)»: otra hoja con los encabezados de captura, además de «Captura»" in message


def test_a_cause_is_one_of_the_list_in_any_spelling(plan, book):
    fill(book, all_done, I7="TRAMITE DE TERCEROS", I8="Falta de dinero")
    message = refuse(plan, book)
    assert "celda I8: «Falta de dinero», una causa fuera de la lista; elija Presupuesto, " in message
    assert "I7" not in message
    merged = merge(plan, fill(book, all_done, I8=None))
    assert merged.avances["comentario"].dropna().tolist() == ["Causa: Trámite de terceros"]


def test_a_book_of_the_first_version_is_still_read(plan, book):
    """Its hidden sheet did not say which kind of book it was."""
    opened = openpyxl.load_workbook(fill(book, all_done))
    assert [cell.value for cell in opened["_poa_eval"][1]] == ["libro", "captura"]
    opened["_poa_eval"].delete_rows(1)
    opened.save(book)
    assert find_kind(read_raw(book)) == "captura"
    assert measure(merge(plan, book)).institucion["cumplidas_trimestre"].item() == 13


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"institucion": "Otra Hacienda"}, "un libro de «Hacienda Municipal»; el plan es de «Otra Hacienda»"),
        ({"ejercicio": 2025}, "un libro del ejercicio 2024; el plan es de 2025"),
    ],
)
def test_a_book_of_another_institution_or_year_is_refused(plan, book, change, told):
    assert told in refuse(dataclasses.replace(plan, **change), fill(book, all_done))


def test_a_book_of_a_later_quarter_or_of_no_unit_is_refused(plan, tmp_path):
    later = write_capture(plan, 2, tmp_path)[0]
    assert "un libro del trimestre 2; se evalúa el trimestre 1" in refuse(plan, later)
    path = write_capture(make_treasury(unidades=("catastro",)), 1, tmp_path)[0]
    assert "la unidad «catastro», que no está en el plan" in refuse(plan, path)


def test_a_figure_that_the_documents_contradict_names_both_cells(tmp_path):
    plan = make_numeric({"a": [(3, 3, 10, 7)]})
    path = fill(write_capture(plan, 1, tmp_path)[0], lambda *_: {"ejecutado": 8})
    message = refuse(plan, path, error=ConflictoError)
    assert f"celda {find_cell(path, 'a', 'ejecutado')}: dice 8, y plan.xlsx!Hoja!C3 dice 7" in message
    merged = merge(plan, path, replaces=[True])
    assert merged.avances["ejecutado"].item() == 8


def test_a_contradicted_figure_keeps_its_digits(tmp_path):
    plan = make_numeric({"a": [(3, 3, 2_000_000, 1_234_567)]})
    path = fill(write_capture(plan, 1, tmp_path)[0], lambda *_: {"ejecutado": 1_234_568})
    assert "dice 1234568, y plan.xlsx!Hoja!C3 dice 1234567" in refuse(plan, path, error=ConflictoError)


def test_the_programme_of_the_plan_is_not_changed_by_a_book(tmp_path):
    plan = make_numeric({"a": [(3, 3, 10, None)]})
    path = fill(write_capture(plan, 1, tmp_path)[0], lambda *_: {"programado": 5, "ejecutado": 5})
    assert "programado 5; el plan dice 10" in refuse(plan, path)


# --- in a quarter, and on the command line


@pytest.fixture
def project(tmp_path):
    """A project with a small plan in a workbook, its layout and its params."""
    for name in ("notebooks", "params", "data"):
        (tmp_path / name).mkdir()
    sheet = openpyxl.Workbook()
    sheet.active.append(["UNIDAD", "ACTIVIDAD", "MEDIDA", "P1", "P2", "P3", "P4", "E1", "E2", "E3", "E4"])
    sheet.active.append(["Obras", "Bacheo", "calles", 10, 10, 10, 10])
    sheet.active.append(["Catastro", "Visitas", "visitas", 5, 5, 5, 5])
    sheet.save(tmp_path / "data" / "plan.xlsx")
    quarters = {"programado": ["P1", "P2", "P3", "P4"], "ejecutado": ["E1", "E2", "E3", "E4"]}
    edition = {
        "clase": "tabla",
        "encabezado": {"filas": 1},
        "columnas": {"unidad": ["UNIDAD"], "actividad": ["ACTIVIDAD"], "unidad_medida": ["MEDIDA"]},
        "periodos": [{"columna": column, "encabezados": headings} for column, headings in quarters.items()],
    }
    layout = {
        "nombre": "prueba",
        "titulo": "Prueba",
        "institucion": "Municipio",
        "locale": "es_MX",
        "ediciones": {"2024": edition},
    }
    (tmp_path / "data" / "prueba.yaml").write_text(yaml.safe_dump(layout, allow_unicode=True), encoding="utf-8")
    write_params(tmp_path, {"archivo": "data/plan.xlsx", "layout": "data/prueba.yaml"})
    return tmp_path


def write_params(root, *sources):
    params = {"institucion": "Municipio", "ejercicio": 2024, "trimestre": 1, "fecha_corte": dt.date(2024, 3, 31)}
    path = root / "params" / "t1.yaml"
    path.write_text(yaml.safe_dump(params | {"fuentes": list(sources)}), encoding="utf-8")
    return path


def test_a_capture_named_in_the_params_is_merged(project, capsys):
    params = project / "params" / "t1.yaml"
    out = project / "data" / "captura"
    assert cli.main(["capture", str(params), "--out", str(out), "--limite", "2024-04-05"]) == 0
    paths = sorted(out.iterdir())
    assert capsys.readouterr().out.splitlines() == [str(out / f"{name}.xlsx") for name in ("obras", "catastro")]
    guide = [cell.value for row in openpyxl.load_workbook(paths[0])["Instrucciones"] for cell in row]
    assert any("5 de abril de 2024" in str(text) for text in guide)
    for path in paths:
        fill(path, lambda *_: {"ejecutado": 5})
    document = {"archivo": "data/plan.xlsx", "layout": "data/prueba.yaml"}
    captured = [{"archivo": f"data/captura/{name}.xlsx", "layout": "captura"} for name in ("obras", "catastro")]
    quarter = poa.prepare_quarter(poa.load_params(write_params(project, document, *captured)), project)
    assert quarter.fuentes["layout"].tolist() == ["prueba", "captura", "captura"]
    rows = quarter.evaluacion.actividades.set_index("unidad_id")
    assert rows["cumplimiento_trimestre"].to_dict() == {"obras": 50, "catastro": 100}
    assert set(quarter.unit("obras").plan.avances["ejecutado"].dropna()) == {5}
    assert not quarter.unit("obras").plan.contexto["clave"].str.contains("catastro").any()


def test_wrong_sources_of_a_capture_are_told(project):
    document = {"archivo": "data/plan.xlsx", "layout": "captura"}
    with pytest.raises(FormatoError, match="no es un libro de captura"):
        poa.prepare_quarter(poa.load_params(write_params(project, document)), project)
    params = project / "params" / "t1.yaml"
    write_params(project, {"archivo": "data/plan.xlsx", "layout": "data/prueba.yaml"})
    assert cli.main(["capture", str(params), "--out", str(project / "c")]) == 0
    with pytest.raises(poa.PoaError, match="un documento del plan"):
        poa.prepare_quarter(poa.load_params(write_params(project, {"archivo": "c/obras.xlsx"})), project)


def test_a_date_that_is_none_is_told(project, capsys):
    assert cli.main(["capture", str(project / "params" / "t1.yaml"), "--out", "x", "--limite", "5 de abril"]) == 2
    assert "una fecha AAAA-MM-DD" in capsys.readouterr().err


def test_help_is_spanish(capsys):
    assert cli.main(["capture", "--help"]) == 0
    assert "Uso: poa-eval capture" in capsys.readouterr().out


def test_a_capture_alone_is_no_plan(book, capsys):
    assert cli.main(["check", str(book)]) == 2
    assert "un libro de captura, que solo trae lo que reporta una unidad" in capsys.readouterr().err


def test_a_plain_workbook_is_no_capture(write_book):
    assert not find_kind(read_raw(write_book([["Actividad", "Ejecutado"], ["x", 1]])))


@pytest.mark.parametrize("path", list_texts("jocotepec-2024-poa"))
def test_the_plan_of_a_treasury_gives_its_printed_formula(path, tmp_path):
    """The document itself: 13 of its 14 activities fall due in the first quarter."""
    plan = poa.load(path)
    path = write_capture(plan, 1, tmp_path)[0]
    assert len({item.actividad_id for item in list_owed(plan, 1)}) == 13
    whole = measure(merge(plan, fill(path, all_done))).institucion.iloc[0]
    assert (whole["cumplidas_trimestre"], whole["evaluadas_trimestre"]) == (13, 13)
    assert whole["proporcion_cumplidas_trimestre"] == 100
    assert whole["no_programadas_trimestre"] == 1


def test_a_unit_with_nothing_to_fill_is_told_so(tmp_path, capsys):
    params = ROOT / "params" / "santiago-2017-t2.yaml"
    assert cli.main(["capture", str(params), "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert said.count("Nada que llenar en el libro de") == 2
    assert "el plan no dice qué vence" in said
