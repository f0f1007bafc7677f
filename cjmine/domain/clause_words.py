"""What is a clause of an intended journey called, in few words? Tallies and auditors use one name for it."""

from __future__ import annotations

from collections.abc import Sequence

from cjmine.domain.plan import Limit


def limit_words(step: str, limit: Limit, *, early: bool) -> str:
    """Return the name of a step's limit; ``early``: the step must not come before it has passed.

    >>> from cjmine.domain.plan import Anchor, Length, Unit
    >>> limit_words("b", Limit(Length(2, Unit.DAY), Anchor.STEP, "a"), early=False)
    'b within 2 d of a'
    """
    return f"{step} {'not before' if early else 'within'} {limit}"


def channel_words(step: str, channels: Sequence[str]) -> str:
    """Return the name of a step's channels: ``b via email or sms``."""
    return f"{step} via {listed(channels)}"


def service_words(step: str, service: str) -> str:
    """Return the name of a step's service: ``b by housing``."""
    return f"{step} by {service}"


def listed(words: Sequence[str]) -> str:
    """Return words as people list them.

    >>> listed(("email", "sms", "post"))
    'email, sms or post'
    """
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
