"""Is this XML that a parser may be given? No DOCTYPE, the right root, no value of absurd length."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from cjmine.errors import SourceError
from cjmine.ingest.files import Export

PROLOG_LIMIT = 1 << 20
VALUE_LIMIT = 10_000_000
_LIMITS = {
    "depth": "elements nested deeper than the parser's limit",
    "too long": "a value longer than the parser's limit of 10 MB",
    "too large": "a value longer than the parser's limit of 10 MB",
    "huge": "a value longer than the parser's limit of 10 MB",
    "buffer": "a value longer than the parser's limit of 10 MB",
}
_BLANKS = " \t\r\n"


def _prolog(head: bytes) -> str:
    """Decode enough of the head to find the root; UTF-16 with or without its mark."""
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    if head[:2] in {b"<\0", b"\0<"}:
        return head.decode("utf-16-le" if head[:1] == b"<" else "utf-16-be", errors="replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _root(name: str, text: str) -> str | None:
    """Return the root element's local name, or ``None`` where more text is needed to see it.

    Raises ``SourceError`` for a DOCTYPE (entities, external files) and for what is not XML.
    """
    text = text.lstrip(_BLANKS)
    while text.startswith(("<?", "<!--")):
        close = "?>" if text.startswith("<?") else "-->"
        end = text.find(close, 2 if close == "?>" else 4)
        if end < 0:
            return None
        text = text[end + len(close) :].lstrip(_BLANKS)
    if text.startswith("<!") and not "<!--".startswith(text[:4]):
        msg = f"{name}: a DOCTYPE is not allowed in an event log"
        raise SourceError(msg, "remove it; XES files do not need one")
    if text and not text.startswith("<"):
        msg = f"{name}: is not XML; it begins with {text[:20]!r}"
        raise SourceError(msg)
    stops = [i for i, letter in enumerate(text[:1000]) if letter in _BLANKS + "/>"]
    if not stops and len(text) < 1000:  # noqa: PLR2004 - longer than any element name
        return None
    return text[1 : stops[0] if stops else 20].rpartition(":")[2]


def checked(export: Export) -> Iterator[bytes]:
    """Yield an export's chunks, once its root is seen to be ``<log>`` without a DOCTYPE.

    Raises ``SourceError`` for anything else, and for values of absurd length.
    """
    head, root, unclosed = b"", None, 0
    for chunk in export.chunks():
        if root is None:
            head += chunk
            root = _root(export.name, _prolog(head))
            if root is None and len(head) > PROLOG_LIMIT:
                msg = f"{export.name}: no root element in the first {PROLOG_LIMIT >> 20} MiB"
                raise SourceError(msg)
            if root not in {None, "log"}:
                msg = f"{export.name}: is not an event log; its root is <{root}>, not <log>"
                raise SourceError(msg)
            chunk = head if root else b""  # noqa: PLW2901 - the head is fed once it is known to be harmless
        unclosed = 0 if b">" in chunk else unclosed + len(chunk)
        if unclosed > VALUE_LIMIT:  # the parser would hold all of it before it looks
            msg = f"{export.name}: a value longer than the limit of {VALUE_LIMIT // 1_000_000} MB"
            raise SourceError(msg)
        yield chunk
    if root is None:
        msg = f"{export.name}: is empty or ends before its root element"
        raise SourceError(msg)


def syntax(name: str, error: etree.XMLSyntaxError) -> SourceError:
    """Return a parser's fault as ours, with its line."""
    line, reason = error.lineno, str(error.msg)
    limit = next((text for word, text in _LIMITS.items() if word in reason.casefold()), None)
    return SourceError(f"{name}, line {line}: {limit or 'not well-formed or cut off: ' + reason}")
