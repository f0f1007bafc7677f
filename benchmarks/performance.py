"""Writes docs/performance.md: every group of candidates at every size, with the machine described.

``python benchmarks/performance.py --sizes 100000 1000000 --out docs/performance.md`` (``just bench``). What
would take too long, or too much memory, for a size is left out, and told. ``--keep`` keeps the exports and
``performance.json``; ``--again`` writes the page from that file without measuring.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from frames import HERE, machine, measured
from roster import GROUPS, RATIOS, WHOLES, Group

TEXT = HERE / "performance_page.md"
LIMITS = {
    "xes": 1_000_000,
    "alignments": 1_000_000,
    "kernels": 10_000_000,
    "joins": 10_000_000,
    "csv": 10_000_000,
}
"""The most events each group is run with; the whole run has no limit."""
BESIDE = {"miners.py": "Inductive miner"}
"""Scripts with a table of their own, at most at a million events."""
MOST_MINED = 1_000_000


def groups_for(events: int, only: Sequence[str]) -> list[str]:
    """Return the groups that are run with so many events."""
    return [name for name in only if events <= LIMITS.get(name, events)]


def sized(folder: Path, events: int, only: Sequence[str], rounds: int) -> dict[str, Any]:
    """Measure one size."""
    names = [name for group in groups_for(events, only) for name in GROUPS[group].candidates]
    print(f"{events:,} events", file=sys.stderr, flush=True)
    return measured(folder / str(events), events, names, rounds, quiet=False)


def beside(script: str, sizes: Sequence[int]) -> str:
    """Return the table that another script of this folder prints."""
    wanted = [str(size) for size in sizes if size <= MOST_MINED]
    if not wanted or not (HERE / script).exists():
        return ""
    command = [sys.executable, str(HERE / script), "--events", *wanted]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    table = [line for line in done.stdout.splitlines() if line.startswith("|")]
    return "\n".join(table) if table and not done.returncode else f"Missing: {script} failed."


def page(told: Mapping[str, Any]) -> str:
    """Return the whole page."""
    parts = [_group(name, told["sizes"]) for name in GROUPS]
    parts += [
        f"## {title}\n\n{told['beside'][script]}\n"
        for script, title in BESIDE.items()
        if told["beside"].get(script)
    ]
    return TEXT.read_text("utf-8").format(
        date=told["date"],
        machine=_machine(told["machine"]),
        rounds=told["rounds"],
        results="\n".join(part for part in parts if part),
    )


def _machine(about: Mapping[str, Any]) -> str:
    tools = {
        name: value
        for name, value in about.items()
        if name not in {"cores", "processor", "memory_gb", "system"}
    }
    versions = ", ".join(f"{name} {value}" for name, value in tools.items())
    size = f"{about['cores']} cores ({about['processor']}), {about['memory_gb']} GB"
    return f"{size}, {about['system']}; {versions}"


def _group(name: str, sizes: Sequence[Mapping[str, Any]]) -> str:
    """Return the section of one group: at each size a table of medians; then the ratios of all sizes."""
    group = GROUPS[name]
    ran = [one for one in sizes if any(candidate in one["memory_mb"] for candidate in group.candidates)]
    if not ran:
        return ""
    lines = [f"## {group.title[0].upper()}{group.title[1:]}\n"]
    lines += [_medians(group, one) for one in ran]
    lines += [table] if (table := _ratios(group, ran)) else []
    for one in ran:
        missing = [
            f"{group.candidates[key]}: {why}"
            for key, why in one["missing"].items()
            if key in group.candidates
        ]
        lines += [f"Missing at {one['events']:,} events: {'; '.join(missing)}.\n"] if missing else []
    out = [f"{one['events']:,}" for one in sizes if one not in ran]
    lines += [f"Not run at {', '.join(out)} events: too long for a page, or too large.\n"] if out else []
    lines.append(f"{group.absent}\n")
    return "\n".join(lines)


def _medians(group: Group, one: Mapping[str, Any]) -> str:
    """Return one size's table: seconds of each piece, microseconds an event where it is one piece, memory."""
    single = len(group.pieces) == 1
    by_event = group.pieces != ("align",)  # as many variants at every size
    heads = [f"{piece} ms" for piece in group.pieces]
    if single:
        heads = ["s", "µs an event"] if by_event else ["s"]
    rows = []
    for name, words in group.candidates.items():
        if name not in one["memory_mb"]:
            continue
        labels = [name if piece in WHOLES else f"{name}.{piece}" for piece in group.pieces]
        taken = [one["seconds"].get(label) for label in labels]
        if single:
            cells = [_short(taken[0]), *([_short(taken[0] * 1e6 / one["events"])] if by_event else [])]
        else:
            cells = ["" if cell is None else _short(cell * 1000) for cell in taken]
        rows.append([words, *cells, f"{one['memory_mb'][name]:,}"])
    parts = [
        f"{group.candidates[name]}, seconds of each part: "
        + ", ".join(f"{part} {value:.2f}" for part, value in one["parts"][name].items())
        + ".\n"
        for name in group.candidates
        if name in one["parts"]
    ]
    return "\n".join([_table([f"{one['events']:,} events", *heads, "peak MB"], rows), *parts])


def _ratios(group: Group, ran: Sequence[Mapping[str, Any]]) -> str:
    """Return the ratios whose two candidates are this group's, a column for each size."""
    rows = [
        [f"`{name}`", *("" if (value := one["ratios"].get(name)) is None else _short(value) for one in ran)]
        for name, ((theirs, _), _) in RATIOS.items()
        if theirs in group.candidates and any(name in one["ratios"] for one in ran)
    ]
    return _table(["ratio", *(f"{one['events']:,}" for one in ran)], rows) if rows else ""


def _short(value: float) -> str:
    """Return three figures, two of what is below 1, and no exponent."""
    return f"{value:,.{max(0, 3 - len(f'{int(value)}'))}f}" if value >= 1 else f"{max(value, 0.0001):.2g}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def main() -> None:
    """Measure what is asked for and write the page."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", nargs="+", choices=[*GROUPS], default=[*GROUPS])
    options.add_argument("--out", type=Path, default=HERE.parent / "docs" / "performance.md")
    options.add_argument("--keep", type=Path, help="a folder for the exports and performance.json")
    options.add_argument("--again", type=Path, help="a performance.json to write the page from")
    given = options.parse_args()
    if given.again:
        told = json.loads(given.again.read_text("utf-8"))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            folder = given.keep or Path(scratch)
            folder.mkdir(parents=True, exist_ok=True)
            told = {
                "date": f"{datetime.now(UTC):%d %B %Y}",
                "machine": machine(),
                "rounds": given.rounds,
                "sizes": [sized(folder, events, given.only, given.rounds) for events in sorted(given.sizes)],
                "beside": {script: beside(script, sorted(given.sizes)) for script in BESIDE},
            }
            (folder / "performance.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    given.out.write_text(page(told), encoding="utf-8")
    print(f"written: {given.out}")


if __name__ == "__main__":
    main()
