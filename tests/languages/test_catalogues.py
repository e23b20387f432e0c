"""The catalogues of messages: whole, fresh, and true to what the code says."""

from __future__ import annotations

import ast
import io
import re
import string
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from support_docs import ROOT
from syncline.cli.main import _SECTIONS, cli  # pyright: ignore[reportPrivateUsage] - its help
from syncline.ledger.rows import State
from syncline.locale import DOMAIN, FOLDER, LANGUAGES
from syncline.locale.sentences import CLICKS, COMMANDS, PARTS, SECTIONS, SENTENCES, WORDS
from syncline.model import Side
from syncline.sync.plan import Fate, StepKind

PLUGIN = ROOT / "plugin" / "syncline"
TRANSLATED = LANGUAGES[1:]
#: Sentences that are narrower than the code's own, whose words stand in its values.
NARROWER = {
    "{0} has 1 error": "{0} has {1}",
    "{0} has {1} errors": "{0} has {1}",
    "did you mean {0}?": "; did you mean {0}?",
    "the rule holds conflicts for a person": "{0}; the rule holds conflicts for a person",
    "{0} is set only on creation": "{0}; {1} is set only on creation",
    "its {0} is kept": "{0}; its {1} is kept",
}


def po(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def catalogue(language: str) -> Catalog:
    with po(language).open("rb") as file:
        return read_po(file, locale=language)


def forms(message: Sequence[str] | None) -> tuple[str, ...]:
    """Return a message's forms: one, or one a number."""
    return (message,) if isinstance(message, str) else tuple(message or ())


def extracted() -> set[tuple[str, ...]]:
    """Return the messages of the code, as `make words` collects them."""
    keywords = {**DEFAULT_KEYWORDS, "N_": None}
    found: set[tuple[str, ...]] = set()
    for room in ("cli", "locale"):
        for _file, _line, message, *_rest in extract_from_dir(PLUGIN / room, keywords=keywords):
            found.add(forms(message))
    return found


def places(message: str) -> set[tuple[str, str]]:
    """Return the placeholders of a message, with how each is formatted."""
    parts = string.Formatter().parse(message)
    return {(name, form or "") for _text, name, form, _turn in parts if name is not None}


def templates() -> Iterator[str]:
    """Yield every text of the sources, the values in it numbered."""
    for path in PLUGIN.rglob("*.py"):
        if path.parent == FOLDER:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                numbers = iter(range(10_000))
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else f"{{{next(numbers)}}}"
                    for part in node.values
                )


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_the_messages_of_the_code_and_no_others(language: str) -> None:
    """`make words` brings it up to date (RS9)."""
    known = {forms(message.id) for message in catalogue(language) if message.id}
    assert known == extracted()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_with_its_own_placeholders(language: str) -> None:
    """Each form of a plural, too; none is a machine's guess."""
    for message in catalogue(language):
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        said, given = forms(message.id), forms(message.string)
        assert len(given) == len(said)
        assert all(given), message.id
        wanted = places(said[-1])
        for text in given:
            own = places(text)
            # One may be said without its number: "une fois".
            assert own == wanted or (text == given[0] and len(given) > 1 and own <= wanted), text


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_shipped_is_compiled_of_what_is_written(language: str) -> None:
    """The .mo file is that of the .po file."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    assert po(language).with_suffix(".mo").read_bytes() == compiled.getvalue()


def test_every_sentence_stands_in_the_code() -> None:
    """A message that was reworded is not left behind in English alone."""
    known = set(templates())
    lost = [each for each in (*SENTENCES, *PARTS) if NARROWER.get(each, each) not in known]
    assert lost == []


def test_every_word_of_a_report_has_a_translation() -> None:
    """Fates, states of the inbox, steps and sides."""
    words = {*map(str, Fate), *map(str, State), *map(str, StepKind), *(s.word for s in Side)}
    assert words - {str(StepKind.ACTION)} <= set(WORDS)


def test_the_lines_of_the_help_are_those_of_the_commands() -> None:
    """None is left of a command that was renamed."""
    context = click.Context(cli)
    live: set[str] = set()
    for name in cli.list_commands(context):
        found = cli.get_command(context, name)
        assert found is not None
        live.add(found.get_short_help_str(1000))
    assert set(COMMANDS) <= live
    assert set(SECTIONS) <= set(_SECTIONS)


def test_what_click_says_is_what_it_says() -> None:
    """Its messages are asked for by the same words."""
    sources = "".join(path.read_text("utf-8") for path in Path(click.__file__).parent.glob("*.py"))
    assert [each for each in CLICKS if f'_("{each}")' not in sources] == []


@pytest.mark.parametrize("name", ["README.md", "docs/settings.md"])
def test_the_pages_name_every_language(name: str) -> None:
    """What an admin reads of it is what there is."""
    text = (ROOT / name).read_text("utf-8")
    for language in ("English", "Spanish", "French"):
        assert re.search(rf"\b{language}\b", text)
