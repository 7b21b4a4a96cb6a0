"""Turn an executed notebook into one HTML page that needs nothing else: no code, no script, no connection."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader
from nbconvert import HTMLExporter
from nbformat import NotebookNode

import poa_eval
from poa_eval.errors import PoaError

_TEMPLATES = Path(__file__).parent / "templates"
_MARK = "papermill-error-cell-tag"


def export_html(
    notebook: NotebookNode | str | Path,
    *,
    titulo: str,
    avisos: Iterable[str] = (),
    enlaces: Iterable[tuple[str, str]] = (),
) -> str:
    """Render an executed notebook as a self-contained page.

    Words and results are shown; code, prompts, streams and tracebacks are not. ``text/html`` results are trusted,
    because the package makes them; any other text is escaped.

    Parameters
    ----------
    notebook : NotebookNode, str or Path
        Executed notebook, or its file.
    titulo : str
        Title of the page; also its heading, where the notebook has no heading of the first level.
    avisos : iterable of str
        Warnings for the banner on top.
    enlaces : iterable of (str, str)
        Relative address and text of the pages to link at the end.

    Returns
    -------
    str
        The page.

    Examples
    --------
    >>> cell = nbformat.v4.new_markdown_cell("Cumplió **3 de 4** metas.")
    >>> page = export_html(nbformat.v4.new_notebook(cells=[cell]), titulo="Primer trimestre")
    >>> "<h1>Primer trimestre</h1>" in page, "<strong>3 de 4</strong>" in page, "<script" in page
    (True, True, False)
    """
    if not isinstance(notebook, NotebookNode):
        notebook = nbformat.read(notebook, as_version=4)
    notebook = without_empty_sections(without_marks(notebook))
    page = _page(titulo, avisos=avisos, enlaces=enlaces)
    if _has_heading(notebook):
        page["encabezado"] = ""
    exporter = HTMLExporter(
        template_name="informe",
        extra_template_basedirs=[str(_TEMPLATES)],
        language_code="es",
        exclude_input=True,
        exclude_anchor_links=True,
        filters={"base64_de": _encode_base64, "como_texto": html.escape},
    )
    body, _ = exporter.from_notebook_node(notebook, resources={"poa_eval": page})
    return body.strip() + "\n"


def error_page(titulo: str, mensaje: str, enlaces: Iterable[tuple[str, str]] = ()) -> str:
    """Make the page of a report that could not be made.

    Parameters
    ----------
    titulo, mensaje : str
        What the page would have been, and why it is not there.
    enlaces : iterable of (str, str)
        Relative address and text of the pages to link.

    Returns
    -------
    str
        The page.

    Examples
    --------
    >>> "no se pudo elaborar" in error_page("Tesorería", "falló el cuaderno")
    True
    """
    template = _environment().get_template("error.html.j2")
    return template.render(pagina=_page(titulo, enlaces=enlaces), mensaje=mensaje).strip() + "\n"


def links_page(titulo: str, titulo_enlaces: str, enlaces: Iterable[tuple[str, str]]) -> str:
    """Make a page that only links others.

    Parameters
    ----------
    titulo, titulo_enlaces : str
        Heading of the page, and of its links.
    enlaces : iterable of (str, str)
        Relative address and text of the pages to link.

    Returns
    -------
    str
        The page.

    Examples
    --------
    >>> 'href="a/index.html"' in links_page("Informes", "Instituciones", [("a/index.html", "A")])
    True
    """
    page = _page(titulo, enlaces=enlaces) | {"titulo_enlaces": titulo_enlaces}
    return _environment().get_template("enlaces.html.j2").render(pagina=page).strip() + "\n"


def _page(titulo: str, *, avisos: Iterable[str] = (), enlaces: Iterable[tuple[str, str]] = ()) -> dict:
    return {
        "titulo": titulo,
        "encabezado": titulo,
        "avisos": list(avisos),
        "enlaces": list(enlaces),
        "titulo_enlaces": "Informes de las unidades",
        "version": poa_eval.__version__,
        "errores_propios": sorted(own_error_names()),
        "sin_descripcion": "Gráfico sin descripción",
    }


def without_marks(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook without the cells in which papermill announces, in English, that a cell failed.

    Examples
    --------
    >>> mark = nbformat.v4.new_markdown_cell("An Exception was encountered", metadata={"tags": [_MARK]})
    >>> without_marks(nbformat.v4.new_notebook(cells=[mark])).cells
    []
    """
    cells = [cell for cell in notebook.cells if _MARK not in cell.metadata.get("tags", ())]
    return NotebookNode({**notebook, "cells": cells})


def without_empty_sections(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook without the sections of which every code cell shows nothing.

    A section is a markdown cell that begins with ``## `` and what follows, up to the next heading of that level or
    above. One without code cells is words for the reader, and stays.

    Examples
    --------
    >>> heading, code = nbformat.v4.new_markdown_cell("## Calendario"), nbformat.v4.new_code_cell("show_due(q)")
    >>> without_empty_sections(nbformat.v4.new_notebook(cells=[heading, code])).cells
    []
    """
    sections: list[list[NotebookNode]] = [[]]
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.lstrip().startswith(("# ", "## ")):
            sections.append([])
        sections[-1].append(cell)
    kept = [cell for section in sections if not _is_empty(section) for cell in section]
    return NotebookNode({**notebook, "cells": kept})


def _is_empty(section: list[NotebookNode]) -> bool:
    code = [cell for cell in section if cell.cell_type == "code"]
    is_section = section and section[0].cell_type == "markdown" and section[0].source.lstrip().startswith("## ")
    return bool(is_section and code) and not any(_shows(output) for cell in code for output in cell.outputs)


def _shows(output: NotebookNode) -> bool:
    """Say whether an output is seen on the page: an error, or a result that is not blank."""
    if output.output_type == "error":
        return True
    data = output.get("data", {})
    return bool(str(data["text/html"]).strip()) if "text/html" in data else bool(data)


@cache
def own_error_names() -> frozenset[str]:
    """Return the class names of the errors whose message is written for the analyst.

    Examples
    --------
    >>> "ParamsError" in own_error_names(), "KeyError" in own_error_names()
    (True, False)
    """
    return frozenset(cls.__name__ for cls in (PoaError, *PoaError.__subclasses__()))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES / "informe"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


def _has_heading(notebook: NotebookNode) -> bool:
    """Say whether some cell or result already brings the page's first-level heading."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and any(line.startswith("# ") for line in cell.source.splitlines()):
            return True
        if any("<h1" in output.get("data", {}).get("text/html", "") for output in cell.get("outputs", ())):
            return True
    return False


def _encode_base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
