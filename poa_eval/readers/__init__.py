"""A file becomes sheets of cells, each with its address; one module a kind of file."""
