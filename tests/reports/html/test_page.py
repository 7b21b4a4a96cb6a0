"""The page of a notebook: what it shows, what it never shows, and how it looks in a browser."""

import base64
import hashlib
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import poa_eval
from poa_eval.reports.html.page import error_page, export_html

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script></svg>'
WIDE = "".join(f"<th scope='col'>Columna número {number}</th>" for number in range(20))


def show(data: dict, metadata: dict | None = None):
    return new_output("display_data", data=data, metadata=metadata or {})


def make_notebook(*outputs, title="# Informe") -> nbformat.NotebookNode:
    code = new_code_cell("clave_secreta = 1", outputs=list(outputs), execution_count=7)
    return new_notebook(cells=[new_markdown_cell(title), code])


def export(*outputs, **options) -> str:
    return export_html(make_notebook(*outputs), **{"titulo": "Prueba"} | options)


def test_page_is_spanish_and_self_contained():
    page = export(show({"text/html": "<p>Resultado</p>"}))
    assert page.split()[:4] == ["<!DOCTYPE", "html>", "<html", 'lang="es">']
    for part in ('<meta charset="utf-8"', "width=device-width", "<title>Prueba</title>", "<header", "<main", "<footer"):
        assert part in page
    assert f"poa_eval {poa_eval.__version__}" in page
    assert not re.findall(r"<link|<iframe|https?:|@import|url\(", page)


def test_page_allows_its_own_script_and_no_other():
    page = export()
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert len(scripts) == page.count("<script") == 1
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:;" in page


def test_code_prompts_and_streams_are_not_shown():
    page = export(
        show({"text/html": "<p>Resultado</p>"}),
        new_output("stream", name="stdout", text="ruido de pantalla"),
        new_output("stream", name="stderr", text="ruido de errores"),
        new_output("execute_result", data={"text/plain": "42 metas"}, execution_count=7),
    )
    assert "<p>Resultado</p>" in page
    assert '<pre class="salida">42 metas</pre>' in page
    for hidden in ("clave_secreta", "ruido", "[7]", "In [", "Out["):
        assert hidden not in page


@pytest.mark.parametrize(
    "output",
    [
        show({"text/plain": "<script>alert(1)</script> y <b>"}),
        show({"text/markdown": "**hola** <script>alert(1)</script>"}),
        show({"image/svg+xml": SVG}, {"image/svg+xml": {"alt": '"><script>alert(1)</script>'}}),
        show({"application/javascript": "alert(1)", "text/plain": "x"}),
        new_output("error", ename="ParamsError", evalue="<script>alert(1)</script>", traceback=[]),
    ],
    ids=["plain", "markdown", "svg", "javascript", "error"],
)
def test_markup_in_data_is_text(output):
    page = export(output, titulo="</title><script>alert(1)</script>", avisos=["<script>alert(1)</script>"])
    assert page.count("<script") == 1
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_title_cannot_leave_the_style_sheet():
    style = re.findall(r"<style>(.*?)</style>", export(titulo='a"</style>\\<b>'), flags=re.DOTALL)
    assert len(style) == 1
    assert r'content: "a\22 \3c /style\3e \5c \3c b\3e "' in style[0]


def test_the_title_goes_into_the_header_and_long_pages_list_their_sections():
    cells = [
        new_markdown_cell(f"## {name}\n\nTexto.")
        for name in ("En resumen", "Año & obras", "Año y obras", "Año & obras")
    ]
    title = new_code_cell("poa", outputs=[show({"text/html": "<h1>Obras</h1>\n<p>Municipio</p>\n"})])
    notebook = new_notebook(cells=[title, *cells])
    page = export_html(notebook, titulo="Prueba", volver=("../index.html", "Municipio <de> Obras"))
    header = re.search(r"<header.*?</header>", page, flags=re.DOTALL)[0]
    assert page.count("<h1>Obras</h1>") == header.count("<h1>Obras</h1>") == 1
    assert '<a class="volver" href="../index.html">← Informe de Municipio &lt;de&gt; Obras</a>' in header
    listed = re.findall(r'<li><a href="#([^"]*)">(.*?)</a>', page)
    assert listed == re.findall(r'<h2 id="([^"]*)">(.*?)</h2>', page)
    assert [anchor for anchor, _ in listed] == ["en-resumen", "ano-obras", "ano-y-obras", "ano-obras-3"]
    assert "<nav" not in export_html(new_notebook(cells=[title, *cells[:2]]), titulo="Prueba")


def test_error_is_told_without_traceback():
    trace = ["\x1b[31mTraceback (most recent call last)", 'File "modulo.py", line 3']
    own = export(new_output("error", ename="FormatoError", evalue="se encontró «cuarenta»", traceback=trace))
    foreign = export(new_output("error", ename="KeyError", evalue="'clave interna'", traceback=trace))
    assert "se encontró «cuarenta»" in own
    assert "clave interna" not in foreign
    for page in (own, foreign):
        assert "Esta parte del informe no se pudo elaborar" in page
        assert "Traceback" not in page
        assert "modulo.py" not in page


def test_papermill_marks_are_dropped():
    notebook = make_notebook()
    mark = new_markdown_cell("An Exception was encountered", metadata={"tags": ["papermill-error-cell-tag"]})
    notebook.cells.insert(0, mark)
    assert "Exception" not in export_html(notebook, titulo="Prueba")
    assert len(notebook.cells) == 3


def test_figures_carry_their_alternative_text():
    page = export(
        show({"image/svg+xml": SVG}, {"image/svg+xml": {"alt": "Programado y «ejecutado»"}}),
        show({"image/png": "aGk=\n", "text/plain": "<Figure>"}, {"image/png": {"alt": "Barras"}}),
        show({"image/png": "aGk="}),
    )
    assert re.findall(r'alt="(.*?)"', page) == ["Programado y «ejecutado»", "Barras", "Gráfico sin descripción"]
    assert len(re.findall(r'src="data:image/(?:png|svg\+xml);base64,[A-Za-z0-9+/=]+"', page)) == 3


def test_bare_table_gets_a_box_that_scrolls_and_a_boxed_one_does_not():
    boxed = '<div class="tabla" tabindex="0" role="region" aria-label="Metas"><table><tr><td>1</td></tr></table></div>'
    assert export(show({"text/html": "<table><tr><td>1</td></tr></table>"})).count('role="region"') == 1
    assert export(show({"text/html": boxed})).count('role="region"') == 1


@pytest.mark.parametrize(("title", "headings"), [("# Del cuaderno", ["Del cuaderno"]), ("Solo texto", ["Prueba"])])
def test_page_has_one_first_heading(title, headings):
    page = export_html(make_notebook(title=title), titulo="Prueba")
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page) == headings


def test_links_and_warnings():
    page = export(avisos=["Falló la unidad 304"], enlaces=[("unidades/303.html", "303 · Obras & agua")])
    assert "<li>Falló la unidad 304</li>" in page
    assert '<a href="unidades/303.html">303 · Obras &amp; agua</a>' in page
    assert "<aside" not in export()
    assert "<nav" not in export()


def test_notebook_may_be_a_file(tmp_path):
    nbformat.write(make_notebook(), tmp_path / "c.ipynb")
    assert "Informe" in export_html(tmp_path / "c.ipynb", titulo="Prueba")


def test_error_page():
    page = error_page("Unidad <304>", "FormatoError\n  se encontró «<b>»", [("unidades/303.html", "303")])
    assert "<h1>Unidad &lt;304&gt;</h1>" in page
    assert "se encontró «&lt;b&gt;»" in page
    assert 'href="unidades/303.html"' in page


def test_same_notebook_same_page():
    assert export(show({"text/html": "<p>1</p>"})) == export(show({"text/html": "<p>1</p>"}))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_states_can_be_read():
    templates = Path(poa_eval.__file__).parent / "reports" / "html" / "templates" / "informe"
    css = (templates / "estilo.css").read_text(encoding="utf-8")
    colours = re.findall(r"^\.(estado-[\w-]+) \{ color: (#\w{6}); background: (#\w{6});", css, re.MULTILINE)
    states = "sobrecumplida cumplida casi-cumplida en-riesgo critica sin-reporte no-programada no-evaluable"
    assert [name for name, *_ in colours] == [f"estado-{state}" for state in states.split()]
    for name, ink, paper in colours:
        dark, light = sorted([luminance(ink), luminance(paper)])
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name
