"""docs/settings.md and docs/forms.md: what they show is what the commands print."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from support import HEAD, SYNCLINE, command
from support_docs import fences, guide
from support_language import LOCAL, checked
from syncline.cli.preferences import settings
from syncline.forms.build import forms_of
from syncline.preferences.names import SETTINGS

MAP = """
map Lead <-> prospect {
    match Email = email
    FirstName <-> first_name
    LastName  <-> last_name     required
    Company   <-> company_name  required, default "Unknown"
    Rating    <-> priority      as { "Hot" = 3, "Warm" = 2, "Cold" = 1 }
}
"""


def form() -> str:
    """Return the form of the page."""
    (block,) = fences(guide("forms.md"), "rules")
    return block.text


@pytest.mark.parametrize("name", ["settings.md", "forms.md"])
def test_the_commands_of_the_page_print_what_it_shows(name: str, tmp_path: Path) -> None:
    """In the order of the page; three dots tell of lines that are left out (RS8, RS9, RS10)."""
    assert command("init", folder=tmp_path).returncode == 0
    rules = HEAD.replace("{crm}", "local") + MAP + form()
    (tmp_path / "main.rules").write_text(rules, "utf-8")
    path = f"{Path(SYNCLINE).parent}:{os.environ['PATH']}"
    blocks = list(fences(guide(name), "console"))
    assert blocks
    for block in blocks:
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            line, _end, shown = part.partition("\n")
            done = subprocess.run(
                line,
                shell=True,
                cwd=tmp_path,
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            # Where dots stand below, lines between those shown are left out, too.
            gap = "(.*\n)*" if shown.endswith("...\n") else ""
            lines = shown.removesuffix("...\n").splitlines(keepends=True)
            assert re.fullmatch(gap.join(map(re.escape, lines)) + gap, done.stdout), (line, done)


def test_the_form_of_the_page_can_be_filled_in() -> None:
    """It has no fault, and its fields are in the order of the page."""
    (found,) = forms_of(checked(HEAD.replace("{crm}", "local") + MAP + form(), LOCAL))
    assert [field.name for field in found.fields][:3] == ["first_name", "last_name", "company_name"]


def test_the_page_lists_every_setting_and_every_command() -> None:
    """The table has a row each, with how levels merge."""
    page = guide("settings.md")
    for setting in SETTINGS.values():
        rows = [row for row in page.splitlines() if row.startswith("| `") and setting.name in row]
        assert len(rows) == 1, setting.name
        assert setting.personal or rows[0].endswith(f"| {setting.merge} |")
    for name in settings.commands:
        assert f"syncline settings {name}" in page
