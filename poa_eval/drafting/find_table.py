"""Find the table (a sketch): where the table of an unknown form stands, and which of its columns are periods."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from poa_eval.loaders.headings import read_paths
from poa_eval.readers.cells import Cell, RawSheet
from poa_eval.text.dates import YEARS
from poa_eval.text.names import fold_letters, normalize
from poa_eval.text.periods import LENGTHS, MONTH_NAMES, MONTHS, find_month, parse_period

_LOOKED_AT = 300  # rows of a sheet in which a heading is looked for
_LONG = 120
_INITIALS = ("efmamjjasond", "jfmamjjasond")
_MONTH_WORDS = "|".join(sorted({*MONTHS, *MONTH_NAMES, "set", "setiembre", "mzo", "sept"}, key=len, reverse=True))
_MONTH_WORDS += "|jan|janeiro|fevereiro|fev|marco|abril|maio|mai|junho|julho|setembro|outubro|out|novembro|dezembro|dez"
_ORDINAL = r"i{1,3}|iv|v|vi|[1-6](?:er|do|ro|to|°|º|o)?|primero?|segundo|tercero?|cuarto|quinto|sexto"
#: How headings say a period: expressions over folded text; the first group is what changes from period to period.
_SAYINGS = (
    ("trimestre", rf"\b({_ORDINAL})\.?\s+trim\w*"),
    ("trimestre", rf"\btrim\w*\.?\s*({_ORDINAL})\b"),
    ("trimestre", r"\b[tq]\.?\s?([1-4])\b"),
    ("trimestre", r"\b([1-4])\s?[tq]\b"),
    ("semestre", rf"\b({_ORDINAL})\.?\s+sem\w*"),
    ("semestre", rf"\bsem\w*\.?\s*({_ORDINAL})\b"),
    ("semestre", r"\bs\.?\s?([12])\b"),
    ("bimestre", rf"\b({_ORDINAL})\.?\s+bim\w*"),
    ("cuatrimestre", rf"\b({_ORDINAL})\.?\s+(?:cuat|quadri)\w*"),
    ("trimestre", r"\b([1-4])\s?[tq](?=(?:19|20)\d\d\b)"),
    ("trimestre", r"^([1-4])[°º]$"),
    ("mes", rf"\b((?:{_MONTH_WORDS})\b\.?)"),
    ("mes", r"(?:^|(?<=[\s).]))(\d{1,2})$"),
    ("trimestre", r"^(i{1,3}|iv)$"),
)
_MONTH_SPAN = re.compile(rf"\b({_MONTH_WORDS})\b\.?\s*(?:[-–/]|al?)\s*({_MONTH_WORDS})\b\.?")
_RUNNING = re.compile(r"\b(?:al?|hasta)\s+(?:mes\s+de\s+)?\{mes\}", re.IGNORECASE)
_LETTERED = re.compile(r"((?:[pe]|prog|ejec)\.?\s?)(\d{1,2})", re.IGNORECASE)
_NUMERIC = re.compile(r"[-+]?\d[\d.,\s]*%?")
_KINDS = {length: name for name, length in LENGTHS.items()}
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_SHORT_YEAR = re.compile(r"(?<=\{mes\})(\W{1,3})(\d\d)\b")


@dataclass(frozen=True)
class Sketch:
    """A table as it probably is: its sheet, its heading, and the heading over each column, as printed."""

    sheet: RawSheet
    top: int
    height: int
    paths: dict[int, tuple[str, ...]]

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """Return the rows below the heading."""
        return self.sheet.filas[self.top + self.height :]


@dataclass
class PeriodRun:
    """Columns that are the periods of one figure."""

    kind: str  # placeholder of the period: `mes`, `trimestre`, …
    templates: list[str] = field(default_factory=list)  # their headings, with placeholders, as they occur
    columns: dict[int, list[int]] = field(default_factory=dict)  # closing month → columns, one for each year
    initials: bool = False  # the headings are the initials of the months (E F M A …)
    printed: dict[int, str] = field(default_factory=dict)  # closing month → heading, where no template says them all
    is_running: bool = False  # the figures count from January: A MARZO, A JUNIO …

    @property
    def meses(self) -> int:
        """How many months a period lasts."""
        return 12 // len(self.columns) if self.is_running else LENGTHS[self.kind]

    @property
    def is_whole(self) -> bool:
        """Whether every period of a year is there."""
        return len(self.columns) == 12 // self.meses

    @property
    def all_columns(self) -> list[int]:
        """Return the columns of all periods."""
        return [column for columns in self.columns.values() for column in columns]


def find_sketch(sheets: Iterable[RawSheet], known: set[str]) -> Sketch | None:
    """Find the likeliest heading of the visible ones of some sheets; `known` are usual headings, normalized."""
    rows = [(sheet, i) for sheet in sheets if not sheet.oculta for i in range(len(sheet.filas[:_LOOKED_AT]))]
    scores = [_score_row(sheet, index, sheet.filas[index], known) for sheet, index in rows]
    if max(scores, default=0) <= 0:
        return None
    sheet, top = rows[scores.index(max(scores))]
    bottom = top
    while top > 0 and _is_below(sheet.filas[top - 1], sheet.filas[top]):
        top -= 1
    while bottom + 1 < len(sheet.filas) and _is_below(sheet.filas[bottom], sheet.filas[bottom + 1]):
        bottom += 1
    height = min(bottom - top + 1, 4)
    return Sketch(sheet, top, height, read_paths(sheet, top, height, lambda text: " ".join(text.split())))


def _score_row(sheet: RawSheet, index: int, row: tuple[Cell, ...], known: set[str]) -> float:
    """Return how much a row looks like a heading; 0 where it cannot be one."""
    texts = {normalize(cell.replace("_", " ")) for cell in row if isinstance(cell, str) and not _is_figure(cell)}
    below = [sum(cell is not None for cell in cells) for cells in sheet.filas[index + 1 : index + 7]]
    if len(texts) < 3 or max(below, default=0) < 2:
        return 0
    hits = sum(text in known for text in texts)
    periods = sum(next(list_sayings(text), None) is not None for text in texts)
    numbers = sum(_is_figure(cell) for cell in row)
    return 3 * hits + periods + len(texts) - 2 * numbers - 3 * sum(len(text) > _LONG for text in texts)


def _is_figure(cell: Cell) -> bool:
    """Say whether a cell holds a number that is neither one of a month nor a year."""
    if isinstance(cell, str):
        return _NUMERIC.fullmatch(cell) is not None and not (cell.isdecimal() and _is_calendar(int(cell)))
    return isinstance(cell, int | float) and not _is_calendar(cell)


def _is_calendar(number: float) -> bool:
    return 1 <= number <= 12 or number in YEARS


def _is_below(above: tuple[Cell, ...], row: tuple[Cell, ...]) -> bool:
    """Say whether a row is the lower part of a heading: it only parts groups, and repeats what is merged down."""
    width = max(len(above), len(row))
    upper, lower = [[*cells, *[None] * (width + 1 - len(cells))] for cells in (above, row)]
    said = [column for column in range(width) if lower[column] is not None]
    parted = [column for column in said if upper[column] != lower[column]]
    groups = set(above) - {None}
    is_title = len(groups) == 1 and above[0] is not None
    if len(parted) < 2 or not groups or is_title:
        return False
    for column in parted:
        cell = lower[column]
        if isinstance(cell, float) or (isinstance(cell, int) and not (1 <= cell <= 12 or 2000 <= cell < 2100)):
            return False
        shared = upper[column] is None or upper[column] in (upper[column - 1] if column else None, upper[column + 1])
        opens = upper[column] is not None and upper[column + 1] is None and lower[column + 1] is not None
        if not shared and not opens:
            return False
    return all(len(cell) < _LONG for cell in row if isinstance(cell, str))


def list_sayings(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield how a heading may say a period: placeholder, closing month, and the heading with placeholders.

    Examples
    --------
    >>> next(list_sayings("T.4 EJECUTADO 2025"))
    ('trimestre', 12, 'T.{trimestre} EJECUTADO {ejercicio}')
    >>> next(list_sayings("ene-23")), next(list_sayings("F(RE) 01"))
    (('mes', 1, '{mes}-{anio}'), ('mes', 1, 'F(RE) {mes}'))
    """
    text = unicodedata.normalize("NFC", text)
    folded = fold_letters(text).replace("_", " ")
    span = _MONTH_SPAN.search(folded)
    period = parse_period(span[0]) if span else None
    if span and period and period.meses > 1 and period.mes % period.meses == 0 and period.meses in _KINDS:
        kind = _KINDS[period.meses]
        yield kind, period.mes, f"{text[: span.start()]}{{{kind}}}{text[span.end() :]}"
        return
    for kind, expression in _SAYINGS:
        found = re.search(expression, folded)
        month = find_month(kind, found[1]) if found else None
        if found and month:
            template = f"{text[: found.start(1)]}{{{kind}}}{text[found.end(1) :]}"
            template = _SHORT_YEAR.sub(r"\1{anio}", _YEAR.sub("{ejercicio}", template))
            yield kind, month, template


def find_span(text: str) -> tuple[int, int] | None:
    """Return the first and the last month of a span that a line says, or None.

    Examples
    --------
    >>> find_span("PLAN DE JULIO A DICIEMBRE DE 2026"), find_span("Plan de julio")
    ((7, 12), None)
    """
    found = _MONTH_SPAN.search(fold_letters(text))
    months = [find_month("mes", word) for word in found.groups()] if found else []
    return (months[0], months[1]) if months and None not in months and months[0] <= months[1] else None


def find_runs(sketch: Sketch) -> list[PeriodRun]:
    """Find the columns that are the periods of a figure: at least two of one wording."""
    initials = [*_find_initials(sketch, set()), *_find_lettered(sketch)]
    taken = {column for run in initials for column in run.all_columns}
    runs: dict[tuple[str, str], PeriodRun] = {}
    for column, path in ((column, path) for column, path in sketch.paths.items() if column not in taken):
        for level, part in enumerate(path):
            said = next(list_sayings(part), None)
            if said is None:
                continue
            kind, month, template = said
            whole = " > ".join((*path[:level], template, *path[level + 1 :]))
            run = runs.setdefault((kind, re.sub(r"[^a-z{}%>]", "", normalize(_YEAR.sub("", whole)))), PeriodRun(kind))
            run.columns.setdefault(month, []).append(column)
            run.templates += [whole] if whole not in run.templates else []
            if _MONTH_SPAN.search(fold_letters(part)):
                run.printed[month] = " > ".join(path)
            break
    for run in runs.values():
        months = sorted(run.columns)
        even = months in ([3, 6, 9, 12], [6, 12], [4, 8, 12], [2, 4, 6, 8, 10, 12])
        run.is_running = run.kind == "mes" and even and any(map(_RUNNING.search, map(fold_letters, run.templates)))
    kept = [run for run in runs.values() if run.is_whole or (len(run.columns) > 1 and not _is_counted(sketch, run))]
    return [*kept, *initials]


def _is_counted(sketch: Sketch, run: PeriodRun) -> bool:
    """Say whether the headings merely end in a number («Indicador 1», «Indicador 2»)."""
    return run.kind == "mes" and all(sketch.paths[column][-1][-1:].isdigit() for column in run.all_columns)


def _find_initials(sketch: Sketch, taken: set[int]) -> Iterator[PeriodRun]:
    columns = [column for column in sketch.paths if column not in taken]
    letters = [normalize(sketch.paths[column][-1]) for column in columns]
    for start in range(len(columns) - 11):
        twelve = columns[start : start + 12]
        if "".join(letters[start : start + 12]) in _INITIALS and not taken & set(twelve):
            taken |= set(twelve)
            groups = zip(*(sketch.paths[column][:-1] for column in twelve), strict=False)
            group = " > ".join(level[0] for level in takewhile(lambda level: len({*level}) == 1, groups))
            yield PeriodRun("mes", [group], {i + 1: [column] for i, column in enumerate(twelve)}, initials=True)


def _find_lettered(sketch: Sketch) -> Iterator[PeriodRun]:
    """Yield the runs of headings of a letter and a number, P1 to P4 or E1 to E12: all quarters or months of a year."""
    found: dict[tuple[str, ...], dict[int, int]] = {}
    for column, path in sketch.paths.items():
        if said := _LETTERED.fullmatch(path[-1]):
            found.setdefault((*path[:-1], said[1]), {})[int(said[2])] = column
    for (*group, letter), columns in found.items():
        kind = {4: "trimestre", 12: "mes"}.get(len(columns))
        if kind and sorted(columns) == [*range(1, len(columns) + 1)]:
            template = " > ".join((*group, f"{letter}{{{kind}}}"))
            yield PeriodRun(kind, [template], {number * LENGTHS[kind]: [at] for number, at in columns.items()})


def find_lines(sketch: Sketch) -> list[tuple[str, ...]]:
    """Return the rows above the heading as their distinct texts, and the lines above where it is repeated."""
    rows = [tuple(dict.fromkeys(str(cell) for cell in row if cell is not None)) for row in sketch.sheet.filas]
    found = rows[: sketch.top]
    for index in range(sketch.top + 1, len(rows)):
        if rows[index] == rows[sketch.top]:
            above = index - 1
            while above > sketch.top and len(rows[above]) < 2:
                above -= 1
            found += rows[above + 1 : index]
    return [row for row in found if row]
