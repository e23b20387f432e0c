"""What Pipedrive sends by itself (webhooks 2.0): HTTP Basic, and what changed in ``meta``."""

from __future__ import annotations

__all__ = ["WEBHOOK"]

import base64
import hmac
import json
from typing import TYPE_CHECKING, Any

from syncline import DeliveryError, Notice, Webhook

from .kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncline import Delivery, Secret

#: The user and the password that a webhook is made with (``http_auth_user`` …).
_USER, _PASSWORD = "webhook_user", "webhook_password"


def _read(delivery: Delivery, secrets: Mapping[str, Secret]) -> tuple[Notice, ...]:
    """Return the record that a delivery is about, and the one that took it over in a merge.

    A delivery says that a program made a change (``change_source``) and for which user, but not
    which program: our own writes cannot be told from those of another one with the same token, so
    none is left out. It bears no signature, so its age proves nothing.
    """
    wanted = base64.b64encode(f"{secrets[_USER].reveal()}:{secrets[_PASSWORD].reveal()}".encode())
    scheme, _, given = delivery.headers.get("authorization", "").partition(" ")
    known = hmac.compare_digest(given.strip().encode(), wanted)
    if not known or scheme.casefold() != "basic":
        raise DeliveryError(
            "a delivery to Pipedrive's webhook does not bear its user and password",
            hint="Make the webhook with http_auth_user and http_auth_password as set here.",
        )
    meta = _meta(delivery.body)
    kind = str(meta["entity"])
    if kind not in KINDS:
        return ()
    ids = [str(meta[name]) for name in ("entity_id", "merged_to_id") if meta.get(name)]
    return tuple(Notice(object=kind, id=id_) for id_ in ids)


def _meta(body: bytes) -> dict[str, Any]:
    try:
        meta: dict[str, Any] = json.loads(body)["meta"]
        version, _ = str(meta["version"]), (meta["entity"], meta["entity_id"])
    except (ValueError, TypeError, KeyError, RecursionError) as err:
        raise DeliveryError("a delivery to Pipedrive's webhook names no record") from err
    if not version.startswith("2"):
        raise DeliveryError(
            f"a delivery to Pipedrive's webhook is of version {version}",
            hint="Make the webhook anew with version 2.0.",
        )
    return meta


WEBHOOK = Webhook(read=_read, secrets=(_USER, _PASSWORD))
