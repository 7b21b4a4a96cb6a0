"""Reports: pages, and the sections that notebooks show."""
