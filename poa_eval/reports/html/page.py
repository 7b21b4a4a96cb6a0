"""Page: an executed notebook as one HTML page that needs nothing else: no code, no connection, a script of its own."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader

import poa_eval
from poa_eval.errors import PoaError
from poa_eval.text.names import make_slug

if TYPE_CHECKING:
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

#: Relative address of a page, and its name.
Link = tuple[str, str]
_TEMPLATES = files("poa_eval.reports.html") / "templates"
_MARK = "papermill-error-cell-tag"
_HEADING = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
_FEWEST_SECTIONS = 3  # a shorter page needs no table of contents


def export_html(
    notebook: NotebookNode | str | Path,
    *,
    titulo: str,
    avisos: Iterable[str] = (),
    enlaces: Iterable[Link] = (),
    volver: Link | None = None,
) -> str:
    """Render an executed notebook as a self-contained page.

    Words and results are shown; code, prompts, streams and tracebacks are not. ``text/html`` results are trusted,
    because the package makes them; any other text is escaped. A result with the page's heading goes into its header.

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
    volver : (str, str), optional
        Relative address of the page above this one, and whose it is.

    Returns
    -------
    str
        The page.

    Examples
    --------
    >>> import nbformat
    >>> cell = nbformat.v4.new_markdown_cell("Cumplió **3 de 4** metas.")
    >>> page = export_html(nbformat.v4.new_notebook(cells=[cell]), titulo="Primer trimestre")
    >>> "<h1>Primer trimestre</h1>" in page, "<strong>3 de 4</strong>" in page
    (True, True)
    """
    import nbformat  # slow to load, as nbconvert is; a page that only links needs neither

    if not isinstance(notebook, nbformat.NotebookNode):
        notebook = nbformat.read(notebook, as_version=4)
    notebook = without_empty_sections(without_marks(notebook))
    page = _page(titulo, avisos=avisos, enlaces=enlaces, volver=volver) | _find_heading(notebook, titulo)
    body, _ = _exporter().from_notebook_node(notebook, resources={"poa_eval": page})
    return _add_contents(body)


def error_page(titulo: str, mensaje: str, enlaces: Iterable[Link] = (), *, volver: Link | None = None) -> str:
    """Make the page of a report that could not be made, which says why; links as `export_html` takes them.

    Examples
    --------
    >>> "no se pudo elaborar" in error_page("Tesorería", "falló el cuaderno")
    True
    """
    return wrap_page(titulo, _render("error.html.j2", mensaje=mensaje), enlaces, volver=volver)


def wrap_page(titulo: str, cuerpo: str, enlaces: Iterable[Link] = (), *, volver: Link | None = None) -> str:
    """Make a page of markup of the package's own templates; links as `export_html` takes them.

    Examples
    --------
    >>> "<p>Nada.</p>" in wrap_page("Informes", "<p>Nada.</p>")
    True
    """
    page = _page(titulo, enlaces=enlaces, volver=volver)
    return _add_contents(_render("libre.html.j2", pagina=page, cuerpo=cuerpo))


def _page(titulo: str, *, avisos: Iterable[str] = (), enlaces: Iterable[Link] = (), volver: Link | None = None) -> dict:
    script = (_TEMPLATES / "informe" / "tablas.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return {
        "titulo": titulo,
        "encabezado": titulo,
        "cabecera": "",
        "volver": volver,
        "papel": _quote_css(" · ".join(filter(None, (volver and volver[1], titulo)))),
        "guion": script,
        "huella_guion": f"sha256-{digest}",
        "avisos": list(avisos),
        "enlaces": list(enlaces),
        "version": poa_eval.__version__,
        "errores_propios": sorted(own_error_names()),
        "sin_descripcion": "Gráfico sin descripción",
    }


def without_marks(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook without the cells in which papermill announces, in English, that a cell failed.

    Examples
    --------
    >>> import nbformat
    >>> mark = nbformat.v4.new_markdown_cell("An Exception was encountered", metadata={"tags": [_MARK]})
    >>> without_marks(nbformat.v4.new_notebook(cells=[mark])).cells
    []
    """
    cells = [cell for cell in notebook.cells if _MARK not in cell.metadata.get("tags", ())]
    return type(notebook)({**notebook, "cells": cells})


def without_empty_sections(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook without the sections of which every code cell shows nothing.

    A section is a markdown cell that begins with ``## `` and what follows, up to the next heading of that level or
    above. One without code cells is words for the reader, and stays.

    Examples
    --------
    >>> import nbformat
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
    return type(notebook)({**notebook, "cells": kept})


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
    loader = PackageLoader("poa_eval.reports.html", "templates/informe")
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)


@cache
def _exporter() -> HTMLExporter:
    from nbconvert import HTMLExporter  # slow to load, and a page that only links needs none

    class PageExporter(HTMLExporter):
        """Leaves the page as the template makes it: what is added to it afterwards is for nbconvert's own templates."""

        def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **kw: object) -> tuple[str, dict]:
            return super(HTMLExporter, self).from_notebook_node(nb, resources, **kw)

    return PageExporter(
        template_name="informe",
        extra_template_basedirs=[str(_TEMPLATES)],
        language_code="es",
        exclude_input=True,
        exclude_anchor_links=True,
        filters={"base64_de": _encode_base64, "como_texto": html.escape},
    )


def _find_heading(notebook: NotebookNode, titulo: str) -> dict[str, str]:
    """Return the result that begins with the page's heading, and the title as one where the notebook brings none."""
    words = [line for cell in notebook.cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    shown = [output.get("data", {}).get("text/html", "") for c in notebook.cells for output in c.get("outputs", ())]
    is_there = any(line.startswith("# ") for line in words) or any("<h1" in markup for markup in shown)
    header = next((markup for markup in shown if markup.startswith("<h1")), "")
    return {"cabecera": header, "encabezado": "" if is_there else titulo}


def _add_contents(page: str) -> str:
    """Give each section an address that stays, and list the sections where the template marks their place."""
    sections: dict[str, str] = {}

    def name_section(match: re.Match) -> str:
        text = match[1]
        slug = make_slug(html.unescape(re.sub(r"<[^>]+>", "", text)))
        slug = slug if slug not in sections else f"{slug}-{len(sections)}"
        sections[slug] = text
        return f'<h2 id="{slug}">{text}</h2>'

    page = _HEADING.sub(name_section, page)
    contents = ""
    if len(sections) >= _FEWEST_SECTIONS:
        contents = _render("indice.html.j2", secciones=sections.items())
        page = page.replace('<div class="ancho cuerpo">', '<div class="ancho cuerpo con-indice">', 1)
    return page.replace("<!--indice-->", contents, 1).strip() + "\n"


def _quote_css(text: str) -> str:
    """Return a text as a string of a style sheet within a page."""
    kept = re.sub(r'[\\"<>&]', lambda match: f"\\{ord(match[0]):x} ", " ".join(text.split()))
    return f'"{kept}"'


def _encode_base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
