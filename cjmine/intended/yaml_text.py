"""How are words, lists and keys laid out as YAML that a person would write?

Short lists and attributes go on one line, everything else below its key. A text
is quoted only where YAML would read it as something else.
"""

from __future__ import annotations

import json
import re

from cjmine.intended.outline import Text

WIDE = 110
_PLAIN = re.compile(r"[^\W_](?:[\w./()'*+?%£&;-]|(?<=\w) (?=[\w(])|(?<=[.,;)]) (?=[\w(])|:(?=[\w/]))*")


def scalar(text: str) -> str:
    """Return a text as YAML writes it, plain where that is safe.

    >>> scalar("Tell us about the move"), scalar("view: /account")
    ('Tell us about the move', '"view: /account"')
    """
    if _PLAIN.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def lines(value: Text, indent: int = 0) -> list[str]:
    """Return the lines of a mapping or a list that stands below its key."""
    pad = " " * indent
    found: list[str] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _below(f"{pad}{scalar(key)}:", inner, indent)
    elif isinstance(value, list):
        for item in value:
            found += _item(pad, item, indent)
    else:
        found.append(pad + scalar(value))
    return found


def _below(head: str, value: Text, indent: int) -> list[str]:
    """Write a key's value behind it where it is short, else below it."""
    short = _flow(value)
    if short is not None and len(head) + 1 + len(short) <= WIDE:
        return [f"{head} {short}"]
    if isinstance(value, str):
        return [f"{head} {scalar(value)}"]
    return [head, *lines(value, indent + 2)]


def _item(pad: str, item: Text, indent: int) -> list[str]:
    if isinstance(item, str):
        return [f"{pad}- {scalar(item)}"]
    short = _flow(item) if isinstance(item, dict) and len(item) > 1 else None
    if short is not None and len(pad) + 2 + len(short) <= WIDE:
        return [f"{pad}- {short}"]
    first, *rest = lines(item, indent + 2)
    return [f"{pad}- {first.lstrip()}", *rest]


def _flow(value: Text) -> str | None:
    """Return a value on one line: a text, a list of texts, or keys with such values; nothing else."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, list):
        plain = all(isinstance(item, str) for item in value)
        return f"[{', '.join(scalar(item) for item in value if isinstance(item, str))}]" if plain else None
    told = [(key, _flow(inner)) for key, inner in value.items() if not isinstance(inner, dict)]
    if len(told) < len(value) or any(text is None for _, text in told):
        return None
    return f"{{{', '.join(f'{scalar(key)}: {text}' for key, text in told)}}}"
