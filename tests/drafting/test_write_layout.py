"""A draft for a document of an unknown form: valid, commented, right where it can be, and open about the rest."""

import openpyxl
import pytest
import yaml

import poa_eval as poa
from places import ROOT, list_tables
from poa_eval.cli.commands import main
from poa_eval.drafting.write_layout import draft_layout
from poa_eval.layouts.catalog import read_layout

MONTHS = "ENE FEB MAR ABR MAY JUN JUL AGO SET OCT NOV DIC".split()

#: Document → what its draft must place right: columns, figures with a column per period, year.
PLACED = {
    "gachancipa-co-plan-indicativo-2025.xlsx": (
        {
            "unidad": "DEPENDENCIA RESPONSABLE",
            "actividad": "META DE PRODUCTO",
            "indicador": "INDICADOR DE PRODUCTO",
            "meta_anual": "TOTAL PLANEADO {ejercicio}",
            "linea_base": "LINEA BASE (2023) [2]",
        },
        {"programado": 4, "ejecutado": 4},
        2025,
    ),
    "nuestras-ciudades-pe-poi-2026.csv": (
        {
            "unidad": "CENTRO DE COSTO",
            "codigo": "ACTIVIDAD OPERATIVA ID",
            "actividad": "ACTIVIDAD OPERATIVA",
            "unidad_medida": "UNIDAD DE MEDIDA",
        },
        {"programado_inicial": 12, "programado": 12, "ejecutado": 12},
        2026,
    ),
    "metepec-mx-pbrm-02a-2023.html": (
        {
            "codigo": "Codigo",
            "actividad": "Descripción de actividades",
            "unidad_medida": "Unidad de Medida",
            "meta_anual": "Programado anual",
        },
        {"programado": 4},
        2023,
    ),
    "prosperidad-social-co-poa-2025.xlsx": (
        {"actividad": "ACTIVIDAD DEL POA DESCRIPCIÓN", "frecuencia": "PERIODO DE REGISTRO", "codigo": "#"},
        {},
        2024,
    ),
    "poi-2022-t4.xlsx": (
        {
            "unidad": "ÓRGANO/UNIDAD ORGÁNICA",
            "programa": "ACTIVIDAD MEF",
            "actividad": "ACTIVIDAD POI",
            "unidad_medida": "UNIDAD DE MEDIDA",
            "meta_anual": "META",
        },
        {"programado": 12, "ejecutado": 12},
        2022,
    ),
    "poa-2023-t1.xlsx": (
        {
            "unidad_id": "CLAVE",
            "unidad": "UNIDAD RESPONSABLE > NOMBRE",
            "actividad": "ACCIONES OPERATIVAS",
            "indicador": "INDICADOR DE DESEMPEÑO > NOMBRE",
            "programado": "META",
            "ejecutado": "VALOR ACTUAL",
        },
        {},
        2023,
    ),
}


@pytest.fixture
def draft(tmp_path):
    """Draft a document; return the draft's text, its edition, and its path."""

    def make(path):
        text = draft_layout(path)
        out = tmp_path / "borrador.yaml"
        out.write_text(text, encoding="utf-8")
        return text, next(iter(yaml.safe_load(text)["ediciones"].values())), out

    return make


def finish(text, out):
    """Take the draft's word that rows without activity do not count."""
    out.write_text(text.replace("# ignorar_filas:", "ignorar_filas:"), encoding="utf-8")
    return str(out)


@pytest.mark.parametrize(
    ("path", "count"),
    [
        *list_tables("gachancipa-co-plan-indicativo-2025.xlsx", excerpt=(20,), whole=(212,)),
        *list_tables("nuestras-ciudades-pe-poi-2026.csv", excerpt=(17,), whole=(42,)),
        *list_tables("metepec-mx-pbrm-02a-2023.html", excerpt=(13,), whole=(44,)),
        *list_tables("prosperidad-social-co-poa-2025.xlsx", excerpt=(20,), whole=(65,)),
        pytest.param(ROOT / "data" / "sat-2022" / "poi-2022-t4.xlsx", 43, id="sat"),
        pytest.param(ROOT / "data" / "gerencia-comercial-2023" / "poa-2023-t1.xlsx", 24, id="gerencia"),
    ],
)
def test_the_draft_of_a_real_document(path, count, draft):
    columns, figures, year = PLACED[path.name]
    text, edition, out = draft(path)
    layout = next(iter(read_layout(out).ediciones.values()))
    assert {name: edition["columnas"].get(name) for name in columns} == columns
    assert {series.columna: len(series.headings()) for series in layout.periodos} == figures
    assert "revisar" in text
    plan = poa.load(path, finish(text, out))
    assert plan.ejercicio == year
    assert len(plan.actividades) == count


@pytest.mark.parametrize(
    ("path", "cell", "count"),
    list_tables("gachancipa-co-plan-indicativo-2025.xlsx", excerpt=("N16", 20), whole=("N113", 212)),
)
def test_rows_without_activity_are_refused_until_somebody_decides(path, cell, count, draft):
    text, _, out = draft(path)
    with pytest.raises(poa.PoaError, match=rf"{cell}(.|\n)*sin actividad"):
        poa.load(path, str(out))
    assert len(poa.load(path, finish(text, out)).actividades) == count


def test_a_draft_reads_the_figures_as_the_shipped_layout_does(draft):
    path = ROOT / "data" / "sat-2022" / "poi-2022-t4.xlsx"
    _, edition, out = draft(path)
    assert edition["totales"] == {"texto": "TOTAL"}
    own, known = poa.load(path, str(out)), poa.load(path, "sat-poi")
    columns = ["mes", "programado", "ejecutado"]
    assert (
        own.avances[columns].equals(known.avances.loc[known.avances["meses"] == 1, columns]) or len(own.avances) == 516
    )
    assert (
        own.publicado.query("clave == 'total'")["valor"].sum()
        == known.publicado.query("clave == 'total'")["valor"].sum()
    )


def test_the_period_in_the_lines_above_is_seen(draft):
    _, edition, _ = draft(ROOT / "data" / "gerencia-comercial-2023" / "poa-2023-t1.xlsx")
    assert edition["periodo"] == "contexto"
    assert {"{mes}-{anio}", "{trimestre} TRIMESTRE {ejercicio}", "EJE DE DESARROLLO: {eje}"} <= set(edition["contexto"])


def test_what_could_not_be_placed_is_listed_for_review(write_book, draft):
    rows = [["Plan 2024"], ["Área", "Qué se hará", "Color", *MONTHS]]
    rows += [["Obras", f"Bachear la avenida número {i}", "rojo", *range(12)] for i in range(4)]
    text, edition, out = draft(write_book(rows))
    assert edition["columnas"] == {"unidad": "Área", "actividad": "Qué se hará"}
    assert edition["ignorar"] == ["Color"]
    assert "actividad: Qué se hará  # revisar" in text
    assert "columna: programado  # revisar: ¿programado o ejecutado?" in text
    assert "ignorar:  # revisar" in text
    assert len(poa.load(write_book(rows), str(out)).avances) == 48


def test_initials_totals_blanks_and_filling_are_seen(write_book, draft):
    initials = list("EFMAMJJASOND")
    rows = [
        ["PROGRAMA ANUAL 2024"],
        [],
        ["Dirección", "Actividad", "Programado", *[None] * 11, "Realizado", *[None] * 11],
    ]
    rows += [[None, None, *initials * 2]]
    for unit in ("Obras", "Aseo"):
        rows += [[unit, f"{unit} uno", *[1] * 12, *[1] * 6, "NP", *[None] * 5], [None, f"{unit} dos", *[2] * 24]]
    rows += [["TOTAL", None, *[6] * 24]]
    _, edition, out = draft(write_book(rows))
    assert edition["encabezado"] == {"filas": 2}
    assert edition["rellenar"] == ["unidad"]
    assert edition["vacios"] == ["NP"]
    assert edition["totales"] == {"texto": "TOTAL"}
    plan = poa.load(write_book(rows), str(out))
    assert plan.avances[["programado", "ejecutado"]].sum().tolist() == [72, 60]
    assert plan.ejercicio == 2024


def test_sheets_without_the_table_are_left_out_for_review(tmp_path, draft):
    book = openpyxl.Workbook()
    for row in [["POA 2024"], ["Unidad", "Actividad", "T1", "T2", "T3", "T4"], ["Obras", "Bachear", 1, 1, 1, 1]]:
        book.active.append(row)
    for row in [["a", "b", "c", "d", "e"], ["1", "2", "3", "4", "5"]]:
        book.create_sheet("Listas").append(row) if "Listas" not in book.sheetnames else book["Listas"].append(row)
    path = tmp_path / "plan.xlsx"
    book.save(path)
    _, edition, out = draft(path)
    assert edition["hojas"] == ["Sheet"]
    assert len(poa.load(path, str(out)).avances) == 4


def test_tables_side_by_side_are_seen(write_book, draft):
    head = ["Unidad", "Actividad", "T1", "T2", "T3", "T4"]
    rows = [["Meta 2024"], [*head, None, *head]]
    rows += [[f"U{i}", f"Actividad {i}", 1, 1, 1, 1, None, f"V{i}", f"Otra {i}", 2, 2, 2, 2] for i in range(3)]
    _, edition, out = draft(write_book(rows))
    assert edition["lado_a_lado"] == 2
    assert poa.load(write_book(rows), str(out)).avances["programado"].sum() == 36


@pytest.mark.parametrize(("head", "column"), [("Mes", "mes"), ("Periodo", "periodo")])
def test_a_row_a_period_is_seen(head, column, write_book, draft):
    rows = [["POA 2024"], ["Unidad", "Actividad", head, "Programado", "Ejecutado"]]
    rows += [["Obras", "Bachear calles", m if column == "mes" else MONTHS[m - 1], m, m] for m in range(1, 13)]
    _, edition, out = draft(write_book(rows))
    assert edition["periodo"] == "fila"
    assert edition["columnas"][column] == head
    assert poa.load(write_book(rows), str(out)).avances["ejecutado"].tolist() == list(range(1, 13))


def test_a_draft_that_lacks_something_says_all_of_it_when_it_is_used(write_book, draft):
    rows = [["Clave", "Monto", "Peso", *MONTHS], ["a", 1, 2, *range(12)], ["b", 3, "x", *range(12)]]
    text, _, out = draft(write_book(rows))
    assert "# ejercicio: 20XX    falta" in text
    assert "# actividad:    falta" in text
    with pytest.raises(poa.PoaError) as caught:
        poa.load(write_book(rows), str(out))
    assert "falta asignar un encabezado a: actividad" in str(caught.value)


def test_several_faults_of_a_document_are_one_message(write_book, draft):
    rows = [["POA 2024"], ["Unidad", "Actividad", "Meta", "T1", "T2", "T3", "T4"], ["Obras", "Bachear", 4, 1, 1, 1, 1]]
    _, _, out = draft(write_book(rows))
    rows[1] = ["Unidad", "Actividad", "Meta", "T1", "T2", "T3", "T4", "Nota", "Otra"]
    with pytest.raises(poa.PoaError, match="las columnas «Nota», «Otra»"):
        poa.load(write_book(rows), str(out))
    rows[1:] = [rows[1][:7], ["Obras", "Bachear", "muchas", 1, "dos", 1, 1], ["Obras", "Pintar", 4, 1, 1, "?", 1]]
    with pytest.raises(poa.PoaError) as caught:
        poa.load(write_book(rows), str(out))
    for part in ("«muchas» · C3 (Meta)", "«dos» · E3", "«?» · F4"):
        assert part in str(caught.value)


def test_rows_of_totals_are_neither_activities_nor_units(write_book, draft):
    rows = [["POA 2024"], ["N°", "Unidad", "Actividad", "T1", "T2", "T3", "T4"]]
    for unit, at in (("Obras", 1), ("Aseo", 3)):
        rows += [[at + i, unit, f"{unit} {i}", 1, 1, 1, 1] for i in (0, 1)] + [
            [None, f"Subtotal {unit}", None, *[2] * 4]
        ]
    rows += [[5, "Aseo", "Total de expedientes resueltos", 1, 1, 1, 1], ["TOTAL GENERAL", None, None, *[5] * 4]]
    _, edition, out = draft(write_book(rows))
    assert (edition["ignorar_filas"], edition["totales"]) == (["Subtotal*"], {"texto": "TOTAL GENERAL"})
    assert "rellenar" not in edition
    plan = poa.load(write_book(rows), str(out))
    assert (plan.unidades["unidad"].tolist(), len(plan.actividades)) == (["Obras", "Aseo"], 5)
    assert plan.publicado["valor"].tolist() == [5] * 4


def test_activities_that_begin_with_the_word_total_are_activities(write_book, draft):
    rows = [["POA 2024"], ["Actividad", "Unidad de medida", "Área", "T1", "T2", "T3", "T4"]]
    rows += [
        [f"Total de {what} atendidos", "Persona", "Obras", 1, 1, 1, 1] for what in ("usuarios", "reclamos", "días")
    ]
    _, edition, out = draft(write_book(rows))
    assert not {"totales", "ignorar_filas"} & edition.keys()
    assert len(poa.load(write_book(rows), str(out)).actividades) == 3


def test_a_total_behind_another_column_is_left_out_by_its_own(write_book, draft):
    rows = [["POA 2024"], ["N°", "Unidad", "Actividad", "T1", "T2", "T3", "T4"], [1, "Obras", "Bachear", 1, 1, 1, 1]]
    rows += [[2, "Subtotal Obras", None, 1, 1, 1, 1]]
    _, edition, out = draft(write_book(rows))
    assert edition["ignorar_filas"] == [{"unidad": "Subtotal*"}]
    assert len(poa.load(write_book(rows), str(out)).actividades) == 1


def test_a_column_of_measures_is_no_responsible_unit(write_book, draft):
    rows = [["POA 2024"], ["Dirección", "Acción", "Unidad", "T1", "T2", "T3", "T4"]]
    measures = ("m2", "Despensa", "%", "Jornada")
    rows += [["Obras", f"Acción número {i}", name, 1, 1, 1, 1] for i, name in enumerate(measures)]
    text, edition, out = draft(write_book(rows))
    assert (edition["columnas"]["unidad"], edition["columnas"]["unidad_medida"]) == ("Dirección", "Unidad")
    assert "unidad_medida: Unidad  # revisar" in text
    assert poa.load(write_book(rows), str(out)).unidades["unidad"].tolist() == ["Obras"]
    for at, name in enumerate(("Sur", "Norte", "Sur", "Este")):
        rows[2 + at][2] = name
    assert "unidad: Unidad  # revisar: ¿la unidad responsable" in draft(write_book(rows))[0]


def test_a_figure_with_a_mark_is_never_declared_as_missing(write_book, draft):
    rows = [["POA 2024"], ["Unidad", "Actividad", "T1", "T2", "T3", "T4"], ["Obras", "Bachear", 1, "240*", "S/D", 1]]
    text, edition, out = draft(write_book(rows))
    assert edition["vacios"] == ["S/D"]
    assert "«240*» en D3" in text
    with pytest.raises(poa.PoaError, match=r"D3(.|\n)*«240\*»"):
        poa.load(write_book(rows), str(out))


def test_a_page_without_a_table_is_refused(write_text):
    with pytest.raises(poa.PoaError, match="ninguna fila que parezca el encabezado"):
        draft_layout(write_text(["Una carta.", "Sin tablas."]))


def test_the_command_shows_or_saves_and_never_overwrites(write_book, tmp_path, capsys):
    rows = [["POA 2024"], ["Unidad", "Actividad", "T1", "T2", "T3", "T4"], ["Obras", "Bachear calles", 1, 1, 1, 1]]
    book, out = str(write_book(rows)), tmp_path / "nuevo.yaml"
    assert main(["draft", book]) == 0
    shown = capsys.readouterr().out
    assert main(["draft", book, "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == shown.replace("nombre: plan", "nombre: nuevo")
    assert main(["draft", book, "--out", str(out)]) == 2
    assert "ya existe" in capsys.readouterr().err
    assert main(["draft", str(tmp_path / "no.xlsx")]) == 2


def test_quotes_colons_and_markup_in_headings_are_harmless(write_book, draft):
    odd = ['Tipo: "A"', "Nota, [x]", "{llave}", "- lista", "#1", "Sí", "2024-01-01", "a > b"]
    rows = [["POA 2024"], ["Unidad", "Actividad", *odd, "T1", "T2", "T3", "T4"]]
    rows += [["Obras", "Bachear calles", *["x"] * len(odd), 1, 1, 1, 1]]
    _, edition, out = draft(write_book(rows))
    assert edition["columnas"]["actividad"] == "Actividad"
    assert len(poa.load(write_book(rows), str(out)).avances) == 4
