"""Run one candidate of ``frames.py`` alone in this process, and print what was measured as one JSON line.

``python benchmarks/candidate.py NAME FOLDER``; a tool that is not installed is told as ``missing``.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import joins
import kernels
import reading
import table_kernels
import whole
from work import Work, measured

MODULES = (joins, kernels, table_kernels, reading, whole)


def way(name: str) -> Callable[[Path], Work]:
    """Return the function of one candidate, from the module that has it."""
    return next(getattr(module, name) for module in MODULES if hasattr(module, name))


def main() -> None:
    """Print the measurement of the candidate named on the command line."""
    name, folder = sys.argv[1:]
    warnings.simplefilter("ignore")
    vars(sys)["_pm4py_welcome_shown"] = True
    try:
        work = way(name)(Path(folder))
    except ModuleNotFoundError as absent:
        print(json.dumps({"missing": f"{absent.name} is not installed"}))
        return
    except FileNotFoundError as absent:
        print(json.dumps({"missing": str(absent)}))
        return
    print(json.dumps(measured(work)))


if __name__ == "__main__":
    main()
