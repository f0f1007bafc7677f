from __future__ import annotations

import gzip
import hashlib
import json
import re
import time
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from cjmine.errors import EngineError, SettingsError
from cjmine.northmoor import generate
from cjmine.northmoor import sample as maker
from cjmine.northmoor.files import exports

from .conftest import Sample, table

ROOT = Path(__file__).parents[2]
SHIPPED, TRUTH = ROOT / "sample_logs" / "northmoor", ROOT / "tests" / "truth" / "northmoor"


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def plain(folder: Path) -> dict[str, bytes]:
    """Files by name, inflated: compression differs between builds of zlib, what is compressed does not."""
    found = {}
    for name, data in contents(folder).items():
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(folder / name) as book:
                found |= {f"{name}/{part}": book.read(part) for part in book.namelist()}
        else:
            found[name] = gzip.decompress(data) if name.endswith(".gz") else data
    return found


def test_one_seed_gives_the_same_bytes_and_another_seed_other_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        generate(tmp_path / name, customers=120, seed=seed)
    first, other = contents(tmp_path / "a"), contents(tmp_path / "c")
    assert first == contents(tmp_path / "b")
    fixed = {"northmoor.yaml", "moving_home.journey.yaml", "truth/truth_model.journey.yaml"}
    assert {name for name, data in other.items() if first.get(name) == data} == fixed


def test_the_committed_sample_is_what_the_generator_makes(sample: Sample) -> None:
    committed = {name: data for name, data in plain(SHIPPED).items() if name != "README.md"}
    committed |= {f"truth/{name}": data for name, data in plain(TRUTH).items()}
    made = plain(sample.folder)
    packed = ("truth/MANIFEST.json",)  # digests of compressed files
    assert committed.keys() == made.keys()
    assert [name for name in made if made[name] != committed[name] and name not in packed] == []
    assert sum(map(len, contents(SHIPPED).values())) < 6_000_000


def test_the_manifest_has_the_digest_of_every_file_and_the_rows(sample: Sample) -> None:
    told = json.loads((sample.folder / "truth" / "MANIFEST.json").read_text("utf-8"))
    files = {k: v for k, v in contents(sample.folder).items() if k != "truth/MANIFEST.json"}
    assert told["sha256"] == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert (told["seed"], told["size"], told["customers"]) == (42, "small", 3_000)
    assert told["journeys"] == 3_600 == len(sample.truth("journeys"))
    read = Counter(key.rpartition(":")[0].partition(":")[2] for key in sample.rows)
    assert {name.split("/")[-1]: n for name, n in told["rows"].items() if "/" in name}.items() >= read.items()
    assert told["rows"]["truth/truth_events.csv"] == len(sample.truth("events"))


def test_tiny_takes_a_moment_and_tells_what_it_made(tmp_path: Path) -> None:
    began = time.perf_counter()
    counts = generate(tmp_path / "tiny", size="tiny")
    assert time.perf_counter() - began < 15  # 1 s on an idle machine; the aim is 5 s
    assert counts.customers == 300
    report = counts.report()
    assert re.search(r"^evidence_loop +\d+/\d+ +\d+/\d+ L2 \d+, L3 \d+, V8 \d+$", report, re.MULTILINE)
    assert "planted but not true: 0\ndecoys that are true: 0" in report


@pytest.mark.slow
def test_full_has_a_million_rows(tmp_path: Path) -> None:
    counts = generate(tmp_path / "full", size="full")
    assert sum(rows for name, rows in counts.rows.items() if "/" in name) > 1_000_000


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"customers": 99}, "99 is not between 100 and 20,000"),
        ({"customers": 20_001}, "20,001 is not between"),
        ({"size": "huge"}, "'huge' is not one of tiny, small, full"),
    ],
)
def test_sizes_out_of_range_are_refused(tmp_path: Path, asked: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        generate(tmp_path / "n", **asked)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_a_sample_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(EngineError, match="holds something else"):
        generate(tmp_path, customers=100)
    with pytest.raises(EngineError, match=r"thesis\.txt is not a folder"):
        generate(tmp_path / "thesis.txt" / "n", customers=100)
    with pytest.raises(EngineError, match="holds something else"):
        generate(tmp_path / "n", customers=100, truth=tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"mine"}


def test_an_earlier_sample_is_replaced_and_notes_beside_it_stay(tmp_path: Path) -> None:
    out, truth = tmp_path / "n", tmp_path / "t"
    generate(out, customers=100, seed=1)
    (out / "README.md").write_text("a note")
    (out / "survey" / "old.csv").write_text("left over")
    generate(out, customers=100, seed=2, truth=truth)
    generate(tmp_path / "fresh", customers=100, seed=2)
    fresh = contents(tmp_path / "fresh")
    moved = {f"truth/{name}": data for name, data in contents(truth).items()}
    assert {**contents(out), **moved} == {**fresh, "README.md": b"a note"}
    assert not (out / "truth").exists()


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generate(tmp_path / "n", customers=100, seed=1)
    before = contents(tmp_path)

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(maker, "write_registry", full_disk)
    with pytest.raises(OSError, match="No space"):
        generate(tmp_path / "n", customers=100, seed=2)
    assert contents(tmp_path) == before


def test_a_value_that_does_not_fit_its_field_is_no_silent_loss(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="longer than its field"):
        exports.write_fixed(tmp_path / "x.txt", {"a": (1, 2)}, [("abc",)], encoding="cp1252")


@pytest.mark.parametrize(
    ("system", "columns", "form"),
    [
        ("telephony", ("caller", "caller_number"), r"(07700900\d{5}|01632960\d{5})?"),
        ("crm", ("case:customer",), r"C\d{7}"),
        ("crm_archive", ("customer",), r"C\d{7}"),
        ("housing", ("tenancy_ref",), r"T/\d{5}/\d"),
        ("revenues", ("account",), r"\d{8}"),
        ("benefits", ("account",), r"\d{8}"),
        ("benefits", ("partner_account",), r"(\d{8})?"),
        ("benefits", ("nino",), r"QQ\d{6}[A-D]"),
        ("portal", ("account",), r"([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?"),
        ("survey", ("contact_no",), r"(C\d{7})?"),
        ("survey", ("email_hash",), r"([0-9a-f]{32})?"),
    ],
)
def test_ids_keep_their_form(sample: Sample, system: str, columns: tuple[str, ...], form: str) -> None:
    ids = [next((row[c] for c in columns if c in row), None) for row in sample.of(system).values()]
    assert ids
    assert [one for one in ids if not re.fullmatch(form, one or "")] == []


def test_ids_of_the_truth_stand_in_the_row_it_names(sample: Sample) -> None:
    columns = {
        "telephony": ("caller", "caller_number"),
        "crm": ("case:customer",),
        "crm_archive": ("customer",),
        "housing": ("tenancy_ref",),
        "portal": ("account", "cookie"),
        "survey": ("contact_no", "email_hash"),
    }
    identity = sample.truth("identity")
    assert len(identity) > 10_000
    for line in identity:
        row = sample.rows[line["row"]]
        borne = [row.get(name) for name in columns.get(line["system"], ("account",))]
        assert line["source_id"].removeprefix("cookie ") in borne


def test_the_registry_lacks_shares_merges_and_misspells(sample: Sample) -> None:
    rows = table(sample.folder / "crosswalk.csv", ",", "utf-8")
    assert len(rows) == 3_000
    assert 30 < sum(not row[c] for row in rows for c in ("crm_no", "account_no")) < 60
    phones = [row["phone"].replace("+44 ", "0").replace(" ", "") for row in rows]
    columns = [
        phones,
        *([row[c] for row in rows] for c in ("crm_no", "tenancy_ref", "account_no", "portal_id")),
    ]
    shared = [value for values in columns for value, n in Counter(values).items() if value and n == 2]
    assert len(shared) == 9  # three in a thousand
    assert sum(row["phone"].startswith("+44 7700 900") for row in rows) > 600
    aliases = table(sample.folder / "crm_alias.csv", ",", "utf-8")
    assert len({row["old_no"] for row in aliases}) == 60
    assert {row["old_no"] for row in aliases}.isdisjoint(row["crm_no"] for row in rows)
    filed = table(sample.folder / "people.csv", ",", "utf-8")
    assert {row["system"] for row in filed} == {"crm", "housing", "portal", "revenues"}
    spelt = Counter(name for row in filed for name in (row["forename"], row["surname"]))
    assert 0.03 < sum(n for n in spelt.values() if n <= 3) / spelt.total() < 0.12
    homes = Counter((row["surname"], row["born"], row["address"]) for row in filed if row["system"] == "crm")
    assert any(n > 1 for n in homes.values())  # twins
