"""Which journey does a ``*.journey.yaml`` file intend?

The notation reads top to bottom like the agenda of a workshop: a list means
"in this order". This is its first form, the flow: unknown keys are errors with
file, line, column and the nearest key, and all faults are reported at once.
"""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml.nodes import MappingNode, Node

from cjmine.domain.models import IntendedJourney, Tree
from cjmine.errors import ModelError, nearest
from cjmine.intended.automaton import automaton_of, ends_of
from cjmine.intended.blocks import leaves, sequence
from cjmine.intended.net import net_of
from cjmine.intended.steps import StepReader, titled
from cjmine.intended.yaml_nodes import YamlFile

_KEYS = (
    *("journey", "title", "version", "customer", "need", "starts", "ends"),
    *("stages", "steps", "anytime", "unwanted"),
)
_CUSTOMERS = ("external", "internal", "organisation")

Stages = tuple[tuple[str, tuple[str, ...]], ...]


def load_journey(path: Path) -> IntendedJourney:
    """Return the intended journey of a notation file.

    Where ``starts`` or ``ends.success`` are not given they are the steps the
    flow can begin and end with.

    Raises ``ModelError`` with every fault of the file, each with its place.
    """
    file = YamlFile(path)
    if file.root is None:
        msg = f"{path}:1:1: the file is empty"
        raise ModelError(msg)
    top = file.mapping(file.root, "a journey", _KEYS)
    if not isinstance(file.root, MappingNode):
        file.raise_faults()
    texts = _texts(file, top)
    reader = StepReader(file)
    tree, stages = _flow(file, top, reader)
    flow = leaves(tree)
    anytime = reader.names(top.get("anytime"), "anytime")
    unwanted = reader.names(top.get("unwanted"), "unwanted")
    ends = file.mapping(top["ends"], "ends", ("success", "stopped")) if "ends" in top else {}
    stopped = reader.stopped(ends.get("stopped"), flow)
    starts = _known(file, top.get("starts"), "starts", flow)
    success = _known(file, ends.get("success"), "ends.success", flow)
    file.raise_faults()
    net = net_of(tree)
    first, last = ends_of(automaton_of(net))
    name = texts["journey"]
    return IntendedJourney(
        name=name,
        title=texts.get("title") or titled(name),
        net=net,
        tree=tree,
        version=texts.get("version", ""),
        need=texts.get("need"),
        source=str(path),
        stages=stages,
        anytime=anytime,
        unwanted=unwanted,
        starts=starts or first,
        success=success or last,
        stopped=stopped,
        repeats=tuple(reader.repeats),
        branches=tuple(reader.branches),
        mapping=dict(sorted(reader.mapping.items())),
        titles=dict(sorted(reader.titles.items())),
        by=dict(sorted(reader.by.items())),
    )


def _texts(file: YamlFile, top: dict[str, Node]) -> dict[str, str]:
    texts = {key: file.text(top[key], key) for key in _KEYS[:5] if key in top}
    customer = texts.get("customer")
    if customer and customer not in _CUSTOMERS:
        file.fault(top["customer"], f"customer is {customer!r}; known are {', '.join(_CUSTOMERS)}")
    if "journey" not in top and file.root is not None:
        file.fault(file.root, "the key 'journey' (the journey's id) is missing")
    return texts


def _flow(file: YamlFile, top: dict[str, Node], reader: StepReader) -> tuple[Tree, Stages]:
    """Return the flow and each stage's steps; without stages the whole is one list."""
    if ("stages" in top) == ("steps" in top) and file.root is not None:
        file.fault(file.root, "a journey has either 'stages' or 'steps'")
        return sequence(), ()
    if "steps" in top:
        return reader.sequence(top["steps"], "steps"), ()
    trees: dict[str, Tree] = {}
    for item in file.items(top["stages"], "stages"):
        stage = file.mapping(item, "a stage", ("stage", "steps"))
        missing = [key for key in ("stage", "steps") if key not in stage]
        if missing:
            file.fault(item, f"a stage needs the key {' and '.join(map(repr, missing))}")
            continue
        title = file.text(stage["stage"], "stage")
        if title in trees:
            file.fault(stage["stage"], f"the stage {title!r} is given twice")
        trees[title] = reader.sequence(stage["steps"], f"the steps of stage {title!r}")
    return sequence(*trees.values()), tuple((title, leaves(tree)) for title, tree in trees.items())


def _known(file: YamlFile, node: Node | None, what: str, steps: tuple[str, ...]) -> tuple[str, ...]:
    """Return a list of names that must all be steps of the flow."""
    if node is None:
        return ()
    names = [(item, file.text(item, f"an item of {what}")) for item in file.items(node, what)]
    for item, name in names:
        if name and name not in steps:
            file.fault(item, f"{what} names {name!r}, which is no step{nearest(name, steps)}")
    return tuple(dict.fromkeys(name for _, name in names))
