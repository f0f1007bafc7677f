"""One resident: who they are, and under which number each system knows them.

Nobody here exists. Names come from invented lists; mobile numbers are Ofcom's
drama range 07700 900 with more digits added, so none can be dialled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

SEGMENTS = ("age_band", "tenure", "access", "disability", "language", "deprivation", "ward")
"""What residents differ in; ``access`` is digital or assisted, ``deprivation`` a decile from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One resident.

    ``ids`` by namespace: ``crm`` (C0012345), ``phone`` (07700900...), ``portal``
    (account), ``email`` (hash), ``housing`` (tenancy, of tenants only), ``revenues``
    (8 digits with a check digit). ``listed`` is what the crosswalk has of them,
    ``muddled`` where one of their ids stands in two rows of the crosswalk.
    ``old_crm`` is the number they had in the CRM before a merger of duplicates
    on ``merged_on``; the alias table leads from it to ``ids["crm"]``.
    ``shared_phone`` marks the residents of the hostel, who all call from one
    number. ``partner`` is the index of the other person of a joint household,
    if that person is a customer too; the tenancy and the landline belong to the
    one with the lower index.
    """

    index: int
    name: str
    ids: Mapping[str, str]
    listed: Mapping[str, str]
    segments: Mapping[str, str]
    forename: str
    surname: str
    born: date
    address: str
    postcode: str
    uprn: str
    nino: str
    old_crm: str | None = None
    merged_on: date | None = None
    muddled: bool = False
    shared_phone: bool = False
    partner: int | None = None

    @property
    def tenant(self) -> bool:
        """Whether the council is the landlord."""
        return "housing" in self.ids

    @property
    def assisted(self) -> bool:
        """Whether they need help with web forms."""
        return self.segments["access"] == "assisted"

    def joined(self, namespace: str) -> bool:
        """Whether something in the exports rightly leads from this id to the person."""
        if self.muddled or (namespace == "phone" and self.shared_phone):
            return False
        return namespace in self.ids and self.listed.get(namespace) == self.ids[namespace]
