"""Headings: where those of a layout stand in raw sheets, matched once for choosing the edition and reading rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import tee

from poa_eval.errors import FormatoError, Place
from poa_eval.layouts.layout import FURTHER, Edition
from poa_eval.layouts.parts import show_heading
from poa_eval.layouts.patterns import find_hot, list_said, make_alias, match_path, read_heading
from poa_eval.readers.cells import RawSheet
from poa_eval.text.names import normalize, suggest_sentence

#: Share of the expected headings from which a row counts as an attempt at the form.
NEAR = 0.5

Path = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A heading in a sheet: its first row and height, the column of each mapped key, and the year that it says."""

    top: int
    height: int
    columns: dict[str, int]
    year: int | None = None
    width: int = 0  # columns up to the last heading
    said: Mapping[str, str] = field(default_factory=dict)  # what headings say of its rows
    further: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # columns that count where a key's is blank


@dataclass
class Attempt:
    """Rows read as a heading."""

    top: int
    columns: dict[str, list[int]]
    missing: list[str]
    paths: dict[int, Path]
    years: dict[int, int]
    foreign: set[int]  # columns of another year
    named: float  # share of headings that are there of those that are no period

    @property
    def share(self) -> float:
        """Return the share of the expected headings that are there; 0 where hardly more than periods are."""
        found = len(self.columns) / max(len(self.columns) + len(self.missing), 1)
        return found if self.named >= NEAR else 0.0


class HeadingMatcher:
    """The headings of an edition ready for matching, and where they stand: each sheet is matched once.

    Who chooses the edition looks at its attempts as far as needed, and who reads the rows goes on from there; `year` is
    the one asked for.
    """

    def __init__(self, edition: Edition, ejercicio: int | None = None) -> None:
        expected = edition.expected()
        self.edition = edition
        self.height = edition.encabezado.filas
        self.year = ejercicio or edition.ejercicio
        self.wanted = {key: tuple(map(make_alias, names)) for key, names in expected.items()}
        self.shown = {
            key: " o ".join(show_heading(names[0]) for names in edition.primera.get(key, (heading,)))
            for key, heading in expected.items()
            if FURTHER not in key
        }
        self.saying = {key: names for key, names in edition.columnas.items() if list_said(names)}
        self.optional = [] if edition.reparar else edition.optional()
        self.ignored = tuple(make_alias(alias) for names in edition.ignorar for alias in names)
        self.named = tuple(alias for alias in self.ignored if alias != make_alias("*"))  # by words of their own
        self._matched: dict[int, tuple[RawSheet, Iterator[Attempt]]] = {}  # by the sheet's id, which it keeps alive

    def match(self, sheet: RawSheet) -> Iterator[Attempt]:
        """Yield the rows read as a heading, the best of those that follow one another."""
        _, found = self._matched.get(id(sheet)) or (sheet, self._try_rows(sheet))
        kept, found = tee(found)
        self._matched[id(sheet)] = sheet, kept
        return found

    def find_near(self, sheet: RawSheet) -> Iterator[Attempt]:
        """Yield the attempts with so many of the headings that they are meant as the form's."""
        return (attempt for attempt in self.match(sheet) if attempt.share >= NEAR)

    def find_tables(self, sheet: RawSheet) -> Iterator[Table]:
        """Yield each place in a sheet where the edition's headings stand.

        Raises FormatoError where a heading of the form is missing, stands twice, or is neither mapped nor ignored.
        """
        end = 0
        for attempt in self.find_near(sheet):
            if attempt.top >= end:
                _refuse_bad_heading(sheet, self, attempt)
                years = set(attempt.years.values())
                year = self.year if years and self.year else next(iter(years), None)
                columns = {key: at[0] for key, at in attempt.columns.items()}
                further = {key: _take_further(columns, key) for key in self.edition.primera}
                width, said = max(attempt.paths) + 1, self._read(sheet, attempt)
                yield Table(attempt.top, self.height, columns, year, width, said, further)
                end = attempt.top + self.height

    def is_ignored(self, path: Path) -> bool:
        """Say whether the layout leaves a heading out on purpose."""
        return any(match_path(path, alias) is not None for alias in self.ignored)

    def _read(self, sheet: RawSheet, attempt: Attempt) -> dict[str, str]:
        """Return what headings say of the rows below them."""
        said: dict[str, str] = {}
        paths = read_paths(sheet, attempt.top, self.height, str) if self.saying else {}
        for key, headings in self.saying.items():
            path = paths.get(attempt.columns.get(key, [-1])[0])
            found = (read_heading(heading, path) for heading in headings if path)
            said |= next(filter(None, found), {})
        return said

    def split_sheet(self, sheet: RawSheet) -> Iterator[RawSheet]:
        """Yield the parts of a sheet in which tables stand side by side; the sheet itself where none do."""
        count = self.edition.lado_a_lado
        attempt = next(self.find_near(sheet), None) if count > 1 else None
        columns = [at for at in attempt.columns.values() if len(at) == count] if attempt else []
        if not attempt or not columns:
            yield sheet
            return
        starts = [0]
        for part in range(1, count):
            first, before = min(at[part] for at in columns), max(at[part - 1] for at in columns)
            starts.append(max((gap + 1 for gap in range(before + 1, first) if gap not in attempt.paths), default=first))
        for start, stop in zip(starts, [*starts[1:], None], strict=True):
            yield sheet.crop(start, stop)

    def _try_rows(self, sheet: RawSheet) -> Iterator[Attempt]:
        hot = find_hot(sheet.textos, (alias for aliases in self.wanted.values() for alias in aliases))
        least = min(2, len(self.wanted))
        best: Attempt | None = None
        tried = -1
        for index, row in enumerate(sheet.filas):
            if best and index - self.height + 1 >= best.top + self.height:
                yield best
                best = None
            if hot.isdisjoint(row) or sum(isinstance(cell, str) and cell in hot for cell in row) < least:
                continue
            for top in range(max(index - self.height, tried) + 1, index + 1):
                tried, attempt = top, self._try_heading(sheet, top)
                if best and top >= best.top + self.height:
                    yield best
                    best = None
                if best is None or attempt.share > best.share:
                    best = attempt
        if best:
            yield best

    def _try_heading(self, sheet: RawSheet, top: int) -> Attempt:
        """Match the rows from `top` on with the expected headings."""
        paths = read_paths(sheet, top, self.height)
        columns: dict[str, list[int]] = {}
        years: dict[int, int] = {}
        foreign: set[int] = set()
        for key, aliases in sorted(self.wanted.items(), key=lambda item: item[0] in self.saying):
            found, free = [], paths
            if key in self.saying:  # any text is a corner's, but that of other headings
                taken = {at for own in columns.values() for at in own}
                taken |= {
                    at for at, path in paths.items() if any(match_path(path, own) is not None for own in self.named)
                }
                free = {at: path for at, path in paths.items() if at not in taken}
            for alias in aliases:
                said = {column: year for column, path in free.items() if (year := match_path(path, alias)) is not None}
                other = {column for column, year in said.items() if year and self.year and year != self.year}
                foreign |= other
                own = [column for column in said if column not in other]
                own = own[alias[-1].place - 1 : alias[-1].place] if alias[-1].place else own
                years |= {column: said[column] for column in own if said[column]}
                found += own
            if found:
                columns[key] = sorted(set(found))
        _share_repeated(columns)
        self._name_first(columns)
        spare = {*self.edition.opcionales}.union(*(keys for keys in self.optional if not keys.isdisjoint(columns)))
        missing = [name for key, name in self.shown.items() if key not in columns and key not in spare]
        names = [key in columns for key in self.shown if key.count(":") < 2 and key not in self.saying]
        if not names:  # any text is a corner's, and a data row may hold 10, 11, 12 as months
            names = [any(not paths[at[0]][-1].isdigit() for key, at in columns.items() if key not in self.saying)]
        return Attempt(top, columns, missing, paths, years, foreign, named=sum(names) / max(len(names), 1))

    def _name_first(self, columns: dict[str, list[int]]) -> None:
        """Let the first that is there of several headings be that of the key that they may hold."""
        for key in self.edition.primera:
            first = next((name for name in columns if name.startswith(f"{key}{FURTHER}")), None)
            if key not in columns and first:
                columns[key] = columns.pop(first)


def _take_further(columns: dict[str, int], key: str) -> tuple[int, ...]:
    """Take the further columns of a key out of those of a table, and return them."""
    names = [name for name in columns if name.startswith(f"{key}{FURTHER}")]
    return tuple(columns.pop(name) for name in names)


def _share_repeated(columns: dict[str, list[int]]) -> None:
    """Deal columns under one heading (``E F M A M J J …``) to the periods that ask for it, from left to right."""
    asking: dict[tuple[int, ...], list[str]] = {}
    for key, found in columns.items():
        if key.count(":") >= 2:
            asking.setdefault(tuple(found), []).append(key)
    for found, keys in asking.items():
        if len(keys) > 1 and len(found) % len(keys) == 0:
            share = len(found) // len(keys)  # more than one where tables stand side by side
            columns |= {key: list(found[i :: len(keys)][:share]) for i, key in enumerate(keys)}
        elif len(keys) > len(found):
            for key in keys[len(found) :]:
                del columns[key]


def read_paths(sheet: RawSheet, index: int, height: int, tidy: Callable[[str], str] = normalize) -> dict[int, Path]:
    """Return per column its headings from the top row down, normalized; a group reaches right over its columns."""
    rows = sheet.filas[index : index + height]
    width = max(len(row) for row in rows)
    paths = {}
    carried: list[str | None] = [None] * height
    for column in range(width):
        levels = [row[column] if column < len(row) else None for row in rows]
        last = max((level for level, text in enumerate(levels) if text is not None), default=None)
        if last is None:
            continue
        path: list[str] = []
        for level in range(last + 1):
            if levels[level] is not None:
                carried[level:] = [tidy(str(levels[level])), *[None] * (height - level - 1)]
            text = carried[level]
            if text is not None and (not path or path[-1] != text):
                path.append(text)
        paths[column] = tuple(path)
    return paths


def refuse_years(what: str, years: Iterable[int], place: Place) -> None:
    """Refuse headings, or rows, of several years."""
    found = sorted(set(years))
    if len(found) > 1:
        raise FormatoError(
            f"{what} de {len(found)} ejercicios: {', '.join(map(str, found))}",
            "un solo ejercicio",
            "indique cuál con `ejercicio:` en los parámetros o en la edición del layout",
            lugar=place,
        )


def _refuse_bad_heading(sheet: RawSheet, matcher: HeadingMatcher, attempt: Attempt) -> None:
    height, paths = matcher.height, attempt.paths

    def show(column: int) -> str:
        rows = sheet.filas[attempt.top : attempt.top + height]
        texts = [str(row[column]) for row in rows if column < len(row) and row[column] is not None]
        return f"«{texts[-1] if texts else paths[column][-1]}»"

    refuse_years("encabezados", attempt.years.values(), sheet.locate(attempt.top, next(iter(attempt.years), 0)))
    used = {column for columns in attempt.columns.values() for column in columns} | attempt.foreign
    known = {column for column, path in paths.items() if matcher.is_ignored(path)}
    strange = [column for column in paths if column not in used | known]
    shown = ", ".join(map(show, strange))
    twice = {key: columns for key, columns in attempt.columns.items() if len(columns) > 1}
    found, wanted, advice = [], [], []
    if attempt.missing:
        names = ", ".join(f"«{text}»" for text in attempt.missing)
        found.append(f"ningún encabezado {names}" + (f"; sin asignar: {shown}" if strange else ""))
        wanted.append("todos los encabezados del layout")
        advice.append("corrija el encabezado en el documento, o agregue su nueva forma de escribirse en el layout")
    elif strange:
        found.append(f"{'la columna' if len(strange) == 1 else 'las columnas'} {shown}, que el layout no conoce")
        wanted.append("solo columnas asignadas o declaradas en `ignorar:`")
        near = f"; {suggest_sentence(paths[strange[0]][-1], matcher.shown.values())}" if len(strange) == 1 else ""
        advice.append(f"asígnela en `columnas:` o agréguela a `ignorar:` del layout{near}")
    is_same = True
    for key, columns in twice.items():
        names = list(dict.fromkeys(map(show, columns)))
        is_same = is_same and len(names) == 1
        found.append(f"el encabezado {names[0]} dos veces" if len(names) == 1 else f"{' y '.join(names)} a la vez")
        wanted.append(f"una sola columna para «{key.partition(FURTHER)[0]}»")
    if twice:
        first = "si vale la primera celda con texto, escriba `{primera: [NOMBRE, OTRO]}`; si no, "
        advice.append(
            ("" if is_same else first)
            + "escriba el encabezado con su grupo en el layout («GRUPO > NOMBRE»), o diga cuál desde la izquierda "
            "(«NOMBRE [2]»); si son tablas una al lado de la otra, declare `lado_a_lado: 2`"
        )
    if found:
        at = min(strange, default=0) if strange or attempt.missing else next(iter(twice.values()))[1]
        below = height - 1 if strange and not attempt.missing else 0
        raise FormatoError(*map("\n".join, (found, wanted, advice)), lugar=sheet.locate(attempt.top + below, at))
