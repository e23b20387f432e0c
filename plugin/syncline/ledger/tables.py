"""The ledger's tables. JSON is stored as text, moments as ISO 8601 text in UTC, so that they order.

The **inbox** holds every record whose values differ from what its pair agreed on: newly changed,
held, failed, deferred or waiting. What is not in the inbox equals its baseline.

One schema serves SQLite and PostgreSQL; ``migrations`` brings an older ledger up to it.
"""

from __future__ import annotations

__all__ = [
    "SCHEMA_VERSION",
    "audit",
    "breakers",
    "calls",
    "changes",
    "cursors",
    "entries",
    "holds",
    "import_holds",
    "imports",
    "inbox",
    "intents",
    "keys",
    "leases",
    "meta",
    "metadata",
    "pairs",
    "runs",
    "vendor_usage",
    "versions",
    "wakes",
]

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

#: Raised with every change of the tables; an older program refuses a newer ledger.
SCHEMA_VERSION = 3

metadata = MetaData()
#: Numbers that are never given back, and outgrow 32 bits; SQLite's own have 64.
_Number = BigInteger().with_variant(Integer, "sqlite")

#: ``schema`` (the version above), ``instance`` (part of our keys), ``rules`` (digest last run),
#: ``locked`` (rows that may not be remapped), ``paused`` (by whom and when, while it is),
#: ``budget:SIDE`` (how full the budget was found: ok, warned, stopped).
meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

#: How far each listing has come; ``started`` is the server's time when it began, while it runs.
cursors = Table(
    "cursors",
    metadata,
    Column("side", Text, primary_key=True),
    Column("object", Text, primary_key=True),
    Column("modified", Text),
    Column("id", Text, nullable=False, default=""),
    Column("started", Text),
    Column("fields", Text, nullable=False),
    #: How far the server's clock was ahead of ours when the listing began, in seconds.
    Column("ahead", Integer, nullable=False, default=0),
    #: What the system left out of the listing; empty: nothing.
    Column("narrowed", Text, nullable=False, default=""),
)

inbox = Table(
    "inbox",
    metadata,
    Column("side", Text, primary_key=True),
    Column("object", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("modified", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    #: When it began to wait: who waited longest is served first.
    Column("since", Text, nullable=False, default=""),
    #: What tells this state of the record from the next.
    Column("seen", Text, nullable=False, default=""),
    #: The run that took it up last: no run takes a record up twice.
    Column("run", Integer, nullable=False, default=0),
    #: When time alone may lift the reason for which it waits; empty for never.
    Column("due", Text, nullable=False, default=""),
    #: What became of a record that is no longer there, ``{"kind": "merged", "into": [object, id],
    #: "at": …}``; empty while it is.
    Column("gone", Text, nullable=False, default=""),
)
#: In the order in which they are served. The side stands last: it must not pass for the primary
#: key, by which single records are changed.
Index("inbox_by_turn", inbox.c.object, inbox.c.since, inbox.c.id, inbox.c.side)
_WAITS = inbox.c.due != ""
Index("inbox_due", inbox.c.due, sqlite_where=_WAITS, postgresql_where=_WAITS)

#: The values of match fields of every record ever seen, as they compare.
keys = Table(
    "keys",
    metadata,
    Column("side", Text, primary_key=True),
    Column("object", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("key", Text, nullable=False),
)
Index("keys_by_key", keys.c.side, keys.c.object, keys.c.key, keys.c.field)

pairs = Table(
    "pairs",
    metadata,
    Column("map", Text, nullable=False),
    Column("crm_id", Text, nullable=False),
    Column("cadence_id", Text, nullable=False),
    Column("crm_object", Text, nullable=False),
    Column("cadence_object", Text, nullable=False),
    #: JSON objects: what each row last agreed on (``Title>job_title``), and what the record was
    #: last seen to hold (``Title``), each side in its own terms.
    Column("crm_base", Text, nullable=False),
    Column("cadence_base", Text, nullable=False),
    #: How each record was last seen: its modification and a digest of its values.
    Column("crm_seen", Text, nullable=False, default=""),
    Column("cadence_seen", Text, nullable=False, default=""),
    #: Our last write to each side, [from, until, rows] by its clock: what it echoes back.
    Column("crm_echo", Text, nullable=False, default=""),
    Column("cadence_echo", Text, nullable=False, default=""),
    #: Workflows whose criteria hold (a JSON list): they fire when they begin to.
    Column("holding", Text, nullable=False, default="[]"),
    #: Actions of firings that are not done yet, [[workflow, number, key] …].
    Column("owed", Text, nullable=False, default="[]"),
    #: Why a side has no record any more (``deleted 2026-…``); empty while it has one.
    Column("crm_gone", Text, nullable=False, default=""),
    Column("cadence_gone", Text, nullable=False, default=""),
    #: When time alone may next change what the rules say of it; empty for never.
    Column("due", Text, nullable=False, default=""),
    #: Writes that went back and forth, ``{row: [moment, …]}`` (B12).
    Column("flips", Text, nullable=False, default="{}"),
    #: What a person decided about a held row, once: ``{row: side}``.
    Column("choices", Text, nullable=False, default="{}"),
    UniqueConstraint("map", "crm_id", name="pairs_map_crm_id"),
    UniqueConstraint("map", "cadence_id", name="pairs_map_cadence_id"),
)
Index("pairs_by_crm", pairs.c.crm_object, pairs.c.crm_id)
Index("pairs_by_cadence", pairs.c.cadence_object, pairs.c.cadence_id)
_OWES = pairs.c.owed != "[]"
_DUE = pairs.c.due != ""
Index("pairs_owing", pairs.c.map, sqlite_where=_OWES, postgresql_where=_OWES)
Index("pairs_due", pairs.c.map, pairs.c.due, sqlite_where=_DUE, postgresql_where=_DUE)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started", Text, nullable=False),
    Column("finished", Text),
    #: running, done, stopped, failed
    Column("state", Text, nullable=False),
    #: run, undo
    Column("kind", Text, nullable=False, default="run"),
    #: The version of the rules it ran by; 0 when none was kept.
    Column("rules", Integer, nullable=False, default=0),
    Column("report", Text, nullable=False, default="{}"),
)

#: The history: one row a field written, and one for each skip, hold, failure and action.
entries = Table(
    "entries",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("map", Text, nullable=False),
    Column("crm_id", Text, nullable=False, default=""),
    Column("cadence_id", Text, nullable=False, default=""),
    #: The side and object written, and its field.
    Column("side", Text, nullable=False, default=""),
    Column("object", Text, nullable=False, default=""),
    Column("field", Text, nullable=False, default=""),
    Column("old", Text, nullable=False, default="null"),
    Column("new", Text, nullable=False, default="null"),
    Column("lost", Text, nullable=False, default="null"),
    Column("rule", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
)
Index("entries_by_crm", entries.c.crm_id)
Index("entries_by_cadence", entries.c.cadence_id)
Index("entries_by_run", entries.c.run)

#: What a person is asked to decide, as things stand: a record, or one field of a pair.
holds = Table(
    "holds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("map", Text, nullable=False),
    Column("crm_id", Text, nullable=False, default=""),
    Column("cadence_id", Text, nullable=False, default=""),
    #: The row's key (``Title>job_title``); empty when the whole record is held.
    Column("row", Text, nullable=False, default=""),
    Column("crm_value", Text, nullable=False, default="null"),
    Column("cadence_value", Text, nullable=False, default="null"),
    Column("rule", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("run", Integer, nullable=False),
    Column("at", Text, nullable=False),
)
Index("holds_by_crm", holds.c.crm_id)
Index("holds_by_cadence", holds.c.cadence_id)

#: Every change that was seen, as it came: what ``replay`` plays again (B7).
changes = Table(
    "changes",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("side", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("gone", Text, nullable=False, default=""),
)
Index("changes_by_record", changes.c.side, changes.c.object, changes.c.record_id)
Index("changes_by_run", changes.c.run)

#: Each text of the rules that was put to work, by whom and when (E5).
versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False, default=""),
)

#: Batches about to be sent: on disk before their call, gone with its outcomes.
intents = Table(
    "intents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

#: Every call with its price in the vendor's unit (K6).
calls = Table(
    "calls",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("side", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("price", Integer, nullable=False),
    Column("what", Text, nullable=False),
    #: Records that the call carried: what Koncert's way of counting counts.
    Column("records", Integer, nullable=False, default=0),
)
Index("calls_by_time", calls.c.side, calls.c.at, calls.c.price, calls.c.records)

#: What each vendor last said of its own limit, so that every worker knows.
vendor_usage = Table(
    "vendor_usage",
    metadata,
    Column("side", Text, primary_key=True),
    Column("used", Integer, nullable=False),
    Column("allowed", Integer, nullable=False),
    Column("at", Text, nullable=False),
)

#: Connections that failed so often that they are left in peace for a while.
breakers = Table(
    "breakers",
    metadata,
    Column("side", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    #: When it is tried again; empty while it is closed.
    Column("until", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
)

#: Who may run: the holder until a moment, and a number that grows with every holder.
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("token", Integer, nullable=False),
    Column("until", Text, nullable=False),
)

#: Somebody asked for a cycle before its time: a webhook, or a person.
wakes = Table(
    "wakes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("side", Text, nullable=False, default=""),
    Column("object", Text, nullable=False, default=""),
    #: Ids to be read again, a JSON list; empty for "something changed".
    Column("ids", Text, nullable=False, default="[]"),
)

#: Who changed what of the settings and of the decisions, and when (K12).
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    #: The user who acted in the name of *who*; empty when it was that person.
    Column("real", Text, nullable=False, default=""),
    #: person, role, super-admin, rules, pause, resume, decision, import, connection
    Column("kind", Text, nullable=False),
    #: Whom or what it is about: an address, a record, a file.
    Column("about", Text, nullable=False),
    Column("old", Text, nullable=False, default=""),
    Column("new", Text, nullable=False, default=""),
)
Index("audit_by_about", audit.c.about)

#: Each import of prospects (RS11).
imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    #: The file's name, or what a list of the CRM is called.
    Column("source", Text, nullable=False),
    #: Of its content: the same file twice has the same.
    Column("digest", Text, nullable=False),
    #: The name of an automatic import; empty when a person asked.
    Column("name", Text, nullable=False, default=""),
    Column("who", Text, nullable=False, default=""),
    Column("started", Text, nullable=False),
    #: Empty while it runs, and when it was cut off.
    Column("finished", Text, nullable=False, default=""),
    #: How its rows ended, ``{"new": 12, …}``.
    Column("counts", Text, nullable=False, default="{}"),
)
Index("imports_by_name", imports.c.name, imports.c.digest)

#: Rows of imports about which a person decides.
import_holds = Table(
    "import_holds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("import", Integer, nullable=False),
    #: Of the row's values: the same question is asked once.
    Column("digest", Text, nullable=False),
    Column("line", Integer, nullable=False),
    #: The prospect it may be; empty when it was held for another reason.
    Column("prospect", Text, nullable=False, default=""),
    Column("score", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False),
    Column("values", Text, nullable=False),
    Column("at", Text, nullable=False),
    #: file, cadence or new, once a person has decided; empty until then.
    Column("decision", Text, nullable=False, default=""),
    UniqueConstraint("digest", name="import_holds_digest"),
)
