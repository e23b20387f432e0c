"""Ringover's deliveries: a token signed with the webhook's key, bound to what was sent (RS3, RP2).

The header holds a JWT (HS512) whose payload is the event, either itself or under ``payload`` beside
the address that it was sent to. A delivery is a hint: what it tells of is read by the API. So one
that comes twice, late or out of order costs a reading.
"""

from __future__ import annotations

__all__ = ["WEBHOOK"]

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from syncline import DeliveryError, Notice, Webhook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncline import Delivery, Secret

#: The key that Ringover's page shows beside the webhook.
_SECRET = "webhook_key"  # noqa: S105 - the name of a secret
_HEADER = "x-ringover-webhook-signature"
#: A delivery that is older is refused, and so is one from the future.
_OLDEST = timedelta(minutes=5)
#: The token holds the event once more; the event of an SMS has about a thousand signs.
_LONGEST = 64 * 1024
#: What an event is about -> our word; of other resources nothing is read.
_RESOURCES = {"call": "call", "message": "sms", "sms": "sms"}
#: Numbers of a time that has milliseconds.
_MILLISECONDS = 100_000_000_000


def _read(delivery: Delivery, secrets: Mapping[str, Secret]) -> tuple[Notice, ...]:
    """Return what a delivery is about; nothing for an event of no interest.

    Raises ``DeliveryError`` when it is forged, meant for another address, too old, or unreadable.
    """
    token = delivery.headers.get(_HEADER, "")
    if len(token) > _LONGEST or len(delivery.body) > _LONGEST:
        raise DeliveryError(f"a delivery to Ringover's webhook has more than {_LONGEST:,} bytes")
    claims = _proved(token, secrets[_SECRET])
    if "url" in claims and claims["url"] != delivery.url:
        raise DeliveryError(
            "a delivery of Ringover's was signed for another address",
            hint="Say `--public-url` with the address that Ringover's page shows.",
        )
    try:
        event = cast("dict[str, Any]", claims.get("payload", claims))
        sent: Any = json.loads(delivery.body)
        stamp = float(event["timestamp"])
        what = _RESOURCES.get(str(event["resource"]).casefold())
        data: dict[str, Any] = event["data"]
        id_ = data.get("message_id" if what == "sms" else "call_id")
        at = datetime.fromtimestamp(stamp / 1000 if stamp > _MILLISECONDS else stamp, UTC)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as err:
        raise DeliveryError("Ringover's delivery cannot be read") from err
    except RecursionError as err:
        raise DeliveryError("Ringover's delivery is nested too deep") from err
    # The token may bear claims of its own (iat); what was sent must be all in it.
    if not isinstance(sent, dict) or not cast("dict[str, Any]", sent).items() <= event.items():
        raise DeliveryError("the body of a delivery of Ringover's is not what was signed")
    if abs(delivery.received - at) > _OLDEST:
        raise DeliveryError(
            f"a delivery of Ringover's is from {at:%Y-%m-%d %H:%M} UTC, and is not taken any more",
            hint="Nothing is lost: the next run reads what it told of. If it comes again, check "
            "this machine's clock.",
        )
    return () if what is None else (Notice(object=what, id=str(id_ or "")),)


def _proved(token: str, key: Secret) -> dict[str, Any]:
    """Return the claims of a token that was signed with the webhook's key, by HS512 alone."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import OctKey

    try:
        signed = OctKey.import_key(key.reveal())
        return dict(jwt.decode(token, signed, algorithms=["HS512"]).claims)
    except (JoseError, ValueError, TypeError, RecursionError) as err:
        raise DeliveryError(
            "a delivery to Ringover's webhook does not bear its signature",
            hint="Check that SYNCLINE_RINGOVER_WEBHOOK_KEY is the key beside this webhook.",
        ) from err


WEBHOOK = Webhook(read=_read, secrets=(_SECRET,))
