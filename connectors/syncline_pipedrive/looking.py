"""Records by our key: a filter over the key field, saved for the length of one look."""

from __future__ import annotations

__all__ = ["Looker"]

from typing import TYPE_CHECKING, Any

from syncline import FatalError

from .kinds import KEY_LABEL
from .session import RefusedError
from .values import held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncline import Field

    from .book import Book
    from .kinds import Kind
    from .session import Session

#: The most conditions of a filter.
_CONDITIONS = 16
_SAVE_PRICE, _DELETE_PRICE, _FIELDS_PRICE = 10, 6, 20


class Looker:
    """Finds records by keys.

    The search would lag behind the creation that is looked for; a filter reads the records
    themselves. Sixteen keys cost 26 tokens (36 for leads), and 20 more once in a run for the
    number that filters know the key field by.
    """

    def __init__(self, session: Session, book: Book) -> None:
        self._session = session
        self._book = book
        self._numbers: dict[str, str] = {}
        #: What was found with each person.
        self._with: dict[str, dict[str, str]] = {}

    def look(self, kind: Kind, keys: Sequence[str]) -> dict[str, str]:
        """Return key -> id for those that stand; of copies of a record, the first is meant."""
        field = self.key_field(kind)
        found: dict[str, str] = {}
        for start in range(0, len(keys), _CONDITIONS):
            share = keys[start : start + _CONDITIONS]
            for row in self._rows(kind, field, share):
                key = held(kind, field, kind.by_name.get(field.name), row)
                # The vendor compares without regard to case.
                if key in share:
                    found.setdefault(key, str(row["id"]))
        return found

    def look_with(self, kind: Kind, person: str, key: str) -> str | None:
        """Return the activity with a person that bears our key; 10 tokens, once for a person."""
        if person not in self._with:
            asked = {"person_id": person, "limit": "500"}
            rows: list[dict[str, Any]] = []
            while True:
                reply = self._session.call(
                    "GET", kind.path, word="look up", price=kind.list_price, params=asked
                )
                rows += reply.data or ()
                if not (cursor := reply.more.get("next_cursor")):
                    break
                asked["cursor"] = cursor
            path = kind.by_name[self.key_field(kind).name].path
            self._with[person] = {str(row[path]): str(row["id"]) for row in rows if row.get(path)}
        return self._with[person].get(key)

    def key_field(self, kind: Kind) -> Field:
        """Return the field that takes our key; raise ``FatalError`` where there is none."""
        name = self._book.object(kind.name).key_field
        if name is not None:
            return self._book.field(kind.name, name)
        if not kind.described:
            raise FatalError(
                f"A {kind.label.lower()} cannot be created in Pipedrive: "
                "it has no place for our key, so a repeated creation would make a second one."
            )
        raise FatalError(
            f"A {kind.label.lower()} cannot be created in Pipedrive: it has no field for our key.",
            hint=(
                f'Add a custom field "{KEY_LABEL}" (text) to {kind.described}s in Pipedrive, under '
                "Company settings, Data fields; then run `syncline check --fresh`."
            ),
        )

    def _rows(self, kind: Kind, field: Field, keys: Sequence[str]) -> list[dict[str, Any]]:
        one = {"object": kind.object, "field_id": self._number(kind, field), "operator": "="}
        conditions = [{**one, "value": key, "extra_value": None} for key in keys]
        # The vendor wants both groups, also where one of them says nothing.
        nothing: list[dict[str, Any]] = []
        groups = [{"glue": "and", "conditions": nothing}, {"glue": "or", "conditions": conditions}]
        saved = self._session.call(
            "POST",
            "/v1/filters",
            word="look up",
            price=_SAVE_PRICE,
            json={
                "name": "Syncline",
                "type": kind.filter,
                "conditions": {"glue": "and", "conditions": groups},
            },
            # Saved twice it would do no harm, so a lost answer is simply asked for again.
            writes=False,
        )
        number = str(saved.data["id"])
        asked = {"filter_id": number, "limit": "500"}
        if kind.version == 2:
            asked["sort_by"] = "id"
        try:
            reply = self._session.call(
                "GET", kind.path, word="look up", price=kind.list_price, params=asked
            )
        finally:
            self._drop(number)
        return list(reply.data or ())

    def _drop(self, number: str) -> None:
        try:
            self._session.call(
                "DELETE",
                f"/v1/filters/{number}",
                word="look up",
                price=_DELETE_PRICE,
                writes=False,
            )
        except RefusedError as err:
            if err.status != 404:
                raise

    def _number(self, kind: Kind, field: Field) -> str:
        """Return the number of a field, which version 1 alone tells."""
        if kind.name not in self._numbers:
            path = f"/v1/{kind.name}Fields"
            reply = self._session.call(
                "GET", path, word="look up", price=_FIELDS_PRICE, params={"limit": "500"}
            )
            standard = kind.by_name.get(field.name)
            code = field.code if standard is None else standard.path
            numbers = {str(each["key"]): str(each["id"]) for each in reply.data}
            if code not in numbers:
                raise FatalError(
                    f"The field for our key is not among the fields of {kind.name} any more.",
                    hint="Run `syncline check --fresh`.",
                )
            self._numbers[kind.name] = numbers[code]
        return self._numbers[kind.name]
