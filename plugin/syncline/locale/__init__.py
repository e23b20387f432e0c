"""Messages in other languages: catalogues of gettext, and how the language is chosen.

English is the source. What is stored (reasons, the history) and what is printed as JSON stays
English; a sentence that comes from there is translated when a person is shown it (``sentences``).
"""

from __future__ import annotations

__all__ = ["DOMAIN", "FOLDER", "LANGUAGES", "N_", "language_of", "use"]

import gettext
import os
from collections.abc import Mapping
from pathlib import Path

DOMAIN = "syncline"
FOLDER = Path(__file__).parent
#: English first: it needs no catalogue.
LANGUAGES = ("en", "es", "fr")


def N_(message: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Mark a message that is translated where it is shown."""
    return message


def language_of(environ: Mapping[str, str]) -> str:
    """Return the language that the machine is set to: ``LC_ALL``, else ``LC_MESSAGES``, ``LANG``.

    One that there is no catalogue for is English.
    """
    found = next(
        (environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), ""
    )
    short = found.replace("-", "_").partition("_")[0].partition(".")[0].casefold()
    return short if short in LANGUAGES else LANGUAGES[0]


def use(language: str) -> None:
    """Let this process speak *language*; click's own words too, which asks gettext as well."""
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)
