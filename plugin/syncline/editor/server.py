"""The language server: the edge between an editor and the pure functions of this package (B14)."""

from __future__ import annotations

__all__ = ["make_server"]

from collections.abc import Sequence

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from ..plugins import Registry
from .actions import actions
from .completion import completion
from .definition import definition
from .documents import Document
from .hover import hover
from .outline import folds, symbols
from .rename import RefusedError, rename, title_at
from .session import Session

#: The protocol's number for a request that was understood and refused.
_REFUSED = -32803
#: Behind these something of the systems' own may be wanted at once.
_TRIGGERS = [" ", '"', "`", "{", "("]


def make_server(registry: Registry) -> LanguageServer:
    """Return a server for one editor; ``start_io`` runs it until the editor leaves."""
    session = Session(registry)
    _follow(session)
    _tell(session)
    _change(session)
    return session


def _follow(session: Session) -> None:
    """Register what keeps the session up with the editor's texts."""

    @session.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        given = params.text_document
        document = session.take(given.uri, given.text, given.version)
        session.look(given.uri)
        if document.file is not None:
            session.ask_aside(document.file)

    @session.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        text = session.workspace.get_text_document(uri).source
        session.take(uri, text, params.text_document.version)
        session.look_soon(uri)

    @session.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        document = session.documents.get(params.text_document.uri)
        if document is not None and document.file is not None:
            session.ask_aside(document.file)

    @session.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        session.forget(uri)
        session.documents.drop(uri)
        session.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(uri=uri, diagnostics=[])
        )


def _tell(session: Session) -> None:
    """Register what tells of a text, and changes nothing."""

    @session.feature(
        lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=_TRIGGERS)
    )
    def completed(params: lsp.CompletionParams) -> lsp.CompletionList | None:
        def work(document: Document) -> lsp.CompletionList:
            messages = document.messages
            found = completion(document.text, messages.offset(params.position), document.catalog)
            items = [
                messages.item(item, number, snippets=session.snippets)
                for number, item in enumerate(found)
            ]
            return lsp.CompletionList(is_incomplete=False, items=items)

        return session.on(params.text_document.uri, None, work)

    @session.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hovered(params: lsp.HoverParams) -> lsp.Hover | None:
        def work(document: Document) -> lsp.Hover | None:
            at = document.messages.offset(params.position)
            found = hover(document.text, at, document.catalog)
            return None if found is None else document.messages.hover(found)

        return session.on(params.text_document.uri, None, work)

    @session.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def defined(params: lsp.DefinitionParams) -> list[lsp.Location]:
        def work(document: Document) -> list[lsp.Location]:
            messages = document.messages
            spans = definition(document.text, messages.offset(params.position), document.catalog)
            return [lsp.Location(document.uri, messages.range(s.start, s.end)) for s in spans]

        return session.on(params.text_document.uri, [], work)

    @session.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outlined(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        def work(document: Document) -> list[lsp.DocumentSymbol]:
            return [document.messages.symbol(symbol) for symbol in symbols(document.text)]

        return session.on(params.text_document.uri, [], work)

    @session.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    def folded(params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange]:
        def work(document: Document) -> list[lsp.FoldingRange]:
            return [document.messages.fold(fold) for fold in folds(document.text)]

        return session.on(params.text_document.uri, [], work)


def _change(session: Session) -> None:
    """Register what offers changes of a text."""
    kinds = [lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.SourceFixAll]

    @session.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=kinds))
    def offered(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        def work(document: Document) -> list[lsp.CodeAction]:
            session.look_now(document)
            messages, only = document.messages, params.context.only
            start, end = messages.offset(params.range.start), messages.offset(params.range.end)
            found = [messages.action(action) for action in actions(document.found, start, end)]
            return [action for action in found if only is None or _is_among(action, only)]

        return session.on(params.text_document.uri, [], work)

    @session.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatted(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
        def work(document: Document) -> list[lsp.TextEdit] | None:
            from syncline_grammar.writing.formatter import format_text

            new = format_text(document.text)
            if new.diagnostics or new.refusal or new.text == document.text:
                return None
            return [lsp.TextEdit(document.messages.range(0, len(document.text)), new.text)]

        return session.on(params.text_document.uri, None, work)

    @session.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def renamable(params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
        def work(document: Document) -> lsp.PrepareRenamePlaceholder | None:
            title = title_at(document.text, document.messages.offset(params.position))
            if title is None:
                return None
            place = document.messages.range(title.start, title.end)
            return lsp.PrepareRenamePlaceholder(range=place, placeholder=title.text)

        return session.on(params.text_document.uri, None, work)

    @session.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    def renamed(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        def work(document: Document) -> lsp.WorkspaceEdit:
            at = document.messages.offset(params.position)
            try:
                edits = rename(document.text, at, params.new_name)
            except RefusedError as err:
                raise JsonRpcException(str(err), code=_REFUSED) from err
            return document.messages.edits(edits)

        return session.on(params.text_document.uri, None, work)


def _is_among(action: lsp.CodeAction, only: Sequence[str]) -> bool:
    """Tell whether an editor asked for actions of this kind: ``source`` means all below it."""
    kind = str(getattr(action.kind, "value", action.kind))
    wanted = [str(getattr(each, "value", each)) for each in only]
    return any(kind == each or kind.startswith(f"{each}.") for each in wanted)
