"""The front of the rule language: text to a frozen tree with spans, knowing no CRM."""

from importlib.resources import files


def text() -> str:
    """Return the grammar Lark compiles, exactly as it stands in ``rules.lark``."""
    return (files(__name__) / "rules.lark").read_text("utf-8")
