"""A plan becomes an evaluation: due periods, windows, groups, evaluability, formulas of progress."""
