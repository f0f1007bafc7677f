"""How do recorded rows become exports? Kept as frames, sorted, numbered, and written format by format."""
