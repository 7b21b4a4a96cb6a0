"""Tables as CSV: what each kind of value becomes."""

from datetime import date

import pandas as pd
import pytest

from poa_eval.runs.tables import write_tables


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (True, "true"),
        (False, "false"),
        (3765.0, "3765"),
        (-0.5, "-0.5"),
        (99.52418715305313, "99.52418715305313"),
        (1e22, "1e+22"),
        (7, "7"),
        (date(2023, 3, 31), "2023-03-31"),
        (pd.Timestamp(2023, 3, 31), "2023-03-31"),
        ("0304", "0304"),
        ("dos\r\nlíneas", "dos\nlíneas"),
    ],
)
def test_csv_cell(cell, text, tmp_path):
    write_tables({"t": pd.DataFrame({"a": pd.Series([cell], dtype=object)})}, tmp_path)
    quoted = f'"{text}"' if "\n" in text or text == "" else text
    assert (tmp_path / "t.csv").read_bytes().decode() == f"a\n{quoted}\n"


def test_csv_keeps_booleans_with_gaps(tmp_path):
    table = pd.DataFrame(
        {"meta_cumplida": pd.array([True, None], dtype="boolean"), "n": pd.array([1, None], dtype="Int64")}
    )
    write_tables({"t": table}, tmp_path)
    assert (tmp_path / "t.csv").read_text() == "meta_cumplida,n\ntrue,1\n,\n"
