"""Other engines, each told the same rules in its own language.

A rule is written so that it answers as ours does: blanks by hand where the engine does not know
them, and no more. What an engine cannot say is absent, and the table shows a dash.
"""

from __future__ import annotations

__all__ = ["PEERS", "Peer"]

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

from bench.by_hand import OPEN, PRIORITIES
from bench.records import MAPPED, Record

Test: TypeAlias = Callable[[Record], bool]
Turn: TypeAlias = Callable[[Record], dict[str, Any]]

_STATUSES = json.dumps(sorted(OPEN))


def _engine(name: str) -> Any:
    """Import an engine that may not be there, and that need not be typed."""
    return import_module(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """An engine. Each maker imports it, compiles a rule, and returns what asks it."""

    name: str
    package: str
    #: The six conditions.
    test: Callable[[], Test] | None = None
    #: The six conditions over a list: prepared for the records, returns those that fit.
    test_all: Callable[[list[Record]], Callable[[], list[Record]]] | None = None
    #: The fifteen rows.
    turn: Callable[[], Turn] | None = None
    turn_all: Callable[[list[Record]], Callable[[], list[dict[str, Any]]]] | None = None
    #: One of the many rules, by its number.
    rule: Callable[[int], Test] | None = None


# -- rule-engine -----------------------------------------------------------------------------------


def _rule_engine(text: str) -> Test:
    rule_engine = _engine("rule_engine")
    context = rule_engine.Context(resolver=rule_engine.resolve_item, default_value=None)
    test: Test = rule_engine.Rule(text, context=context).matches
    return test


_RULE_ENGINE = (
    f"Status in {_STATUSES} and AnnualRevenue != null and AnnualRevenue > 50000"
    ' and Country != null and Country.as_lower == "united states"'
    ' and Title != null and "manager" in Title.as_lower'
    ' and Email != null and Email.as_lower.ends_with(".com") and Industry != "Education"'
)

# -- the two of CEL --------------------------------------------------------------------------------

_CEL = (
    f"r.Status in {_STATUSES} && r.AnnualRevenue != null && r.AnnualRevenue > 50000"
    ' && r.Country != null && r.Country.matches("(?i)^united states$")'
    ' && r.Title != null && r.Title.matches("(?i)manager")'
    ' && r.Email != null && r.Email.matches("(?i)[.]com$") && r.Industry != "Education"'
)


def _cel_python(text: str) -> Test:
    celpy = _engine("celpy")
    environment = celpy.Environment()
    program = environment.program(environment.compile(text))

    def test(record: Record) -> bool:
        # It compares nothing with null: a blank is left out, and asked for.
        given = {name: value for name, value in record.items() if value is not None}
        return bool(program.evaluate({"r": celpy.json_to_cel(given)}))

    return test


def _asked_for(text: str) -> str:
    """Return the criterion asking whether there is a value instead of comparing it with null."""
    for name in ("AnnualRevenue", "Country", "Title", "Email"):
        text = text.replace(f"r.{name} != null", f"has(r.{name})")
    text = text.replace("r.Status in", "has(r.Status) && r.Status in")
    head, last = text.rsplit(" && ", 1)
    return f"{head} && (!has(r.Industry) || {last})"


def _cel(text: str) -> Test:
    cel = _engine("cel")
    program = cel.compile(text)
    return lambda record: program.execute({"r": record})


def _cel_turn() -> Turn:
    cel = _engine("cel")
    rows = {there: f"r.{here}" for here, there in MAPPED.items()}
    rows["email"] = 'r.Email == null || trim(r.Email) == "" ? null : lower(r.Email)'
    rows["city"] = 'r.City == null || trim(r.City) == "" ? null : trim(r.City)'
    rows["priority"] = _choice("r.Rating", "==")
    program = cel.compile("{" + ", ".join(f'"{k}": {v}' for k, v in rows.items()) + "}")
    functions = {"trim": str.strip, "lower": str.lower}
    return lambda record: program.execute(cel.Context({"r": record}, functions))


def _choice(field: str, equal: str) -> str:
    """Return the table of ratings as a chain of questions."""
    asked = "".join(f'{field} {equal} "{word}" ? {n} : ' for word, n in PRIORITIES.items())
    return f"({asked}null)"


# -- the two of JsonLogic --------------------------------------------------------------------------


def _var(name: str) -> dict[str, str]:
    return {"var": name}


_JSON_LOGIC = {
    "and": [
        {"in": [_var("Status"), sorted(OPEN)]},
        {"!==": [_var("AnnualRevenue"), None]},
        {">": [_var("AnnualRevenue"), 50_000]},
        {"===": [{"lower": _var("Country")}, "united states"]},
        {"in": ["manager", {"lower": _var("Title")}]},
        {"ends_with": [{"lower": _var("Email")}, ".com"]},
        {"!==": [_var("Industry"), "Education"]},
    ]
}


def _low(number: int) -> dict[str, Any]:
    return {
        "and": [
            {"in": [_var("Status"), sorted(OPEN)]},
            {"!==": [_var("AnnualRevenue"), None]},
            {"<": [_var("AnnualRevenue"), 1000 * number]},
        ]
    }


def _json_logic(logic: dict[str, Any]) -> Test:
    json_logic = _engine("json_logic")

    def lower(value: Any) -> str:
        return value.lower() if isinstance(value, str) else ""

    json_logic.add_operation("lower", lower)
    json_logic.add_operation("ends_with", str.endswith)
    return lambda record: bool(json_logic.jsonLogic(logic, record))


def _datalogic(logic: dict[str, Any]) -> Test:
    datalogic_py = _engine("datalogic_py")
    test: Test = datalogic_py.Engine().compile(logic).evaluate
    return test


def _datalogic_turn() -> Turn:
    datalogic_py = _engine("datalogic_py")

    def unless_blank(name: str, tidied: str) -> dict[str, Any]:
        return {"if": [{"==": [{"trim": _var(name)}, ""]}, None, {tidied: _var(name)}]}

    ratings: list[Any] = []
    for word, number in PRIORITIES.items():
        ratings += [{"===": [_var("Rating"), word]}, number]
    template: dict[str, Any] = {there: _var(here) for here, there in MAPPED.items()}
    template["email"] = unless_blank("Email", "lower")
    template["city"] = unless_blank("City", "trim")
    template["priority"] = {"if": [*ratings, None]}
    turn: Turn = datalogic_py.Engine(templating=True).compile(template).evaluate
    return turn


# -- zen-engine, jsonata-python --------------------------------------------------------------------

_ZEN = (
    f"Status in {_STATUSES} and AnnualRevenue != null and AnnualRevenue > 50000"
    ' and Country != null and lower(Country) == "united states"'
    ' and Title != null and contains(lower(Title), "manager")'
    ' and Email != null and endsWith(lower(Email), ".com") and Industry != "Education"'
)


def _zen(text: str) -> Test:
    zen = _engine("zen")
    test: Test = zen.compile_expression(text).evaluate
    return test


def _zen_turn() -> Turn:
    zen = _engine("zen")
    rows = {there: here for here, there in MAPPED.items()}
    rows["email"] = '(Email == null or trim(Email) == "" ? null : lower(Email))'
    rows["city"] = '(City == null or trim(City) == "" ? null : trim(City))'
    rows["priority"] = _choice("Rating", "==")
    text = "{" + ", ".join(f"{name}: {value}" for name, value in rows.items()) + "}"
    turn: Turn = zen.compile_expression(text).evaluate
    return turn


_JSONATA = (
    f'Status in {_STATUSES} and $type(AnnualRevenue) = "number" and AnnualRevenue > 50000'
    ' and $type(Country) = "string" and $lowercase(Country) = "united states"'
    ' and $type(Title) = "string" and $contains($lowercase(Title), "manager")'
    ' and $type(Email) = "string" and $contains(Email, /[.]com$/i) and Industry != "Education"'
)


def _jsonata(text: str) -> Any:
    jsonata = _engine("jsonata")
    return jsonata.Jsonata.jsonata(text).evaluate


def _jsonata_turn() -> Turn:
    def unless_blank(name: str, tidied: str) -> str:
        return f'$type({name}) = "string" and $trim({name}) != "" ? {tidied}({name}) : null'

    rows = {there: here for here, there in MAPPED.items()}
    rows["email"] = unless_blank("Email", "$lowercase")
    rows["city"] = unless_blank("City", "$trim")
    rows["priority"] = _choice("Rating", "=")
    turn: Turn = _jsonata("{" + ", ".join(f'"{k}": {v}' for k, v in rows.items()) + "}")
    return turn


# -- polars, which knows whole tables alone --------------------------------------------------------


def _polars_test(found: list[Record]) -> Callable[[], list[Record]]:
    pl = _engine("polars")

    def folded(name: str) -> Any:
        return pl.col(name).str.strip_chars().str.to_lowercase()

    frame = pl.DataFrame(found).with_row_index("place")
    fits = (
        pl.col("Status").is_in(sorted(OPEN))
        & (pl.col("AnnualRevenue") > 50_000)
        & (folded("Country") == "united states")
        & folded("Title").str.contains("manager", literal=True)
        & folded("Email").str.ends_with(".com")
        & pl.col("Industry").ne_missing("Education")
    )
    return lambda: [found[place] for place in frame.filter(fits)["place"].to_list()]


def _polars_turn(found: list[Record]) -> Callable[[], list[dict[str, Any]]]:
    pl = _engine("polars")

    def unless_blank(name: str, there: str, tidied: Any) -> Any:
        known = pl.col(name).str.strip_chars() != ""
        return pl.when(known).then(tidied).otherwise(None).alias(there)

    frame = pl.DataFrame(found)
    rows: list[Any] = [pl.col(here).alias(there) for here, there in MAPPED.items()]
    rows.append(unless_blank("Email", "email", pl.col("Email").str.to_lowercase()))
    rows.append(unless_blank("City", "city", pl.col("City").str.strip_chars()))
    rows.append(
        pl.col("Rating")
        .replace_strict(PRIORITIES, default=None, return_dtype=pl.Int64)
        .alias("priority")
    )
    return lambda: frame.select(rows).to_dicts()


PEERS = (
    Peer(
        name="rule-engine",
        package="rule_engine",
        test=lambda: _rule_engine(_RULE_ENGINE),
        rule=lambda n: _rule_engine(
            f"Status in {_STATUSES} and AnnualRevenue != null and AnnualRevenue < {1000 * n}"
        ),
    ),
    Peer(
        name="cel-python",
        package="celpy",
        test=lambda: _cel_python(_asked_for(_CEL)),
        rule=lambda n: _cel_python(
            f"has(r.Status) && r.Status in {_STATUSES}"
            f" && has(r.AnnualRevenue) && r.AnnualRevenue < {1000 * n}"
        ),
    ),
    Peer(
        name="common-expression-language",
        package="cel",
        test=lambda: _cel(_CEL),
        turn=_cel_turn,
        rule=lambda n: _cel(
            f"r.Status in {_STATUSES} && r.AnnualRevenue != null && r.AnnualRevenue < {1000 * n}"
        ),
    ),
    Peer(
        name="json-logic-qubit",
        package="json_logic",
        test=lambda: _json_logic(_JSON_LOGIC),
        rule=lambda n: _json_logic(_low(n)),
    ),
    Peer(
        name="datalogic-py",
        package="datalogic_py",
        test=lambda: _datalogic(_JSON_LOGIC),
        turn=_datalogic_turn,
        rule=lambda n: _datalogic(_low(n)),
    ),
    Peer(
        name="zen-engine",
        package="zen",
        test=lambda: _zen(_ZEN),
        turn=_zen_turn,
        rule=lambda n: _zen(
            f"Status in {_STATUSES} and AnnualRevenue != null and AnnualRevenue < {1000 * n}"
        ),
    ),
    Peer(
        name="jsonata-python",
        package="jsonata",
        test=lambda: _jsonata(_JSONATA),
        turn=_jsonata_turn,
        rule=lambda n: _jsonata(
            f'Status in {_STATUSES} and $type(AnnualRevenue) = "number"'
            f" and AnnualRevenue < {1000 * n}"
        ),
    ),
    Peer(name="polars", package="polars", test_all=_polars_test, turn_all=_polars_turn),
)
