"""Keeping the match keys of an object (E8): whoever was held for one that moved is asked again."""

from __future__ import annotations

__all__ = ["KeyKeeper", "forget_keys", "key_keepers"]

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ..ledger import inbox, matchkeys
from ..ledger.rows import State
from ..model import Side, Value
from ..rules.compiled import MapRule, match_key


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyKeeper:
    """Keeps who of one object holds which match key."""

    side: Side
    object: str
    #: The fields of the match rows.
    fields: tuple[str, ...]
    #: The other objects whose records may be held for one of these: they look for partners here,
    #: or for the same partners.
    others: tuple[tuple[Side, str], ...]

    def of(self, values: Mapping[str, Value]) -> dict[str, str]:
        """Return the keys of a record, by field."""
        return {field: match_key(values.get(field)) for field in self.fields}

    def of_written(self, values: Mapping[str, Value]) -> dict[str, str]:
        """Return the keys that a write changes, by field."""
        return {field: match_key(values[field]) for field in self.fields if field in values}

    def keep(self, db: Connection, found: Mapping[str, Mapping[str, str]]) -> None:
        """Keep the keys of records (id -> field -> key)."""
        if not found or not self.fields:
            return
        moved = matchkeys.note_keys(db, self.side, self.object, found)
        self._ask_again(db, {key for _field, key in moved})

    def forget(self, db: Connection, ids: Collection[str]) -> None:
        """Keep no keys any more of records that went."""
        keys = matchkeys.keys_of(db, self.side, self.object, ids)
        matchkeys.forget_keys(db, [(self.side.value, self.object, id_) for id_ in ids])
        self._ask_again(db, keys)

    def _ask_again(self, db: Connection, keys: Collection[str]) -> None:
        if not keys:
            return
        for side, name in ((self.side, self.object), *self.others):
            owners = matchkeys.owners(db, side, name, keys)
            inbox.requeue(db, side, name, [State.HELD, State.WAITING], owners)


def forget_keys(
    db: Connection,
    keepers: Mapping[tuple[Side, str], KeyKeeper],
    refs: Iterable[tuple[str, str, str]],
) -> None:
    """Keep no keys any more of records (side, object, id) that went.

    Nobody is held for a record without a keeper: an activity.
    """
    ids: dict[tuple[Side, str], list[str]] = {}
    for side, name, id_ in refs:
        ids.setdefault((Side(side), name), []).append(id_)
    for (side, name), went in ids.items():
        if (keeper := keepers.get((side, name))) is not None:
            keeper.forget(db, went)
        else:
            matchkeys.forget_keys(db, [(side.value, name, id_) for id_ in went])


def key_keepers(maps: Sequence[MapRule]) -> dict[tuple[Side, str], KeyKeeper]:
    """Return the keeper of each mapped object, by (side, object)."""
    keepers: dict[tuple[Side, str], KeyKeeper] = {}
    for side in Side:
        for name in dict.fromkeys(rule.object(side) for rule in maps):
            mine = [rule for rule in maps if rule.object(side) == name]
            fields = dict.fromkeys(field for rule in mine for field in rule.match_fields(side))
            across = {rule.object(side.other) for rule in mine}
            others = {(side.other, each): None for each in sorted(across)}
            for rule in maps:
                if rule.object(side.other) in across and rule.object(side) != name:
                    others[side, rule.object(side)] = None
            keepers[side, name] = KeyKeeper(
                side=side, object=name, fields=tuple(fields), others=tuple(others)
            )
    return keepers
