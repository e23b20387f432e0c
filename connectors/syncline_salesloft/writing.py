"""One record to write, as the API takes it, and what became of it."""

from __future__ import annotations

__all__ = ["Unknown", "body_of", "each", "outcome"]

from typing import TYPE_CHECKING, Any, TypeVar

from syncline import Outcome, OutcomeStatus, RetriableError, UnknownOutcomeError, is_blank

from .values import to_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syncline import ObjectType, Value, Write

    from .directory import Directory
    from .fields import Kind
    from .session import Reply


_T = TypeVar("_T")


class Unknown(ValueError):  # noqa: N818 - it becomes an outcome here, and is never shown
    """A value names somebody or something that the team has not."""


def body_of(
    kind: Kind, described: ObjectType, directory: Directory, write: Write
) -> dict[str, Any]:
    """Return the parameters of a record; custom fields stand in one of their own.

    Raises ``Unknown`` for the name of a user or a stage that nobody has.
    """
    standard = {field.name for field in kind.fields}
    body: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for name, value in write.values.items():
        field = described.get(name)
        if field is None:
            raise Unknown(f"{name} is no field of a {kind.label.lower()}")
        if name not in standard:
            custom[field.label] = to_wire(value, field.type)
        elif name in kind.named:
            body[f"{name}_id"] = _id_of(directory, kind.named[name], name, value)
        elif name == "account_id":
            body[name] = _number(name, value)
        else:
            body[name] = to_wire(value, field.type)
    if write.id is None and described.key_field is not None:
        custom[described.key_field] = write.key
    return {**body, "custom_fields": custom} if custom else body


def outcome(reply: Reply, id_: str | None) -> Outcome:
    """Return the fate of a record by the answer; *id_* is its own, if it had one."""
    if reply.status < 300:
        return Outcome(status=OutcomeStatus.DONE, id=id_ or str(reply.body["data"]["id"]))
    status = OutcomeStatus.REFUSED
    if reply.status == 409:
        status = OutcomeStatus.RETRY
    elif reply.status == 404 and id_ is not None:
        status = OutcomeStatus.GONE
    return Outcome(status=status, id=id_, code=str(reply.status), message=_words(reply.body))


def each(rows: Sequence[_T], do: Callable[[_T], Outcome]) -> list[Outcome]:
    """Do the rows in turn. When the connection fails in passing, those that are done stand.

    Raises ``UnknownOutcomeError`` when one row's outcome is unknown.
    """
    found: list[Outcome] = []
    for row in rows:
        try:
            found.append(do(row))
        except UnknownOutcomeError:
            raise
        except RetriableError as err:
            if not found:
                raise
            rest = len(rows) - len(found)
            return [*found, *[Outcome(status=OutcomeStatus.RETRY, message=err.message)] * rest]
    return found


def _id_of(directory: Directory, what: str, field: str, value: Value) -> int | None:
    if is_blank(value):
        return None
    found = directory.id(what, str(value))
    if found is None:
        raise Unknown(f"{field}: the team has none called {value}")
    return found


def _number(field: str, value: Value) -> int | None:
    if is_blank(value):
        return None
    text = str(value)
    if not (text.isascii() and text.isdigit()):
        raise Unknown(f"{field}: {text} is no id of Salesloft")
    return int(text)


def _words(body: Any) -> str:
    """Return what the vendor said: one ``error``, or ``errors`` by the field's name."""
    said: dict[str, Any] = body or {}
    errors: dict[str, list[str]] = said.get("errors") or {}
    told = [f"{name} {', '.join(words)}" for name, words in errors.items()]
    return "; ".join(told) or str(said.get("error", ""))
