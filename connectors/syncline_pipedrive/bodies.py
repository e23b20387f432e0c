"""From our values to a request's body; what shares a place with other values keeps those."""

from __future__ import annotations

__all__ = ["Bodies"]

from typing import TYPE_CHECKING, Any

from syncline import FieldType, is_blank

from .kinds import Form
from .values import to_wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncline import Field, Value

    from .book import Book
    from .kinds import Kind, Standard
    from .organizations import Organizations

_Row = dict[str, Any]
#: The whole text of an address, and the parts that make one where it is not given.
_WHOLE = "value"
_ADDRESS = ("route", "street_number", "locality", "admin_area_level_1", "postal_code", "country")
_NAMES = ("first_name", "last_name")


class Bodies:
    """Makes the bodies of creations and updates."""

    def __init__(self, book: Book, organizations: Organizations) -> None:
        self._book = book
        self._organizations = organizations

    def written(self, kind: Kind, id_: str, values: Mapping[str, Value]) -> None:
        """Hear that a record holds *values* now: a search would not know it yet."""
        if kind.name == "organization" and not is_blank(values.get("name")):
            self._organizations.called(id_, str(values["name"]))

    def needs_record(self, kind: Kind, values: Mapping[str, Value]) -> bool:
        """Tell whether an update has to know what the record holds beside *values*."""
        if kind.name == "person" and len(values.keys() & set(_NAMES)) == 1:
            return True
        return any(
            _form(kind, self._book.field(kind.name, name)) in {Form.CONTACT, Form.PARTICIPANT}
            or self._part(kind, name)[1]
            for name in values
        )

    def body(self, kind: Kind, values: Mapping[str, Value], current: _Row | None) -> _Row:
        """Return the body that sets *values*; *current* is the record, None for a new one.

        Raises ``UnfitError`` for a value that Pipedrive has no word for.
        """
        had: _Row = current or {}
        body: _Row = {}
        parts: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            field = self._book.field(kind.name, name)
            standard = kind.by_name.get(name)
            match _form(kind, field):
                case Form.NAME:
                    continue
                case Form.CONTACT:
                    assert standard is not None
                    body[standard.path] = _contacts(had.get(standard.path) or [], value)
                case Form.PARTICIPANT:
                    body["participants"] = _participants(had.get("participants") or [], value)
                case Form.ORGANIZATION:
                    assert standard is not None
                    body[standard.path] = self._organization(value)
                case Form.USER:
                    self._user(body, kind, field, value)
                case Form.PLAIN:
                    wire = to_wire(self._book, kind.name, field, value)
                    whole, part = self._part(kind, name)
                    if part:
                        parts.setdefault(whole, {})[part] = wire
                    else:
                        _put(body, kind, standard, whole, wire)
        if any(name in values for name in _NAMES) and kind.name == "person":
            body |= _names(values, had)
        for whole, given in parts.items():
            _put_parts(body, kind, whole, given, had)
        return body

    def _part(self, kind: Kind, name: str) -> tuple[str, str]:
        """Return where a field lies, and which part of it: ``address``, ``country``."""
        standard = kind.by_name.get(name)
        path = self._book.field(kind.name, name).code if standard is None else standard.path
        whole, _, part = path.partition(".")
        return whole, part

    def _organization(self, value: Value) -> int | None:
        return None if is_blank(value) else int(self._organizations.id(str(value)))

    def _user(self, body: _Row, kind: Kind, field: Field, value: Value) -> None:
        """Set a user; a blank leaves an owner as it is, since every record has one."""
        standard = kind.by_name.get(field.name)
        path = field.code if standard is None else standard.path
        if is_blank(value):
            if standard is None:
                _put(body, kind, standard, path, None)
            return
        user = self._book.user(str(value))
        if user is not None:
            _put(body, kind, standard, path, int(user))


def _form(kind: Kind, field: Field) -> Form:
    standard = kind.by_name.get(field.name)
    if standard is not None:
        return standard.form
    whose = field.type is FieldType.PICKLIST and not field.restricted
    return Form.USER if whose else Form.PLAIN


def _put(body: _Row, kind: Kind, standard: Standard | None, path: str, value: Any) -> None:
    if standard is not None or kind.version == 1:
        body[path] = value
    else:
        body.setdefault("custom_fields", {})[path] = value


def _put_parts(body: _Row, kind: Kind, whole: str, given: _Row, row: _Row) -> None:
    """Put the parts of one value together with those that the record has already."""
    own = whole not in {each.path.partition(".")[0] for each in kind.fields}
    place: _Row = row.get("custom_fields") or {} if own else row
    had: _Row = place.get(whole) or {}
    # A new text of an address makes its old parts untrue.
    kept = {} if _WHOLE in given and whole == "address" else had
    made = {name: part for name, part in {**kept, **given}.items() if part is not None}
    if whole == "address" and made.get(_WHOLE) is None and made:
        made[_WHOLE] = ", ".join(str(made[name]) for name in _ADDRESS if made.get(name))
    leading = "amount" if whole == "value" else _WHOLE
    value = made if made.get(leading) is not None else None
    if own:
        body.setdefault("custom_fields", {})[whole] = value
    else:
        body[whole] = value


def _names(values: Mapping[str, Value], row: _Row) -> _Row:
    """Return both names: Pipedrive splits a whole one at its first space, so it gets two."""
    given = {name: values.get(name, row.get(name)) for name in _NAMES}
    return {name: "" if is_blank(value) else str(value) for name, value in given.items()}


def _contacts(entries: list[_Row], value: Value) -> list[_Row]:
    """Return the list with *value* as its primary entry; the others are kept.

    A blank takes the primary entry out, and Pipedrive makes the next one primary.
    """
    rest = [each for each in entries if not each.get("primary") and each.get("value")]
    label = next((each.get("label") for each in entries if each.get("primary")), None) or "work"
    if is_blank(value):
        return rest
    text = str(value)
    had = next((each for each in rest if each["value"] == text), None)
    if had is not None:
        # It is on the list already: the two change places, and none is lost.
        old = [{**e, "primary": False} for e in entries if e.get("primary") and e.get("value")]
        others = [each for each in rest if each is not had]
        return [{**had, "primary": True}, *old, *others]
    return [{"value": text, "primary": True, "label": label}, *rest]


def _participants(entries: list[_Row], value: Value) -> list[_Row]:
    rest = [each for each in entries if not each.get("primary")]
    if is_blank(value):
        return rest
    person = int(str(value))
    others = [each for each in rest if each["person_id"] != person]
    return [{"person_id": person, "primary": True}, *others]
