"""Cover: what a workbook is, what it says at a glance, where everything is, and how the figures came about."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from poa_eval.explain import show_method
from poa_eval.measure import Evaluation, describe_quarter
from poa_eval.narrate import find_gap, list_notes, name_quarter, tell_headline
from poa_eval.quarter import Quarter
from poa_eval.spread import Spread
from poa_eval.tell import list_figures, tell_plan
from poa_eval.words import EMPTY_STATES, FIGURES, capitalize, has, name_span

_WIDTHS = (34, 17, 17, 84)
_LETTERS = 1.12  # letters in a unit of width
_INK, _SOFT, _LINE = "#0B3C5D", "#4A5866", "#C9D1D9"


def put_cover(spread: Spread, sheet: Any, quarter: Quarter) -> None:
    """Fill the cover.

    Parameters
    ----------
    spread : Spread
    sheet : worksheet
        The empty first sheet.
    quarter : Quarter
    """
    e = quarter.evaluacion
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    writer = _Writer(spread, sheet)
    writer.write_line(e.plan.institucion, bold=True, font_size=20, font_color=_INK)
    what = "Plan operativo anual: qué se puede evaluar" if e.solo_plan else "Evaluación del plan operativo anual"
    writer.write_line(f"{what} · {capitalize(name_quarter(e))}", font_size=14, font_color=_SOFT)
    writer.write_row(["Fecha de corte", e.fecha_corte], bold=True)
    writer.row += 1
    for sentence in tell_plan(e) if e.solo_plan else tell_headline(e):
        writer.write_line(sentence, font_size=11)
    _write_figures(writer, e)
    writer.write_heading("Contenido", ("Hoja", "Filas", "", "Qué trae"))
    for name, said, number in spread.listed:
        link = spread.format(font_color="#0B5394", underline=1, bottom=1, bottom_color=_LINE, indent=1)
        writer.sheet.write_url(writer.row, 0, f"internal:'{name}'!A1", link, name)
        writer.write_row([None, number, None, capitalize(said)], first=1)
    sheet.set_print_scale(88)
    sheet.set_h_pagebreaks([writer.row])
    writer.write_heading("Cómo se lee")
    for note in _list_readings(e):
        writer.write_line(note)
    writer.write_heading("Cómo se obtienen las cifras")
    for line in show_method(e).text.partition("\n\n")[0].splitlines():
        writer.write_line(line)
    if not e.solo_plan:
        _write_profile(writer, e)
    writer.write_heading("Documentos de los que salen las cifras", ("Archivo", "Forma", "", "Huella SHA-256"))
    for source in quarter.fuentes.to_dict("records"):
        writer.write_row([source["archivo"].split("/")[-1], source["layout"], None, source["sha256"]])
    for note in list_notes(e):
        writer.write_line(f"{note}.")
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

    def write_heading(self, title: str, heads: Sequence[str] = ()) -> None:
        """Write the heading of a part, and of its columns."""
        self.row += 1
        self.write_line(title, bold=True, font_size=13, font_color=_INK, bottom=2, bottom_color=_INK)
        if heads:
            self.write_row(heads, bold=True, font_color=_SOFT)

    def write_row(self, values: Sequence[object], *, first: int = 0, kinds: Sequence[str] = (), **look: object) -> None:
        """Write a row of values, from a column on; texts may turn lines."""
        look = {"bottom": 1, "bottom_color": _LINE, "indent": 1} | look
        high = 1
        for at, value in enumerate(values[first:] if first else values, start=first):
            kind = kinds[at] if kinds else "number"
            self.spread.put(self.sheet, self.row, at, value, kind, align="left", **look)
            high = max(high, math.ceil(len(value) / (_WIDTHS[at] * _LETTERS)) if isinstance(value, str) else 1)
        self.sheet.set_row(self.row, 13.5 * high + 4)
        self.row += 1


def _write_figures(writer: _Writer, e: Evaluation) -> None:
    if e.solo_plan:
        writer.write_heading("Cifras del plan", ("Cifra", "Valor", "", "Qué es"))
        for figure in list_figures(e):
            writer.write_row([figure["name"], figure["value"], None, ". ".join(figure["notes"])])
        return
    row = e.institucion.iloc[0].to_dict()
    spans = f"A la fecha, {name_span(e.trimestre)}", f"En el {describe_quarter(e.trimestre)}"
    heads = ("Cifra", *spans, "Cómo se obtiene")
    writer.write_heading("Cifras de la institución", heads)
    for name in sorted(FIGURES, key=lambda name: name != e.perfil.principal):
        title, formula = FIGURES[name]
        formula = e.perfil.formula_proporcion if name == "proporcion_cumplidas" else formula
        gaps = [find_gap(name, row, w) for w in ("acumulado", "trimestre") if not has(row[f"{name}_{w}"])]
        said = capitalize(formula) + (f". Sin cifra: {gaps[0]}" if gaps else "")
        values = [row[f"{name}_{window}"] for window in ("acumulado", "trimestre")]
        values = [value if has(value) else "sin cifra" for value in values]
        writer.write_row([title, *values, said], kinds=("text", "percent", "percent", "text"))
    values = [row[f"cobertura_reporte_{window}"] for window in ("acumulado", "trimestre")]
    said = "Evaluadas / (evaluadas + sin reporte) × 100"
    writer.write_row(["Cobertura de reporte", *values, said], kinds=("text", "percent", "percent", "text"))


def _list_readings(e: Evaluation) -> list[str]:
    lines = [
        "Los números son números y las fechas, fechas: se pueden filtrar, ordenar y sumar. Los porcentajes van de 0 a "
        "100 y guardan todos sus decimales; el formato redondea solo lo que se ve.",
        "Una celda vacía es una cifra que no hay; nunca es un cero.",
    ]
    if not e.solo_plan:
        lines += [f"{capitalize(state)}: {meaning}." for state, meaning in EMPTY_STATES.items()]
    return [*lines, "Las columnas «Clave» unen las hojas entre sí y con los archivos de la carpeta «datos»."]


def _write_profile(writer: _Writer, e: Evaluation) -> None:
    """Write by which thresholds results are judged, and where each comes from."""
    profile = e.perfil
    heads = ("Estado", "Cumplimiento", "Verificado", "Fuente del umbral")
    writer.write_heading(f"Con qué umbrales: {profile.titulo}, {profile.nota}", heads)
    words = {"sobrecumplida": "más de"}
    bands = [(name.replace("_", " "), words.get(name, "desde"), band) for name, band in profile.bandas]
    bands.append(("crítica", "menos de", profile.bandas.en_riesgo))
    bands.append(("Cobertura mínima para ordenar a una unidad", "desde", profile.cobertura_minima))
    for state, word, threshold in bands:
        limit = f"{word} {threshold.valor:g} %"
        checked = "sí" if threshold.verificado else "no"
        writer.write_row([capitalize(state), limit, checked, capitalize(threshold.fuente)])
