"""An editor and `syncline lsp`, over the pipes that connect them."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from support_editor import marked

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "acme.rules"
HEAD = "connect crm to local\nconnect cadence to local\nsync crm to cadence\n"
SNIPPETS = lsp.ClientCapabilities(
    text_document=lsp.TextDocumentClientCapabilities(
        completion=lsp.CompletionClientCapabilities(
            completion_item=lsp.ClientCompletionItemOptions(snippet_support=True)
        )
    )
)


class Editor:
    """What an editor does with one file, and what it was told of it."""

    def __init__(self, client: LanguageClient, file: Path) -> None:
        self.client = client
        self.uri = file.as_uri()
        self.told: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        self.shown: asyncio.Queue[lsp.ShowMessageParams] = asyncio.Queue()
        self.faults_of_ours: list[str] = []
        self.version = 0
        self.text = ""

        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.told.put_nowait(params)

        def shown(params: lsp.ShowMessageParams) -> None:
            self.shown.put_nowait(params)

        def logged(params: lsp.LogMessageParams) -> None:
            self.faults_of_ours.append(params.message)

        # As a decorator it would take the functions' types away.
        client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(published)
        client.feature(lsp.WINDOW_SHOW_MESSAGE)(shown)
        client.feature(lsp.WINDOW_LOG_MESSAGE)(logged)

    @property
    def document(self) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri)

    async def open(self, text: str) -> list[lsp.Diagnostic]:
        self.text = text
        item = lsp.TextDocumentItem(self.uri, "syncline", self.version, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return await self.faults()

    def type(self, text: str) -> None:
        """Change the text; what the server finds comes later."""
        self.version += 1
        self.text = text
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        document = lsp.VersionedTextDocumentIdentifier(self.version, self.uri)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))

    async def faults(self) -> list[lsp.Diagnostic]:
        """Return the faults of the text as it is now; those of older texts are passed over."""
        while True:
            told = await asyncio.wait_for(self.told.get(), 60)
            if told.uri == self.uri and told.version == self.version:
                return list(told.diagnostics)

    def position(self, at: int) -> lsp.Position:
        line = self.text.count("\n", 0, at)
        before = self.text[self.text.rfind("\n", 0, at) + 1 : at]
        return lsp.Position(line, len(before.encode("utf-16-le")) // 2)

    async def complete(self, text: str) -> list[lsp.CompletionItem]:
        """Type *text* and ask what may stand at its mark."""
        plain, at = marked(text)
        self.type(plain)
        found = await self.client.text_document_completion_async(
            lsp.CompletionParams(self.document, self.position(at))
        )
        assert isinstance(found, lsp.CompletionList)
        return list(found.items)

    def put(self, edits: list[lsp.TextEdit]) -> str:
        """Return the text with *edits* of whole places made, as an editor makes them."""
        lines = self.text.split("\n")
        starts = [sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines) + 1)]

        def offset(place: lsp.Position) -> int:
            before = lines[place.line].encode("utf-16-le")[: 2 * place.character]
            return starts[place.line] + len(before.decode("utf-16-le"))

        text = self.text
        for edit in sorted(edits, key=lambda e: offset(e.range.start), reverse=True):
            text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
        return text


@asynccontextmanager
async def editing(file: Path, environ: dict[str, str] | None = None) -> AsyncGenerator[Editor]:
    """Start the server, shake hands, and take leave."""
    client = LanguageClient("an editor", "1")
    editor = Editor(client, file)
    command = Path(sys.executable).with_name("syncline")
    await cast("Any", client).start_io(str(command), "lsp", env=environ)
    await client.initialize_async(lsp.InitializeParams(SNIPPETS))
    client.initialized(lsp.InitializedParams())
    try:
        yield editor
        assert editor.faults_of_ours == []
    finally:
        await client.shutdown_async(None)
        client.exit(None)
        await cast("Any", client).stop()


def played(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(scene())


def test_a_session_from_opening_to_leaving(tmp_path: Path) -> None:
    """B14: open, type, complete, hover, mend, format, rename, fold, close; nothing breaks."""

    async def scene() -> None:
        file = tmp_path / "main.rules"
        async with editing(file) as editor:
            client = editor.client
            assert await editor.open(HEAD) == []

            items = await editor.complete(
                f"{HEAD}map Lead <-> prospect {{\n    # 🙂\tä\n    FirstName <-> ‸\n"
            )
            assert items[0].text_edit is not None
            assert "first_name" in {item.label for item in items}

            slip = "map Lead <-> prospect {\n match Email = email\n Compny <-> company_name\n"
            editor.type(f"{HEAD}{slip} LastName <-> last_name\n FirstName <-> first_name\n}}\n")
            (fault,) = await editor.faults()
            assert (fault.code, fault.severity) == ("E202", lsp.DiagnosticSeverity.Error)
            assert "explain-code E202" in fault.message

            offered = await client.text_document_code_action_async(
                lsp.CodeActionParams(editor.document, fault.range, lsp.CodeActionContext([fault]))
            )
            assert offered is not None
            fix = offered[0]
            assert isinstance(fix, lsp.CodeAction)
            assert fix.edit is not None
            assert fix.edit.changes is not None
            editor.type(editor.put(list(fix.edit.changes[editor.uri])))
            assert await editor.faults() == []

            at = editor.position(editor.text.index("Company <->") + 2)
            hovered = await client.text_document_hover_async(lsp.HoverParams(editor.document, at))
            assert hovered is not None
            assert isinstance(hovered.contents, lsp.MarkupContent)
            assert "Company" in hovered.contents.value

            formatting = lsp.DocumentFormattingParams(
                editor.document, lsp.FormattingOptions(tab_size=4, insert_spaces=True)
            )
            edits = await client.text_document_formatting_async(formatting)
            assert edits
            editor.type(editor.put(list(edits)))
            assert "    match Email = email" in editor.text
            assert await client.text_document_formatting_async(formatting) is None

            workflow = (
                'workflow "Old" on Lead {\n    when Rating = "Hot"\n    then exit cadence\n}\n'
            )
            editor.type(f"{editor.text}\n{workflow}")
            assert await editor.faults() == []
            at = editor.position(editor.text.index("Old"))
            place = await client.text_document_prepare_rename_async(
                lsp.PrepareRenameParams(editor.document, at)
            )
            assert isinstance(place, lsp.PrepareRenamePlaceholder)
            assert place.placeholder == "Old"
            renamed = await client.text_document_rename_async(
                lsp.RenameParams(editor.document, at, 'New "one"')
            )
            assert renamed is not None
            assert renamed.changes is not None
            editor.type(editor.put(list(renamed.changes[editor.uri])))
            assert 'workflow "New \\"one\\"" on Lead' in editor.text
            assert await editor.faults() == []

            outline = await client.text_document_document_symbol_async(
                lsp.DocumentSymbolParams(editor.document)
            )
            assert outline is not None
            assert outline[-1].name == 'New "one"'
            folded = await client.text_document_folding_range_async(
                lsp.FoldingRangeParams(editor.document)
            )
            assert folded is not None
            assert len(folded) == 2

            client.text_document_did_close(lsp.DidCloseTextDocumentParams(editor.document))
            told = await asyncio.wait_for(editor.told.get(), 60)
            assert (list(told.diagnostics), told.version) == ([], None)

    played(scene)


def test_a_refused_name_is_told_in_a_sentence(tmp_path: Path) -> None:
    """B14: a name that is taken comes back as words, with no trace of the program."""

    async def scene() -> None:
        async with editing(tmp_path / "main.rules") as editor:
            tests = 'test "a" { expect no action }\ntest "b" { expect no action }\n'
            await editor.open(HEAD + tests)
            at = editor.position(editor.text.index('"a"') + 1)
            with pytest.raises(Exception, match=r"^Line 5 has a test of this name already") as told:
                await editor.client.text_document_rename_async(
                    lsp.RenameParams(editor.document, at, "b")
                )
            assert getattr(told.value, "data", None) is None

    played(scene)


def test_fields_of_a_system_that_cannot_be_asked_are_said_to_be_old(tmp_path: Path) -> None:
    """B14: without its secret Salesforce is not asked; editing goes on, and the admin is told."""

    async def scene() -> None:
        file = tmp_path / "main.rules"
        shutil.copy(EXAMPLE, file)
        (tmp_path / "syncline.toml").write_text(
            'version = 1\nrules = "main.rules"\n[connections.salesforce]\n'
            'url = "http://127.0.0.1:9"\nclient_id = "x"\n',
            "utf-8",
        )
        async with editing(file, {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}) as editor:
            await editor.open(file.read_text("utf-8"))
            message = await asyncio.wait_for(editor.shown.get(), 60)
            assert message.type is lsp.MessageType.Warning
            assert "SYNCLINE_SALESFORCE_CLIENT_SECRET" in message.message
            items = await editor.complete(f"{HEAD}map Lead <-> prospect {{\n ‸")
            assert "FirstName" in {item.label for item in items}

    played(scene)


def sent(*messages: dict[str, Any]) -> bytes:
    """Return messages as they go over an editor's pipe."""
    bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages]
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)


START: dict[str, Any] = {
    "id": 1,
    "method": "initialize",
    "params": {"rootUri": None, "capabilities": {}},
}
LEAVE: tuple[dict[str, Any], ...] = ({"id": 2, "method": "shutdown"}, {"method": "exit"})


@pytest.mark.parametrize("messages", [(START, *LEAVE), (START,), ()], ids=["said", "gone", "mute"])
@pytest.mark.parametrize("heard", [True, False], ids=["heard", "unheard"])
def test_an_editor_that_leaves_hears_of_no_fault(
    messages: tuple[dict[str, Any], ...], *, heard: bool
) -> None:
    """With or without a goodbye, and with nobody reading any more, it ends with 0 in silence."""
    read, write = os.pipe()
    if not heard:
        os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "syncline", "lsp"],
        input=sent(*messages),
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(write)
    if heard:
        with os.fdopen(read, "rb") as answers:
            assert answers.read().count(b"Content-Length") == sum("id" in m for m in messages)
    assert (done.returncode, done.stderr) == (0, b"")
