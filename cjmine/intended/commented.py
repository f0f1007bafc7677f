"""How are steps laid out as YAML with what was counted behind each of them?

As ``yaml_text`` does, but one step or block a line, so that each has room for its comment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from cjmine.intended.outline import Text
from cjmine.intended.yaml_text import WIDE, lines, scalar


class Notes(Protocol):
    """What is said of steps and blocks; an empty text for nothing."""

    def step(self, name: str) -> str:
        """Return what is said of a step, named with its mark."""

    def block(self, word: str, branches: Sequence[Text]) -> str:
        """Return what is said of a ``together`` or ``choose`` and its branches."""

    def rounds(self, body: Sequence[Text]) -> str:
        """Return what is said of a ``repeat`` and its steps."""


def named_in(item: Text) -> Iterator[str]:
    """Yield the steps of an item of the notation, with their marks."""
    if isinstance(item, str):
        yield item
    elif isinstance(item, list):
        for one in item:
            yield from named_in(one)
    else:
        word, inner = next(iter(item.items()))
        if word == "repeat" and isinstance(inner, dict):
            yield from named_in(inner["do"])
        elif word in _SPLITS:
            yield from named_in(inner)
        else:
            yield word


_SPLITS = ("together", "choose", "choose_any")


def commented(items: Sequence[Text], notes: Notes, indent: int) -> list[str]:
    """Return the lines of a list of steps."""
    return [line for item in items for line in _item(item, notes, indent)]


def _item(item: Text, notes: Notes, indent: int) -> list[str]:
    pad = " " * indent
    if isinstance(item, str):
        return [_behind(f"{pad}- {scalar(item)}", notes.step(item))]
    if isinstance(item, list):
        inner = commented(item, notes, indent + 2)
        return [f"{pad}- {inner[0].lstrip()}", *inner[1:]]
    word, body = next(iter(item.items()))
    if word in _SPLITS and isinstance(body, list):
        head = _behind(f"{pad}- {word}:", notes.block(word, body))
        return [*head.splitlines(), *commented(body, notes, indent + 4)]
    if word == "repeat" and isinstance(body, dict) and isinstance(body["do"], list):
        head = _behind(f"{pad}- repeat:", notes.rounds(body["do"]))
        rest = lines({key: value for key, value in body.items() if key != "do"}, indent + 4)
        return [head, *rest, f"{pad}    do:", *commented(body["do"], notes, indent + 6)]
    return _step(word, body, notes.step(word), pad)


def _step(word: str, said: Text, note: str, pad: str) -> list[str]:
    """Write a step and what it says about itself, on one line where that has room for the note too."""
    short = lines([{word: said}])
    if len(short) == 1 and len(whole := _behind(pad + short[0], note)) <= WIDE:
        return [whole]
    return [_behind(f"{pad}- {scalar(word)}:", note), *lines(said, len(pad) + 4)]


def _behind(line: str, note: str) -> str:
    return f"{line}  # {note}" if note else line
