from __future__ import annotations

import gzip
import json
import time
import warnings
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from cjmine.conformance.alignment import Alignment, Move, align
from cjmine.domain.minimal import STATES
from cjmine.domain.models import SILENT, Automaton
from cjmine.domain.vocabulary import MoveKind
from cjmine.errors import ModelError
from cjmine.intended.automaton import automaton_of
from cjmine.intended.bpmn import read_bpmn
from cjmine.intended.net import net_of
from cjmine.intended.pnml import pnml_of, read_pnml
from tests.conformance.oracle import best, random_net, token_game
from tests.intended.trees import TREES

if TYPE_CHECKING:
    from pathlib import Path

    from cjmine.domain.models import PetriNet, Tree

Variant = tuple[str, ...]
RANK = {MoveKind.SYNC: 0, MoveKind.MODEL: 1, MoveKind.LOG: 2}
VARIANTS = st.lists(st.sampled_from("abcdex"), max_size=6).map(tuple)


def told(alignment: Alignment) -> tuple[tuple[int, str], ...]:
    return tuple((RANK[m.kind], m.label) for m in alignment.moves)


@settings(max_examples=150, deadline=None)
@given(TREES, st.lists(VARIANTS, min_size=1, max_size=4), st.booleans())
def test_cost_ties_and_moves_equal_a_plain_search(tree: Tree, variants: list[Variant], prefix: bool) -> None:  # noqa: FBT001
    assert_told_as_searched(net_of(tree), variants, prefix=prefix)


def assert_told_as_searched(net: PetriNet, variants: list[Variant], *, prefix: bool) -> bool:
    """Hold alignments against the search; tell whether the net is small enough and can end at all."""
    game = token_game(net, 150)
    if game is None:
        return False
    ways, leading, end = game
    found = align(variants, automaton_of(net), prefix=prefix)
    empty = best((), ways, {end})
    for variant, alignment in zip(variants, found, strict=True):
        searched = best(variant, ways, leading if prefix else {end})
        assert searched is not None
        assert empty is not None
        cost, logs, moves = searched
        shortest = 0 if prefix else empty[0]
        assert (alignment.cost, told(alignment), alignment.shortest) == (cost, moves, shortest)
        assert sum(m.kind is MoveKind.LOG for m in alignment.moves) == logs
        events = [(m.position, m.label) for m in alignment.moves if m.position is not None]
        assert events == list(enumerate(variant))
    return True


@pytest.mark.parametrize(
    ("first", "count"), [(0, 100), pytest.param(100, 1900, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_random_nets_and_variants_are_told_as_searched(first: int, count: int) -> None:
    """Seeds of nets that have an end and few markings, until there are enough."""
    seed, done = first * 1_000, 0
    while done < count:
        dice = Random(seed)  # noqa: S311 - not for secrets
        seed += 1
        net = random_net(dice)
        variants = [tuple(dice.choices("abcdx", k=dice.randint(0, 7))) for _ in range(3)]
        whole = assert_told_as_searched(net, variants, prefix=False)
        done += whole and assert_told_as_searched(net, variants, prefix=True)


def test_fitness_and_its_empty_cases() -> None:
    log = Move(MoveKind.LOG, "a", 0)
    assert Alignment(0, 0, ()).fitness == 1.0
    assert Alignment(1, 0, (log,)).fitness == 0.0
    assert Alignment(1, 3, (log,)).fitness == 0.75
    assert align([], automaton_of(net_of(SILENT))) == ()


def test_a_model_beyond_the_limit_is_refused_naming_it() -> None:
    n = STATES + 1
    arcs = np.array([[i, 0, i + 1] for i in range(n - 1)], dtype=np.int32)
    line = Automaton(
        labels=("a",), n_states=n, finals=(n - 1,), arcs=arcs, silent=np.empty((0, 2), dtype=np.int32)
    )
    with pytest.raises(ModelError, match=r"more than 20,000 states"):
        align([("a",)], line)


def _variants(path: Path) -> list[Variant]:
    """Return the distinct sequences of an XES file, by the plainest reading there is."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, huge_tree=True))
    return sorted(
        {
            tuple(
                e.xpath("string(*[@key='concept:name']/@value)")
                for e in trace.xpath("*[local-name()='event']")
            )
            for trace in root.xpath("*[local-name()='trace']")
        }
    )


def _with_pm4py(variants: list[Variant], path: Path) -> list[int]:
    """Return pm4py's optimal costs, in whole moves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py  # noqa: PLC0415 - slow to import
        from pm4py.algo.conformance.alignments.petri_net import algorithm  # noqa: PLC0415
        from pm4py.objects.log.obj import Event, Trace  # noqa: PLC0415

        net, initial, final = pm4py.read_pnml(str(path))
        traces = [Trace([Event({"concept:name": label}) for label in variant]) for variant in variants]
        return [algorithm.apply_trace(trace, net, initial, final)["cost"] // 10_000 for trace in traces]


@pytest.mark.parametrize(
    ("log", "model"),
    [("receipt.xes.gz", "receipt.pnml"), ("running-example.xes", "running-example.pnml")],
)
def test_costs_equal_pm4py_on_real_logs(data: Path, log: str, model: str) -> None:
    variants = _variants(data / "pm4js" / log)
    path = data / "pm4js" / model
    noisy = [variant[:k] + variant[k + 1 :] + variant[:1] for k, variant in enumerate(variants) if variant]
    found = align(variants + noisy, automaton_of(read_pnml(path).net))
    assert [a.cost for a in found] == _with_pm4py(variants + noisy, path)
    assert sum(a.cost for a in found) > 0


def test_costs_equal_pm4py_where_silent_steps_abound(data: Path, tmp_path: Path) -> None:
    """The inductive miner's net of receipt: 944 states, 4,006 silent arcs."""
    variants = _variants(data / "pm4js" / "receipt.xes.gz")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py  # noqa: PLC0415 - slow to import

        log = pm4py.read_xes(str(data / "pm4js" / "receipt.xes.gz"))
        net, initial, final = pm4py.discover_petri_net_inductive(log)
        pm4py.write_pnml(net, initial, final, str(tmp_path / "im.pnml"))
    automaton = automaton_of(read_pnml(tmp_path / "im.pnml").net)
    assert automaton.n_states > 900
    noisy = [v[:k] + v[k + 1 :] + v[:1] for k, v in enumerate(variants) if len(v) < 8]
    began = time.perf_counter()
    found = align(variants + noisy, automaton)
    assert time.perf_counter() - began < 10
    assert [a.cost for a in found[: len(variants)]] == [0] * len(variants)
    short = noisy[:20]
    assert [a.cost for a in found[len(variants) :][:20]] == _with_pm4py(short, tmp_path / "im.pnml")


def test_costs_equal_a_published_tool_on_bpmn(data: Path) -> None:
    folder = data / "conformance" / "automata"
    stated = json.loads((folder / "simple.json").read_text(encoding="utf-8"))["alignmentResults"]
    variants = _variants(folder / "simple.xes")
    automaton = automaton_of(read_bpmn(folder / "simple.bpmn").net)
    found = align(variants, automaton)
    assert sorted(a.cost for a in found) == sorted(int(r["info"]["Raw Fitness Cost"]) for r in stated)
    assert sorted(len(v) for v in variants) == sorted(int(r["info"]["Trace Length"]) for r in stated)


def test_nets_written_here_mean_the_same_to_pm4py(data: Path, tmp_path: Path) -> None:
    journey = read_bpmn(data / "pm4js" / "sepsis.bpmn")
    path = tmp_path / "sepsis.pnml"
    path.write_text(pnml_of(journey.net), encoding="utf-8")
    steps = journey.steps
    variants = [tuple(steps[(i * k) % len(steps)] for i in range(6)) for k in range(1, 12)]
    found = align(variants, automaton_of(journey.net))
    assert [a.cost for a in found] == _with_pm4py(variants, path)
