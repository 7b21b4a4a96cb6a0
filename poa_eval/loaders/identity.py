"""Identity: which rows are one activity, by the columns that a layout or the params name."""

from collections.abc import Iterable, Mapping, Sequence

from poa_eval.errors import FormatoError
from poa_eval.layouts.parts import PERIOD_COLUMNS
from poa_eval.loaders.columns import Columns
from poa_eval.loaders.rows import Row
from poa_eval.text.names import make_hash, make_slug, normalize
from poa_eval.text.numbers import write_exact
from poa_eval.text.periods import LENGTHS

#: What identifies an activity where nothing else is said.
USUAL = ("unidad", "actividad", "indicador", "codigo")
_UNIT = ("unidad", "unidad_id")

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
            parts.append([normalize(cell) if cell else "" for cell in cells] if is_text else map(_fold, cells))
    return list(zip(*parts, strict=True))


def _fold(cell: object) -> str:
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
        self._rows: dict[str, list[Row]] = {}

    def refuse_differences(self, run: Sequence[Row], ids: Sequence[str]) -> None:
        """Refuse a row that says something else than an earlier one of its activity and period.

        By its cell, with the `identidad:` that tells the two apart. A blank says nothing.
        """
        for row, key in zip(run, ids, strict=True):
            earlier = self._rows.setdefault(key, [])
            for other in earlier:
                if self._place(row) == self._place(other):
                    self._compare(row, other)
            earlier.append(row)

    def _place(self, row: Row) -> tuple:
        """Return the period and the series that a row is of."""
        edition = self._columns.edition
        said = {name: row.contexto.get(name) for name in LENGTHS} if edition.periodo == "contexto" else {}
        names = PERIOD_COLUMNS if edition.periodo == "fila" else ()
        own = [row.relleno.get(name) if row.value(name) is None else row.value(name) for name in names]
        return (*said.items(), *own, row.value("serie"))

    def _compare(self, row: Row, other: Row) -> None:
        differ = []
        for key in row.table.columns:
            mine, theirs = row.value(key), other.value(key)
            if ":" not in key and None not in (mine, theirs) and _fold(mine) != _fold(theirs):
                differ.append(key)
        differ = [key for key in differ if key not in ("programado", "ejecutado", "comentario")]
        if differ:
            first = differ[0]
            fault = FormatoError(
                f"«{row.value(first)}» en `{first}`, y «{other.value(first)}» en {other.address(first)}, en dos filas "
                "que por lo demás son la misma actividad",
                "filas de una actividad que digan lo mismo en todas sus columnas",
                f"si son dos actividades, dígalo en el layout: {suggest_identity(self._columns, differ)}; si es una, "
                "corrija la celda",
                lugar=row.sheet.locate(row.index, row.table.columns[first]),
                identidad=list_identity(self._columns, differ),
            )
            self._columns.refusals.add(fault)
        elif row.table is other.table:
            self._compare_further(row, other)

    def _compare_further(self, row: Row, other: Row) -> None:
        """Refuse rows that differ in a column of which only the blanks of another are filled (`primera`)."""
        cells = row.sheet.filas[row.index], other.sheet.filas[other.index]
        for columns in row.table.further.values():
            for at in columns:
                mine, theirs = (own[at] if at < len(own) else None for own in cells)
                if None in (mine, theirs) or _fold(mine) == _fold(theirs):
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


def list_identity(columns: Columns, differ: Sequence[str] = ()) -> list[str]:
    """List the columns that identify an activity, and others in which rows differ."""
    names = columns.identidad or [name for name in USUAL if name == "unidad" or columns.has(name)]
    return list(dict.fromkeys((*names, *differ)))


def name_identity(columns: Columns) -> str:
    """Return the columns that identify an activity, as `actividades.identidad` has them."""
    return ", ".join(list_identity(columns))
