"""What is wrong with a setting, in the words of someone who writes project files?"""

from __future__ import annotations

import typing
from collections.abc import Iterable
from types import NoneType
from typing import Any

from pydantic import BaseModel, ValidationError

from cjmine.errors import nearest, shortened
from cjmine.project.positions import Location

_WANTED = {
    "model_type": "'key: value' lines",
    "model_attributes_type": "'key: value' lines",
    "dict_type": "'key: value' lines",
    "tuple_type": "a list",
    "string_type": "one word or text",
    "bool_parsing": "true or false",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
}


def errors_of(model: type[BaseModel], raw: object) -> list[tuple[Location, Any]]:
    """Return every validation error of ``raw``, with its place in the file."""
    try:
        model.model_validate(raw)
    except ValidationError as found:
        return [(_place(error["loc"]), error) for error in found.errors(include_url=False)]
    return []


def faults_of(model: type[BaseModel], raw: object) -> Iterable[tuple[Location, str]]:
    """Yield place and sentence of every fault; a misspelt key is not also reported as missing."""
    errors = errors_of(model, raw)
    spelt: set[Location] = set()
    for where, error in errors:
        if error["type"] != "extra_forbidden":
            continue
        known = _keys(model, where[:-1])
        near = nearest(str(where[-1]), known)
        listed = f"; known here: {', '.join(known)}" if known else ""
        spelt.add((*where[:-1], near.partition("'")[2].partition("'")[0]))
        yield where, f"unknown key {str(where[-1])!r}{near or listed}"
    for where, error in errors:
        told = error["type"] == "extra_forbidden" or (error["type"] == "missing" and where in spelt)
        # pydantic counts only the good items of a list: the bad ones are told themselves
        counted = error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]
        if not (told or counted):
            yield where, _sentence(str(where[-1]) if where else "", error)


def _place(steps: Iterable[int | str]) -> Location:
    """Return a validation error's place without the marks of pydantic's own."""
    return tuple(
        step for step in steps if step != "[key]" and not str(step).startswith(("function-", "tuple["))
    )


def _sentence(key: str, error: Any) -> str:  # noqa: ANN401
    kind, given = error["type"], error["input"]
    if kind == "missing":
        return f"{key!r} is missing"
    if given is None:
        return f"{key!r} has no value; give one, or remove the line"
    if kind in {"enum", "literal_error"}:
        known = [word.strip(" '") for word in error["ctx"]["expected"].replace(" or ", ",").split(",")]
        near = nearest(str(given), known) or f"; one of {', '.join(known)}"
        return f"{key}: {shortened(given)} is not known here{near}"
    if kind in _WANTED:
        shown = (
            "a list"
            if isinstance(given, list)
            else "a block"
            if isinstance(given, dict)
            else shortened(given)
        )
        return f"{key}: must be {_WANTED[kind]}, not {shown}"
    if kind == "too_short" and not given:
        return f"{key}: is empty"
    said = str(error["msg"]).removeprefix("Value error, ")
    for stiff in ("Input should be", "String should be", "String should have"):
        said = said.replace(stiff, "must be" if stiff.endswith("be") else "must have")
    return f"{key}: {said}" if kind == "value_error" else f"{key}: {said}, not {shortened(given)}"


def _keys(model: object, location: Location) -> list[str]:
    """Return the keys that the settings at ``location`` know."""
    kind = model
    for step in location:
        kind = _child(kind, step)
    return list(_fields(kind))


def _fields(kind: object) -> dict[str, object]:
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}


def _child(kind: object, step: str | int) -> object:
    """Return the type of one key of settings, or of the items of a list or mapping."""
    found = _fields(kind).get(str(step)) if _fields(kind) else kind
    if found is kind:
        arguments = [one for one in typing.get_args(kind) if one not in {Ellipsis, NoneType}]
        found = arguments[-1] if arguments else None
    return typing.get_args(found)[0] if typing.get_origin(found) is typing.Annotated else found
