"""The run record: what went in, what came out, and under which settings."""
