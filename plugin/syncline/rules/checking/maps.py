"""Check the field mappings: names, directions, values, words that contradict (B2)."""

from __future__ import annotations

__all__ = ["check_map", "find_object", "scope_of"]

from syncline_grammar import syntax as s

from ...model import ObjectType, Side
from ..catalog import Catalog, Problems, Scope
from .literals import check_written
from .turning import check_turning, sides_of


def find_object(name: s.Name, side: Side, catalog: Catalog, problems: Problems) -> Scope | None:
    """Return the scope of the object *name* means on *side*, or note that there is none."""
    description = catalog.descriptions[side]
    system = catalog.systems[side]
    found = description.get(name.text)
    if found is None:
        labelled = [o for o in description.objects if o.label.casefold() == name.text.casefold()]
        found = labelled[0] if len(labelled) == 1 else None
    if found is not None:
        return Scope(side, system, found)
    across = catalog.descriptions[side.other].get(name.text)
    if across is not None:
        problems.add(
            "E309",
            f"{name.text} belongs to the {side.other.word}, not to the {side.word}",
            name.span,
            notes=("Left of the arrow stands the CRM's object, right of it the cadence's.",),
        )
        return None
    problems.unknown(
        "E201",
        "object",
        name,
        [o.name for o in description.objects],
        f" in the {side.word} ({system})",
    )
    return None


def scope_of(name: s.Name, side: Side, catalog: Catalog) -> Scope:
    """Return the scope of the object *name* means, in a tree without faults."""
    scope = find_object(name, side, catalog, Problems())
    assert scope is not None
    return scope


def check_map(
    block: s.ObjectMap, catalog: Catalog, problems: Problems, *, creates: frozenset[Side]
) -> None:
    """Note every fault of *block*; *creates* are the sides on which it may create records."""
    crm = find_object(block.crm_object, Side.CRM, catalog, problems)
    cadence = find_object(block.cadence_object, Side.CADENCE, catalog, problems)
    if crm is None or cadence is None:
        return
    if not block.matches:
        problems.add(
            "E314",
            f"nothing says when a {crm.type.name} and a {cadence.type.name} are the same",
            block.crm_object.span,
            notes=("Add a row such as `match Email = email`.",),
        )
    for match in block.matches:
        crm.resolve(match.crm, problems, cadence)
        cadence.resolve(match.cadence, problems, crm)
    written: dict[tuple[Side, str], s.FieldMapping] = {}
    for row in block.rows:
        _check_row(row, block, (crm, cadence), catalog, problems, written)
    if any(not crm.find(row.crm) or not cadence.find(row.cadence) for row in block.rows):
        # A misspelt field is told already; that it is missing would be told twice.
        return
    for scope in (crm, cadence):
        if scope.side in creates:
            _check_creation(block, scope, problems)


def _check_row(
    row: s.FieldMapping,
    block: s.ObjectMap,
    scopes: tuple[Scope, Scope],
    catalog: Catalog,
    problems: Problems,
    written: dict[tuple[Side, str], s.FieldMapping],
) -> None:
    crm_scope, cadence_scope = scopes
    crm = crm_scope.resolve(row.crm, problems, cadence_scope)
    # Where the left side is right, the two were not swapped: the prospect lacks such a field.
    cadence = cadence_scope.resolve(row.cadence, problems, None if crm else crm_scope)
    for name in row.repeated:
        problems.add("E310", f"`{name.text}` contradicts or repeats a word before it", name.span)
    if not sides_of(row.arrow) <= sides_of(block.arrow):
        problems.add(
            "E310",
            f"the map goes `{block.arrow}` only; this row goes the other way",
            row.span,
        )
    if all(rule is s.WriteRule.NEVER for rule in _rules_of(row)):
        problems.add("E310", "this row is never written: it has no effect", row.span)
    if crm is None or cadence is None:
        return
    for side, field, name in ((Side.CRM, crm, row.crm), (Side.CADENCE, cadence, row.cadence)):
        if side not in sides_of(row.arrow):
            continue
        if not field.updatable and not field.creatable:
            problems.add(
                "E302",
                f"{field.name} is read only in the {side.word}",
                name.span,
                notes=("Turn the arrow round, or map another field.",),
            )
        first = written.setdefault((side, field.name), row)
        if first is not row:
            problems.add(
                "E303",
                f"{field.name} is already written by the row in line {first.span.line}",
                name.span,
            )
    if row.default is not None:
        check_written(row.default, crm, problems)
    check_turning(row, scopes, (crm, cadence), catalog, problems)


def _rules_of(row: s.FieldMapping) -> list[s.WriteRule | None]:
    rules = {Side.CRM: row.to_crm, Side.CADENCE: row.to_cadence}
    return [rules[side] for side in sides_of(row.arrow)]


def _check_creation(block: s.ObjectMap, scope: Scope, problems: Problems) -> None:
    kind: ObjectType = scope.type
    if kind.key_field is None:
        problems.add(
            "E402",
            f"{kind.name} has no field for Syncline's key, so a record could be created twice",
            block.crm_object.span if scope.side is Side.CRM else block.cadence_object.span,
            notes=(f"Let an administrator of {scope.system} add it, or map one way only.",),
        )
    names = [row.crm if scope.side is Side.CRM else row.cadence for row in block.rows]
    mapped = {found.name for name in names if (found := scope.find(name)) is not None}
    missing = [f.name for f in kind.fields if f.required and f.creatable and f.name not in mapped]
    if missing:
        problems.add(
            "E311",
            f"{scope.system} takes no new {kind.name} without {', '.join(missing)}",
            block.crm_object.span if scope.side is Side.CRM else block.cadence_object.span,
            notes=("Map it, with a `default` where the other side may be blank.",),
        )
