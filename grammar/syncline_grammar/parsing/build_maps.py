"""From the parser's reductions to field mappings: one method a grammar rule."""

from __future__ import annotations

__all__ = ["Mappings"]

from typing import Any

from .. import syntax as s
from .build_criteria import Expressions
from .tokens import Children, Token, span_of


class Mappings(Expressions):
    """Maps, and the words after an arrow. A word is (FieldMapping's argument, value, name)."""

    def arrow(self, children: Children) -> s.Arrow:
        return s.Arrow(str(children[0]))

    way = one_way = arrow

    def match(self, children: Children) -> s.Match:
        return s.Match(children[0], children[1], span_of(children))

    def deletes(self, children: Children) -> s.Deletes:
        return s.Deletes(children[1], span_of(children[:1]))

    def required(self, children: Children) -> Children:
        return [("required", True, s.Name("required", span_of(children)))]

    def locked(self, children: Children) -> Children:
        return [("locked", True, s.Name("locked", span_of(children)))]

    def erase(self, children: Children) -> Children:
        return [("erase", True, s.Name("erase", span_of(children)))]

    def default(self, children: Children) -> Children:
        return [("default", children[0], s.Name("default", span_of(children)))]

    def write_rule(self, children: Children) -> Children:
        word = s.WriteRule(" ".join(children))
        return [word, s.Name(word, span_of(children))]

    def rule_both(self, children: Children) -> Children:
        rule, name = children[0]
        return [("to_cadence", rule, name), ("to_crm", rule, name)]

    def rule_one(self, children: Children) -> Children:
        side, (rule, name) = children
        return [(f"to_{side}", rule, s.Name(f"to {side} {rule}", name.span))]

    def using(self, children: Children) -> Children:
        return [("using", children[0], s.Name("using", span_of(children)))]

    def entry(self, children: Children) -> tuple[s.Literal, s.Literal]:
        return children[0], children[1]

    def table_else(self, children: Children) -> s.Literal | Token:
        otherwise: s.Literal | Token = children[0]
        return otherwise

    def table(self, children: Children) -> Children:
        word, *entries, otherwise = children
        fallback = isinstance(otherwise, Token)
        value = s.Table(tuple(entries), None if fallback else otherwise, span_of(children))
        words: Children = [("table", value, s.Name("as", span_of([word])))]
        if fallback:
            name = s.Name(f"else {otherwise}", span_of([otherwise]))
            words.append(("otherwise", s.Fallback(str(otherwise)), name))
        return words

    def wins(self, children: Children) -> Children:
        word = s.ConflictWord(f"{children[0]} wins")
        return [("conflict", word, s.Name(word, span_of(children)))]

    def newest(self, children: Children) -> Children:
        word = s.ConflictWord.NEWEST
        return [("conflict", word, s.Name(word, span_of(children)))]

    def hold_conflict(self, children: Children) -> Children:
        word = s.ConflictWord.HOLD
        return [("conflict", word, s.Name(word, span_of(children)))]

    def otherwise(self, children: Children) -> Children:
        word = s.Fallback(str(children[0]))
        return [("otherwise", word, s.Name(f"else {word}", span_of(children)))]

    def modifiers(self, children: Children) -> Children:
        return [word for words in children for word in words]

    def row(self, children: Children) -> s.FieldMapping:
        crm, arrow, cadence, words = children
        given: dict[str, Any] = {}
        repeated: list[s.Name] = []
        for argument, value, name in words or ():
            if argument in given:
                # `when blank` speaks for both sides: contradicted, it is told once.
                if all(name.span != other.span for other in repeated):
                    repeated.append(name)
            else:
                given[argument] = value
        return s.FieldMapping(
            crm=crm,
            arrow=arrow,
            cadence=cadence,
            span=span_of(children),
            repeated=tuple(repeated),
            **given,
        )

    def map(self, children: Children) -> s.ObjectMap:
        crm, arrow, cadence, *body = children
        matches = tuple(b for b in body if isinstance(b, s.Match))
        rows = tuple(b for b in body if isinstance(b, s.FieldMapping))
        deletes = tuple(b for b in body if isinstance(b, s.Deletes))
        return s.ObjectMap(crm, arrow, cadence, matches, rows, span_of(children), deletes)
