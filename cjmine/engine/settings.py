"""Where is the work of a run done?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo, field_validator

from cjmine.domain.settings import Settings
from cjmine.engine.memory import size
from cjmine.errors import SettingsError


class Kind(StrEnum):
    """The engines."""

    LOCAL = "local"
    SPARK = "spark"


class EngineSettings(Settings):
    """Work in processes of this machine, or on Spark.

    ``master`` is Spark's, such as ``local[4]`` or ``spark://host:7077``;
    without it Spark's own configuration decides. ``memory`` bounds how many processes work on this
    machine (about 700 MB each beside 600 MB for the one that leads them).
    """

    kind: Kind = Kind.LOCAL
    master: str | None = None
    memory: str = "2 GB"

    @field_validator("master")
    @classmethod
    def _master(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("kind") is Kind.LOCAL:
            msg = "only Spark has a master; write 'kind: spark' too"
            raise ValueError(msg)
        return value

    @field_validator("memory")
    @classmethod
    def _memory(cls, value: str) -> str:
        try:
            size(value)
        except SettingsError as error:
            raise ValueError(error.faults[0]) from None
        return value

    def overridden(self, kind: str | None, master: str | None, memory: str | None = None) -> EngineSettings:
        """Return the settings after what the command line says; raises ``SettingsError``."""
        chosen = Kind(kind) if kind is not None else self.kind
        if chosen is Kind.SPARK:
            return EngineSettings(kind=chosen, master=master or self.master, memory=self.memory)
        if master is not None:
            fault = f"--master {master}: only Spark has a master"
            raise SettingsError(fault, "add --engine spark, or leave --master out")
        if memory is not None:
            size(memory)
        return EngineSettings(memory=memory or self.memory)


def _spelt_out(value: object) -> object:
    return {"kind": value} if isinstance(value, str) else value


EngineChoice = Annotated[EngineSettings, BeforeValidator(_spelt_out)]
"""A block, or only the kind: ``engine: spark``."""
