"""Lists of records by their ids, page by page, and one record alone."""

from __future__ import annotations

__all__ = ["one", "page"]

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .catalog import ASSOCIATIONS, kind_named
from .gate import PORTAL
from .rows import answered
from .wire import Refusal, truth

if TYPE_CHECKING:
    from .catalog import Kind
    from .links import Links
    from .rows import Rows
    from .store import Row

_PAGE, _LARGEST_PAGE = 10, 100


def page(kind: Kind, asked: Mapping[str, str], rows: Rows, links: Links) -> dict[str, Any]:
    """Return the records in use, or those in the bin, from the id ``after`` on."""
    archived = truth(asked, "archived")
    limit, after = int(asked.get("limit") or _PAGE), int(asked.get("after") or 0)
    if limit > _LARGEST_PAGE:
        raise Refusal(f"The limit of a list is {_LARGEST_PAGE}, not {limit}")
    found = [
        row
        for row in rows.store.rows(kind.path)
        if row["archived"] is archived and "mergedInto" not in row and int(row["id"]) >= after
    ]
    answer: dict[str, Any] = {"results": [_shown(kind, row, asked, links) for row in found[:limit]]}
    if len(found) > limit:
        following = found[limit]["id"]
        link = f"/crm/objects/v3/{kind.path}?offset_param=after&limit={limit}&after={following}"
        answer["paging"] = {"next": {"after": following, "link": f"https://api.hubapi.com{link}"}}
    return answer


def one(
    kind: Kind, name: str, asked: Mapping[str, str], rows: Rows, links: Links
) -> dict[str, Any]:
    """Return one record, by its id or by a unique property."""
    archived = truth(asked, "archived")
    row = rows.by_property(kind, asked.get("idProperty"), name, archived=archived)
    return _shown(kind, row, asked, links)


def _shown(kind: Kind, row: Row, asked: Mapping[str, str], links: Links) -> dict[str, Any]:
    wanted = [each for each in asked.get("properties", "").split(",") if each]
    body = answered(kind, row, wanted or None)
    body["url"] = f"https://app.hubspot.com/contacts/{PORTAL}/record/{kind.type_id}/{row['id']}"
    tied: dict[str, Any] = {}
    for other in (kind_named(each) for each in asked.get("associations", "").split(",") if each):
        ids = links.tied(kind, row["id"], other)
        if ids and (kind.path, other.path) in ASSOCIATIONS:
            word = f"{kind.word}_to_{other.word}"
            tied[other.path] = {"results": [{"id": each, "type": word} for each in ids]}
    return {**body, "associations": tied} if tied else body
