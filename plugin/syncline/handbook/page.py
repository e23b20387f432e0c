"""The whole handbook as one page of Markdown, for what is installed and connected here."""

from __future__ import annotations

__all__ = ["handbook", "language_page"]

from importlib.resources import files

from ..functions.page import functions_page
from ..rules.catalog import Catalog
from .fields import fields_page

#: Alone, the page on the language links to another file; here the functions stand below it.
_ELSEWHERE, _BELOW = "](functions.md", "](#functions"


def language_page() -> str:
    """Return the page on the rule language, in Markdown."""
    return (files("syncline.handbook") / "language.md").read_text("utf-8")


def handbook(catalog: Catalog) -> str:
    """Return the handbook for rules that are checked against *catalog*.

    It has the language, every function that rules may call, those of plugins too, and the objects
    and fields of both systems.
    """
    language = language_page().replace(_ELSEWHERE, _BELOW)
    return "\n".join((language, functions_page(catalog.functions.values()), fields_page(catalog)))
