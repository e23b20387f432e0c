"""An editor's session: its open files, and the looks at them that are still due."""

from __future__ import annotations

__all__ = ["Session"]

import asyncio
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from ..plugins import Registry
from .catalogs import Catalogs
from .documents import Document, Documents

#: After so many seconds without a key the text is looked through.
_PAUSE = 0.2
R = TypeVar("R")


class Session(LanguageServer):
    """An editor's session: its open files, and the looks that are still due."""

    def __init__(self, registry: Registry) -> None:
        # Whole texts, not pieces: what an editor calls a line is not left to be guessed.
        whole = lsp.TextDocumentSyncKind.Full
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - its *args have no types
            "syncline", version("syncline"), text_document_sync_kind=whole
        )
        self.documents = Documents(Catalogs(registry))
        self._due: dict[str, asyncio.TimerHandle] = {}
        self._told: set[str] = set()

    def take(self, uri: str, text: str, number: int | None) -> Document:
        """Take a text that was opened or changed."""
        path = to_fs_path(uri)
        file = Path(path) if path and uri.startswith("file:") else None
        encoding = self.server_capabilities.position_encoding
        self.documents.encoding = str(getattr(encoding, "value", encoding) or "utf-16")
        return self.documents.put(uri, file, text, number)

    @property
    def snippets(self) -> bool:
        """Whether the editor understands a place for the cursor in what it inserts."""
        asked = self.client_capabilities.text_document
        items = asked and asked.completion and asked.completion.completion_item
        return bool(items and items.snippet_support)

    def look_soon(self, uri: str) -> None:
        """Look for faults when no key was pressed for a while."""
        self.forget(uri)
        loop = asyncio.get_running_loop()
        self._due[uri] = loop.call_later(_PAUSE, self.look, uri)

    def look_now(self, document: Document) -> None:
        """Look for faults now if a look is still due: offers have to fit the text as it is."""
        if document.uri in self._due:
            self.forget(document.uri)
            self.look(document.uri)

    def forget(self, uri: str) -> None:
        """Leave a look that is still due."""
        if (due := self._due.pop(uri, None)) is not None:
            due.cancel()

    def look(self, uri: str) -> None:
        """Look for faults now, and publish them."""
        self._due.pop(uri, None)
        document = self.documents.get(uri)
        if document is None:
            return
        self.heard(None, lambda: self.documents.look(document))
        self.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(
                uri=uri,
                version=document.version,
                diagnostics=[document.messages.diagnostic(fault) for fault in document.found],
            )
        )

    def ask_aside(self, file: Path) -> None:
        """Ask the systems for their fields without keeping the editor waiting."""
        loop = asyncio.get_running_loop()

        def asking() -> None:
            refusal = self.documents.catalogs.ask(file)
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._asked, file, refusal)

        # A thread that is let go of: a system that does not answer keeps no editor from closing.
        Thread(target=asking, daemon=True).start()

    def _asked(self, file: Path, refusal: str) -> None:
        if refusal and refusal not in self._told:
            self._told.add(refusal)
            self.window_show_message(
                lsp.ShowMessageParams(
                    lsp.MessageType.Warning,
                    f"The fields offered may not be the newest: {refusal}",
                )
            )
        for document in self.documents.beside(file):
            self.look(document.uri)

    def heard(self, otherwise: R, work: Callable[[], R]) -> R:
        """Return what *work* gives; a fault of ours becomes one line in the editor's log."""
        try:
            return work()
        except JsonRpcException:
            raise
        except Exception as err:  # noqa: BLE001 - the last door: an editor never loses its server
            self.window_log_message(
                lsp.LogMessageParams(
                    lsp.MessageType.Error,
                    f"This is a fault of Syncline: {type(err).__name__}: {err}. Please report it.",
                )
            )
            return otherwise

    def on(self, uri: str, otherwise: R, work: Callable[[Document], R]) -> R:
        """Return what *work* gives for an open file; *otherwise* for one that is not open."""
        document = self.documents.get(uri)
        return otherwise if document is None else self.heard(otherwise, lambda: work(document))
