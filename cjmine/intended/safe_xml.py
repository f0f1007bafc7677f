"""How is a model's XML read so that nothing in it can reach out or blow up?

Entities stay unresolved, the network is closed, and a document type is refused:
no model needs one, and every entity attack begins with it.
"""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from cjmine.errors import ModelError


def read_xml(path: Path) -> etree._Element:
    """Return the root element; raises ``ModelError`` with file and line for unreadable or unsafe XML."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        tree = etree.parse(str(path), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        msg = f"{path}:{line}:{column}: not well-formed XML: {error.msg}"
        raise ModelError(msg) from None
    except OSError:
        msg = f"{path}: the file cannot be read"
        raise ModelError(msg) from None
    if tree.docinfo.internalDTD is not None:
        msg = f"{path}: the file declares a document type (DOCTYPE), which is refused"
        raise ModelError(msg, "remove the DOCTYPE line; no model needs one")
    return tree.getroot()


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace; an unresolved entity is called ``&``."""
    return etree.QName(element).localname if isinstance(element.tag, str) else "&"


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """Return the direct children of one local name, in document order."""
    return [child for child in element if local(child) == name]
