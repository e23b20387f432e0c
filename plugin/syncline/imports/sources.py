"""Where rows come from: a CSV file, or records of the CRM that fit a criterion."""

from __future__ import annotations

__all__ = ["Request", "Row", "Source", "of_crm", "of_file"]

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ..errors import WorkspaceError
from ..functions.countries import country_code
from ..model import ObjectType, Side, Value
from ..rules.catalog import Scope
from ..rules.compiled import MapRule
from ..rules.evaluate import ask
from ..rules.ruleset import RuleSet
from ..rules.values import Clock
from ..rules.walk import names_in
from ..sync.systems import System
from .fitting import Fitter
from .mapping import Column, map_columns
from .parts import parts_of
from .reading import look_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be imported: a CSV *file*, or the records of an object of the *crm*."""

    file: Path | None = None
    #: An object of the CRM that a map of the rules brings to the cadence.
    crm: str = ""
    #: A criterion as rules write it; empty: all of them.
    where: str = ""
    #: Column -> field, where names do not say it; an empty field leaves a column out.
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    #: For telephone numbers without one, where a row names no country.
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its place, its values by field, and what keeps it from being a prospect."""

    line: int
    values: Mapping[str, Value]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Rows to be imported, and what is known of them before the first is read."""

    name: str
    #: How a file is written; empty for a list of the CRM.
    written: str
    columns: tuple[Column, ...]
    #: The same content has the same; empty for a list, which is never the same.
    digest: str
    #: How many rows there are; None for a list, of which nobody knows before.
    count: int | None
    rows: Callable[[], Iterator[Row]]


def of_file(request: Request, kind: ObjectType) -> Source:
    """Return the rows of a CSV file; raise ``WorkspaceError`` for one that cannot be used."""
    assert request.file is not None
    _check_country(request.country)
    sheet = look_at(request.file)
    columns = map_columns(sheet.columns, kind, request.columns)
    fit = Fitter(kind, parts_of(kind), request.country)
    fields = [column.field for column in columns]

    def rows() -> Iterator[Row]:
        for line in sheet.lines():
            if len(line.cells) > len(fields) and any(line.cells[len(fields) :]):
                told = f"{len(line.cells)} cells under {len(fields)} columns"
                yield Row(line=line.number, values={}, faults=(told,))
                continue
            texts = dict(zip(fields, line.cells, strict=False))
            texts.pop("", None)
            found = fit(texts)
            yield Row(line=line.number, values=found.values, faults=found.faults)

    mark = {"\t": "tab"}.get(sheet.separator, sheet.separator)
    return Source(
        name=request.file.name,
        written=f"{sheet.encoding}, separator {mark}",
        columns=columns,
        digest=sheet.digest,
        count=sheet.rows,
        rows=rows,
    )


def of_crm(
    request: Request, rules: RuleSet, crm: System, kind: ObjectType, now: datetime
) -> Source:
    """Return the CRM's records as the rules' own map would bring them to the cadence."""
    _check_country(request.country)
    rule = _map(rules, request.crm, kind.name)
    type_ = crm.description.get(rule.crm_object)
    assert type_ is not None
    scope = Scope(Side.CRM, crm.name, type_)
    question = ask(request.where, scope, rules.catalog) if request.where else None
    found = [scope.find(name) for name in names_in(question.node)] if question else []
    fields = sorted({*rule.reads[Side.CRM], *(each.name for each in found if each)})
    fit, clock = Fitter(kind, parts_of(kind), request.country), Clock(now)

    def rows() -> Iterator[Row]:
        number = 0
        for page in crm.connector.changes(rule.crm_object, fields, None):
            for record in page.records:
                number += 1
                if question is None or question(record.values, None, clock):
                    values = fit(rule.to_cadence(record.values))
                    yield Row(line=number, values=values.values, faults=values.faults)

    name = f"{rule.crm_object} of the CRM" + (f" where {request.where}" if request.where else "")
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Source(name=name, written="", columns=(), digest=digest, count=None, rows=rows)


def _check_country(text: str) -> None:
    if text and country_code(text) is None:
        raise WorkspaceError(
            f"there is no country {text}", hint="Write its name or its code, such as FR."
        )


def _map(rules: RuleSet, crm_object: str, kind: str) -> MapRule:
    for rule in rules.compiled.maps:
        if (rule.crm_object, rule.cadence_object) == (crm_object, kind):
            return rule
    known = [rule.crm_object for rule in rules.compiled.maps if rule.cadence_object == kind]
    raise WorkspaceError(
        f"no map of the rules brings {crm_object} to {kind}",
        hint=f"It can be: {', '.join(known)}." if known else f"Add `map {crm_object} -> {kind}`.",
    )
