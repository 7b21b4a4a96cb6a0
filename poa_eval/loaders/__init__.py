"""Cells and a layout become a plan."""
