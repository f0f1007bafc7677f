"""Where do the fields of a table without separators stand? Only columns of blanks can tell."""

from __future__ import annotations

from itertools import groupby

from cjmine.errors import SourceError

_LINES = 2_000
_FEW = 3
_LEAST = 5


def fields_in(text: str) -> tuple[dict[str, tuple[int, int]], int]:
    """Return each field's first and last character, counted from 1, and how many lines to skip.

    A place that is blank in every line parts two fields. A first line of words names them. Raises
    ``SourceError`` where fields touch each other, so that there is nothing to go by.
    """
    lines = [line.rstrip("\r") for line in text.split("\n") if line.strip()][:_LINES]
    width = max(map(len, lines), default=0)
    used = [any(len(line) > at and line[at] != " " for line in lines) for at in range(width)]
    runs = [(on, [at for at, _ in places]) for on, places in groupby(enumerate(used), key=lambda one: one[1])]
    spans = [(places[0] + 1, places[-1] + 1) for on, places in runs if on]
    body = lines[1:]
    touching = [
        span for span in spans if sum(_touches(line[span[0] - 1 : span[1]]) for line in body) * 2 > len(body)
    ]
    if len(lines) < _LEAST or len(spans) < _FEW or touching:
        msg = (
            "neither separators nor columns of blanks tell where its fields are; if it is of fixed width, "
            "its description says: use `format: fixed` with `fields`"
        )
        raise SourceError(msg)
    named = [lines[0][first - 1 : last].strip() for first, last in spans]
    if len(set(named)) == len(named) and all(name[:1].isalpha() and not _has_digit(name) for name in named):
        return dict(zip(named, _widened(spans, width), strict=True)), 1
    return {f"field_{n}": span for n, span in enumerate(_widened(spans, width), 1)}, 0


def _widened(spans: list[tuple[int, int]], width: int) -> list[tuple[int, int]]:
    """Let each field reach to where the next begins, so that longer values are not cut."""
    starts = [first for first, _ in spans]
    return list(zip(starts, [*(first - 1 for first in starts[1:]), width], strict=True))


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _touches(value: str) -> bool:
    """Tell whether a value looks like two that touch: digits, then a letter, then digits again."""
    kinds = [kind for kind, _ in groupby(value.strip(), key=lambda c: (c.isdigit(), c.isalpha()))]
    return kinds[:3] == [(True, False), (False, True), (True, False)]
