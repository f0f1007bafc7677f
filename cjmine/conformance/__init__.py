"""Where a journey leaves the intended one: alignments of distinct variants, and their deviations."""
