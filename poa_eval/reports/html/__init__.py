"""Blocks, figures and pages of HTML."""
