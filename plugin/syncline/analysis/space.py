"""The space in which criteria are compared: a variable for each field and each free atom."""

from __future__ import annotations

__all__ = ["FAILS", "HOLDS", "Space", "atoms_of"]

from collections.abc import Iterable, Iterator, Mapping

from ..model import Field
from ..rules.values import Clock
from .atoms import HAPPENED, Atom, Node, Test, Variable, Where
from .cells import BLANK, Domain
from .domains import FREE_ATOM, HAPPENING, domain_of
from .formula import Every, Formula, Literal, every, some

#: The cells of a free atom that is true, and of one that is false.
HOLDS, FAILS = 0b10, 0b01


class Space:
    """The variables that some criteria ask about, and the formulas of the criteria over them.

    All criteria to be compared must be given at the beginning: they decide what is told apart.
    Without a clock there are no examples of times.
    """

    def __init__(
        self, nodes: Iterable[Node], fields: Mapping[str, Field], clock: Clock | None
    ) -> None:
        self.clock = clock
        self.fields = fields
        tests: dict[Variable, dict[Test, None]] = {}
        by_field: dict[str, dict[Test, None]] = {}
        for atom in (atom for node in nodes for atom in atoms_of(node)):
            tests.setdefault(atom.variable, {})[atom.test] = None
            if atom.variable.where is not Where.FREE:
                by_field.setdefault(str(atom.variable.key), {})[atom.test] = None
        # A field and the field before share their cells, so that values can be told to differ.
        shared = {n: domain_of(fields[n], list(asked), clock) for n, asked in by_field.items()}
        self.variables: list[Variable] = []
        self.domains: list[Domain] = []
        self._number: dict[Variable, int] = {}
        for variable, asked in tests.items():
            free = variable.where is Where.FREE
            domain = FREE_ATOM if free else shared[str(variable.key)]
            domain = HAPPENING if variable == HAPPENED else domain
            self._add(variable, domain)
            for test in asked:
                if test not in domain.masks:
                    self._add(_unknown(variable, test), FREE_ATOM)
        #: The mask of all cells, by variable.
        self.full = [domain.full for domain in self.domains]

    def _add(self, variable: Variable, domain: Domain) -> None:
        self._number[variable] = len(self.variables)
        self.variables.append(variable)
        self.domains.append(domain)

    def number(self, variable: Variable) -> int | None:
        """Return the number of *variable*; None when nothing asks about it."""
        return self._number.get(variable)

    def formula(self, node: Node) -> Formula:
        """Return *node* over this space's variables."""
        if isinstance(node, Atom):
            return self._literal(node)
        parts = (self.formula(part) for part in node.parts)
        return every(parts) if isinstance(node, Every) else some(parts)

    def _literal(self, atom: Atom) -> Formula:
        number = self._number[atom.variable]
        domain = self.domains[number]
        mask = domain.masks.get(atom.test)
        if mask is not None:
            return Literal(number, mask if atom.holds else domain.full & ~mask)
        # Nothing is known of this test but that it is false for a blank.
        unknown = self._number[_unknown(atom.variable, atom.test)]
        if atom.holds:
            return every([Literal(number, domain.full & ~BLANK), Literal(unknown, HOLDS)])
        return some([Literal(number, BLANK), Literal(unknown, FAILS)])


def _unknown(variable: Variable, test: Test) -> Variable:
    return Variable(Where.FREE, (variable, test))


def atoms_of(node: Node) -> Iterator[Atom]:
    """Yield every atom of *node*, in order."""
    if isinstance(node, Atom):
        yield node
        return
    for part in node.parts:
        yield from atoms_of(part)
