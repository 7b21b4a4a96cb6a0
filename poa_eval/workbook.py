"""Workbooks to fill in: instructions, a protected sheet with open cells, and a hidden one by which they are known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from poa_eval.filled import MARKER, Form
from poa_eval.spread import Spread, count_lines

_HEAD = 5  # row of the headings, counted from 0
_DARK, _EDGE = "#1F4E5F", {"border": 1, "border_color": "#B8C4C8"}
_OPEN = _EDGE | {"bg_color": "#FFF2CC", "locked": False}
_BARE = {"font_size": 11, "valign": "top", "num_format": "General"}
_A4, _LETTER = 9, 1
_USE_A4 = {"AR", "BO", "BR", "CU", "EC", "ES", "PE", "PY", "UY"}
_TEXTS = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=False,  # noqa: S701  (texts of cells, not of a page)
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
    finalize=lambda value: " ".join(str(value).split()),  # a name never begins a line of its own
)

#: A line of instructions: a title of its own, or a label with its text.
Line = tuple[str, str | None]


@dataclass(frozen=True)
class Column:
    """A column of a form: its width, and what the cells that are filled in accept.

    `pide` is what the spreadsheet says when a cell is chosen, and when it refuses what was typed; `lista` the choices
    of a drop-down; with `es_numero` only numbers from 0 on are accepted.
    """

    ancho: float = 10
    pide: str = ""
    lista: tuple[str, ...] = ()
    es_numero: bool = False


def make_form(
    form: Form,
    columns: Mapping[str, Column],
    rows: Sequence[tuple[Mapping[str, object], Collection[str]]],
    *,
    head: Sequence[str],
    guide: Iterable[Line],
    marker: Iterable[Sequence[object]],
    locale: str,
) -> bytes:
    """Make a workbook to fill in.

    Of `columns`, the form's keys are hidden where their heading is their name; each of `rows` comes with the columns
    that are filled in; `head` is title, institution and unit; by `marker` the filled workbook is known.
    """
    spread = Spread(head[0], head[1], locale)
    instructions, entries, hidden = (spread.add_sheet(name) for name in ("Instrucciones", form.hoja, MARKER))
    for sheet in (instructions, entries, hidden):
        sheet.protect(options={"format_columns": True, "format_rows": True})
        sheet.hide_gridlines(1)
        sheet.set_paper(_A4 if locale[-2:] in _USE_A4 else _LETTER)
        sheet.set_header("")
        sheet.set_footer(f"&L{head[-1].replace('&', '&&')[:120]}&RPágina &P de &N")
    instructions.set_portrait()
    _fill_guide(spread, instructions, head, guide)
    _fill_entries(spread, entries, form, columns, rows, head)
    for number, said in enumerate([("libro", form.libro), ("formato", form.formato), *marker]):
        for column, value in enumerate(said):
            spread.put(hidden, number, column, str(value))
    hidden.very_hidden()
    return spread.render(lock=True)


def render_guide(template: str, **values: object) -> list[Line]:
    """Return the instructions that a template says: ``# title``, ``label | text``, and ``* | text`` for a step."""
    lines: list[Line] = []
    step = 0
    for line in _TEXTS.get_template(template).render(values).splitlines():
        label, _, text = (part.strip() for part in line.partition("|"))
        if line.startswith("# "):
            step = 0
            lines.append((line[2:], None))
        elif text:
            step += label == "*"
            lines.append((f"{step}." if label == "*" else label, text))
    return lines


def _fill_guide(spread: Spread, sheet: Any, head: Sequence[str], lines: Iterable[Line]) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 92)
    _put_head(spread, sheet, 0, head)
    for row, (label, text) in enumerate(lines, start=len(head) + 1):
        if text is None:
            spread.put(sheet, row, 0, label, bold=True, font_color=_DARK, font_size=12, indent=0, text_wrap=False)
            sheet.set_row(row, 24)
        else:
            look = _BARE | {"text_wrap": False}
            spread.put(sheet, row, 0, label, **look, align="right" if len(label) < 3 else "left")
            spread.put(sheet, row, 1, text, **_BARE)
            sheet.set_row(row, _measure_row([(text, 92)]))


def _put_head(spread: Spread, sheet: Any, column: int, head: Sequence[str]) -> None:
    for row, text in enumerate(head):
        size = 14 if row == 0 else 11
        spread.put(sheet, row, column, text, bold=row != 1, font_size=size, font_color=_DARK, indent=0, text_wrap=False)


def _fill_entries(
    spread: Spread,
    sheet: Any,
    form: Form,
    columns: Mapping[str, Column],
    rows: Sequence[tuple[Mapping[str, object], Collection[str]]],
    head: Sequence[str],
) -> None:
    names = list(columns)
    hidden = [name for name in columns if form.encabezados[name] == name]
    _put_head(spread, sheet, len(hidden), head)
    for label, name in form.campos.values():
        spread.put(sheet, len(head), names.index(name), label, **_BARE)
        spread.put(sheet, len(head), names.index(name) + 1, None, **_BARE | _OPEN, text_wrap=True)
    labels = [(label, columns[name].ancho) for label, name in form.campos.values()]
    sheet.set_row(len(head), _measure_row(labels))
    last = _HEAD + len(rows)
    for at, (name, column) in enumerate(columns.items()):
        title, opened = form.encabezados[name], any(name in opened for _, opened in rows)
        look = {"bold": True, "font_color": "#FFFFFF", "font_size": 11, "bg_color": _DARK} | _EDGE
        spread.put(sheet, _HEAD, at, title, **look)
        sheet.set_column(at, at, column.ancho, None, {"hidden": name in hidden})
        if opened:
            spread.put(sheet, _HEAD - 1, at, "▼ llenar", bold=True, font_color=_DARK, font_size=11)
        if column.pide and rows:
            sheet.data_validation(_HEAD + 1, at, last, at, _check_cells(title, column))
    for row, (values, opened) in enumerate(rows, start=_HEAD + 1):
        for at, (name, column) in enumerate(columns.items()):
            look = _BARE | {"text_wrap": True} | (_OPEN if name in opened else _EDGE)
            if name in opened and not column.pide:
                look["num_format"] = "@"  # «-10 % menos» stays a text
            spread.put(sheet, row, at, values.get(name), **look)
        sheet.set_row(
            row, _measure_row((values.get(name), columns[name].ancho) for name in names if name not in hidden)
        )
    titles = [(form.encabezados[name], column.ancho) for name, column in columns.items() if name not in hidden]
    sheet.set_row(_HEAD, _measure_row(titles))
    sheet.freeze_panes(_HEAD + 1, 0)
    sheet.repeat_rows(_HEAD)


def _check_cells(title: str, column: Column) -> dict[str, object]:
    """Return what cells accept, with what the spreadsheet says otherwise."""
    rule = {"validate": "decimal", "criteria": ">=", "value": 0}
    if not column.es_numero:
        rule = {"validate": "list", "source": list(column.lista)}
    texts = {"error_message": column.pide, "input_message": column.pide}
    return rule | texts | {"error_title": title, "input_title": title}


def _measure_row(texts: Iterable[tuple[object, float]]) -> float:
    """Return the height that a row's texts ask for in columns of these widths; no spreadsheet does it on opening."""
    lines = max((count_lines(text, 0.88 * width - 1) for text, width in texts if isinstance(text, str)), default=1)
    return min(15 * lines + 3, 409)
