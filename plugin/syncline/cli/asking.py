"""What commands that ask rules about records share: finding the rules, the record and the time."""

from __future__ import annotations

__all__ = ["clock_at", "fit", "known_record", "read_record", "written_record"]

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import WorkspaceError
from ..model import ObjectType, Value
from ..rules.values import Clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..last_seen import LastSeen
    from ..records import Given


def clock_at(text: str | None) -> Clock:
    """Return the clock that stands at *text* (``2026-11-22``, ``2026-11-22T15:40``), or at now.

    A time without a zone is UTC.
    """
    if text is None:
        return Clock(datetime.now(UTC))
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as err:
        raise WorkspaceError(
            f"{text} is no day and no time", hint="Write 2026-11-22 or 2026-11-22T15:40."
        ) from err
    return Clock(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def written_record(word: str) -> Given | None:
    """Return the record that *word* is, as JSON or as ``@file``; None when it is neither."""
    from ..records import read_records, read_text

    if word.lstrip().startswith("{"):
        return read_text(word, "the record")
    if not word.startswith("@"):
        return None
    path = Path(word[1:])
    found = list(_first_two(read_records(path)))
    if len(found) != 1:
        count = "no record" if not found else "more than one record"
        raise WorkspaceError(
            f"{path.name} holds {count}, and one is wanted",
            hint='Write one record as JSON: {"Status": "Open"}.',
        )
    return found[0]


def read_record(word: str) -> Given:
    """Return the record that *word* is; raise ``WorkspaceError`` when it is none."""
    found = written_record(word)
    if found is None:
        raise WorkspaceError(
            f"{word} is no record", hint='Write it as JSON, {"Status": "Open"}, or name @a-file.'
        )
    return found


def known_record(folder: Path, word: str, kind: ObjectType) -> LastSeen:
    """Return the record that the workspace knows by *word*, an id or a match key.

    Of several that belong together, the one of *kind* is taken where there is one. Raises
    ``WorkspaceError`` when none is known, or *folder* is no workspace.
    """
    from ..last_seen import find_record
    from ..settings import FILE_NAME

    if not (folder / FILE_NAME).exists():
        raise WorkspaceError(
            f"{word} is no record",
            hint='Write it as JSON, {"Status": "Open"}, or name @a-file. '
            "In a workspace it may be an id or a match key too.",
        )
    found = find_record(folder, word)
    return next((seen for seen in found if seen.object == kind.name), found[0])


def _first_two(records: Iterable[Given]) -> Iterable[Given]:
    for number, record in enumerate(records):
        if number == 2:
            return
        yield record


def fit(given: Given, kind: ObjectType) -> dict[str, Value]:
    """Return the record's values under the API names of *kind*; an unknown name is an error."""
    from ..records import Fitting

    return Fitting(kind, strict=True)(given)
