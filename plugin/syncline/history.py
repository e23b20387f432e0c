"""Questions to a workspace's history, without opening a connection."""

from __future__ import annotations

__all__ = ["find_ids", "ids_of", "known_rule", "mapped_fields", "read_history"]

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, or_, select

from syncline_grammar.syntax import Activity, ObjectMap, Workflow
from syncline_grammar.words import nearest

from .errors import WorkspaceError
from .instants import instant
from .ledger import journal
from .ledger.journal import Entry
from .ledger.opening import open_existing
from .ledger.tables import inbox, keys, pairs
from .people.border import admit
from .rules.reading import read_rules
from .settings import read_settings


def find_ids(folder: Path, record: str, *, environ: Mapping[str, str] | None = None) -> list[str]:
    """Return the ids meant by *record* (an id, or a match key), with those linked to them.

    Raises ``WorkspaceError`` when no record is known by it.
    """
    ledger = open_existing(folder, environ)
    try:
        with ledger.begin() as db:
            return ids_of(db, record)
    finally:
        ledger.close()


def ids_of(db: Connection, record: str) -> list[str]:
    """Return the ids meant by *record*, as ``find_ids`` does."""
    known = set(db.scalars(select(keys.c.id).where(keys.c.key == record.strip().casefold())))
    known.add(record)
    rows = list(
        db.execute(
            select(pairs.c.crm_id, pairs.c.cadence_id).where(
                or_(pairs.c.crm_id.in_(known), pairs.c.cadence_id.in_(known))
            )
        )
    )
    if known == {record} and not rows:
        waits = db.scalar(select(inbox.c.id).where(inbox.c.id == record).limit(1))
        if waits is None and not journal.history(db, ids=[record], limit=1):
            raise WorkspaceError(
                f"no record is known by {record}",
                hint="Give an id of either system, or a match key such as an e-mail address.",
            )
    return sorted(known | {id_ for row in rows for id_ in row})


def mapped_fields(folder: Path, field: str) -> list[str]:
    """Return *field* and the fields across that a row of the rules maps it to.

    Raises ``WorkspaceError`` when no rule writes such a field.
    """
    tree = read_rules(read_settings(folder).rules).parsed.tree
    names = {field}
    known: set[str] = set()
    for block in tree.statements:
        if isinstance(block, ObjectMap):
            for row in block.rows:
                known |= {row.crm.text, row.cadence.text}
                if field in {row.crm.text, row.cadence.text}:
                    names |= {row.crm.text, row.cadence.text}
        elif isinstance(block, Activity):
            known |= {row.field.text for row in block.values}
    if field not in known:
        near = nearest(field, known)
        raise WorkspaceError(
            f"no rule writes a field {field}" + (f"; did you mean {near}?" if near else ""),
            hint="Leave it out to see everything about the record.",
        )
    return sorted(names)


def known_rule(folder: Path, rule: str) -> str:
    """Return *rule* as the history names it: a place, a map's name, or a workflow's name.

    A map may be written as in the rules (``Lead <-> prospect``). Raises ``WorkspaceError`` for a
    name that is none of the rule file; a place is taken as it is, for rows move.
    """
    if rule.rpartition(":")[2].isdecimal():
        return rule
    tree = read_rules(read_settings(folder).rules).parsed.tree
    known: dict[str, str] = {}
    for block in tree.statements:
        if isinstance(block, ObjectMap):
            name = f"{block.crm_object.text}/{block.cadence_object.text}"
            known |= {name: name, name.replace("/", f" {block.arrow} "): name}
        elif isinstance(block, Workflow):
            known[block.name] = block.name
    if rule not in known:
        near = nearest(rule, known)
        raise WorkspaceError(
            f"no map and no workflow is called {rule}"
            + (f"; did you mean {near}?" if near else ""),
            hint="Name a workflow, a map (Lead/prospect), or a row's place as the log shows it "
            "(main.rules:14).",
        )
    return known[rule]


def read_history(
    folder: Path,
    *,
    ids: Sequence[str] | None = None,
    run: int | None = None,
    kind: str | None = None,
    fields: Sequence[str] | None = None,
    rule: str | None = None,
    since: datetime | None = None,
    before: int | None = None,
    limit: int = 100,
    environ: Mapping[str, str] | None = None,
) -> list[Entry]:
    """Return the lines of the history that fit every word given, the newest first (K13).

    *rule* is a place, a map's name or a workflow's; *before* the number of a line.
    """
    since = None if since is None else instant(since, "since")
    admit(folder, "log", environ)
    ledger = open_existing(folder, environ)
    try:
        with ledger.begin() as db:
            return journal.history(
                db,
                ids=ids,
                run=run,
                kind=kind,
                fields=fields,
                rule=rule,
                since=since,
                before=before,
                limit=limit,
            )
    finally:
        ledger.close()
