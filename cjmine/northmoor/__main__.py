"""Write the sample: ``python -m cjmine.northmoor FOLDER [TRUTH_FOLDER]``, and print its self-check."""

from __future__ import annotations

import sys
from pathlib import Path

from cjmine.northmoor import generate

if __name__ == "__main__":
    folder, *truth = (Path(name) for name in sys.argv[1:3])
    sys.stdout.write(generate(folder, truth=truth[0] if truth else None).report() + "\n")
