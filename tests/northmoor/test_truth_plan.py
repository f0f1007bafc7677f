"""The plan written out by hand and the sample's own journey file tell the same story."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from cjmine.northmoor.truth.plan import (
    ANYTIME,
    BRANCHES,
    BY,
    CHANNELS,
    FLOW,
    PLAN_FILE,
    REPEATS,
    START,
    STOPPED,
    SUCCESS,
    UNWANTED,
    all_states,
    final,
    steps,
)

MODEL = YAML(typ="safe").load(files("cjmine.northmoor").joinpath(PLAN_FILE).read_text(encoding="utf-8"))
BLOCKS = ("together", "choose", "repeat")


def nodes(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every entry of the flow, blocks included, with what is said about it."""
    for one in node if isinstance(node, list) else [node]:
        if isinstance(one, list):
            yield from nodes(one)
        elif isinstance(one, str):
            yield one, {}
        else:
            for name, said in one.items():
                yield name, said if isinstance(said, dict) else {}
                if name in BLOCKS:
                    yield from nodes(said["do"] if name == "repeat" else said)


FLOW_NODES = [entry for stage in MODEL["stages"] for entry in nodes(stage["steps"])]
SAID = {name.rstrip("?"): said for name, said in FLOW_NODES if name not in BLOCKS}


def test_the_steps_are_the_same() -> None:
    assert frozenset(SAID) == FLOW
    assert MODEL["ends"]["success"] == [SUCCESS]
    stopped = MODEL["ends"]["stopped"][0]
    assert (next(iter(stopped)) if isinstance(stopped, dict) else stopped) == STOPPED


def test_what_the_file_says_of_services_and_channels_is_the_same() -> None:
    assert {name: said["by"] for name, said in SAID.items() if "by" in said}.items() <= BY.items()
    told = {name: said["channel"] for name, said in SAID.items() if "channel" in said}
    lists = {name: (one,) if isinstance(one, str) else tuple(one) for name, one in told.items()}
    assert lists.items() <= CHANNELS.items()
    assert BY.keys() | CHANNELS.keys() <= FLOW


def test_the_same_steps_are_optional_and_repeated() -> None:
    optional = {name.rstrip("?") for name, _ in FLOW_NODES if name.endswith("?")}
    assert optional == {"read_moving_page", "rate_us"}
    repeats = [said for name, said in FLOW_NODES if name == "repeat"]
    assert [tuple(name for name, _ in nodes(said["do"])) for said in repeats] == list(REPEATS)
    assert {said["times"] for said in repeats} == {"0..1"}


def test_what_is_tolerated_is_neither_unwanted_nor_planned() -> None:
    assert not ANYTIME & UNWANTED
    assert not (ANYTIME | UNWANTED) & FLOW
    assert frozenset().union(*BRANCHES) < FLOW
    assert {"chase_progress", "complain", "transfer_call"} <= UNWANTED


def test_every_state_leads_to_the_end() -> None:
    assert START in all_states()
    assert all(final(state) or steps(state) for state in all_states())
