"""The workbook of a quarter: values a preview shows, formulas that give them again, and nothing that is not text."""

import csv
import io
import re
import subprocess
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from readings import read_case

import poa_eval as poa
from made import make_plan, make_quarter, open_params
from places import ROOT, need_program
from poa_eval.metrics.evaluability import CRITERIA, assess
from poa_eval.metrics.registry import FIGURES
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.reports.sections.activities import MET, PERCENT, SPANS, STATE
from poa_eval.runs.tables import write_tables
from poa_eval.workbook.book import write_book

SHIPPED = ("sat-2022-t4", "gerencia-comercial-2023-t1", "jocotepec-2024-t1")
ALWAYS = """<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item
oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"><value>0</value></prop></item>
</oor:items>"""
FILTER = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
KINDS = ("suma", "ultimo", "nivel", "promedio", "constante")
#: Programme, result, numerator and denominator of the months of a ratio; of the last there was no case.
RATIOS = [(80, 50, 1, 2), (80, 75, 3, 4), (90, 100, 7, 7), (80, 25, 2, 8), (85, 60, 6, 10), (85, None, 0, 0)]


def make_behaviours() -> poa.Quarter:
    """Return a second quarter with each way in which figures accumulate, fall, or are not there."""
    series = [(10, 9), (12, 14), (14, 13), (16, 12), (0, 2), (20, 21)]
    cases = {f"{how}-{goal}": {"acumulacion": how, "acumulacion_programado": goal} for how in KINDS for goal in KINDS}
    cases |= {
        f"baja-{how}": {"sentido": "descendente", "acumulacion": how, "acumulacion_programado": how} for how in KINDS
    }
    cases["baja-con-base"] = cases["baja-ultimo"] | {"linea_base": 40.0}
    to_zero = {f"a-cero-{how}": cases[f"baja-{how}"] | {"linea_base": 12.0} for how in KINDS}
    cases |= to_zero | {"a-cero-sin-base": cases["baja-nivel"]}
    ratio = {"acumulacion": "razon", "unidad_medida": "%"}
    cases["razon"] = ratio | {"acumulacion_programado": "razon"}
    cases["razon-sin-porcentaje"] = cases["razon"] | {"unidad_medida": "Puntos"}
    cases["razon-nivel"] = ratio | {"acumulacion_programado": "nivel"}
    cases["razon-a-cero"] = cases["razon"] | {"sentido": "descendente", "linea_base": 100.0}
    cases["regular"] = {"sentido": "regular"}
    silent = {"sin-ultimo-mes": series[:5] + [(20, None)], "sin-fila": series[:4], "sin-meta": [(None, 3)] * 6}
    silent |= {"cero-real": [(5, 0)] * 6, "sin-programa": [(0, None)] * 3 + [(0, 4)] * 3}
    cases |= dict.fromkeys(silent, {})
    silent |= {"meta-igual": [(90, 95), (90, 91), (90, 92), (90, 99), (90, 88), (90, None)]}
    silent |= {"meta-igual-baja": [(90, 95), (90, 91), (90, 92), (90, 99), (90, 88), (90, 97)]}
    silent |= dict.fromkeys([*to_zero, "a-cero-sin-base"], [(10, 9), (8, 8), (5, 6), (3, 4), (2, 2), (0, 1)])
    silent |= dict.fromkeys([name for name in cases if name.startswith("razon")], RATIOS)
    silent["razon-a-cero"] = [(0, *row[1:]) for row in RATIOS]
    silent["ultimo-ociosos"] = [(2, 1), (4, 3), (0, None), (6, 5), (8, 6), (0, 7)]
    cases["ultimo-ociosos"] = cases["ultimo-ultimo"]
    cases["meta-igual"] = cases["constante-constante"]
    cases["meta-igual-baja"] = cases["baja-constante"]
    activities, periods = [], []
    for number, (name, fields) in enumerate(cases.items()):
        base = make_plan(meta_anual=200.0, ponderacion=1.0 + number).actividades.to_dict("records")[0]
        activities.append(base | {"actividad_id": f"u-{name}", "actividad": name} | fields)
        told = {"actividad_id": f"u-{name}", "meses": 1, "origen": "leido"}
        columns = ("programado", "ejecutado", "numerador", "denominador")
        rows = silent.get(name, series)
        periods += [told | {"mes": m} | dict(zip(columns, row, strict=False)) for m, row in enumerate(rows, start=1)]
    plan = make_plan()
    tables = {"actividades": make_table("actividades", activities), "avances": make_table("avances", periods)}
    return make_quarter(open_params(SHIPPED[1]), replace(plan, **tables), 2)


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Return the folder with the workbooks, and their quarters."""
    folder = tmp_path_factory.mktemp("libros")
    quarters = {name: open_params(name) for name in SHIPPED} | {"conductas": make_behaviours()}
    quarters["cierre"] = make_quarter(open_params(SHIPPED[1]), read_case("meta-sin-programa"), 4)
    for name, quarter in quarters.items():
        write_book(quarter, folder / f"{name}.xlsx")
    return folder, quarters


@pytest.fixture(scope="session")
def books(written):
    """Return the workbooks with what a spreadsheet program computes and shows when it opens them."""
    soffice, folder = need_program("soffice"), written[0]
    (folder / "perfil" / "user").mkdir(parents=True)
    (folder / "perfil" / "user" / "registrymodifications.xcu").write_text(ALWAYS)
    altered = openpyxl.load_workbook(folder / "conductas.xlsx")
    altered["Periodos"].cell(5, find_column(altered["Periodos"], "Ejecutado")).value += 1
    altered.save(folder / "alterado.xlsx")
    command = [soffice, f"-env:UserInstallation={(folder / 'perfil').as_uri()}", "--headless", "--convert-to", FILTER]
    files = [str(path) for path in sorted(folder.glob("*.xlsx"))]
    subprocess.run([*command, "--outdir", str(folder), *files], check=True, capture_output=True, timeout=300)
    return written


def find_column(sheet, title: str) -> int:
    return 1 + [cell.value for cell in sheet[4]].index(title)


def read_shown(folder, book: str, sheet: str) -> list[dict[str, str]]:
    """Read the rows of a table as the program shows them."""
    with (folder / f"{book}-{sheet}.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))[3:]
    return [dict(zip(head, row, strict=True)) for row in rows]


def read_csv(tables: dict[str, pd.DataFrame], folder) -> dict[str, pd.DataFrame]:
    """Return tables as a run writes them."""
    write_tables(tables, folder)
    return {name: pd.read_csv(folder / f"{name}.csv", dtype={"unidad_id": str}) for name in tables}


def check_shown(shown: str, value: object) -> None:
    """Compare what is shown with a value, to the last digit shown."""
    text = shown.replace(",", "").replace("\N{NO-BREAK SPACE}%", "")
    if pd.isna(value):
        assert text == ""
    elif isinstance(value, str):
        assert shown == value
    else:
        digits = len(text.partition(".")[2])
        assert float(text) == pytest.approx(value, abs=0.5 * 10**-digits + 1e-9)


@pytest.mark.parametrize("name", SHIPPED[:2])
def test_sheets_show_the_figures_of_the_csvs(books, name, tmp_path):
    folder, quarters = books
    e = quarters[name].evaluacion
    found = {
        "actividades": e.actividades,
        "unidades": e.unidades,
        "institucion": e.institucion,
        "avances": e.plan.avances,
    }
    tables = read_csv(found, tmp_path)
    shown = {row["Clave"]: row for row in read_shown(folder, name, "Actividades")}
    assert len(shown) == len(tables["actividades"])
    words = {True: "sí", False: "no"}
    for row in tables["actividades"].to_dict("records"):
        cells = shown[row["actividad_id"]]
        for window, span in SPANS.items():
            tail = "_trimestre" * (window == "trimestre")
            check_shown(cells[f"Programado {span}"], row[f"programado_{window}"])
            check_shown(cells[f"Ejecutado {span}"], row[f"ejecutado_{window}"])
            check_shown(cells[PERCENT[window]], row[f"cumplimiento_{window}"])
            check_shown(cells[STATE[window]], row[f"estado{tail}"])
            check_shown(cells[MET[window]], words.get(row[f"meta_cumplida{tail}"]))
        check_shown(cells["Meta anual"], row["meta_anual"])
        check_shown(cells["Avance anual"], row["avance_anual"])
    rows = read_shown(folder, name, "Unidades")
    units = {row["Clave"]: row for row in rows if row["Clave"]}
    pairs = [(units[row["unidad_id"]], row) for row in tables["unidades"].to_dict("records")]
    pairs.append((rows[-1], tables["institucion"].iloc[0].to_dict()))
    for cells, row in pairs:
        for window, span in SPANS.items():
            for figure in FIGURES.values():
                check_shown(cells.get(f"{figure.label} {span}", ""), row[f"{figure.name}_{window}"])
    known = {(row["Clave"], row["Mes de cierre"]): row for row in read_shown(folder, name, "Periodos")}
    for row in tables["avances"].to_dict("records"):
        cells = known[row["actividad_id"], str(row["mes"])]
        check_shown(cells["Programado"], row["programado"])
        check_shown(cells["Ejecutado"], row["ejecutado"])
        check_shown(cells["Lugar en el documento"], row["fuente"])
    listed = {row["Clave del hallazgo"] for row in read_shown(folder, name, "Hallazgos")}
    assert listed == set(quarters[name].hallazgos["hallazgo_id"])


def test_a_plan_alone_shows_evaluability_calendar_and_investment(books, tmp_path):
    folder, quarters = books
    plan, name = quarters[SHIPPED[2]].plan, SHIPPED[2]
    table = read_csv({"evaluabilidad": assess(plan).actividades}, tmp_path)["evaluabilidad"].set_index("actividad_id")
    rows = read_shown(folder, name, "Evaluabilidad")
    assert len(rows) == len(table) == 14
    for row in rows:
        expected = table.loc[row["Clave"]]
        check_shown(row["Evaluabilidad"], expected["evaluabilidad"])
        for column, (title, _) in CRITERIA.items():
            assert row[title[:1].upper() + title[1:]] == ("sí" if expected[column] else "no")
    due = [
        row["Clave"] for row in read_shown(folder, name, "Calendario") if row["Marzo"] or row["Febrero"] or row["Enero"]
    ]
    assert len(due) == 13
    assert read_shown(folder, name, "Inversión")[-1]["Inversión"] == "2,190,000"
    names = openpyxl.load_workbook(folder / f"{name}.xlsx", read_only=True).sheetnames
    assert not {"Actividades", "Unidades", "Periodos", "Matriz"} & set(names)


@pytest.mark.parametrize("name", [*SHIPPED, "conductas", "cierre"])
def test_formulas_give_the_stored_figures_again(books, name):
    folder, _ = books
    rows = read_shown(folder, name, "Comprobación")
    assert {row["Resultado"] for row in rows} <= {"coincide", "sin cifra"}
    for row in rows:
        assert row["Recalculado"] == row["Guardado"]
        assert (row["Resultado"] == "coincide") == bool(re.match(r"-?\d", row["Guardado"]))
    met = sum(row["Resultado"] == "coincide" for row in rows)
    assert met > len(rows) / 2
    sheet = openpyxl.load_workbook(folder / f"{name}.xlsx", data_only=True)["Comprobación"]
    assert sheet["E2"].value == f"Coinciden {met}; difieren 0"
    for row, cells in zip(rows, sheet.iter_rows(min_row=5, values_only=True), strict=True):
        check_shown(row["Recalculado"], cells[4])  # what a preview shows, which computes nothing
        check_shown(row["Resultado"], cells[7])


def test_each_behaviour_is_proved_by_a_formula_and_each_gap_by_its_word(books):
    folder, quarters = books
    rows = read_shown(folder, "conductas", "Comprobación")
    table = quarters["conductas"].evaluacion.actividades.set_index("actividad_id")
    figures = {(row["Clave"], row["Cifra"]): row["Recalculado"] for row in rows}
    for key, row in table.iterrows():
        for window, span in SPANS.items():
            for figure in ("programado", "ejecutado"):
                if pd.notna(row[f"{figure}_{window}"]):
                    check_shown(figures[key, f"{figure.capitalize()} {span}"], row[f"{figure}_{window}"])
            if pd.notna(row[f"cumplimiento_{window}"]):
                check_shown(figures[key, PERCENT[window]], row[f"cumplimiento_{window}"])
    assert figures["u-sin-ultimo-mes", "Ejecutado en el trimestre"] == "sin reporte"
    assert figures["u-sin-fila", "Cumplimiento acumulado"] == "sin reporte"
    assert figures["u-sin-programa", "Cumplimiento acumulado"] == "no programada"
    assert figures["u-cero-real", "Cumplimiento acumulado"] == "0.0\N{NO-BREAK SPACE}%"
    assert figures["u-sin-meta", "Programado a la fecha"] == ""
    evaluated = table["cumplimiento_acumulado"].notna()
    assert evaluated.sum() >= len(KINDS) ** 2 + 2 * len(KINDS) + 6
    of_ratio = table.loc["u-razon"]
    assert of_ratio["ejecutado_acumulado"] == pytest.approx(100 * 19 / 31)
    assert of_ratio["programado_acumulado"] == pytest.approx((80 * 14 + 90 * 7 + 85 * 10) / 31)
    assert table.loc["u-razon-sin-porcentaje", "ejecutado_trimestre"] == pytest.approx(8 / 18)
    assert table.loc["u-a-cero-nivel", "cumplimiento_acumulado"] == pytest.approx(100 * (12 - 1) / 12)
    assert not table.loc["u-a-cero-sin-base", "meta_cumplida"]


def test_an_altered_period_is_told_apart(books):
    folder, _ = books
    rows = read_shown(folder, "alterado", "Comprobación")
    wrong = [row for row in rows if row["Resultado"] == "difiere"]
    assert {row["Cifra"] for row in wrong} == {"Ejecutado a la fecha"}
    assert [row["Diferencia"] for row in wrong] == ["1"]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Return the workbook of a plan whose texts read like formulas."""
    texts = ["=1+1", "+A1", "-2", "@SUM(A1)"]
    activities = make_plan().actividades.to_dict("records")
    rows = [activities[0] | {"actividad_id": f"u-{i}", "actividad": text} for i, text in enumerate(texts)]
    periods = [
        {
            "actividad_id": f"u-{i}",
            "mes": 1,
            "meses": 1,
            "programado": 2,
            "ejecutado": 1,
            "origen": "leido",
            "comentario": t,
        }
        for i, t in enumerate(texts)
    ]
    tables = {"actividades": make_table("actividades", rows), "avances": make_table("avances", periods)}
    source = open_params(SHIPPED[1])
    plan = replace(make_plan(unidad="=cmd|' /C calc'!A0"), institucion="Obras & servicios " * 20, **tables)
    path = tmp_path_factory.mktemp("hostil") / "evaluacion.xlsx"
    write_book(make_quarter(source, plan), path)
    return path, make_quarter(source, plan)


def test_no_text_becomes_a_formula(hostile):
    book = openpyxl.load_workbook(hostile[0])
    for sheet in book:
        allowed = sheet.title == "Comprobación"
        assert not [c.coordinate for row in sheet for c in row if c.data_type == "f" and not allowed]
    cells = [row[0] for row in book["Actividades"].iter_rows(min_row=5)]
    assert [cell.value for cell in cells] == ["=1+1", "+A1", "-2", "@SUM(A1)"]
    assert all(cell.quotePrefix for cell in cells)


def test_same_quarter_same_bytes(hostile, tmp_path):
    path, quarter = hostile
    write_book(quarter, tmp_path / "otra.xlsx")
    assert (tmp_path / "otra.xlsx").read_bytes() == path.read_bytes()


def test_pandas_opens_a_sheet_as_readme_shows(written):
    folder, quarters = written
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    said = re.search(r'`pd\.read_excel\("…/evaluacion\.xlsx", (.*)\)`', readme)
    table = pd.read_excel(folder / f"{SHIPPED[1]}.xlsx", **eval(f"dict({said[1]})"))
    figures = quarters[SHIPPED[1]].evaluacion.actividades.set_index("actividad_id")["cumplimiento_acumulado"]
    pd.testing.assert_series_equal(table.set_index("Clave")[PERCENT["acumulado"]], figures, check_names=False)


def test_sheets_are_set_up_for_reading_and_paper(written):
    folder, quarters = written
    quarter, book = quarters[SHIPPED[1]], openpyxl.load_workbook(folder / f"{SHIPPED[1]}.xlsx")
    names = [name for sheet in book for name in sheet.tables]
    assert len(names) == len(set(names)) >= 6
    assert "I trimestre de 2023" in book.properties.title
    assert book.properties.language == "es-MX"
    links = {cell.hyperlink.location.split("'")[1] for row in book["Portada"] for cell in row if cell.hyperlink}
    assert links == set(book.sheetnames) - {"Portada"}
    said = [str(row[0]) for row in book["Portada"].iter_rows(values_only=True) if row[0] and len(str(row[0])) > 20]
    assert len(said) == len(set(said)) > 20
    assert not [text for text in said if " | " in text]
    assert book["Portada"]["B3"].value.date() == quarter.evaluacion.fecha_corte
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert "&P" in sheet.oddFooter.right.text or "Página" in sheet.oddFooter.right.text
        if sheet.title != "Portada":
            assert sheet.freeze_panes
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert sheet.print_title_rows
            assert sheet.auto_filter.ref or sheet.tables
    assert book["Comprobación"].print_area.split("!")[1] == "$A$1:$H$2"  # on paper its verdict is enough
    rows = book["Hallazgos"].max_row - 4
    assert rows == len(quarter.hallazgos)
    assert "Respuesta de la unidad" not in [cell.value for cell in book["Hallazgos"][4]]


def test_findings_show_what_units_answered(tmp_path):
    quarter = open_params(SHIPPED[1])
    found = quarter.hallazgos[quarter.hallazgos["unidad_id"] == "303"].iloc[0]
    said = {
        "estado": "respondido",
        "respuesta": "se confirma el dato",
        "motivo": "consta en actas",
        "responde": "A. Paz",
    }
    answers = pd.DataFrame([found.to_dict() | said | {"fecha": None}])
    write_book(replace(quarter, respuestas=answers), tmp_path / "evaluacion.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "evaluacion.xlsx")["Hallazgos"]
    key, told = (find_column(sheet, title) for title in ("Clave del hallazgo", "Respuesta de la unidad"))
    shown = {row[key - 1]: row[told - 1] for row in sheet.iter_rows(min_row=5, values_only=True) if row[told - 1]}
    assert shown == {found["hallazgo_id"]: "se confirma el dato: consta en actas (A. Paz)"}


@pytest.mark.parametrize("name", SHIPPED)
def test_no_code_word_is_shown(name, written):
    with zipfile.ZipFile(written[0] / f"{name}.xlsx") as packed:
        texts = re.findall(r"<t[^>]*>([^<]*)</t>", packed.read("xl/sharedStrings.xml").decode())
    assert len(texts) > 50
    code = re.compile(r"\b(None|NaN|nan|True|False|<NA>)\b|\b[a-z]+_[a-z_]+\b")
    assert not [text for text in texts if code.search(text.replace("poa_eval", ""))]


def test_an_institution_without_figures_still_gets_a_book(tmp_path):
    empty = Plan("Municipio", 2024, "es_MX", unidades=make_table("unidades", [{"unidad_id": "u", "unidad": "Obras"}]))
    write_book(make_quarter(open_params(SHIPPED[2]), empty), tmp_path / "evaluacion.xlsx")
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "evaluacion.xlsx").read_bytes()))
    assert book.sheetnames[0] == "Portada"
