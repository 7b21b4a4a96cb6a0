"""Repair by equations: what it restores is what was lost, and it never guesses."""

from hypothesis import given, settings
from hypothesis import strategies as st

from poa_eval.loaders.repair import read_row

ROWS = st.lists(st.integers(0, 40), min_size=24, max_size=24)


def block_of(months):
    """Quarter pairs of two series of twelve months."""
    sums = [sum(months[i : i + 3]) for i in range(0, 24, 3)]
    return [sums[kind * 4 + quarter] for quarter in range(4) for kind in range(2)]


def check_reading(months, reading, block):
    assert reading.estado in {"exacta", "reconstruida", "ambigua"}
    assert list(reading.bloque) == block
    for segment, found in enumerate(reading.segmentos):
        if found is not None:
            assert list(found) == months[3 * segment : 3 * segment + 3]


@given(ROWS)
def test_a_whole_row_is_read_as_printed(months):
    block = block_of(months)
    reading = read_row([*months, *block], series=2, goal=sum(months[:12]))
    check_reading(months, reading, block)
    assert None not in reading.segmentos


@settings(max_examples=200)
@given(ROWS, st.sets(st.integers(0, 23), min_size=1, max_size=3))
def test_lost_months_come_back_right_or_not_at_all(months, lost):
    block = block_of(months)
    if not block[-1]:
        months, block = [*months[:-1], 1], block_of([*months[:-1], 1])
    kept = [value for i, value in enumerate(months) if i not in lost]
    padded = [*kept, *block, *[None] * len(lost)]
    reading = read_row(padded, series=2, goal=sum(months[:12]))
    check_reading(months, reading, block)
    assert reading.perdidas == len(lost)


@given(ROWS, st.integers(0, 23), st.integers(1, 2))
def test_repeated_cells_are_taken_off(months, at, times):
    block = block_of(months)
    cells = [*months[:at], *[months[at]] * times, *months[at:], *block]
    check_reading(months, read_row(cells, series=2, goal=sum(months[:12])), block)


@given(ROWS, st.integers(0, 23), st.integers(1, 5))
def test_a_changed_month_of_a_damaged_row_is_never_taken_for_a_reading_in_silence(months, at, by):
    block = block_of(months)
    cells = [*months, *block]
    cells[at] += by
    assert read_row(cells, series=2, goal=sum(months[:12])).estado == "ninguna"


def test_blank_months_are_zero_only_where_the_quarter_is_reached():
    months = [None, 2, 2, 2, None, 1, 1, 1, 1, 1, 1, 1]
    reading = read_row([*months, 4, 5, 3, 3], series=1, goal=15)
    assert reading.segmentos == ((0, 2, 2), (2, 2, 1), (1, 1, 1), (1, 1, 1))
    reading = read_row([None, None, 2, *months[3:], 4, 5, 3, 3], series=1, goal=15)
    assert reading.segmentos[0] is None


def test_without_any_reading_no_month_stands():
    reading = read_row([9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3], series=1, goal=12)
    assert reading.estado == "ninguna"
    assert reading.segmentos == (None,) * 4
    assert reading.bloque == (3, 3, 3, 3)


def test_quarters_to_come_stay_blank():
    months = [1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1] + [1, 1, 1, 2, 2, 2] + [None] * 6
    reading = read_row([*months, 3, 3, 6, 6, 3, None, 3, None], series=2, goal=15)
    assert reading.estado == "exacta"
    assert reading.segmentos[6:] == ((None, None, None), (None, None, None))


@settings(max_examples=300)
@given(ROWS, st.integers(1, 3))
def test_a_year_that_is_not_over_is_never_misread(months, quarters):
    """Results up to a quarter, all of the programme: what is said of a month or quarter is what was printed."""
    block = block_of(months)
    known = months[:12] + months[12 : 12 + 3 * quarters] + [None] * (12 - 3 * quarters)
    printed = [value if i % 2 == 0 or i < 2 * quarters else None for i, value in enumerate(block)]
    reading = read_row([*known, *printed], series=2, goal=sum(months[:12]))
    for segment, found in enumerate(reading.segmentos):
        for month, value in zip(known[3 * segment : 3 * segment + 3], found or (), strict=False):
            assert value == month or (month is None and value == 0)
    for value, wanted in zip(reading.bloque, printed, strict=True):
        assert value in (wanted, None) or (wanted is None and value == 0)


def test_a_row_that_lost_its_last_figure_is_read_unless_a_wrong_digit_explains_it_as_well():
    lost = [5, 5, 6] * 8 + [16] * 7
    assert read_row(lost, series=2, goal=64).estado == "reconstruida"
    lost_month = [8] * 23 + [25] + [24] * 7
    assert read_row(lost_month, series=2, goal=96).estado == "ninguna"


def test_a_figure_far_right_of_the_table_is_not_a_reading():
    months = [1] * 24
    row = [*months, *block_of(months), *[None] * 40, 5]
    assert read_row(row, series=2, goal=12).estado == "ninguna"
