"""How does a score read on a terminal? One table for each question, baselines beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from cjmine.cli.words import Plain, table

Card = Mapping[str, Any]


def told(report: Mapping[str, Any]) -> None:
    """Print every track of a report."""
    console = Plain()
    about = ", ".join(f"{name} {value}" for name, value in report["truth"].items())
    console.print(f"truth: {about or 'without a manifest'}", soft_wrap=True)
    for name, card in report["tracks"].items():
        if "levels" in card:
            _levels(console, name, card["levels"])
        else:
            _track(console, name, card)


def _track(console: Console, name: str, card: Card) -> None:
    console.print(f"\n{name}", style="bold")
    _codes(console, card)
    _figures(console, card)
    _decoys(console, card)
    if isinstance(card.get("model"), Mapping):
        console.print("model: " + "; ".join(f"{key} {shown(value)}" for key, value in card["model"].items()))
    reach = card["ceiling"]
    console.print("ceiling: " + "; ".join(f"{key.replace('_', ' ')} {shown(reach[key])}" for key in reach))
    console.print(f"findings of nobody in the truth: {card['foreign']:,} (counted as wrong)")
    beyond = card["missing_beyond_reach"]
    console.print(f"missing steps that happened beyond reach: {beyond:,} (neither right nor wrong)")
    _gates(console, card.get("gates", []))


def _codes(console: Console, card: Card) -> None:
    """Print one line for each code and each family; without F1 where nobody looked."""
    others = card.get("baselines")
    others = others if isinstance(others, Mapping) else {}
    heads = ["code", "planted", "true", "found", "precision", "recall", "of all", "F1"]
    heads += others
    rows = table(*heads, right=range(1, len(heads)))
    for kind in ("codes", "families"):
        for name, own in card[kind].items():
            looked = [other[kind].get(name, {}) for other in others.values()]
            built = own.get("built", True)
            rows.add_row(
                name,
                *(f"{own[key]:,}" for key in ("planted", "instances", "found")),
                with_interval(own, "precision") if built else "not built",
                *(with_interval(own, "recall"), shown(own["recall_all"]), shown(own["f1"])),
                *(shown(other["f1"] if other.get("found") else None) for other in looked),
            )
    console.print(rows)


def _figures(console: Console, card: Card) -> None:
    wanted = {
        "identity": ("precision", "recall", "f1"),
        "contacts": ("precision", "recall", "f1"),
        "segmentation": ("ari", "boundary_precision", "boundary_recall", "boundary_f1"),
        "status": ("accuracy",),
        "duplicate_sets": ("pairwise_f1", "bcubed_precision", "bcubed_recall", "bcubed_f1"),
    }
    rows = table("what", "measure", "figure", right=(2,))
    for name, measures in wanted.items():
        if not isinstance(card.get(name), Mapping):
            continue
        known = [one for one in measures if card[name][one] is not None]
        for measure in known:
            rows.add_row(
                name.replace("_", " "), measure.replace("_", " "), with_interval(card[name], measure)
            )
        for kind, share in card[name].get("by_type", {}).items():
            rows.add_row(name, f"accuracy, {kind}", shown(share))
    if rows.row_count:
        console.print(rows)
    if "status" in card:
        wrong = table("true status", "found status", "journeys", right=(2,))
        for row in card["status"]["confusion"]:
            wrong.add_row(str(row["truth"]), str(row["found"]), f"{row['count']:,}")
        console.print(wrong)


def _decoys(console: Console, card: Card) -> None:
    rows = table("decoys of", "set out", "taken", "rate", right=(1, 2, 3))
    for code, own in card["decoys"].items():
        rows.add_row(code, f"{own['decoys']:,}", f"{own['taken']:,}", with_interval(own, "rate"))
    if card["decoys"]:
        console.print(rows)
    wrong = table("wrong finding", "what it was", "times", right=(2,))
    for row in card["confusion"]:
        wrong.add_row(row["found"], row["truth"], f"{row['count']:,}")
    if card["confusion"]:
        console.print(wrong)


def _gates(console: Console, gates: list[Card]) -> None:
    rows = table("gate", "judged by", "at least", "figure", "", right=(2, 3))
    for gate in gates:
        verdict = {True: "pass", False: "missed", None: "nothing to judge"}[gate["passed"]]
        figure = with_interval({"value": gate["value"], "value_ci": gate["ci"]}, "value")
        rows.add_row(gate["gate"], gate["judged_by"], f"{gate['at_least']:.2f}", figure, verdict)
    if gates:
        console.print(rows)


def _levels(console: Console, name: str, levels: Mapping[str, Card]) -> None:
    """Print the F1 of every code at each level of noise."""
    console.print(f"\n{name}: F1 with rows, or the staff's coding, left out", style="bold")
    rows = table("code", *levels, right=range(1, len(levels) + 1))
    codes = sorted(
        {code for card in levels.values() for code in card["codes"] if card["codes"][code]["built"]}
    )
    for code in codes:
        rows.add_row(code, *(shown(card["codes"].get(code, {}).get("f1")) for card in levels.values()))
    for section, measure in (("segmentation", "ari"), ("status", "accuracy"), ("contacts", "f1")):
        rows.add_row(f"{section} {measure}", *(shown(card[section][measure]) for card in levels.values()))
    console.print(rows)


def with_interval(scores: Card, measure: str) -> str:
    """Return a figure with its interval."""
    value, interval = scores.get(measure), scores.get(f"{measure}_ci")
    if value is None or interval is None:
        return shown(value)
    return f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"


def shown(value: object) -> str:
    """Return a figure as it is shown; a dash for none."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
