"""Small exports: who is in them under which ids."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cjmine.identity.customers import with_nodes
from cjmine.identity.settings import IdentitySettings, Key, Normalise

PHONE = Key(name="phone", normalise=Normalise.E164)
KEYS = IdentitySettings(keys=(PHONE, Key(name="email", normalise=Normalise.LOWER)))
SCHEMES = {"crm": "crm", "housing": "tenancy", "telephony": "phone", "portal": "account"}
Row = tuple[str, str | None, str | None, str | None]


def noded(rows: Sequence[Row], settings: IdentitySettings = KEYS) -> pl.DataFrame:
    """Each row: system, its customer id, phone, email."""
    schema = dict.fromkeys(("source_system", "customer", "phone", "email"), pl.String)
    return with_nodes(pl.DataFrame(rows, schema=schema, orient="row"), SCHEMES, settings)
