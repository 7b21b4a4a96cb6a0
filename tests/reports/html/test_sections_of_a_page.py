"""Sections of a page that show nothing disappear."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from poa_eval.reports.html.page import export_html


def list_headings(page: str) -> list[str]:
    return re.findall(r"<h2[^>]*>(.*?)</h2>", page)


def make_section(heading, *htmls, words=""):
    cells = [new_markdown_cell(f"{heading}\n\n{words}")]
    for html in htmls:
        outputs = [] if html is None else [new_output("display_data", data={"text/html": html})]
        cells.append(new_code_cell("poa.show(q)", outputs=outputs))
    return cells


def export(*sections) -> str:
    return export_html(new_notebook(cells=[cell for section in sections for cell in section]), titulo="Prueba")


@pytest.mark.parametrize("htmls", [("",), (None,), ("", None, " \n")])
def test_a_section_that_shows_nothing_disappears_with_its_heading_and_words(htmls):
    page = export(
        make_section("## Primera", "<p>uno</p>"),
        make_section("## Vacía", *htmls, words="Palabras de más."),
        make_section("## Última", "<p>dos</p>"),
    )
    assert list_headings(page) == ["Primera", "Última"]
    assert "Palabras de más" not in page


def test_sections_that_show_something_or_are_words_alone_stay():
    failed = [new_markdown_cell("## Falla"), new_code_cell("x")]
    failed[1].outputs = [new_output("error", ename="KeyError", evalue="x", traceback=[])]
    page = export(
        make_section("## A medias", "", "<p>algo</p>"),
        make_section("## Solo palabras", words="Nota."),
        failed,
        make_section("### Menor", ""),
    )
    assert list_headings(page) == ["A medias", "Solo palabras", "Falla"]
    assert "Menor" in page
    assert "Arriba" in export(make_section("# Arriba", ""))
