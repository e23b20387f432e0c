"""Find a record's partner: by our key, then by the match keys, else it is new (E8). Pure.

Two candidates for one key are held, never guessed between.
"""

from __future__ import annotations

__all__ = ["Kin", "Link", "find_partner", "partner_by_key"]

from collections.abc import Mapping
from dataclasses import dataclass

from ..model import Side, Value
from ..rules.compiled import MapRule

#: (field, key) -> ids.
Holders = Mapping[tuple[str, str], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """Who holds which match key, and who has a partner already."""

    holders: Mapping[Side, Holders]
    #: Ids with a partner, by side, and the partner's id.
    linked: Mapping[Side, Mapping[str, str]]
    #: Ids whose pair rests because its other record went, and the pair's (map, CRM id).
    resting: Mapping[Side, Mapping[str, tuple[str, str]]]


def partner_by_key(rule: MapRule, side: Side, values: Mapping[str, Value], instance: str) -> str:
    """Return the id of the record that this one was created for, by our key in it; or ``""``."""
    field = rule.key_fields[side]
    key = None if field is None else values.get(field)
    start = f"{instance}:{rule.object(side.other)}:"
    return key.removeprefix(start) if isinstance(key, str) and key.startswith(start) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A partner's id, or a reason to hold; neither means that there is no partner."""

    partner: str | None = None
    hold: str = ""
    reason: str = ""
    #: (map, CRM id) of the pair that rests, to which the partner belonged.
    replaces: tuple[str, str] | None = None


def find_partner(rule: MapRule, side: Side, id_: str, keys: list[str], kin: Kin) -> Link:
    """Find the partner of the unlinked record *id_* whose match keys are *keys*."""
    for (crm, cadence), key in zip(rule.matches, keys, strict=True):
        if not key:
            continue
        fields = {Side.CRM: crm.name, Side.CADENCE: cadence.name}
        mine = kin.holders[side].get((fields[side], key), [])
        theirs = kin.holders[side.other].get((fields[side.other], key), [])
        twins = [m for m in mine if m != id_]
        if twins:
            return Link(hold=_several(rule, side, fields, mine, len(twins) + 1))
        if len(theirs) > 1:
            return Link(hold=_several(rule, side.other, fields, theirs, len(theirs)))
        if theirs:
            (partner,) = theirs
            taken = kin.linked[side.other].get(partner)
            if taken is not None:
                return Link(
                    hold=f"its partner {partner} by {fields[side]} is already linked to {taken}"
                )
            return Link(partner=partner, reason=f"matched by {crm.name} = {cadence.name}")
    return Link()


def _several(
    rule: MapRule, side: Side, fields: Mapping[Side, str], ids: list[str], many: int
) -> str:
    return f"{many} {rule.object(side)} records have the same {fields[side]}: {_few(ids)}"


def _few(ids: list[str]) -> str:
    shown = ", ".join(ids[:3])
    return shown if len(ids) <= 3 else f"{shown} and {len(ids) - 3} more"
