"""Text from elsewhere as a terminal may show it: what would steer the terminal is shown as a sign.

A record's value or a vendor's message could else recolour, retitle or hide lines of it.
"""

from __future__ import annotations

__all__ = ["tame", "tame_sign"]

import unicodedata

#: Signs that turn the direction of what follows: a line would be read in another order.
_BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def tame_sign(sign: str) -> str:
    """Return what is shown for one character."""
    if sign < " ":
        return chr(0x2400 + ord(sign))
    if unicodedata.category(sign) in {"Cc", "Cs"} or unicodedata.bidirectional(sign) in _BIDI:
        return "\N{REPLACEMENT CHARACTER}"
    return sign


def tame(text: str) -> str:
    """Return *text* as it may stand within a line."""
    return text if text.isascii() and text.isprintable() else "".join(map(tame_sign, text))
