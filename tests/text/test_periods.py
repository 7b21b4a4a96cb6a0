"""Months, quarters and other periods as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poa_eval.text import periods
from poa_eval.text.periods import Period, parse_period

SPELLINGS = [
    "ENE FEB MAR ABR MAY JUN JUL AGO SET OCT NOV DIC".split(),
    "Enero FEB. mzo Abril mayo Jun julio AGO Setiembre oct Nov. DICIEMBRE".split(),
    "Janeiro Fev Março Abr Maio Jun Julho Ago Setembro Out Nov Dezembro".split(),
]


@given(
    st.integers(1, 12), st.integers(1990, 2099), st.sampled_from(["{m} {y}", "{m}-{y}", "{m}. de {y}", "{m}/{s:02}"])
)
def test_a_month_reads_back_however_it_is_written(month, year, form):
    year = 2000 + year % 100 if "{s" in form else year
    for names in SPELLINGS:
        text = form.format(m=names[month - 1].rstrip("."), y=year, s=year % 100)
        assert parse_period(text) == Period(month, 1, year)
    assert parse_period(f"{year}-{month:02}") == parse_period(f"{month:02}/{year}") == Period(month, 1, year)


@given(st.text(max_size=12))
def test_any_text_is_a_period_or_none(text):
    period = parse_period(text)
    assert period is None or (1 <= period.mes <= 12 and period.meses in (1, 2, 3, 4, 6, 12))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("2025", {"year": 2025}),
        ("marzo", {"month": 3}),
        ("t2", {"length": 3, "number": 2}),
        ("2t", {"length": 3, "number": 2}),
        ("trimestre", {"length": 3}),
        ("anual", {"length": 12, "number": 1}),
        ("25", {"year": 2025}),
        ("segundo", {"number": 2}),
        ("de", {}),
    ],
)
def test_each_kind_of_word_says_what_it_is_of_a_period(word, said):
    assert periods._read_word(word, after_month=True) == said
