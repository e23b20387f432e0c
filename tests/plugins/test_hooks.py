"""Every hook: who is asked, what becomes of the answer, and what a faulty plugin may not spoil."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import syncline
import syncline_local
from support import CADENCE, CRM, local_world
from syncline import (
    ActivityTemplate,
    Connector,
    ConnectorType,
    Context,
    FatalError,
    Function,
    Plan,
    PluginError,
    Registry,
    Report,
    RetriableError,
    Sandbox,
    SandboxContext,
    Value,
    hookimpl,
    load_plugins,
)
from syncline.functions import BUILT_IN
from syncline.plugins import PluginFault

if TYPE_CHECKING:
    from syncline.ledger.journal import Entry

LOCAL = ("local", syncline_local)
BUILT_IN_NAMES = {function.name for function in BUILT_IN}


#: The hooks that register something, and what.
REGISTERING = {
    "syncline_register_connectors": "ConnectorType",
    "syncline_register_functions": "Function",
    "syncline_register_activity_templates": "ActivityTemplate",
    "syncline_register_sandboxes": "Sandbox",
}


class Plugin:
    """A plugin made of the hooks it is given."""

    def __init__(self, **hooks: Callable[..., object]) -> None:
        for name, call in hooks.items():
            setattr(self, name, hookimpl(call))


class Ears:
    """A plugin that hears of plans and of reports."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.reports: list[Report] = []

    @hookimpl
    def syncline_before_apply(self, plan: Plan) -> None:
        self.plans.append(plan)

    @hookimpl
    def syncline_after_cycle(self, report: Report) -> None:
        self.reports.append(report)


def same(value: Value) -> Value:
    return value


def slug(text: Value) -> Value:
    return "-".join(str(text).lower().split())


def _never(_context: Context) -> Connector:
    raise AssertionError("nobody connects while plugins are loaded")


def a_connector(name: str) -> ConnectorType:
    return ConnectorType(name=name, title=name.title(), sides=frozenset({CRM}), open=_never)


def a_function(name: str) -> Function:
    return Function(name=name, summary="Text as it is.", call=same)


def a_template(kind: str) -> ActivityTemplate:
    return ActivityTemplate(connector="acme", kind=kind, object="Visit", person_field="Person")


def a_sandbox(name: str) -> Sandbox:
    def app(_context: SandboxContext) -> None:
        raise AssertionError("nobody serves while plugins are loaded")

    def settings(url: str) -> dict[str, str]:
        return {"url": url}

    return Sandbox(name=name, title=name.title(), app=app, paths=(f"/{name}",), settings=settings)


def load(*plugins: tuple[str, object]) -> Registry:
    """Load these plugins and no others."""
    return load_plugins(points=[], extra=plugins)


def fault(registry: Registry) -> PluginFault:
    (found,) = registry.faults
    return found


def installed(folder: Path, name: str, source: str, hooks: pytest.MonkeyPatch) -> EntryPoint:
    """Install a distribution ``NAME-plugin 1.2`` with one module; return its entry point."""
    (folder / f"{name}_module.py").write_text(source, "utf-8")
    info = folder / f"{name}_plugin-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}-plugin\nVersion: 1.2\n", "utf-8"
    )
    (info / "entry_points.txt").write_text(f"[syncline]\n{name} = {name}_module\n", "utf-8")
    hooks.setattr(sys, "path", [str(folder), *sys.path])
    importlib.invalidate_caches()
    hooks.delitem(sys.modules, f"{name}_module", raising=False)
    points = [point for found in distributions(path=[str(folder)]) for point in found.entry_points]
    (point,) = [point for point in points if point.name == name]
    return point


# -- what is registered lands in the registry


def test_a_connector_is_registered_under_its_name() -> None:
    """syncline_register_connectors: each value is in ``connectors``, with where it comes from."""
    desk, mill = a_connector("desk"), a_connector("mill")
    registry = load(LOCAL, ("ours", Plugin(syncline_register_connectors=lambda: [desk, mill])))

    assert registry.connectors["desk"] is desk
    assert sorted(registry.connectors) == ["desk", "local", "mill"]
    assert registry.origins == dict.fromkeys(("desk", "local", "mill"), "handed in")
    assert registry.faults == ()


def test_a_function_stands_beside_the_built_in_ones() -> None:
    """syncline_register_functions: each value is in ``functions``."""
    ours = a_function("slug")
    registry = load(("ours", Plugin(syncline_register_functions=lambda: [ours])))

    assert registry.functions["slug"] is ours
    assert set(registry.functions) == BUILT_IN_NAMES | {"slug"}


def test_activity_templates_are_kept_in_order() -> None:
    """syncline_register_activity_templates: the values of all plugins are in ``templates``."""
    call, note = a_template("call"), a_template("note")
    plugin = Plugin(syncline_register_activity_templates=lambda: [call, note])
    registry = load(LOCAL, ("ours", plugin))

    assert [t for t in registry.templates if t.connector == "acme"] == [call, note]
    assert {t.connector for t in registry.templates} == {"acme", "local"}


def test_a_sandbox_is_registered_under_its_name() -> None:
    """syncline_register_sandboxes: each value is in ``sandboxes``."""
    desk = a_sandbox("desk")
    registry = load(("ours", Plugin(syncline_register_sandboxes=lambda: iter([desk]))))

    assert registry.sandboxes == {"desk": desk}


def test_with_no_plugin_there_are_the_built_in_functions_alone() -> None:
    """What Syncline itself brings needs no plugin."""
    registry = load()

    assert (registry.connectors, registry.sandboxes, registry.templates) == ({}, {}, ())
    assert set(registry.functions) == BUILT_IN_NAMES
    assert registry.faults == ()


def test_a_plugin_may_be_a_module_an_object_or_an_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The three ways in give the same registry."""
    source = (
        "import syncline\n"
        "@syncline.hookimpl\n"
        "def syncline_register_functions():\n"
        "    yield syncline.Function(name='slug', summary='x', call=str)\n"
    )
    point = installed(tmp_path, "slugs", source, monkeypatch)
    registry = load_plugins(
        points=[point],
        extra=[LOCAL, ("object", Plugin(syncline_register_functions=lambda: [a_function("twin")]))],
    )

    assert set(registry.functions) == BUILT_IN_NAMES | {"slug", "twin"}
    assert set(registry.connectors) == {"local"}
    assert registry.faults == ()


def test_loading_twice_gives_two_registries() -> None:
    """Nothing is global: a plugin of one registry is not in the next."""
    load(("ours", Plugin(syncline_register_functions=lambda: [a_function("slug")])))

    assert "slug" not in load().functions


def test_a_registering_hook_is_called_once() -> None:
    """The hook specification promises it."""
    calls: list[str] = []

    def counting(name: str) -> Callable[[], list[object]]:
        def hook() -> list[object]:
            calls.append(name)
            return []

        return hook

    load(("ours", Plugin(**{name: counting(name) for name in REGISTERING})))
    assert sorted(calls) == sorted(REGISTERING)


# -- a faulty plugin is named, and the rest goes on


@pytest.mark.parametrize("hook", REGISTERING)
def test_a_hook_that_raises_is_reported_and_the_rest_goes_on(hook: str) -> None:
    """The fault names the plugin; what others registered stands."""

    def broken() -> object:
        raise KeyError("colour")

    registry = load(("bad", Plugin(**{hook: broken})), LOCAL)

    found = fault(registry)
    assert (found.name, found.message) == ("bad", "KeyError: 'colour'")
    assert set(registry.connectors) == {"local"}


@pytest.mark.parametrize(("hook", "kind"), REGISTERING.items())
@pytest.mark.parametrize("rubbish", [[3], ["local"], [None]], ids=repr)
def test_a_value_of_another_type_is_reported(hook: str, kind: str, rubbish: list[object]) -> None:
    """The fault names the hook, the value and the type that was wanted."""
    registry = load(("bad", Plugin(**{hook: lambda: rubbish})), LOCAL)

    assert fault(registry).message == f"TypeError: {hook} gave {rubbish[0]!r}, not a {kind}"
    assert set(registry.connectors) == {"local"}


def test_a_hook_that_gives_nothing_is_reported() -> None:
    """A forgotten ``return`` or ``yield`` is a fault, not an empty answer."""
    registry = load(("bad", Plugin(syncline_register_functions=lambda: None)))

    assert fault(registry).message == "TypeError: 'NoneType' object is not iterable"


def test_of_a_faulty_hook_no_value_is_taken() -> None:
    """A hook is taken whole or not at all; the plugin's other hooks stand."""
    plugin = Plugin(
        syncline_register_functions=lambda: [a_function("slug"), 3],
        syncline_register_sandboxes=lambda: [a_sandbox("desk")],
    )
    registry = load(("half", plugin))

    assert set(registry.functions) == BUILT_IN_NAMES
    assert set(registry.sandboxes) == {"desk"}
    assert fault(registry).name == "half"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import no_such_module_anywhere\n", "ModuleNotFoundError: No module named "),
        ("def broken(:\n", "SyntaxError: "),
        ("raise RuntimeError('at import')\n", "RuntimeError: at import"),
    ],
    ids=["import", "syntax", "raise"],
)
def test_a_plugin_that_does_not_load_is_reported_with_its_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    """The admin learns which package to repair or remove; the rest goes on."""
    point = installed(tmp_path, "broken", source, monkeypatch)
    registry = load_plugins(points=[point], extra=[LOCAL])

    found = fault(registry)
    assert (found.name, found.distribution) == ("broken", "broken-plugin 1.2")
    assert found.message.startswith(message)
    assert set(registry.connectors) == {"local"}


def test_an_installed_plugin_whose_hook_raises_is_reported_with_its_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in a hook is laid at the same door as one at import."""
    source = (
        "import syncline\n"
        "@syncline.hookimpl\n"
        "def syncline_register_connectors():\n"
        "    raise OSError('it connects too early')\n"
    )
    point = installed(tmp_path, "early", source, monkeypatch)

    assert fault(load_plugins(points=[point], extra=[LOCAL])) == PluginFault(
        name="early",
        distribution="early-plugin 1.2",
        message="OSError: it connects too early",
    )


def test_an_unknown_hook_is_caught() -> None:
    """A slip in a hook's name does not pass in silence."""
    plugin = Plugin(syncline_regster_functions=lambda: [a_function("slug")])
    registry = load(("slip", plugin), LOCAL)

    found = fault(registry)
    assert found.name == "slip"
    assert "unknown hook 'syncline_regster_functions'" in found.message
    assert set(registry.connectors) == {"local"}


def test_an_unknown_argument_of_a_hook_is_caught() -> None:
    """The names of a hook's arguments bind."""

    def look(steps: object) -> None:
        raise AssertionError(steps)

    registry = load(("slip", Plugin(syncline_before_apply=look)), LOCAL)

    assert "{'steps'}" in fault(registry).message
    assert set(registry.connectors) == {"local"}


def test_an_argument_of_a_hook_may_be_left_out() -> None:
    """A plugin declares what it needs."""
    heard: list[str] = []
    registry = load(("ours", Plugin(syncline_before_apply=lambda: heard.append("plan"))))

    assert registry.faults == ()
    registry.before_apply(Plan(cases=()))
    assert heard == ["plan"]


def test_a_plugin_need_not_be_hashable() -> None:
    """Any object with hooks will do."""

    class Unhashable(Plugin):
        def __eq__(self, other: object) -> bool:  # Python takes the hash away with it
            return self is other

    plugin = Unhashable(syncline_register_functions=lambda: [a_function("slug")])
    assert "slug" in load(("ours", plugin)).functions


# -- two that claim one name


@pytest.mark.parametrize(
    ("hook", "value"),
    [
        (
            "syncline_register_connectors",
            "syncline.ConnectorType(name='desk', title='Desk', sides=frozenset(), open=print)",
        ),
        (
            "syncline_register_functions",
            "syncline.Function(name='desk', summary='x', call=str)",
        ),
        (
            "syncline_register_sandboxes",
            "syncline.Sandbox(name='desk', title='Desk', app=dict, paths=(), settings=dict)",
        ),
    ],
    ids=["connector", "function", "sandbox"],
)
def test_two_plugins_that_claim_one_name_are_an_error_that_names_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hook: str, value: str
) -> None:
    """Neither wins by chance: the admin takes one out."""
    source = f"import syncline\n@syncline.hookimpl\ndef {hook}():\n    yield {value}\n"
    first = installed(tmp_path, "first", source, monkeypatch)
    second = installed(tmp_path, "second", source, monkeypatch)

    with pytest.raises(PluginError, match="`desk`") as caught:
        load_plugins(points=[first, second])
    assert "first (first-plugin 1.2) and second (second-plugin 1.2)" in caught.value.message
    assert (caught.value.hint, caught.value.exit_code) == ("Uninstall one of them.", 3)


def test_two_plugins_handed_in_that_claim_one_name_are_named() -> None:
    """A host learns which two of its own clash."""
    first, second = (
        Plugin(syncline_register_functions=lambda: [a_function("slug")]) for _ in range(2)
    )
    with pytest.raises(PluginError, match=r"first.*second"):
        load(("first", first), ("second", second))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("phone", "`phone` is a function of Syncline itself: choose another name"),
        ("two words", "`two words` is none: choose another name"),
        ("e-mail", "`e-mail` is none: choose another name"),
        ("a.b", "`a.b` is none: choose another name"),
        ("", "`` is none: choose another name"),
    ],
)
def test_a_function_that_rules_could_not_call_is_reported(name: str, told: str) -> None:
    """A name is one word, and ``phone`` means one thing in every rule file; the rest goes on."""
    registry = load(("ours", Plugin(syncline_register_functions=lambda: [a_function(name)])), LOCAL)

    assert fault(registry).message.endswith(told)
    assert set(registry.functions) == BUILT_IN_NAMES
    assert registry.functions["phone"] in BUILT_IN
    assert set(registry.connectors) == {"local"}


def test_a_second_plugin_of_one_name_does_not_take_out_the_first() -> None:
    """Whoever comes second is reported; the first stands."""
    registry = load(LOCAL, ("local", Plugin(syncline_register_functions=lambda: [a_function("x")])))

    assert fault(registry).name == "local"
    assert set(registry.connectors) == {"local"}


def test_one_plugin_handed_in_twice_is_reported() -> None:
    """It counts once."""
    registry = load(LOCAL, ("again", syncline_local))

    assert fault(registry).name == "again"
    assert set(registry.connectors) == {"local"}


# -- the hooks of a cycle


def test_before_apply_gets_the_frozen_plan(tmp_path: Path) -> None:
    """syncline_before_apply: hears of every step before it is done, and can change none."""
    plans: list[Plan] = []
    records: list[int] = []
    with local_world(tmp_path) as world:

        def look(plan: Any) -> None:
            plans.append(plan)
            records.append(len(world.all(CADENCE, "prospect")))
            with pytest.raises(AttributeError):
                plan.cases = ()
            with pytest.raises(AttributeError):
                plan.steps[0].id = "other"

        world.lead("Jo")
        report = world.run(load(LOCAL, ("look", Plugin(syncline_before_apply=look))))

        (plan,) = plans
        assert isinstance(plan, Plan)
        assert [(s.kind, s.side, s.object) for s in plan.steps] == [("create", CADENCE, "prospect")]
        assert records == [0]
        assert (report.state, report.writes) == ("done", 1)


def test_before_apply_is_not_called_by_a_plan(tmp_path: Path) -> None:
    """``syncline plan`` applies nothing, so there is nothing to stop."""
    ears = Ears()
    with local_world(tmp_path) as world:
        world.lead("Jo")
        with world.workspace(load(LOCAL, ("ears", ears))) as workspace:
            assert len(workspace.plan().plan.steps) == 1
    assert ears.plans == []


def test_before_apply_stops_a_run_with_a_fatal_error(tmp_path: Path) -> None:
    """Nothing is written, the report says why, and the next run goes on where it was stopped."""

    def stop() -> None:
        raise FatalError("Not on a Sunday.", hint="Run it tomorrow.")

    with local_world(tmp_path) as world:
        world.lead("Jo")
        report = world.run(load(LOCAL, ("guard", Plugin(syncline_before_apply=stop))))
        assert (report.state, report.exit_code, report.writes) == ("failed", 3, 0)
        assert report.faults == (("Not on a Sunday.", "Run it tomorrow."),)
        assert world.all(CADENCE, "prospect") == []

        assert world.run(load(LOCAL)).writes == 1


def test_before_apply_may_ask_to_be_run_again(tmp_path: Path) -> None:
    """A RetriableError ends the run as one that may be repeated."""

    def wait() -> None:
        raise RetriableError("The freeze ends at noon.")

    with local_world(tmp_path) as world:
        world.lead("Jo")
        report = world.run(load(LOCAL, ("guard", Plugin(syncline_before_apply=wait))))
        assert (report.state, report.exit_code, report.writes) == ("stopped", 2, 0)


def test_a_fault_of_a_plugin_in_before_apply_stops_the_run_in_our_words(tmp_path: Path) -> None:
    """Whatever a plugin raises, the admin reads an error that names the plugin."""

    def broken(plan: Plan) -> None:
        raise KeyError(len(plan.cases))

    with local_world(tmp_path) as world:
        world.lead("Jo")
        report = world.run(load(LOCAL, ("guard", Plugin(syncline_before_apply=broken))))
        assert (report.state, report.exit_code, report.writes) == ("failed", 3, 0)
        assert "guard" in report.faults[0][0]


def test_after_cycle_gets_the_report(tmp_path: Path) -> None:
    """syncline_after_cycle: hears once of each cycle, with the report that the host gets."""
    ears = Ears()
    registry = load(LOCAL, ("ears", ears))
    with local_world(tmp_path) as world:
        world.lead("Jo")
        reports = [world.run(registry), world.run(registry)]
    assert ears.reports == reports
    assert [report.writes for report in ears.reports] == [1, 0]


def test_after_cycle_hears_of_a_cycle_that_failed(tmp_path: Path) -> None:
    """A monitor is told of bad news too."""

    def stop() -> None:
        raise FatalError("No.")

    ears = Ears()
    with local_world(tmp_path) as world:
        world.lead("Jo")
        guard = Plugin(syncline_before_apply=stop)
        world.run(load(LOCAL, ("ears", ears), ("guard", guard)))
    assert [report.state for report in ears.reports] == ["failed"]


def test_an_error_after_the_cycle_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged; the report and the ledger are as without the plugin."""

    def broken(report: Report) -> None:
        raise KeyError(report.run)

    with local_world(tmp_path) as world:
        world.lead("Jo")
        with caplog.at_level(logging.ERROR, "syncline"):
            report = world.run(load(LOCAL, ("bad", Plugin(syncline_after_cycle=broken))))
        assert (report.state, report.writes, report.faults) == ("done", 1, ())
        assert len(world.all(CADENCE, "prospect")) == 1
        assert _kinds(world.history(run=report.run)) == {"create"}
        assert world.run(load(LOCAL)).writes == 0
    (record,) = caplog.records
    assert "syncline_after_cycle" in record.getMessage()


def _kinds(lines: list[Entry]) -> set[str]:
    return {line.kind for line in lines}


def test_a_faulty_listener_does_not_silence_the_others(tmp_path: Path) -> None:
    """Each plugin is told of the cycle, whatever another does with it."""

    def broken() -> None:
        raise KeyError("x")

    one, two = Ears(), Ears()
    bad = Plugin(syncline_after_cycle=broken)
    with local_world(tmp_path) as world:
        report = world.run(load(LOCAL, ("one", one), ("bad", bad), ("two", two)))
    assert (one.reports, two.reports) == ([report], [report])


# -- a function of a plugin in a rule


def test_a_function_of_a_plugin_is_called_by_the_rules(tmp_path: Path) -> None:
    """What a plugin registers is worth the same as what is built in."""
    ours = Function(name="slug", summary="Text with dashes.", call=slug, normaliser=True)
    rules = (
        "connect crm to local\nconnect cadence to local\nsync crm to cadence\n"
        "map Lead <-> prospect {\n match Email = email\n FirstName <-> first_name\n"
        " LastName <-> last_name\n Company <-> company_name\n Email <-> email\n"
        " Title -> job_title using slug()\n}\n"
    )
    with local_world(tmp_path, rules) as world:
        world.lead("Jo", Title="Head of Sales")
        world.lead("Al", Title=None)
        world.run(load(LOCAL, ("ours", Plugin(syncline_register_functions=lambda: [ours]))))
        titles = {p["first_name"]: p["job_title"] for p in world.all(CADENCE, "prospect")}
    assert titles == {"Jo": "head-of-sales", "Al": None}


def test_the_public_marker_is_the_one_of_the_hooks() -> None:
    """A plugin needs ``syncline.hookimpl`` and nothing else to be heard."""
    assert hookimpl is syncline.hookimpl
    assert hookimpl.project_name == "syncline"
