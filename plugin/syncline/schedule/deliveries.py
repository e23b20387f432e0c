"""Deliveries: what a vendor sends by itself becomes wakes, after its connector has believed it."""

from __future__ import annotations

__all__ = ["heard", "notices_of", "take"]

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from ..access import Secret
from ..connector import ConnectorType
from ..errors import DeliveryError, SynclineError, WorkspaceError
from ..ledger import wakes
from ..ledger.database import Ledger
from ..model import Side
from ..webhook import Delivery, Notice, Webhook

#: As many ids as one wake holds; the vendors' deliveries are smaller.
_IDS = 200
#: No longer than an id in a wake may be (``wake.schema.json``), in characters.
_LONGEST = 200


def heard(kind: ConnectorType, environ: Mapping[str, str]) -> tuple[Webhook, dict[str, Secret]]:
    """Return how deliveries to *kind* are read, and the secrets that prove them.

    Raises ``WorkspaceError`` when its vendor sends none, or a secret is missing.
    """
    if kind.webhook is None:
        raise WorkspaceError(f"{kind.title} sends no webhooks that its connector reads")
    secrets: dict[str, Secret] = {}
    for name in kind.webhook.secrets:
        variable = f"SYNCLINE_{kind.name}_{name}".upper()
        if not (value := environ.get(variable)):
            raise WorkspaceError(
                f"webhooks of {kind.title} are not believed without their {name.replace('_', ' ')}",
                hint=f"Set it in the environment as {variable}.",
            )
        secrets[name] = Secret(value)
    return kind.webhook, secrets


def notices_of(
    webhook: Webhook, secrets: Mapping[str, Secret], delivery: Delivery
) -> tuple[Notice, ...]:
    """Return what a delivery tells of; raise ``DeliveryError`` when it is not believed."""
    try:
        return webhook.read(delivery, secrets)
    except SynclineError:
        raise
    except Exception as err:
        raise DeliveryError(f"the delivery could not be read: {type(err).__name__}") from err


def take(
    ledger: Ledger,
    side: Side,
    webhook: Webhook,
    secrets: Mapping[str, Secret],
    delivery: Delivery,
    now: datetime,
) -> int:
    """Ask for a cycle that reads again what *delivery* tells of; return of how many records.

    Raises ``DeliveryError`` when the connector does not believe it, or breaks on it.
    """
    notices = notices_of(webhook, secrets, delivery)
    if not all(0 < len(notice.id) <= _LONGEST for notice in notices):
        raise DeliveryError("the delivery names a record by what is no id")
    with ledger.begin() as db:
        for name, ids in _shares(notices):
            if wakes.waiting(db) < wakes.MOST:
                wakes.add(db, wakes.Wake(side=side, object=name, ids=ids), now)
    return len(notices)


def _shares(notices: tuple[Notice, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the ids by object, each id once, so many at a time as one wake holds."""
    ids: dict[str, dict[str, None]] = defaultdict(dict)
    for notice in notices:
        ids[notice.object][notice.id] = None
    for name, found in ids.items():
        listed = list(found)
        for start in range(0, len(listed), _IDS):
            yield name, tuple(listed[start : start + _IDS])
