"""HubSpot's deliveries: proved by its signature, read as hints (RS3, RP2)."""

from __future__ import annotations

__all__ = ["read"]

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from syncline import DeliveryError, Notice

from .kinds import KINDS
from .values import instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncline import Delivery, Secret

#: A delivery that is older than this is refused, and so is one from the future.
_OLDEST = timedelta(minutes=5)
#: HubSpot signs its address with these characters as they are, however they were written.
_PLAIN = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$",
    "%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
_TYPES = {kind.type_id: kind.name for kind in KINDS.values()}


def read(delivery: Delivery, secrets: Mapping[str, Secret]) -> tuple[Notice, ...]:
    """Return the records that a delivery is about, each once.

    What our own app did is left out: HubSpot names the app that a delivery is for, and the one
    that made the change.
    """
    _prove(delivery, secrets["client_secret"])
    try:
        events = cast("list[dict[str, Any]]", json.loads(delivery.body))
        notices = [notice for event in events for notice in _notices(event)]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as err:
        raise DeliveryError("HubSpot's delivery cannot be read.") from err
    return tuple(dict.fromkeys(notices))


def _prove(delivery: Delivery, secret: Secret) -> None:
    """Check the third version of HubSpot's signature."""
    stamp = delivery.headers.get("x-hubspot-request-timestamp", "")
    signature = delivery.headers.get("x-hubspot-signature-v3", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 15 and signature):
        raise DeliveryError(
            "A delivery came without HubSpot's signature.",
            hint="Let HubSpot alone send to this address.",
        )
    url = delivery.url
    for written, plain in _PLAIN.items():
        url = url.replace(written, plain).replace(written.lower(), plain)
    text = f"{delivery.method}{url}".encode() + delivery.body + stamp.encode()
    digest = hmac.new(secret.reveal().encode(), text, hashlib.sha256).digest()
    if not hmac.compare_digest(base64.b64encode(digest), signature.encode("utf-8", "replace")):
        raise DeliveryError(
            "A delivery does not bear HubSpot's signature.",
            hint="Check SYNCLINE_HUBSPOT_CLIENT_SECRET, and that the address given to HubSpot is "
            "the one that this server is known by.",
        )
    if abs(delivery.received - instant(stamp)) > _OLDEST:
        raise DeliveryError("A delivery from HubSpot is more than five minutes old.")


def _notices(event: Mapping[str, Any]) -> Iterator[Notice]:
    by_app = event.get("changeSource") == "INTEGRATION" and "appId" in event
    if by_app and str(event.get("sourceId")) == str(event["appId"]):
        return
    word, _, what = str(event["subscriptionType"]).partition(".")
    name = _TYPES.get(str(event.get("objectTypeId")), "") if word == "object" else word
    if name not in KINDS:
        return
    if what == "merge":
        ids = [event["primaryObjectId"], event.get("newObjectId"), *event["mergedObjectIds"]]
    elif what == "associationChange":
        ids = [event["fromObjectId"]]
    else:
        ids = [event["objectId"]]
    yield from (Notice(object=name, id=str(each)) for each in ids if each is not None)
