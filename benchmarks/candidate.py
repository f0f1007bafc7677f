"""Run one candidate of ``frames.py`` alone in this process, and print what was measured as one JSON line.

``python benchmarks/candidate.py NAME FOLDER``; a tool that is not installed is told as ``missing``.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

from joins import cjmine_frames, cjmine_run, duckdb_sql, pandas_pm4py, scan
from kernels import kernels_coded, kernels_pm4py, kernels_text
from work import measured

CANDIDATES = {
    way.__name__: way
    for way in (
        *(cjmine_frames, cjmine_run, pandas_pm4py, duckdb_sql, scan),
        *(kernels_coded, kernels_text, kernels_pm4py),
    )
}


def main() -> None:
    """Print the measurement of the candidate named on the command line."""
    name, folder = sys.argv[1:]
    warnings.simplefilter("ignore")
    vars(sys)["_pm4py_welcome_shown"] = True
    try:
        work = CANDIDATES[name](Path(folder))
    except ModuleNotFoundError as absent:
        print(json.dumps({"missing": f"{absent.name} is not installed"}))
        return
    print(json.dumps(measured(work)))


if __name__ == "__main__":
    main()
