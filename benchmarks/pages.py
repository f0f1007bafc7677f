"""The words and tables of docs/benchmark.md, from scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cjmine.cli.scorecard import shown, with_interval

Card = Mapping[str, Any]

TEXT = Path(__file__).with_name("benchmark_page.md")


def page(results: Sequence[Mapping[str, Any]], date: str, machine: str) -> str:
    """Return the whole page."""
    samples = [_sample(result, whole=number == 0) for number, result in enumerate(results)]
    found = "\n".join([_overview(results), *samples])
    return TEXT.read_text(encoding="utf-8").format(date=date, machine=machine, results=found)


def _overview(results: Sequence[Mapping[str, Any]]) -> str:
    """Return one line for each gate: its figure on every sample."""
    names = [f"{one['size']}, seed {one['seed']}" for one in results]
    rows = []
    for track in ("oracle", "end-to-end"):
        by_sample = [
            {gate["gate"]: gate for gate in one["report"]["tracks"][track]["gates"]} for one in results
        ]
        for name, gate in by_sample[0].items():
            cells = [_gate(gates[name]) for gates in by_sample]
            judged = [gates[name]["value"] for gates in by_sample if gates[name]["passed"] is not None]
            below = sum(value < gate["at_least"] for value in judged)
            rows.append([track, name, f"{gate['at_least']:.2f}", *cells, f"{below} of {len(judged)}"])
    counts = [
        sum(
            1
            for track in one["report"]["tracks"].values()
            for gate in track.get("gates", [])
            if gate["passed"] is False
        )
        for one in results
    ]
    said = "; ".join(f"{name}: {count} missed" for name, count in zip(names, counts, strict=True))
    return f"## Gates\n\nMissed gates: {said}.\n\n" + _table(
        ["track", "gate", "at least", *names, "below it"], rows
    )


def _gate(gate: Mapping[str, Any]) -> str:
    if gate["passed"] is None:
        return "nothing to judge"
    pooled = f" ({gate['judged_by']}*)" if len(gate["judged_by"]) == 1 else ""
    return f"{gate['value']:.3f}{pooled} {'pass' if gate['passed'] else '**missed**'}"


def _sample(result: Mapping[str, Any], *, whole: bool) -> str:
    """Return the section of one sample; decoys and mistakes in full for the first alone."""
    tracks, about = result["report"]["tracks"], result["report"]["truth"]
    said = ", ".join(
        f"{value:,} {name}" for name, value in about.items() if name in {"customers", "journeys"}
    )
    made, took = result["made_s"], result["scored_s"]
    parts = [
        f"## {result['size'].capitalize()}, seed {result['seed']}\n",
        f"{said or 'No manifest'}. Made in {made} s; all tracks run and scored in {took} s.\n",
    ]
    for name in ("oracle", "end-to-end"):
        parts += [f"### {name}\n", _codes(tracks[name]), _figures(tracks[name])]
        parts += [_states(tracks[name]), _decoys(tracks[name])] if whole else []
    parts += [
        "### Ceiling\n",
        _ceiling(tracks["end-to-end"]["ceiling"]),
        "### noise: F1\n",
        _noise(tracks["noise"]),
    ]
    return "\n".join(parts)


def _codes(card: Card) -> str:
    rows, missing = [], []
    for kind in ("codes", "families"):
        for code, own in card[kind].items():
            if not own.get("built", True):
                missing.append(f"{code} ({own['instances']:,})")
                continue
            others = [card["baselines"][name][kind].get(code, {}) for name in ("naive", "bupar")]
            rows.append(
                [
                    code,
                    *(f"{own[name]:,}" for name in ("planted", "instances", "found")),
                    with_interval(own, "precision"),
                    *(with_interval(own, "recall"), shown(own["recall_all"]), with_interval(own, "f1")),
                    *(shown(other["f1"] if other.get("found") else None) for other in others),
                ]
            )
    heads = [
        "code",
        "planted",
        "true",
        "found",
        "precision",
        "recall",
        "of all",
        "F1",
        "naive F1",
        "bupar F1",
    ]
    said = ", ".join(missing) or "none"
    return _table(heads, rows) + f"\nTrue, but without a detector yet (true instances): {said}.\n"


def _figures(card: Card) -> str:
    wanted = {
        "identity": ("precision", "recall"),
        "contacts": ("precision", "recall"),
        "segmentation": ("ari", "boundary_f1", "rows_of_no_journey_drawn_in", "strangers_drawn_in"),
        "status": ("accuracy",),
        "duplicate_sets": ("pairwise_f1", "bcubed_precision", "bcubed_recall", "bcubed_f1"),
    }
    rows = [
        [name.replace("_", " "), measure.replace("_", " "), with_interval(card[name], measure)]
        for name, measures in wanted.items()
        if isinstance(card[name], Mapping)  # identity may be given, not found
        for measure in measures
    ]
    rows += [["model", name.replace("_", " "), shown(value)] for name, value in card["model"].items()]
    rows.append(["findings", "of nobody in the truth", f"{card['foreign']:,}"])
    beyond = f"{card['missing_beyond_reach']:,}"
    rows.append(["findings", "missing steps that happened beyond reach", beyond])
    return _table(["what", "measure", "figure"], rows)


def _states(card: Card) -> str:
    states = [[row["truth"], row["found"], f"{row['count']:,}"] for row in card["status"]["confusion"]]
    return _table(["true status", "found status", "journeys"], states)


def _decoys(card: Card) -> str:
    rows = [
        [code, f"{own['decoys']:,}", f"{own['taken']:,}", with_interval(own, "rate")]
        for code, own in card["decoys"].items()
        if card["codes"].get(code, {}).get("built")  # nothing can be taken in without a detector
    ]
    wrong = [[row["found"], row["truth"], f"{row['count']:,}"] for row in card["confusion"]]
    tables = [_table(["decoys of", "set out", "taken", "rate"], rows)] if rows else []
    if wrong:
        tables.append("Wrong findings, and what truly stood there:\n")
        tables.append(_table(["found", "truly", "times"], wrong))
    return "\n".join(tables)


def _ceiling(reach: Mapping[str, Any]) -> str:
    return _table(
        ["what nobody could find", "share or number"],
        [[k.replace("_", " "), shown(reach[k])] for k in reach],
    )


def _noise(track: Mapping[str, Any]) -> str:
    levels = track["levels"]
    codes = sorted({code for card in levels.values() for code, own in card["codes"].items() if own["built"]})
    rows = [
        [code, *(shown(card["codes"].get(code, {}).get("f1")) for card in levels.values())] for code in codes
    ]
    for section, measure in (("contacts", "f1"), ("segmentation", "ari"), ("status", "accuracy")):
        rows.append([f"{section} {measure}", *(shown(card[section][measure]) for card in levels.values())])
    return _table(["", *levels], rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"
