"""Cards: documents that are no table, read cell after cell into an outline, and the outline into a plan."""
