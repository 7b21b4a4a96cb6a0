"""Cover: what a workbook is, what it says at a glance, where everything is, and how the figures came about."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from poa_eval.excel import DARK, LINE, LINK, SOFT, Spread
from poa_eval.metrics.evaluation import Evaluation, describe_quarter, name_quarter
from poa_eval.metrics.reasons import tell_reasons
from poa_eval.metrics.registry import FIGURES, sort_key_figures
from poa_eval.quarter.quarter import Quarter
from poa_eval.reports.sections.contents import name_form
from poa_eval.reports.sections.inputs import list_notes
from poa_eval.reports.sections.method import list_paragraphs, list_threshold_columns, list_thresholds
from poa_eval.reports.sections.reconciliation import tell_trust
from poa_eval.reports.sections.summary import list_plan_figures, tell_headline, tell_plan
from poa_eval.text.wording import EMPTY_STATES, capitalize, is_present, name_span

_WIDTHS = (34, 17, 17, 84)
_LETTERS = 1.12  # letters in a unit of width
_EDGE = {"bottom": 1, "bottom_color": LINE, "indent": 1}

Cells = Sequence[object]


def put_cover(spread: Spread, sheet: Any, quarter: Quarter) -> None:
    """Fill the cover."""
    e = quarter.evaluacion
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    writer = _Writer(spread, sheet)
    writer.write_line(e.plan.institucion, bold=True, font_size=20, font_color=DARK)
    what = "Plan operativo anual: qué se puede evaluar" if e.solo_plan else "Evaluación del plan operativo anual"
    writer.write_line(f"{what} · {capitalize(name_quarter(e))}", font_size=14, font_color=SOFT)
    writer.write_row(["Fecha de corte", e.fecha_corte], bold=True)
    writer.row += 1
    for sentence in tell_plan(e) if e.solo_plan else [*tell_headline(e), *tell_trust(quarter)]:
        writer.write_line(sentence, font_size=11)
    if e.solo_plan:
        rows = ([figure["name"], figure["value"], None, ". ".join(figure["notes"])] for figure in list_plan_figures(e))
        writer.write_part("Cifras del plan", ("Cifra", "Valor", "", "Qué es"), rows)
    else:
        spans = f"A la fecha, {name_span(*e.months)}", f"En el {describe_quarter(e.trimestre)}"
        writer.write_part("Cifras de la institución", ("Cifra", *spans, "Cómo se obtiene"), _list_institution(e))
    rows = [[name, number, None, capitalize(said)] for name, said, number in spread.listed]
    writer.write_part("Contenido", ("Hoja", "Filas", "", "Qué trae"), rows)
    link = spread.format(font_color=LINK, underline=1, **_EDGE)
    for row, (name, *_) in enumerate(rows, start=writer.row - len(rows)):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", link, name)
    sheet.set_print_scale(88)
    sheet.set_h_pagebreaks([writer.row])
    writer.write_part("Cómo se lee", lines=_list_readings(e))
    lines = []
    for text, points in list_paragraphs(e):
        lines += [text, *(": ".join(filter(None, point)) for point in points)]
    writer.write_part("Cómo se obtienen las cifras", lines=lines)
    if not e.solo_plan:
        title = f"Con qué umbrales: {e.perfil.titulo}, {e.perfil.nota}"
        state, value, origin, checked = list_threshold_columns(e.plan.locale)
        columns = [state, value, checked, origin]  # the cover's last column is the widest
        rows = [[column.take(row) for column in columns] for row in list_thresholds(e.perfil)]
        writer.write_part(title, [column.title for column in columns], rows)
    heads, title = ("Archivo", "Forma", "", "Huella SHA-256"), "Documentos de los que salen las cifras"
    forms = [name_form(quarter, layout) for layout in quarter.fuentes["layout"]]
    files = quarter.fuentes.assign(forma=forms).to_dict("records")
    rows = [[file["archivo"].split("/")[-1], file["forma"], None, file["sha256"]] for file in files]
    writer.write_part(title, heads, rows, lines=[f"{note}." for note in list_notes(e)])
    sheet.set_first_sheet()
    sheet.activate()


class _Writer:
    """Writes the cover from top to bottom."""

    def __init__(self, spread: Spread, sheet: Any) -> None:
        self.spread, self.sheet, self.row = spread, sheet, 0

    def write_line(self, text: str, **look: object) -> None:
        """Write a text over the whole width, as high as it needs."""
        size = float(look.get("font_size", 10))
        self.sheet.merge_range(self.row, 0, self.row, len(_WIDTHS) - 1, "", self.spread.format(**look))
        self.spread.put(self.sheet, self.row, 0, text, **look)
        lines = math.ceil(len(text) * size / 10 / (sum(_WIDTHS) * _LETTERS))
        self.sheet.set_row(self.row, lines * size * 1.35 + 5)
        self.row += 1

    def write_row(self, cells: Cells, **look: object) -> None:
        """Write a row of values, each perhaps with its kind; texts may turn lines."""
        high = 1
        for at, cell in enumerate(cells):
            value, kind = cell if isinstance(cell, tuple) else (cell, "number")
            self.spread.put(self.sheet, self.row, at, value, kind, align="left", **_EDGE | look)
            if isinstance(value, str):
                high = max(high, math.ceil(len(value) / (_WIDTHS[at] * _LETTERS)))
        self.sheet.set_row(self.row, 13.5 * high + 4)
        self.row += 1

    def write_part(self, title: str, heads: Cells = (), rows: Iterable[Cells] = (), lines: Iterable[str] = ()) -> None:
        """Write a part: its heading, the headings of its columns, its rows, and lines of text."""
        self.row += 1
        self.write_line(title, bold=True, font_size=13, font_color=DARK, bottom=2, bottom_color=DARK)
        if heads:
            self.write_row(heads, bold=True, font_color=SOFT)
        for row in rows:
            self.write_row(row)
        for line in lines:
            self.write_line(line)


def _list_institution(e: Evaluation) -> Iterator[Cells]:
    row, windows = e.institucion.iloc[0].to_dict(), ("acumulado", "trimestre")
    for figure in [*sort_key_figures(e.perfil), FIGURES["cobertura_reporte"]]:
        name = figure.name
        gaps = [
            tell_reasons(e.find_gap(name, row, window)) for window in windows if not is_present(row[f"{name}_{window}"])
        ]
        said = capitalize(figure.tell_formula(e.perfil)) + (f". Sin cifra: {gaps[0]}" if gaps else "")
        values = (row[f"{name}_{window}"] for window in windows)
        yield [figure.label, *((value if is_present(value) else "sin cifra", "percent") for value in values), said]


def _list_readings(e: Evaluation) -> list[str]:
    lines = [
        "Los números son números y las fechas, fechas: se pueden filtrar, ordenar y sumar. Los porcentajes van de 0 a "
        "100 y guardan todos sus decimales; el formato redondea solo lo que se ve.",
        "Una celda vacía es una cifra que no hay; nunca es un cero.",
    ]
    if not e.solo_plan:
        lines += [f"{capitalize(state)}: {meaning}." for state, meaning in EMPTY_STATES.items()]
    return [*lines, "Las columnas «Clave» unen las hojas entre sí y con los archivos de la carpeta «datos»."]
