"""Addresses: cells as a person follows them, several as one text, and the neighbour in another column."""

import re
from collections.abc import Iterable, Iterator, Mapping

from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from poa_eval.text.wording import is_present

_CELL = re.compile(r"([^!]+!)([^!]+!)([A-Z]{1,3})(\d+)")


def name_file(address: str) -> str:
    """Return the file of an address, however its places are named.

    Examples
    --------
    >>> [name_file(a) for a in ("poi.xlsx!Ejecución!F12", "poi.txt:L12", "poa.docx:tabla 8, fila 1")]
    ['poi.xlsx', 'poi.txt', 'poa.docx']
    """
    return re.split(r"!|:(?=L\d|tabla |párrafo )", address, maxsplit=1)[0]


def join_addresses(addresses: Iterable[object]) -> str:
    """Return addresses as one text: each file once, cells side by side or one below the other as a range.

    Examples
    --------
    >>> join_addresses(["p.xlsx!H!F5", "p.xlsx!H!G5", "p.xlsx!H!J5", "p.xlsx!I!A1", "p.txt:L7", "p.txt:L7"])
    'p.xlsx!H!F5:G5, J5; I!A1; p.txt:L7'
    """
    sheets: dict[tuple[str, str], list[tuple[int, int]]] = {}
    others: list[str] = []
    for address in dict.fromkeys(str(address) for address in addresses if is_present(address)):
        found = _CELL.fullmatch(address)
        if found:
            sheets.setdefault((found[1], found[2]), []).append(xl_cell_to_rowcol(found[3] + found[4]))
        else:
            others.append(address)
    texts, last = [], ""
    for (file, sheet), cells in sheets.items():
        texts.append((file if file != last else "") + sheet + ", ".join(_list_ranges(cells)))
        last = file
    return "; ".join([*texts, *others])


def _list_ranges(cells: list[tuple[int, int]]) -> Iterator[str]:
    runs: list[list[tuple[int, int]]] = []
    for row, column in cells:
        run = runs[-1] if runs else []
        in_row = run and run[0][0] == row and run[-1] == (row, column - 1)
        in_column = run and run[0][1] == column and run[-1] == (row - 1, column)
        if in_row or in_column:
            run.append((row, column))
        else:
            runs.append([(row, column)])
    for run in runs:
        yield ":".join(dict.fromkeys(xl_rowcol_to_cell(*cell) for cell in (run[0], run[-1])))


class ColumnFinder:
    """Finds the cell of another column in the row of an address, by what loading noted of the sheets.

    `places` are of each table its sheet and the letters of its columns: in which of them goal, programme, texts stand.
    """

    def __init__(self, places: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        self._columns: dict[str, Mapping[str, str]] = {}
        for sheet, own in places:
            # Of several tables on a sheet it is not known which one an address belongs to.
            self._columns[sheet] = own if self._columns.get(sheet, own) == own else {}

    def find(self, address: object, *keys: str) -> str:
        """Return the cell of the first column that is known; the address itself where none is."""
        if not is_present(address):
            return ""
        found = _CELL.fullmatch(str(address))
        columns = self._columns.get((found[1] + found[2]).rstrip("!"), {}) if found else {}
        letters = next((columns[key] for key in keys if key in columns), None)
        return f"{found[1]}{found[2]}{letters}{found[4]}" if found and letters else str(address)
