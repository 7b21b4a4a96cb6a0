"""The layout language, and the catalogue of known layouts (*.yaml)."""
