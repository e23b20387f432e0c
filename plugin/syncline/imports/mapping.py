"""Which column of a file is which field: by name, by label, by what others call it, or nearly."""

from __future__ import annotations

__all__ = ["Column", "map_columns"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from syncline_grammar.words import nearest

from ..errors import WorkspaceError
from ..model import Field, ObjectType
from .parts import SYNONYMS, bare

#: From here on (of 1) a name that is nearly a field's is taken for it.
NEAR = 0.79


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column, and what becomes of it."""

    name: str
    #: The field's API name; empty: it is left out.
    field: str
    #: How the two were brought together.
    how: Literal["said", "name", "near", "left out"]


def map_columns(
    names: Sequence[str], kind: ObjectType, said: Mapping[str, str]
) -> tuple[Column, ...]:
    """Return each column with its field; *said* is column -> field as a person wants it.

    An empty field in *said* leaves the column out. One field takes one column: the first that
    fits it exactly. Raises ``WorkspaceError`` for a column or a field that is not there, and when
    no column is left.
    """
    fields = [field for field in kind.fields if field.creatable and field.name != kind.key_field]
    chosen = _said(names, fields, kind.name, said)
    exact: dict[str, Field] = {}
    for field in reversed(fields):
        for word in (field.label, field.name, *SYNONYMS.get(bare(field.name), ())):
            exact[bare(word)] = field
    free = {field.name for field in fields} - {field for field in chosen.values() if field}
    found: dict[str, Column] = {}
    for name in names:
        if name in chosen:
            found[name] = Column(name=name, field=chosen[name], how="said")
        elif (known := exact.get(bare(name))) is not None and known.name in free:
            free.discard(known.name)
            found[name] = Column(name=name, field=known.name, how="name")
    for name in names:
        if name not in found:
            words = [word for word, field in exact.items() if field.name in free]
            near = process.extractOne(
                bare(name), words, scorer=OSA.normalized_similarity, score_cutoff=NEAR
            )
            target = exact[near[0]].name if near else ""
            free.discard(target)
            found[name] = Column(name=name, field=target, how="near" if target else "left out")
    if not any(column.field for column in found.values()):
        raise WorkspaceError(
            f"no column is a field of {kind.name}: {', '.join(names[:8])}",
            hint='Say which is which: --map "Column=field". `syncline docs` lists the fields.',
        )
    return tuple(found[name] for name in names)


def _said(
    names: Sequence[str], fields: Sequence[Field], kind: str, said: Mapping[str, str]
) -> dict[str, str]:
    columns = {bare(name): name for name in reversed(names)}
    columns |= {name: name for name in names}
    known = {bare(word): f.name for f in reversed(fields) for word in (f.label, f.name)}
    chosen: dict[str, str] = {}
    for column, field in said.items():
        meant = columns.get(column) or columns.get(bare(column))
        if meant is None:
            near = nearest(column, names)
            raise WorkspaceError(
                f"the file has no column {column}" + (f"; did you mean {near}?" if near else ""),
                hint=f"It has: {', '.join(names[:12])}{' …' if len(names) > 12 else ''}.",
            )
        if field and bare(field) not in known:
            near = nearest(field, [f.name for f in fields])
            raise WorkspaceError(
                f"{kind} has no field {field} that can be set"
                + (f"; did you mean {near}?" if near else ""),
                hint="Name a field by its API name or its label; `syncline docs` lists them.",
            )
        target = known[bare(field)] if field else ""
        if target and target in chosen.values():
            raise WorkspaceError(
                f"two columns are mapped to {target}", hint="One field takes one column."
            )
        chosen[meant] = target
    return chosen
