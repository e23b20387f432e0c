"""JSON Schemas of every document that crosses a border, and a typed door to them."""

from __future__ import annotations

__all__ = ["check", "check_against", "load", "names"]

import json
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from re import sub
from typing import Any


def names() -> tuple[str, ...]:
    """Return the names of all schemas, in order."""
    found = (entry.name for entry in files(__name__).iterdir())
    ending = ".schema.json"
    return tuple(sorted(name.removesuffix(ending) for name in found if name.endswith(ending)))


@cache
def load(name: str) -> dict[str, Any]:
    """Return the schema kept in ``<name>.schema.json``; do not change it."""
    text = (files(__name__) / f"{name}.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def check(name: str, document: Any) -> list[str]:
    """Return what keeps *document* from being valid, each with its place; empty if nothing does."""
    return check_against(load(name), document)


def check_against(schema: Mapping[str, Any], document: Any) -> list[str]:
    """Like ``check``, against a schema that is not one of ours."""
    from jsonschema import Draft202012Validator  # here: it is slow to import, and seldom needed

    validator: Any = Draft202012Validator(schema, registry=_registry())
    faults = sorted(validator.iter_errors(document), key=lambda fault: list(fault.absolute_path))
    # Of several fields that are missing, each is a fault that names them all.
    return list(dict.fromkeys(_told(fault) for fault in faults))


@cache
def _registry() -> Any:
    """Return our schemas by their ids, for the ones that refer to others."""
    from referencing import Registry, Resource

    make: Any = Registry  # it is generic in a way that analysers do not follow
    resources = ((load(name)["$id"], Resource.from_contents(load(name))) for name in names())
    return make().with_resources(resources)


def _told(fault: Any) -> str:
    place = ".".join(str(part) for part in fault.absolute_path)
    message = str(fault.message)
    if fault.validator == "required":
        missing = [name for name in fault.validator_value if name not in fault.instance]
        message = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    elif fault.validator == "pattern" and "description" in fault.schema:
        # A password in an address is not repeated.
        shown = sub(r"//[^/@]*@", "//…@", repr(fault.instance))
        message = f"{shown} will not do: {fault.schema['description']}"
    elif fault.validator == "additionalProperties":
        known = list(fault.schema.get("properties", {}))
        strange = [str(name) for name in fault.instance if name not in known]
        near = get_close_matches(strange[0], known, n=1) if strange else []
        message = f"{', '.join(strange)} is not known" + (
            f"; did you mean {near[0]}?" if near else f"; known: {', '.join(known)}"
        )
    return f"{place}: {message}" if place else message
