"""Rows 84 to 107 of the catalogue: models, project files, joining, and the place where files lie."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cjmine.engine.local import LocalEngine
from cjmine.intake import take_in
from cjmine.intended.automaton import defects
from cjmine.intended.load import load_model
from cjmine.project.load import load
from tests.projects import CROSSWALK, replaced, tiny

from .outcomes import ACCEPTED, REFUSED, SET_ASIDE, Case, Outcome

ARC = '<arc id="{}" source="{}" target="{}"/>'
NET = """<pnml><net id="n" type="http://www.pnml.org/version-2009/grammar/pnmlcoremodel"><page id="p">
<place id="a"><initialMarking><text>1</text></initialMarking></place><place id="z"/>
<transition id="t"><name><text>call</text></name></transition>
<arc id="1" source="a" target="t"/><arc id="2" source="t" target="z"/></page></net></pnml>"""
BPMN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">
<startEvent id="s"/><task id="t" name="call"/><endEvent id="e"/>
<sequenceFlow id="f" sourceRef="s" targetRef="t"/><sequenceFlow id="g" sourceRef="t" targetRef="e"/>
</process></definitions>"""
PLAN = "journey: permit\nsteps: [apply, decide]\n"


def model(name: str, content: str) -> Callable[[Path], Outcome]:
    """Return how a model of this name and content is read."""

    def given(folder: Path) -> Outcome:
        (folder / name).write_text(content, encoding="utf-8")
        found = load_model(folder / name)
        said = "; ".join(defects(found.net))
        return Outcome(kind=ACCEPTED, accepted=len(found.steps), said=said)

    return given


def project(
    text: str | None = None, spoil: Callable[[Path], None] | None = None
) -> Callable[[Path], Outcome]:
    """Return how a project is read and joined; ``spoil`` damages its folder first."""

    def given(folder: Path) -> Outcome:
        path = tiny(folder) if text is None else tiny(folder, project=text)
        _mend(folder / "exports")
        if spoil is not None:
            spoil(folder)
        taken = take_in(load(path), folder / "work", LocalEngine(), lambda *_: None)
        warnings = [*taken.warnings([taken.read(number)[1] for number in range(taken.parts)])]
        ledger = taken.ledger
        aside = int(ledger["quarantined"].sum())
        return Outcome(
            kind=SET_ASIDE if aside else ACCEPTED,
            accepted=int(ledger["accepted"].sum()),
            aside=aside,
            said="; ".join(warnings),
        )

    return given


def _mend(exports: Path) -> None:
    """Leave out the two rows of the project's exports that are faults themselves."""
    for name, fault in (("web.jsonl", "null"), ("phone.csv", "sometime")):
        lines = (exports / name).read_text("utf-8").splitlines(keepends=True)
        (exports / name).write_text("".join(line for line in lines if fault not in line), encoding="utf-8")


def crosswalk(*rows: str) -> Callable[[Path], Outcome]:
    """Return how the project is joined by other rows of its crosswalk."""

    def spoil(folder: Path) -> None:
        head = CROSSWALK.splitlines()[0]
        (folder / "exports" / "crosswalk.csv").write_text("\n".join((head, *rows, "")), encoding="utf-8")

    return project(spoil=spoil)


def written(name: str, content: str | bytes) -> Callable[[Path], None]:
    """Return what writes a file into the project's folder."""

    def spoil(folder: Path) -> None:
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(raw)

    return spoil


def fifo(folder: Path) -> None:
    (folder / "exports" / "desk.csv").unlink()
    os.mkfifo(folder / "exports" / "desk.csv")


def a_folder(folder: Path) -> None:
    (folder / "exports" / "desk.csv").unlink()
    (folder / "exports" / "desk.csv").mkdir()


def refused(number: int, what: str, given: Callable[[Path], Outcome], said: str) -> Case:
    return Case(number=number, what=what, given=given, kind=REFUSED, said=said)


def accepted(
    number: int, what: str, given: Callable[[Path], Outcome], said: str = "", aside: int = 0
) -> Case:
    kind = SET_ASIDE if aside else ACCEPTED
    return Case(number=number, what=what, given=given, kind=kind, said=said, aside=aside)


DOCTYPE = '<!DOCTYPE pnml [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
CASES = (
    refused(84, "an entity in a Petri net", model("x.pnml", DOCTYPE + NET), "DOCTYPE"),
    refused(84, "an entity in a BPMN model", model("x.bpmn", DOCTYPE + BPMN), "DOCTYPE"),
    refused(
        85,
        "an arc to a node that is not there",
        model("x.pnml", NET.replace('target="z"', 'target="y"')),
        "'y'",
    ),
    refused(85, "two nodes of one id", model("x.pnml", NET.replace('id="z"', 'id="a"')), "'a'"),
    refused(
        85,
        "a flow to a node that is not there",
        model("x.bpmn", BPMN.replace('targetRef="e"', 'targetRef="y"')),
        "'y'",
    ),
    refused(
        86, "no initial marking", model("x.pnml", NET.replace("<text>1</text>", "<text>0</text>")), "initial"
    ),
    refused(
        86,
        "no start event",
        model("x.bpmn", BPMN.replace("startEvent", "intermediateThrowEvent")),
        "no way in",
    ),
    accepted(
        87,
        "a step that can never happen",
        model(
            "x.pnml",
            NET.replace(
                "</page>",
                '<place id="q"/><transition id="u"><name><text>never</text></name></transition>'
                + ARC.format(3, "q", "u")
                + ARC.format(4, "u", "z")
                + "</page>",
            ),
        ),
        "never",
    ),
    accepted(
        88,
        "two steps of one name",
        model(
            "x.pnml",
            NET.replace(
                "</page>",
                '<transition id="u"><name><text>call</text></name></transition>'
                + ARC.format(3, "a", "u")
                + ARC.format(4, "u", "z")
                + "</page>",
            ),
        ),
    ),
    refused(
        90,
        "a complex gateway",
        model("x.bpmn", BPMN.replace('<task id="t" name="call"/>', '<complexGateway id="t" name="call"/>')),
        "complex gateway",
    ),
    refused(
        91, "YAML that multiplies itself", project("a: &a [x, x]\nb: &b [*a, *a]\nproject: *b\n"), "tiny.yaml"
    ),
    refused(
        91, "a Python object in YAML", project("project: !!python/object/apply:os.system [id]\n"), "tiny.yaml"
    ),
    refused(91, "a key twice", project(replaced("title: A", "project: B\ntitle: A")), "project"),
    refused(91, "a tab", project("project:\n\tx\n"), "tiny.yaml:"),
    refused(91, "an empty project file", project(""), "tiny.yaml"),
    refused(92, "an unknown key", project(replaced("title: A", "titel: A")), "did you mean 'title'?"),
    refused(93, "a pattern that matches no file", project(replaced("phone*.csv", "fone*.csv")), "fone*.csv"),
    refused(
        93,
        "an export that is not there",
        project(replaced("exports/desk.csv", "exports/dusk.csv")),
        "dusk.csv",
    ),
    accepted(95, "systems that share no id", crosswalk("x,y,z"), "share"),
    accepted(
        97,
        "one export under two names",
        project(
            spoil=lambda folder: written(
                "exports/phone2.csv", (folder / "exports" / "phone.csv").read_bytes()
            )(folder)
        ),
        "exactly the same",
    ),
    accepted(98, "a crosswalk with a row twice", crosswalk("p1,w1,0101", "p1,w1,0101")),
    accepted(98, "a crosswalk that makes many one", crosswalk("p1,w1,0101", "p2,w1,0102", "p3,w1,0109")),
    refused(98, "a crosswalk row too long", crosswalk("p1,w1,0101,x"), "line 2"),
    refused(107, "a pipe in place of an export", project(spoil=fifo), "desk.csv"),
    refused(107, "a folder in place of an export", project(spoil=a_folder), "desk.csv"),
)
