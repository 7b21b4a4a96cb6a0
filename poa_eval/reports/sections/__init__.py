"""The sections of the notebooks, one module a subject; each shows and computes nothing."""
