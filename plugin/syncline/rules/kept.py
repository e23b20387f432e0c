"""What was worked out of a rule file once: kept by its text, the catalog, our version and Python's.

What is kept lies where nobody but its own user can write (``syncline_grammar.cachedir``), so it is
believed. Whatever cannot be kept or read is worked out again.
"""

from __future__ import annotations

__all__ = ["catalog_digest", "key", "recall", "remember"]

import hashlib
import io
import pickle
import sys
from functools import cache
from pathlib import Path
from typing import Any

from syncline_grammar import cachedir

from ..functions import function
from ..version import __version__
from .catalog import Catalog


def key(kind: str, *parts: bytes) -> str:
    """Return the key of a *kind* of result worked out of *parts*."""
    digest = hashlib.sha256(_workings())
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return f"{kind}-{digest.hexdigest()}"


def recall(name: str) -> Any:
    """Return the value kept under the key *name*; None when there is none."""
    content = cachedir.read(name)
    if content is None:
        return None
    try:
        return pickle.loads(content)  # noqa: S301 - only its own user can write there
    except Exception:  # noqa: BLE001 - a damaged entry may raise anything, and is worth nothing
        return None


def remember(name: str, value: Any) -> None:
    """Keep *value* under the key *name*."""
    cachedir.write(name, pickle.dumps(value))


def catalog_digest(catalog: Catalog) -> bytes:
    """Return a digest of all that a rule file's meaning takes from *catalog*."""
    functions = [
        (f.name, f.takes, f.gives, f.fails, f.normaliser, f.inverse, f.cost)
        for f in catalog.functions.values()
    ]
    sides = [(str(side), name) for side, name in sorted(catalog.systems.items())]
    described = [catalog.descriptions[side] for side in sorted(catalog.descriptions)]
    file = io.BytesIO()
    pickler = pickle.Pickler(file, protocol=5)
    # Without the memo, the same values are the same bytes, whoever holds them.
    pickler.fast = True
    pickler.dump((sides, described, functions, catalog.templates, catalog.connectors))
    return hashlib.sha256(file.getvalue()).digest()


#: What the work is written in.
_SOURCES = {".py", ".lark"}


@cache
def _workings() -> bytes:
    """Return what says which parser, checker and compiler, of which Python, would do the work."""
    rooms = (__file__, function.__file__, cachedir.__file__)
    folders = {Path(file).parent for file in rooms}
    files = sorted(
        path for folder in folders for path in folder.rglob("*.*") if path.suffix in _SOURCES
    )
    stamps = [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files]
    return repr((__version__, sys.version, stamps)).encode()
