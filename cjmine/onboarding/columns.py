"""What does each column of some exports hold? Counted, never quoted where it may name a person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from cjmine.onboarding.moments import Moments
from cjmine.onboarding.words import BIRTH, NO_ID, NOTHING, PERSON, STAFF, hints

_LEAST = 20
_REPEATED = 0.01
_LONG = 64
_WORDS = 4
_PLAIN = 10_000
_MOST = 0.8
_PHONE = r"^[+(0]?[\d ()/.-]{8,20}$"
_PHONE_WORDS = frozenset(
    ["phone", "telephone", "mobile", "tel", "caller", "msisdn", "telefoon", "telefon", "beller", "anrufer"]
)
_EMAIL = r"^[^@\s]+@[^@\s]+$"


@dataclass(frozen=True)
class Column:
    """A column of one source: its names (several where it was renamed), its values, its times if any.

    ``values`` are text without blanks and without words for "unknown" (``nothing``), or instants.
    """

    names: tuple[str, ...]
    values: pl.Series
    nothing: tuple[str, ...] = ()
    moments: Moments | None = None

    @property
    def name(self) -> str:
        """The first of its names."""
        return self.names[0]

    @cached_property
    def filled(self) -> int:
        """Rows with a value."""
        return self.values.len() - self.values.null_count()

    @property
    def share(self) -> float:
        """The share of rows with a value."""
        return self.filled / max(self.values.len(), 1)

    @cached_property
    def distinct(self) -> pl.Series:
        """The distinct values, sorted."""
        return self.values.drop_nulls().unique().sort()

    @cached_property
    def few(self) -> tuple[str, ...]:
        """Its values, the most frequent first; a mere hundred of them."""
        counted = self.values.drop_nulls().value_counts().head(2_000)
        return tuple(
            counted.sort(["count", self.values.name], descending=[True, False]).to_series(0).head(100)
        )

    @cached_property
    def numeric(self) -> bool:
        """Whether its values are whole numbers."""
        return bool(self.distinct.str.contains(r"^\d+$").all())

    @cached_property
    def normalise(self) -> str:
        """How its values are made comparable: ``e164`` for telephone numbers, ``lower`` for addresses."""
        if self.distinct.str.contains(_EMAIL).sum() >= _MOST * self.distinct.len():
            return "lower"
        hinted = hints(self.names, _PHONE_WORDS)
        phones = self.distinct.str.contains(_PHONE).sum() >= _MOST * self.distinct.len()
        return "e164" if hinted and phones else "none"

    @cached_property
    def ids(self) -> pl.Series:
        """The distinct values, made comparable."""
        if self.normalise == "lower":
            return self.distinct.str.to_lowercase().unique().sort()
        if self.normalise == "e164":
            digits = self.distinct.str.replace_all(r"\D", "").str.replace("^00", "").str.replace("^0", "44")
            return digits.filter(digits != "").unique().sort()
        return self.distinct

    @cached_property
    def shape(self) -> str:
        """The form that most of its ids have (letters A, digits 9, marks); ``~`` where none is usual."""
        marked = self.ids.str.replace_all(r"[A-Za-z]+", "A").str.replace_all(r"\d+", "9")
        counted = marked.alias("shape").value_counts().sort(["count", "shape"], descending=[True, False])
        usual = counted.height and counted["count"][0] * 2 > self.ids.len()
        return str(counted["shape"][0]) if usual else "~"

    @cached_property
    def id_like(self) -> bool:  # noqa: PLR0911 (one answer for each reason)
        """Whether its values may name somebody or something: many, short, neither dates nor prose."""
        if self.moments is not None or self.values.dtype != pl.String or not self.filled:
            return False
        if hints(self.names, NO_ID | STAFF | BIRTH):
            return False
        ids = self.distinct
        hinted = hints(self.names, PERSON)
        if ids.len() < _LEAST or ids.len() < _REPEATED * self.filled:
            return False
        if (ids.str.len_chars() > _LONG).any() or (ids.str.count_matches(" ") > _WORDS).any():
            return False
        if self.numeric:
            return hinted or bool((ids.cast(pl.Float64) >= _PLAIN).sum() * 2 > ids.len())
        if (ids.str.contains(r"^-?\d+[.,]\d+$")).any():
            return False
        digits = ids.str.contains(r"\d").sum() >= _MOST * ids.len()
        return bool(digits) or self.normalise == "lower"


def cleaned(values: pl.Series) -> tuple[pl.Series, tuple[str, ...]]:
    """Return values without blanks and words for "unknown", and these words as they are written."""
    if values.dtype != pl.String:
        return values, ()
    text = values.str.strip_chars()
    text = text.set(text == "", None)
    seen = text.drop_nulls().unique()
    words = seen.filter(seen.str.to_lowercase().is_in(sorted(NOTHING))).sort().to_list()
    return (text.set(text.is_in(words), None) if words else text), tuple(words)
