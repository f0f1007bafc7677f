"""Optimal costs are pm4py's and r4pm's, on real logs, on real models, and on models mined of each log."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from cjmine.conformance.alignment import align
from cjmine.discovery.miner import mine
from cjmine.intended.automaton import automaton_of
from cjmine.intended.load import load_model
from cjmine.intended.minimal import automaton_of_tree
from cjmine.intended.net import net_of
from cjmine.intended.pnml import pnml_of
from tests.oracles.peer_costs import pm4py_costs, r4pm_costs
from tests.oracles.test_inductive import LOGS, variants_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cjmine.domain.models import Automaton

Variant = tuple[str, ...]
NOISES = (0.0, 0.2)
MODELS = {
    "bpic2020/declaration_documents.bpmn": None,
    "conformance/automata/simple.bpmn": "conformance/automata/simple.xes",
    "ebi/model-lanes.bpmn": None,
    "ebi/model.bpmn": None,
    "pm4js/receipt.bpmn": "pm4js/receipt.xes.gz",
    "pm4js/receipt.pnml": "pm4js/receipt.xes.gz",
    "pm4js/receipt_imf_prom.pnml": "pm4js/receipt.xes.gz",
    "pm4js/running-example.bpmn": "pm4js/running-example.xes",
    "pm4js/running-example.pnml": "pm4js/running-example.xes",
    "pm4js/sepsis.bpmn": None,
    "simod/LoanApp_simplified.bpmn": "simod/LoanApp_simplified_train.csv.gz",
}
"""Models, and the log that belongs to each."""
FEW = 60
"""So many of the most frequent variants in the default tests; in the slow ones all."""
MOST, MANY = 150, 30
"""So many variants r4pm aligns in the default tests, and on models mined of all variants: seconds each."""
LONGEST = 16
"""Models are mined of all variants in the slow tests; longer ones the peers would align for hours."""


def spoilt(variants: Sequence[Variant], seed: int) -> list[Variant]:
    """Return variants with two errors each: a step left out, doubled, or moved to the end."""
    dice = Random(seed)  # noqa: S311 - not for secrets
    found = []
    for variant in variants:
        steps = list(variant)
        for _ in range(2):
            at = dice.randrange(len(steps))
            step = steps.pop(at)
            steps += [[], [step, step], [step]][dice.randrange(3)] if steps else [step]
        found.append(tuple(steps))
    return found


def assert_costs_are_the_peers(
    path: Path, automaton: Automaton, variants: Sequence[Variant], *, most: int, few: int
) -> None:
    """Hold up to ``most`` variants of all lengths against r4pm, and ``few``, shorter ones, against pm4py."""
    asked = sorted(dict.fromkeys(steps for steps in variants if steps), key=lambda steps: (len(steps), steps))
    asked = asked[:: max(1, -(-len(asked) // most))]
    costs = [one.cost for one in align(asked, automaton)]
    theirs = r4pm_costs(path, asked)
    assert theirs is None or theirs == costs
    shorter = -(-len(asked) // 2)
    some = range(0, shorter, max(1, shorter // few))
    found = pm4py_costs(path, [asked[i] for i in some])
    pairs = [(costs[i], cost) for i, cost in zip(some, found, strict=True) if cost is not None]
    assert all(ours == other for ours, other in pairs)
    assert sum(costs) > 0 or not asked
    if theirs is None and not pairs:
        pytest.skip("neither r4pm nor pm4py finishes here")


def on_mined(path: Path, log: Path, noise: float, *, every: bool) -> None:
    """Mine a model of a log's variants, and hold the costs of these and of spoilt ones against the peers."""
    counted = dict(list(variants_of(log).items())[: None if every else FEW])
    tree = mine(counted, noise=noise, max_variants=len(counted)).tree
    path.write_text(pnml_of(net_of(tree)), encoding="utf-8")
    walks = [steps for steps in counted if steps and not (every and len(steps) > LONGEST)]
    most, few = (MANY, 10) if every else (MOST, 3)
    walks += spoilt(walks, 7)
    assert_costs_are_the_peers(path, automaton_of_tree(tree), walks, most=most, few=few)


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("name", LOGS)
def test_costs_on_models_mined_of_frequent_variants(
    data: Path, tmp_path: Path, name: str, noise: float
) -> None:
    on_mined(tmp_path / "mined.pnml", data / name, noise, every=False)


@pytest.mark.slow
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("name", LOGS)
def test_costs_on_models_mined_of_all_variants(data: Path, tmp_path: Path, name: str, noise: float) -> None:
    on_mined(tmp_path / "mined.pnml", data / name, noise, every=True)


@pytest.mark.parametrize("name", MODELS)
def test_costs_on_given_models(data: Path, tmp_path: Path, name: str) -> None:
    journey = load_model(data / name)
    path = tmp_path / "model.pnml"
    path.write_text(pnml_of(journey.net), encoding="utf-8")
    log, steps = MODELS[name], list(journey.steps)
    dice = Random(7)  # noqa: S311 - not for secrets
    variants = list(variants_of(data / log)) if log else []
    variants += [tuple(dice.choices(steps, k=dice.randint(1, 12))) for _ in range(20)]
    variants += spoilt(variants, seed=3)
    assert_costs_are_the_peers(path, automaton_of(journey.net), variants, most=MOST, few=12)
