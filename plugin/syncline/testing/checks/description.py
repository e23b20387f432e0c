"""That a system says of itself all that the checker and the engine need, and says it again."""

from __future__ import annotations

__all__ = ["described", "described_alike"]

from ...model import Description, Field, FieldType, ObjectType
from ..bench import Bench
from ..check import Level, check

_LISTS = {FieldType.PICKLIST, FieldType.MULTI_PICKLIST}


@check(Level.BRONZE, see="`describe`")
def described(bench: Bench) -> None:
    """The description is whole: objects, fields and prices.

    Each has a name and a label of its own; the key field is described and only read; a picklist
    that takes certain values alone names them; a page and a batch hold a record at least.
    """
    bench.doing = "opened a connection"
    main = bench.main
    bench.doing = "described the system"
    found = main.describe()
    prices = found.prices
    sizes = (prices.page_size, prices.write_size)
    bench.want(min(sizes) >= 1, f"a page or a batch holds {min(sizes)} records")
    costs = (prices.page, prices.write, prices.look, prices.action)
    bench.want(min(costs) >= 0, f"a call costs {min(costs)}")
    bench.want(bool(prices.unit.strip()), "the unit of its prices has no name")
    names = [kind.name for kind in found.objects]
    bench.want(len(set(names)) == len(names), f"two objects have one name: {', '.join(names)}")
    for kind in found.objects:
        for fault in _faults(kind):
            bench.want(False, f"{kind.name}: {fault}")
    tried = bench.object
    bench.want(tried.key_field is not None, f"{tried.name} has no field for our key")


@check(Level.BRONZE, see="`describe`")
def described_alike(bench: Bench) -> None:
    """The description is the same whenever it is asked for, by whichever connection.

    It agrees with the one that is known without a connection, if there is one.
    """
    bench.doing = "described the system by three connections, before and after a record was made"
    first = bench.connect().describe()
    bench.create(1)
    bench.doing = "described the system by three connections, before and after a record was made"
    for other in (bench.main.describe(), bench.connect().describe()):
        _same(bench, first, other)
    offline = bench.kind.offline
    if offline is not None:
        bench.doing = "compared the description with the one that is known offline"
        _same(bench, offline(bench.harness.side), first)


def _same(bench: Bench, one: Description, other: Description) -> None:
    names = [[kind.name for kind in each.objects] for each in (one, other)]
    bench.want(names[0] == names[1], f"objects were {names[0]}, then {names[1]}")
    for before, after in zip(one.objects, other.objects, strict=True):
        bench.want(before == after, f"{before.name} was described otherwise")
    bench.want(one.actions == other.actions, "its actions were others")
    bench.want(one.prices == other.prices, "its prices were others")


def _faults(kind: ObjectType) -> list[str]:
    """Return what is wrong with the description of an object."""
    names = [field.name for field in kind.fields]
    found = [f"two fields are named {name}" for name in sorted(names) if names.count(name) > 1]
    if not kind.name.strip() or not kind.label.strip():
        found.append("it has no name or no label")
    if not kind.fields:
        found.append("it has no fields")
    for field in kind.fields:
        found += [f"{field.name} {fault}" for fault in _field_faults(field)]
    if kind.key_field is not None:
        key = kind.get(kind.key_field)
        if key is None:
            found.append(f"its key field {kind.key_field} is not described")
        elif key.creatable or key.updatable:
            found.append(f"its key field {key.name} looks as if rules may fill it in")
    return found


def _field_faults(field: Field) -> list[str]:
    found: list[str] = []
    if not field.name.strip() or not field.label.strip():
        found.append("has no name or no label")
    if field.restricted and not field.values:
        found.append("takes certain values alone, and names none")
    if field.values and field.type not in _LISTS:
        found.append(f"lists values and is a {field.type}")
    if field.required and not field.creatable:
        found.append("is required and cannot be given")
    if field.length is not None and field.length < 1:
        found.append(f"takes {field.length} characters")
    return found
