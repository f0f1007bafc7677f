"""Which journey does a ``*.journey.yaml`` file intend?

The notation reads top to bottom like the agenda of a workshop: a list means
"in this order". Unknown keys are errors with file, line, column and the nearest
key, and all faults are reported at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node

from cjmine.domain.models import IntendedJourney, Tree
from cjmine.errors import ModelError, nearest
from cjmine.intended.blocks import leaves, sequence
from cjmine.intended.mapping_file import read_mapping
from cjmine.intended.net import net_of
from cjmine.intended.rules import RuleReader
from cjmine.intended.standards import StandardReader, clock_of, services_of
from cjmine.intended.steps import StepReader, titled
from cjmine.intended.tree_ends import tree_ends
from cjmine.intended.yaml_nodes import YamlFile, nearest_or_all

_TEXTS = ("journey", "title", "version", "customer", "need")
_KEYS = (
    *_TEXTS,
    *("clock", "starts", "ends", "services", "stages", "steps", "anytime", "unwanted", "mapping"),
    *("rules", "standards"),
)
_CUSTOMERS = ("external", "internal", "organisation")

Stages = tuple[tuple[str, tuple[str, ...]], ...]


def load_journey(path: Path) -> IntendedJourney:
    """Return the intended journey of a notation file.

    Where ``starts`` or ``ends.success`` are not given they are the steps the
    flow can begin and end with.

    Raises ``ModelError`` with every fault of the file, each with its place.
    """
    return read_journey(YamlFile(path))


def read_journey(file: YamlFile) -> IntendedJourney:
    """Return the intended journey of a file that is open; its faults stay with the file.

    Raises ``ModelError`` as ``load_journey`` does.
    """
    if file.root is None:
        msg = f"{file.path}:1:1: the file is empty"
        raise ModelError(msg)
    top = file.mapping(file.root, "a journey", _KEYS)
    if not isinstance(file.root, MappingNode):
        file.raise_faults()
    texts = _texts(file, top)
    reader = StepReader(file)
    tree, stages = _flow(file, top, reader)
    beside = _beside(file, top, reader, leaves(tree))
    stated = _stated(file, top, reader)
    file.raise_faults()
    first, last = tree_ends(tree)
    name, said = texts["journey"], reader.said
    return IntendedJourney(
        name=name,
        title=texts.get("title") or titled(name),
        net=net_of(tree),
        tree=tree,
        version=texts.get("version", ""),
        need=texts.get("need"),
        source=str(file.path),
        stages=stages,
        anytime=beside["anytime"],
        unwanted=beside["unwanted"],
        starts=beside["starts"] or first,
        success=beside["success"] or last,
        stopped=beside["stopped"],
        repeats=tuple(reader.repeats),
        branches=tuple(reader.branches),
        mapping=dict(sorted(said.mapping.items())),
        titles=dict(sorted(said.titles.items())),
        by=dict(sorted(said.by.items())),
        planned=dict(sorted(said.planned.items())),
        customer=texts.get("customer", ""),
        **stated,
    )


def _beside(
    file: YamlFile, top: dict[str, Node], reader: StepReader, flow: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Read the steps outside the flow, and where it starts and ends."""
    found = {word: reader.names(top.get(word), word) for word in ("anytime", "unwanted")}
    ends = file.mapping(top["ends"], "ends", ("success", "stopped")) if "ends" in top else {}
    found["stopped"] = reader.stopped(ends.get("stopped"), flow)
    found["starts"] = _known(file, top.get("starts"), "starts", flow, reader)
    found["success"] = _known(file, ends.get("success"), "ends.success", flow, reader)
    return found


def _stated(file: YamlFile, top: dict[str, Node], reader: StepReader) -> dict[str, Any]:
    """Read what is stated about steps that are all known by now: services, clock, rules and standards."""
    said, services = reader.said, services_of(file, top.get("services"))
    if "mapping" in top:
        read_mapping(file, top["mapping"], said)
    said.resolve(tuple(said.planned), services)
    return {
        "services": services or {},
        "clock": clock_of(file, top.get("clock")),
        "rules": RuleReader(file, said, services).read(top["rules"]) if "rules" in top else (),
        "standards": StandardReader(file, said).read(top["standards"]) if "standards" in top else (),
    }


def _texts(file: YamlFile, top: dict[str, Node]) -> dict[str, str]:
    texts = {key: file.text(top[key], key) for key in _TEXTS if key in top}
    customer = texts.get("customer")
    if customer and customer not in _CUSTOMERS:
        known = f"known are {', '.join(_CUSTOMERS)}"
        file.fault(top["customer"], f"customer is {customer!r}", hint=nearest(customer, _CUSTOMERS) or known)
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


def _known(
    file: YamlFile, node: Node | None, what: str, flow: tuple[str, ...], reader: StepReader
) -> tuple[str, ...]:
    """Return a list of names that must all be steps of the flow."""
    if node is None:
        return ()
    names = [(item, file.text(item, f"an item of {what}")) for item in file.items(node, what)]
    for item, name in names:
        if name in reader.declared and name not in flow:
            why = f"{what} names {name!r}, which lies outside the flow: no journey as planned reaches it"
            file.fault(item, why, "E06", "name a step of 'stages' or 'steps'")
        elif name and name not in flow:
            file.fault(item, f"{what} names {name!r}, which is no step", "E03", nearest_or_all(name, flow))
    return tuple(dict.fromkeys(name for _, name in names))
