"""Spreadsheets: what the sheet shows comes out, whatever the format and whoever wrote it; what is broken is said."""

import re
import zipfile

import openpyxl
import pytest

from places import FIXTURES
from poa_eval.errors import ArchivoError
from poa_eval.readers.cells import shows_percent
from poa_eval.readers.formats import read_raw

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

#: What tests/fixtures/percent.xls and percent.ods show (saved by LibreOffice), and the same as an .xlsx below.
SHOWN = (
    ("Clave", "Avance", "Signo", "Nota"),
    (101, "8.33%", 8.33, "grupo"),
    (None, "#DIV/0!", 8.33, "grupo"),
    (102, "12.5%", None, "grupo"),
    ("título", "título", "título", "título"),
    ("título", "título", "título", "título"),
    (7, None, "50%", None),
    (None, None, None, None),
    ("#N/A", None, "fin", "fin"),
)
FORMATS = ["0.0%;[Red]-0.0%", '0.00"%"', r"0.00\%"]
ROWS = """
<row r="1">{Clave:A1}{Avance:B1}{Signo:C1}{Nota:D1}</row>
<row r="2"><c r="A2"><v>101</v></c><c r="B2" s="1"><v>0.0833</v></c><c r="C2" s="3"><v>8.33</v></c>{grupo:D2}</row>
<row r="3"><c r="A3"/><c r="B3" s="1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C3" s="4"><v>8.33</v></c></row>
<row r="4"><c r="A4"><v>102</v></c><c r="B4" s="2"><f>1/8</f><v>0.125</v></c>
<c r="C4" s="0" t="str"><f>IF(TRUE,"","x")</f><v></v></c></row>
<row r="5">{título:A5}</row><row r="6"/>
<row r="7"><c r="A7"><v>7</v></c><c r="B7"/><c r="C7" s="1"><v>0.5</v></c></row>
<row r="8"></row>
<row r="9"><c r="A9" t="e"><f>NA()</f><v>#N/A</v></c><c r="B9"/>{fin:C9}{fin:D9}</row>
"""
MERGES = ("D2:D4", "A5:D6", "A7:B8", "C7:D8", "A9:B9")


def write_xlsx(path, rows=ROWS, *, merges=(), styles=(10, 164, 165, 166), edit=lambda name, xml: xml):
    """Write a workbook part by part: openpyxl writes neither results of formulas nor other people's XML."""
    rows = re.sub(r"\{(.*?):(\w+)\}", r'<c r="\2" t="inlineStr"><is><t>\1</t></is></c>', rows)
    spans = "".join(f'<mergeCell ref="{span}"/>' for span in merges)
    codes = "".join(
        '<numFmt numFmtId="{}" formatCode="{}"/>'.format(164 + i, code.replace('"', "&quot;"))
        for i, code in enumerate(FORMATS)
    )
    cells = "".join(f'<xf numFmtId="{style}"/>' for style in (0, *styles))
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{LINKS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{LINKS}/styles" '
        'Target="/xl/styles.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets><sheet name="Plan" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts>'
        f"<cellXfs>{cells}</cellXfs></styleSheet>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>'
        f"<mergeCells>{spans}</mergeCells></worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in parts.items():
            archive.writestr(name, edit(name, xml))
    return path


def write_ods(path, rows, quote='"'):
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        content = (
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="Plan">{"".join(rows)}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>"
        )
        archive.writestr("content.xml", content.replace('"', quote))
    return path


def ods_row(*cells, repeated=1):
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def ods_cell(value=None, kind="float", shown=None, more="", repeated=1):
    typed = "" if value is None else f'office:value-type="{kind}" office:value="{value}"'
    text = "" if shown is None else f"<text:p>{shown}</text:p>"
    return f'<table:table-cell table:number-columns-repeated="{repeated}" {typed} {more}>{text}</table:table-cell>'


def read_rows(path):
    return read_raw(path).hojas[0].filas


def refuse(path, *parts):
    with pytest.raises(ArchivoError) as caught:
        read_raw(path)
    for part in (path.name, *parts):
        assert part in str(caught.value), str(caught.value)


def in_sheets(change):
    return lambda name, xml: change(xml) if "sheet1" in name or name in ("xl/styles.xml", "xl/workbook.xml") else xml


def turn_attributes(xml):
    def turn(tag):
        return "<c " + " ".join(reversed(re.findall(r'\S+="[^"]*"', tag[1]))) + tag[2] + ">"

    return re.sub(r"<c ([^>]*?)(/?)>", turn, xml)


FORMS = {
    "plain": lambda name, xml: xml,
    "prefix": in_sheets(lambda xml: re.sub(r"<(/?)(\w)", r"<\1x:\2", xml).replace("xmlns=", "xmlns:x=")),
    "strict": lambda name, xml: xml.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
        LINKS, "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
    "single quotes": in_sheets(lambda xml: xml.replace('IF(TRUE,"","x")', "X()").replace('"', "'")),
    "attributes turned": in_sheets(turn_attributes),
    "blanks in tags": in_sheets(lambda xml: re.sub(r'<c r="(\w+)"', r"<c\n r = '\1' ", xml)),
    "rows without address": in_sheets(lambda xml: re.sub(r'<row r="\d"', "<row", xml)),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_xlsx_shows_percentages_and_errors_whoever_wrote_it(tmp_path, form):
    assert read_rows(write_xlsx(tmp_path / "p.xlsx", merges=MERGES, edit=FORMS[form])) == SHOWN


@pytest.mark.parametrize("name", ["percent.xls", "percent.ods"])
def test_xls_and_ods_show_them_too(name):
    document = read_raw(FIXTURES / name)
    assert document.hojas[0].filas == SHOWN
    assert [(sheet.hoja, sheet.oculta) for sheet in document.hojas] == [("Plan", False), ("Oculta", True)]


def test_cells_without_address_are_counted(tmp_path):
    rows = '<row><c><v>1</v></c><c s="1"><v>0.5</v></c></row><row><c r="C2"><v>3</v></c><c t="e"><v>#REF!</v></c></row>'
    assert read_rows(write_xlsx(tmp_path / "p.xlsx", rows)) == ((1, "50%", None, None), (None, None, 3, "#REF!"))


def test_a_cell_without_style_has_the_first(tmp_path):
    path = write_xlsx(tmp_path / "p.xlsx", '<row><c r="A1"><v>1</v></c><c r="B1" s="1"><v>1</v></c></row>', styles=(0,))
    assert read_rows(path) == ((1, 1),)
    edit = in_sheets(lambda xml: xml.replace('<xf numFmtId="0"/><xf', '<xf numFmtId="9"/><xf'))
    path = write_xlsx(path, '<row><c r="A1"><v>1</v></c><c r="B1" s="1"><v>1</v></c></row>', styles=(0,), edit=edit)
    assert read_rows(path) == (("100%", 1),)


@pytest.mark.parametrize(
    ("code", "percent"),
    [
        ("0%", True),
        ('_(* 0.0%_);"-"', True),
        ("[Red][<0]0.0 %", True),
        (r"0.0\%", False),
        ('0.0" % de la meta"', False),
        ("0_%", False),
        ("0*%", False),
        ("General", False),
    ],
)
def test_only_a_bare_percent_sign_makes_a_percentage(code, percent):
    assert shows_percent(code) is percent


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c r="A1"><f>1+1</f></c>', "#FÓRMULA SIN VALOR"),
        ('<c r="A1" s="1"><f>1+1</f><v/></c>', "#FÓRMULA SIN VALOR"),
        ('<c r="A1"><f t="shared" si="0"/><v></v></c>', "#FÓRMULA SIN VALOR"),
        ('<c r="A1"><f/></c>', "#FÓRMULA SIN VALOR"),
        ('<c r="A1" t="str"><f>T(B1)</f></c>', "#FÓRMULA SIN VALOR"),
        ('<c r="A1" t="str"><f>T(B1)</f><v/></c>', None),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', 2),
    ],
)
def test_a_formula_never_calculated_is_told_from_an_empty_text(tmp_path, cell, shown):
    assert read_rows(write_xlsx(tmp_path / "p.xlsx", f"<row>{cell}{{fin:B1}}</row>")) == ((shown, "fin"),)


def test_an_error_that_is_not_known_names_its_cell(tmp_path):
    path = write_xlsx(tmp_path / "p.xlsx", '<row r="7"><c r="AB7" t="e"><v>#ERROR!</v></c></row>')
    refuse(path, "hoja «Plan» · celda AB7", "«#ERROR!»")


def test_what_lies_under_a_merged_cell_is_not_counted(tmp_path):
    rows = '<row><c r="A1"><v>5</v></c><c r="B1"><v>6</v></c><c r="C1"><v>7</v></c></row>'
    assert read_rows(write_xlsx(tmp_path / "p.xlsx", rows, merges=["A1:B1"])) == ((5, None, 7),)


def test_repeated_cells_of_an_ods(tmp_path):
    rows = [
        ods_row(ods_cell(repeated=2)),
        ods_row(ods_cell(), ods_cell(0.25, "percentage", "25%", repeated=2), ods_cell(1), ods_cell(repeated=99)),
        ods_row(ods_cell(), ods_cell(0.5, "percentage", "50%"), repeated=2),
        ods_row(ods_cell(more='table:formula="of:=1+1"'), ods_cell(0, "float", "Err:502", 'table:formula="of:=X"')),
    ]
    told = ((None,) * 4, (None, "25%", "25%", 1), *[(None, "50%", None, None)] * 2)
    for quote in "\"'":
        path = write_ods(tmp_path / "p.ods", rows, quote)
        assert read_rows(path) == (*told, ("#FÓRMULA SIN VALOR", "Err:502", None, None))


def test_blank_rows_repeated_to_the_end_of_an_ods_are_harmless(tmp_path):
    blank = ods_cell(repeated=16_384)
    path = write_ods(tmp_path / "p.ods", [ods_row(ods_cell(1), blank), ods_row(blank, repeated=1_048_575)])
    assert read_rows(path) == ((1,),)


def test_an_ods_with_cells_far_out(tmp_path):
    path = write_ods(tmp_path / "p.ods", [ods_row(ods_cell(1, repeated=1_000), repeated=20_000)])
    refuse(path, "hoja «Plan»", "fila 20,000", "columna 1,000")
    path = write_ods(
        tmp_path / "p.ods", [ods_row(ods_cell(repeated=16_000), ods_cell(1)), *[ods_row(ods_cell(1))] * 700]
    )
    refuse(path, "columna 16,001")


@pytest.mark.parametrize("form", ["plain", "prefix", "single quotes"])
def test_an_xlsx_with_cells_far_out(tmp_path, form):
    rows = '<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c s="1" r="A1048576"><v>1</v></c></row>'
    refuse(write_xlsx(tmp_path / "p.xlsx", rows, edit=FORMS[form]), "hoja «Plan»", "1,048,576", "16,384")


def test_a_wide_sheet_is_not_a_far_one(tmp_path):
    assert len(read_rows(write_xlsx(tmp_path / "p.xlsx", '<row r="9"><c r="AAA9"><v>1</v></c></row>'))) == 9


def test_a_sheet_in_utf_16_is_not_taken_for_an_empty_one(tmp_path):
    edit = in_sheets(lambda xml: f'<?xml version="1.0" encoding="UTF-16"?>{xml}'.encode("utf-16"))
    refuse(write_xlsx(tmp_path / "p.xlsx", edit=edit), "UTF-8")


def test_a_style_that_is_no_number(tmp_path):
    refuse(write_xlsx(tmp_path / "p.xlsx", styles=("x0",)), "dañado")


def break_zip(path, name, header, offset, value):
    """Overwrite two bytes of the local and central headers of a member (or of its content)."""
    content = bytearray(path.read_bytes())
    places = [found.start() for found in re.finditer(re.escape(name.encode()), content)]
    assert len(places) == 2
    for place, length, at in zip(places, header, offset, strict=True):
        content[place - length + at : place - length + at + 2] = value
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("offset", "value", "said"),
    [((6, 8), b"\x01\x00", "contraseña"), ((8, 10), b"\x63\x00", "dañado")],
    ids=["encrypted", "unknown compression"],
)
def test_a_zip_that_cannot_be_unpacked(tmp_path, offset, value, said):
    path = write_xlsx(tmp_path / "p.xlsx")
    break_zip(path, "xl/worksheets/sheet1.xml", (30, 46), offset, value)
    refuse(path, said)


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_member_of_a_zip_with_lost_bytes(tmp_path, suffix):
    path = tmp_path / f"p{suffix}"
    name, content = ("xl/worksheets/sheet1.xml", write_xlsx(path).read_bytes())
    if suffix == ".ods":
        name, content = ("content.xml", (FIXTURES / "percent.ods").read_bytes())
    start = content.index(name.encode()) + len(name) + 20
    path.write_bytes(content[:start] + b"\xff" * 60 + content[start + 60 :])
    refuse(path, "dañado")


def test_an_xls_whose_chain_of_sectors_has_no_end(tmp_path):
    content = bytearray((FIXTURES / "percent.xls").read_bytes())
    table = 512 * (1 + int.from_bytes(content[60:64], "little"))
    content[table : table + 4] = bytes(4)  # after the first short sector comes the first
    path = tmp_path / "p.xls"
    path.write_bytes(content)
    refuse(path, "un libro antiguo dañado")


def test_an_xls_with_a_password(tmp_path):
    content = (FIXTURES / "percent.xls").read_bytes()
    begin = content.index(bytes.fromhex("0908100000060500")) + 20
    path = tmp_path / "p.xls"
    path.write_bytes(content[:begin] + b"\x2f\x00" + content[begin + 2 :])
    refuse(path, "contraseña")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><table></table></html>", "una página HTML con otra extensión"),
        ((FIXTURES / "percent.ods").read_bytes(), "un libro .xlsx o .ods con otra extensión"),
        ((FIXTURES / "percent.xls").read_bytes()[:3000], "un libro antiguo dañado"),
    ],
    ids=["html", "ods", "truncated"],
)
def test_an_xls_that_is_none(tmp_path, content, said):
    path = tmp_path / "p.xls"
    path.write_bytes(content)
    refuse(path, said)


def test_hidden_rows_and_columns_of_an_ods(tmp_path):
    columns = '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
    hidden = ods_row(ods_cell(2), repeated=2).replace("<table:table-row", '<table:table-row table:visibility="filter"')
    sheet = read_raw(write_ods(tmp_path / "p.ods", [columns, ods_row(ods_cell(1, repeated=3)), hidden])).hojas[0]
    assert (sheet.filas_ocultas, sheet.columnas_ocultas) == ({1, 2}, {2})


def test_hidden_rows_and_columns_of_an_xlsx(tmp_path):
    book = openpyxl.Workbook()
    for row in range(3):
        book.active.append([row, row, row])
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions.group("B", "C", hidden=True)
    book.save(tmp_path / "p.xlsx")
    sheet = read_raw(tmp_path / "p.xlsx").hojas[0]
    assert (sheet.filas_ocultas, sheet.columnas_ocultas) == ({1}, {1, 2})
