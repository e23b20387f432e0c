"""In which language a command speaks: by ``--language``, the person's setting, or the machine."""

from __future__ import annotations

__all__ = ["chosen_language", "speak"]

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import SynclineError
from ..locale import LANGUAGES, language_of, use

_VARIABLE = "SYNCLINE_LANGUAGE"


def speak(arguments: Sequence[str], *, as_json: bool) -> None:
    """Speak the language that is wanted; what is printed for machines is always English."""
    use(LANGUAGES[0] if as_json else chosen_language(arguments, os.environ))


def chosen_language(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the language wanted. It is asked before the command line is read, as help speaks too.

    A language that there is not is English: the option itself tells it.
    """
    for found in (_option(arguments, "--language"), environ.get(_VARIABLE)):
        if found:
            return found if found in LANGUAGES else LANGUAGES[0]
    folder = Path(_option(arguments, "--workspace", "-w") or ".")
    person = _option(arguments, "--as")
    return _setting(folder, environ, person) or language_of(environ)


def _setting(folder: Path, environ: Mapping[str, str], person: str | None) -> str | None:
    """Return the language that the person's settings say in this workspace."""
    from ..preferences.book import FILE_NAME

    if not (folder / "data" / FILE_NAME).exists():
        return None
    from ..people.border import USER, Border
    from ..preferences.book import SettingsBook
    from ..preferences.effective import effective

    given = environ if person is None else {**environ, USER: person}
    try:
        name = Border(folder, None, given).actor().name
        documents = SettingsBook.read(folder)
    except (SynclineError, OSError):
        # The command itself tells what is wrong.
        return None
    found = effective(documents, name)["language"].value
    return None if found is None else str(found)


def _option(arguments: Sequence[str], *names: str) -> str | None:
    """Return what follows an option, in either way of writing it."""
    for number, word in enumerate(arguments):
        if word == "--":
            return None
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else next(iter(arguments[number + 1 : number + 2]), None)
    return None
