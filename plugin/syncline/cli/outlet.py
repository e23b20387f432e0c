"""The standard streams, to which a reader may stop to listen: `syncline check | head -1`.

What a command does, and the exit code that tells how it went, do not hang on who reads its words
(B8). When the reader is gone, the rest of them goes nowhere.
"""

from __future__ import annotations

__all__ = ["open_outlets"]

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

    from _typeshed import ReadableBuffer


class _Outlet(io.FileIO):
    """A file to write to; once nobody reads it any more, it leads to nowhere."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return super().write(data)


def open_outlets() -> None:
    """Let both streams of this process outlive their readers, and take every sign."""
    if sys.stdout is None:
        # Closed by whoever called us (`>&-`): the work is done all the same.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for good
    sys.stdout, sys.stderr = _outlet(sys.stdout), _outlet(sys.stderr)


def _outlet(stream: TextIO) -> TextIO:
    """Return what writes where *stream* does; a sign that a terminal lacks becomes a `?`."""
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Outlet(stream.fileno(), "wb", closefd=False)),
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
