"""What may stand where in a CJML 2.0 file, and what is a channel called there?

CJML (Customer Journey Modelling Language, SINTEF; cjml.no): the elements that its public
tools write and read. There is no published schema to hold them against.
"""

from __future__ import annotations

from cjmine.domain.vocabulary import Channel

PARTS: dict[str, tuple[str, ...]] = {
    "CJML": ("plannedJourney", "actualJourney"),
    "plannedJourney": (
        *("journeyID", "journeyTitle", "journeyShortSummary", "journeyLongSummary", "journeyStatus"),
        *("journeyPhases", "plannedReference", "comment", "actors", "touchpoints"),
    ),
    "journeyPhases": ("journeyPhase",),
    "journeyPhase": ("phaseName", "phaseDescription"),
    "actors": ("endUser", "serviceProvider"),
    "endUser": ("actorName", "companyName", "providerType"),
    "serviceProvider": ("actorName", "companyName", "providerType"),
    "touchpoints": ("plannedCommunicationPoint", "plannedAction"),
    "plannedCommunicationPoint": (
        *("touchpointID", "belongsTo", "initiator", "receiver", "channel", "message", "comment", "category"),
    ),
    "plannedAction": ("touchpointID", "belongsTo", "initiator", "comment", "category"),
    "initiator": ("refersTo", "initiatorLabel"),
    "receiver": ("refersTo", "receiverLabel"),
    "channel": ("channelName",),
}
"""The elements that each element may hold; one that is not named here holds text only."""

UNREAD = (
    *("journeyShortSummary", "journeyLongSummary", "journeyStatus", "plannedReference", "comment"),
    *("phaseDescription", "message", "category", "receiverLabel", "providerType"),
)
"""What a journey has no place for."""

_WRITTEN = {
    Channel.WEB: "internetViaPC",
    Channel.APP: "appOnSmartphone",
    Channel.PHONE: "phone",
    Channel.FACE_TO_FACE: "faceToFace",
    Channel.EMAIL: "email",
    Channel.CHAT: "chat",
    Channel.SMS: "sms",
    Channel.POST: "letter",
    Channel.SOCIAL: "Social Media Message",
    Channel.KIOSK: "selfServiceMachine",
}
_READ = {
    "internetviasmartphone": Channel.WEB,
    "internetviatablet": Channel.WEB,
    "internetglobe": Channel.WEB,
    "apponpc": Channel.APP,
    "appontablet": Channel.APP,
    "telephone": Channel.PHONE,
    "servicedesk": Channel.FACE_TO_FACE,
    "shopcounter": Channel.FACE_TO_FACE,
    "parcel": Channel.POST,
}


def channel_named(text: str) -> Channel | None:
    """Return the channel that a name stands for, if it is one of ours.

    >>> channel_named("Internet Via Tablet"), channel_named("home-visit"), channel_named("Fax")
    (<Channel.WEB: 'web'>, <Channel.HOME_VISIT: 'home-visit'>, None)
    """
    word = _plain(text)
    known = {_plain(name): channel for channel, name in _WRITTEN.items()}
    known |= {_plain(channel.value): channel for channel in Channel} | _READ
    return known.get(word)


def name_of_channel(channel: str) -> str:
    """Return what a channel is called in CJML; its own name where CJML has none for it."""
    return _WRITTEN.get(Channel(channel), channel)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
