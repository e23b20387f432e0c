"""HTML as a tree, so that no text can become markup; elements are made by functions."""

from __future__ import annotations

__all__ = ["Node", "element", "table", "written"]

from collections.abc import Iterable, Sequence
from typing import TypeAlias
from xml.etree import ElementTree as ET

#: An element, or text.
Node: TypeAlias = "ET.Element | str"


def element(tag: str, *children: Node, **attributes: str | float) -> ET.Element:
    """Return an element; ``_`` in an attribute's name stands for ``-``, and at its end for nothing.

    Numbers are written with one decimal.
    """
    found = ET.Element(tag)
    for name, value in attributes.items():
        text = value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
        found.set(name.rstrip("_").replace("_", "-"), text)
    last: ET.Element | None = None
    for child in children:
        if not isinstance(child, str):
            found.append(child)
            last = child
        elif last is None:
            found.text = (found.text or "") + child
        else:
            last.tail = (last.tail or "") + child
    return found


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 1
) -> ET.Element:
    """Return a table whose last *numbers* columns are numbers."""
    first = len(heads) - numbers

    def cells(tag: str, texts: Sequence[str], **more: str) -> list[ET.Element]:
        return [
            element(tag, text, **more, **({"class_": "number"} if at >= first else {}))
            for at, text in enumerate(texts)
        ]

    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *cells("th", heads, scope="col"))),
        element("tbody", *(element("tr", *cells("td", row)) for row in rows)),
    )


def written(node: ET.Element) -> str:
    """Return an element as HTML."""
    return ET.tostring(node, encoding="unicode", method="html")
