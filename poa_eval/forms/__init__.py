"""Workbooks that units fill in: made, read back, and what was owed in them."""
