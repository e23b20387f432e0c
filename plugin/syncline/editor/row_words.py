"""Which words may still be said of a row: one of a kind, and none against another."""

from __future__ import annotations

__all__ = ["still_free"]

from .reader import Node

_RULES = ("always", "never", "when blank", "on create")
#: Words of which a row has one at most.
_FAMILIES = (
    ("required", "read only"),
    ("locked",),
    ("erase",),
    ("default",),
    ("using", "as"),
    ("one of",),
    ("newest wins", "crm wins", "cadence wins", "hold on conflict"),
    ("else skip", "else hold"),
    (*_RULES, *(f"to crm {rule}" for rule in _RULES)),
    (*_RULES, *(f"to cadence {rule}" for rule in _RULES)),
)
#: What gives `else` its meaning.
_TURNING = ("using", "as")


def still_free(phrase: str, said: str, sentence: list[Node]) -> bool:
    """Tell whether *phrase* adds to what was *said* of the row that *sentence* ends in."""
    if not sentence or sentence[0].symbol not in {"MAP", "FORM"}:
        return True
    spoken = f" {said} "
    if phrase.startswith("else ") and not any(f" {word} " in spoken for word in _TURNING):
        return False
    return not any(
        phrase in family and any(f" {word} " in spoken for word in family) for family in _FAMILIES
    )
