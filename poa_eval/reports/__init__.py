"""Pages, and the sections that notebooks show: `poa.show`."""
