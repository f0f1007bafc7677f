"""Where is the address of a database, with its password? In the environment or a keyring, never in a file.

A project file says ``${COUNCIL_DB}`` for a variable, or ``keyring:SERVICE/NAME`` for what the system's
keyring keeps. Nothing that is read here is repeated in a message.
"""

from __future__ import annotations

import os
import re

from cjmine.errors import SettingsError

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_KEPT = re.compile(r"keyring:([^/]+)/(.+)")
FORM = "write ${NAME} for a variable of the environment, or keyring:SERVICE/NAME"


def fault(text: str) -> str:
    """Say what is wrong with how a database is named; nothing where it is right. Never repeats it."""
    if _VARIABLE.fullmatch(text) or _KEPT.fullmatch(text):
        return ""
    return f"an address may hold a password, and this file is no place for it; {FORM}"


def address(text: str, source: str) -> str:
    """Return the address that ``text`` stands for; raises ``SettingsError`` where there is none."""
    if found := _VARIABLE.fullmatch(text):
        value = os.environ.get(found[1])
        if not value:
            msg = f"source '{source}': the environment has no {found[1]} with its database's address"
            raise SettingsError(
                msg, f"set {found[1]} to an address such as postgresql://reader@host/database"
            )
        return value
    if found := _KEPT.fullmatch(text):
        return _kept(found[1], found[2], source)
    msg = f"source '{source}': database: {fault(text)}"
    raise SettingsError(msg)


def _kept(service: str, name: str, source: str) -> str:
    try:
        import keyring  # noqa: PLC0415 (an optional part)
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError:
        msg = f"source '{source}': keyrings are read with the package 'keyring', which is not installed"
        raise SettingsError(msg, "python -m pip install 'cjmine[sql]', or use ${NAME}") from None
    value: str | None
    try:
        value = keyring.get_password(service, name)
    except KeyringError:
        value = None
    if not value:
        msg = f"source '{source}': no keyring here keeps {name!r} of {service!r}"
        raise SettingsError(msg, f"keyring set {service} {name}")
    return value
