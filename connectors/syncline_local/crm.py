"""The embedded CRM: leads, contacts, accounts, tasks and events in ``data/crm.json``."""

from __future__ import annotations

__all__ = ["LocalCrm"]


from typing import TYPE_CHECKING

from .connection import LocalConnection
from .crm_objects import CRM, DESCRIPTION

if TYPE_CHECKING:
    from syncline import Context


class LocalCrm(LocalConnection):
    """A connection to the workspace's own CRM, which has records and no actions."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, CRM, DESCRIPTION)
