"""What ``check`` says of real logs and models is what pm4py's optimal alignments say."""

from __future__ import annotations

import json
import random
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import cjmine
from cjmine.cases import Columns
from cjmine.intended.automaton import automaton_of
from cjmine.intended.bpmn_write import write_bpmn
from cjmine.intended.load import load_model

Variant = tuple[str, ...]
UNIT = 10_000  # pm4py's cost of one visible move


def pm4py_costs(model: Path, variants: Sequence[Variant]) -> tuple[list[int], int]:
    """Return the optimal cost of each variant, and that of the empty one: the shortest way through."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py  # noqa: PLC0415 - slow to import
        from pm4py.algo.conformance.alignments.petri_net import algorithm  # noqa: PLC0415
        from pm4py.objects.log.obj import Event, Trace  # noqa: PLC0415

        if model.suffix == ".pnml":
            net = pm4py.read_pnml(str(model))
        else:
            net = pm4py.convert_to_petri_net(pm4py.read_bpmn(str(model)))

        def cost(steps: Variant) -> int:
            trace = Trace([Event({"concept:name": step}) for step in steps])
            return int(algorithm.apply_trace(trace, *net)["cost"]) // UNIT

        return [cost(steps) for steps in variants], cost(())


def spoilt(variants: Sequence[Variant]) -> list[Variant]:
    """Return variants with a step dropped, doubled or moved, so that costs are not all nothing."""
    dice = random.Random(7)  # noqa: S311 - not for secrets
    found = []
    for number, steps in enumerate(variants):
        at = dice.randrange(len(steps))
        rest = (*steps[:at], *steps[at + 1 :])
        found.append(((*rest, steps[at]), rest, (*steps[: at + 1], *steps[at:]))[number % 3])
    return found


def written(path: Path, variants: Counter[Variant]) -> Path:
    """Write a log with so many cases of each variant."""
    cases = [steps for steps, count in sorted(variants.items()) for _ in range(count)]
    rows = [
        f'{case},"{step}",2026-01-01T{n // 60:02}:{n % 60:02}:00Z'
        for case, steps in enumerate(cases)
        for n, step in enumerate(steps)
    ]
    path.write_text("\n".join(["case,activity,time", *rows]), encoding="utf-8")
    return path


def expected(variants: Counter[Variant], costs: Sequence[int], shortest: int) -> dict[str, Any]:
    """Return what ``check`` must say, from the formulas as they are stated."""
    cases = variants.total()
    pairs = [(steps, count, cost) for (steps, count), cost in zip(variants.items(), costs, strict=True)]
    return {
        "variants": len(variants),
        "cases": cases,
        "cost_total": sum(count * cost for _, count, cost in pairs),
        "fitting_cases": sum(count for _, count, cost in pairs if cost == 0),
        "fitness": pytest.approx(
            sum(count * (1 - cost / (len(steps) + shortest)) for steps, count, cost in pairs) / cases
        ),
    }


def told(found: dict[str, Any]) -> dict[str, Any]:
    return {key: found[key] for key in ("variants", "cases", "cost_total", "fitting_cases", "fitness")}


@pytest.mark.parametrize(
    ("log", "model"),
    [
        ("receipt.xes.gz", "receipt.pnml"),
        ("receipt.xes.gz", "receipt.bpmn"),
        ("running-example.xes", "running-example.pnml"),
        ("running-example.xes", "running-example.bpmn"),
    ],
)
def test_check_equals_pm4py(data: Path, tmp_path: Path, log: str, model: str) -> None:
    path = data / "pm4js" / model
    real = Counter(dict(cjmine.discover(data / "pm4js" / log).variants))
    costs, shortest = pm4py_costs(path, list(real))
    assert told(cjmine.check(data / "pm4js" / log, path)) == expected(real, costs, shortest)
    worse = Counter(spoilt(list(real)))
    costs, shortest = pm4py_costs(path, list(worse))
    assert sum(costs) > 0
    found = cjmine.check(written(tmp_path / "spoilt.csv", worse), path)
    assert told(found) == expected(worse, costs, shortest)
    assert found["deviations"]


def test_each_variant_of_a_mined_net_costs_what_pm4py_says(data: Path, tmp_path: Path) -> None:
    """A sample of receipt's variants, with a fixed seed, against the net that ProM's miner made of it."""
    model = data / "pm4js" / "receipt_imf_prom.pnml"
    variants = sorted(steps for steps, _ in cjmine.discover(data / "pm4js" / "receipt.xes.gz").variants)
    chosen = random.Random(42).sample(variants, 30)  # noqa: S311 - not for secrets
    costs, shortest = pm4py_costs(model, chosen)
    for steps, cost in zip(chosen, costs, strict=True):
        one = Counter({steps: 3})
        found = cjmine.check(written(tmp_path / "one.csv", one), model)
        assert told(found) == expected(one, [cost], shortest)
    assert sum(costs) > 0


def test_check_of_the_published_example_costs_what_its_table_says(data: Path) -> None:
    folder = data / "conformance" / "automata"
    stated = json.loads((folder / "simple.json").read_text(encoding="utf-8"))["alignmentResults"]
    found = cjmine.check(folder / "simple.xes", folder / "simple.bpmn")
    assert found["cost_total"] == sum(int(row["info"]["Raw Fitness Cost"]) for row in stated)
    assert found["cases"] == len(stated)


def test_fitness_by_hand(tmp_path: Path) -> None:
    model = tmp_path / "abc.journey.yaml"
    model.write_text("journey: abc\nsteps: [a, b, c]\nanytime: [look]\n", encoding="utf-8")
    log = written(
        tmp_path / "log.csv", Counter({("a", "b", "c"): 2, ("a", "look", "c"): 1, ("x", "a", "b", "c"): 1})
    )
    found = cjmine.check(log, model, Columns(case="case"))
    # two without cost; 1 - 1/(2 + 3), what is tolerated does not count; 1 - 1/(4 + 3)
    assert found["fitness"] == pytest.approx((1 + 1 + (1 - 1 / 5) + (1 - 1 / 7)) / 4)
    assert told(found) | {"fitness": None} == {
        "variants": 3,
        "cases": 4,
        "cost_total": 2,
        "fitting_cases": 2,
        "fitness": None,
    }
    assert found["deviations"] == [
        {"code": "V1", "kind": "missing", "activity": "b", "count": 1, "cases": 1},
        {"code": "V2", "kind": "ad hoc", "activity": "x", "count": 1, "cases": 1},
    ]


def test_the_plan_written_as_bpmn_costs_the_same_in_pm4py(tmp_path: Path) -> None:
    journey = load_model(Path(__file__).parents[2] / "configs" / "moving_home.journey.yaml")
    assert journey.tree is not None
    (tmp_path / "plan.bpmn").write_text(write_bpmn(journey.tree, "plan"), encoding="utf-8")
    steps = [label for label in automaton_of(journey.net).labels if label]
    variants = Counter({tuple(steps[:k]): k for k in range(1, len(steps) + 1)})
    log = written(tmp_path / "log.csv", variants)
    costs, shortest = pm4py_costs(tmp_path / "plan.bpmn", list(variants))
    assert told(cjmine.check(log, tmp_path / "plan.bpmn")) == expected(variants, costs, shortest)
