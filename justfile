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

# side by side with other tools at two sizes; writes docs/performance.md (an hour on two cores)
bench *args:
    python benchmarks/performance.py {{args}}

# side by side with pm4py on real logs; prints ratios
bench-peers:
    python benchmarks/peers.py

# from five silos to variants and waits, beside pandas with pm4py, DuckDB and bare reading
bench-frames *args:
    python benchmarks/frames.py {{args}}

# models of very many variants, beside pm4py's inductive miner
bench-miners *args:
    python benchmarks/miners.py {{args}}

# optimal alignments of all distinct variants, beside r4pm and pm4py, and how time grows
bench-alignment *args:
    python benchmarks/alignment.py {{args}}

# what one more week costs, beside a run from nothing
bench-growth *args:
    python benchmarks/growth.py {{args}}

# a run that is killed twelve times, beside an undisturbed one
bench-kills *args:
    python benchmarks/kills.py {{args}}

# makes samples with known truth, scores every track, writes docs/benchmark.md
scores *args:
    python benchmarks/scores.py {{args}}

# the shipped sample, made anew
sample:
    cjmine sample northmoor --size small --seed 42 --out sample_logs/northmoor --truth tests/truth/northmoor
    python benchmarks/sample_readme.py

# everything continuous integration runs
ci:
    .ci/run
