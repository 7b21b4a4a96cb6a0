"""Everything of a quarter, computed once, whole or of one unit."""
