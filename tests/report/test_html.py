from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from lxml import html

from cjmine.domain.codes import CODES
from cjmine.domain.results import Run
from cjmine.report.html import render
from cjmine.report.write import slug, write_run

from .made_up import IMAGE, SCRIPT, make_run, with_rows


@pytest.fixture(scope="module")
def page(run: Run) -> str:
    return render(run)


@pytest.fixture(scope="module")
def tree(page: str) -> html.HtmlElement:
    return html.document_fromstring(page)


def test_hostile_names_stay_text(page: str, tree: html.HtmlElement) -> None:
    assert SCRIPT not in page
    assert IMAGE not in page
    assert len(tree.xpath("//script")) == 1
    assert not tree.xpath("//img")
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    assert SCRIPT in tree.findtext(".//h1")


def test_nothing_is_loaded_from_outside(page: str, tree: html.HtmlElement) -> None:
    assert set(tree.xpath("//@src | //link/@href")) <= {"data:,"}
    assert not re.findall(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", page)
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not tree.xpath("//@style")


def test_headings_tables_and_links_are_in_order(tree: html.HtmlElement) -> None:
    levels = [int(h.tag[1]) for h in tree.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert max(b - a for a, b in pairwise(levels)) == 1
    assert levels.count(1) == 1
    for table in tree.xpath("//table"):
        assert table.findtext("caption")
        assert all(th.get("scope") for th in table.xpath(".//th"))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in tree.xpath("//a/@href")} <= set(ids)


def test_the_sections_stand_in_the_order_of_the_question(tree: html.HtmlElement) -> None:
    expected = ["joined", "read", "journeys", "map", "intended", "standards", "findings", "method"]
    assert tree.xpath("//section/@id") == expected


def test_numbers_equal_the_run(run: Run, tree: html.HtmlElement) -> None:
    shown = dict(text.split("=") for text in tree.xpath("//header//@data-kpi"))
    done = run.journeys.filter((pl.col("status") == "complete") & pl.col("cost").is_not_null())
    assert shown == {
        "customers": "300",
        "journeys": "300",
        "systems": "5",
        "contacts": str(run.contacts.height),
        "echoes": "87",
        "as_intended": str(done.filter(pl.col("cost") == 0).height),
    }
    lead = " ".join(tree.xpath("//header/p[@class='lead']//text()"))
    assert f"{run.contacts.height:,} contacts" in lead
    counts = tree.xpath("//section[@id='findings']//td/@data-kpi")
    order = [code for code in CODES if code in set(run.totals["code"])]
    totals = dict(run.totals.select("code", "count").iter_rows())
    assert counts == [f"count={totals[code]}" for code in order]


def test_a_finding_opens_to_its_source_rows(run: Run, tree: html.HtmlElement) -> None:
    worst = run.findings.filter(pl.col("code") == "L2").sort(
        ["n_extra_events", "wait_h", "finding_id"], descending=[True, True, False]
    )
    shown = tree.xpath("//details[starts-with(@id, 'f-')]/@id")
    first = worst.row(0, named=True)
    story = tree.get_element_by_id(f"f-{first['finding_id']}")
    assert [i for i in shown if i[2:] in set(worst["finding_id"])] == [
        f"f-{i}" for i in worst["finding_id"][:20]
    ]
    rows = story.xpath(".//tbody/tr")
    journey = run.events.filter(pl.col("journey_id") == first["journey_id"])
    assert len(rows) == journey.height
    marked = {
        tr.xpath("string(td[8]/text())"): tr.xpath("string(td[1])")
        for tr in rows
        if tr.xpath("string(td[1])")
    }
    names = {row["event_id"]: f"{row['source_file']} row {row['source_row']:,}" for row in journey.to_dicts()}
    assert marked == {
        names[event]: "extra" if event in first["extra_event_ids"] else "evidence"
        for event in first["event_ids"]
    }


def test_merged_rows_are_named(run: Run, tree: html.HtmlElement) -> None:
    assert run.events.filter(pl.col("merged_ids").list.len() > 0).height > 0
    assert [
        text
        for text in tree.xpath("//td/small/text()")
        if re.fullmatch(r"also: crm_2026\.csv row 9\d+ \(crm\)", text)
    ]


def test_rows_folded_into_a_contact_say_so(run: Run) -> None:
    finding = run.findings.filter(pl.col("code") == "L2").row(0, named=True)
    first, second = finding["event_ids"][:2]
    chosen = pl.col("event_id") == second
    events = run.events.with_columns(
        pl.when(chosen).then(pl.lit(first)).otherwise(pl.col("contact_id")).alias("contact_id"),
        pl.when(chosen).then(None).otherwise(pl.col("step_no")).alias("step_no"),
    )
    one = with_rows(
        run, events=events, findings=run.findings.filter(pl.col("finding_id") == finding["finding_id"])
    )
    _, name, row = first.split(":")
    assert f"same contact as {name} row {int(row):,}" in render(one)


def test_times_are_local() -> None:
    run = make_run(40)
    summer = run.events.filter(pl.col("start").dt.month() == 4, pl.col("precision") == "s")
    local = summer["start"].dt.convert_time_zone("Europe/London").dt.strftime("%-d %b %Y %H:%M:%S")
    assert any(text in render(run) for text in local)
    assert "2026-03-01T10:00:00Z" not in render(run)


def test_long_journeys_show_the_evidence_first(run: Run) -> None:
    journey = run.findings["journey_id"][0]
    some = run.events.filter(pl.col("journey_id") == journey)
    copies = [
        some.with_columns(
            (pl.col("event_id") + f"-{i}").alias("event_id"),
            pl.col("start").dt.offset_by(f"{i}d"),
            pl.col("source_row") + i,
        )
        for i in range(1, 40)
    ]
    found = run.findings.filter(pl.col("journey_id") == journey)[:1]
    page = html.document_fromstring(render(with_rows(run, events=pl.concat([some, *copies]), findings=found)))
    story = page.get_element_by_id(f"f-{found['finding_id'][0]}")
    assert len(story.xpath(".//tbody/tr")) == 60
    assert len(story.xpath(".//tbody/tr[@class]")) == 3
    assert f"{some.height * 40 - 60:,} further events" in story.xpath("string(.//caption)")


def test_it_stays_small_and_the_same() -> None:
    run = make_run(2_000)
    page = render(run)
    assert page == render(make_run(2_000))
    assert len(page.encode()) < 3_000_000
    parts = html.document_fromstring(page).xpath("//style/text() | //script/text()")
    assert sum(len(part.encode()) for part in parts) < 80_000


def test_an_empty_run_is_reported(run: Run) -> None:
    rows = {name: getattr(run, name).clear() for name in ("events", "contacts", "journeys", "findings")}
    names = ("flows", "nodes", "variants", "totals", "quarantine", "pairs", "echoes", "systems", "ledger")
    empty: dict[str, Any] = {name: getattr(run, name).clear() for name in names}
    empty |= {name: getattr(run, name).clear() for name in ("standards", "standard_times", "urgent")}
    empty |= {"summary": {"customers": 0}, "models": {}, "warnings": (), "parameters": {}}
    page = render(dataclasses.replace(with_rows(run, **rows), **empty))
    assert "No finding was made." in page
    assert "No journey was checked" not in page
    assert "No complete journey could be checked" in page


def test_a_run_folder_is_complete_and_the_same(run: Run, tmp_path: Path) -> None:
    models = {"moving.bpmn": "<a/>", "../../etc/passwd": "x", "CON": "y", "Ünï\n.pnml": "z"}
    for name in ("a", "b"):
        write_run(run, tmp_path / name, models=models)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert {"report.html", "summary.json", "run.json"} <= {str(file) for file in files}
    assert {file.name for file in files if file.parent.name == "figures"} == {
        "process_map.svg", "process_map.png", "findings.svg", "findings.png",
        "standards.svg", "standards.png",
    }  # fmt: skip
    assert len([file for file in files if file.parent.name == "models"]) == 4
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert json.loads((tmp_path / "a" / "summary.json").read_text())["customers"] == 300
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize(
    "name", ["../x", "con.bpmn", "NUL", "", ".", "a/b\\c", "x" * 300, "ok\x00.svg", "trailing. "]
)
def test_slugs_are_plain_file_names(name: str) -> None:
    safe = slug(name)
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,79}", safe)
    assert not re.match(r"(con|nul)(\.|$)", safe)
    assert not safe.endswith((".", " "))


def test_slow_libraries_wait_until_they_are_needed() -> None:
    slow = "{'matplotlib', 'pandas', 'scipy', 'pm4py'}"
    code = f"import sys, cjmine.report.write; print({slow} & set(sys.modules))"
    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert out.stdout.strip() == "set()"
