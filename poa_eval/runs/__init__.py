"""From params files to folders: batch, processes, cache, evidence."""
