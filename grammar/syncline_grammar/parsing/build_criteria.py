"""From the parser's reductions to names, values and criteria: one method a grammar rule."""

from __future__ import annotations

__all__ = ["Expressions"]

from .. import syntax as s
from .tokens import Children, Token, number_of, span_of, text_of, unit_of

NOON_WORDS = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1}


class Expressions:
    """Names, literals, arithmetic and criteria."""

    def name(self, children: Children) -> s.Name:
        token: Token = children[0]
        if token.startswith("`"):
            return s.Name(token[1:-1], span_of(children), quoted=True)
        return s.Name(str(token), span_of(children))

    def text(self, children: Children) -> s.Text:
        return text_of(children[0])

    def number(self, children: Children) -> s.Number:
        return s.Number(number_of(children[0]), span_of(children))

    def negative(self, children: Children) -> s.Number:
        return s.Number(-number_of(children[0]), span_of(children))

    def date(self, children: Children) -> s.Date:
        return s.Date(str(children[0]), span_of(children))

    def truth(self, children: Children) -> s.Truth:
        return s.Truth(children[0] == "true", span_of(children))

    def ago(self, children: Children) -> s.Relative:
        return s.Relative(-number_of(children[0]), unit_of(children[1]), "", span_of(children))

    def ahead(self, children: Children) -> s.Relative:
        return s.Relative(number_of(children[0]), unit_of(children[1]), "", span_of(children))

    def dayword(self, children: Children) -> s.Relative:
        word = str(children[0])
        return s.Relative(NOON_WORDS[word], s.Unit.DAY, word, span_of(children))

    def field(self, children: Children) -> s.FieldRef:
        return s.FieldRef(children[0], span_of(children))

    def call(self, children: Children) -> s.Call:
        token: Token = children[0]
        args = tuple(c for c in children[1:] if c is not None)
        return s.Call(s.Name(str(token), token.span), args, span_of(children))

    def _chain(self, children: Children) -> s.Arithmetic:
        left, sign, right = children
        step = (str(sign), right)
        if isinstance(left, s.Arithmetic):
            return s.Arithmetic(left.first, (*left.rest, step), span_of(children))
        return s.Arithmetic(left, (step,), span_of(children))

    sum = _chain
    product = _chain

    def bracket(self, children: Children) -> s.Arithmetic:
        return s.Arithmetic(children[0], (), span_of(children))

    def list(self, children: Children) -> tuple[s.Expression, ...]:
        return tuple(children)

    # -- criteria

    def _compare(self, op: s.Op, children: Children) -> s.Comparison:
        return s.Comparison(op, children[0], tuple(children[1:]), span_of(children))

    def compare(self, children: Children) -> s.Comparison:
        left, sign, right = children
        return s.Comparison(s.Op(str(sign)), left, (right,), span_of(children))

    text_test = compare
    time_test = compare

    def equal(self, children: Children) -> s.Comparison:
        return self._compare(s.Op.EQ, children)

    def exactly(self, children: Children) -> s.Comparison:
        return self._compare(s.Op.EXACTLY, children)

    def is_in(self, children: Children) -> s.Comparison:
        left, values = children
        return s.Comparison(s.Op.IN, left, values, span_of([left, values[-1]]))

    def not_in(self, children: Children) -> s.Comparison:
        left, values = children
        return s.Comparison(s.Op.NOT_IN, left, values, span_of([left, values[-1]]))

    def starts_with(self, children: Children) -> s.Comparison:
        return self._compare(s.Op.STARTS, children)

    def ends_with(self, children: Children) -> s.Comparison:
        return self._compare(s.Op.ENDS, children)

    def is_blank(self, children: Children) -> s.Comparison:
        return self._compare(s.Op.BLANK, children)

    def is_not_blank(self, children: Children) -> s.Comparison:
        return self._compare(s.Op.NOT_BLANK, children)

    def between(self, children: Children) -> s.Comparison:
        return self._compare(s.Op.BETWEEN, children)

    def within(self, children: Children) -> s.Comparison:
        left, which, number, unit = children
        op = s.Op.IN_LAST if which == "last" else s.Op.IN_NEXT
        amount = s.Number(number_of(number), number.span)
        return s.Comparison(op, left, (amount,), span_of(children), unit_of(unit))

    def changed(self, children: Children) -> s.Comparison:
        return self._compare(s.Op.CHANGED, children)

    def changed_to(self, children: Children) -> s.Comparison:
        return self._compare(s.Op.CHANGED_TO, children)

    def changed_from(self, children: Children) -> s.Comparison:
        return self._compare(s.Op.CHANGED_FROM, children)

    def was(self, children: Children) -> s.Comparison:
        return self._compare(s.Op.WAS, children)

    def is_new(self, children: Children) -> s.Comparison:
        return s.Comparison(s.Op.IS_NEW, None, (), span_of(children))

    def event(self, children: Children) -> s.Comparison:
        return s.Comparison(s.Op(f"is {children[-1]}"), None, (), span_of(children))

    def group(self, children: Children) -> s.Group:
        return s.Group(s.Quantifier(str(children[0])), tuple(children[1:]), span_of(children))

    def disjunction(self, children: Children) -> s.Group:
        return s.Group(s.Quantifier.ANY, tuple(children), span_of(children), inline=True)

    def conjoined(self, children: Children) -> s.Group:
        return s.Group(s.Quantifier.ALL, tuple(children), span_of(children), inline=True)

    def negated(self, children: Children) -> s.Not:
        return s.Not(children[0], span_of(children))
