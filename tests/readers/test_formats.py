"""Pages, Word documents, texts and CSV files with one trap each: nothing is lost, nothing is read twice."""

import time
from importlib import import_module

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from poa_eval.errors import ArchivoError
from poa_eval.readers import formats
from poa_eval.readers.formats import read_raw


@pytest.fixture
def read(tmp_path):
    def read_content(name, content):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return read_raw(path).hojas[0]

    return read_content


@pytest.fixture
def read_body(tmp_path):
    """Read a Word document whose body is this XML."""

    def read_xml(xml):
        document = Document()
        body = document.element.body
        for child in parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"):
            body.insert(len(body) - 1, child)
        document.save(tmp_path / "plan.docx")
        return list(read_raw(tmp_path / "plan.docx").hojas[0].filas)

    return read_xml


def p(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(content, properties=""):
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<') else p(content)}</w:tc>"


def tr(*parts):
    return f"<w:tr>{''.join(parts)}</w:tr>"


def tbl(*rows):
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def sdt(content):
    return f"<w:sdt><w:sdtContent>{content}</w:sdtContent></w:sdt>"


PAGES = {
    "end tags omitted": (
        "<table><tr><td>Bacheo<td>1<td>2\n<tr><td>Poda<td>3</table>",
        [("Bacheo", "1", "2"), ("Poda", "3"), ()],
    ),
    "caption": ("<table><caption>Metas</caption><tr><td>1</table>", [("Metas",), ("1",), ()]),
    "div and bare": ("uno<div>dos <b>y</b> tres</div>cuatro<br>cinco", [("uno",), ("dos y tres",), ("cuatro\ncinco",)]),
    "lists": ("<ul><li><p>uno</p><li>dos<ul><li>tres</ul></ul>", [("uno",), ("dos",), ("tres",)]),
    "nested table": (
        "<table><tr><td>a<table><tr><td>n</table>b<td>c</table>fin",
        [("a\nb", "c"), (), ("n",), (), ("fin",)],
    ),
    "rows omitted": ("<table><td>a<td>b</table>", [("a",), ("b",), ()]),
    "rowspan 0": (
        "<table><tr><td rowspan=0>a<td>1<tr><td>2<tr><td>3</table>",
        [("a", "1"), ("a", "2"), ("a", "3"), ()],
    ),
    "rowspan ²": ("<table><tr><td rowspan='²'>a<td>1<tr><td>2</table>", [("a", "1"), ("2",), ()]),
    "blocks in a cell": ("<table><tr><td><p>a</p><p>b</p></table>", [("a\nb",), ()]),
    "source breaks": ("<p>Meta\n  anual</p>", [("Meta anual",)]),
    "scripts": ("<head><title>t</title></head><script>x</script><!-- k --><p>a", [("a",)]),
    "declared encoding": ("<?xml version='1.0' encoding='latin-1'?><html><meta charset=latin-1><p>ñandú", [("ñandú",)]),
}


@pytest.mark.parametrize(("content", "rows"), PAGES.values(), ids=PAGES)
def test_page(read, content, rows):
    assert list(read("plan.html", content).filas) == rows


def test_page_of_nothing_is_refused_as_empty(read):
    with pytest.raises(ArchivoError, match="un documento vacío"):
        read("plan.html", "<!-- k -->")


def test_page_lines(read):
    page = "<p>a</p>\n<table>\n<tr><td>1\n<tr><td>2\n</table>\n\nsuelto\n<!-- k\n -->\n<p\n>b</p>"
    sheet = read("plan.html", page)
    assert sheet.filas == (("a",), ("1",), ("2",), (), ("suelto",), ("b",))
    assert sheet.rotulos[:3] == ("L1", "L3", "L4")
    assert sheet.rotulos[4] == "L7"
    assert sheet.rotulos[5] in ("L10", "L11")


def test_huge_spans(read):
    start = time.perf_counter()
    rows = read("plan.html", "<table>" + "<tr><td rowspan=1000 colspan=1000>x" * 8 + "</table>").filas
    assert len(rows) == 9
    assert max(map(len, rows)) < 1010
    with pytest.raises(ArchivoError):
        read("plan.html", "<table>" + "<tr><td colspan=1000>x" * 10_001 + "</table>")
    assert time.perf_counter() - start < 5


WIDE_START = '<w:gridSpan w:val="2"/><w:vMerge w:val="restart"/>'
WIDE_REST = '<w:gridSpan w:val="2"/><w:vMerge/>'
BODIES = {
    "nested table": (
        tbl(tr(tc(p("a") + tbl(tr(tc("n"))) + p("b")), tc("c"))),
        [("a\nb", "c"), (), ("n",), ()],
    ),
    "content controls": (
        sdt(p("uno") + tbl(tr(sdt(tc("dos"))))) + f"<w:p>{sdt('<w:r><w:t>tres</w:t></w:r>')}</w:p>",
        [("uno",), ("dos",), (), ("tres",)],
    ),
    "tracked changes": (
        "<w:p><w:del><w:r><w:delText>30</w:delText></w:r></w:del><w:ins><w:r><w:t>40</w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>x</w:t></w:r></w:moveFrom><w:r><w:t> calles</w:t><w:tab/><w:t>y</w:t></w:r></w:p>",
        [("40 calles\ty",)],
    ),
    "row deleted": (tbl(tr("<w:trPr><w:del/></w:trPr>", tc("a")), tr(tc("b"))), [("b",), ()]),
    "grid before": (
        tbl(tr(tc("a"), tc("b")), tr('<w:trPr><w:gridBefore w:val="1"/></w:trPr>', tc("2"))),
        [("a", "b"), (None, "2"), ()],
    ),
    "merged": (
        tbl(tr(tc("a", WIDE_START), tc("1")), tr(tc("<w:p/>", WIDE_REST), tc("2"))),
        [("a", "a", "1"), ("a", "a", "2"), ()],
    ),
    "merge with nothing above": (
        tbl(tr(tc("a", "<w:vMerge/>")), tr(tc("b"), tc("<w:p/>", "<w:vMerge/>"))),
        [("a",), ("b", None), ()],
    ),
    "text box": (
        "<w:p><w:r><w:t>a</w:t><w:pict><w:txbxContent><w:p><w:r><w:t>caja</w:t></w:r></w:p></w:txbxContent></w:pict>"
        "</w:r></w:p>",
        [("a",)],
    ),
}


@pytest.mark.parametrize(("body", "rows"), BODIES.values(), ids=BODIES)
def test_word(read_body, body, rows):
    assert read_body(body) == rows


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("Tapar 5<p>10 calles</p>", ("Tapar 5\n10 calles",)),
        ("<ul><li>uno</li> <li class='x'>dos</li></ul>\t<div>3</div>", ("uno\ndos", "3")),
        ("a<br>b<br/>c", ("a\nb\nc",)),
        ("a <pre-b", ("a <pre-b",)),
    ],
)
def test_text(read, line, cells):
    assert read("plan.txt", line).filas == (cells,)


TABLES = {
    "title with comma": (
        "Plan operativo, 2024, municipio, a, b, c\nActividad;Meta;Avance\nBacheo;1,5;2,5\nPoda;3,0;4,0\n",
        ("Bacheo", "1,5", "2,5"),
    ),
    "comma": ("Actividad,Meta; nota,Avance\nx;y,1,2\nPoda,3,4\n", ("x;y", "1", "2")),
    "tab": ("Actividad\tMeta\nA, b\t1\nBacheo, c\t2\n", ("Bacheo, c", "2")),
    "several lines": ('a,b\n"uno\ndos",1\nx,"2\u2028"\n', ("x", "2")),
}


@pytest.mark.parametrize(("content", "row"), TABLES.values(), ids=TABLES)
def test_delimiter(read, content, row):
    assert row in read("plan.csv", content).filas


@pytest.mark.parametrize("rows", [10, 50_000])
def test_open_quote(read, rows):
    with pytest.raises(ArchivoError, match="línea 3") as refused:
        read("plan.csv", 'a,b\nx,1\n"abierta,2\n' + "x,1\n" * rows)
    assert "comillas" in str(refused.value)


def test_lines_of_quoted(read):
    assert read("plan.csv", 'a,b\n"uno\ndos",1\n"5"" tubo\n",2\n').rotulos == ("L1", "L2", "L4")


@pytest.mark.parametrize("reader", formats._KINDS)
def test_each_kind_names_a_function_that_reads_it(reader):
    module, function = reader.split(".")
    assert callable(getattr(import_module(f"poa_eval.readers.{module}"), function))
