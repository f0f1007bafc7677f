"""A whole run, and alignments: what users wait for."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from silos import ACTIVITIES
from work import Work

ALIGNED = 1_000
"""So many of the most frequent variants are aligned; pm4py needs many seconds for them."""
SECOND = dict.fromkeys(("aligning variants", "searching for patterns"), "aligning, searching")
"""Stages that are told apart only when a partition is done; here they are one part."""


def whole_cjmine(folder: Path) -> Work:
    """``cjmine run detect.yaml``: every check, journeys, models, all detectors, report and tables."""
    from cjmine.pipeline import run
    from cjmine.project.load import load

    stages: list[str] = []

    def tell(stage: str, _done: int, _of: int) -> None:
        name = "reading" if stage.startswith("reading") else SECOND.get(stage, stage)
        if stages and stages[-1] != name:
            work.watch.lap(stages[-1])
        stages.append(name)

    def whole() -> Any:
        work.watch.start()
        with tempfile.TemporaryDirectory(dir=folder) as place:
            finished = run(load(folder / "detect.yaml"), Path(place) / "run", progress=tell)
            work.watch.lap(stages[-1])
        return finished

    work = Work(timed={"whole": whole})
    return work


def net() -> str:
    """Return a model in PNML: the activities in order, every other one may be left out, and one way back."""
    places = [f'<place id="p{n}"/>' for n in range(1, len(ACTIVITIES))]
    places.insert(0, '<place id="p0"><initialMarking><text>1</text></initialMarking></place>')
    places.append(f'<place id="p{len(ACTIVITIES)}"/>')
    steps = [(f"t{n}", name, n, n + 1) for n, name in enumerate(ACTIVITIES)]
    steps += [(f"skip{n}", "", n, n + 1) for n in range(0, len(ACTIVITIES), 2)]
    steps.append(("back", "", 6, 3))
    parts = []
    for name, label, source, target in steps:
        text = f"<name><text>{label}</text></name>" if label else ""
        silent = "" if label else '<toolspecific tool="ProM" version="6.4" activity="$invisible$"/>'
        parts.append(f'<transition id="{name}">{text}{silent}</transition>')
        parts.append(f'<arc id="{name}in" source="p{source}" target="{name}"/>')
        parts.append(f'<arc id="{name}out" source="{name}" target="p{target}"/>')
    final = f'<place idref="p{len(ACTIVITIES)}"><text>1</text></place>'
    return (
        '<?xml version="1.0" encoding="UTF-8"?><pnml><net id="net" '
        'type="http://www.pnml.org/version-2009/grammar/pnmlcoremodel"><page id="page">'
        + "".join((*places, *parts))
        + f"</page><finalmarkings><marking>{final}</marking></finalmarkings></net></pnml>"
    )


def _given(folder: Path) -> tuple[Path, list[tuple[str, ...]]]:
    """Return the model's file and the variants to align."""
    import polars as pl

    path = folder / "model.pnml"
    path.write_text(net(), encoding="utf-8")
    log = pl.read_parquet(folder / "log.parquet")
    cases = log.group_by("case", maintain_order=True).agg("activity")["activity"]
    counted = Counter(map(tuple, cases.to_list()))
    ranked = sorted(counted, key=lambda steps: (-counted[steps], steps))
    return path, ranked[:ALIGNED]


def align_cjmine(folder: Path) -> Work:
    """cjmine: all variants at once; the model's states are made anew each time."""
    from cjmine.conformance.alignment import align
    from cjmine.intended.automaton import automaton_of
    from cjmine.intended.pnml import read_pnml

    path, variants = _given(folder)
    return Work(
        timed={"align": lambda: align(variants, automaton_of(read_pnml(path).net))},
        also={"costs": lambda found: [one.cost for one in found["align"]]},
        repeats=3,
    )


def align_pm4py(folder: Path) -> Work:
    """pm4py's A* with the marking equation, a case for each variant."""
    import pm4py
    from peers import one_case_each
    from pm4py.algo.conformance.alignments.petri_net import algorithm

    path, variants = _given(folder)
    frame = pm4py.format_dataframe(one_case_each(variants))
    model = pm4py.read_pnml(str(path))

    def told(found: Any) -> list[int]:
        """Its cases are sorted by their names as text: 0, 1, 10, 100, 11."""
        order = sorted(range(len(variants)), key=str)
        costs = dict(zip(order, (one["cost"] // 10_000 for one in found["align"]), strict=True))
        return [costs[number] for number in range(len(variants))]

    return Work(
        timed={"align": lambda: algorithm.apply(frame, *model)},
        also={"costs": told},
    )


def align_r4pm(folder: Path) -> Work:
    """r4pm's A*, variant by variant on both cores; each deviation costs 1."""
    import polars as pl
    import r4pm
    from peers import one_case_each
    from r4pm.bindings.conformance.case_centric import alignments

    path, variants = _given(folder)
    item = r4pm.import_item_from_df("EventLog", pl.from_pandas(one_case_each(variants)))
    projection = r4pm.convert_item(item, "EventLogActivityProjection")
    model = r4pm.petri_net.import_pnml(str(path))
    costs = {"log_move_cost": 1, "model_move_cost": 1, "silent_move_cost": 0, "sync_move_cost": 0}

    def told(found: Any) -> list[int]:
        by_steps = {tuple(one["activities"]): one["result"] for one in found["align"]}
        return [cost_of(by_steps[steps]) for steps in variants]

    return Work(
        timed={"align": lambda: alignments.align_variants(model, projection, {"cost_fn": costs})},
        also={"costs": told},
        repeats=3,
    )


def cost_of(result: Any) -> int:
    """Return the cost in r4pm's answer, which is wrapped as a success."""
    return int(result["Ok"]["cost"] if "Ok" in result else result["cost"])
