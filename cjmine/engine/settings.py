"""Where is the work of a run done?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo, field_validator

from cjmine.domain.settings import Settings
from cjmine.errors import SettingsError


class Kind(StrEnum):
    """The engines."""

    LOCAL = "local"
    SPARK = "spark"


class EngineSettings(Settings):
    """Work in processes of this machine, or on Spark.

    ``master`` is Spark's, such as ``local[4]`` or ``spark://host:7077``;
    without it Spark's own configuration decides.
    """

    kind: Kind = Kind.LOCAL
    master: str | None = None

    @field_validator("master")
    @classmethod
    def _master(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("kind") is Kind.LOCAL:
            msg = "only Spark has a master; write 'kind: spark' too"
            raise ValueError(msg)
        return value

    def overridden(self, kind: str | None, master: str | None) -> EngineSettings:
        """Return the settings after what the command line says; raises ``SettingsError``."""
        chosen = Kind(kind) if kind is not None else self.kind
        if chosen is Kind.SPARK:
            return EngineSettings(kind=chosen, master=master or self.master)
        if master is not None:
            fault = f"--master {master}: only Spark has a master"
            raise SettingsError(fault, "add --engine spark, or leave --master out")
        return EngineSettings()


def _spelt_out(value: object) -> object:
    return {"kind": value} if isinstance(value, str) else value


EngineChoice = Annotated[EngineSettings, BeforeValidator(_spelt_out)]
"""A block, or only the kind: ``engine: spark``."""
