"""Assign columns: what each column of an unknown table feeds, by its heading and by what stands in it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib import resources
from itertools import zip_longest

import yaml

from poa_eval.drafting.behaviour import place_behaviour
from poa_eval.drafting.find_table import PeriodRun, Sketch, find_runs, find_sketch
from poa_eval.drafting.guess import Guess, matches_heading
from poa_eval.layouts.parts import FIGURE_COLUMNS, PERIOD_COLUMNS
from poa_eval.layouts.patterns import make_alias
from poa_eval.loaders.columns import TEXT_TWINS
from poa_eval.plan.schema import COLUMNS, NUMBER
from poa_eval.readers.cells import Cell, RawDocument
from poa_eval.text.dates import YEARS
from poa_eval.text.goals import parse_goal
from poa_eval.text.names import normalize
from poa_eval.text.periods import LENGTHS, find_month, parse_period

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
#: Words of headings that are Portuguese and not Spanish, folded.
_PORTUGUESE = frozenset(
    "unidade atividade acao responsavel descricao janeiro fevereiro maio junho julho setembro outubro novembro "
    "dezembro fev out dez executado ano do polaridade orcamento".split()
)
_EITHER = {"unidad", "unidades", "unidade"}  # headings of units of measure, and of those who are responsible


def guess_columns(document: RawDocument) -> Guess | None:
    """Guess what the columns of a document's likeliest table are; None where it has no table."""
    usual = _read_usual()
    known = {normalize(alias) for group in ("columnas", "fila") for _, alias in _list_aliases(usual[group])}
    sketch = find_sketch(document.hojas, known)
    if sketch is None:
        return None
    found = [find_sketch([sheet], known) for sheet in document.hojas if sheet is not sketch.sheet]
    side_by_side = _count_tables(sketch)
    if side_by_side > 1:
        firsts: dict[tuple[str, ...], int] = {}
        again = min(c for c, path in sketch.paths.items() if firsts.setdefault(path, c) != c)
        sketch = replace(sketch, paths={c: path for c, path in sketch.paths.items() if c < again})
    guess = Guess(sketch, [other for other in found if other and _is_same(sketch, other)], side_by_side)
    guess.locale = _guess_locale(guess)
    read = {sketch.sheet.hoja, *(other.sheet.hoja for other in guess.others)}
    shown = [sheet for sheet in document.hojas if sheet.hoja and not sheet.oculta and sheet.hoja not in read]
    guess.left_out = [sheet.hoja for sheet in shown]
    _place_runs(guess, usual["series"])
    guess.__dict__.pop("rows", None)  # headings repeated under another corner are told by the periods
    _place_columns(guess, usual)
    return guess


@cache
def _read_usual() -> dict[str, dict[str, list]]:
    """Return the usual headings: group → column → headings, the surest first; those in one list are equally sure."""
    return yaml.safe_load(resources.files("poa_eval.drafting").joinpath("headings.yaml").read_text(encoding="utf-8"))


def _list_aliases(usual: dict[str, list]) -> list[tuple[tuple[int, str], str]]:
    """Return ((rank, column), heading)."""
    return [
        ((rank, name), alias)
        for name, ranks in usual.items()
        for rank, aliases in enumerate(ranks)
        for alias in (aliases if isinstance(aliases, list) else [aliases])
    ]


def find_target(label: str) -> str | None:
    """Return the column of the plan that a label names (``Dependencia`` → ``unidad``), or None."""
    usual = _list_aliases(_read_usual()["columnas"])
    return next((name for (_, name), alias in usual if normalize(alias) == normalize(label)), None)


def _is_same(sketch: Sketch, other: Sketch) -> bool:
    mine, theirs = ({normalize(path[-1]) for path in found.paths.values()} for found in (sketch, other))
    return len(mine & theirs) >= 0.5 * len(mine)


def _count_tables(sketch: Sketch) -> int:
    """Return how many tables stand side by side: all headings, or nearly all, stand so many times."""
    counts = Counter(Counter(sketch.paths.values()).values())
    count, headings = counts.most_common(1)[0]
    return count if 1 < count <= 4 and headings >= 3 and headings >= 0.8 * sum(counts.values()) else 1


def _guess_locale(guess: Guess) -> str:
    headings = {word for path in guess.sketch.paths.values() for part in path for word in normalize(part).split()}
    if len(headings & _PORTUGUESE) > 1:
        return "pt_BR"
    texts = [cell for column in guess.sketch.paths for cell in guess.cells(column) if type(cell) is str]
    commas = sum(re.fullmatch(r"-?\d+,\d{1,2}%?|-?\d{1,3}(?:\.\d{3})+(?:,\d+)?", text) is not None for text in texts)
    points = sum(re.fullmatch(r"-?\d+\.\d{1,2}%?|-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", text) is not None for text in texts)
    return "es_CO" if commas > points else "es_MX"


def _place_runs(guess: Guess, words: dict[str, list[str]]) -> None:
    """Say which figure each run of periods is, by the words of its headings; of two of one figure the finer stands.

    One that no word names is the programme, or else the results, where another is not.
    """
    runs = sorted(find_runs(guess.sketch), key=lambda run: (not run.is_whole, LENGTHS[run.kind]))
    named = [(run, _name_run(run, words)) for run in runs]
    said = {name for _, name in named}
    for run, name in sorted(named, key=lambda item: item[1] is None):
        known = {figure for figure, _ in guess.series}
        figure = name or next((free for free in FIGURE_COLUMNS[:2] if free not in known | said), "ignorar")
        if guess.list_marks(run) and figure != "ignorar" and (figure != "programado" or figure in known):
            guess.result_marks.append(run)  # of a programme marks say when; of a figure they say nothing
            guess.ignored += run.all_columns
            continue
        guess.unsure |= set() if name else {figure}
        if figure not in {"ignorar", *known}:
            guess.series.append((figure, run))
        elif figure in FIGURE_COLUMNS[:2] and figure not in {name for name, _ in guess.printed}:
            guess.printed.append((figure, run))
        else:
            guess.ignored += run.all_columns


def _name_run(run: PeriodRun, words: dict[str, list[str]]) -> str | None:
    """Return the figure that the headings of a run name; of headings under one another the innermost decides."""
    levels = zip_longest(*(template.split(" > ")[::-1] for template in run.templates), fillvalue="")
    for level in levels:
        text = normalize(re.sub(r"\{\w+\}", " ", " ".join(level)))
        text = re.sub(r"\bprogramacion de (?:la )?ejecucion\b", "programacion", text)
        said = set(re.findall(r"[a-z]+|%", text))
        named = next((name for name, marks in words.items() if said & {*map(normalize, marks)}), None)
        if named:
            return named
    return None


def _place_columns(guess: Guess, usual: dict[str, dict[str, list]]) -> None:
    """Place the other columns by their usual headings and by what stands in them."""
    foreign = _find_foreign(guess)
    free = [column for column in guess.sketch.paths if column not in guess.taken() | foreign]
    by_row = {} if guess.series else _match(guess, free, usual["fila"])
    by_row = {
        name: column for name, column in by_row.items() if name in FIGURE_COLUMNS or _says_periods(guess, name, column)
    }
    if {"programado", "ejecutado"} <= set(by_row) or set(PERIOD_COLUMNS[:-1]) & set(by_row):
        guess.by_row = True
        guess.columns |= by_row
    if guess.series or guess.by_row:
        found = _match(guess, [c for c in free if c not in guess.taken()], usual["publicado"])
        guess.published = {name: column for name, column in found.items() if guess.is_numeric(column)}
    free = [column for column in free if column not in guess.taken()]
    measure = _find_measure(guess, free, usual)
    if measure is not None:
        guess.columns["unidad_medida"] = measure
        free.remove(measure)
    activity = _match(guess, free, {"actividad": usual["columnas"]["actividad"]}).get("actividad")
    told = {name: usual["columnas"][name] for name in ("acumulacion", "sentido")}
    place_behaviour(guess, free, _match(guess, free, told))
    free = [column for column in free if column not in guess.taken()]
    others = {name: texts for name, texts in usual["columnas"].items() if name not in told}
    for name, column in _match(guess, free, others, near=activity).items():
        numbers = [_is_number(guess, name, cell) for cell in guess.cells(column)]
        if COLUMNS["actividades"].get(name) != NUMBER or all(numbers):
            guess.columns.setdefault(name, column)
        elif name in TEXT_TWINS and TEXT_TWINS[name] not in guess.columns:
            guess.columns |= {TEXT_TWINS[name]: column} | ({name: column} if any(numbers) else {})
    unit = guess.columns.get("unidad")
    if unit is not None and "unidad_medida" not in guess.columns and normalize(guess.sketch.paths[unit][-1]) in _EITHER:
        guess.doubts["unidad"] = "¿la unidad responsable, o la unidad de medida?"
    _replace_missing(guess)
    guess.ignored += [column for column in guess.sketch.paths if column not in guess.taken()]


def _is_number(guess: Guess, name: str, cell: Cell) -> bool:
    """Say whether a cell is a number in a column: of goals one with a sign too («≤45»)."""
    is_signed = name == "meta_anual" and isinstance(cell, str) and parse_goal(cell, guess.locale) is not None
    return is_signed or guess.to_number(cell) is not None


def _find_corner(guess: Guess) -> int | None:
    """Return the column of which the heading is another in each of the tables below one another; None where none is."""
    head = guess.sketch.sheet.filas[guess.sketch.top]
    periods = [column for _, run in guess.series for column in run.all_columns if column < len(head)]
    again = [row for row in guess.sketch.rows if periods and all(row[c : c + 1] == head[c : c + 1] for c in periods)]
    free = [column for column in guess.sketch.paths if column not in guess.taken() and column < min(periods, default=0)]
    other = [c for c in free if any(row[c] not in (None, head[c]) for row in again)]
    return other[0] if other and guess.sketch.height == 1 else None


def _replace_missing(guess: Guess) -> None:
    """Where no heading names the unit or the activity, take what stands for it, and say so."""
    if "actividad" not in guess.columns and "unidad" not in guess.columns:
        guess.corner = _find_corner(guess)
    if guess.corner is not None:
        guess.columns["unidad"] = guess.corner
        guess.doubts["unidad"] = "la esquina de cada tabla nombra su actividad; ¿son unidades sus filas?"
        return
    if "unidad" not in guess.columns and "responsable" in guess.columns:
        guess.columns["unidad"] = guess.columns.pop("responsable")
        guess.doubts["unidad"] = "el responsable, a falta de una columna de la unidad"
    if "actividad" not in guess.columns and "indicador" in guess.columns:
        guess.columns["actividad"] = guess.columns.pop("indicador")
        guess.doubts["actividad"] = "el indicador, a falta de una columna de la actividad"
    if "actividad" not in guess.columns:
        _guess_activity(guess)


def _find_foreign(guess: Guess) -> set[int]:
    """Return the columns that say of another year what a column says of the last of the periods, the draft's own."""
    dated = {year for _, run in guess.series for column in run.all_columns for year in _list_years(guess, column)}
    if not dated:
        return set()
    own = str(max(dated))
    bare = {column: _YEAR.sub("", " > ".join(path)) for column, path in guess.sketch.paths.items()}
    current = {text for column, text in bare.items() if own in " > ".join(guess.sketch.paths[column])}
    years = {column: _list_years(guess, column) for column in bare}
    return {
        column for column, text in bare.items() if years[column] and text in current and int(own) not in years[column]
    }


def _list_years(guess: Guess, column: int) -> set[int]:
    return {int(year) for year in _YEAR.findall(" ".join(guess.sketch.paths[column])) if int(year) in YEARS}


def _find_measure(guess: Guess, columns: Iterable[int], usual: dict[str, dict[str, list]]) -> int | None:
    """Return the column under a mere «Unidad» that holds units of measure, by a fifth of what stands in it."""
    known = {normalize(text) for text in usual["medidas"]["unidad_medida"]}
    named = _match(guess, columns, {"unidad_medida": usual["columnas"]["unidad_medida"]})
    for column in columns if not named else ():
        texts = [normalize(str(cell)) for cell in guess.cells(column)]
        said = sum(text in known or text.startswith("%") for text in texts)
        if normalize(guess.sketch.paths[column][-1]) in _EITHER and said and said >= 0.2 * len(texts):
            guess.doubts["unidad_medida"] = "por lo que hay en la columna; ¿o es la unidad responsable?"
            return column
    return None


def _says_periods(guess: Guess, name: str, column: int) -> bool:
    """Say whether most cells of a column are what its heading promises: periods, months, years."""
    texts = [str(cell) for cell in guess.cells(column)]
    if name == "ejercicio":
        said = [re.fullmatch(r"(?:19|20)\d\d", text) for text in texts]
    else:
        said = [parse_period(text) or (name in LENGTHS and find_month(name, text)) for text in texts]
    return bool(texts) and sum(map(bool, said)) >= 0.6 * len(texts)


def _match(guess: Guess, columns: Iterable[int], usual: dict[str, list], *, near: int | None = None) -> dict[str, int]:
    """Return column of the plan → column of the table, the surest headings first; each is placed once.

    Of columns that are equally sure, the one that stands nearest to the column `near` is taken.
    """
    order, found = list(usual), []
    for (rank, name), text in _list_aliases(usual):
        alias = make_alias(text)
        for column in columns:
            if name == "actividad" and guess.is_numeric(column):  # codes
                continue
            if matches_heading(tuple(part.replace("_", " ") for part in guess.sketch.paths[column]), alias):
                away = abs(column - near) if near is not None else column
                found.append((-len(alias), rank, away, order.index(name), name, column))
    placed: dict[str, int] = {}
    for *_, name, column in sorted(found):
        if name not in placed and column not in placed.values():
            placed[name] = column
    return placed


def _guess_activity(guess: Guess) -> None:
    """Where no heading names the activity: the column of the longest texts that are hardly ever the same."""
    lengths = {}
    for column in guess.sketch.paths.keys() - guess.taken():
        texts = [cell for cell in guess.cells(column) if isinstance(cell, str)]
        if len(texts) > 1 and len(set(texts)) >= 0.7 * len(texts):
            lengths[column] = sum(map(len, texts)) / len(texts)
    best = max(sorted(lengths), key=lengths.get, default=None)
    if best is not None and lengths[best] > 15:
        guess.columns["actividad"] = best
        guess.unsure.add("actividad")
