"""Identity: which rows are one activity, by the columns that a layout or the params name."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from poa_eval.errors import FormatoError
from poa_eval.layouts.parts import PERIOD_COLUMNS
from poa_eval.loaders.columns import Columns
from poa_eval.loaders.rows import Row
from poa_eval.plan.schema import COLUMNS, NUMBER
from poa_eval.text.names import make_hash, make_slug, normalize
from poa_eval.text.numbers import write_exact
from poa_eval.text.periods import LENGTHS

#: What identifies an activity where nothing else is said.
USUAL = ("unidad", "actividad", "indicador", "codigo")
_UNIT = ("unidad", "unidad_id")
_RANKS = {name: at for at, name in enumerate(COLUMNS["actividades"])}
#: Numbers tell rows apart where no text does: money first, for the goal says what is planned and not what it is of.
_NUMBERS = {name: 2 for name, kind in COLUMNS["actividades"].items() if kind == NUMBER} | {"inversion": 1}

Key = tuple[str, ...]


def list_keys(run: Sequence[Row], units: Sequence[str], values: Mapping[str, list], columns: Columns) -> list[Key]:
    """List what identifies the activity of each row: the texts of the columns that do so, folded."""
    parts: list[Iterable[str]] = []
    folded = {unit: normalize(unit) for unit in dict.fromkeys(units)}
    for name in columns.identidad or USUAL:
        if name in _UNIT:
            parts.append(folded[unit] for unit in units)
        else:
            cells = values[name] if name in values else columns.texts(run, name)
            is_text = {int, float}.isdisjoint(map(type, cells))
            parts.append([normalize(cell) if cell else "" for cell in cells] if is_text else map(fold_cell, cells))
    return list(zip(*parts, strict=True))


def fold_cell(cell: object) -> str:
    """Return what a cell says as a key has it: a text folded, a number with its digits, a blank as nothing."""
    if not cell and cell != 0:
        return ""
    return write_exact(cell) if isinstance(cell, float) else normalize(str(cell))


def make_ids(units: Sequence[str], keys: Sequence[Key], identity: Sequence[str], known: dict[str, Key]) -> list[str]:
    """Return an id for each key, the same however its texts are spelled; `known` are the keys of ids so far.

    It begins with the unit where that is part of the key, else with the key's first text. Keys are compared: two that
    give one id get longer ones.
    """
    by_unit = not identity or not {*_UNIT}.isdisjoint(identity)
    starts: dict[str, str] = {}
    told = [",".join(identity)] if identity else []
    ids = []
    for unit, key in zip(units, keys, strict=True):
        start = unit if by_unit else next(filter(None, key), unit)
        slug = starts.get(start) or starts.setdefault(start, make_slug(start)[:40])
        made = f"{slug}-{make_hash(*told, *key)}"
        if known.setdefault(made, key) != key:
            made = f"{slug}-{make_hash(*told, *key, length=64)}"
            known[made] = key
        ids.append(made)
    return ids


class RowComparer:
    """Holds rows of one activity and period against each other: they are one only if all mapped columns agree."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._first: dict[str, Row] = {}  # activity → its first row
        self._rows: dict[tuple, list[Row]] = {}  # activity, period and series → its rows, of activities with several
        self._differing: list[tuple[Row, Row, list[str]]] = []

    def compare(self, run: Sequence[Row], ids: Sequence[str]) -> set[str]:
        """Hold each row against the earlier ones of its activity and period; return the ids of those that differ."""
        found = set()
        for row, key in zip(run, ids, strict=True):
            first = self._first.setdefault(key, row)
            if first is row:
                continue
            self._rows.setdefault((key, *self._place(first)), [first])
            earlier = self._rows.setdefault((key, *self._place(row)), [])
            if any([self._differ(row, other) for other in earlier]):
                found.add(key)
            earlier.append(row)
        return found

    def refuse_differences(self) -> None:
        """Refuse the rows that differ, by their cells, with the one `identidad:` that tells all of them apart."""
        apart = choose_apart([differ for *_, differ in self._differing])
        names = list_identity(self._columns, apart)
        for row, other, differ in self._differing:
            first = next(name for name in (*apart, *differ) if name in differ)
            fault = FormatoError(
                f"«{row.value(first)}» en `{first}`, y «{other.value(first)}» en {other.address(first)}, en dos filas "
                "que por lo demás son la misma actividad",
                "filas de una actividad que digan lo mismo en todas sus columnas",
                f"si son dos actividades, dígalo en el layout: {suggest_identity(self._columns, apart)}; si es una, "
                "corrija la celda",
                lugar=row.sheet.locate(row.index, row.table.columns[first]),
                identidad=names,
            )
            self._columns.refusals.add(fault)

    def _place(self, row: Row) -> tuple:
        """Return the period and the series that a row is of."""
        edition = self._columns.edition
        said = {name: row.contexto.get(name) for name in LENGTHS} if edition.periodo == "contexto" else {}
        names = PERIOD_COLUMNS if edition.periodo == "fila" else ()
        own = [row.relleno.get(name) if row.value(name) is None else row.value(name) for name in names]
        return (*said.items(), *own, row.value("serie"))

    def _differ(self, row: Row, other: Row) -> bool:
        """Say whether two rows differ, and keep it; a blank says nothing."""
        differ = []
        for key in row.table.columns:
            mine, theirs = row.value(key), other.value(key)
            if ":" not in key and None not in (mine, theirs) and fold_cell(mine) != fold_cell(theirs):
                differ.append(key)
        differ = [key for key in differ if key not in ("programado", "ejecutado", "comentario")]
        if differ:
            self._differing.append((row, other, differ))
        elif row.table is other.table:
            self._compare_further(row, other)
        return bool(differ)

    def _compare_further(self, row: Row, other: Row) -> None:
        """Refuse rows that differ in a column of which only the blanks of another are filled (`primera`)."""
        cells = row.sheet.filas[row.index], other.sheet.filas[other.index]
        for columns in row.table.further.values():
            for at in columns:
                mine, theirs = (own[at] if at < len(own) else None for own in cells)
                if None in (mine, theirs) or fold_cell(mine) == fold_cell(theirs):
                    continue
                fault = FormatoError(
                    f"«{mine}», y «{theirs}» en {other.sheet.address(other.index, at)}, en dos filas que por lo demás "
                    "son la misma actividad",
                    "filas de una actividad que digan lo mismo en todas sus columnas",
                    f"si son dos actividades, asigne esa columna en el layout también con un nombre propio: `columnas: "
                    f"{{otra: …}}`, e {suggest_identity(self._columns, ['otra'])}; si es una, corrija la celda",
                    lugar=row.sheet.locate(row.index, at),
                )
                self._columns.refusals.add(fault)


def suggest_identity(columns: Columns, differ: Sequence[str] = ()) -> str:
    """Suggest the key of a layout by which rows are told apart."""
    return f"`identidad: [{', '.join(list_identity(columns, differ))}]`"


def choose_apart(differing: Sequence[Sequence[str]]) -> list[str]:
    """Choose the fewest columns that tell all pairs of rows apart, of those in which each pair differs: texts first.

    Examples
    --------
    >>> choose_apart([["meta_anual", "programa"], ["programa"], ["inversion", "meta_anual"]])
    ['programa', 'inversion']
    """
    found: list[str] = []
    left = list(differing)
    while left:
        counts = Counter(name for differ in left for name in differ)
        found.append(
            min(counts, key=lambda name: (-counts[name], _NUMBERS.get(name, 0), _RANKS.get(name, len(_RANKS))))
        )
        left = [differ for differ in left if found[-1] not in differ]
    return found


def list_identity(columns: Columns, differ: Sequence[str] = ()) -> list[str]:
    """List the columns that identify an activity, and others in which rows differ."""
    names = columns.identidad or [name for name in USUAL if name == "unidad" or columns.has(name)]
    return list(dict.fromkeys((*names, *differ)))


def name_identity(columns: Columns) -> str:
    """Return the columns that identify an activity, as `actividades.identidad` has them."""
    return ", ".join(list_identity(columns))
