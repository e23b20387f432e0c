"""What an editor says of the word under the pointer, and where a name leads."""

from __future__ import annotations

from pathlib import Path

import pytest

from support_editor import marked
from support_language import LOCAL
from syncline.editor.definition import definition
from syncline.editor.glossary import WORDS
from syncline.editor.hover import hover
from syncline.editor.phrases import phrases
from syncline.editor.reader import Node, reader
from syncline_grammar.words import keywords

EXAMPLE = (Path(__file__).resolve().parents[2] / "examples" / "acme.rules").read_text("utf-8")
MAP = "map Lead <-> prospect {\n match Email = email\n FirstName <-> first_name\n"
#: Joints of phrases; what they hold together is explained.
_JOINTS = {"a", "with", "day", "time", "the", "calls", "per", "user", "only", "action", "wins",
           "conflict", "create", "blank", "new", "last", "next", "cadence", "touch", "sync",
           "every", "most", "least", "outcome", "of", "hold", "skip", "zone", "newest",
           "no", "actions"}  # fmt: skip
_UNITS = {f"{unit}{end}" for unit in ("minute", "hour", "day", "week", "month", "year")
          for end in ("", "s")}  # fmt: skip
_DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}


@pytest.mark.parametrize(
    ("text", "on", "said"),
    [
        (f"{MAP} Ra‸ting <-> priority\n}}", "Rating", ['"Hot", "Warm", "Cold"', "Lead in local"]),
        (f"{MAP} ‸LastName <-> last_name\n}}", "LastName", ["Last Name", "Required", "80 char"]),
        (f"{MAP} LastName‸ <-> last_name\n}}", "LastName", ["Last Name"]),
        (f"{MAP} LastName <-> last_‸name\n}}", "last_name", ["prospect in local (cadence)"]),
        (f"{MAP} `Last N‸ame` <-> last_name\n}}", "`Last Name`", ["`LastName`"]),
        (f"{MAP} Created‸Date -> notes\n}}", "CreatedDate", ["Read only"]),
        (f"{MAP} Phone <-> phone using ph‸one(Country)\n}}", "phone", ["phone(number, country?)"]),
        (f"{MAP} Phone <-> phone using phone(Cou‸ntry)\n}}", "Country", ["Lead in local"]),
        (f"{MAP} Phone <-> phone wh‸en blank\n}}", "when blank", ["target is blank (K2)"]),
        (f"{MAP} Phone <‸-> phone\n}}", "<->", ["Both ways"]),
        ("allow sms on Mon, n‸ot on holidays", "not on holidays", ["RS7"]),
        ("map Le‸ad <-> prospect {", "Lead", ["An object of local (CRM)", "LastName"]),
        ("connect crm to lo‸cal", "local", ["system"]),
        ("sync crm to cad‸ence", "sync crm to cadence", ["K8"]),
        ('workflow "w‸" on Lead {', '"w"', ["name of this workflow"]),
        ('workflow "w" on Lead { when Rating = "Ho‸t"', '"Hot"', ["A value of **Rating**"]),
        ('workflow "w" on Lead { when Rating = "Ol‸d"', '"Old"', ["Not among the values"]),
        ('workflow "w" on Lead { when Rating is not bl‸ank', "is not blank", ["holds something"]),
        ('activity call -> Task { Subject = "To {out‸come}!" }', "{outcome}", ["**Outcome**"]),
        (
            "map Lead <-> prospect {\n FirstName <-> x requird\n Ra‸ting <-> priority",
            "Rating",
            ["Cold"],
        ),
    ],
)
def test_what_is_said_of_a_word(text: str, on: str, said: list[str]) -> None:
    """B14: fields, functions, objects and words are explained, in a broken file too."""
    plain, at = marked(text)
    found = hover(plain, at, LOCAL)
    assert found is not None
    assert plain[found.start : found.end] == on
    for words in said:
        assert words in found.text


@pytest.mark.parametrize(
    "text",
    [
        "# con‸nect",
        "‸",
        "map Lead <-> prospect {\n Nobo‸dy <-> email",
        'admin "a‸@b.c"',
        "sync ‸ e",
    ],
)
def test_nothing_is_said_of_what_is_not_known(text: str) -> None:
    """B14: better no word than a wrong one."""
    assert hover(*marked(text), LOCAL) is None


def test_every_word_of_the_language_is_explained() -> None:
    """B14: a word stands in the glossary, or in a phrase of it."""
    explained = {word for phrase in WORDS for word in [phrase, *phrase.split()]}
    assert keywords() - explained - _JOINTS - _UNITS - _DAYS == set()


def test_every_phrase_of_the_glossary_can_be_said() -> None:
    """B14: what is explained exists: each phrase is one that some place of a file offers."""
    said: set[str] = set()
    top: Node | None = reader().ground
    at = 0
    while top is not None:
        accepted = reader().accepts(top)
        said.update(phrase.text for phrase in phrases(reader(), top, accepted))
        word = reader().word(top, EXAMPLE, at)
        if word is None:
            break
        at = word.end
        top = reader().feed(top, word.terminal, word.start, at, EXAMPLE[word.start : at])
    prefixes = {" ".join(p.split()[:n]) for p in said for n in range(1, len(p.split()) + 1)}
    #: Behind a number, and behind a word that the example does not use.
    late = {"ago", "from now", "apart", "per user", "calls per", "in the last", "in the next",
            "cadence", "crm", "else", "else skip", "else hold", "on outcome"}  # fmt: skip
    assert set(WORDS) - prefixes - late == set()


@pytest.mark.parametrize(
    ("text", "leads_to"),
    [
        (f'{MAP}}}\nworkflow "w" on Lead {{ when First‸Name = "x" then exit cadence }}',
         ["FirstName <-> first_name"]),
        (f'{MAP}}}\nworkflow "w" on Lead {{ when `First‸ Name` = "x" then exit cadence }}',
         ["FirstName <-> first_name"]),
        (f'{MAP}}}\nform "f" for prospect {{ first_‸name }}', ["FirstName <-> first_name"]),
        (f"{MAP}}}\nsync crm to cadence where First‸Name is blank", ["FirstName <-> first_name"]),
        (f'{MAP}}}\nworkflow "w" on Lead {{ when Rat‸ing = "Hot" then exit cadence }}', []),
        (f'{MAP}}}\nworkflow "w" on Le‸ad {{ when is new then exit cadence }}', [f"{MAP}}}"]),
        ('workflow "w‸" on Lead { when is new then exit cadence }',
         ['workflow "w" on Lead { when is new then exit cadence }']),
        ("# no‸thing", []),
    ],
)  # fmt: skip
def test_where_a_name_leads(text: str, leads_to: list[str]) -> None:
    """B14: a field to the rows that map it, an object to its map, a title to its statement."""
    plain, at = marked(text)
    assert [plain[s.start : s.end] for s in definition(plain, at, LOCAL)] == leads_to
