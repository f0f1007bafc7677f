"""The closed set of values that stations hand each other; no behaviour lives here."""
