"""Whether a name is another one mistyped, or only looks like it."""

from __future__ import annotations

__all__ = ["is_typo"]

import re

_APART = re.compile(r"[\W_]+")
#: Where both words are shorter each letter tells: `US` is not `UK`.
_LONG = 4


def is_typo(name: str, near: str) -> bool:
    """Tell whether *name* is surely *near*: the same but for case and spaces, or for one letter.

    Words that are short or hold a digit must be the same: `Nurture Q2` is not `Nurture Q3`.
    """
    if _APART.sub("", name.casefold()) == _APART.sub("", near.casefold()):
        return True
    ours, theirs = (_APART.split(text.casefold().strip()) for text in (name, near))
    if len(ours) != len(theirs):
        return False
    differing = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    return len(differing) == 1 and _one_letter(*differing[0])


def _one_letter(one: str, two: str) -> bool:
    """Tell whether a letter too many, too few, in the place of another or of its neighbour."""
    if max(len(one), len(two)) < _LONG or not (one.isalpha() and two.isalpha()):
        return False
    start = 0
    while start < min(len(one), len(two)) and one[start] == two[start]:
        start += 1
    one, two = one[start:], two[start:]
    return (
        one[1:] == two[1:]
        or one[1:] == two
        or one == two[1:]
        or (one[:2] == two[1::-1] and one[2:] == two[2:])
    )
