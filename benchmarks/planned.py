"""Make a log's distinct variants and the model they are aligned with, for ``alignment.py``.

``python benchmarks/planned.py northmoor|made_up|parallel SIZE FOLDER`` writes ``variants.json``,
``model.pnml`` and ``about.json``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from cjmine.domain.models import SILENT, Operator, PetriNet, Tree

Variant = tuple[str, ...]
SEED = 7
ERRORS = 2.0
"""Errors in a made-up variant, on average: a step left out, a step too many, two steps swapped."""
AGAIN = 0.3
"""How likely a loop goes round once more."""
FEW = 500
"""Variants for each number of states."""


def block(operator: Operator, *children: Tree | str) -> Tree:
    """Return a tree; text is a step."""
    leaves = (Tree(label=one) if isinstance(one, str) else one for one in children)
    return Tree(operator, None, tuple(leaves))


def model() -> Tree:
    """Return a journey of 25 steps with two parallel parts of three branches each, and three loops."""
    line, choice, beside, loop = Operator.SEQUENCE, Operator.CHOICE, Operator.PARALLEL, Operator.LOOP
    s = [f"step {i:02d}" for i in range(1, 26)]
    return block(
        line,
        *s[:2],
        block(loop, block(line, *s[2:4]), SILENT),
        block(
            beside,
            block(line, *s[4:7]),
            block(line, s[7], block(choice, *s[8:10])),
            block(line, *s[10:12]),
        ),
        s[12],
        block(choice, block(line, *s[13:15]), SILENT),
        block(loop, *s[15:17]),
        block(
            beside,
            block(line, *s[17:19], block(loop, s[19], SILENT)),
            block(line, *s[20:22]),
            block(choice, s[22], SILENT),
        ),
        *s[23:],
    )


def walk(tree: Tree, rng: np.random.Generator) -> list[str]:
    """Return one way through a model."""
    children = tree.children
    if tree.operator is None:
        return [] if tree.label is None else [tree.label]
    if tree.operator is Operator.CHOICE:
        return walk(children[rng.integers(len(children))], rng)
    if tree.operator is Operator.LOOP:
        found = walk(children[0], rng)
        while rng.random() < AGAIN:
            found += walk(children[1], rng) + walk(children[0], rng)
        return found
    parts = [walk(child, rng) for child in children]
    if tree.operator is Operator.PARALLEL:
        turns = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        rng.shuffle(turns)
        ways = [iter(part) for part in parts]
        return [next(ways[turn]) for turn in turns.tolist()]
    return [step for part in parts for step in part]


def erring(steps: list[str], labels: Sequence[str], rng: np.random.Generator) -> Variant:
    """Return a way with some errors."""
    for _ in range(rng.poisson(ERRORS)):
        kind, at = rng.integers(3), int(rng.integers(len(steps)))
        if kind == 0 and len(steps) > 1:
            del steps[at]
        elif kind == 1:
            steps.insert(at, labels[rng.integers(len(labels))])
        else:
            steps[at : at + 2] = steps[at : at + 2][::-1]
    return tuple(steps)


def distinct(tree: Tree, count: int) -> list[Variant]:
    """Return so many distinct erring ways through a model."""
    rng = np.random.default_rng(SEED)
    labels = [*sorted(_labels(tree)), "chase", "complain"]
    found: dict[Variant, None] = {}
    while len(found) < count:
        found[erring(walk(tree, rng), labels, rng)] = None
    return list(found)


def _labels(tree: Tree) -> Iterator[str]:
    if tree.label is not None:
        yield tree.label
    for child in tree.children:
        yield from _labels(child)


def made_up(size: str) -> tuple[PetriNet, list[Variant]]:
    """Return the model's net and so many variants."""
    from cjmine.intended.net import net_of

    return net_of(model()), distinct(model(), int(size))


def parallel(size: str) -> tuple[PetriNet, list[Variant]]:
    """Return so many steps in any order, and some erring ways through them."""
    from cjmine.intended.net import net_of

    tree = block(Operator.PARALLEL, *(f"step {i:02d}" for i in range(int(size))))
    return net_of(tree), distinct(tree, FEW)


def northmoor(size: str) -> tuple[PetriNet, list[Variant]]:
    """Return the sample council's plan and its journeys, without tolerated steps, up to a declared stop."""
    import cjmine
    from cjmine.intended.load import load_model

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sample = ["sample", "northmoor", "--size", size, "--out", str(folder / "sample")]
        subprocess.run([sys.executable, "-m", "cjmine", *sample], check=True, stdout=sys.stderr)
        plan = load_model(folder / "sample" / "moving_home.journey.yaml")
        run = cjmine.run(cjmine.load(folder / "sample" / "northmoor.yaml"), folder / "run")
        lists = run.variants.filter(journey_type=plan.name)["steps"].to_list()
    found: dict[Variant, None] = {}
    for steps in lists:
        stop = next((i for i, step in enumerate(steps) if step in plan.stopped), len(steps))
        found[tuple(step for step in steps[:stop] if step not in plan.anytime)] = None
    return plan.net, [steps for steps in found if steps]


def main() -> None:
    """Write the log named on the command line."""
    what, size, folder = sys.argv[1:]
    from cjmine.intended.pnml import pnml_of

    net, variants = {"northmoor": northmoor, "made_up": made_up, "parallel": parallel}[what](size)
    (Path(folder) / "model.pnml").write_text(pnml_of(net), encoding="utf-8")
    (Path(folder) / "variants.json").write_text(json.dumps(variants), encoding="utf-8")
    about = {"variants": len(variants), "events": sum(map(len, variants))}
    (Path(folder) / "about.json").write_text(json.dumps(about), encoding="utf-8")


if __name__ == "__main__":
    main()
