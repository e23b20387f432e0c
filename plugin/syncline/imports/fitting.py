"""Cells become values of fields, through the same normalisers as the rules; or a reason why not."""

from __future__ import annotations

__all__ = ["Fitted", "Fitter"]

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from ..functions import BUILT_IN
from ..model import Field, FieldType, ObjectType, Value, is_blank
from .parts import Parts

_CALLS = {function.name: function.call for function in BUILT_IN}
_EMAIL, _PHONE, _URL = _CALLS["email"], _CALLS["phone"], _CALLS["url"]
_READ = _CALLS["number"]
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The values of one row; *faults* say why it cannot be a prospect."""

    values: Mapping[str, Value]
    faults: tuple[str, ...] = ()


class Fitter:
    """Fits rows to an object. *country* holds for phone numbers where a row names none."""

    def __init__(self, kind: ObjectType, parts: Parts, country: str = "") -> None:
        self._kind = kind
        self._parts = parts
        self._country = country
        # RS5: whatever the system itself would take without them.
        needed = [parts.first, parts.last, parts.company]
        needed += [f.name for f in kind.fields if f.required and f.creatable]
        self._needed = tuple(dict.fromkeys(name for name in needed if name))

    def __call__(self, texts: Mapping[str, Value]) -> Fitted:
        """Return the values of a row, by field; blanks are left out."""
        values: dict[str, Value] = {}
        faults: list[str] = []
        country = str(texts.get(self._parts.country) or self._country)
        for name, text in texts.items():
            field = self._kind.get(name)
            if field is None or is_blank(text):
                continue
            try:
                values[name] = _fit(field, text, country)
            except ValueError as err:
                faults.append(f"{field.label}: {err}")
        lacking = [n for n in self._needed if n not in values and is_blank(texts.get(n))]
        if lacking:
            labels = [_label(self._kind, name) for name in lacking]
            faults.append(f"without {' and '.join(labels)}")
        return Fitted(values=values, faults=tuple(faults))


def _label(kind: ObjectType, name: str) -> str:
    field = kind.get(name)
    return name if field is None else field.label.lower()


def _fit(field: Field, given: Value, country: str) -> Value:
    """Return *given* as a value of *field*; raise ``ValueError`` with the reason."""
    if not isinstance(given, str):
        return given
    text = given.strip()
    value: Value = text
    match field.type:
        case FieldType.EMAIL:
            value = _EMAIL(text)
        case FieldType.PHONE:
            value = _PHONE(text, country)
        case FieldType.URL:
            value = _web(text)
        case FieldType.NUMBER:
            value = _number(text)
        case FieldType.BOOLEAN:
            if text.casefold() not in _TRUTHS:
                raise ValueError(f"{text[:40]!r} is neither yes nor no")
            value = _TRUTHS[text.casefold()]
        case FieldType.PICKLIST:
            value = _one_of(field, text)
        case FieldType.MULTI_PICKLIST:
            value = tuple(_one_of(field, part.strip()) for part in text.split(";") if part.strip())
        case FieldType.TEXT if field.length is not None and field.length <= 255:
            value = " ".join(text.split())
        case _:
            pass
    if isinstance(value, str) and field.length is not None and len(value) > field.length:
        raise ValueError(f"{len(value):,} signs, and it takes {field.length:,}")
    return value


def _web(text: str) -> Value:
    try:
        return _URL(text)
    except ValueError:
        return text


def _number(text: str) -> Value:
    """Return the number that *text* writes: with a decimal point, or else with a comma."""
    for mark in ".", ",":
        with suppress(ValueError):
            if (number := _READ(text, mark)) is not None:
                return number
    raise ValueError(f"{text[:40]!r} is no number")


def _one_of(field: Field, text: str) -> str:
    known = {value.casefold(): value for value in field.values}
    found = known.get(text.casefold())
    if found is None and field.restricted:
        raise ValueError(f"{text[:40]!r} is none of {', '.join(field.values[:6])}")
    return found or text
