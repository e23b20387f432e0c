"""`syncline check --fix`: put the known fixes into a rule file, and show what was changed."""

from __future__ import annotations

__all__ = ["diff", "fixed", "rewrite"]

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import WorkspaceError

if TYPE_CHECKING:
    from syncline_grammar.diagnostics import Diagnostic
    from syncline_grammar.recovery.fixes import Fixed

    from ..rules.ruleset import RuleSet


def fixed(rules: RuleSet, load: Callable[[Path], RuleSet]) -> Fixed:
    """Return what the rules' text becomes by its fixes; *load* checks a file as *rules* was.

    Raises ``WorkspaceError`` where a system's own fields are not known, and would be "fixed".
    """
    from syncline_grammar.parse import parse
    from syncline_grammar.recovery.fixes import fix_all

    from ..rules.ruleset import load_rules

    name = rules.source.name
    if rules.unasked and any(d.code.startswith("E2") and d.fix for d in rules.diagnostics):
        systems = " and ".join(rules.unasked)
        raise WorkspaceError(
            f"{name} was left as it is: here is no workspace that knows the fields of {systems}",
            hint="Fix the file in its workspace, where its systems tell their own fields.",
        )

    def judge(text: str) -> Sequence[Diagnostic]:
        found = load_rules(parse(text, name), rules.catalog)
        if found.systems != rules.systems:
            # Another system has other fields: they are asked for.
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / name
                path.write_bytes(text.encode())
                found = load(path)
        return found.diagnostics

    return fix_all(rules.source.text, rules.diagnostics, judge)


def rewrite(path: Path, text: str) -> None:
    """Replace the file by *text* in one step; its permissions stay, and a link to it leads on."""
    path = path.resolve()
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with aside.open("wb") as out:
            out.write(text.encode())
            out.flush()
            os.fsync(out.fileno())
        shutil.copymode(path, aside)
        aside.replace(path)
    except OSError as err:
        aside.unlink(missing_ok=True)
        raise WorkspaceError(
            f"{path.name} could not be written and is as it was: {err.strerror}",
            hint="Free some space or correct the permissions, then run it again.",
        ) from err


def diff(old: str, new: str, name: str) -> list[str]:
    """Return the lines that differ, with `-` before the old ones and `+` before the new ones."""
    from difflib import unified_diff

    lines = unified_diff(
        old.splitlines(), new.splitlines(), name, name, "as it was", "fixed", lineterm="", n=1
    )
    return list(lines)
