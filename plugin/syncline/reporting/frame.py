"""What the sections of a page share: a heading, a chart with its numbers, the name of a time."""

from __future__ import annotations

__all__ = ["figure", "section", "stretch_name"]

from collections.abc import Iterable
from datetime import datetime
from xml.etree import ElementTree as ET

from .markup import Node, element


def section(title: str, *children: Node) -> ET.Element:
    """Return a section with its heading."""
    return element("section", element("h2", title), *children)


def figure(
    chart: ET.Element, words: str, keys: Iterable[tuple[str, str]], behind: ET.Element
) -> ET.Element:
    """Return a chart with its key, and the table of its numbers behind it."""
    items = [
        element("li", element("span", "", class_=f"key {colour}"), name) for name, colour in keys
    ]
    return element(
        "figure",
        element("figcaption", words),
        *([element("ul", *items, class_="keys")] if items else []),
        chart,
        element(
            "details", element("summary", "The numbers"), element("div", behind, class_="wide")
        ),
    )


def stretch_name(at: datetime, *, by_day: bool) -> str:
    """Return what a day or an hour is called below a chart."""
    return f"{at:%d %b}" if by_day else f"{at:%d %b %H} h"
