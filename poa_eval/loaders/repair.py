"""Repair by equations: put lost or repeated month cells right where the printed sums leave one reading.

Tables extracted from PDFs lose or repeat cells, so that position is no longer the month. The quarters and the goal
that the same row prints are equations; a *reading* inserts exactly the lost month cells (any number ≥ 0) or removes
exactly the surplus ones (blank, or a repeat of the neighbour), keeps the order, and satisfies every equation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from poa_eval.errors import LayoutError
from poa_eval.layouts.layout import Edition
from poa_eval.loaders.columns import Columns
from poa_eval.loaders.rows import Row
from poa_eval.plan.notes import Repair
from poa_eval.plan.schema import Record
from poa_eval.text.numbers import write_exact
from poa_eval.text.periods import close_months

Value = float | None
Triple = tuple[Value, ...]

_TOLERANCE = 1e-6
_MAX_EDITS = 8  # a row with more lost or repeated cells is not guessed at
MONTHS_A_SEGMENT = 3


@dataclass(frozen=True)
class Reading:
    """What the equations of one row leave of it.

    `estado` is ``exacta`` (as printed), ``reconstruida`` (one reading), ``ambigua`` (several) or ``ninguna`` (none).
    """

    estado: str
    segmentos: tuple[Triple | None, ...]  # per series and quarter, its months (a blank one is None); None: none stand
    bloque: tuple[Value, ...]  # the quarter figures; None where blank and not proved to be 0
    perdidas: int  # lost cells; negative for surplus ones, 0 for a row read by position
    inicio_bloque: int  # index of the first quarter figure among the cells


def read_block(row: Row, columns: Columns) -> tuple[list[Record], list[Record], Repair | None]:
    """Read a row by its equations: months of a quarter where they stand, else the quarter.

    Returns its periods, the figures that it prints, and what was done about its damage; raises LayoutError where the
    columns do not follow one another.
    """
    first, names = _find_block(row, columns.edition)
    keys = {column: key for key, column in row.table.columns.items()}
    cells = row.sheet.filas[row.index]
    values = [columns.to_number(cells[c], row, c, keys.get(c, "una columna de más")) for c in range(first, len(cells))]
    reading = read_row(values, series=len(names), goal=columns.number(row, "meta_anual"))
    periods: list[Record] = []
    published: list[Record] = []
    origin = "reconstruido" if reading.estado == "reconstruida" or reading.perdidas else "leido"
    result_first = first + 12 * names.index("ejecutado") if "ejecutado" in names else first
    for quarter in range(1, 5):
        segments = [reading.segmentos[kind * 4 + quarter - 1] for kind in range(len(names))]
        at = (quarter - 1) * len(names)
        in_block = row.sheet.address(row.index, first + reading.inicio_bloque + at + len(names) - 1)
        if all(segment is not None for segment in segments):
            for i, month in enumerate(close_months(quarter)):
                record: Record = {name: segment[i] for name, segment in zip(names, segments, strict=True) if segment}
                # In a row that lost cells a month's own cell is not known: its quarter's is.
                own = row.sheet.address(row.index, result_first + month - 1)
                source = in_block if reading.perdidas else own
                periods.append(record | {"mes": month, "meses": 1, "origen": origin, "fuente": source})
        else:
            record = dict(zip(names, reading.bloque[at : at + len(names)], strict=True))
            periods.append(record | {"mes": 3 * quarter, "meses": 3, "origen": "leido", "fuente": in_block})
    for i, value in enumerate(reading.bloque):
        column = first + reading.inicio_bloque + i
        if value is not None and column < len(cells) and cells[column] is not None:
            printed = {"concepto": names[i % len(names)], "mes": 3 * (i // len(names) + 1), "meses": 3, "valor": value}
            published.append(printed | {"texto": str(cells[column]), "fuente": row.sheet.address(row.index, column)})
    if reading.estado == "exacta":
        return periods, published, None
    place = row.sheet.address(row.index, first)
    return periods, published, Repair(state=reading.estado, lost=reading.perdidas, source=place)


def _find_block(row: Row, edition: Edition) -> tuple[int, list[str]]:
    """Return the first column of months and the series in their order; the columns must follow one another."""
    columns = row.table.columns
    names = sorted((s.columna for s in edition.periodos), key=lambda name: columns[f"{name}:1:1"])
    wanted = [f"{name}:{month}:1" for name in names for month in range(1, 13)]
    wanted += [f"publicado:{name}:{month}:3" for month in (3, 6, 9, 12) for name in names]
    found = [columns.get(key, -1) for key in wanted]
    if found != list(range(found[0], found[0] + len(found))):
        raise LayoutError(
            "`reparar:` sobre columnas que no están seguidas",
            "doce meses por serie, una serie tras otra, y luego por trimestre una cifra de cada serie",
            "quite `reparar:` del layout",
            lugar=row.sheet.locate(row.table.top, found[0]),
        )
    return found[0], names


def read_row(cells: Sequence[Value], *, series: int, goal: Value) -> Reading:
    """Read the figures of a row whose month cells may be lost or repeated.

    `cells` are all after the goal: twelve months per series, the programme first, then per quarter one figure for each
    series. A row of full width is read by position, as printed. One that ends early (the last quarters are not printed
    yet, or one is lost) is read by position where that satisfies every equation. Otherwise its last cells are the
    quarter block, trusted where its programme adds up to the goal.

    Examples
    --------
    A row of one series that lost a month of its second quarter:

    >>> row = [1, 1, 1, 2, 3, 1, 1, 1, 1, 1, 1] + [3, 6, 3, 3]
    >>> reading = read_row(row, series=1, goal=15)
    >>> reading.estado, reading.segmentos[0], reading.segmentos[1]
    ('ambigua', (1.0, 1.0, 1.0), None)
    >>> read_row([5, 1, 1, 4, 3, 1, 1, 1, 1, 1, 1, 1] + [7, 8, 3, 3], series=1, goal=21).estado
    'exacta'
    >>> read_row([5, 1, 1, 4, 3, 1, 1, 1, 1, 1, 1, 1] + [7, 9, 3, 3], series=1, goal=22).estado
    'ninguna'
    """
    length = len(cells)
    while length and cells[length - 1] is None:
        length -= 1
    width, full = 4 * series, 16 * series
    by_position = _read_positions(cells, series, goal)
    if length == full:
        return by_position
    printed = cells[12 * series : full : series]
    whole = len(printed) == 4 and length < full and by_position.estado != "ninguna"
    fits = whole and (goal is None or _reaches(printed, goal))
    shifted = _read_shifted(cells[:length], series, goal, trusted=True)
    if fits and shifted is None:
        lost = goal is not None and by_position.estado == "reconstruida"
        return (_doubt(cells[:length], series, goal) if lost else None) or by_position
    if fits and shifted and by_position.estado != "reconstruida":
        return _share(by_position, shifted)
    if shifted is None and whole and None not in printed:
        return by_position  # only the goal disagrees
    shifted = shifted or _read_shifted(cells[:length], series, goal, trusted=False)
    return shifted or Reading("ninguna", (None,) * width, (None,) * width, full - length, 0)


def _read_shifted(cells: Sequence[Value], series: int, goal: Value, *, trusted: bool) -> Reading | None:
    """Read a row that lost or repeated month cells: its last cells are the quarter block, trusted by the goal.

    None where they are no such block, or (untrusted) no reading satisfies it.
    """
    width, missing = 4 * series, 16 * series - len(cells)
    block = tuple(cells[-width:])
    if len(block) < width or (trusted and (goal is None or not _reaches(block[::series], goal))):
        return None
    if not -_MAX_EDITS <= missing <= _MAX_EDITS:
        return None
    months = tuple(cells[:-width])
    proved = _prove_zeros(block, series, goal) if trusted and goal is not None else block
    found = _solve(months, proved, series, missing)
    if found is None:
        return Reading("ninguna", (None,) * width, proved, missing, len(months)) if trusted else None
    return Reading("ambigua" if None in found else "reconstruida", found, proved, missing, len(months))


def _doubt(cells: Sequence[Value], series: int, goal: float) -> Reading | None:
    """Return no reading of a row that may as well have lost a month, if one digit of one programmed figure is wrong."""
    width, missing = 4 * series, 16 * series - len(cells)
    months, block = tuple(cells[:-width]), tuple(cells[-width:])
    for at in range(0, width, series):
        right = goal - sum(value or 0 for value in block[::series]) + (block[at] or 0)
        one, other = write_exact(block[at] or 0), write_exact(right)
        is_one_digit = len(one) == len(other) and sum(x != y for x, y in zip(one, other, strict=True)) == 1
        if is_one_digit and _solve(months, (*block[:at], right, *block[at + 1 :]), series, missing):
            return Reading("ninguna", (None,) * width, block, missing, len(months))
    return None


def _share(one: Reading, other: Reading) -> Reading:
    """Return what two ways to read a row have in common."""
    if other.estado == "ninguna":
        return one
    pairs = ((one.segmentos, other.segmentos), (one.bloque, other.bloque))
    shared = (tuple(x if x == y else None for x, y in zip(*pair, strict=True)) for pair in pairs)
    return Reading("ambigua", *shared, other.perdidas, one.inicio_bloque)


def _reaches(values: Sequence[Value], goal: float) -> bool:
    return abs(sum(value or 0 for value in values) - goal) <= _TOLERANCE


def _read_positions(cells: Sequence[Value], series: int, goal: Value) -> Reading:
    """Read a row by position: each month and quarter in its column; a blank quarter is the sum of its months."""
    count = 12 * series
    padded = (*cells, *[None] * (count + 4 * series))[: count + 4 * series]
    block = list(padded[count:] if goal is None else _prove_zeros(padded[count:], series, goal))
    found: list[Triple | None] = []
    contradicted = rebuilt = undecided = False
    for segment in range(4 * series):
        at = segment % 4 * series + segment // 4
        slots = padded[MONTHS_A_SEGMENT * segment : MONTHS_A_SEGMENT * (segment + 1)]
        if block[at] is None and None not in slots:
            block[at], rebuilt = float(sum(slots)), True
        if block[at] is None or slots.count(None) == MONTHS_A_SEGMENT:
            proved = block[at] is not None and abs(block[at]) <= _TOLERANCE
            found.append((0.0,) * MONTHS_A_SEGMENT if proved else slots if block[at] is None else None)
            continue
        ways = list(_weigh(list(slots), block[at], 0, 0))
        contradicted |= not ways
        found.append(ways[0][2] if ways else slots)
        undecided |= found[-1] is None
    state = "ninguna" if contradicted else "ambigua" if undecided else "reconstruida" if rebuilt else "exacta"
    return Reading(state, tuple(found), tuple(block), 0, count)


def _prove_zeros(block: tuple[Value, ...], series: int, goal: float) -> tuple[Value, ...]:
    """Write 0 for blank quarters where the printed ones already reach the goal.

    A blank result is 0 where its quarter has nothing programmed and the printed results reach the goal.
    """
    proved = list(block)
    for kind in range(series):
        own = proved[kind::series]
        reached = _reaches(own, goal)
        for quarter, value in enumerate(own):
            if value is None and reached and not proved[quarter * series]:
                proved[quarter * series + kind] = 0.0
    return tuple(proved)


def _solve(
    months: tuple[Value, ...], block: tuple[Value, ...], series: int, missing: int
) -> tuple[Triple | None, ...] | None:
    """Return per segment the months that all readings share, None where they differ; None without a reading."""
    targets = [block[quarter * series + kind] for kind in range(series) for quarter in range(4)]

    @cache
    def can_finish(segment: int, position: int, edits: int) -> bool:
        if segment == len(targets):
            return position == len(months) and edits == abs(missing)
        return any(
            can_finish(segment + 1, end, used)
            for end, used, _ in _read_segment(months, targets[segment], position, edits, missing)
        )

    if not can_finish(0, 0, 0):
        return None
    shared: list[Triple | None] = []
    states = {(0, 0)}
    for segment, target in enumerate(targets):
        values: set[Triple | None] = set()
        following = set()
        for position, edits in states:
            for end, used, triple in _read_segment(months, target, position, edits, missing):
                if can_finish(segment + 1, end, used):
                    values.add(triple)
                    following.add((end, used))
        shared.append(values.pop() if len(values) == 1 else None)
        states = following
    return tuple(shared)


def _read_segment(
    months: tuple[Value, ...], target: Value, start: int, edits: int, missing: int
) -> Iterator[tuple[int, int, Triple | None]]:
    """Yield (end, edits, months or None where undetermined) for each way to read one segment from `start`."""
    left = abs(missing) - edits
    for count in range(min(left, MONTHS_A_SEGMENT) + 1 if missing > 0 else 1):
        end = start + MONTHS_A_SEGMENT - count
        if end <= len(months):
            for lost in combinations(range(MONTHS_A_SEGMENT), count):
                kept = iter(months[start:end])
                slots = [None if i in lost else next(kept) for i in range(MONTHS_A_SEGMENT)]
                yield from _weigh(slots, target, end, edits + count)
    for count in range(1, left + 1 if missing < 0 else 1):
        end = start + MONTHS_A_SEGMENT + count
        if end <= len(months):
            for kept_at in combinations(range(start, end), MONTHS_A_SEGMENT):
                if all(_is_surplus(months, i) for i in range(start, end) if i not in kept_at):
                    yield from _weigh([months[i] for i in kept_at], target, end, edits + count)


def _is_surplus(months: tuple[Value, ...], i: int) -> bool:
    """Say whether a cell may be one too many: it is blank, or repeats its neighbour."""
    return months[i] is None or months[i] in months[max(i - 1, 0) : i] + months[i + 1 : i + 2]


def _weigh(slots: list[Value], target: Value, end: int, edits: int) -> Iterator[tuple[int, int, Triple | None]]:
    known = sum(value for value in slots if value is not None)
    unknown = slots.count(None)
    if target is None:
        yield end, edits, None if unknown else tuple(float(value or 0) for value in slots)
        return
    rest = target - known
    if rest < -_TOLERANCE or (not unknown and rest > _TOLERANCE):
        return
    if unknown > 1 and rest > _TOLERANCE:
        yield end, edits, None
    else:
        rest = 0.0 if abs(rest) <= _TOLERANCE else rest
        yield end, edits, tuple(float(rest if value is None else value) for value in slots)
