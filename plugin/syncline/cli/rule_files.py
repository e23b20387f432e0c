"""Where a command finds its rules: a file that is named, or the workspace's own."""

from __future__ import annotations

__all__ = ["rules_of", "rules_or_none_of"]

from pathlib import Path
from typing import TYPE_CHECKING

from ..settings import FILE_NAME

if TYPE_CHECKING:
    from ..rules.ruleset import RuleSet


def rules_of(file: Path | None, folder: Path, *, fresh: bool = False) -> tuple[RuleSet, Path]:
    """Return the rules of *file*, by default the workspace's own, and where their file lies.

    In a workspace they are checked against the fields of the systems it connects to; elsewhere,
    against the embedded ones. *fresh* asks the systems for their fields anew.
    """
    if file is not None and not (folder / FILE_NAME).exists():
        from ..offline import load_offline  # here: a check does not wait for the database

        return load_offline(file), file
    from ..workspace import Workspace

    with Workspace(folder, rules=file, fresh=fresh) as workspace:
        return workspace.rules, file or workspace.settings.rules


def rules_or_none_of(file: Path | None, folder: Path) -> RuleSet:
    """Like ``rules_of``, for a command that needs the systems' fields more than the rules.

    Outside of a workspace and without a file there are no rules.
    """
    if file is None and not (folder / FILE_NAME).exists():
        from ..offline import load_offline

        return load_offline(None)
    return rules_of(file, folder)[0]
