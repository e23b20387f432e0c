"""A sentence that another part wrote in English, in the language of whoever reads it.

An error's message or a reason of the history has values in it already. It is recognised by its
template in ``sentences``, and the template's translation gets the values. What is not recognised
stays English.
"""

from __future__ import annotations

__all__ = ["told"]

import re
from functools import cache
from gettext import gettext
from typing import NamedTuple

from .sentences import PARTS, SENTENCES

_PLACE = re.compile(r"\{(\d)\}")
#: Between two sentences of one message.
_BETWEEN = "; "


class _Template(NamedTuple):
    message: str
    pattern: re.Pattern[str]


def told(text: str) -> str:
    """Return *text* in the language in use; it may be several sentences between semicolons."""
    whole = _translated(text, _sentences())
    if whole is not None:
        return whole
    return _BETWEEN.join(_translated(part, _sentences()) or part for part in text.split(_BETWEEN))


def _translated(text: str, known: tuple[_Template, ...]) -> str | None:
    """Return the translation; None for a sentence that no template fits."""
    for template in known:
        found = template.pattern.fullmatch(text)
        # A value that runs over into the next sentence is none.
        if found is not None and not any(_BETWEEN in value for value in found.groups()):
            # A value stays as it is, but for the few that are words.
            values = [_translated(value, _parts()) or value for value in found.groups()]
            return gettext(template.message).format(*values)
    return None


@cache
def _sentences() -> tuple[_Template, ...]:
    """Return all templates, those first that say the most themselves."""
    return tuple(map(_template, sorted(SENTENCES, key=lambda m: -len(_PLACE.sub("", m)))))


@cache
def _parts() -> tuple[_Template, ...]:
    return tuple(map(_template, PARTS))


def _template(message: str) -> _Template:
    # Every second part is a place's number; places come in order, each once.
    parts = _PLACE.split(message)[::2]
    return _Template(message, re.compile("(.*?)".join(map(re.escape, parts)), re.DOTALL))
