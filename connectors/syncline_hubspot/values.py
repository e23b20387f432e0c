"""One value across the border, in either direction: HubSpot keeps every property as a text."""

from __future__ import annotations

__all__ = ["Border", "Untranslatable", "from_wire", "instant", "millis"]

from datetime import UTC, datetime, timedelta

from syncline import Field, FieldType, ObjectType, Value, is_blank

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LISTED = {FieldType.PICKLIST, FieldType.MULTI_PICKLIST}


class Untranslatable(ValueError):  # noqa: N818 - it becomes the outcome of a row
    """A value that HubSpot has no text for, or more than one."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Border:
    """What HubSpot calls the values of one object's fields, and what rules call them."""

    def __init__(self, described: ObjectType) -> None:
        self.described = described
        self._codes: dict[str, dict[str, str]] = {}
        self._labels: dict[str, dict[str, str]] = {}
        for field in described.fields:
            if field.codes:
                self._codes[field.name] = dict(zip(field.values, field.codes, strict=True))
                self._labels[field.name] = dict(zip(field.codes, field.values, strict=True))

    def read(self, name: str, text: str | None) -> Value:
        """Return what a field holds, from the text of its property."""
        field = self.described.get(name)
        value = from_wire(text, field)
        labels = self._labels.get(name)
        if labels is None or value is None:
            return value
        if isinstance(value, tuple):
            return tuple(labels.get(each, each) for each in value)
        return labels.get(str(value), value)

    def write(self, name: str, value: Value) -> str:
        """Return the text to send; that of a blank clears the property."""
        field = self.described.get(name)
        if is_blank(value):
            return ""
        if field is not None and field.type in _LISTED:
            given = value if isinstance(value, tuple) else (str(value),)
            return ";".join(self.code(field, each) for each in given)
        return _to_wire(value, field)

    def code(self, field: Field, label: str) -> str:
        """Return what HubSpot calls an option; what is no label goes as it is, for it to judge."""
        codes = self._codes.get(field.name, {})
        if label in codes:
            return codes[label]
        shared = [each for each in codes if each.startswith(f"{label} (")]
        if len(shared) > 1 and label not in codes.values():
            raise Untranslatable(
                "AMBIGUOUS_OPTION",
                f'{field.label} has several options labelled "{label}": write one of '
                + ", ".join(f'"{each}"' for each in shared),
            )
        return label


def from_wire(text: str | None, field: Field | None) -> Value:
    """Return what a field holds, from its text, with options under HubSpot's own names."""
    if text is None or text == "":
        return None
    kind = FieldType.TEXT if field is None else field.type
    if kind is FieldType.DATETIME:
        return f"{instant(text).replace(tzinfo=None).isoformat()}Z"
    if kind is FieldType.DATE:
        return instant(text).date().isoformat()
    if kind is FieldType.NUMBER:
        number = float(text)
        return int(text) if text.lstrip("-").isdigit() else number
    if kind is FieldType.BOOLEAN:
        return text == "true"
    if kind is FieldType.MULTI_PICKLIST:
        return tuple(each for each in text.split(";") if each)
    return text


def _to_wire(value: Value, field: Field | None) -> str:
    kind = FieldType.TEXT if field is None else field.type
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = ";".join(value) if isinstance(value, tuple) else str(value)
    if kind is FieldType.DATETIME and len(text) == len("2026-11-22"):
        # A day alone is its noon: at midnight it would be shown as the day before in America.
        return f"{text}T12:00:00Z"
    if kind is FieldType.DATE and len(text) > len("2026-11-22"):
        return instant(text).date().isoformat()
    return text


def instant(text: str) -> datetime:
    """Read a moment, or a day as its midnight in UTC, as ISO text or in milliseconds."""
    if text.lstrip("-").isdigit():
        return _EPOCH + timedelta(milliseconds=int(text))
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def millis(moment: datetime) -> str:
    """Return a moment as a filter takes it; what is finer than a millisecond is cut off."""
    return str((moment - _EPOCH) // timedelta(milliseconds=1))
