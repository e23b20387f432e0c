"""Forms of the rules: what they show, what may be posted in them, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

import support
import syncline_schemas
from support import CADENCE, CRM, HEAD, World, command
from support_language import LOCAL, checked
from syncline import RetriableError, RulesError, RuleSet, WorkspaceError
from syncline.forms.build import form_named, forms_of
from syncline.forms.form import Choice, Form, FormField
from syncline.forms.posted import read_posted
from syncline.sync.lease import Lease

RULES = (
    HEAD
    + """
map Lead <-> prospect {
    match Email = email
    FirstName  <-> first_name
    LastName   <-> last_name     required
    Company    <-> company_name  required, default "Unknown"
    Email      <-> email
    Title       -> job_title
    Rating     <-> priority      as { "Hot" = 3, "Warm" = 2, "Cold" = 1 }
    LeadSource <-> source
    Industry   <-> industry
}
form "New prospect" for prospect {
    last_name
    email
    company_name  required, default "Unknown"
    priority
    industry
    source        one of "Web", "Referral"
    notes         read only
    job_title
    company_url
    company_size
}
"""
)


def rules_of(text: str) -> RuleSet:
    return checked(text.replace("{crm}", "local"), LOCAL)


def built(text: str = RULES) -> Form:
    return form_named(forms_of(rules_of(text)), "new prospect")


def field(name: str, form: Form) -> FormField:
    (found,) = [each for each in form.fields if each.name == name]
    return found


def told(form: Form, values: Any) -> dict[str, str]:
    """Return what is wrong with each value."""
    posted = read_posted(form, values, LOCAL.functions)
    return {fault.label: fault.message for fault in posted.faults}


@pytest.fixture(scope="module")
def form() -> Form:
    return built()


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    with support.local_world(tmp_path, RULES) as world:
        yield world


# What a form shows


def test_a_form_has_its_fields_in_order_and_first_what_it_cannot_do_without(form: Form) -> None:
    """First name, last name and company are asked for in any form (RS5, RP4, RS10)."""
    assert [each.name for each in form.fields] == [
        "first_name", "last_name", "email", "company_name", "priority", "industry", "source",
        "notes", "job_title", "company_url", "company_size",
    ]  # fmt: skip
    for name in ("first_name", "last_name", "company_name"):
        assert field(name, form).required == "Required of every prospect."
    assert form.schema()["required"] == ["first_name", "last_name"]


def test_a_field_that_the_map_requires_is_required_in_the_form() -> None:
    """The reason names the row; one that the CRM itself requires names its field (RS10)."""
    text = RULES.replace("Industry   <-> industry", "Industry <-> industry required")
    (line,) = [n for n, row in enumerate(text.splitlines(), start=1) if "industry required" in row]
    assert field("industry", built(text)).required == f"Required by the row rules:{line}."


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("job_title", "The CRM sets it, from Lead.Title."),
        ("notes", "It is shown, and cannot be edited here."),
        ("email", ""),
        ("company_url", ""),
    ],
)
def test_what_the_crm_sets_is_read_only(form: Form, name: str, why: str) -> None:
    """A row that goes to the cadence alone, and the words ``read only``, shut a field (RS10)."""
    assert field(name, form).read_only == why
    assert ("readOnly" in form.schema()["properties"][name]) == bool(why)


def test_a_picklist_comes_from_the_crm_with_its_table_translated(form: Form) -> None:
    """What is posted is the cadence's value, what is read is the CRM's (RS10)."""
    rating = field("priority", form)
    assert rating.choices == (Choice(3, "Hot"), Choice(2, "Warm"), Choice(1, "Cold"))
    assert rating.schema() == {"title": "Priority", "type": "number", "enum": [3, 2, 1]}
    assert rating.widget == "select"
    crm = LOCAL.descriptions[CRM].get("Lead")
    assert crm is not None
    industry = crm.get("Industry")
    assert industry is not None
    assert [c.value for c in field("industry", form).choices] == list(industry.values)


def test_one_of_narrows_the_choices(form: Form) -> None:
    """And nothing else is taken (RS10)."""
    source = field("source", form)
    assert [choice.value for choice in source.choices] == ["Web", "Referral"]
    assert source.closed


def test_one_of_names_no_value_that_the_system_refuses() -> None:
    """The checker tells it before any form is drawn (B2)."""
    with pytest.raises(RulesError):
        built(RULES.replace('"Web", "Referral"', '"Web", "Referal"'))


def test_a_form_that_nobody_can_fill_in_is_told() -> None:
    """What is required and set by the CRM alone cannot be posted (RS10)."""
    with pytest.raises(WorkspaceError, match="Last name is required and read only") as caught:
        built(RULES.replace("LastName   <-> last_name     required", "LastName -> last_name"))
    assert caught.value.hint == "Map last_name both ways, or take `read only` off it."
    with pytest.raises(WorkspaceError, match="Job title is required and read only") as caught:
        built(RULES.replace("    job_title\n", "    job_title     required\n"))
    assert caught.value.hint == "Map job_title both ways, or take `required` off it."


def test_a_form_is_found_by_its_name_in_any_capitals() -> None:
    """A near name is told, or those that there are."""
    forms = forms_of(rules_of(RULES))
    assert form_named(forms, " NEW prospect").name == "New prospect"
    with pytest.raises(WorkspaceError, match="did you mean New prospect"):
        form_named(forms, "New prospct")
    with pytest.raises(WorkspaceError) as caught:
        form_named((), "x")
    assert "The rules have none" in caught.value.hint


def test_a_forms_document_is_valid_and_so_is_its_schema(form: Form) -> None:
    """A host draws it from the document alone (RS10, RP7)."""
    document = form.to_json()
    assert syncline_schemas.check("form", document) == []
    drawn = {each["name"]: each["widget"] for each in document["fields"]}
    assert drawn["notes"] == "textarea"
    assert drawn["email"] == "email"
    good = {"first_name": "Ann", "last_name": "Lee", "priority": 3}
    assert syncline_schemas.check_against(document["schema"], good) == []
    for bad in ({}, {**good, "priority": 4}, {**good, "first_name": " "}, {**good, "x": 1}):
        assert syncline_schemas.check_against(document["schema"], bad) != []


# What may be posted

NAMES = {"first_name": "Ann", "last_name": "Lee"}


@pytest.mark.parametrize(
    ("given", "label", "message"),
    [
        ({"frist_name": "A"}, "frist_name", "no such field; did you mean first_name?"),
        ({"Last nam": "A"}, "Last nam", "no such field; did you mean last_name?"),
        ({"shoe": 43}, "shoe", "The form has no such field; leave it out."),
        ({"last_name": " "}, "Last name", "It is required: fill it in."),
        ({"last_name": None}, "Last name", "It is required: fill it in."),
        ({"first_name": "A" * 41}, "First name", "takes 40 characters, and this has 41"),
        ({"first_name": ["A"]}, "First name", "It takes a text"),
        ({"job_title": "CEO"}, "Job title", "It is read only: leave it out. The CRM sets it"),
        ({"email": "ann@"}, "Email", '"ann@" is no e-mail address: correct it.'),
        ({"company_url": "a b"}, "Company URL", "is no web address: correct it."),
        ({"company_size": "many"}, "Company size", "a number such as 250; not `many`."),
        ({"company_size": True}, "Company size", "a number such as 250; not `True`."),
        ({"company_size": "1e999"}, "Company size", "a number such as 250"),
        ({"priority": 4}, "Priority", "It takes one of Hot, Warm, Cold; not `4`."),
        ({"source": "Webb"}, "Source", "one of Web, Referral; not `Webb`. Did you mean Web?"),
        ({"source": "Event"}, "Source", "one of Web, Referral; not `Event`."),
    ],
)
def test_what_will_not_do_is_told_by_the_fields_label(
    form: Form, given: dict[str, Any], label: str, message: str
) -> None:
    """Each fault says what to do (RS10)."""
    found = told(form, {**NAMES, **given})
    assert list(found) == [label]
    assert message in found[label]


@pytest.mark.parametrize("name", [1, None, ("a",), b"first_name"])
def test_a_name_that_is_no_text_is_told(form: Form, name: object) -> None:
    """RS10: a host's slip in the keys is a fault like a strange name."""
    assert told(form, {name: "x"})[f"{name}"] == "A name is text: write it in quotes."


def test_every_fault_is_told_at_once_but_not_a_million(form: Form) -> None:
    """A post of strange names is cut short; one that is no object says what is wanted."""
    assert list(told(form, {"priority": 9})) == ["First name", "Last name", "Priority"]
    assert len(read_posted(form, {f"x{n}": 1 for n in range(500)}, LOCAL.functions).faults) == 50
    assert told(form, ["Ann"]) == {"New prospect": "An object is wanted: a value under each name."}


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"first_name": " Ann\t"}, "first_name", "Ann"),
        ({"email": " ANN@Example.COM "}, "email", "ann@example.com"),
        ({"company_url": "Example.com/"}, "company_url", "https://example.com"),
        ({"company_size": " 250 "}, "company_size", 250),
        ({"company_size": 2.5}, "company_size", 2.5),
        ({"priority": "hot"}, "priority", 3),
        ({"priority": "2"}, "priority", 2),
        ({"source": "web"}, "source", "Web"),
        ({}, "company_name", "Unknown"),
        ({"company_name": ""}, "company_name", "Unknown"),
        ({"notes": ""}, "notes", None),
        ({"first_name": "A\0\ud800"}, "first_name", "A\ufffd?"),
    ],
)
def test_a_value_is_put_right_where_it_may_be(
    form: Form, given: dict[str, Any], name: str, value: Any
) -> None:
    """Spaces, capitals, numbers as texts, labels for values, defaults for blanks (RS10)."""
    posted = read_posted(form, {**NAMES, **given}, LOCAL.functions)
    assert posted.faults == ()
    assert posted.values.get(name) == value


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    given=st.dictionaries(
        st.sampled_from([each.name for each in built().fields]) | st.text(), _ANYTHING
    )
)
def test_what_is_taken_is_valid_by_the_forms_own_schema(given: dict[str, Any]) -> None:
    """Whatever is posted, it ends as faults or as values that the schema allows (RS10)."""
    form = built()
    posted = read_posted(form, given, LOCAL.functions)
    if not posted.faults:
        assert syncline_schemas.check_against(form.schema(), dict(posted.values)) == []


# What becomes of it


@pytest.mark.parametrize("crm", [support.local_world, support.sandbox_world])
def test_what_was_posted_goes_over_at_the_next_sync(
    crm: Callable[..., AbstractContextManager[World]], tmp_path: Path
) -> None:
    """From the form to the CRM, the table turned back (RS10, RP7)."""
    values = {**NAMES, "email": "ann@example.com", "priority": "Hot", "source": "Web"}
    with crm(tmp_path, RULES) as world:
        with world.workspace() as workspace:
            made = workspace.submit("New prospect", values, key="post-1")
        assert made.state == "stored"
        assert syncline_schemas.check("submission", made.to_json()) == []
        world.settle()
        lead = world.one(CRM, "Lead", Email="ann@example.com")
    assert (lead["Rating"], lead["LeadSource"], lead["Company"]) == ("Hot", "Web", "Unknown")


def test_the_same_key_makes_one_record_and_leaves_edits_alone(world: World) -> None:
    """Sent again, before a run or after it, nothing more comes of it (RS10)."""
    with world.workspace() as workspace:
        first = workspace.submit("New prospect", NAMES, key="post-1")
        world.change(CADENCE, "prospect", first.id, first_name="Anna")
        again = workspace.submit("New prospect", {**NAMES, "company_size": 3}, key="post-1")
        assert (again.state, again.id) == ("repeated", first.id)
        assert workspace.submit("New prospect", NAMES).id != first.id
    world.settle()
    with world.workspace() as workspace:
        assert workspace.submit("New prospect", NAMES, key="post-1").id == first.id
    assert world.read(CADENCE, "prospect", first.id)["first_name"] == "Anna"
    assert len(world.all(CADENCE, "prospect")) == 2


def test_what_is_refused_leaves_nothing_behind(world: World) -> None:
    """A submission with a fault stores nothing, and says so in its document (RS10)."""
    with world.workspace() as workspace:
        made = workspace.submit("New prospect", {"last_name": "Lee"}, key="post-1")
    assert (made.state, made.id, [f.label for f in made.faults]) == ("refused", "", ["First name"])
    assert syncline_schemas.check("submission", made.to_json()) == []
    assert world.all(CADENCE, "prospect") == []


def test_a_key_that_no_system_keeps_is_refused(world: World) -> None:
    """Before anything is asked of it."""
    with world.workspace() as workspace:
        for key in ("k" * 121, "a\nb"):
            with pytest.raises(WorkspaceError, match="120 plain characters"):
                workspace.submit("New prospect", NAMES, key=key)


def test_a_submission_waits_for_a_run_that_is_at_work(world: World) -> None:
    """Two never write the cadence at once; whoever sends it again loses nothing."""
    with world.workspace() as workspace, world.workspace() as other:
        with Lease(other.ledger, world.clock, world.folder), pytest.raises(RetriableError):
            workspace.submit("New prospect", NAMES, key="post-1")
        assert workspace.submit("New prospect", NAMES, key="post-1").state == "stored"


def test_the_commands_show_forms_and_take_what_is_posted(world: World) -> None:
    """Documents are valid, faults go to the error stream, exit codes say how it went (RS10)."""
    folder = world.folder
    done = command("forms", "--json", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert syncline_schemas.check("forms", json.loads(done.stdout)) == []
    shown = command("forms", "New prospect", folder=folder)
    assert "job_title     Job title, text. The CRM sets it, from Lead.Title." in shown.stdout
    assert "priority      Priority, select, Hot/Warm/Cold" in shown.stdout
    (folder / "post.json").write_text(json.dumps({**NAMES, "frist": 1}))
    refused = command("submit", "New prospect", "--json-file", "post.json", folder=folder)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert (
        refused.stderr
        == "Nothing was stored.\n  frist: The form has no such field; leave it out.\n"
    )
    (folder / "post.json").write_text(json.dumps(NAMES))
    words = ("submit", "New prospect", "--json-file", "post.json", "--key", "k")
    assert command(*words, folder=folder).stdout.startswith("Stored as prs_")
    document = json.loads(command(*words, "--json", folder=folder).stdout)
    assert syncline_schemas.check("submission", document) == []
    assert document["state"] == "repeated"
    (folder / "post.json").write_text("[")
    assert command(*words, folder=folder).returncode == 3
