"""Which words in the name of a column hint at what it holds? English, Dutch and German."""

from __future__ import annotations

# words in a row are read more easily than a list of them
# ruff: noqa: SIM905, E501
import re
from collections.abc import Iterable

from cjmine.domain.vocabulary import Channel, Direction, Outcome

_PARTS = re.compile(r"[^\W\d_]+")
_HUMPS = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
_TRACE_NAME = "case:concept:name"
_TRACE = re.compile(r"^(?:case:|\(case\)[ _]?)(?=.)", re.IGNORECASE)
GENERIC = frozenset("id ids no nr num number nummer ref reference referentie key hash code kennung".split())
"""Words that say that a column is an id, but not of what."""
PERSON = frozenset(
    "customer client person people citizen resident account member patient tenant tenancy caller contact user "
    "visitor household applicant student pupil nino nhs ssn bsn uprn crm portal phone telephone mobile msisdn "
    "email mail cookie taxpayer debtor klant burger inwoner persoon cliënt relatie debiteur huurder bezoeker "
    "beller telefoon kunde kunden bürger buerger einwohner versicherter mieter konto anrufer telefon".split()
)
CASE = frozenset(
    "case caseid ticket request application claim job order incident dossier complaint permit declaration trace "
    "zaak aanvraag melding klacht casus fall vorgang antrag akte aktenzeichen auftrag".split()
)
OTHERS = frozenset(
    "partner spouse other second joint landlord parent guardian employer old previous former "
    "ouder werkgever vorige eltern arbeitgeber alt".split()
)
"""Ids of another person than the one the row is about, or ids that are no longer used."""
STAFF = frozenset(
    "resource officer adviser advisor handler clerk operator staff employee "
    "medewerker behandelaar bearbeiter sachbearbeiter mitarbeiter".split()
)
NO_ID = frozenset(
    "postcode zip plz ward street address adres adresse city amount cost price budget total sum balance score "
    "age bedrag betrag project task activity unit organizational organisation variant index version batch row "
    "line sequence position items remark notes note comment question scale".split()
)
"""Words of columns that many people share or that only look like ids."""
CALL = frozenset("call session thread conversation gesprek sessie anruf sitzung".split())
BIRTH = frozenset("birth born dob geboorte geboortedatum geburt geburtsdatum".split())
TIME = frozenset(
    "time timestamp ts date datetime day when moment at on stamp tijd datum tijdstip dag zeit zeitpunkt "
    "zeitstempel tag start started starts begin began begins end ended ends finish finished created opened "
    "received completed closed keyed updated modified logged aangemaakt ontvangen erstellt beginn ende".split()
)
START = frozenset(
    "start started starts begin began begins created opened received keyed occurred event time timestamp ts "
    "when tijd tijdstip aangemaakt ontvangen zeit zeitpunkt zeitstempel beginn erstellt".split()
)
END = frozenset(
    "end ended ends finish finished completed closed done until stop stopped "
    "einde eind afgerond gesloten ende beendet abgeschlossen".split()
)
LATER = frozenset(
    "printed batch posted updated modified loaded exported extracted reopened due target "
    "gewijzigd gedruckt geändert".split()
)
ACTIVITY = {
    **dict.fromkeys("activity activiteit aktivität aktivitaet".split(), 8),
    **dict.fromkeys("action event step handeling handlung gebeurtenis ereignis schritt stap".split(), 7),
    **dict.fromkeys("leg task status code state operation message stadium".split(), 4),
    **dict.fromkeys("type kind reason soort art".split(), 2),
}
"""How strongly a word hints that a column says what happened."""
ROLES: dict[str, frozenset[str]] = {
    "channel": frozenset("channel kanaal kanal medium media via".split()),
    "direction": frozenset("direction richting richtung".split()),
    "outcome": frozenset("outcome result uitkomst resultaat ergebnis".split()),
    "service": frozenset(
        "service team department dept queue desk dienst afdeling abteilung amt referat".split()
    ),
    "need": frozenset("need topic subject onderwerp thema anliegen".split()),
}
"""Words that hint at one of our columns with few values."""


def _synonyms(told: dict[str, str]) -> dict[str, str]:
    return {word.strip(): ours for ours, words in told.items() for word in [ours, *words.split(",")]}


SYNONYMS: dict[str, dict[str, str]] = {
    "channel": _synonyms(
        {
            Channel.PHONE: "telephone,tel,call,telefoon,telefon,telefonisch,telephony",
            Channel.WEB: "website,web form,webform,online,portal,internet,webformulier",
            Channel.EMAIL: "e-mail,mail",
            Channel.SMS: "text,text message",
            Channel.POST: "letter,brief,mail letter,schriftlich,post letter",
            Channel.FACE_TO_FACE: "face to face,visit,counter,in person,desk,walk-in,balie,schalter,besuch",
            Channel.CHAT: "webchat,live chat",
            Channel.APP: "mobile app",
            Channel.SOCIAL: "social media",
            Channel.INTERNAL: "intern",
            Channel.HOME_VISIT: "home visit,huisbezoek,hausbesuch",
            Channel.PARTNER: "third party",
            Channel.SURVEY: "enquête,umfrage",
            Channel.IVR: "voice menu",
            Channel.KIOSK: "terminal",
        }
    ),
    "direction": _synonyms(
        {
            Direction.INBOUND: "in,incoming,received,inkomend,eingehend,eingang",
            Direction.OUTBOUND: "out,outgoing,sent,uitgaand,ausgehend,ausgang",
            Direction.INTERNAL: "int,intern",
        }
    ),
    "outcome": _synonyms(
        {
            Outcome.COMPLETED: "complete,done,ok,success,successful,resolved,finished,afgerond,erledigt",
            Outcome.FAILED: "fail,failure,error,unsuccessful,mislukt,fehlgeschlagen",
            Outcome.ABANDONED: "hung up,gave up,dropped",
            Outcome.TRANSFERRED: "transfer,forwarded,passed on,sent on,referred,doorverbonden,weitergeleitet",
            Outcome.REQUESTED_INFO: "information requested,info requested,asked",
            Outcome.SUPPLIED_INFO: "information received,info received",
            Outcome.DECISION_YES: "approved,granted,accepted,goedgekeurd,bewilligt",
            Outcome.DECISION_NO: "rejected,refused,denied,declined,afgewezen,abgelehnt",
            Outcome.NONE: "n/a",
        }
    ),
}
"""Words of exports for our closed choices."""
BY_NAME: dict[str, frozenset[str]] = {
    Channel.PHONE: frozenset("phone telephony telephone calls call ivr telefoon telefonie telefon".split()),
    Channel.WEB: frozenset("web website portal online clicks clickstream ecom internet".split()),
    Channel.EMAIL: frozenset("email emails mailbox".split()),
    Channel.CHAT: frozenset("chat chats webchat".split()),
    Channel.SMS: frozenset(["sms"]),
    Channel.POST: frozenset("post letters mailroom brieven briefe".split()),
    Channel.FACE_TO_FACE: frozenset("counter desk reception balie schalter".split()),
    Channel.SURVEY: frozenset("survey surveys feedback enquête umfrage".split()),
    Channel.APP: frozenset(["app"]),
}
"""Words in a system's name that say by which channel people meet it."""
NOTHING = frozenset(
    "unknown n/a na null none nil missing undefined - -- ? unbekannt keine onbekend geen leeg".split()
)
"""How exports write that they know nothing."""


def parts_of(name: str) -> tuple[str, ...]:
    """Return the words of a column's name in lower case, digits and the mark of a trace's attribute left out.

    >>> parts_of("(case)_Permit_id2"), parts_of("callerNumber")
    (('permit', 'id'), ('caller', 'number'))
    """
    if name == _TRACE_NAME:
        return ("case", "id")
    found = _words(_TRACE.sub("", name))
    return found if set(found) - GENERIC else _words(name)


def _words(name: str) -> tuple[str, ...]:
    return tuple(part.casefold() for part in _PARTS.findall(_HUMPS.sub(" ", name).replace("_", " ")))


def hints(names: Iterable[str], words: frozenset[str]) -> bool:
    """Tell whether any of a column's names has one of the words."""
    return any(set(parts_of(name)) & words for name in names)
