"""Forms: what a workbook to fill in is made of: instructions, a protected sheet with open cells, and a hidden one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from poa_eval.excel import Spread, count_lines
from poa_eval.plan.plan import Plan
from poa_eval.readers.marker import MARKER

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
#: Rows of a form, each with the columns that are filled in.
Rows = Sequence[tuple[Mapping[str, object], Collection[str]]]


@dataclass(frozen=True)
class Column:
    """A column of a form; hidden where its heading is its name."""

    titulo: str
    ancho: float = 10
    papel: Literal["clave", "llena", "muestra", ""] = ""  # tells rows apart; is filled in; only explains: may be lost
    pide: str = ""  # what the spreadsheet says when a cell is chosen, and when it refuses what was typed
    lista: tuple[str, ...] = ()  # what it accepts then; without choices, numbers from 0 on


class Field(NamedTuple):
    """What is filled in once, above the headings: its label, and the column in which the label stands."""

    titulo: str
    columna: str


@dataclass(frozen=True)
class Form:
    """A kind of workbook that a unit fills in."""

    libro: str
    formato: str  # version of the form; raised when an older one can no longer be read
    hoja: str  # name of the sheet that is filled in
    columnas: Mapping[str, Column]
    campos: Mapping[str, Field] = field(default_factory=dict)

    @cached_property
    def encabezados(self) -> dict[str, str]:
        """Return the columns' headings."""
        return {name: column.titulo for name, column in self.columnas.items()}

    def pick(self, papel: str) -> tuple[str, ...]:
        """Return the columns of a role."""
        return tuple(name for name, column in self.columnas.items() if column.papel == papel)


def make_form(
    form: Form,
    plan: Plan,
    unit_id: str,
    trimestre: int,
    columns: Sequence[str],
    rows: Rows,
    *,
    title: str,
    guide: Mapping[str, object],
    marker: Iterable[Sequence[object]] = (),
) -> bytes:
    """Make a workbook to fill in, of a unit and a quarter, with these of the form's columns.

    `guide` has what the form's template of instructions takes. What the filled workbook is known by stands on its
    hidden sheet, with what `marker` adds.
    """
    locale = plan.locale
    spread = Spread(title, plan.institucion, locale)
    head = [title, plan.institucion, plan.unidades.set_index("unidad_id").loc[unit_id, "unidad"]]
    known = {"libro": form.libro, "formato": form.formato, "institucion": plan.institucion, "ejercicio": plan.ejercicio}
    known |= {"trimestre": trimestre, "unidad_id": unit_id}
    instructions, entries, hidden = (spread.add_sheet(name) for name in ("Instrucciones", form.hoja, MARKER))
    for sheet in (instructions, entries, hidden):
        sheet.protect(options={"format_columns": True, "format_rows": True})
        sheet.hide_gridlines(1)
        sheet.set_paper(_A4 if locale[-2:] in _USE_A4 else _LETTER)
        sheet.set_header("")
        sheet.set_footer(f"&L{head[-1].replace('&', '&&')[:120]}&RPágina &P de &N")
    instructions.set_portrait()
    _fill_guide(spread, instructions, head, _render_guide(f"{form.libro}.txt.j2", guide))
    _fill_entries(spread, entries, form, columns, rows, head)
    for number, said in enumerate([*known.items(), *marker]):
        for column, value in enumerate(said):
            spread.put(hidden, number, column, str(value))
    hidden.very_hidden()
    return spread.render(lock=True)


def _render_guide(template: str, values: Mapping[str, object]) -> list[tuple[str, str | None]]:
    """Return the instructions that a template says: ``# title``, ``label | text``, and ``* | text`` for a step.

    Each a label with its text, or a title of its own.
    """
    lines: list[tuple[str, str | None]] = []
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


def _fill_guide(spread: Spread, sheet: Any, head: Sequence[str], lines: Iterable[Sequence]) -> None:
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
    spread: Spread, sheet: Any, form: Form, names: Sequence[str], rows: Rows, head: Sequence[str]
) -> None:
    columns = {name: form.columnas[name] for name in names}
    shown = {name: column.ancho for name, column in columns.items() if column.titulo != name}
    _put_head(spread, sheet, len(columns) - len(shown), head)
    for label, name in form.campos.values():
        spread.put(sheet, len(head), names.index(name), label, **_BARE)
        spread.put(sheet, len(head), names.index(name) + 1, None, **_BARE | _OPEN, text_wrap=True)
    sheet.set_row(len(head), _measure_row((label, shown[name]) for label, name in form.campos.values()))
    sheet.set_row(_HEAD, _measure_row((columns[name].titulo, width) for name, width in shown.items()))
    for at, (name, column) in enumerate(columns.items()):
        opened = any(name in opened for _, opened in rows)
        look = {"bold": True, "font_color": "#FFFFFF", "font_size": 11, "bg_color": _DARK} | _EDGE
        spread.put(sheet, _HEAD, at, column.titulo, **look)
        sheet.set_column(at, at, column.ancho, None, {"hidden": name not in shown})
        if opened:
            spread.put(sheet, _HEAD - 1, at, "▼ llenar", bold=True, font_color=_DARK, font_size=11)
        if column.pide and rows:
            sheet.data_validation(_HEAD + 1, at, _HEAD + len(rows), at, _check_cells(column))
    for row, (values, opened) in enumerate(rows, start=_HEAD + 1):
        for at, (name, column) in enumerate(columns.items()):
            look = _BARE | {"text_wrap": True} | (_OPEN if name in opened else _EDGE)
            if name in opened and not column.pide:
                look["num_format"] = "@"  # «-10 % menos» stays a text
            spread.put(sheet, row, at, values.get(name), **look)
        sheet.set_row(row, _measure_row((values.get(name), width) for name, width in shown.items()))
    sheet.freeze_panes(_HEAD + 1, 0)
    sheet.repeat_rows(_HEAD)


def _check_cells(column: Column) -> dict[str, object]:
    """Return what cells accept, with what the spreadsheet says otherwise."""
    choices = {"validate": "list", "source": list(column.lista)}
    texts = {"error_message": column.pide, "input_message": column.pide}
    texts |= {"error_title": column.titulo, "input_title": column.titulo}
    return (choices if column.lista else {"validate": "decimal", "criteria": ">=", "value": 0}) | texts


def _measure_row(texts: Iterable[tuple[object, float]]) -> float:
    """Return the height that a row's texts ask for in columns of these widths; no spreadsheet does it on opening."""
    lines = max((count_lines(text, 0.88 * width - 1) for text, width in texts if isinstance(text, str)), default=1)
    return min(15 * lines + 3, 409)
