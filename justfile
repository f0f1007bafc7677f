# The commands of every day; `just` lists them.
default:
    @just --list

# install for development
install:
    python -m pip install -e ".[test]"

# the default tests (within 10 minutes)
test *args:
    python -m pytest {{args}}

# what takes longer, before a release
slow:
    python -m pytest -m slow

lint:
    ruff check .
    ruff format --check .
    lint-imports

types:
    mypy

format:
    ruff format .
    ruff check --fix .

# documentation is tested: every command, every link
docs:
    python -m pytest tests/docs

# side by side with other tools; prints ratios
bench:
    python benchmarks/peers.py

# the shipped sample, made anew
sample:
    python -m cjmine.northmoor sample_logs/northmoor tests/truth/northmoor

# everything continuous integration runs
ci:
    .ci/run
