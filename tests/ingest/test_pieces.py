"""An export read in pieces is the export read at once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cjmine.errors import SourceError
from cjmine.ingest import files, pieces, scanning
from cjmine.ingest.settings import Source
from cjmine.ingest.source import Reading, read
from cjmine.ingest.steps import raw_of

HEAD = "who,what,when"
SMALL = 64
LAWS = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
_TIMES = st.sampled_from(("2024-01-02 10:00:00", "2024-07-03", "sometime", "", "2024-01-02T10:00:00Z"))
_PLAIN = st.sampled_from(("1", "007", "Zoë", "", "a b", "x" * 50, "\u2013"))
_QUOTED = st.sampled_from(('"a,b"', '"a\n""b"""', '""', '"two\n\nlines"', '"c\r\nd"', f'"{"y" * 70}"'))
_STRAY = st.sampled_from(('5" pipe', '"1"x', 'a""b'))


def _rows(*extra: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    cell = st.one_of(_PLAIN, _PLAIN, _QUOTED, *extra)
    whole = st.tuples(cell, cell, _TIMES).map(",".join)
    ragged = st.lists(_PLAIN, min_size=2, max_size=5).map(",".join)
    return st.one_of(whole, whole, whole, ragged, st.sampled_from(("", HEAD, '"who",what,when')))


@dataclass(frozen=True)
class Drawn:
    """A file's name and bytes, and how it is declared."""

    name: str
    content: bytes
    declared: dict[str, Any]


@st.composite
def tables(draw: st.DrawFn) -> Drawn:
    lines = [HEAD, *draw(st.lists(_rows(*([_STRAY] if draw(st.booleans()) else [])), max_size=20))]
    text = draw(st.sampled_from(("", "\n"))) + _ended(draw, lines)
    return _written(draw, text, "x.csv", {"delimiter": ","})


@st.composite
def objects(draw: st.DrawFn) -> Drawn:
    value = st.one_of(st.none(), st.text("aä\n\"' ", max_size=9), st.integers(0, 99), st.floats(0, 1))
    whole = st.fixed_dictionaries(
        {"who": value, "what": value, "when": _TIMES}, optional={"more": value, "deep": st.just([1])}
    )
    line = whole.map(lambda one: json.dumps(one, ensure_ascii=False))
    broken = st.sampled_from(("", "  ", '{"who": 1', "[1]", '{"who": 1, "who": 2}', '{"who": {"x": 1}}'))
    lines = draw(st.lists(st.one_of(line, line, line, broken), max_size=25))
    return _written(draw, _ended(draw, lines), "x.jsonl", {})


def _ended(draw: st.DrawFn, lines: list[str]) -> str:
    end = draw(st.sampled_from(("\n", "\n", "\r\n", "\r")) if lines[:1] == [HEAD] else st.just("\n"))
    return end.join(lines) + draw(st.sampled_from(("", end)))


def _written(draw: st.DrawFn, text: str, name: str, declared: dict[str, Any]) -> Drawn:
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "cp1252", "cp1252 undeclared")))
    kind = encoding.split()[0]
    said = {"encoding": "cp1252"} if encoding == "cp1252" else {}
    content = text.encode(kind, errors="replace")
    if draw(st.booleans()):
        return Drawn(f"{name}.gz", gzip.compress(content), {**declared, **said})
    return Drawn(name, content, {**declared, **said})


@contextmanager
def cut(size: int, block: int | None = None) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE", size)
        if block is not None:
            patch.setattr(files, "CHUNK", block)
        yield


def source(drawn: Drawn) -> Source:
    form = "jsonl" if ".jsonl" in drawn.name else "csv"
    columns = {"customer": "who", "activity": "what", "start": "when"}
    return Source(name="crm", files=(drawn.name,), format=form, columns=columns, **drawn.declared)


def told(folder: Path, drawn: Drawn) -> Reading | tuple[str, ...]:
    """Return what is read, or the fault."""
    (folder / drawn.name).write_bytes(drawn.content)
    try:
        return read(source(drawn), rank=0, roots=(folder,), timezone="Europe/London", keys=())
    except SourceError as fault:
        return fault.faults


def assert_same(drawn: Drawn) -> None:
    with TemporaryDirectory() as folder:
        whole = told(Path(folder), drawn)
        with cut(SMALL, 100):
            parts = told(Path(folder), drawn)
    if not isinstance(whole, Reading) or not isinstance(parts, Reading):
        assert parts == whole
        return
    for name in ("events", "ledger", "quarantine", "without_id"):
        one, other = getattr(parts, name), getattr(whole, name)
        assert one.equals(other), (name, one.rows(), other.rows())
    assert parts.warnings == whole.warnings


@LAWS
@given(tables())
@example(Drawn("x.csv", f"{HEAD}\n".encode(), {}))
@example(Drawn("x.csv", HEAD.encode(), {}))
@example(Drawn("x.csv", b"", {}))
@example(Drawn("x.csv", f"{HEAD}\n{'1,a,2024-01-02' * 1}\n{'2,b,x,y' * 1}\n".encode() * 9, {}))
@example(Drawn("x.csv", (f"{HEAD}\n" + "1,a,2024-01-02,x\n" * 20).encode(), {}))
@example(Drawn("x.csv", (f"{HEAD}\n" + "1,a,2024-01-02\n" * 9 + '2,"b,2024\n' * 9).encode(), {}))
@example(
    Drawn("x.csv", (f"{HEAD}\n" + "1,a,2024-01-02\n" * 9 + "\n" * 200 + "2,b,2024-01-03\n").encode(), {})
)
@example(Drawn("x.csv", (f"{HEAD}\n" + '1,"a\n",2024-01-02\r\n' * 9 + "2,b,2024-01-03\r" * 5).encode(), {}))
@example(Drawn("x.csv", ("\n" * 99 + f"{HEAD}\n" + "1,a,2024-01-02\n" * 9).encode(), {}))
@example(Drawn("x.csv", (f"\n{HEAD}\r" + "1,a,2024-01-02\r" * 9).encode(), {}))
@example(Drawn("x.csv", (f"{HEAD}\n" + '"who",what,when\n' * 9 + '1,5" pipe,2024-01-02\n').encode(), {}))
def test_a_text_table(drawn: Drawn) -> None:
    assert_same(drawn)


@LAWS
@given(objects())
@example(Drawn("x.jsonl", b"", {}))
@example(Drawn("x.jsonl", b"[1]\n" * 40, {}))
@example(Drawn("x.jsonl", b'{"who": 1}\n' * 20 + b'{"what": "a", "when": "2024-01-02"}', {}))
def test_json_lines(drawn: Drawn) -> None:
    assert_same(drawn)


@pytest.mark.slow
@settings(LAWS, max_examples=1_000, derandomize=False)
@given(st.one_of(tables(), objects()))
def test_many_more(drawn: Drawn) -> None:
    assert_same(drawn)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_once(tmp_path: Path, delimiter: str) -> None:
    text = f"{HEAD}\n" + "".join(f"{n},a,2024-01-02\n" for n in range(40))
    with cut(400):
        found = told(tmp_path, Drawn("x.csv", text.replace(",", delimiter).encode(), {}))
    assert isinstance(found, Reading)
    assert found.events["customer"].to_list() == [str(n) for n in range(40)]


ROWS = "".join(f"{n},a,2024-01-02\n" for n in range(40))


def scanned(path: Path, content: str, known: tuple[pieces.Piece, ...] = ()) -> scanning.Scanned:
    path.write_text(content, encoding="utf-8", newline="")
    (found,) = scanning.scan(path, source(Drawn(path.name, b"", {})), path.with_name("spool"), known)
    return found


def rows_of(found: scanning.Scanned) -> list[tuple[Any, ...]]:
    raws = [raw_of(piece, source(Drawn(found.name, b"", {}))) for piece in found.pieces]
    parts = [pl.concat([raw.position, raw.frame], how="horizontal") for raw in raws if raw.position.height]
    faults = pl.concat([raw.faults for raw in raws])
    return [*pl.concat(parts).rows(), *faults.rows()]


GROWN = {
    "rows": ROWS,
    "no last line end": ROWS + "40,a,2024",
    "an open record": ROWS + '40,"a',
    "stray quotes": ROWS + '40,5" a,2024-01-02\n',
    "quoted": ROWS + '40,"a\nb",2024-01-02\n',
    "only a header": "",
}


@pytest.mark.parametrize("case", GROWN)
@pytest.mark.parametrize("more", ["-01-02\n41,b,2024-01-03\n", '",2024-01-02\n' + ROWS, "42,b,2024-01-03"])
@pytest.mark.parametrize("block", [1, 100, None])
def test_what_has_grown_keeps_its_pieces_and_loses_no_row(
    tmp_path: Path, case: str, more: str, block: int | None
) -> None:
    before = f"{HEAD}\n{GROWN[case]}"
    with cut(SMALL, block or len(before)):
        old = scanned(tmp_path / "x.csv", before)
        new = scanned(tmp_path / "x.csv", before + more, old.pieces)
        fresh = scanned(tmp_path / "x.csv", before + more)
        assert new.sha256 == fresh.sha256
        assert attempt(new) == attempt(fresh)
        if case == "rows":
            assert new.pieces[: len(old.pieces)] == old.pieces
        else:
            assert new.pieces[: len(old.pieces) - 1] == old.pieces[:-1]


def attempt(found: scanning.Scanned) -> object:
    try:
        return rows_of(found)
    except SourceError as fault:
        return fault.faults


def test_what_is_corrected_in_the_middle_keeps_the_pieces_before(tmp_path: Path) -> None:
    with cut(SMALL):
        old = scanned(tmp_path / "x.csv", f"{HEAD}\n{ROWS}")
        new = scanned(tmp_path / "x.csv", f"{HEAD}\n{ROWS.replace('20,a', '20,bb')}", old.pieces)
    shared = [piece for piece in new.pieces if piece in old.pieces]
    assert 0 < len(shared) < len(new.pieces)
    assert shared == list(new.pieces[: len(shared)])
    assert len(rows_of(new)) == 40


@pytest.mark.parametrize("change", [ROWS.replace("3", "4", 1), ROWS[:-40], ""])
def test_what_changes_between_seeing_and_reading_is_refused(tmp_path: Path, change: str) -> None:
    with cut(SMALL):
        found = scanned(tmp_path / "x.csv", f"{HEAD}\n{ROWS}")
    (tmp_path / "x.csv").write_text(f"{HEAD}\n{change}", encoding="utf-8")
    with pytest.raises(SourceError, match=r"x\.csv: changed while it was being read"):
        rows_of(found)


def test_a_workbook_that_changes_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pl.DataFrame({"who": ["1"]}).write_parquet(path)
    told_of = source(Drawn("x.csv", b"", {})).model_copy(update={"format": "parquet"})
    (found,) = scanning.scan(path, told_of, tmp_path / "spool")
    pl.DataFrame({"who": ["2"]}).write_parquet(path)
    with pytest.raises(SourceError, match="changed while it was being read"):
        found.pieces[0].export()
