"""Figures, one module each: `python -m bench.NAME` prints a table and, as its last line, one JSON object."""
