"""How is a word from an export written in a project file, so that it means itself, and in a comment?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cjmine.intended.yaml_text import scalar
from cjmine.project.positions import NOTHING

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_WIDE = 110
Value = str | Sequence["Value"] | Mapping[str, "Value | None"]


def word(text: str) -> str:
    """Return a text as YAML, quoted where it would mean something else.

    >>> word("case:customer"), word("null"), word("a # b")
    ('case:customer', '"null"', '"a # b"')
    """
    if text in NOTHING:
        return f'"{text}"'
    return scalar(text).replace("\x7f", "\\x7f")


def inline(value: Value | None) -> str:
    """Return a text, a list or a mapping on one line; nothing is ``null``."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return word(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{word(key)}: {inline(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(inline(one) for one in value) + "]"


def comment(text: str) -> str:
    """Return a text that may stand behind ``#``: on one line, without control characters."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def line(pad: str, text: str, why: str = "") -> list[str]:
    """Return a line with its comment behind it, or above it where both do not fit on one line."""
    whole = f"{pad}{text}"
    told = comment(why)
    if not told:
        return [whole]
    if len(whole) + len(told) + 4 <= _WIDE:
        return [f"{whole}  # {told}"]
    return [*remark(pad, told), whole]


def remark(pad: str, text: str) -> list[str]:
    """Return a comment, broken into lines of a readable length."""
    found, held = list[str](), ""
    for part in comment(text).split():
        if held and len(pad) + len(held) + len(part) + 3 > _WIDE:
            found.append(f"{pad}# {held}")
            held = part
        else:
            held = f"{held} {part}".strip()
    return [*found, *([f"{pad}# {held}"] if held else [])]
