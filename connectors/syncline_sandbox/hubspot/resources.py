"""The resources that take a token and count: records, associations, properties, owners."""

from __future__ import annotations

__all__ = ["Resources"]

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from . import listing
from .batches import Batches
from .catalog import kind_named
from .definitions import Properties
from .gate import PORTAL
from .links import Links
from .rows import written
from .search import Search
from .wire import object_in, parsed, truth

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from starlette.requests import Request

    from syncline import Faults

    from .catalog import Kind
    from .owners import Owners
    from .rows import Rows
    from .store import Store

_Answer = tuple[int, dict[str, Any] | None]
_Resource = Callable[["Request", bytes], _Answer]


class Resources:
    """From a request's path and body to what is done, and its answer."""

    def __init__(
        self,
        store: Store,
        rows: Rows,
        owners: Owners,
        now: Callable[[], datetime],
        faults: Faults,
        lag: timedelta,
    ) -> None:
        self._rows = rows
        self._owners = owners
        self._links = Links(store, rows)
        self._batches = Batches(rows, self._links, faults)
        self._search = Search(store, now, lag)
        self._properties = Properties(store, now)

    def routes(self) -> list[tuple[str, str, _Resource]]:
        """Return method, path and resource; a path that is longer stands before what it fits."""
        records = "/crm/v3/objects/{kind}"
        pairs = "/crm/v4/associations/{kind}/{other}/batch"
        ties = "/crm/v4/objects/{kind}/{id}/associations"
        properties = "/crm/v3/properties/{kind}"
        batches, links = self._batches, self._links
        return [
            ("POST", f"{records}/search", _bodied(lambda k, b: (200, self._search.answer(k, b)))),
            ("POST", f"{records}/merge", _bodied(self._merge)),
            ("POST", f"{records}/batch/create", _bodied(batches.create)),
            ("POST", f"{records}/batch/update", _bodied(batches.update)),
            ("POST", f"{records}/batch/upsert", _bodied(batches.upsert)),
            ("POST", f"{records}/batch/archive", _bodied(_silent(batches.archive))),
            ("POST", f"{records}/batch/read", self._read_many),
            ("GET", records, self._list),
            ("POST", records, self._create),
            ("GET", f"{records}/{{id}}", self._read),
            ("PATCH", f"{records}/{{id}}", self._update),
            ("DELETE", f"{records}/{{id}}", self._archive),
            ("POST", f"{pairs}/create", _paired(partial(links.create_many, default=False))),
            (
                "POST",
                f"{pairs}/associate/default",
                _paired(partial(links.create_many, default=True)),
            ),
            ("POST", f"{pairs}/read", _paired(links.read_many)),
            ("POST", f"{pairs}/archive", _paired(_silent(links.archive_many))),
            ("GET", f"{ties}/{{other}}", self._tied),
            ("PUT", f"{ties}/default/{{other}}/{{other_id}}", self._tie),
            ("DELETE", f"{ties}/{{other}}/{{other_id}}", self._cut),
            ("GET", properties, self._all_properties),
            ("POST", properties, _bodied(lambda k, b: (201, self._properties.create(k, b)))),
            ("GET", f"{properties}/{{name}}", self._property),
            ("DELETE", f"{properties}/{{name}}", self._no_property),
            ("GET", "/crm/v3/owners", self._all_owners),
            ("GET", "/crm/v3/owners/", self._all_owners),
            ("GET", "/crm/v3/owners/{id}", self._owner),
            ("GET", "/account-info/v3/details", _account),
        ]

    def _list(self, request: Request, _content: bytes) -> _Answer:
        return 200, listing.page(_kind(request), _asked(request), self._rows, self._links)

    def _read(self, request: Request, _content: bytes) -> _Answer:
        name = request.path_params["id"]
        return 200, listing.one(_kind(request), name, _asked(request), self._rows, self._links)

    def _create(self, request: Request, content: bytes) -> _Answer:
        kind, body = _kind(request), object_in(parsed(content))
        row = self._rows.create(kind, object_in(body.get("properties") or {}))
        self._links.of_new(kind, row["id"], body.get("associations") or [])
        return 201, written(kind, self._rows.found(kind, row["id"]), None)

    def _update(self, request: Request, content: bytes) -> _Answer:
        kind, asked = _kind(request), _asked(request)
        row = self._rows.by_property(kind, asked.get("idProperty"), request.path_params["id"])
        properties = object_in(object_in(parsed(content)).get("properties"))
        return 200, written(kind, self._rows.update(kind, row["id"], properties), properties)

    def _archive(self, request: Request, _content: bytes) -> _Answer:
        self._rows.archive(_kind(request), request.path_params["id"])
        return 204, None

    def _read_many(self, request: Request, content: bytes) -> _Answer:
        archived = truth(_asked(request), "archived")
        return self._batches.read(_kind(request), object_in(parsed(content)), archived=archived)

    def _merge(self, kind: Kind, body: dict[str, Any]) -> _Answer:
        row = self._rows.merge(
            kind, str(body.get("primaryObjectId")), str(body.get("objectIdToMerge"))
        )
        return 200, written(kind, row, None)

    def _tied(self, request: Request, _content: bytes) -> _Answer:
        kind, other = _kind(request), kind_named(request.path_params["other"])
        record_id = request.path_params["id"]
        _status, body = self._links.read_many(kind, other, {"inputs": [{"id": record_id}]})
        results = body["results"]
        return 200, {"results": results[0]["to"] if results else []}

    def _tie(self, request: Request, _content: bytes) -> _Answer:
        at = request.path_params
        pair = {"from": {"id": at["id"]}, "to": {"id": at["other_id"]}}
        body = {"inputs": [pair]}
        return self._links.create_many(_kind(request), kind_named(at["other"]), body, default=True)

    def _cut(self, request: Request, _content: bytes) -> _Answer:
        at = request.path_params
        self._links.cut(_kind(request), at["id"], kind_named(at["other"]), at["other_id"])
        return 204, None

    def _all_properties(self, request: Request, _content: bytes) -> _Answer:
        archived = truth(_asked(request), "archived")
        return 200, self._properties.all(_kind(request), archived=archived)

    def _property(self, request: Request, _content: bytes) -> _Answer:
        return 200, self._properties.one(_kind(request), request.path_params["name"])

    def _no_property(self, request: Request, _content: bytes) -> _Answer:
        self._properties.archive(_kind(request), request.path_params["name"])
        return 204, None

    def _all_owners(self, request: Request, _content: bytes) -> _Answer:
        return 200, self._owners.page(_asked(request))

    def _owner(self, request: Request, _content: bytes) -> _Answer:
        archived = truth(_asked(request), "archived")
        return 200, self._owners.one(request.path_params["id"], archived=archived)


def _account(_request: Request, _content: bytes) -> _Answer:
    return 200, {
        "portalId": PORTAL,
        "accountType": "DEVELOPER_TEST",
        "timeZone": "Europe/Paris",
        "companyCurrency": "EUR",
        "additionalCurrencies": [],
        "utcOffset": "+01:00",
        "utcOffsetMilliseconds": 3_600_000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }


def _kind(request: Request) -> Kind:
    return kind_named(request.path_params["kind"])


def _asked(request: Request) -> Mapping[str, str]:
    """Return the query's parameters; a list may be one text with commas, or repeated."""
    given = request.query_params
    return {name: ",".join(given.getlist(name)) for name in given}


def _bodied(do: Callable[[Kind, dict[str, Any]], _Answer]) -> _Resource:
    return lambda request, content: do(_kind(request), object_in(parsed(content)))


def _paired(do: Callable[[Kind, Kind, dict[str, Any]], _Answer]) -> _Resource:
    def resource(request: Request, content: bytes) -> _Answer:
        other = kind_named(request.path_params["other"])
        return do(_kind(request), other, object_in(parsed(content)))

    return resource


def _silent(do: Callable[..., None]) -> Callable[..., _Answer]:
    def done(*given: Any) -> _Answer:
        do(*given)
        return 204, None

    return done
