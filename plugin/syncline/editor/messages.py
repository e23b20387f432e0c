"""Our values as the messages of the Language Server Protocol."""

from __future__ import annotations

__all__ = ["Messages"]

from collections.abc import Sequence
from dataclasses import dataclass

from lsprotocol import types as lsp

from syncline_grammar.diagnostics import Diagnostic, Edit, Severity

from .actions import Action
from .hover import Hover
from .items import Item, ItemKind
from .outline import Fold, Symbol, SymbolKind
from .positions import Positions

_SEVERITY = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
}
_ITEMS = {
    ItemKind.WORD: lsp.CompletionItemKind.Keyword,
    ItemKind.SIGN: lsp.CompletionItemKind.Operator,
    ItemKind.FIELD: lsp.CompletionItemKind.Field,
    ItemKind.OBJECT: lsp.CompletionItemKind.Class,
    ItemKind.FUNCTION: lsp.CompletionItemKind.Function,
    ItemKind.VALUE: lsp.CompletionItemKind.EnumMember,
    ItemKind.SYSTEM: lsp.CompletionItemKind.Module,
    ItemKind.CADENCE: lsp.CompletionItemKind.Value,
}
_SYMBOLS = {
    SymbolKind.SETTING: lsp.SymbolKind.Property,
    SymbolKind.MAP: lsp.SymbolKind.Class,
    SymbolKind.ROW: lsp.SymbolKind.Field,
    SymbolKind.WORKFLOW: lsp.SymbolKind.Function,
    SymbolKind.ACTIVITY: lsp.SymbolKind.Event,
    SymbolKind.ALLOW: lsp.SymbolKind.Constant,
    SymbolKind.FORM: lsp.SymbolKind.Struct,
    SymbolKind.TEST: lsp.SymbolKind.Method,
}


@dataclass(frozen=True, slots=True)
class Messages:
    """Makes messages about one text, which lies at *uri*."""

    uri: str
    positions: Positions

    def range(self, start: int, end: int) -> lsp.Range:
        """Return the characters from *start* to *end*."""
        return lsp.Range(
            lsp.Position(*self.positions.place(start)), lsp.Position(*self.positions.place(end))
        )

    def offset(self, position: lsp.Position) -> int:
        """Return the offset of a position that an editor sent."""
        return self.positions.offset(position.line, position.character)

    def diagnostic(self, fault: Diagnostic) -> lsp.Diagnostic:
        """Return a fault; what is said at its own place is told with it."""
        span = fault.span
        beside = [label.text for label in fault.labels if label.span == span]
        related = [
            lsp.DiagnosticRelatedInformation(
                lsp.Location(self.uri, self.range(label.span.start, label.span.end)), label.text
            )
            for label in fault.labels
            if label.span != span
        ]
        more = f"More about it: `syncline explain-code {fault.code}`."
        return lsp.Diagnostic(
            range=self.range(span.start, span.end),
            severity=_SEVERITY[fault.severity],
            code=fault.code,
            source="syncline",
            message="\n".join([fault.message, *beside, *fault.notes, more]),
            related_information=related or None,
        )

    def item(self, item: Item, number: int, *, snippets: bool) -> lsp.CompletionItem:
        """Return a completion; *number* is its place in the list."""
        snippet = item.snippet if snippets else None
        text = item.insert if snippet is None else snippet
        return lsp.CompletionItem(
            label=item.label,
            kind=_ITEMS[item.kind],
            detail=item.detail or None,
            documentation=_markdown(item.documentation) if item.documentation else None,
            filter_text=item.filter or None,
            sort_text=f"{number:05}",
            insert_text_format=None if snippet is None else lsp.InsertTextFormat.Snippet,
            text_edit=lsp.TextEdit(self.range(item.start, item.end), text),
        )

    def hover(self, hover: Hover) -> lsp.Hover:
        """Return what is known of a word."""
        return lsp.Hover(_markdown(hover.text), self.range(hover.start, hover.end))

    def edits(self, edits: Sequence[Edit]) -> lsp.WorkspaceEdit:
        """Return edits of this text."""
        changes = [lsp.TextEdit(self.range(e.span.start, e.span.end), e.text) for e in edits]
        return lsp.WorkspaceEdit(changes={self.uri: changes})

    def action(self, action: Action) -> lsp.CodeAction:
        """Return an offer to mend something."""
        kind = lsp.CodeActionKind.SourceFixAll
        mends = action.mends
        if mends is not None:
            kind = lsp.CodeActionKind.QuickFix
        return lsp.CodeAction(
            title=action.title,
            kind=kind,
            diagnostics=None if mends is None else [self.diagnostic(mends)],
            is_preferred=True if mends is not None else None,
            edit=self.edits(action.edits),
        )

    def symbol(self, symbol: Symbol) -> lsp.DocumentSymbol:
        """Return a line of the outline and those below it."""
        whole = self.range(symbol.span.start, symbol.span.end)
        return lsp.DocumentSymbol(
            name=symbol.name,
            detail=symbol.detail or None,
            kind=_SYMBOLS[symbol.kind],
            range=whole,
            selection_range=whole,
            children=[self.symbol(child) for child in symbol.children] or None,
        )

    def fold(self, fold: Fold) -> lsp.FoldingRange:
        """Return what can be folded away."""
        kind = lsp.FoldingRangeKind.Comment if fold.comment else lsp.FoldingRangeKind.Region
        first, last = self.positions.place(fold.start)[0], self.positions.place(fold.end)[0]
        return lsp.FoldingRange(start_line=first, end_line=last, kind=kind)


def _markdown(text: str) -> lsp.MarkupContent:
    return lsp.MarkupContent(lsp.MarkupKind.Markdown, text)
