"""Wording: what counts as a value."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from poa_eval.text.wording import is_present

MISSING = [None, float("nan"), pd.NA, pd.NaT, np.float64("nan"), np.datetime64("NaT"), np.timedelta64("NaT")]
MISSING += [np.float32("nan"), Decimal("NaN")]
INFINITE = [float("inf"), float("-inf"), np.float64("inf"), np.float32("-inf")]
NUMBERS = st.integers() | st.floats() | st.booleans() | st.floats().map(np.float64) | st.booleans().map(np.bool_)
NUMBERS |= st.integers(-(2**63), 2**63 - 1).map(np.int64) | st.decimals(allow_nan=False, allow_infinity=False)
DATES = st.dates() | st.datetimes() | st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1)).map(pd.Timestamp)


@given(NUMBERS | DATES | st.sampled_from(MISSING + INFINITE))
def test_value_is_present_as_pandas_tells_unless_it_is_infinite(value):
    expected = not pd.isna(value) and value not in (float("inf"), float("-inf"))
    assert is_present(value) is expected


@given(st.text())
def test_text_is_present_unless_it_is_blank(text):
    assert is_present(text) is bool(text.strip())
