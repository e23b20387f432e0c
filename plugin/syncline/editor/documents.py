"""The rule files that an editor has open: their text, their faults, the fields they speak of."""

from __future__ import annotations

__all__ = ["Document", "Documents"]

from dataclasses import dataclass
from pathlib import Path

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Diagnostic
from syncline_grammar.parse import parse

from ..model import Side
from ..rules.catalog import Catalog
from ..rules.ruleset import load_rules
from .catalogs import Catalogs
from .messages import Messages
from .positions import Positions


@dataclass(slots=True)
class Document:
    """A rule file as the editor holds it; the faults are those of the last look."""

    uri: str
    #: None for a text that lies in no file yet.
    file: Path | None
    text: str
    version: int | None
    messages: Messages
    catalog: Catalog
    found: tuple[Diagnostic, ...] = ()


class Documents:
    """The open files."""

    def __init__(self, catalogs: Catalogs) -> None:
        self.catalogs = catalogs
        self.encoding = "utf-16"
        self._open: dict[str, Document] = {}

    def get(self, uri: str) -> Document | None:
        """Return an open file."""
        return self._open.get(uri)

    def put(self, uri: str, file: Path | None, text: str, version: int | None) -> Document:
        """Take a text as it is now; what it speaks of is looked at with its faults."""
        messages = Messages(uri, Positions(text, self.encoding))
        document = self._open.get(uri)
        if document is None:
            catalog = self.catalogs.known(file, {})
            document = Document(uri, file, text, version, messages, catalog)
            self._open[uri] = document
        else:
            document.text, document.version, document.messages = text, version, messages
        return document

    def drop(self, uri: str) -> None:
        """Forget a file that was closed."""
        self._open.pop(uri, None)

    def look(self, document: Document) -> None:
        """Find the faults of *document* anew, with what is known of its systems by now."""
        parsed = parse(document.text, document.uri.rpartition("/")[2])
        connects = (each for each in parsed.tree.statements if isinstance(each, s.Connect))
        named = {Side(each.side): each.system.text for each in connects}
        document.catalog = self.catalogs.known(document.file, named)
        document.found = load_rules(parsed, document.catalog).diagnostics

    def beside(self, file: Path) -> list[Document]:
        """Return the open files that share *file*'s folder, itself among them."""
        return [d for d in self._open.values() if d.file and d.file.parent == file.parent]
