"""How ids of several systems are recognised as one customer's."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from cjmine.domain.settings import Settings, Share


class Normalise(StrEnum):
    """How a key's values are made comparable; nothing is guessed."""

    NONE = "none"
    LOWER = "lower"
    DIGITS = "digits"
    E164 = "e164"


_PAIR = 2


class Key(Settings):
    """A key that several systems record, such as a phone number.

    ``country`` is the calling code that replaces a leading 0 (``e164`` only).
    """

    name: str = Field(min_length=1)
    normalise: Normalise = Normalise.NONE
    country: str = "44"


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Columns = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]


class Crosswalk(Settings):
    """A table that says which ids belong together: namespace to the column, or columns, of its ids.

    All ids of a row are one person's; several columns of one namespace are old
    and new numbers for the same person.
    """

    file: str
    columns: dict[str, Columns]
    encoding: str | None = None
    delimiter: str | None = None

    @field_validator("columns")
    @classmethod
    def _two(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        twice = [one for columns in value.values() for one in columns if columns.count(one) > 1]
        if twice:
            msg = f"the column {twice[0]!r} is named twice for one kind of id"
            raise ValueError(msg)
        if sum(map(len, value.values())) < _PAIR:
            msg = "a crosswalk joins ids of at least two columns"
            raise ValueError(msg)
        return value


class IdentitySettings(Settings):
    """Keys, crosswalks, and the guards against joining too much.

    A key value shared by ids of more than ``max_people_per_key`` people is not
    used to join; a customer with more than ``max_cases`` cases in one system is
    reported as probably a dummy. ``max_without_id`` is the largest share of rows
    without any id a source may have.
    """

    keys: tuple[Key, ...] = ()
    crosswalks: tuple[Crosswalk, ...] = ()
    max_people_per_key: int = Field(default=3, ge=1)
    max_cases: int = Field(default=50, ge=1)
    max_without_id: Share = 0.2
