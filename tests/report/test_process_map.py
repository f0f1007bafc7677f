from __future__ import annotations

from pathlib import Path

import polars as pl
from lxml import etree

from cjmine.domain.results import Run
from cjmine.report import figures, palette
from cjmine.report.process_map import END, START, ProcessMap, choose, draw_png, draw_svg
from cjmine.report.wording import text_width, wrapped

SVG = "{http://www.w3.org/2000/svg}"


def reached(chosen: ProcessMap, root: str, *, forward: bool) -> set[str]:
    seen, todo = {root}, [root]
    while todo:
        here = todo.pop()
        for flow in chosen.flows:
            a, b = (flow.source, flow.target) if forward else (flow.target, flow.source)
            if a == here and b not in seen:
                seen.add(b)
                todo.append(b)
    return seen


def test_every_step_is_reached_from_the_start_and_leads_to_the_end(run: Run) -> None:
    chosen = choose(run.nodes, run.flows, max_flows=1)
    names = {place.name for place in chosen.places}
    assert names == set(run.nodes["touchpoint"])
    assert names <= reached(chosen, START, forward=True)
    assert names <= reached(chosen, END, forward=False)


def test_the_caption_states_what_is_hidden(run: Run) -> None:
    chosen = choose(run.nodes, run.flows, max_nodes=6)
    kept = {place.name for place in chosen.places}
    assert len(kept) == 6
    drawn = sum(flow.count for flow in chosen.flows if START not in flow.key and END not in flow.key)
    share = 100 * (1 - drawn / int(run.flows["count"].sum()))
    rare = run.nodes.filter(~pl.col("touchpoint").is_in(kept))
    events = int(rare["events"].sum()) / int(run.nodes["events"].sum())
    assert f"{share:.0f} % of the moves" in chosen.caption
    assert f"{100 * events:.0f} % of the events" in chosen.caption


def test_numbers_in_the_picture_equal_the_tables(run: Run) -> None:
    tree = etree.fromstring(draw_svg(choose(run.nodes, run.flows)).encode())
    flows = {(row["source"], row["target"]): row for row in run.flows.to_dicts()}
    drawn = [group for group in tree.iter(f"{SVG}g") if group.get("data-source")]
    assert len(drawn) > len(run.nodes)
    seen = 0
    for group in drawn:
        row = flows.get((group.get("data-source"), group.get("data-target")))
        if row is not None:
            seen += 1
            assert group.get("data-kpi") == f"count={row['count']} median_wait_h={row['median_wait_h']!r}"
            assert group.findtext(f"{SVG}text").split(" ")[0] == f"{row['count']:,}"
    assert seen >= len(run.nodes)
    nodes = {row["touchpoint"]: row for row in run.nodes.to_dicts()}
    for group in tree.iter(f"{SVG}g"):
        if group.get("data-node"):
            row = nodes[group.get("data-node")]
            assert group.get("data-kpi") == f"events={row['events']} journeys={row['journeys']}"


def test_the_picture_is_accessible_and_readable(run: Run) -> None:
    tree = etree.fromstring(draw_svg(choose(run.nodes, run.flows)).encode())
    assert tree.get("role") == "img"
    assert tree.findtext(f"{SVG}title")
    assert tree.findtext(f"{SVG}desc")
    texts = list(tree.iter(f"{SVG}text"))
    assert min(float(text.get("font-size")) for text in texts) >= 12
    services = set(run.nodes["service"])
    assert services <= {text.text for text in texts}


def test_text_has_contrast_on_every_colour() -> None:
    for colour in (*palette.OKABE_ITO, palette.OTHER):
        assert palette.contrast(palette.text_on(colour), colour) >= 4.5
    for colour in (palette.LINE, palette.BACK, palette.INK):
        assert palette.contrast(colour, palette.PAPER) >= 4.5


def test_pictures_are_the_same_each_time(run: Run, tmp_path: Path) -> None:
    chosen = choose(run.nodes, run.flows)
    again = choose(run.nodes.sample(fraction=1, shuffle=True, seed=1), run.flows.reverse())
    assert draw_svg(chosen) == draw_svg(again)
    draw_png(chosen, tmp_path / "a.png")
    draw_png(again, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_hostile_and_foreign_names_are_drawn(tmp_path: Path) -> None:
    names = [
        "<script>alert(1)</script>",
        '"><img src=x onerror=1>',
        "$\\frac{1}{0}$ ]]>",
        "\x00\x1b[31m\u202e",
        "引越しの届出",
    ]
    nodes = pl.DataFrame(
        {
            "touchpoint": names,
            "service": names[::-1],
            "events": [1] * 5,
            "journeys": [1] * 5,
            "starts": [1] * 5,
            "ends": [1] * 5,
        }
    )
    flows = pl.DataFrame(
        {
            "source": names,
            "target": names[::-1],
            "count": [2] * 5,
            "median_wait_h": [None, 1.0, 2.0, 3.0, 4.0],
        }
    )
    chosen = choose(nodes, flows)
    svg = draw_svg(chosen)
    tree = etree.fromstring(svg.encode())
    assert {element.tag.removeprefix(SVG) for element in tree.iter()} <= {
        "svg", "title", "desc", "g", "rect", "text", "path", "polygon",
    }  # fmt: skip
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on")]
    draw_png(chosen, tmp_path / "map.png")
    assert (tmp_path / "map.png").stat().st_size > 1_000


def test_the_chart_shows_the_totals(run: Run) -> None:
    tree = etree.fromstring(figures.draw_svg(run.totals, run.journeys.height).encode())
    shown = {g.get("data-code"): g.get("data-kpi") for g in tree.iter(f"{SVG}g") if g.get("data-code")}
    assert shown == {row["code"]: f"journeys={row['journeys']}" for row in run.totals.to_dicts()}


def test_an_empty_run_is_drawn(run: Run) -> None:
    chosen = choose(run.nodes.clear(), run.flows.clear())
    etree.fromstring(draw_svg(chosen).encode())
    etree.fromstring(figures.draw_svg(run.totals.clear(), 0).encode())


def test_labels_wrap_to_three_lines() -> None:
    lines = wrapped("a very long name of a step " * 9 + "x" * 200, 130, 13)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert max(text_width(line, 13) for line in lines) <= 130
