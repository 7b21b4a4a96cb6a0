"""Totals: which rows of a table add up others, by their words."""

import re
from collections.abc import Mapping, Sequence

from poa_eval.readers.cells import Cell
from poa_eval.text.names import normalize

_WORDS = re.compile(r"(?:(?:(?:sub|gran|suma)[ -]?)?total(?:es)?|sumas?)\b")
_ALONE = re.compile(r"(?: ?(?:general(?:es)?|anual(?:es)?))?[ .:]*")
_OF = re.compile(r"(?:[-–:. ]|\b(?:general|anual|por|del?|l[ao]s?|el)\b)*")


def says_total(cell: Cell) -> bool:
    """Say whether a cell begins with words of totals."""
    return isinstance(cell, str) and _WORDS.match(normalize(cell)) is not None


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
    text = normalize(str(activity))
    rest = _OF.sub("", _WORDS.sub("", text, count=1), count=1)
    units = {normalize(str(name)) for name in (said.get("unidad"), unit) if name is not None}
    return columns["actividad"] if text.startswith("sub") or is_total(activity) or rest in units else None


def suggest_pattern(text: str) -> str:
    """Return how a layout names a row of totals: subtotals all at once, others by their words."""
    found = re.match(r"(?i)\s*(sub[ -]?total(?:es)?)\b", text)
    return f"{found[1]}*" if found else " ".join(text.split())
