"""Which net does a PNML file describe, and how is a net written as one?

ISO/IEC 15909-2 place/transition nets. Silent transitions are those with an
empty label, the label ``tau``, or ProM's ``$invisible$`` mark, which is also
how pm4py writes them.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lxml import etree

from cjmine.domain.models import IntendedJourney, PetriNet, Transition
from cjmine.errors import ModelError
from cjmine.intended.machine import net_ends
from cjmine.intended.safe_xml import children, local, read_xml

_TYPE = "http://www.pnml.org/version-2009/grammar/ptnet"
_UNSUPPORTED = {"referencePlace", "referenceTransition"}
_DIGITS = 2  # more tokens than 99 in one place are no journey
_SILENT_NAMES = {"", "tau", "τ", "$invisible$"}


def read_pnml(path: Path) -> IntendedJourney:
    """Return the one net of a PNML file as an intended journey.

    Raises ``ModelError`` with all faults at once: unreadable XML, duplicate ids,
    dangling or special arcs, no initial marking, no final marking and no unique
    sink; or when the net's end cannot be reached.
    """
    root = read_xml(path)
    nets = children(root, "net") if local(root) == "pnml" else []
    if len(nets) != 1:
        msg = f"{path}: one <net> is expected in <pnml>, {len(nets)} found"
        raise ModelError(msg)
    net = _Reader(path, nets[0]).net()
    starts, ends = net_ends(net)
    name = path.name.removesuffix(".pnml")
    return IntendedJourney(name=name, title=name, net=net, source=str(path), starts=starts, success=ends)


class _Reader:
    """One pass over a net's elements, collecting faults."""

    def __init__(self, path: Path, net: etree._Element) -> None:
        self.path, self.root = path, net
        self.faults: list[str] = []
        nodes = [e for e in net.iter() if local(e.getparent()) in {"net", "page"}]
        self.places = [e for e in nodes if local(e) == "place"]
        self.steps = [e for e in nodes if local(e) == "transition"]
        self.arcs = [e for e in nodes if local(e) == "arc"]

    def net(self) -> PetriNet:
        for element in self.root.iter():
            if local(element) in _UNSUPPORTED:
                self.fault(element, f"{local(element)} {element.get('id')!r} is not supported")
        ids = Counter(e.get("id") for e in [*self.places, *self.steps])
        for element in [*self.places, *self.steps]:
            if ids[element.get("id")] > 1:
                self.fault(
                    element, f"the id {element.get('id')!r} is used by {ids[element.get('id')]} elements"
                )
        number = {e.get("id"): i for i, e in enumerate(self.places)}
        inputs, outputs = self.flows(number)
        initial = {number[e.get("id")]: n for e in self.places if (n := self.number(e, "initialMarking", 0))}
        if not initial:
            self.fault(self.root, "no place has an initial marking")
        final = self.final(number, {p for targets in inputs.values() for p in targets})
        if self.faults:
            raise ModelError(self.faults)
        return PetriNet(
            places=tuple(e.get("id") for e in self.places),
            transitions=tuple(
                Transition(
                    name=e.get("id"), label=_label(e), inputs=tuple(inputs[i]), outputs=tuple(outputs[i])
                )
                for i, e in enumerate(self.steps)
            ),
            initial=initial,
            final=final,
        )

    def flows(self, number: dict[str, int]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """Return each transition's input and output places; an arc of weight n counts n times."""
        steps = {e.get("id"): i for i, e in enumerate(self.steps)}
        inputs: dict[int, list[int]] = {i: [] for i in range(len(self.steps))}
        outputs: dict[int, list[int]] = {i: [] for i in range(len(self.steps))}
        for arc in self.arcs:
            source, target, kind = arc.get("source"), arc.get("target"), _text(arc, "arctype")
            weight = self.number(arc, "inscription", 1)
            if kind not in {"", "normal"}:
                self.fault(arc, f"arc {arc.get('id')!r} is of type {kind!r}; only normal arcs are supported")
            elif source in number and target in steps:
                inputs[steps[target]] += [number[source]] * weight
            elif source in steps and target in number:
                outputs[steps[source]] += [number[target]] * weight
            else:
                missing = [repr(end) for end in (source, target) if end not in number and end not in steps]
                why = (
                    f"leads to missing {' and '.join(missing)}"
                    if missing
                    else "must join a place and a transition"
                )
                self.fault(arc, f"arc {arc.get('id')!r} from {source!r} to {target!r} {why}")
        return inputs, outputs

    def final(self, number: dict[str, int], left: set[int]) -> dict[int, int]:
        """Return the stated final marking, else one token in the unique place that nothing leaves."""
        marked = [e for e in self.root.iter() if local(e) == "marking"]
        if len(marked) > 1:
            self.fault(marked[1], f"{len(marked)} final markings are given; one is supported")
        tokens: dict[int, int] = {}
        for element in children(marked[0], "place") if marked else []:
            place, count = element.get("idref"), self.number(element, None, 0)
            if place not in number:
                self.fault(element, f"the final marking names the missing place {place!r}")
            elif count:
                tokens[number[place]] = count
        if marked:
            return tokens
        sinks = [name for name, i in number.items() if i not in left]
        if len(sinks) == 1:
            return {number[sinks[0]]: 1}
        found = ", ".join(map(repr, sinks)) or "none"
        self.fault(
            self.root, f"no final marking is given, and the place where it ends is not unique: {found}"
        )
        return {}

    def number(self, element: etree._Element, name: str | None, otherwise: int) -> int:
        text = _text(element, name)
        if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
            return int(text)
        if text:
            self.fault(
                element,
                f"{name or 'marking'} of {element.get('id')!r} is {text!r}, not a number from 0 to 99",
            )
        return otherwise

    def fault(self, element: etree._Element, what: str) -> None:
        self.faults.append(f"{self.path}:{element.sourceline}: {what}")


def _text(element: etree._Element, name: str | None) -> str:
    """Return the text of ``name/text`` below an element (of ``text`` itself without a name), stripped."""
    for child in children(element, name) if name else [element]:
        for text in children(child, "text"):
            return " ".join((text.text or "").split())
    return ""


def _label(transition: etree._Element) -> str | None:
    marks = [e.get("activity") or "" for e in children(transition, "toolspecific")]
    name = _text(transition, "name")
    return None if name.casefold() in _SILENT_NAMES or any("invisible" in m for m in marks) else name


def pnml_of(net: PetriNet, name: str = "net1") -> str:
    """Return the net as PNML text; silent transitions carry ProM's mark, so pm4py and ProM read them."""
    root = etree.Element("pnml")
    top = etree.SubElement(root, "net", id=name, type=_TYPE)
    page = etree.SubElement(top, "page", id="page1")
    for i, place in enumerate(net.places):
        element = etree.SubElement(page, "place", id=f"p{i}")
        _add(element, "name", place)
        if i in net.initial:
            _add(element, "initialMarking", str(net.initial[i]))
    for i, transition in enumerate(net.transitions):
        element = etree.SubElement(page, "transition", id=f"t{i}")
        _add(element, "name", transition.name if transition.label is None else transition.label)
        if transition.label is None:
            etree.SubElement(element, "toolspecific", tool="ProM", version="6.4", activity="$invisible$")
    arcs = [(f"p{p}", f"t{i}", n) for i, t in enumerate(net.transitions) for p, n in _weights(t.inputs)]
    arcs += [(f"t{i}", f"p{p}", n) for i, t in enumerate(net.transitions) for p, n in _weights(t.outputs)]
    for i, (source, target, weight) in enumerate(arcs):
        element = etree.SubElement(page, "arc", id=f"a{i}", source=source, target=target)
        if weight > 1:
            _add(element, "inscription", str(weight))
    marking = etree.SubElement(etree.SubElement(top, "finalmarkings"), "marking")
    for number, count in sorted(net.final.items()):
        etree.SubElement(etree.SubElement(marking, "place", idref=f"p{number}"), "text").text = str(count)
    etree.indent(root)
    return str(etree.tostring(root, xml_declaration=True, encoding="UTF-8").decode()) + "\n"


def _weights(places: tuple[int, ...]) -> list[tuple[int, int]]:
    return sorted(Counter(places).items())


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(etree.SubElement(parent, name), "text").text = text
