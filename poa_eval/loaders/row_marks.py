"""Marks of rows: what tells data rows, totals, ends of tables, notes and lines apart, declared or by their words."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from poa_eval.errors import FormatoError, Refusals
from poa_eval.layouts.layout import Edition
from poa_eval.layouts.patterns import compile_patterns, match_line
from poa_eval.readers.cells import Cell
from poa_eval.text.names import normalize

if TYPE_CHECKING:
    from poa_eval.loaders.rows import Row
    from poa_eval.plan.schema import Record

#: What ends a table where `fin_tabla` says so: a row without any cell.
BLANK_ROW = "fila en blanco"
_NUMBER = re.compile(r"-?\d[\d.,\s]*(?:[eE][+-]?\d+)?\s*%?")
#: Words of totals, what may stand behind them, and before whose they are.
_WORDS = re.compile(r"(?:(?:(?:sub|gran|suma)[ -]?)?total(?:es)?|sumas?)\b")
_ALONE = re.compile(r"(?: ?(?:general(?:es)?|anual(?:es)?))?[ .:]*")
_OF = re.compile(r"(?:[-–:. ]|\b(?:general|anual|por|del?|l[ao]s?|el)\b)*")


class RowMarks:
    """What tells data rows, totals, ends of tables and lines apart, as an edition declares it; made once a document."""

    def __init__(self, edition: Edition) -> None:
        skipped = edition.ignorar_filas
        self.lines, self.rows = compile_patterns(edition.contexto)  # of a line or one cell of it, and of several cells
        self.ignored = tuple(normalize(item) for item in skipped if isinstance(item, str))  # first cells
        unwanted = (item for item in skipped if isinstance(item, dict))  # cells by column, "" for a blank one
        self.unwanted = tuple({key: normalize(text) for key, text in item.items()} for item in unwanted)
        self.ends = tuple(map(normalize, edition.fin_tabla))
        self.totals = tuple(map(normalize, edition.totales.texto)) if edition.totales else ()
        self.notes = tuple(map(normalize, edition.notas))
        self.blanks = frozenset(map(normalize, edition.vacios))

    def name_kind(self, first: Cell) -> str:
        """Return what the first cell makes of its row: ``end``, ``ignored``, ``total`` or ``data``."""
        text = normalize(str(first))
        for kind, patterns in (("end", self.ends), ("ignored", self.ignored), ("total", self.totals)):
            if any(fnmatchcase(text, pattern) for pattern in patterns):
                return kind
        return "data"

    def name_line(self, line: str) -> str:
        """Return the key of a line that no pattern knows: ``nota`` where it is declared as one, to be shown."""
        return "nota" if any(fnmatchcase(normalize(line), pattern) for pattern in self.notes) else "texto"

    def find_unwanted(self, find_cell: Callable[[str], Cell]) -> set[str]:
        """Return the columns by whose text a row is left out, `""` where by a blank; none where it is not."""

        def fits(key: str, pattern: str) -> bool:
            value = find_cell(key)
            return fnmatchcase(normalize(str(value)), pattern) if value is not None else not pattern

        found = next((i for i in self.unwanted if all(fits(key, pattern) for key, pattern in i.items())), {})
        return {key if pattern else "" for key, pattern in found.items()}

    def match_row(self, cells: tuple[Cell, ...]) -> dict[str, str]:
        """Return what the cells of a row say together by a pattern of several."""
        return match_line(join_cells(cells), self.rows) if self.rows else {}

    def match_cells(self, cells: tuple[Cell, ...]) -> dict[str, str]:
        """Return what a line says: its cells by a pattern of several, each by itself, and together those that are left.

        So a pattern that ends in a text takes no label in a cell beside its own.
        """
        found = self.match_row(cells)
        left = []
        for cell in dict.fromkeys(str(cell) for cell in cells if cell is not None):
            said = match_line(cell, self.lines)
            found |= said
            left += [] if said else [cell]
        return found | match_line(" ".join(left), self.lines)


def says_note(text: str, *, surely: bool = False) -> bool:
    """Say whether a text begins as a note below a table does; surely so where it can be no activity's name.

    Examples
    --------
    >>> says_note("Elaborado por Planeación"), says_note("Elaborar 3 informes", surely=True)
    (True, False)
    >>> says_note("Nota: dados preliminares", surely=True)
    True
    """
    sure = r"(?:notas?|fuentes?|fontes?|obs|observaci\w+|observac[ao]\w+)"
    pattern = rf"{sure}\s*[:.]" if surely else rf"(?:{sure}|elabor\w+|revis\w+|aprob\w+)\b"
    return re.match(pattern, normalize(text)) is not None


def join_cells(cells: tuple[Cell, ...]) -> str:
    """Return the distinct cells of a row as one text, parted as patterns of several cells part them."""
    return " | ".join(str(cell) for cell in dict.fromkeys(cells) if cell is not None)


def list_stray(row: "Row", edition: Edition, refusals: Refusals) -> Iterator[tuple[str, str, str]]:
    """Yield a note of each number beyond the last heading where the layout ignores all that it does not map.

    Texts there are remarks. A row that gained cells is for `reparar`, where the layout asks for it.

    Such a number elsewhere is refused.
    """
    cells = row.sheet.filas[row.index]
    for column in range(row.table.width, 0 if edition.reparar else len(cells)):
        if not _is_number(cells[column]):
            continue
        if not any("*" in names for names in edition.ignorar):
            refusals.add(
                FormatoError(
                    f"«{cells[column]}», a la derecha del último encabezado de la tabla",
                    "cada cifra bajo un encabezado",
                    "escriba el encabezado de esa columna y asígnelo en el layout; si no interesa, borre la celda o "
                    'declare `ignorar: ["*"]`',
                    lugar=row.sheet.locate(row.index, column),
                )
            )
            continue
        text = f"«{cells[column]}» está a la derecha del último encabezado y no se leyó."
        yield "celda_sin_encabezado", text, row.sheet.address(row.index, column)


def _is_number(cell: Cell) -> bool:
    if isinstance(cell, str):
        return _NUMBER.fullmatch(cell) is not None
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def says_total(cell: Cell) -> bool:
    """Say whether a cell begins with words of totals."""
    return isinstance(cell, str) and _WORDS.match(normalize(cell)) is not None


def find_totals(texts: Mapping[str, str]) -> set[str]:
    """Return those texts (raw → normalized) that begin with words of totals."""
    return {raw for raw, folded in texts.items() if _WORDS.match(folded)}


def is_total(cell: Cell) -> bool:
    """Say whether a cell holds nothing but words of totals.

    Examples
    --------
    >>> [is_total(text) for text in ("TOTAL GENERAL:", "Subtotal", "Suma", "Total de expedientes")]
    [True, True, True, False]
    """
    return says_total(cell) and _ALONE.fullmatch(_WORDS.sub("", normalize(str(cell)), count=1)) is not None


def find_total(cells: Sequence[Cell], columns: Mapping[str, int], unit: Cell = None) -> int | None:
    """Return the column whose words make a row one of totals, else None; `unit` is the unit of the rows above.

    They stand in the unit's cell, or first where the activity is blank, or make up the activity's cell: alone, with the
    unit's name, or as a subtotal. «Total de expedientes resueltos» is an activity.

    Examples
    --------
    >>> columns = {"unidad": 0, "actividad": 1}
    >>> [find_total(row, columns) for row in (["Subtotal Obras", None, 3], ["Obras", "Total de expedientes", 3])]
    [0, None]
    >>> find_total([None, "TOTAL DE OBRAS", 3], columns, "Obras")
    1
    """
    said = {name: cells[at] for name, at in columns.items() if name in ("unidad", "actividad") and at < len(cells)}
    if says_total(said.get("unidad")):
        return columns["unidad"]
    activity = said.get("actividad")
    if activity is None:
        first = next((at for at, cell in enumerate(cells) if cell is not None), None)
        return first if first is not None and says_total(cells[first]) else None
    if not says_total(activity):
        return None
    text, rest = normalize(str(activity)), name_total([activity])
    units = {normalize(str(name)) for name in (said.get("unidad"), unit) if name is not None}
    return columns["actividad"] if text.startswith("sub") or is_total(activity) or rest in units else None


def name_total(cells: Sequence[Cell]) -> str:
    """Return what the words of a row of totals add, folded: whose it is.

    Examples
    --------
    >>> name_total(["TOTAL DE OBRAS", 3]), name_total([None, "Subtotal: Dirección de Obras"]), name_total(["TOTAL", 3])
    ('obras', 'direccion de obras', '')
    """
    text = next((normalize(str(cell)) for cell in cells if says_total(cell)), "")
    return _OF.sub("", _WORDS.sub("", text, count=1), count=1)


def suggest_pattern(text: str) -> str:
    """Return how a layout names a row of totals: subtotals all at once, others by their words."""
    found = re.match(r"(?i)\s*(sub[ -]?total(?:es)?)\b", text)
    return f"{found[1]}*" if found else " ".join(text.split())


def find_undeclared_total(row: "Row", above: Mapping[str, Cell]) -> FormatoError | None:
    """Return what refuses a row of totals that the layout does not declare: it would be read as an activity or unit."""
    said = row.value("unidad") or above.get("unidad") or row.contexto.get("unidad")
    cells = row.sheet.filas[row.index]
    first = next(at for at, cell in enumerate(cells) if cell is not None)
    at = first if is_total(cells[first]) else find_total(cells, row.table.columns, said)
    if at is None:
        return None
    text = str(cells[at])
    pattern = f'"{suggest_pattern(text)}"'
    if text != cells[first]:
        pattern = f"{{{'unidad' if at == row.table.columns.get('unidad') else 'actividad'}: {pattern}}}"
    return FormatoError(
        f"una fila «{text}» que el layout no declara",
        "filas de actividades, o totales declarados",
        f"si no interesa, agregue al layout `ignorar_filas: [{pattern}]`; si es un total que se debe comparar, "
        f'`totales: {{texto: "{text}"}}`',
        lugar=row.sheet.locate(row.index, at),
    )


def scope_totals(
    rows: "Sequence[Row]", owners: Sequence[object], units: Mapping[str, str]
) -> "Iterator[tuple[Row, Record]]":
    """Yield each row of totals with what it is the total of; `owners` are the units of the other rows.

    One that names a unit (`units`: name, folded → id) is that unit's; so is one of several that follows the rows of a
    single unit, all of them. The institution's is the only one, if no other table stands below it, or one that follows
    another and has no other words. The others are of nothing that can be told (``parcial``), and are compared with
    nothing.
    """
    totals = [at for at, row in enumerate(rows) if row.is_total]
    since = 0
    for before, at in enumerate(totals):
        end = at - before  # of the rows that are no total
        own, cells = {*owners[since:end]}, rows[at].sheet.filas[rows[at].index]
        named = units.get(name_total(cells))
        is_whole = len(totals) > 1 and len(own) == 1 and not own & {*owners[:since], *owners[end:]}
        if named is not None or is_whole:
            yield rows[at], {"ambito": "unidad", "clave": named or next(iter(own))}
        else:
            is_last = not own and any(map(is_total, cells)) and end == len(owners)
            is_only = len(totals) == 1 and all(row.table is rows[at].table for row in rows[at:])
            yield rows[at], {"ambito": "institucion", "clave": "total" if is_last or is_only else "parcial"}
        since = end
