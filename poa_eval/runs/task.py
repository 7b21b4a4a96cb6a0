"""Tasks: a report to produce and the report produced, as they go from process to process: each carries all it needs."""

from dataclasses import dataclass

Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ReportTask:
    """A report to produce."""

    nombre: str  # file name of the notebook
    cuaderno: str  # the notebook itself
    parametros: dict
    preparado: bytes  # the quarter that it opens, pickled
    raiz: str  # folder in which it works
    titulo: str  # of the page
    enlaces: dict  # the pages to link, as `export_html` takes them


@dataclass(frozen=True)
class MadeReport:
    """A report: the text of its notebook and of its page, why it failed in Spanish (or None), and how long it took."""

    cuaderno: str
    pagina: str
    mensaje: str | None
    segundos: float
