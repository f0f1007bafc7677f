"""The section on standards: shares, chances, curves and the watch list, as the tallies have them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import polars as pl
import pytest
from lxml import etree, html

from cjmine.conformance.promises import STANDARDS
from cjmine.domain.results import Run
from cjmine.domain.shares import wilson
from cjmine.report import completion_curves, standards, urgent
from cjmine.report.html import render

from .made_up import BILL

SVG = "{http://www.w3.org/2000/svg}"


def test_shares_are_of_what_fell_due(run: Run) -> None:
    (row,) = run.standards.iter_rows(named=True)
    assert (row["due"], row["met"], row["share_met"], row["limit"]) == (100, 80, 0.8, "10 d")
    assert (row["share_met_low"], row["share_met_high"]) == wilson(80, 100)
    line = standards.curve(run.standard_times, "moving", BILL)
    assert line is not None
    assert row["done_in_time"] == line.by(10)
    assert row["mean_up_to_twice"] == line.mean_up_to(20)
    assert standards.as_summary(run.standards)["moving"]["bill"]["open_breached"] == 5
    assert list(run.standards.schema) == list(standards.SCHEMA)


def test_a_standard_that_nothing_began_has_no_share(run: Run) -> None:
    times = run.standard_times.clear()
    empty = standards.table(STANDARDS.empty(), times, run.models)
    (row,) = empty.iter_rows(named=True)
    assert (row["due"], row["share_met"], row["share_met_low"], row["done_in_time"]) == (0, None, None, None)
    page = render(dataclasses.replace(run, standards=empty, standard_times=times))
    tree = html.document_fromstring(page)
    assert not tree.xpath("//section[@id='standards']//figure")


def test_the_section_shows_them(run: Run) -> None:
    tree = html.document_fromstring(render(run))
    section = tree.get_element_by_id("standards")
    cells = [" ".join(td.text_content().split()) for td in section.xpath(".//table[1]//tbody//td")]
    assert cells[2:7] == ["100", "80", "15", "5", "80 % (71 % to 87 %)"]
    heads = section.xpath(".//table/caption/text()")
    assert heads[-1] == "Awaited, most urgent first"
    rows = [[td.text_content() for td in tr] for tr in section.xpath(".//table")[-1].xpath(".//tbody/tr")]
    assert len(rows) == urgent.HEAD
    due = run.urgent.drop_nulls("due").sort("due", "customer_id")
    assert [row[0] for row in rows] == due["customer_id"].head(urgent.HEAD).to_list()
    assert rows[0][-1].startswith("overdue by ")


def test_time_left_is_said_in_words(run: Run) -> None:
    waiting = run.watch.head(4).with_columns(
        pl.Series("left_h", [30.0, -72.0, 0.0, None]), pl.Series("overdue", [False, True, True, False])
    )
    told = {row["customer_id"]: row["left"] for row in urgent.watch_list(waiting, run.models, "UTC")}
    words = ["30.0 h left", "overdue by 3.0 d", "just run out", "the clock stands"]
    assert [told[name] for name in waiting["customer_id"]] == words


def test_each_curve_has_its_limit(run: Run, tmp_path: Path) -> None:
    tree = etree.fromstring(completion_curves.draw_svg(run.standard_times, run.models).encode())
    (panel,) = [one for one in tree.iter(f"{SVG}g") if one.get("data-standard")]
    line = standards.curve(run.standard_times, "moving", BILL)
    assert line is not None
    assert panel.get("data-kpi") == f"done_in_time={line.by(10):.4f}"
    limit = next(path for path in panel.iter(f"{SVG}path") if path.get("stroke-dasharray"))
    where = float(limit.get("d", "")[1:].partition(",")[0])
    wide = completion_curves.WIDTH - completion_curves.LEFT - completion_curves.RIGHT
    assert where == pytest.approx(completion_curves.LEFT + wide / 3, abs=0.1)
    completion_curves.draw_png(run.standard_times, run.models, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 1_000
