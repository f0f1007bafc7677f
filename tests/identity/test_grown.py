"""Linking that goes on from an earlier one is linking all."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cjmine.engine.local import LocalEngine
from cjmine.identity import grown
from cjmine.identity.books import DigestCollisionError, Leaf, kept
from cjmine.identity.customers import Customers, link
from cjmine.identity.grown import FILES, Linked
from cjmine.identity.nodes import CUSTOMER
from cjmine.identity.settings import IdentitySettings, Key
from tests.identity.rows import leaf

SCHEMES = ("crm", "portal", "tenancy")
SYSTEMS = {"crm": "crm", "housing": "tenancy", "portal": "portal", "web": "portal"}
PLAIN = IdentitySettings()


def book(folder: Path, name: str, system: str | None, rows: Sequence[Sequence[str | None]]) -> Leaf:
    """Write the book of a piece: customers of one system, or rows of a crosswalk."""
    names = [CUSTOMER] if system is not None else [f"node:{one}" for one in SCHEMES]
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    found = leaf(folder, system, table, name)
    kept(table, found, None if system is None else SYSTEMS[system], SCHEMES, 0)
    return found


def drawn(dice: random.Random, folder: Path, name: str, people: int) -> list[Leaf]:
    """Return pieces of some systems, and sometimes one of a crosswalk."""

    def one(scheme: str) -> str:
        return f"{scheme}={dice.randrange(people)}"

    leaves = [
        book(folder, f"{name}-{number}", system, [[one(SYSTEMS[system])] for _ in range(dice.randrange(12))])
        for number, system in enumerate(dice.choices(sorted(SYSTEMS), k=dice.randrange(1, 6)))
    ]
    for number in range(dice.choice((0, 1, 1, 2))):
        rows = [
            [one(scheme) if dice.random() < 0.7 else None for scheme in SCHEMES]
            for _ in range(dice.randrange(1, 6))
        ]
        leaves.append(book(folder, f"{name}-walk{number}", None, rows))
    return leaves


def joined(
    leaves: Sequence[Leaf], folder: Path, before: Path | None = None, *, personal: bool = False
) -> Customers:
    """Link, and put what is kept of it where a later linking looks for it."""
    found = link(
        leaves,
        SCHEMES,
        PLAIN,
        engine=LocalEngine(),
        folder=folder / "edges",
        personal=personal,
        before=None if before is None else Linked(before),
    )
    for name in FILES:
        place = folder / "edges" / "linked" / name
        if place.exists():
            place.replace(folder / name)
    np.save(folder / "digests.npy", found.digests)
    found.names.to_frame("name").write_ipc(folder / "names.arrow")
    return found


def assert_same(mine: Customers, whole: Customers) -> None:
    assert np.array_equal(mine.digests, whole.digests)
    assert np.array_equal(mine.customer, whole.customer)
    assert mine.names.to_list() == whole.names.to_list()
    assert np.array_equal(mine.ambiguous, whole.ambiguous)
    for one, other in zip(mine.systems, whole.systems, strict=True):
        assert (one.name, one.ids, one.ambiguous) == (other.name, other.ids, other.ambiguous)
        assert np.array_equal(one.members, other.members)
    assert (mine.walked, mine.warnings) == (whole.walked, whole.warnings)


@pytest.mark.parametrize(
    "seed", [*range(20), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(20, 60))]
)
def test_growing_again_and_again_is_linking_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(grown, "MOST", 1.0)
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    books = tmp_path / "books"
    books.mkdir()
    people, personal = dice.choice((6, 20, 60)), seed % 3 == 0
    leaves = [book(books, f"0-{system}", system, [[f"{SYSTEMS[system]}=0"]]) for system in sorted(SYSTEMS)]
    leaves += drawn(dice, books, "first", people)
    folder = tmp_path / "0"
    folder.mkdir()
    last, gone_on = joined(leaves, folder, personal=personal), 0
    for number in range(1, 5):
        leaves = [*leaves, *drawn(dice, books, str(number), people)]
        mine, whole = tmp_path / str(number), tmp_path / f"whole{number}"
        mine.mkdir()
        whole.mkdir()
        now = joined(leaves, mine, folder, personal=personal)
        expected = joined(leaves, whole, personal=personal)
        assert_same(now, expected)
        for name in FILES:
            kept_there = [place / name for place in (mine, whole) if (place / name).exists()]
            if name == "root.npy":  # kept by both, or by neither: a group was too large to believe
                assert len(kept_there) != 1
            if name != "linked.json" and len(kept_there) > 1:
                assert kept_there[0].read_bytes() == kept_there[1].read_bytes(), name
        if now.earlier is not None:
            gone_on += 1
            same = now.earlier >= 0
            assert now.names.filter(same).to_list() == last.names.gather(now.earlier[same]).to_list()
        folder, last = mine, now
    assert gone_on


def three(folder: Path) -> list[Leaf]:
    return [book(folder, "a", system, [[f"{SYSTEMS[system]}=1"]]) for system in ("crm", "portal", "housing")]


def test_what_is_gone_or_of_another_system_is_linked_anew(tmp_path: Path) -> None:
    leaves = three(tmp_path)
    joined(leaves, tmp_path)
    before = Linked(tmp_path)
    assert before.grown(leaves, SCHEMES, tmp_path) is not None
    assert before.grown(leaves[:2], SCHEMES, tmp_path) is None
    assert before.grown(leaves, SCHEMES[:2], tmp_path) is None
    other = book(tmp_path, "b", "web", [["portal=3"]])
    assert before.grown([*leaves, other], SCHEMES, tmp_path) is None
    more = [book(tmp_path, f"c{number}", "crm", [["crm=3"]]) for number in range(4)]
    assert before.grown([*leaves, *more[:3]], SCHEMES, tmp_path) is not None
    assert before.grown([*leaves, *more], SCHEMES, tmp_path) is None
    assert Linked(tmp_path / "nowhere").grown(leaves, SCHEMES, tmp_path) is None


def test_a_group_that_is_no_longer_believed_is_linked_anew(tmp_path: Path) -> None:
    leaves = three(tmp_path)
    joined(leaves, tmp_path)
    many = book(tmp_path, "walk", None, [[f"crm={number}", "portal=1", None] for number in range(9)])
    now = joined([*leaves, many], tmp_path, tmp_path)
    assert now.earlier is None
    assert now.warnings
    assert not (tmp_path / "edges" / "linked" / "root.npy").exists()


def test_with_keys_all_are_linked_anew(tmp_path: Path) -> None:
    """A key that more people use than are believed joins nobody any more, so growth may part people."""
    leaves = three(tmp_path)
    joined(leaves, tmp_path)
    keyed = IdentitySettings(keys=(Key(name="portal"),))
    found = link(
        leaves,
        SCHEMES,
        keyed,
        engine=LocalEngine(),
        folder=tmp_path / "edges",
        personal=False,
        before=Linked(tmp_path),
    )
    assert found.earlier is None


def test_a_new_id_with_the_digest_of_an_old_one_is_noticed(tmp_path: Path) -> None:
    leaves = three(tmp_path)
    joined(leaves, tmp_path)
    checks = np.fromfile(tmp_path / FILES[0], dtype=np.uint64)
    (checks + np.uint64(1)).tofile(tmp_path / FILES[0])
    again = book(tmp_path, "b", "crm", [["crm=1"]])
    with pytest.raises(DigestCollisionError):
        Linked(tmp_path).grown([*leaves, again], SCHEMES, tmp_path)
