"""The errors a user can meet: what is wrong, where, and what to do about it.

Every error carries one message per fault, so that all faults of a kind are
collected and raised once. A traceback that reaches a user is a bug of ours.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class CjmineError(Exception):
    """Something the user can mend.

    Parameters
    ----------
    faults
        One line per fault, each naming its place (file, line, column) and value.
    hint
        What to do next, in one sentence.

    """

    exit_code = 2

    def __init__(self, faults: str | Sequence[str], hint: str = "") -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        self.hint = hint
        super().__init__("\n".join([*self.faults, *([f"hint: {hint}"] if hint else [])]))

    def __reduce__(self) -> tuple[type[CjmineError], tuple[object, ...]]:
        """Cross from one process to another as what it is."""
        return type(self), (self.faults, self.hint)


class SettingsError(CjmineError):
    """A project file, an option or a missing optional part is wrong."""


class ModelError(CjmineError):
    """An intended journey or an imported model cannot be used."""


class StatesError(ModelError):
    """A model has more states than are looked at: nothing is aligned with it."""

    def uncounted(self, *, cases: int, variants: int) -> StatesError:
        """Return the refusal with what is left undone because of it."""
        left = f"{cases:,} cases in {variants:,} variants are not aligned"
        return StatesError([f"{fault}; {left}" for fault in self.faults], self.hint)


class SourceError(CjmineError):
    """An export cannot be read as declared."""

    exit_code = 3


class LinkageError(CjmineError):
    """The systems cannot be joined as declared."""

    exit_code = 3


class EngineError(CjmineError):
    """The machine stands in the way: disk, memory, or a folder in use."""

    exit_code = 5


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for the known word closest to ``word``, or ``''``.

    >>> nearest("delimeter", ["delimiter", "encoding"])
    "; did you mean 'delimiter'?"
    """
    names = sorted(set(known))
    folded = {name.casefold(): name for name in reversed(names)}
    found = difflib.get_close_matches(word.casefold(), sorted(folded), n=1, cutoff=0.6)
    return f"; did you mean '{folded[found[0]]}'?" if found else ""


def shortened(value: object, limit: int = 60) -> str:
    """Quote a value from an export without disclosing more of it than a reader needs."""
    text = str(value)
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")
