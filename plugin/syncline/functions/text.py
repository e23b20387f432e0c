"""Functions that tidy, measure and cut one text."""

from __future__ import annotations

__all__ = ["TEXT"]

import re

from ..model import FieldType
from .arguments import count_of
from .function import Example, Function, Parameter

#: Letters, digits, and accents that stand apart from their letter. An apostrophe holds a word
#: together.
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f]|['’](?=[^\W_]))*")
_APOSTROPHE = re.compile(r"(['’])")


def _trim(text: str) -> str:
    return text.strip()


def _single_spaces(text: str) -> str:
    return " ".join(text.split())


def _lower(text: str) -> str:
    return text.lower()


def _upper(text: str) -> str:
    return text.upper()


def _title(text: str) -> str:
    """Return *text* with its words in capitals; settled words stay, so that twice is once."""
    return _WORD.sub(_titled, text)


def _titled(found: re.Match[str]) -> str:
    word = found[0]
    if not (word.islower() or word.isupper()) or any(c.isdecimal() for c in word):
        return word
    parts = _APOSTROPHE.split(word)
    # After one letter a name goes on (O'Brien, L'Oréal); after more, an ending follows (Ada's).
    return "".join(
        _capital(part) if place == 0 or len(parts[place - 2]) == 1 else part.lower()
        for place, part in enumerate(parts)
    )


def _capital(word: str) -> str:
    small = word.lower()
    first = small[:1].title()
    # Some letters have two for a capital (ß, ŉ); those begin no word, and would not settle.
    return first + small[1:] if len(first) == 1 else small


def _length(text: str) -> int:
    return len(text.strip())


def _left(text: str, count: float) -> str | None:
    return text[: count_of(count)] or None


def _right(text: str, count: float) -> str | None:
    return text[max(len(text) - count_of(count), 0) :] or None


def _digits(text: str) -> str | None:
    return "".join(str(int(c)) for c in text if c.isdecimal()) or None


_CUT = (Parameter(name="text"), Parameter(name="count", type=FieldType.NUMBER))

TEXT: tuple[Function, ...] = (
    Function(
        name="trim",
        summary="The text without the spaces around it.",
        call=_trim,
        normaliser=True,
        cost=8,
        examples=(Example(call='trim("  Acme ")', gives="Acme"),),
    ),
    Function(
        name="single_spaces",
        summary=(
            "The text without the spaces around it, and with one space wherever several spaces, "
            "tabs or line ends stand."
        ),
        call=_single_spaces,
        normaliser=True,
        cost=8,
        examples=(Example(call='single_spaces(" Acme   Trading ")', gives="Acme Trading"),),
    ),
    Function(
        name="lower",
        summary="The text in small letters.",
        call=_lower,
        normaliser=True,
        cost=8,
        examples=(Example(call='lower("Acme GmbH")', gives="acme gmbh"),),
    ),
    Function(
        name="upper",
        summary="The text in capital letters.",
        call=_upper,
        normaliser=True,
        cost=8,
        examples=(Example(call='upper("fr")', gives="FR"),),
    ),
    Function(
        name="title",
        summary=(
            "The text with a capital at the beginning of each word and small letters after it. "
            "A word that has both already (McDonald), or a digit (B2B), stays as it is; "
            "abbreviations are not known, so IBM becomes Ibm."
        ),
        call=_title,
        normaliser=True,
        cost=45,
        examples=(
            Example(call='title("SEAN O\'BRIEN")', gives="Sean O'Brien"),
            Example(call='title("ada king-noel")', gives="Ada King-Noel"),
            Example(call='title("McDonald and SONS")', gives="McDonald And Sons"),
            Example(call='title("mcdonald")', gives="Mcdonald"),
        ),
    ),
    Function(
        name="length",
        summary="How many characters the text has, not counting spaces around it.",
        call=_length,
        gives=FieldType.NUMBER,
        cost=8,
        examples=(Example(call='length("94107")', gives=5),),
    ),
    Function(
        name="left",
        summary="The first characters of the text, as many as the count says.",
        call=_left,
        takes=_CUT,
        cost=12,
        examples=(
            Example(call='left("94107-1234", 5)', gives="94107"),
            Example(call='left("9410", 5)', gives="9410"),
        ),
    ),
    Function(
        name="right",
        summary="The last characters of the text, as many as the count says.",
        call=_right,
        takes=_CUT,
        cost=12,
        examples=(Example(call='right("4111-1111-1111-1234", 4)', gives="1234"),),
    ),
    Function(
        name="digits",
        summary="The digits of the text and nothing else; blank when it has none.",
        call=_digits,
        normaliser=True,
        cost=15,
        examples=(
            Example(call='digits("DE 136-695-976")', gives="136695976"),
            Example(call='digits("none")', gives=None),
        ),
    ),
)
