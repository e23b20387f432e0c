"""The two open connections of a cycle, with what they said of themselves."""

from __future__ import annotations

__all__ = ["Progress", "System", "Systems"]

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..condition import Condition
from ..connector import Connector
from ..model import Description, ObjectType, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One open connection."""

    name: str
    connector: Connector
    description: Description
    #: What its listings may be narrowed by; None: by nothing.
    narrows: Callable[[ObjectType, Condition], bool] | None = None


Systems: TypeAlias = Mapping[Side, System]

#: Called with (what is being done, how much of it is done, of how much or None).
Progress: TypeAlias = Callable[[str, int, int | None], None]
