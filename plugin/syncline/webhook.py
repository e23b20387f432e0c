"""What a vendor sends by itself, and what a connector reads out of it.

A delivery is a hint: what it says is read again from the system before anything is done. So a
webhook that is forged, late, repeated or out of order can cost a call, and nothing else.
"""

from __future__ import annotations

__all__ = ["Delivery", "Notice", "Webhook"]

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .access import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request that came in, as it came."""

    method: str
    #: The address at which the vendor knows us, whole; some vendors sign it.
    url: str
    #: Names in lower case.
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    #: When it came, in UTC.
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A record that may have changed, or gone."""

    object: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """How a connector reads its vendor's deliveries."""

    #: Return the records that a delivery is about, without those that tell of our own writes.
    #: Raise ``DeliveryError`` when it is not the vendor's, or too old, or unreadable.
    read: Callable[[Delivery, Mapping[str, Secret]], tuple[Notice, ...]]
    #: The secrets that prove it, from the environment as ``SYNCLINE_<NAME>_<SECRET>``.
    secrets: tuple[str, ...] = ()
