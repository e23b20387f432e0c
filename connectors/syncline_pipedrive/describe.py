"""From Pipedrive's lists of fields to our description: labels for hashes, labels for options."""

from __future__ import annotations

__all__ = ["SHARED", "Company", "Options", "described", "object_type", "prices_of", "raw_fields"]

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from syncline import Description, FatalError, Field, FieldType, ObjectType, Prices

from .kinds import KEY_LABEL, KINDS, Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .kinds import Kind, Standard
    from .session import Session

#: A look-up saves a filter, and deletes it again.
_FILTER = 16
#: The code of a field that cannot be told from another of the same name.
SHARED = "?"

_LENGTHS = {"varchar": 255, "varchar_auto": 255, "phone": 255}
_T = FieldType
#: The type of an own field -> its parts: (part, what its name gets behind it, our type).
_PARTS: Mapping[str, tuple[tuple[str, str, FieldType], ...]] = {
    "monetary": (("value", "", _T.NUMBER), ("currency", " currency", _T.TEXT)),
    "daterange": (("value", "", _T.DATE), ("until", " until", _T.DATE)),
    "timerange": (("value", "", _T.TEXT), ("until", " until", _T.TEXT)),
    "time": (("value", "", _T.TEXT),),
    "address": (("value", "", _T.TEXT),),
}
_SIMPLE: Mapping[str, FieldType] = {
    "varchar": _T.TEXT, "varchar_auto": _T.TEXT, "text": _T.TEXT, "phone": _T.PHONE,
    "double": _T.NUMBER, "date": _T.DATE, "enum": _T.PICKLIST, "set": _T.MULTI_PICKLIST,
    "user": _T.PICKLIST, "org": _T.REFERENCE, "people": _T.REFERENCE,
}  # fmt: skip
_CHOSEN = frozenset({_T.PICKLIST, _T.MULTI_PICKLIST})

_Raw = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The labels of options, each once, and the ids of each: ``7``, or ``7|9`` if two share it."""

    values: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What is the same for all kinds: the people who own records, and the stages of deals."""

    users: Options = field(default_factory=Options)
    stages: Options = field(default_factory=Options)


def described(session: Session) -> Description:
    """Ask for all fields, users and stages: seven calls, 70 tokens."""
    company = Company(users=_users(session), stages=_stages(session))
    raw = {name: raw_fields(session, name) for name in {k.described for k in KINDS.values()} - {""}}
    return Description(
        objects=tuple(
            object_type(kind, raw.get(kind.described, []), company) for kind in KINDS.values()
        ),
        prices=prices_of(KINDS["person"]),
    )


def prices_of(kind: Kind) -> Prices:
    """Return what calls for a kind cost; a poll is a page of what changed, and one of what went."""
    return Prices(
        unit="token",
        page=kind.list_price,
        page_size=500,
        poll=kind.list_price + kind.ends_price,
        write=kind.write_price,
        write_size=1,
        look=kind.read_price,
        lookup=_FILTER + kind.list_price,
        delete=kind.delete_price,
    )


def raw_fields(session: Session, name: str) -> list[_Raw]:
    """Return the fields of a kind as Pipedrive lists them."""
    found: list[_Raw] = []
    asked = {"limit": "500"}
    while True:
        reply = session.call(
            "GET", f"/api/v2/{name}Fields", word="describe", price=10, params=asked
        )
        try:
            found += reply.data
            cursor = reply.more.get("next_cursor")
        except TypeError as err:
            raise FatalError(f"Pipedrive described the fields of {name} unreadably.") from err
        if not cursor:
            return found
        asked["cursor"] = cursor


def object_type(kind: Kind, raw: Sequence[_Raw], company: Company) -> ObjectType:
    """Return one kind with the fields that this company has."""
    try:
        own = {each["field_code"]: each for each in raw if each["is_custom_field"]}
        listed = {each["field_code"]: each for each in raw if not each["is_custom_field"]}
        fields = [_standard(each, listed, company) for each in kind.fields if _has(each, listed)]
        customs = [each for code, one in own.items() for each in _custom(kind, code, one, company)]
    except (KeyError, TypeError) as err:
        raise FatalError(f"Pipedrive described the fields of {kind.label} unreadably.") from err
    taken = {each.name for each in fields}
    customs = _told_apart(kind, customs, taken)
    keys = (each.name for each in customs if each.code != SHARED and _is_key(each.label, each.type))
    key = kind.key or next(keys, None)
    return ObjectType(
        name=kind.name,
        label=kind.label,
        fields=(*fields, *customs),
        key_field=key,
        deletable=kind.name != "user",
        prices=prices_of(kind),
    )


def options_of(pairs: Iterable[tuple[Any, str]]) -> Options:
    """Return options from (id, label); labels that two share keep both ids."""
    found: dict[str, list[str]] = {}
    for code, label in pairs:
        found.setdefault(label, []).append(str(code))
    return Options(values=tuple(found), codes=tuple("|".join(codes) for codes in found.values()))


def _has(each: Standard, listed: Mapping[str, _Raw]) -> bool:
    """Tell whether the company has a field that not every company has, with something to choose."""
    if not each.listed:
        return True
    raw = listed.get(each.listed)
    return raw is not None and (each.type not in _CHOSEN or bool(raw.get("options")))


def _standard(each: Standard, listed: Mapping[str, _Raw], company: Company) -> Field:
    options = Options()
    if each.form is Form.USER:
        options = company.users
    elif each.name == "stage":
        options = company.stages
    elif each.type in _CHOSEN:
        options = _options(listed.get(each.path, {}))
    return Field(
        name=each.name,
        label=each.label,
        type=each.type,
        length=each.length,
        values=options.values,
        codes=options.codes,
        # Who left is no value any more, and yet owns records.
        restricted=each.type in _CHOSEN and each.form is not Form.USER,
        required=each.required,
        creatable=each.writable,
        updatable=each.writable,
    )


def _custom(kind: Kind, code: str, raw: _Raw, company: Company) -> list[Field]:
    """Return an own field, in parts if it has several; types that rules cannot hold are none."""
    label, of = str(raw["field_name"]), str(raw["field_type"])
    if of in _PARTS:
        return [
            _own(f"{label}{behind}", type_, f"{code}.{part}", writable=kind.version == 2)
            for part, behind, type_ in _PARTS[of]
        ]
    if of not in _SIMPLE:
        return []
    type_ = _SIMPLE[of]
    options = company.users if of == "user" else _options(raw) if type_ in _CHOSEN else Options()
    writable = kind.version == 2 or type_ is not _T.MULTI_PICKLIST
    made = _own(label, type_, code, options, length=_LENGTHS.get(of), writable=writable)
    return [replace(made, restricted=False) if of == "user" else made]


def _own(
    label: str,
    type_: FieldType,
    code: str,
    options: Options | None = None,
    *,
    length: int | None = None,
    writable: bool,
) -> Field:
    options = options or Options()
    ours = _is_key(label, type_)
    return Field(
        name=re.sub(r"\W+", "_", label).strip("_") or "field",
        label=label,
        type=type_,
        length=length,
        values=options.values,
        codes=options.codes,
        restricted=type_ in _CHOSEN,
        creatable=writable and not ours,
        updatable=writable and not ours,
        code=code,
    )


def _told_apart(kind: Kind, customs: Sequence[Field], taken: set[str]) -> list[Field]:
    """Give each own field a name of its own; what shares one may be neither read nor written."""
    found: dict[str, Field] = {}
    for each in customs:
        name = f"own_{each.name}" if each.name in taken else each.name
        if name in found:
            label = f"{each.label} (several fields of {kind.label} are called so)"
            found[name] = Field(
                name=name,
                label=label,
                type=FieldType.TEXT,
                creatable=False,
                updatable=False,
                code=SHARED,
            )
        else:
            found[name] = replace(each, name=name)
    return list(found.values())


def _is_key(label: str, type_: FieldType) -> bool:
    return type_ is FieldType.TEXT and label.strip().casefold() == KEY_LABEL.casefold()


def _options(raw: _Raw) -> Options:
    return options_of((each["id"], str(each["label"])) for each in raw.get("options") or ())


def _users(session: Session) -> Options:
    """Return the active users; those who left are asked for when one of them turns up."""
    reply = session.call("GET", "/v1/users", word="describe", price=20)
    return options_of((u["id"], u["email"]) for u in reply.data if u.get("active_flag"))


def _stages(session: Session) -> Options:
    """Return the stages of deals; a name that two pipelines have gets the pipeline's before it."""
    pipelines, stages = (
        session.call("GET", f"/api/v2/{path}", word="describe", price=5, params={"limit": "500"})
        for path in ("pipelines", "stages")
    )
    names = {each["id"]: each["name"] for each in pipelines.data}
    rows = [each for each in stages.data if not each.get("is_deleted")]
    often = [each["name"] for each in rows]
    return options_of(
        (
            each["id"],
            each["name"]
            if often.count(each["name"]) == 1
            else f"{names.get(each['pipeline_id'], each['pipeline_id'])}: {each['name']}",
        )
        for each in rows
    )
