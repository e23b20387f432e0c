"""The same plugin, but it opens a socket when it is imported."""

from __future__ import annotations

import socket

from . import syncline_register_connectors

__all__ = ["syncline_register_connectors"]

with socket.socket() as _listener:
    _listener.bind(("127.0.0.1", 0))
