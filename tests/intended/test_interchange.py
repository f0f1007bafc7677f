from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from cjmine.domain.models import PetriNet, Transition
from cjmine.errors import ModelError
from cjmine.intended.automaton import automaton_of
from cjmine.intended.bpmn import read_bpmn, write_bpmn
from cjmine.intended.load import load_model
from cjmine.intended.pnml import pnml_of, read_pnml
from tests.intended.test_language import of_net

if TYPE_CHECKING:
    from collections.abc import Callable

    Written = Callable[..., Path]

MOVING_HOME = Path(__file__).parent / "moving_home.journey.yaml"

NET = """<pnml><net id="n"><page id="g">
<place id="p"><initialMarking><text>1</text></initialMarking></place><place id="q"/>
<transition id="t"><name><text>go</text></name></transition>
<arc id="x" source="p" target="t"/><arc id="y" source="t" target="q"/>
{more}</page></net></pnml>"""

BPMN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">
<process id="P">{}</process></definitions>"""


def bpmn(*flows: str, **nodes: str) -> str:
    """Return a process: nodes as id=kind (id is the name), flows as 'a>b'."""
    parts = [f'<{kind} id="{name}" name="{name}"/>' for name, kind in nodes.items()]
    for i, flow in enumerate(flows):
        source, target = flow.split(">")
        parts.append(f'<sequenceFlow id="f{i}" sourceRef="{source}" targetRef="{target}"/>')
    return BPMN.format("".join(parts))


def faults(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_model(path)
    return "\n".join(caught.value.faults)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('<place id="p"/>', "the id 'p' is used by 2 elements"),
        ('<arc id="z" source="p" target="gone"/>', "arc 'z' from 'p' to 'gone' leads to missing 'gone'"),
        ('<arc id="z" source="p" target="q"/>', "must join a place and a transition"),
        (
            '<arc id="z" source="q" target="t"><arctype><text>inhibitor</text></arctype></arc>',
            "arc 'z' is of type 'inhibitor'",
        ),
        (
            '<place id="r"/>',
            "no final marking is given, and the place where it ends is not unique: 'q', 'r'",
        ),
        ('<referencePlace id="r" ref="p"/>', "referencePlace 'r' is not supported"),
        ('<arc id="z" source="q" target="t"/>', "no final marking is given"),
    ],
)
def test_a_faulty_net_is_refused_by_name(written: Written, more: str, expected: str) -> None:
    assert expected in faults(written(NET.format(more=more), "net.pnml"))


def test_a_net_without_initial_marking_or_with_a_document_type_is_refused(written: Written) -> None:
    text = NET.format(more="").replace("<text>1</text>", "<text>0</text>")
    assert "no place has an initial marking" in faults(written(text, "net.pnml"))
    text = '<!DOCTYPE pnml [<!ENTITY x "y">]>' + NET.format(more="")
    assert "DOCTYPE" in faults(written(text, "net.pnml"))
    assert "net.pnml:1:" in faults(written("<pnml><net>", "net.pnml"))


@pytest.mark.parametrize("name", ["", "tau", "TAU", "$invisible$"])
def test_silent_names_are_silent(written: Written, name: str) -> None:
    text = NET.format(more="").replace("go", name)
    assert read_pnml(written(text, "net.pnml")).steps == ()


def test_arc_weights_and_markings_survive_a_round_trip(written: Written) -> None:
    go = Transition(name="go", label="go & come", inputs=(0, 0), outputs=(1, 1, 1))
    net = PetriNet(places=("p", "q"), transitions=(go,), initial={0: 2}, final={1: 3})
    read = read_pnml(written(pnml_of(net), "net.pnml")).net
    assert (read.initial, read.final, of_net(read)) == ({0: 2}, {1: 3}, {("go & come",)})


def test_an_unbounded_net_and_a_deadlock_are_named() -> None:
    more = Transition(name="m", label="more", inputs=(0,), outputs=(0, 1))
    stop = Transition(name="s", label="stop", inputs=(0,), outputs=(1,))
    net = PetriNet(places=("p", "q"), transitions=(more, stop), initial={0: 1}, final={1: 1})
    with pytest.raises(ModelError, match=r"more than 50 states \(limit 50\)"):
        automaton_of(net, max_states=50)
    two = Transition(name="t", label="end", inputs=(1, 1), outputs=(2,))
    net = PetriNet(places=("p", "q", "r"), transitions=(stop, two), initial={0: 1}, final={2: 1})
    with pytest.raises(ModelError, match=r"stuck \(deadlock\) after 'stop'.* tokens in 'q'"):
        automaton_of(net)


def test_every_gateway_has_its_meaning(written: Written) -> None:
    nodes = {"s": "startEvent", "a": "task", "b": "userTask", "e": "endEvent"}
    flows = ("s>x", "x>a", "x>b", "a>y", "b>y", "y>e")
    expected = {
        "exclusiveGateway": {"a", "b"},
        "parallelGateway": {"ab", "ba"},
        "inclusiveGateway": {"a", "b", "ab", "ba"},
    }
    for kind, words in expected.items():
        path = written(bpmn(*flows, **nodes, x=kind, y=kind), "p.bpmn")
        assert {"".join(word) for word in of_net(read_bpmn(path).net)} == words
    path = written(
        bpmn("s>a", "a>m", "m>e", s="startEvent", a="task", m="intermediateThrowEvent", e="endEvent"),
        "p.bpmn",
    )
    assert of_net(read_bpmn(path).net) == {("a",)}


def test_a_way_back_does_not_reopen_the_choice_before_it(written: Written) -> None:
    flows = ("s>x", "x>c", "x>m", "m>a", "a>y", "y>m", "y>z", "c>z", "z>e")
    gateways = dict.fromkeys("xmyz", "exclusiveGateway")
    path = written(bpmn(*flows, s="startEvent", a="task", c="task", e="endEvent", **gateways), "p.bpmn")
    assert of_net(read_bpmn(path).net) == {("c",), *(("a",) * n for n in range(1, 6))}


def test_a_sub_process_is_flattened_and_parallel_ends_end_together(written: Written) -> None:
    inner = (
        '<subProcess id="S"><startEvent id="i"/><task id="b" name="b"/><endEvent id="o"/>'
        '<sequenceFlow id="g1" sourceRef="i" targetRef="b"/>'
        '<sequenceFlow id="g2" sourceRef="b" targetRef="o"/>'
        "</subProcess>"
    )
    text = bpmn(
        "s>a", "a>S", "a>c", "S>e", "c>d", s="startEvent", a="task", c="task", e="endEvent", d="endEvent"
    )
    path = written(text.replace("<sequenceFlow", inner + "<sequenceFlow", 1), "p.bpmn")
    assert of_net(read_bpmn(path).net) == {("a", "b", "c"), ("a", "c", "b")}


def test_what_is_not_supported_is_refused_by_id_and_name_all_at_once(written: Written) -> None:
    nodes = {"s": "startEvent", "a": "task", "e": "endEvent", "g": "complexGateway", "t": "boundaryEvent"}
    text = bpmn("s>a", "a>e", "a>gone", **nodes).replace(
        '<task id="a" name="a"/>', '<task id="a" name="a"><standardLoopCharacteristics/></task>'
    )
    found = faults(written(text, "p.bpmn"))
    for expected in (
        "complex gateway 'g' (g) is not supported",
        "boundary event 't' (t) is not supported",
        "loop marker 'a' (a) is not supported",
        "sequence flow 'f2' leads from or to missing 'gone'",
    ):
        assert expected in found


def test_two_processes_with_tasks_are_refused_naming_both(written: Written) -> None:
    one = bpmn("s>a", "a>e", s="startEvent", a="task", e="endEvent")
    two = one.replace('"P"', '"Q" name="Second"')
    both = one.replace("</definitions>", two[two.index("<process") :])
    assert "2 found: 'P', 'Q' (Second)" in faults(written(both, "p.bpmn"))


def test_the_drawing_has_a_shape_for_every_node_and_an_edge_for_every_flow(written: Written) -> None:
    tree = load_model(MOVING_HOME).tree
    assert tree is not None
    text = write_bpmn(tree, "Moving home")
    root = etree.fromstring(text.encode())
    names = [etree.QName(e).localname for e in root.iter()]
    kinds = ("task", "startEvent", "endEvent", "exclusiveGateway", "parallelGateway")
    nodes = sum(names.count(kind) for kind in kinds)
    assert (names.count("BPMNShape"), names.count("BPMNEdge")) == (nodes, names.count("sequenceFlow"))
    boxes = [
        tuple(float(e.get(k, "nan")) for k in ("x", "y", "width", "height"))
        for e in root.iter()
        if etree.QName(e).localname == "Bounds"
    ]
    apart = [
        a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]
        for i, a in enumerate(boxes)
        for b in boxes[:i]
    ]
    assert all(apart)
    assert min(min(box[:2]) for box in boxes) > 0
    assert of_net(read_bpmn(written(text, "m.bpmn")).net) == of_net(load_model(MOVING_HOME).net)


@pytest.mark.parametrize("folder", ["pm4js", "simod", "bpic2020", "conformance/automata", "ebi"])
def test_real_bpmn_is_read_and_the_invalid_refused(data: Path, folder: str) -> None:
    files = sorted((data / folder).glob("*.bpmn"))
    assert files
    for file in files:
        if file.name.startswith("invalid"):
            assert "has no way on" in faults(file)
        else:
            assert automaton_of(read_bpmn(file).net).n_states > 1


@pytest.mark.parametrize("name", ["receipt.pnml", "running-example.pnml", "receipt_imf_prom.pnml"])
def test_silent_transitions_are_those_of_pm4py(data: Path, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py  # noqa: PLC0415 - slow to import

        net, initial, final = pm4py.read_pnml(str(data / "pm4js" / name))
    ours = read_pnml(data / "pm4js" / name).net
    assert {t.name: t.label for t in ours.transitions} == {t.name: t.label for t in net.transitions}
    assert {ours.places[p]: n for p, n in ours.initial.items()} == {p.name: n for p, n in initial.items()}
    assert {ours.places[p]: n for p, n in ours.final.items()} == {p.name: n for p, n in final.items()}
