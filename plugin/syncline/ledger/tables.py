"""The ledger's tables. JSON is stored as text, moments as ISO 8601 text in UTC, so that they order.

The **inbox** holds every record whose values differ from what its pair agreed on: newly changed,
held, failed, deferred or waiting. What is not in the inbox equals its baseline.
"""

from __future__ import annotations

__all__ = [
    "SCHEMA_VERSION",
    "calls",
    "cursors",
    "entries",
    "inbox",
    "intents",
    "keys",
    "meta",
    "metadata",
    "pairs",
    "runs",
]

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text, UniqueConstraint

#: Raised with every change of the tables; an older program refuses a newer ledger.
SCHEMA_VERSION = 1

metadata = MetaData()

#: ``schema`` (the version above), ``instance`` (part of our keys), ``rules`` (digest last run).
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
)
Index("inbox_by_state", inbox.c.object, inbox.c.state, inbox.c.side, inbox.c.id)

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
    UniqueConstraint("map", "crm_id"),
    UniqueConstraint("map", "cadence_id"),
)
Index("pairs_by_cadence", pairs.c.cadence_object, pairs.c.cadence_id)
Index("pairs_owing", pairs.c.map, sqlite_where=pairs.c.owed != "[]")

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started", Text, nullable=False),
    Column("finished", Text),
    #: running, done, stopped, failed
    Column("state", Text, nullable=False),
    Column("report", Text, nullable=False, default="{}"),
)

#: The history: one row a field written, and one for each skip, hold, failure and action.
entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
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
    Column("id", Integer, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("side", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("price", Integer, nullable=False),
    Column("what", Text, nullable=False),
)
Index("calls_by_time", calls.c.side, calls.c.at)
