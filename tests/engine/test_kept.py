"""A result that was kept is taken over only if everything is as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from cjmine.engine.kept import Kept, key_of
from cjmine.engine.tasks import written

Damage = Callable[[Path], object]
DAMAGES: dict[str, Damage] = {
    "a byte flipped": lambda path: path.write_bytes(flipped(path.read_bytes(), 3)),
    "halved": lambda path: path.write_bytes(path.read_bytes()[:5]),
    "emptied": lambda path: path.write_bytes(b""),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\n"),
    "gone": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@dataclass
class Job:
    """Writes two files and answers with a number; counts how often it did."""

    folder: Path
    done: list[str] = field(default_factory=list)

    def once(self, key: str) -> int:
        files = [self.folder / f"{key}.one", self.folder / "deep" / f"{key}.two"]

        def work() -> int:
            self.done.append(key)
            for path in files:
                if path.is_dir():
                    path.rmdir()
                with written(path) as draft:
                    draft.write_text("0123456789", encoding="utf-8")
            return 1_407

        return Kept(self.folder, TypeAdapter(int)).once(key, files, work)


def test_what_is_as_it_was_is_taken_over(tmp_path: Path) -> None:
    job = Job(tmp_path)
    assert [job.once("a"), job.once("a"), Job(tmp_path, job.done).once("a")] == [1_407] * 3
    assert job.done == ["a"]
    assert job.once("b") == 1_407
    assert job.done == ["a", "b"]


@pytest.mark.parametrize("place", ["a.one", "deep/a.two"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_made_anew(tmp_path: Path, place: str, damage: str) -> None:
    job = Job(tmp_path)
    job.once("a")
    DAMAGES[damage](tmp_path / place)
    assert job.once("a") == 1_407
    assert job.done == ["a", "a"]
    assert (tmp_path / place).read_text(encoding="utf-8") == "0123456789"
    job.once("a")
    assert job.done == ["a", "a"]


def test_no_flipped_bit_of_the_record_is_believed(tmp_path: Path) -> None:
    job = Job(tmp_path)
    job.once("a")
    record = tmp_path / "a.json"
    content = record.read_bytes()
    for at in range(len(content)):
        record.write_bytes(flipped(content, at))
        assert job.once("a") == 1_407, content[at : at + 9]
        assert json.loads(record.read_bytes()) == json.loads(content)
        record.write_bytes(flipped(content, at))
        assert Kept(tmp_path, TypeAdapter(int)).said("a") in {None, 1_407}
        record.write_bytes(content)


def test_an_answer_of_another_kind_is_not_believed(tmp_path: Path) -> None:
    Kept(tmp_path, TypeAdapter(str)).keep("a", "word", [])
    assert Kept(tmp_path, TypeAdapter(int)).known("a") is None
    (tmp_path / "b.json").write_text(json.dumps(["b"]), encoding="utf-8")
    assert Kept(tmp_path, TypeAdapter(int)).known("b") is None


def test_work_that_fails_keeps_nothing(tmp_path: Path) -> None:
    def fail() -> int:
        with written(tmp_path / "a.one") as draft:
            draft.write_text("half", encoding="utf-8")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        Kept(tmp_path, TypeAdapter(int)).once("a", [tmp_path / "a.one"], fail)
    assert list(tmp_path.iterdir()) == []


def test_a_key_names_all_its_parts() -> None:
    keys = [key_of("a", 1), key_of("a", 2), key_of("a"), key_of("a1"), key_of(("a", 1)), key_of({"a": 1})]
    assert len(set(keys)) == len(keys)
    assert key_of({"b": 1, "a": {3, 1, 2}}) == key_of({"a": {2, 1, 3}, "b": 1})
    assert key_of(Path("a")) == key_of(Path("a"))
