"""A page for each code of ``CODES``: what it means, a wrong and a right example, the remedy."""

from __future__ import annotations

__all__ = ["explanation", "remedy", "unmarked"]

import re
from importlib.resources import files


def explanation(code: str) -> str:
    """Return the page of *code*, in Markdown; *code* stands in ``CODES``."""
    return (files(__name__) / f"{code}.md").read_text("utf-8")


def remedy(code: str) -> str:
    """Return in one sentence what to do about *code*."""
    advice = explanation(code).partition("## What to do\n")[2]
    return re.split(r"(?<=\.)\s", unmarked(" ".join(advice.split())), maxsplit=1)[0]


def unmarked(line: str) -> str:
    """Return a line of a page as a terminal shows it: back-ticks that quote back-ticks go."""
    return line.replace("`` ", "").replace(" ``", "")
