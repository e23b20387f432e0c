"""Hypothesis strategies for rules: any tree that a rule file can hold, and texts with comments.

Every tree drawn here can be written: it is what the parser makes of some text. Its places are
empty. Names and values are drawn without regard to any system's fields, so rules drawn with no
*fields* can be parsed and printed, not compiled::

    @given(rule_files())
    def test_printing(tree: s.RuleFile) -> None: ...

    @given(criteria(fields=["Status", "Rating"]))
    def test_a_criterion(criterion: s.Criterion) -> None: ...

``comparisons`` and ``criteria`` take *fields*, the names to draw from, and *values*, a strategy for
what they are compared with. ``workflow_of`` puts a criterion into a file, and ``commented`` puts
comments between the words of a text.
"""

from __future__ import annotations

__all__ = [
    "AMOUNTS",
    "COMMENTS",
    "NOWHERE",
    "TEXTS",
    "commented",
    "comparisons",
    "criteria",
    "expressions",
    "literals",
    "names",
    "rule_files",
    "statements",
    "workflow_of",
]

import re
from collections.abc import Sequence
from typing import TypeAlias, TypeVar

from hypothesis import strategies as st

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span
from syncline_grammar.source import SIGNIFICANT

T = TypeVar("T")

#: The place of every node.
NOWHERE = Span(0, 0, 1, 1)
_PLACE = st.just(NOWHERE)
_BOOL = st.booleans()
_WORDS = (
    "Email", "Status", "Job title", "LinkedIn__c", "first_name", "Account.Name", "Größe", "姓名",
    "when", "days", "now", "required", "in", "not", "to", "Mon", "a", "cadence", "90210", "x y",
    "is.new", "e-mail", "#1", "naïve (old)", '"', "Test", "AND", "call", "outcome", "{n}",
    "deletes", "deleted",
)  # fmt: skip
_QUOTED = st.characters(exclude_categories=["Cs"], exclude_characters="`\n\0")
_WRITTEN = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
#: Any text that the language can hold.
TEXTS = st.one_of(
    st.sampled_from(["", "Open", "Closed - Converted", 'a "b" \\ c', "two\nlines\t", "{x}", "#"]),
    st.text(_WRITTEN, max_size=8),
)
#: Comments as they stand in a file, each with its sign.
COMMENTS = st.sampled_from(["#", "# why", "#: {", '# "', "# }", "# (", "# `", "##", "# when x"])


Criteria: TypeAlias = st.SearchStrategy[s.Criterion]
Expressions: TypeAlias = st.SearchStrategy[s.Expression]
Literals: TypeAlias = st.SearchStrategy[s.Literal]

#: Amounts without a sign, whole or with up to nine digits after the point.
AMOUNTS: st.SearchStrategy[int | float] = st.one_of(
    st.sampled_from([0, 1, 30, 9_999, 10_000, 1_000_000, 10**14, 10**18 - 1, 0.5, 12_345.25]),
    st.integers(0, 10**18 - 1),
    st.builds("{}.{}".format, st.integers(0, 10**6), st.integers(0, 10**9 - 1)).map(float),
)


def _brief(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """Return *strategy* under a short name: Hypothesis would write all of it out."""

    @st.composite
    def drawn(draw: st.DrawFn) -> T:
        return draw(strategy)

    return drawn()


def _texts() -> st.SearchStrategy[s.Text]:
    return st.builds(s.Text, TEXTS, _PLACE)


def _numbers(amounts: st.SearchStrategy[int | float] = AMOUNTS) -> st.SearchStrategy[s.Number]:
    return st.builds(s.Number, amounts, _PLACE)


def names(fields: Sequence[str] | None = None) -> st.SearchStrategy[s.Name]:
    """Draw a name: one of *fields*, or any that can be written, with back-ticks or without."""
    texts = st.sampled_from(_WORDS) | st.text(_QUOTED, min_size=1, max_size=6)
    chosen = texts if fields is None else st.sampled_from(list(fields))
    return st.builds(s.Name, chosen, _PLACE, st.booleans())


def _positive() -> Literals:
    """Draw a literal without a minus, which alone may stand left of an operator."""
    dates = st.dates().map(str)
    return st.one_of(
        _texts(), _numbers(), st.builds(s.Date, dates, _PLACE), st.builds(s.Truth, _BOOL, _PLACE)
    )


def literals() -> Literals:
    """Draw a text, a number of either sign, a date or a truth."""
    return _positive() | _numbers(AMOUNTS.map(lambda amount: -amount))


# -- expressions and criteria ----------------------------------------------------------------------


def _relatives() -> st.SearchStrategy[s.Relative]:
    words = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1}
    word = st.sampled_from(sorted(words)).map(
        lambda word: s.Relative(words[word], s.Unit.DAY, word, NOWHERE)
    )
    amounts = AMOUNTS | AMOUNTS.map(lambda amount: -amount)
    return word | st.builds(s.Relative, amounts, st.sampled_from(s.Unit), st.just(""), _PLACE)


def _arithmetic(parts: Expressions) -> Expressions:
    """Draw sums, products, brackets and calls of *parts*, as the parser would have made them."""
    plain = parts.filter(lambda part: not isinstance(part, s.Arithmetic))
    brackets = st.builds(s.Arithmetic, parts, st.just(()), _PLACE)
    factors = plain | brackets
    times = st.lists(st.tuples(st.sampled_from("*/"), factors), min_size=1, max_size=2)
    products = st.builds(s.Arithmetic, parts, times.map(tuple), _PLACE)
    plus = st.lists(st.tuples(st.sampled_from("+-"), factors | products), min_size=1, max_size=2)
    steps = st.tuples(st.just([]) | times, plus).map(lambda pair: (*pair[0], *pair[1]))
    sums = st.builds(s.Arithmetic, parts, steps, _PLACE)
    calls = st.builds(
        s.Call,
        st.builds(s.Name, st.sampled_from(["phone", "lower", "größe"]), _PLACE),
        st.lists(parts, max_size=2).map(tuple),
        _PLACE,
    )
    return _brief(brackets | products | sums | calls)


def expressions(fields: Sequence[str] | None = None) -> Expressions:
    """Draw what may stand left of an operator: fields, values, moments, sums, calls."""
    leaves = st.builds(s.FieldRef, names(fields), _PLACE) | _positive() | _relatives()
    return _brief(st.recursive(leaves, _arithmetic, max_leaves=5))


_ASKED = [s.Op.BLANK, s.Op.NOT_BLANK, s.Op.CHANGED]
_LISTED = [s.Op.IN, s.Op.NOT_IN]
_PAIRED = [s.Op.BETWEEN, s.Op.CHANGED_FROM]
_WITHIN = [s.Op.IN_LAST, s.Op.IN_NEXT]
_OF_THE_RECORD = [s.Op.IS_NEW, *(op for op in s.Op if op.event is not None)]
_APART = {*_ASKED, *_LISTED, *_PAIRED, *_WITHIN, *_OF_THE_RECORD}
_BINARY = [op for op in s.Op if op not in _APART]


def comparisons(
    fields: Sequence[str] | None = None, values: Expressions | None = None
) -> st.SearchStrategy[s.Comparison]:
    """Draw a comparison with any operator.

    With *fields*, one of them stands on the left; *values* are drawn for the right.
    """
    left = expressions() if fields is None else st.builds(s.FieldRef, names(fields), _PLACE)
    right = expressions(fields) | literals() if values is None else values

    def of(ops: list[s.Op], least: int, most: int) -> st.SearchStrategy[s.Comparison]:
        several = st.lists(right, min_size=least, max_size=most).map(tuple)
        return st.builds(s.Comparison, st.sampled_from(ops), left, several, _PLACE)

    amount = st.tuples(_numbers())
    within = st.builds(
        s.Comparison, st.sampled_from(_WITHIN), left, amount, _PLACE, st.sampled_from(s.Unit)
    )
    new = st.sampled_from(_OF_THE_RECORD).map(lambda op: s.Comparison(op, None, (), NOWHERE))
    several = [of(_BINARY, 1, 1), of(_ASKED, 0, 0), of(_LISTED, 1, 3), of(_PAIRED, 2, 2)]
    return _brief(st.one_of(*several, within, new))


def criteria(
    fields: Sequence[str] | None = None,
    values: Expressions | None = None,
    *,
    rows: Criteria | None = None,
    most: int = 8,
) -> Criteria:
    """Draw comparisons under ``all``, ``any``, ``none``, ``and``, ``or`` and ``not``.

    *rows* takes the place of ``comparisons(fields, values)``; *most* of them stand in a criterion.
    """

    def around(inner: Criteria) -> Criteria:
        quantifiers, chained = st.sampled_from(s.Quantifier), st.sampled_from(["all", "any"])
        blocks = st.builds(s.Group, quantifiers, st.lists(inner, max_size=4).map(tuple), _PLACE)
        chains = st.builds(
            s.Group,
            chained.map(s.Quantifier),
            st.lists(inner, min_size=2, max_size=4).map(tuple),
            _PLACE,
            st.just(value=True),
        )
        return _brief(blocks | chains | st.builds(s.Not, inner, _PLACE))

    leaves: Criteria = comparisons(fields, values) if rows is None else rows
    return _brief(st.recursive(leaves, around, max_leaves=most))


def workflow_of(criterion: s.Criterion, record: str = "Lead", *, name: str = "w") -> s.RuleFile:
    """Return a file of one workflow that takes a *record* out of its cadence when it fits."""
    action = s.ActionCall("exit", None, NOWHERE)
    target = s.Name(record, NOWHERE)
    return s.RuleFile((s.Workflow(name, target, criterion, False, (action,), NOWHERE),))


# -- statements ------------------------------------------------------------------------------------


def _maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


def _some(strategy: st.SearchStrategy[T], least: int = 0) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(strategy, min_size=least, max_size=3).map(tuple)


def _schedules() -> st.SearchStrategy[s.Schedule]:
    minutes = st.sampled_from([0, 15, 60, 90, 240, 1440]) | st.integers(0, 10**6)
    most = _maybe(st.integers(0, 100) | st.sampled_from([0.5, 12.25]))
    plain = st.just(s.Counted.CALLS)
    bare = st.builds(s.Schedule, minutes, st.none(), st.just(24), _PLACE, plain, most)
    calls, hours = st.integers(0, 10**6), st.just(24) | st.integers(1, 1000)
    counted = st.sampled_from(s.Counted)
    return bare | st.builds(s.Schedule, minutes, calls, hours, _PLACE, counted, most)


def _calls() -> st.SearchStrategy[s.Call]:
    arguments = _some(expressions())
    return st.builds(s.Call, st.just(s.Name("phone", NOWHERE)), arguments, _PLACE)


def _rows() -> st.SearchStrategy[s.FieldMapping]:
    entries = _some(st.tuples(literals(), literals()), 1)
    return st.builds(
        s.FieldMapping,
        crm=names(),
        arrow=st.sampled_from(s.Arrow),
        cadence=names(),
        span=_PLACE,
        to_cadence=_maybe(st.sampled_from(s.WriteRule)),
        to_crm=_maybe(st.sampled_from(s.WriteRule)),
        conflict=_maybe(st.sampled_from(s.ConflictWord)),
        required=_BOOL,
        locked=_BOOL,
        erase=_BOOL,
        default=_maybe(literals()),
        using=_maybe(_calls()),
        table=_maybe(st.builds(s.Table, entries, _maybe(literals()), _PLACE)),
        otherwise=_maybe(st.sampled_from(s.Fallback)),
    )


def _maps() -> st.SearchStrategy[s.ObjectMap]:
    matches = _some(st.builds(s.Match, names(), names(), _PLACE))
    arrows = st.sampled_from(s.Arrow)
    deletes = _some(st.builds(s.Deletes, arrows, _PLACE))
    return st.builds(
        s.ObjectMap, names(), arrows, names(), matches, _some(_rows()), _PLACE, deletes
    )


def _actions() -> st.SearchStrategy[s.ActionCall]:
    bare = st.sampled_from(["exit", "next touch"])
    moves = st.builds(s.ActionCall, st.just("move"), _texts(), _PLACE)
    return moves | st.builds(s.ActionCall, bare, st.none(), _PLACE)


@st.composite
def _allows(draw: st.DrawFn) -> s.Allow:
    per_day = draw(_maybe(st.integers(0, 10**6)))
    gap = draw(_maybe(st.integers(0, 10**6)))
    holidays = draw(_maybe(st.just("prospect") | TEXTS))
    times = st.integers(0, 25 * 60 - 1)
    return s.Allow(
        channel=draw(names()),
        days=tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1)))),
        hours=draw(_maybe(st.tuples(times, times))),
        zone=draw(_maybe(st.sampled_from(["prospect", "user"]) | TEXTS)),
        per_day=per_day,
        per_user=per_day is not None and draw(_BOOL),
        gap_minutes=gap,
        holidays=holidays,
        limits=sum(each is not None for each in (per_day, gap, holidays)),
        span=NOWHERE,
    )


def _forms() -> st.SearchStrategy[s.Form]:
    row = st.builds(
        s.FormField,
        field=names(),
        required=_BOOL,
        read_only=_BOOL,
        choices=_some(TEXTS),
        default=_maybe(literals()),
        span=_PLACE,
    )
    return st.builds(s.Form, TEXTS, names(), _some(row), _PLACE)


def _tests() -> st.SearchStrategy[s.Test]:
    values = _some(st.tuples(names(), literals()), 1)
    times = _maybe(st.integers(0, 25 * 60 - 1))
    synced = st.builds(s.Given, st.none(), values, st.none(), _PLACE)
    events = st.sampled_from(s.Event)
    givens = synced | st.builds(s.Given, names(), values, times, _PLACE)
    givens |= st.builds(s.Given, names(), st.just(()), times, _PLACE, events)
    expects = st.builds(s.Expect, names(), values | st.just(()), _PLACE) | st.builds(
        s.ExpectAction, _maybe(_actions()), _PLACE
    )
    return st.builds(s.Test, TEXTS, _some(givens), _some(expects), _PLACE)


def statements() -> st.SearchStrategy[s.Statement]:
    """Draw any statement."""
    sides = st.sampled_from(["crm", "cadence"])
    rows = _some(st.builds(s.Assignment, names(), expressions(), _PLACE))
    return _brief(
        st.one_of(
            st.builds(s.Connect, sides, names(), _PLACE),
            _schedules(),
            st.builds(s.Flow, sides, sides, _maybe(criteria()), _PLACE),
            st.builds(s.Admin, TEXTS, _PLACE),
            _maps(),
            st.builds(s.Workflow, TEXTS, names(), criteria(), _BOOL, _some(_actions(), 1), _PLACE),
            st.builds(
                s.Activity,
                names(),
                _some(_texts()),
                names(),
                rows,
                _PLACE,
                from_crm=_BOOL,
                where=st.none() | criteria(),
                deletes=_some(st.builds(s.DeletesToo, _PLACE)),
            ),
            _allows(),
            _forms(),
            _tests(),
        )
    )


def rule_files() -> st.SearchStrategy[s.RuleFile]:
    """Draw a whole file, of one statement or several."""
    return st.builds(s.RuleFile, _some(statements(), 1))


# -- texts -----------------------------------------------------------------------------------------

_SPACE = re.compile(rf"{SIGNIFICANT.pattern}|[ \t]+|\n")
#: Words that belong to the word before them: the language reads both as one.
_TIED = re.compile(r"(action|user|on holidays|holidays|Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b")


@st.composite
def commented(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """Draw one of *texts* with a few comments and line ends put between its words."""
    text = draw(texts)
    places = [
        found.end()
        for found in _SPACE.finditer(text)
        if found[0].isspace() and not _TIED.match(text, found.end())
    ]
    chosen = draw(st.sets(st.sampled_from([0, *places]), max_size=4))
    for place in sorted(chosen, reverse=True):
        put = draw(COMMENTS.map("{}\n".format) | st.sampled_from(["\n", "\n\n\n", "\t", "\r\n"]))
        text = text[:place] + put + text[place:]
    return text
