"""What a function of the rule language declares: its types, its faults, its cost, its inverse.

The declaration is all there is: the checker, the compiler, the documentation and an editor's
completion read it, and nothing else knows a function by name.
"""

from __future__ import annotations

__all__ = ["Example", "Function", "Parameter", "signature"]

from collections.abc import Callable
from dataclasses import dataclass

from ..model import FieldType, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One value that a function takes; of the first, rules write ``using f()`` without it."""

    name: str
    #: Values of this type and of types that compare with it are taken; None takes any.
    type: FieldType | None = FieldType.TEXT
    #: It may be left out.
    optional: bool = False
    #: It may be given several times; only the last parameter may.
    repeated: bool = False
    #: The function sees a blank as ``None``, and white space as it is: it may be a separator.
    #: Otherwise a blank here makes a blank result.
    blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A call as an admin writes it, and what it gives; every example is executed by the tests."""

    #: An expression without fields: ``title("ada lovelace")``.
    call: str
    #: The result; None is blank.
    gives: Value = None
    #: The reason, when the example shows how the function fails.
    fails: str = ""


#: Without a declaration, a function takes one text.
_ONE_TEXT = (Parameter(name="text"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of the rule language.

    ``call`` gets its arguments in order: text as ``str``, numbers as ``int`` or ``float``, dates
    as ISO 8601 text, ``None`` for a blank where the parameter allows one. It returns a value of
    type ``gives``, or ``None`` for blank. It does no I/O and reads no clock.
    """

    #: One word of letters, digits and underscores, which no other function has.
    name: str
    #: One sentence for the admin.
    summary: str
    call: Callable[..., Value]
    takes: tuple[Parameter, ...] = _ONE_TEXT
    gives: FieldType = FieldType.TEXT
    #: When it can fail, in words for the admin: "the text is no number". ``call`` then raises
    #: ``ValueError`` with the reason, and a mapping has to say what to do. Empty: it never fails.
    fails: str = ""
    #: Applying it twice is applying it once: it may stand in a two-way mapping.
    normaliser: bool = False
    #: The function that undoes it with the same arguments; a two-way mapping applies it going back.
    inverse: str = ""
    #: How long a call takes, in comparisons of two texts.
    cost: int = 1
    examples: tuple[Example, ...] = ()

    @property
    def arguments(self) -> tuple[int, int | None]:
        """How many arguments a call has, least and most; most is None where there is no end."""
        least = sum(not parameter.optional for parameter in self.takes)
        endless = bool(self.takes) and self.takes[-1].repeated
        return least, None if endless else len(self.takes)

    def parameter(self, place: int) -> Parameter:
        """Return the parameter that takes the argument at *place*; the first is 0."""
        return self.takes[min(place, len(self.takes) - 1)]


def signature(function: Function) -> str:
    """Return how a call is written: ``phone(number, country?)``, ``concat(text, text…)``."""
    names = [p.name + ("…" if p.repeated else "?" if p.optional else "") for p in function.takes]
    return f"{function.name}({', '.join(names)})"
