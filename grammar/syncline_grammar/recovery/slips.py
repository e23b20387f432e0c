"""Slips known by name: what people write who know another language, and how it is written here."""

from __future__ import annotations

__all__ = ["slips_at"]

from collections.abc import Iterator

from .blocks import block_at, instead_at, missing_at, name_at
from .comparing import comparison_at
from .departing import departure_at
from .expecting import expectation_at
from .finding import Finding, Site
from .numbers import number_at
from .quotes import quote_at
from .signs import sign_at
from .winning import winner_at
from .wording import misspelt_at, word_at


def slips_at(site: Site) -> Iterator[Finding]:
    """Yield what the writer may have meant where reading stopped, the likeliest first."""
    comma = site.stop.found == ","
    yield from block_at(site)
    if expected := list(expectation_at(site)):
        # The words of the row mean nothing one by one.
        yield from expected
        return
    yield from departure_at(site)
    yield from winner_at(site)
    yield from number_at(site)
    yield from quote_at(site)
    # A comma may be what a list lacks brackets for, or `in` for `=`; any other sign is itself.
    if comma:
        yield from comparison_at(site)
    yield from sign_at(site)
    if not comma:
        yield from comparison_at(site)
    yield from word_at(site)
    yield from name_at(site)
    yield from missing_at(site)
    yield from misspelt_at(site)
    yield from instead_at(site)
