"""The next institution: a YAML alone reads other countries' tables, and each key of the language does what it says."""

import csv
import datetime as dt

import openpyxl
import pytest
import yaml

import poa_eval as poa
from made import make_quarter, open_params
from places import ROOT, list_tables
from poa_eval.layouts.catalog import read_layout
from poa_eval.metrics.due import find_corte
from poa_eval.text.names import normalize
from poa_eval.text.periods import parse_month

LAYOUTS = ROOT / "tests" / "tables"
WITH_TRUTH = {
    "gachancipa-co-plan-indicativo-2025.xlsx": "gachancipa-plan-indicativo",
    "nuestras-ciudades-pe-poi-2026.csv": "nuestras-ciudades-poi",
    "metepec-mx-pbrm-02a-2023.html": "metepec-pbrm-02a",
}
PERIODS = "ENE FEB MAR ABR MAY JUN JUL AGO SET OCT NOV DIC".split()


def name_period(ejercicio, mes, meses):
    return f"{ejercicio}-{mes:02}" if meses == 1 else f"{ejercicio}-T{mes // 3}"


@pytest.mark.parametrize("path", [table for name in WITH_TRUTH for table in list_tables(name)])
def test_a_table_of_another_institution_equals_its_truth(path):
    plan = poa.load(path, str(LAYOUTS / f"{WITH_TRUTH[path.name]}.yaml"))
    rows = plan.avances.merge(plan.actividades, on="actividad_id").merge(plan.unidades, on="unidad_id")
    columns = ["unidad", "actividad", "unidad_medida", "meta_anual", "mes", "meses", "programado", "ejecutado"]
    found = {}
    for row in rows[columns].astype(object).where(rows[columns].notna(), None).to_dict("records"):
        period = name_period(plan.ejercicio, row["mes"], row["meses"])
        key = normalize(row["unidad"]), row["actividad"], period  # one unit in two spellings is one
        assert key not in found
        found[key] = row
    truth = path.with_suffix("").with_suffix(".truth.csv").read_text(encoding="utf-8")
    assert len(truth.splitlines()) > 20
    for line in csv.DictReader(truth.splitlines()):
        row = found[normalize(line["unidad"]), line["actividad"], line["periodo"]]
        assert (row["unidad_medida"] or "") == line["unidad_medida"]
        for column in ("meta_anual", "programado", "ejecutado"):
            assert row[column] == (pytest.approx(float(line[column])) if line[column] else None), (line, column)


@pytest.mark.parametrize(
    ("path", "count"), list_tables("prosperidad-social-co-poa-2025.xlsx", excerpt=(20,), whole=(65,))
)
def test_no_figure_is_invented_where_a_table_has_none(path, count):
    plan = poa.load(path, str(LAYOUTS / "prosperidad-social-poa.yaml"))
    assert len(plan.actividades) == count
    assert plan.avances.empty
    assert plan.publicado.empty
    assert plan.actividades[["meta_anual", "linea_base", "inversion", "ponderacion"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("path", "cell", "count"),
    list_tables("gachancipa-co-plan-indicativo-2025.xlsx", excerpt=("A16", 20), whole=("A113", 212)),
)
def test_rows_of_a_table_that_are_left_out_are_said(path, cell, count):
    plan = poa.load(path, str(LAYOUTS / "gachancipa-plan-indicativo.yaml"))
    left = plan.contexto[plan.contexto["clave"] == "fila_ignorada"]
    assert left["fuente"].tolist() == [f"{path.name}!PI-NUEVO PDM!{cell}"]
    assert len(plan.actividades) == count


# Each key of the language, on a table made on the spot.


@pytest.fixture
def make_layout(tmp_path):
    """Write a layout of one edition and return its path."""

    def make(locale="es_MX", **edition):
        columns = {"unidad": "Unidad", "actividad": "Actividad"}
        content = {"nombre": "x", "titulo": "X", "institucion": "Municipio", "locale": locale}
        edition = {"clase": "tabla", "ejercicio": 2024, "columnas": columns} | edition
        content["ediciones"] = {"1": {key: value for key, value in edition.items() if value is not None}}
        path = tmp_path / "x.yaml"
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return str(path)

    return make


def series(plan, column="programado"):
    """Return activity → closing month → figure, blanks left out."""
    rows = plan.avances.merge(plan.actividades[["actividad_id", "actividad"]], on="actividad_id")
    found = {name: {} for name in rows["actividad"]}
    for row in rows[rows[column].notna()].to_dict("records"):
        found[row["actividad"]][row["mes"]] = row[column]
    return found


MONTH_NAMES = {
    "short": PERIODS,
    "mixed": "Enero FEB. mzo Abril mayo Jun julio AGO Setiembre oct Nov. DICIEMBRE".split(),
    "numbers": list(range(1, 13)),
    "padded": [f"{month:02}" for month in range(1, 13)],
    "portuguese": "Janeiro Fev Março Abr Maio Jun Julho Ago Setembro Out Nov Dezembro".split(),
}


@pytest.mark.parametrize("names", MONTH_NAMES)
def test_months_in_any_spelling(names, make_layout, write_book):
    group = ["Unidad", "Actividad", "Programado", *[None] * 11]
    rows = [group, [None, None, *MONTH_NAMES[names]], ["Obras", "Bacheo", *range(12)]]
    one = {"columna": "programado", "grupo": "Programado", "patron": "{mes}"}
    layout = make_layout(encabezado={"filas": 2}, periodos=[one])
    assert series(poa.load(write_book(rows), layout))["Bacheo"] == {month: month - 1 for month in range(1, 13)}


def test_initials_of_months_are_dealt_from_left_to_right(make_layout, write_book):
    initials = list("EFMAMJJASOND")
    group = ["Unidad", "Actividad", "Programado", *[None] * 11, "Ejecutado", *[None] * 11]
    rows = [group, [None, None, *initials * 2], ["Obras", "Bacheo", *range(24)]]
    both = [{"columna": c, "grupo": c, "encabezados": initials} for c in ("programado", "ejecutado")]
    for periodos in (both, [{k: v for k, v in s.items() if k != "grupo"} for s in both]):
        plan = poa.load(write_book(rows), make_layout(encabezado={"filas": 2}, periodos=periodos))
        assert series(plan)["Bacheo"] == {month: month - 1 for month in range(1, 13)}
        assert series(plan, "ejecutado")["Bacheo"] == {month: month + 11 for month in range(1, 13)}


def test_one_initial_short_is_no_year(make_layout, write_book):
    rows = [["Unidad", "Actividad", *"EFMAMJJASON"], ["Obras", "Bacheo", *range(11)]]
    layout = make_layout(periodos=[{"columna": "programado", "encabezados": list("EFMAMJJASOND")}])
    with pytest.raises(poa.PoaError, match="ningún encabezado «D»"):
        poa.load(write_book(rows), layout)


def test_quarters_planned_and_executed_side_by_side(make_layout, write_book):
    top = ["Unidad", "Actividad", "Primer Trimestre", None, "2° Trimestre", None, "III Trimestre", None, "T4", None]
    rows = [top, [None, None, *["P", "E"] * 4], ["Obras", "Bacheo", 1, 2, 3, 4, 5, "2 %", 7, "NP"]]
    groups = ["{trimestre} Trimestre", "T{trimestre}"]
    layout = make_layout(
        encabezado={"filas": 2},
        vacios=["NP"],
        periodos=[
            {"columna": "programado", "patron": [f"{group} > P" for group in groups]},
            {"columna": "ejecutado", "patron": [f"{group} > E" for group in groups]},
        ],
    )
    plan = poa.load(write_book(rows), layout)
    assert series(plan)["Bacheo"] == {3: 1, 6: 3, 9: 5, 12: 7}
    assert series(plan, "ejecutado")["Bacheo"] == {3: 2, 6: 4, 9: 2}


YEARS = {
    "columnas": {"unidad": "Unidad", "actividad": "Actividad", "meta_anual": "TOTAL {ejercicio}"},
    "periodos": [{"columna": "programado", "patron": ["T{trimestre}. {ejercicio}", "T.{trimestre} {ejercicio}"]}],
    "ejercicio": None,
}
TWO_YEARS = [
    ["Unidad", "Actividad", *[f"T{q}. 2024" for q in range(1, 5)], "TOTAL 2024"]
    + [*[f"T.{q} 2025" for q in range(1, 5)], "TOTAL 2025"],
    ["Obras", "Bacheo", 1, 2, 3, 4, 10, 5, 6, 7, 8, 26],
]


@pytest.mark.parametrize(("year", "goal", "first"), [(2024, 10, 1), (2025, 26, 5)])
def test_two_years_in_one_row(year, goal, first, make_layout, write_book):
    plan = poa.load(write_book(TWO_YEARS), make_layout(**YEARS), ejercicio=year)
    assert (plan.ejercicio, plan.actividades["meta_anual"].item()) == (year, goal)
    assert series(plan)["Bacheo"] == {3: first, 6: first + 1, 9: first + 2, 12: first + 3}


def test_two_years_in_one_row_without_a_choice_are_refused(make_layout, write_book):
    with pytest.raises(poa.PoaError, match="2 ejercicios: 2024, 2025"):
        poa.load(write_book(TWO_YEARS), make_layout(**YEARS))


def test_the_year_of_headings_is_the_plan_s(make_layout, write_book):
    rows = [[row[i] for i in range(7)] for row in TWO_YEARS]
    assert poa.load(write_book(rows), make_layout(**YEARS)).ejercicio == 2024
    with pytest.raises(poa.PoaError):
        poa.load(write_book(rows), make_layout(**YEARS), ejercicio=2030)


def test_a_year_that_is_no_number_is_refused_by_its_cell(make_layout, write_book):
    layout = make_layout(ejercicio=None, contexto_columnas={"ejercicio": "Año"})
    with pytest.raises(poa.PoaError, match=r"«2024p» \(\S+!C2\)"):
        poa.load(write_book([["Unidad", "Actividad", "Año"], ["Obras", "Bacheo", "2024p"]]), layout)


def test_two_tables_side_by_side(make_layout, write_book):
    head = ["No.", "Actividad", "T1", "T2", "T3", "T4"]
    rows = [["DIRECCIÓN: Obras", *[None] * 6, "DIRECCIÓN: Aseo"], [*head, None, *head]]
    rows += [[1, "Bacheo", 1, 1, 1, 1, None, 1, "Barrido", 2, 2, 2, 2], [*[None] * 7, 2, "Poda", 3, 3, 3, 3]]
    layout = make_layout(
        columnas={"actividad": "Actividad"},
        contexto=["DIRECCIÓN: {unidad}"],
        ignorar=["No."],
        lado_a_lado=2,
        periodos=[{"columna": "programado", "patron": "T{trimestre}"}],
    )
    plan = poa.load(write_book(rows), layout)
    names = plan.actividades.merge(plan.unidades, on="unidad_id")[["unidad", "actividad"]].to_numpy().tolist()
    assert names == [["Obras", "Bacheo"], ["Aseo", "Barrido"], ["Aseo", "Poda"]]
    assert series(plan)["Poda"] == {3: 3, 6: 3, 9: 3, 12: 3}
    assert plan.avances["fuente"].iloc[-1] == "plan.xlsx!Plan!M4"


LONG = {"unidad": "Unidad", "actividad": "Actividad", "programado": "P", "ejecutado": "E"}


@pytest.mark.parametrize(
    ("column", "texts", "expected"),
    [
        ("periodo", ["Enero 2024", "feb-24"], [(1, 1), (2, 1)]),
        ("periodo", ["T1", "II Trimestre 2024"], [(3, 3), (6, 3)]),
        ("periodo", ["2024-01", "2024-02-01"], [(1, 1), (2, 1)]),
        ("periodo", ["Ene-Mar", "Abril a junio"], [(3, 3), (6, 3)]),
        ("mes", [1, "02"], [(1, 1), (2, 1)]),
        ("trimestre", [1, "II"], [(3, 3), (6, 3)]),
        ("semestre", ["1°", 2], [(6, 6), (12, 6)]),
    ],
)
def test_a_row_a_period(column, texts, expected, make_layout, write_book):
    rows = [["Unidad", "Actividad", "Cuándo", "P", "E"]]
    rows += [["Obras", "Bacheo", text, i + 1, i + 2] for i, text in enumerate(texts)]
    plan = poa.load(write_book(rows), make_layout(periodo="fila", columnas=LONG | {column: "Cuándo"}))
    assert list(zip(plan.avances["mes"], plan.avances["meses"], strict=True)) == expected
    assert plan.avances["ejecutado"].tolist() == [2, 3]
    assert len(plan.actividades) == 1


def test_a_bare_number_is_no_period(make_layout, write_book):
    rows = [["Unidad", "Actividad", "Cuándo", "P", "E"], ["Obras", "Bacheo", 1, 1, 1]]
    with pytest.raises(poa.PoaError, match="asigne la columna a `mes:`"):
        poa.load(write_book(rows), make_layout(periodo="fila", columnas=LONG | {"periodo": "Cuándo"}))


@pytest.mark.parametrize("columns", [{"mes": "Mes", "ejercicio": "Año"}, {"periodo": "Mes"}])
def test_rows_of_several_years(columns, make_layout, write_book):
    rows = [["Unidad", "Actividad", "Año", "Mes", "P", "E"]]
    rows += [["Obras", "Bacheo", year, f"ene-{year}" if "periodo" in columns else 1, year, 1] for year in (2024, 2025)]
    ignored = None if "ejercicio" in columns else ["Año"]
    layout = make_layout(periodo="fila", columnas=LONG | columns, ejercicio=None, ignorar=ignored)
    assert poa.load(write_book(rows), layout, ejercicio=2025).avances["programado"].tolist() == [2025]
    with pytest.raises(poa.PoaError, match="2024, 2025"):
        poa.load(write_book(rows), layout)


def test_programme_and_results_in_rows_of_their_own(make_layout, write_book):
    rows = [
        ["Unidad", "Actividad", "Clase", "Total", "T1", "T2", "T3", "T4"],
        ["Obras", "Bacheo", "Programado", 10, 1, 2, 3, 4],
        [None, None, "Realizado", 3, 1, 2, None, None],
        [None, None, "%", "30%", "100%", "100%", None, None],
    ]
    layout = make_layout(
        columnas={"unidad": "Unidad", "actividad": "Actividad", "meta_anual": "Total"},
        rellenar=["unidad", "actividad"],
        series_por_fila={
            "encabezado": "Clase",
            "programado": ["P", "Programado"],
            "ejecutado": "Realizado",
            "ignorar": "%",
        },
        periodos=[{"columna": "por_fila", "patron": "T{trimestre}"}],
    )
    for merges in ((), ("A2:A4", "B2:B4")):
        plan = poa.load(write_book(rows, merges=merges), layout)
        assert plan.actividades["meta_anual"].tolist() == [10]
        assert series(plan)["Bacheo"] == {3: 1, 6: 2, 9: 3, 12: 4}
        assert series(plan, "ejecutado")["Bacheo"] == {3: 1, 6: 2}
        assert plan.avances["fuente"].iloc[0] == "plan.xlsx!Plan!E3"
    rows[2][2] = "Otro"
    with pytest.raises(poa.PoaError, match="«Otro» como clase de la fila"):
        poa.load(write_book(rows), layout)


def write_table(*rows):
    """Return an HTML table; a cell may begin with its height, or with its height and width (``2:``, ``1:2:``)."""
    out = []
    for row in rows:
        cells = []
        for cell in row.strip("|").split("|") if row[0] != "|" else ["", *row[1:].split("|")]:
            *spans, text = cell.split(":", 2) if cell[:1] in ":123" and ":" in cell else [cell]
            height, width = [*(span or "1" for span in spans), "1", "1"][:2]
            cells.append(f"<td rowspan={height} colspan={width}>{text}</td>")
        out.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(out)}</table>"


def test_goals_split_over_rows_by_rowspan(make_layout, tmp_path):
    path = tmp_path / "plan.html"
    path.write_text(
        write_table(
            "Unidad|Actividad|Meta|Cantidad|S1|S2",
            "2:Obras|2:Vialidad|Bachear calles|10|4|6",
            "Pintar topes|5|2|3",
        ),
        encoding="utf-8",
    )
    columns = {"unidad": "Unidad", "actividad": "Actividad", "indicador": "Meta", "meta_anual": "Cantidad"}
    layout = make_layout(columnas=columns, periodos=[{"columna": "programado", "encabezados": ["S1", "S2"]}])
    plan = poa.load(path, layout)
    assert plan.actividades["indicador"].tolist() == ["Bachear calles", "Pintar topes"]
    assert plan.avances["programado"].tolist() == [4, 6, 2, 3]
    assert set(plan.avances["meses"]) == {6}


def test_context_in_the_cells_above_each_table_of_a_page(make_layout, tmp_path):
    quarters = "|".join(f":2:{name} trimestre" for name in ("Primero", "Segundo", "Tercer", "Cuarto"))
    blocks = [
        write_table("Municipio|Ejercicio Fiscal: 2023")
        + write_table("|Clave|Nombre", f"Programa|{code}|{programme}", f"Dependencia|{unit}|Secretaría")
        + write_table(f"2:Código|2:Actividad|{quarters}", "Absoluta|%|" * 4, f"1|Sesiones|{first}|25" + "|1|25" * 3)
        for code, programme, unit, first in (("01", "Salud", "A00", 1), ("02", "Obras", "B00", 2))
    ]
    path = tmp_path / "plan.html"
    path.write_text("".join(blocks), encoding="utf-8")
    layout = make_layout(
        ejercicio=None,
        encabezado={"filas": 2},
        fin_tabla="fila en blanco",
        contexto=["Ejercicio Fiscal: {ejercicio}", "Programa | {clave} | {programa}", "Dependencia | {dep} | {nombre}"],
        componer={"unidad_id": "{dep}", "unidad": "{nombre} {dep}"},
        nombres={"unidad": {"Secretaría B00": "Tesorería"}},
        columnas={"codigo": "Código", "actividad": "Actividad"},
        periodos=[{"columna": "programado", "patron": "{trimestre} trimestre > Absoluta"}],
        ignorar=["%"],
    )
    plan = poa.load(path, layout)
    assert plan.ejercicio == 2023
    assert plan.unidades[["unidad_id", "unidad"]].to_numpy().tolist() == [
        ["A00", "Secretaría A00"],
        ["B00", "Tesorería"],
    ]
    assert plan.actividades["programa"].tolist() == ["Salud", "Obras"]
    assert plan.avances["programado"].tolist() == [1, 1, 1, 1, 2, 1, 1, 1]


QUARTERS = [{"columna": "programado", "patron": "T{trimestre}"}]
HEAD = ["Unidad", "Actividad", "T1", "T2", "T3", "T4"]


def test_a_percent_format_that_is_only_shown(make_layout, write_book):
    rows = [["Unidad", "Actividad", "Meta", "T1", "T2", "T3", "T4"], ["Obras", "A", 80, 20, 20, 0.2, 20]]
    formats = {"C2": "0%", "F2": "0%"}
    columns = {"unidad": "Unidad", "actividad": "Actividad", "meta_anual": "Meta"}
    for names, goal, third in (([], 8000, 20), (["meta_anual"], 80, 20), (["todo"], 80, 0.2)):
        layout = make_layout(columnas=columns, periodos=QUARTERS, valor_sin_formato=names)
        plan = poa.load(write_book(rows, formats=formats), layout)
        assert (plan.actividades["meta_anual"].item(), series(plan)["A"][9]) == (goal, third)


def test_a_percent_format_is_a_number_in_every_country(make_layout, write_book):
    rows = [HEAD, ["Obras", "A", 0.013, "1,3%", 0.5, 1]]
    plan = poa.load(write_book(rows, formats={"C2": "0.0%"}), make_layout(locale="es_CO", periodos=QUARTERS))
    assert plan.avances["programado"].tolist() == [1.3, 1.3, 0.5, 1]


def test_a_goal_that_is_the_sum_of_its_programme(make_layout, write_book):
    rows = [HEAD, ["Obras", "A", 1, 2, 3, 4.5], ["Obras", "B", 1, None, 3, 4]]
    plan = poa.load(write_book(rows), make_layout(periodos=QUARTERS, meta_anual="suma de programado"))
    assert plan.actividades["meta_anual"].tolist()[0] == 10.5
    assert plan.actividades["meta_anual"].isna().tolist() == [False, True]
    assert plan.rule("meta_anual") == "suma de programado"


@pytest.mark.parametrize(("declared", "month"), [("último mes con resultados", 6), ("septiembre", 9), (None, None)])
def test_the_cut_off_of_a_document(declared, month, make_layout, write_book):
    rows = [["Unidad", "Actividad", *[f"{k}{q}" for k in "PE" for q in range(1, 5)]]]
    rows += [["Obras", "A", 1, 1, 1, 1, 1, 0, None, None], ["Obras", "B", 1, 1, 1, 1, 1, None, None, None]]
    layout = make_layout(
        corte=declared,
        periodos=[
            {"columna": "programado", "patron": "P{trimestre}"},
            {"columna": "ejecutado", "patron": "E{trimestre}"},
        ],
    )
    plan = poa.load(write_book(rows), layout)
    noted = plan.contexto.loc[plan.contexto["clave"] == "corte_mes", "texto"].tolist()
    assert list(map(parse_month, noted)) == ([month] if month else [])
    assert find_corte(plan, dt.date(2024, 12, 31)) == (month or 12)


def test_copies_of_a_sheet_are_left_out_and_names_of_sheets_are_read(make_layout, tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in ("Unidad Obras", "Unidad Aseo", "Copia de Obras", "Portada"):
        sheet = book.create_sheet(name)
        for row in [["Actividad", "T1", "T2", "T3", "T4"], ["Bacheo", 1, 1, 1, 1]] if name != "Portada" else [["Hola"]]:
            sheet.append(row)
    path = tmp_path / "plan.xlsx"
    book.save(path)
    edition = {"columnas": {"actividad": "Actividad"}, "periodos": QUARTERS, "nombre_hoja": "Unidad {unidad}"}
    for choice in ({"ignorar_hojas": "Copia*"}, {"hojas": ["Unidad*", "Portada"]}):
        plan = poa.load(path, make_layout(**edition, **choice))
        assert plan.unidades["unidad"].tolist() == ["Obras", "Aseo"]
        bare = plan.contexto[plan.contexto["clave"] == "hoja_sin_tabla"]
        assert bare["fuente"].tolist() == ["plan.xlsx!Portada!A1"]


def test_headings_that_stand_twice_or_change_their_ending(make_layout, write_book):
    rows = [["Unidad", "Indicador", "Actividad", "Indicador", *HEAD[2:], "Avance 2023"]]
    rows += [["Obras", "otro", "Bacheo", "m2", 1, 1, 1, 1, "50%"]]
    columns = {"unidad": "Unidad", "actividad": "Actividad", "indicador": "Indicador [2]"}
    layout = make_layout(columnas=columns, periodos=QUARTERS, ignorar=["Indicador", "Avance *"])
    assert poa.load(write_book(rows), layout).actividades["indicador"].tolist() == ["m2"]
    columns["indicador"] = "Indicador"
    with pytest.raises(poa.PoaError, match=r"dos veces(.|\n)*\[2\]"):
        poa.load(write_book(rows), make_layout(columnas=columns, periodos=QUARTERS, ignorar=["Avance *"]))


def test_rows_left_out_by_what_a_column_holds(make_layout, write_book):
    rows = [HEAD, ["Obras", "A", 1, 1, 1, 1], ["Obras", None, 0, 0, 0, 0], ["Aseo", "(eliminada) B", 1, 1, 1, 1]]
    left = [{"actividad": ""}, {"unidad": "aseo", "actividad": "(elim*"}]
    layout = make_layout(periodos=QUARTERS, ignorar_filas=left)
    plan = poa.load(write_book(rows), layout)
    assert plan.actividades["actividad"].tolist() == ["A"]
    assert plan.contexto["clave"].tolist().count("fila_ignorada") == 2


def test_a_total_that_the_layout_does_not_declare_is_no_activity(make_layout, write_book):
    rows = [HEAD, ["Obras", "A", 1, 1, 1, 1], ["TOTALES", "TOTALES", 1, 1, 1, 1]]
    with pytest.raises(poa.PoaError, match=r'A3(.|\n)*«TOTALES»(.|\n)*totales: {texto: "TOTALES"}'):
        poa.load(write_book(rows), make_layout(periodos=QUARTERS))
    plan = poa.load(write_book(rows), make_layout(periodos=QUARTERS, totales={"texto": ["TOTAL*"]}))
    assert plan.publicado["valor"].tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("row", "way_out"),
    [
        (["Subtotal Obras", None], r"A3(.|\n)*ignorar_filas: \[\"Subtotal\*\"\]"),
        (["Total Obras", None], r"A3(.|\n)*ignorar_filas: \[\"Total Obras\"\]"),
        (["Obras", "TOTAL DE OBRAS"], r"B3(.|\n)*ignorar_filas: \[{actividad: \"TOTAL DE OBRAS\"}\]"),
        ([None, "Suma"], r"B3(.|\n)*ignorar_filas: \[\"Suma\"\]"),
    ],
)
def test_a_row_of_totals_is_never_filled_down_into_an_activity(row, way_out, make_layout, write_book):
    rows = [HEAD, ["Obras", "Total de expedientes resueltos", 1, 1, 1, 1], [*row, 1, 1, 1, 1]]
    layout = make_layout(periodos=QUARTERS, rellenar=["unidad", "actividad"])
    assert poa.load(write_book(rows[:2]), layout).actividades["actividad"].tolist() == [rows[1][1]]
    with pytest.raises(poa.PoaError, match=way_out):
        poa.load(write_book(rows), layout)


def test_words_on_a_sheet_without_table_are_no_words_of_the_document(make_layout, tmp_path):
    book = openpyxl.Workbook()
    for row in [["Plan 2024"], HEAD, ["Obras", "A", 1, 1, 1, 1], ["Cifras preliminares"]]:
        book.active.append(row)
    book.create_sheet("Hoja2").append(["borrador"])
    book["Hoja2"].append(["Evalúa: Ana"])
    book.save(path := tmp_path / "plan.xlsx")
    said = poa.load(path, make_layout(periodos=QUARTERS, contexto=["Evalúa: {evaluador}"])).contexto
    assert said.loc[said["clave"].isin(["nota", "texto"]), "texto"].tolist() == ["Plan 2024", "Cifras preliminares"]
    assert "Ana" in set(said["texto"])


def test_a_comment_on_a_row_of_many_periods_is_of_the_activity(make_layout, write_book):
    columns = {"unidad": "Unidad", "actividad": "Actividad", "comentario": "Observaciones"}
    series = [*QUARTERS, {"columna": "ejecutado", "encabezados": ["R1", "R2", "R3", "R4"]}]
    head = [*HEAD, "R1", "R2", "R3", "R4", "Observaciones"]
    rows = [["Obras", "A", 1, 1, 1, 1, 1, 0, 1, 1, "Se cumplió la meta"]]
    rows += [["Obras", "B", 1, 1, 1, 1, 1, 0, 2, 1, "Se cumplió la meta"]]
    rows += [["Aseo", "C", 1, 1, 1, 1, 1, 1, 1, 1, "No se cumplió la meta en marzo"]]
    plan = poa.load(write_book([head, *rows]), make_layout(columnas=columns, periodos=series))
    assert list(plan.list_comments().values()) == [row[-1] for row in rows]
    found = poa.check(plan).query("regla == 'comentario-contradice'")
    assert (found["fuente"].tolist(), found["mes"].isna().tolist()) == (["plan.xlsx!Plan!K2"], [True])
    assert poa.check(plan, corte=dt.date(2024, 1, 15)).query("regla == 'comentario-contradice'").empty
    shown = poa.show.comments(make_quarter(open_params("sat-2022-t4"), plan, 2).unit("obras"))._repr_html_()
    assert "Sobre la actividad: Se cumplió la meta" in shown
    assert "marzo" not in shown


def test_filling_down_goes_on_over_a_page_break(make_layout, write_book):
    rows = [HEAD, ["Obras", "A", 1, 1, 1, 1], [], HEAD, [None, "B", 1, 1, 1, 1]]
    layout = make_layout(periodos=QUARTERS, rellenar=["unidad"])
    assert poa.load(write_book(rows), layout).actividades["unidad_id"].tolist() == ["obras", "obras"]
    rows[2] = ["Otra tabla"]
    with pytest.raises(poa.PoaError, match="sin unidad"):
        poa.load(write_book(rows), layout)


def test_a_plan_without_periods_keeps_what_its_other_columns_say(make_layout, write_book):
    rows = [["Unidad", "Actividad", "Meta", "Línea base", "Inversión", "Validado"]]
    rows += [["Obras", "A", "Disminuir un 20 %", "Municipal", "No genera gasto", "30/jun/2017"]]
    rows += [["Obras", "B", 12, 10, "1,500", "30/jun/2017"], ["Obras", "C", None, None, None, "01/jul/2017"]]
    columns = {"unidad": "Unidad", "actividad": "Actividad"}
    for name, heading in (("meta_anual", "Meta"), ("linea_base", "Línea base"), ("inversion", "Inversión")):
        columns |= {name: heading, {"meta_anual": "meta_texto"}.get(name, f"{name}_texto"): heading}
    plan = poa.load(write_book(rows), make_layout(columnas=columns, contexto_columnas={"validacion": "Validado"}))
    assert plan.avances.empty
    assert plan.actividades["meta_anual"].tolist()[1] == 12
    assert plan.actividades[["meta_anual", "linea_base", "inversion"]].notna().sum().tolist() == [1, 1, 1]
    assert plan.actividades["meta_texto"].tolist()[0] == "Disminuir un 20 %"
    assert plan.actividades[["meta_texto", "linea_base_texto", "inversion_texto"]].notna().sum().tolist() == [1, 1, 1]
    said = plan.contexto[plan.contexto["clave"] == "validacion"]
    assert said["texto"].tolist() == ["30/jun/2017", "01/jul/2017"]
    assert said["fuente"].tolist() == ["plan.xlsx!Plan!F2", "plan.xlsx!Plan!F4"]


def test_decimal_commas_and_points_of_thousands(make_layout, write_text):
    lines = ["\t".join(HEAD), "Obras\tA\t0,25\t1.500\t2 %\t1,3%"]
    plan = poa.load(write_text(lines), make_layout(locale="es_CO", periodos=QUARTERS))
    assert plan.avances["programado"].tolist() == [0.25, 1500, 2, 1.3]


@pytest.mark.parametrize(
    ("edition", "said"),
    [
        ({"periodo": "fila"}, "`periodo: fila` va con una columna del periodo"),
        ({"periodos": [{"columna": "por_fila", "patron": "T{trimestre}"}]}, "`series_por_fila` va con"),
        ({"periodos": [{"columna": "programado", "patron": "T"}]}, "{trimestre}"),
        ({"periodos": [{"columna": "programado", "encabezados": {3: "T1"}}]}, "falta `meses`"),
        ({"periodos": [{"columna": "programado", "encabezados": {13: "T1"}, "meses": 3}]}, "«13»"),
        ({"periodos": [{"columna": "programado"}]}, "`patron`"),
        ({"corte": "algún día"}, "último mes con resultados"),
        ({"valor_sin_formato": ["metaanual"]}, "¿quiso decir «meta_anual»?"),
        ({"componer": {"unida": "{x}"}}, "¿quiso decir «unidad»?"),
        ({"ignorar_filas": [{"estado": "NP"}]}, "ignorar_filas: «estado» no está en columnas"),
        ({"contexto": ["PLAN {ejercicio} a {ejercicio}"]}, "«{ejercicio}» dos veces"),
        (
            {"meta_anual": "suma de programado", "columnas": {"actividad": "A", "meta_anual": "M"}},
            "se excluyen",
        ),
    ],
)
def test_faults_of_a_layout_are_said(edition, said, make_layout):
    with pytest.raises(poa.PoaError) as caught:
        read_layout(make_layout(**edition))
    assert said in str(caught.value)
