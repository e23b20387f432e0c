"""The functions that rules may call: what one declares, and those that come with the language."""

from __future__ import annotations

__all__ = ["BUILT_IN", "GROUPS", "Example", "Function", "Parameter"]

from collections.abc import Mapping

from .addresses import ADDRESSES
from .contact import CONTACT
from .countries import COUNTRIES
from .dates import DATES
from .function import Example, Function, Parameter
from .names import NAMES
from .numbers import NUMBERS
from .pieces import PIECES
from .text import TEXT
from .written import WRITTEN

#: The functions by what they are for.
GROUPS: Mapping[str, tuple[Function, ...]] = {
    "Tidying and cutting text": TEXT,
    "Putting texts together and taking them apart": PIECES,
    "Names of people": NAMES,
    "Telephone, e-mail, web and country": (*CONTACT, *ADDRESSES, *COUNTRIES),
    "Numbers": (*WRITTEN, *NUMBERS),
    "Dates": DATES,
}

#: Every function that is there without a plugin.
BUILT_IN: tuple[Function, ...] = tuple(
    function for functions in GROUPS.values() for function in functions
)
