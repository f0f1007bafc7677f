"""What is proposed for one source: each of our columns, where it comes from, and why; plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cjmine.ingest.settings import Source
from cjmine.onboarding.columns import Column
from cjmine.onboarding.drafts import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One of our columns: theirs, how its values are translated and its times read, and what was seen."""

    ours: str
    column: Column
    why: str
    map: Mapping[str, str | None] = field(default_factory=dict)
    format: str | None = None
    zone: str | None = None

    def setting(self) -> str | list[str] | dict[str, Any]:
        """Return it as a project file says it."""
        names: str | list[str] = self.column.name if len(self.column.names) == 1 else list(self.column.names)
        more = {"map": dict(self.map), "format": self.format, "zone": self.zone}
        told = {key: value for key, value in more.items() if value}
        return {"from": names, **told} if told else names


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """One of our columns that the export does not have, and what to say of it."""

    ours: str
    value: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """A line that is written as a comment: what it would say, and why it is left to the planner."""

    line: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that is proposed for one source."""

    draft: Draft
    columns: tuple[Chosen, ...]
    constants: tuple[Constant, ...] = ()
    unsure: tuple[Unsure, ...] = ()
    scheme: str | None = None
    scheme_why: str = ""
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extracted: str | None = None
    extracted_why: str = ""
    notes: tuple[str, ...] = ()

    @property
    def nothing(self) -> tuple[str, ...]:
        """The words for "unknown" in the columns that are used."""
        return tuple(sorted({word for one in self.columns for word in one.column.nothing}))

    def chosen(self, ours: str) -> Chosen | None:
        """Return what one of our columns comes from."""
        return next((one for one in self.columns if one.ours == ours), None)

    def source(self, files: tuple[str, ...]) -> Source:
        """Return it as the settings that a project file with it would have."""
        settings = dict(self.draft.settings)
        if "fields" in settings:
            settings["fields"] = {name: f"{a}-{b}" for name, (a, b) in settings["fields"].items()}
        return Source.model_validate(
            {
                "name": self.draft.name,
                "files": files,
                "format": self.draft.form,
                **settings,
                **({"extracted": self.extracted} if self.extracted else {}),
                **({"null_values": self.nothing} if self.nothing else {}),
                **({"scheme": self.scheme} if self.scheme else {}),
                "columns": {one.ours: one.setting() for one in self.columns},
                "constants": {one.ours: one.value for one in self.constants},
                "keep": self.keep,
            }
        )
