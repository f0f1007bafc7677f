"""What a track is given: true keys, fewer rows, no reasons."""

from __future__ import annotations

from pathlib import Path

from cjmine.score import tracks
from tests.builders import events
from tests.score import made


def test_true_keys_replace_customers_and_rows_of_no_true_event_are_left_out(tmp_path: Path) -> None:
    known = made.truth(
        tmp_path,
        events=[
            {
                "true_event_id": "e1",
                "raw_refs": "crm:file:0 crm:file:1",
                "journey_id": "J9",
                "person_id": "P7",
            },
        ],
    )
    rows = events([{}, {"link_keys": ["case=1"]}, {}])
    assert tracks.of_true_events(rows, known).height == 2
    given = tracks.with_true_keys(rows, known)
    assert given.select("event_id", "customer_id", "link_keys").rows() == [
        ("crm:file:0", "P7", ["truth=J9"]),
        ("crm:file:1", "P7", ["truth=J9"]),
    ]


def test_what_serves_no_journey_has_a_key_for_each_matter_and_stretch_of_time(tmp_path: Path) -> None:
    hours = {"bins": 0, "bins again": 24 * 30, "bins later": 24 * 61, "review": 1}
    known = made.truth(
        tmp_path,
        events=[
            {
                "true_event_id": f"e{n}",
                "raw_refs": f"crm:file:{n}",
                "journey_id": "",
                "contact_id": f"C{n}" if name.startswith("bins") else "",
                "label": name,
            }
            for n, name in enumerate(hours)
        ],
        contacts=[{"contact_id": f"C{n}", "need": "waste"} for n in range(3)],
    )
    given = tracks.with_true_keys(events([{"h": h, "customer_id": None} for h in hours.values()]), known)
    assert sorted(given.select("event_id", "customer_id", "link_keys").rows()) == [
        ("crm:file:0", "P1", ["truth=P1 waste 0"]),
        ("crm:file:1", "P1", ["truth=P1 waste 0"]),
        ("crm:file:2", "P1", ["truth=P1 waste 1"]),
        ("crm:file:3", "P1", ["truth=P1 review 0"]),
    ]


def test_more_noise_leaves_out_the_same_rows_and_more() -> None:
    rows = events([{} for _ in range(4_000)])
    drawn = tracks.draws(rows)
    kept = [set(tracks.with_holes(rows, drawn, percent)["event_id"]) for percent in (0, 5, 10, 20)]
    assert [round(len(one) / 4_000, 2) for one in kept] == [1.0, 0.95, 0.9, 0.8]
    assert kept[0] > kept[1] > kept[2] > kept[3]
    assert tracks.draws(rows.reverse()).reverse().equals(drawn)


def test_reasons_and_needs_go_only_where_staff_code_reasons() -> None:
    rows = events(
        [
            {"source_system": "crm", "need": "move", "reason_code": "NEW"},
            {"source_system": "crm", "need": "move"},
            {"source_system": "portal", "need": "move"},
        ]
    )
    left = tracks.without_reasons(rows).sort("source_row")
    assert left["need"].to_list() == [None, None, "move"]
    assert left["reason_code"].null_count() == 3
