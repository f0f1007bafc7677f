"""Where a log fits its model, precision is pm4py's align-ETC, but for two things.

pm4py leaves out the ends of journeys. And where several ways of silent steps lead to one
transition it follows one of them, so that steps escape it that journeys even take: here its
search is replaced by one of all ways, on its own markings.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

import cjmine
from cjmine.conformance.alignment import align
from cjmine.conformance.precision import precision, prefixes
from cjmine.discovery.miner import mine
from cjmine.intended.minimal import automaton_of_tree
from cjmine.intended.net import net_of
from cjmine.intended.pnml import pnml_of

LOGS = {
    "pm4js/running-example.xes": 6,
    "pm4js/11_tickets.xes": 9,
    "pm4js/roadtraffic100traces.xes": 10,
    "pm4js/reviewing.xes.gz": 12,
    "pm4js/receipt.xes.gz": 12,
    "bpic2020/DomesticDeclarations.cleaned.xes.gz": 12,
    "bpic2020/PrepaidTravelCost.cleaned.xes.gz": 12,
}
"""So many of the most frequent variants: pm4py aligns every prefix."""


def pm4py_precision(variants: dict[tuple[str, ...], int], model: Path) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py  # noqa: PLC0415 - slow to import
        from pm4py.algo.evaluation.precision import algorithm  # noqa: PLC0415
        from pm4py.objects.log.obj import Event, EventLog, Trace  # noqa: PLC0415

        net, first, last = pm4py.read_pnml(str(model))
        walks = [walk for walk, count in variants.items() for _ in range(count)]
        log = EventLog([Trace([Event({"concept:name": step}) for step in walk]) for walk in walks])
        quiet = {"show_progress_bar": False}
        way = algorithm.Variants.ALIGN_ETCONFORMANCE
        return float(algorithm.apply(log, net, first, last, variant=way, parameters=quiet))


def all_ways(net: Any, marking: Any) -> set[Any]:
    """Return the visible transitions enabled now or behind silent ones."""
    from pm4py.objects.petri_net import semantics  # noqa: PLC0415 - slow to import

    seen, todo, visible = {marking}, [marking], set()
    while todo:
        here = todo.pop()
        for transition in semantics.enabled_transitions(net, here):
            if transition.label is not None:
                visible.add(transition)
            elif (after := semantics.execute(transition, net, here)) not in seen:
                seen.add(after)
                todo.append(after)
    return visible


@pytest.mark.parametrize("name", LOGS)
def test_precision_equals_pm4pys_where_the_log_fits(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    search = "get_visible_transitions_eventually_enabled_by_marking"
    monkeypatch.setattr(f"pm4py.objects.petri_net.utils.align_utils.{search}", all_ways)
    monkeypatch.setattr(f"pm4py.algo.evaluation.precision.variants.align_etconformance.{search}", all_ways)
    variants = dict(cjmine.discover(data / name).variants[: LOGS[name]])
    tree = mine(variants, noise=0.0, max_variants=100).tree
    automaton = automaton_of_tree(tree)
    found, counts = align(list(variants), automaton), list(variants.values())
    assert not sum(one.cost for one in found)
    behind = prefixes(found, counts, automaton)
    (tmp_path / "mined.pnml").write_text(pnml_of(net_of(tree)), encoding="utf-8")
    onward, allowed, taken = (behind[column].to_numpy() for column in ("onward", "allowed", "taken"))
    theirs = pm4py_precision(variants, tmp_path / "mined.pnml")
    assert (onward @ taken) / (onward @ allowed) == pytest.approx(theirs, abs=1e-12)
    assert 0 < precision(found, counts, automaton) <= (onward @ taken) / (onward @ allowed)
