"""What an editor offers at a place: by the words before it, and by the systems' own fields."""

from __future__ import annotations

import pytest

from support_editor import marked
from support_language import LOCAL, TYPES
from syncline.editor.completion import completion
from syncline.editor.items import Item
from syncline.model import FieldType, Side
from syncline.rules.catalog import Catalog

MAP = "map Lead <-> prospect {\n match Email = email\n"
ON_LEAD = 'workflow "w" on Lead {\n when '


def offered(text: str, catalog: Catalog = LOCAL) -> list[Item]:
    plain, at = marked(text)
    return completion(plain, at, catalog)


def labels(text: str, catalog: Catalog = LOCAL) -> list[str]:
    return [item.label for item in offered(text, catalog)]


def crm_fields(name: str) -> set[str]:
    found = LOCAL.descriptions[Side.CRM].get(name)
    assert found is not None
    return {field.name for field in found.fields}


def cadence_fields(name: str) -> set[str]:
    found = LOCAL.descriptions[Side.CADENCE].get(name)
    assert found is not None
    return {field.name for field in found.fields}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("‸", ["connect crm to", "sync every", "admin", "map", "workflow", "allow", "form"]),
        ("wor‸", ["workflow"]),
        ("sync crm to cadence ‸", ["where", "map"]),
        ("connect crm to ‸", ["local", "salesforce"]),
        ("map ‸", ["Lead", "Contact", "Account"]),
        ("map Lead ‸", ["<->", "->", "<-"]),
        ("map Lead <‸", ["<->"]),
        ("map Lead -> ‸", ["prospect", "account"]),
        (f"{MAP} ‸", ["FirstName", "Company", "match", "deletes"]),
        (f"{MAP} deletes ‸", ["<->", "->", "<-"]),
        ("sync every 15 minutes, ‸", ["at most", "max deletes"]),
        ("sync every 15 minutes, at most 5 ‸", ["calls per", "actions per"]),
        ("sync every 15 minutes, max deletes 10 ‸", ["%"]),
        (f"{MAP} FirstName <-> ‸", ["first_name", "company_name"]),
        (f"{MAP} FirstName <-> first_name ‸", ["required", "when blank", "to crm never", "using"]),
        (f"{MAP} Phone <-> phone using phone(‸", ["Country"]),
        (f"{MAP} Phone <-> phone using ‸", ["phone(number, country?)"]),
        (f"{MAP} Website <- company_url using lower(‸", ["company_url", "Website"]),
        (f"{MAP} Rating -> priority as {{ ‸", ["Hot", "Warm", "Cold"]),
        (f'{MAP} Rating -> priority as {{ "Hot" = 1, ‸', ["Warm"]),
        (f"{MAP} Rating <-> priority default ‸", ["Hot"]),
        (f'{MAP} Rating -> priority as {{ "Hot" = 1 }} else ‸', ["skip", "hold"]),
        ('workflow "w" on ‸', ["Lead", "Contact"]),
        (f"{ON_LEAD}‸", ["Status", "all", "any", "none", "not", "is new", "is deleted"]),
        (f"{ON_LEAD}Status ‸", ["=", "!=", "in", "not in", "is blank", "changed to"]),
        (f"{ON_LEAD}Status = ‸", ["Open - Not Contacted"]),
        (f'{ON_LEAD}Status in "Open - Not Contacted", ‸', ["Closed - Converted"]),
        (f"{ON_LEAD}Status != ‸", ["Closed - Converted"]),
        (f"{ON_LEAD}Status changed ‸", ["to", "from", "and", "then exit cadence"]),
        (f"{ON_LEAD}Status changed from ‸", ["Closed - Converted"]),
        (f"{ON_LEAD}IsConverted = ‸", ["true", "false"]),
        (f"{ON_LEAD}LastActivityDate before ‸", ["today", "now", "30 days ago"]),
        (f"{ON_LEAD}LastActivityDate in the last 7 ‸", ["days", "weeks"]),
        (f"{ON_LEAD}LastActivityDate in the last 1 ‸", ["day", "week"]),
        (f"{ON_LEAD}is new then ‸", ["exit cadence", "move to cadence", "move to next touch"]),
        (f"{ON_LEAD}is new then move to cadence ‸", ["Nurture Q3", "New leads"]),
        ("activity ‸", ["call", "email"]),
        ("activity call ‸", ["on outcome", "->"]),
        ('activity call on outcome "Busy" -> Task { }\nactivity sms on outcome ‸', ["Busy"]),
        ("activity call -> ‸", ["Task", "Event"]),
        ("activity call -> Task { ‸", ["Subject", "CallDurationInSeconds"]),
        ("activity call -> Task { Subject = ‸", ["outcome", "comments"]),
        ('activity call -> Task { Subject = "Call: {‸', ["outcome", "list_name"]),
        ('activity call -> Task { Subject = "Call: {out‸} x"', ["outcome"]),
        ("allow ‸", ["email", "sms"]),
        ("allow email on ‸", ["Mon", "Sun"]),
        ("allow email on Mon ‸", ["from", "in the prospect's time zone", "at most"]),
        ('allow email on Mon in "‸', ["Europe/Berlin", "UTC"]),
        ("allow email on Mon, ‸", ["at most", "not on holidays"]),
        ('allow email on Mon not on holidays in "‸', ["FR", "US"]),
        ('form "f" for ‸', ["prospect"]),
        ('form "f" for prospect {\n ‸', ["first_name"]),
        ('form "f" for prospect {\n first_name ‸', ["required", "read only", "one of", "default"]),
        ('form "f" for prospect {\n source one of ‸', ["Web", "Referral"]),
        ('test "t" {\n ‸', ["given", "given last sync", "expect", "expect no action"]),
        ('test "t" {\n given ‸', ["Lead", "prospect"]),
        ('test "t" {\n given Lead ‸', ["Rating", "is deleted", "is converted"]),
        ('test "t" {\n given Lead Rating = ‸', ["Hot"]),
        ('test "t" {\n given last sync ‸', ["Rating", "first_name"]),
        ('test "t" {\n expect move to cadence ‸', ["New leads"]),
        (f"{MAP}}}\nsync crm to cadence where ‸", ["Rating", "Status"]),
        (f"{MAP}}}\nsync cadence to crm where ‸", ["first_name"]),
    ],
)
def test_what_is_offered(text: str, wanted: list[str]) -> None:
    """B14: each place offers what fits there."""
    assert set(wanted) <= set(labels(text))


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("# connect ‸", ["crm", "local"]),
        ("‸", ["required", "Rating", "sync crm to crm"]),
        (f"{MAP} ‸", ["first_name", "required"]),
        (f"{MAP} FirstName <-> ‸", ["FirstName", "required"]),
        (f"{MAP} FirstName <-> first_name required ‸", ["required", "else skip"]),
        (f"{MAP} FirstName <-> first_name crm wins ‸", ["newest wins", "crm wins"]),
        (f"{MAP} FirstName <-> first_name when blank ‸", ["always", "to crm never"]),
        (f"{MAP} FirstName <-> first_name to crm never ‸", ["always", "to crm always"]),
        (f'{MAP} Rating -> priority as {{ "Hot" = 1 }} ‸', ["using", "as"]),
        ('form "f" for prospect { first_name required ‸', ["required", "read only"]),
        (f"{ON_LEAD}Status ‸", ["<", "before", "in the last", "between"]),
        (f"{ON_LEAD}AnnualRevenue ‸", ["contains", "before", "starts with"]),
        (f"{ON_LEAD}LastActivityDate ‸", ["contains", "matches"]),
        (f"{ON_LEAD}Status = ‸", ["true", "today", "30 days ago"]),
        (f"{ON_LEAD}‸", ["true", "today", "first_name"]),
        ('activity call -> Task { Subject = "Call: ‸', ["outcome", "comments"]),
        ('admin "‸', ["Lead", "Hot"]),
        ('workflow "‸', ["Lead", "Hot"]),
    ],
)
def test_what_is_not_offered(text: str, unwanted: list[str]) -> None:
    """B14: nothing is offered that would be a fault, or that is said already."""
    assert not set(unwanted) & set(labels(text))


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (f"{MAP} ‸", crm_fields("Lead")),
        (f"{MAP} match ‸", crm_fields("Lead")),
        (f"{MAP} match Email = ‸", cadence_fields("prospect")),
        (f"{MAP} FirstName -> ‸", cadence_fields("prospect")),
        ("map Contact <-> account {\n ‸", crm_fields("Contact")),
        ("map Contact <-> account {\n Email <-> ‸", cadence_fields("account")),
        ('test "t" { expect Contact ‸', crm_fields("Contact")),
    ],
)
def test_the_side_decides_whose_fields_are_offered(text: str, fields: set[str]) -> None:
    """B14: left of the arrow the CRM's fields, right of it the cadence's, all of them."""
    found = [item.label for item in offered(text) if item.kind == "field"]
    assert set(found) == fields


@pytest.mark.parametrize(
    "broken",
    [
        f"{MAP} FirstName <->\n LastName <-> ‸",
        f"{MAP} FirstName\n LastName <-> ‸",
        f"{MAP} FirstName <-> first_name requird\n LastName <-> ‸",
        f"{MAP} = = =\n LastName <-> ‸",
        f'{MAP} Rating <-> priority default "oh\n LastName <-> ‸',
        "workflow {{{ }\nsync sync\nmap Lead <-> prospect {\n LastName <-> ‸",
        f"{MAP} LastName <-> ‸\nworkflow on on {{",
    ],
)
def test_slips_elsewhere_do_not_matter(broken: str) -> None:
    """B14: the file around the cursor is usually broken while one types."""
    assert "last_name" in labels(broken)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"{MAP} FirstName <->\n ‸", "Company"),
        (f"{MAP} FirstName\n ‸", "Company"),
        (f"{MAP} FirstName <-> first_name requird\n ‸", "Company"),
        (f"{MAP} FirstName <-> first_name\n ‸", "required"),
        (f"{MAP} FirstName <-> first_name required,\n ‸", "locked"),
        (f"{ON_LEAD}all {{\n Rating =\n ‸", "is new"),
        (f'{ON_LEAD}all {{\n Rating in "Hot",\n ‸', "Warm"),
        (f"{MAP} Rating -> priority as {{\n ‸", "Hot"),
        (f"{MAP} Phone <-> phone using phone(\n ‸", "Country"),
        ("activity call -> Task {\n Subject =\n ‸", "Description"),
    ],
)
def test_a_new_line_begins_a_row_unless_the_last_goes_on(text: str, wanted: str) -> None:
    """B14: a row left half-typed above is let go of; in brackets and behind a comma it goes on."""
    assert wanted in labels(text)


@pytest.mark.parametrize(
    ("text", "label", "insert", "start", "end"),
    [
        ("workflow \"w\" on Lead { when Status = \"Op‸en\" }", "Closed - Converted",
         '"Closed - Converted"', '"Open"', ""),
        ("map Lead <-> pro‸spect {", "prospect", "prospect", "prospect", ""),
        ("map Lead <-> `pro‸", "prospect", "`prospect`", "`pro", ""),
        ('activity call -> Task { Subject = "a {out‸come} b"', "comments", "{comments}",
         "{outcome}", ""),
        ('activity call -> Task { Subject = "a {out‸ b"', "comments", "{comments}", "{out", ""),
    ],
)  # fmt: skip
def test_what_is_replaced(text: str, label: str, insert: str, start: str, end: str) -> None:
    """B14: the word under the cursor is replaced whole, with its quotes."""
    plain, _at = marked(text)
    item = next(item for item in offered(text) if item.label == label)
    assert (item.insert, plain[item.start : item.end]) == (insert, start + end)


def test_a_name_that_is_not_one_plain_word_stands_in_back_ticks() -> None:
    """B14: fields with odd signs, and fields named like a word of the language at this place."""
    text = 'workflow "w" on Thing { when ‸'
    inserts = {item.label: item.insert for item in offered(text, TYPES)}
    assert inserts["Text"] == "Text"
    assert inserts["a\"b{c}\\d'e"] == "`a\"b{c}\\d'e`"


@pytest.mark.parametrize(("side", "arrow"), [("required", "<->"), ("default", "->")])
def test_a_field_named_like_a_word_is_quoted_only_where_it_is_one(side: str, arrow: str) -> None:
    """B14: `required` is a name before the arrow, and a word behind a row."""
    from syncline.editor.names import name_as_written
    from syncline.editor.place import place_at

    first = place_at(f"map a {arrow} b {{ ", 13).top
    behind = f"map a {arrow} b {{ x {arrow} y "
    assert name_as_written(side, first) in {side, f"`{side}`"}
    assert name_as_written(side, place_at(behind, len(behind)).top) == f"`{side}`"


def test_a_field_says_what_one_must_know_of_it() -> None:
    """B14: label, type, length and values; what is required and what is read only is marked."""
    found = {item.label: item for item in offered(f"{MAP} ‸")}
    assert found["LastName"].detail == "Last Name · text · required"
    assert found["CreatedDate"].detail.endswith("read only")
    assert "up to 80 characters" in found["LastName"].documentation
    assert '"Hot", "Warm", "Cold"' in found["Rating"].documentation


def test_a_label_finds_its_field() -> None:
    """B14: an admin knows `Annual Revenue`, not `AnnualRevenue`."""
    found = {item.label: item for item in offered(f"{MAP} ‸")}
    assert "Annual Revenue" in found["AnnualRevenue"].filter


def test_a_function_says_how_it_is_called() -> None:
    """B14: signature and summary, and a place for the cursor in its brackets."""
    found = {item.filter: item for item in offered(f"{MAP} Phone <-> phone using ‸")}
    assert found["phone"].snippet == "phone($0)"
    assert LOCAL.functions["phone"].summary in found["phone"].documentation


@pytest.mark.parametrize("kind", list(FieldType))
def test_every_comparison_offered_fits_the_field(kind: FieldType) -> None:
    """B14: what the checker would refuse is not offered; every type can be asked if it is blank."""
    name = {"multi-picklist": "Choices"}.get(kind, kind.title())
    found = labels(f'workflow "w" on Thing {{ when {name} ‸', TYPES)
    assert {"is blank", "is not blank", "changed"} <= set(found)
    assert ("before" in found) == (kind in {FieldType.DATE, FieldType.DATETIME})
    assert ("<" in found) == (kind in {FieldType.NUMBER, FieldType.DATE, FieldType.DATETIME})


def test_words_come_first_on_a_row_and_fields_on_a_new_line() -> None:
    """B14: behind a row one says more of it; on a new line one begins the next."""
    assert labels(f"{MAP} FirstName <-> first_name ‸")[0] == "required"
    assert labels(f"{MAP} FirstName <-> first_name\n ‸")[0] == "Id"
