"""What Salesloft sends by itself: an event's name, the record, and a signature over the body."""

from __future__ import annotations

__all__ = ["WEBHOOK"]

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from syncline import DeliveryError, Notice, Webhook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncline import Delivery, Secret

#: The shared secret that a subscription is made with.
_SECRET = "callback_token"  # noqa: S105 - the name of a secret

#: The beginning of an event's name -> our object, and how its ids begin.
_OBJECTS = {
    "person": ("prospect", ""),
    "account": ("account", ""),
    "call": ("activity", "call-"),
    "email": ("activity", "email-"),
    "note": ("activity", "note-"),
}
_ENDS = ("created", "updated", "deleted")


def _read(delivery: Delivery, secrets: Mapping[str, Secret]) -> tuple[Notice, ...]:
    """Return the record that a delivery is about; none for an event that we do not listen to.

    The signature is the SHA-1 HMAC of the body, in hexadecimal. There is no time in it, so an old
    delivery cannot be told; it costs one reading, as any other.
    """
    # SHA-1 is the vendor's choice; as an HMAC it has not been broken.
    proof = hmac.new(secrets[_SECRET].reveal().encode(), delivery.body, hashlib.sha1).hexdigest()
    given = delivery.headers.get("x-salesloft-signature", "")
    if not hmac.compare_digest(proof.encode(), given.strip().casefold().encode()):
        raise DeliveryError(
            "a delivery to Salesloft's webhook does not bear its signature",
            hint="Check that the subscription was made with this callback token.",
        )
    event = delivery.headers.get("x-salesloft-event", "")
    what, _, end = event.rpartition("_")
    found = _OBJECTS.get(what) if end in _ENDS else None
    if found is None:
        return ()
    name, prefix = found
    return (Notice(object=name, id=f"{prefix}{_id(delivery.body, event)}"),)


def _id(body: bytes, event: str) -> int:
    try:
        said: Any = json.loads(body)
        return int(said["id"])
    except (ValueError, TypeError, KeyError, RecursionError) as err:
        raise DeliveryError(f"Salesloft's {event} names no record") from err


WEBHOOK = Webhook(read=_read, secrets=(_SECRET,))
