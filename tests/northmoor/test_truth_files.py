"""What the truth files say, and that they are the same bytes every time."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl

from cjmine.domain.vocabulary import Channel
from cjmine.northmoor.acts import Ended, Life, Need, What
from cjmine.northmoor.truth import Summary, truth_of, write_truth
from cjmine.northmoor.truth.tables import CONTACTS, DECOYS, EVENTS, FINDINGS, IDENTITY, JOURNEYS
from tests.northmoor.lives import act, call, letter, life, mark, person

FILES = {
    "truth_journeys.csv": JOURNEYS,
    "truth_events.csv": EVENTS,
    "truth_contacts.csv": CONTACTS,
    "truth_findings.csv": FINDINGS,
    "truth_decoys.csv": DECOYS,
    "truth_identity.csv": IDENTITY,
}


def lives() -> list[Life]:
    acts = (call(0, 0), letter(20, 1), call(50, 2), call(60, 3))
    marks = {"planted": (mark("D1", 2, 3),), "decoys": (mark("D1", 0, 2, pattern="answered"),)}
    other = call(0, 0, channel=Channel.WEB)
    return [
        life(*acts, need=Need.DISCOUNT, **marks),
        life(other, need=Need.PERMIT, person=person(index=1, name="P00002"), status=Ended.STALLED),
    ]


def written(folder: Path) -> Summary:
    refs = pl.DataFrame(
        {
            "person": [0, 0, 0, 0],
            "act": [0, 2, 3, 3],
            "ref": ["crm:a:1", "crm:a:2", "crm:a:3", "telephony:b:1"],
            "linked": [True, True, False, True],
        }
    )
    identity = pl.DataFrame(
        {
            "system": ["crm", "crm"],
            "source_id": ["C2", "C1"],
            "person": [1, 0],
            "linkable": [True, False],
            "row": ["crm:a:1", "crm:a:1"],
        }
    )
    return write_truth(folder, (truth_of(one) for one in lives()), refs, identity)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_headers_and_ends_of_lines(tmp_path: Path) -> None:
    written(tmp_path)
    for name, header in FILES.items():
        first = (tmp_path / name).read_bytes().split(b"\r\n", 1)[0]
        assert first.decode() == ",".join(header)
    assert (tmp_path / "truth_model.journey.yaml").read_text(encoding="utf-8").startswith("#")


def test_findings_know_whether_their_rows_survived(tmp_path: Path) -> None:
    summary = written(tmp_path)
    assert summary.unmatched == summary.fooled == ()
    (planted,) = [row for row in read(tmp_path / "truth_findings.csv") if row["planted"] == "1"]
    assert planted["true_event_ids"] == "P00001.E003 P00001.E004"
    assert (planted["pattern"], planted["observable"], planted["linkable"]) == ("test", "1", "1")
    (decoy,) = read(tmp_path / "truth_decoys.csv")
    assert (decoy["reason"], decoy["observable"]) == ("answered", "1")
    events = {row["true_event_id"]: row for row in read(tmp_path / "truth_events.csv")}
    assert events["P00001.E004"]["raw_refs"] == "crm:a:3 telephony:b:1"
    assert events["P00001.E004"]["linked_refs"] == "telephony:b:1"
    assert events["P00001.E002"]["raw_refs"] == ""
    assert events["P00001.E001"]["start"] == "2025-09-01T09:00:00+01:00"


def test_what_steps_are_called_needs_a_row_that_says_it(tmp_path: Path) -> None:
    """Two enquiries of which telephony alone knows are two calls: a repeat contact, no known self-loop."""
    acts = (call(0, 0), call(5, 1), call(9, 2), act(What.PUT_THROUGH, 9.1, contact=2))
    marks = {
        "decoys": (
            *(mark(code, 0, 1, pattern="unsaid") for code in ("D1", "L1")),
            *(mark(code, 1, 2, pattern="said") for code in ("D1", "L1")),
            mark("L1", 3, pattern="put through"),
        )
    }
    refs = pl.DataFrame(
        {
            "person": [0] * 5,
            "act": [0, 1, 1, 2, 3],
            "ref": ["telephony:b:1", "telephony:b:2", "crm:a:1", "crm:a:2", "telephony:b:3"],
            "linked": [True, True, False, True, True],
        }
    )
    nobody = pl.DataFrame(
        schema={
            "system": pl.String,
            "source_id": pl.String,
            "person": pl.Int64,
            "linkable": pl.Boolean,
            "row": pl.String,
        }
    )
    write_truth(tmp_path, [truth_of(life(*acts, need=Need.DISCOUNT, **marks))], refs, nobody)
    rows = read(tmp_path / "truth_decoys.csv")
    assert [(row["reason"], row["code"], row["observable"], row["linkable"]) for row in rows] == [
        ("unsaid", "D1", "1", "1"),
        ("said", "D1", "1", "1"),
        ("unsaid", "L1", "0", "0"),
        ("said", "L1", "1", "0"),
        ("put through", "L1", "1", "1"),
    ]


def test_identity_names_persons_and_is_sorted(tmp_path: Path) -> None:
    written(tmp_path)
    rows = read(tmp_path / "truth_identity.csv")
    assert [tuple(row.values()) for row in rows] == [
        ("crm", "C1", "P00001", "0", "crm:a:1"),
        ("crm", "C2", "P00002", "1", "crm:a:1"),
    ]


def test_effects_are_realised_figures(tmp_path: Path) -> None:
    written(tmp_path)
    effects = json.loads((tmp_path / "truth_effects.json").read_text(encoding="utf-8"))
    after = effects["all_journeys"]["after"]
    assert after["pooled"]["journeys"] == 2.0
    assert after["types"]["single-person-discount"]["inbound_per_journey"] == 3.0
    assert after["pooled"]["d1_per_100"] == 50.0
    assert after["pooled"]["completion"] == 0.0
    assert effects["dead_ends"]["parking-permit"] == []


def test_the_same_lives_give_the_same_bytes(tmp_path: Path) -> None:
    written(tmp_path / "one")
    written(tmp_path / "two")
    for name in [*FILES, "truth_effects.json"]:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
