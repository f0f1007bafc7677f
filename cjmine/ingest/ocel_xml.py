"""OCEL in XML: attributes as XES has them (1.0), or as attributes of elements (2.0)."""

from __future__ import annotations

from typing import Any

from lxml import etree

from cjmine.errors import SourceError
from cjmine.ingest.files import Export
from cjmine.ingest.harmless_xml import checked, syntax
from cjmine.ingest.ocel import Happened, ObjectLog


def read(export: Export) -> ObjectLog:
    """Read a log; raises ``SourceError`` for a DOCTYPE, a parser limit, or a file that is cut off."""
    parser = etree.XMLPullParser(
        events=("end",),
        tag=("{*}event", "{*}object", "{*}object-type"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    log, declared, row = ObjectLog(), set[str | None](), 0
    try:
        for chunk in checked(export):
            parser.feed(chunk)
            for _, element in parser.read_events():
                local = etree.QName(element).localname
                if local == "object-type":
                    declared.add(element.get("name"))
                elif local == "object":
                    one, kind = _named(element, "id", "type")
                    log.types[str(one)] = str(kind)
                    element.clear()
                elif local == "event":
                    row += 1
                    log.take(_event(element, row))
                    element.clear()
        parser.close()
    except etree.XMLSyntaxError as error:
        raise syntax(export.name, error) from error
    if not log.events and not log.types:
        msg = f"{export.name}: is no object-centric log: it has neither events nor objects"
        raise SourceError(msg)
    if declared and (strange := sorted(set(log.types.values()) - declared)):
        log.warnings.append(f"objects have types that are not declared: {', '.join(strange)}")
    return log


def _named(element: Any, *names: str) -> list[str | None]:  # noqa: ANN401 - lxml ships without types
    """Return attributes of an element, wherever this version keeps them."""
    if element.get("id") is not None:
        return [element.get(name) for name in names]
    inside = {child.get("key"): child.get("value") for child in element}
    return [inside.get(name) for name in names]


def _event(element: Any, row: int) -> Happened:  # noqa: ANN401
    if element.get("id") is not None:
        one, activity, time = _named(element, "id", "type", "time")
        objects = [child.get("object-id") for child in element.iter("{*}relationship", "{*}relobj")]
        values = {child.get("name"): child.text for child in element.iter("{*}attribute")}
    else:
        one, activity, time = _named(element, "id", "activity", "timestamp")
        lists = {child.get("key"): child for child in element if etree.QName(child).localname == "list"}
        objects = [child.get("value") for child in lists.get("omap", ())]
        values = {child.get("key"): child.get("value") for child in lists.get("vmap", ())}
    return Happened(
        row=row,
        id=str(one),
        activity=activity,
        time=time,
        objects=tuple(str(named) for named in objects if named is not None),
        attributes={str(key): value for key, value in values.items()},
        line=element.sourceline,
    )
