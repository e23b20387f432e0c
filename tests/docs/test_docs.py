"""The documentation holds to the code: names, signatures, commands, and examples that run."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

import syncline
import syncline_schemas
from support import command
from support_docs import ROOT, Fence, fences, guide
from support_language import LOCAL, NOON, codes
from syncline.cli.main import cli
from syncline.functions import BUILT_IN
from syncline.hookspecs import Hooks
from syncline.rules.evaluate import evaluate
from syncline.testing import CHECKS

EXAMPLE = ROOT / "examples" / "acme_connector"
#: Guides with Python in them. A block marked ``python`` runs after those above it; one marked
#: ``py`` is a piece that is compiled alone.
GUIDES = ("connectors.md", "hosts.md")
MARKS = ("python", "py")


def hooks() -> list[str]:
    return sorted(name for name in vars(Hooks) if name.startswith("syncline_"))


def commands() -> list[str]:
    return cli.list_commands(click.Context(cli))


def blocks(name: str) -> Iterator[Fence]:
    """Yield each Python block."""
    return fences(guide(name), *MARKS)


def code(block: Fence, name: str) -> Any:
    """Compile a block so that a traceback names its line in the guide."""
    return compile("\n" * (block.line - 1) + block.text, name, "exec")


def ran(name: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> ModuleType:
    """Run a guide's blocks from top to bottom, as one module in an empty folder."""
    module = ModuleType(name.removesuffix(".md"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.chdir(folder)
    for block in blocks(name):
        if block.mark == "python":
            exec(code(block, name), vars(module))
    return module


# -- hooks


@pytest.mark.parametrize("hook", hooks())
def test_the_guide_has_every_hook_under_its_exact_signature(hook: str) -> None:
    """A heading of docs/connectors.md is the hook as it is written in the code."""
    signature = inspect.signature(getattr(Hooks, hook))
    own = list(signature.parameters.values())[1:]  # without self
    arguments = ", ".join(f"{each.name}: {each.annotation}" for each in own)
    heading = f"### `{hook}({arguments}) -> {signature.return_annotation}`"
    assert heading in guide("connectors.md").splitlines()


@pytest.mark.parametrize("hook", hooks())
def test_every_hook_has_a_whole_example(hook: str) -> None:
    """The section of a hook defines it, with its marker."""
    section = guide("connectors.md").partition(f"### `{hook}(")[2].partition("\n##")[0]
    example = next(fences(section, *MARKS)).text
    assert f"@syncline.hookimpl\ndef {hook}(" in example
    for word in ("**Called**", "**Gets**", "**Returns**"):
        assert word in section


@pytest.mark.parametrize("hook", hooks())
def test_every_hook_is_exercised_by_a_test(hook: str) -> None:
    """Somewhere in tests/plugins a plugin implements it."""
    tests = [path.read_text("utf-8") for path in (ROOT / "tests" / "plugins").glob("test_*.py")]
    implemented = re.compile(rf"\b{hook}=|def {hook}\(")
    assert any(implemented.search(text) for text in tests)


@pytest.mark.parametrize("hook", hooks())
def test_a_hook_says_in_its_docstring_what_it_is_for(hook: str) -> None:
    """The specification itself holds a sentence and an example."""
    text = inspect.getdoc(getattr(Hooks, hook)) or ""
    assert "**Example:**" in text
    assert f"def {hook}(" in text


def test_the_guide_tells_of_no_hook_that_is_not_there() -> None:
    """A hook that was renamed is not left behind."""
    assert set(re.findall(r"### `(syncline_\w+)\(", guide("connectors.md"))) == set(hooks())


# -- the public surface


def test_the_public_names_are_sorted_and_written_once() -> None:
    """``__all__`` is a list that a person can search."""
    assert list(syncline.__all__) == sorted(set(syncline.__all__))


def test_the_public_names_are_what_is_listed() -> None:
    """Asking Python what is there shows the names that are imported on use, too."""
    assert dir(syncline) == sorted(syncline.__all__)


def test_what_a_host_prints_is_short(tmp_path: Path) -> None:
    """A workspace, named by a text as well, its rules and its report show what they are."""
    assert command("init", folder=tmp_path).returncode == 0
    with syncline.Workspace(str(tmp_path)) as workspace:
        shown = [repr(each) for each in (workspace, workspace.rules, workspace.run())]
    assert shown == [
        f"Workspace({tmp_path})",
        "RuleSet(main.rules: 8 statements, 0 errors)",
        "Report(run 1: done, 0 writes)",
    ]


@pytest.mark.parametrize("name", syncline.__all__)
def test_a_public_name_exists_and_says_what_it_is(name: str) -> None:
    """Every public class and function has a docstring of its own."""
    value = getattr(syncline, name)
    if inspect.isclass(value):
        # A dataclass without one gets its signature for a docstring.
        assert value.__doc__
        assert not value.__doc__.startswith(f"{name}(")
    elif inspect.isfunction(value):
        assert value.__doc__
    else:
        assert name in {"Condition", "Value", "__version__", "hookimpl"}


@pytest.mark.parametrize(
    "method", sorted(name for name in vars(syncline.Connector) if not name.startswith("_"))
)
def test_every_method_of_a_connector_has_a_section_and_a_docstring(method: str) -> None:
    """An author finds each promise in the guide and in the protocol."""
    assert getattr(syncline.Connector, method).__doc__
    assert f"### `{method}`" in guide("connectors.md").splitlines()


@pytest.mark.parametrize("function", BUILT_IN, ids=lambda function: function.name)
def test_a_built_in_function_says_what_it_does(function: syncline.Function) -> None:
    """One sentence, for the admin."""
    assert re.fullmatch(r"[A-Z].+\.", function.summary)


# -- commands and documents


@pytest.mark.parametrize("name", commands())
def test_a_command_has_help_and_stands_in_the_readme(name: str) -> None:
    """The table under ``Commands`` names it in back-ticks."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.help
    section = (ROOT / "README.md").read_text("utf-8").partition("## Commands\n")[2]
    table = section.partition("\n## ")[0]
    assert re.search(rf"^\| `syncline {name}\b[^`]*` \|", table, re.MULTILINE)


def test_the_readme_names_no_command_that_is_not_there() -> None:
    """A command that was renamed is not left behind."""
    text = (ROOT / "README.md").read_text("utf-8")
    assert set(re.findall(r"^\| `syncline ([\w-]+)", text, re.MULTILINE)) == set(commands())


def test_the_guide_for_hosts_lists_every_schema() -> None:
    """The table of documents is whole."""
    table = guide("hosts.md").partition("## Documents\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(syncline_schemas.names())


def test_the_guide_to_the_workspace_lists_every_key() -> None:
    """The table of syncline.toml is whole."""
    text = guide("workspace.md")
    for key in syncline_schemas.load("workspace")["properties"]:
        assert f"| `{key}` |" in text or f"| `[{key}.NAME]` |" in text


def test_every_error_stands_in_the_guide_with_its_exit_code() -> None:
    """The table of errors agrees with the classes."""
    table = guide("hosts.md").partition("## Errors and exit codes\n")[2].partition("\n## ")[0]
    found = {
        name: int(number)
        for name, number in re.findall(r"^\| `(\w+)` \|.*\| (\d+) \|$", table, re.MULTILINE)
    }
    values = [getattr(syncline, name) for name in syncline.__all__]
    errors = {
        value.__name__: value.exit_code
        for value in values
        if inspect.isclass(value) and issubclass(value, syncline.SynclineError)
    }
    # Two of them are there to be caught by, and are never raised themselves.
    assert found == {
        name: number
        for name, number in errors.items()
        if name not in {"SynclineError", "ConnectorError"}
    }


@pytest.mark.parametrize("path", [*sorted(ROOT.glob("docs/*.md")), ROOT / "README.md"], ids=str)
def test_a_link_leads_to_a_file(path: Path) -> None:
    """Relative links of the documentation are not broken."""
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target


# -- examples


@pytest.mark.parametrize("name", GUIDES)
def test_every_python_block_compiles(name: str) -> None:
    """Pieces too: nobody copies a slip."""
    found = list(blocks(name))
    assert found
    for block in found:
        assert code(block, name)


def test_the_guide_for_hosts_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its blocks hold their own asserts."""
    assert ran("hosts.md", monkeypatch, tmp_path).monitor.cycles == 1


def test_the_guide_for_connectors_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its module is a plugin without a fault, and registers what it says."""
    module = ran("connectors.md", monkeypatch, tmp_path)
    registry = syncline.load_plugins(points=[], extra=[("desk", module)])
    assert registry.faults == ()
    assert set(registry.connectors) == set(registry.sandboxes) == {"desk"}
    assert registry.functions["dashed"].call("Food and Drink") == "food-and-drink"
    assert [template.kind for template in registry.templates] == ["call", "meeting"]


def test_the_guides_functions_do_what_they_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each example gives its result or its reason, and a row may call each as the guide says."""
    module = ran("connectors.md", monkeypatch, tmp_path)
    known = syncline.load_plugins(points=[], extra=[("desk", module)]).functions
    ours = [function for function in known.values() if function not in BUILT_IN]
    assert [f.name for f in ours] == ["dashed", "graded", "prefixed", "unprefixed"]
    for function in ours:
        for example in function.examples:
            assert evaluate(example.call, known, NOON) == example.gives
            if example.fails:
                with pytest.raises(ValueError, match=re.escape(example.fails)):
                    function.call(*re.findall(r'"([^"]*)"', example.call))
    catalog = replace(LOCAL, functions=known)
    rows = re.findall(r"`(\w+ <?-> \w+ using \w+\([^`]+)`", guide("connectors.md"))
    assert len(rows) == 2
    head = "connect crm to local\nconnect cadence to local\nsync crm to cadence\n"
    head += "map Lead <-> prospect {\n match Email = email\n Email <-> email\n"
    head += " FirstName <-> first_name\n LastName <-> last_name required\n"
    head += " Company <-> company_name required\n"
    for row in rows:
        assert codes(f"{head} {row}\n}}\n", catalog) == []


def test_the_guide_for_connectors_lists_every_check() -> None:
    """The table of checks is whole, and says what each takes (B13)."""
    text = guide("connectors.md")
    for check in CHECKS:
        taken = ", ".join(f"`{each}`" for each in check.needs)
        assert f"| `{check.name}` | {check.level} | {taken}" in text


def test_the_example_is_a_plugin_without_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """examples/acme_connector registers what its README says."""
    monkeypatch.setattr(sys, "path", [str(EXAMPLE), *sys.path])
    plugin = __import__("syncline_acme")
    registry = syncline.load_plugins(points=[], extra=[("acme", plugin)])
    assert registry.faults == ()
    assert set(registry.connectors) == {"acme"}
    assert "slug" in registry.functions
    assert [template.object for template in registry.templates] == ["Visit"]
