"""Records from a file or a text: JSON, JSON Lines, or CSV with a head. Read as a stream.

A record is written as its fields, ``{"Status": "Open"}``, or with its object,
``{"object": "Lead", "values": {"Status": "Open"}}``. However long the file is, one record is held
at a time.
"""

from __future__ import annotations

__all__ = ["Fitting", "Given", "read_records", "read_text"]

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO, cast

from syncline_grammar.words import nearest

from .errors import WorkspaceError
from .model import Field, FieldType, ObjectType, Value

#: Characters read at a time, and those of the longest record.
_PIECE, _LONGEST = 1 << 20, 1 << 24
_BETWEEN = re.compile(r"[\s,\]]*")
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One record as it was written, not yet held against an object's fields."""

    #: The object it says it is of; empty when it does not say.
    object: str
    values: Mapping[str, Value]
    #: Where it stands: ``leads.csv:12``.
    at: str
    #: Every value is text, as in a CSV file.
    texts: bool = False


def read_records(path: Path) -> Iterator[Given]:
    """Yield the records of a file in order; raise ``WorkspaceError`` where one cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if path.suffix.lower() in {".csv", ".tsv"}:
                yield from _from_csv(file, path.name)
            else:
                yield from _from_json(file, path.name)
    except OSError as err:
        raise WorkspaceError(
            f"the file {path} cannot be read: {err.strerror}", hint="Check its name."
        ) from err
    except UnicodeDecodeError as err:
        raise WorkspaceError(
            f"the file {path} is not UTF-8 text", hint="Save it as UTF-8 and try again."
        ) from err


def read_text(text: str, name: str) -> Given:
    """Return the one record that *text* holds as JSON; *name* is what a message calls it."""
    found = list(_from_json(io.StringIO(text), name))
    if len(found) != 1:
        raise WorkspaceError(
            f"{name} holds {len(found)} records, and one is wanted",
            hint='Write one record as JSON: {"Status": "Open"}.',
        )
    return replace(found[0], at=name)


# -- JSON and JSON Lines ---------------------------------------------------------------------------


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no number")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _from_json(file: TextIO, name: str) -> Iterator[Given]:
    """Yield objects that stand in a list, or one after another."""
    text, at, line = file.read(_PIECE), 0, 1
    opened, closed = text.lstrip().startswith("["), False
    if opened:
        text = text.replace("[", " ", 1)
    while True:
        gap = _BETWEEN.match(text, at)
        end = at if gap is None else gap.end()
        closed = closed or "]" in text[at:end]
        line += text.count("\n", at, end)
        at = end
        try:
            document, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as err:
            piece = file.read(max(_PIECE, len(text) - at))
            if at == len(text) and not piece:
                break
            if not piece or len(text) - at > _LONGEST:
                raise _unread(f"{name}, line {line}", err) from err
            text, at = text[at:] + piece, 0
            continue
        yield _given(document, f"{name}:{line}")
        line += text.count("\n", at, end)
        at = end
    if opened and not closed:
        raise WorkspaceError(
            f"{name}: the list of records has no end", hint="Put a `]` behind the last record."
        )


def _unread(where: str, err: Exception) -> WorkspaceError:
    reason = err.msg if isinstance(err, json.JSONDecodeError) else str(err)
    if isinstance(err, RecursionError):
        reason = "too many brackets stand in one another"
    return WorkspaceError(
        f"{where}: no record can be read here: {reason}",
        hint='A record is JSON: {"Status": "Open"}. The name of a CSV file ends in .csv.',
    )


def _given(document: Any, at: str) -> Given:
    if not isinstance(document, dict):
        shown = json.dumps(document, ensure_ascii=False)[:40]
        raise WorkspaceError(
            f"{at}: a record is wanted, and here is {shown}",
            hint='A record is written {"Status": "Open"}.',
        )
    fields = cast("Mapping[str, Any]", document)
    kind = ""
    if set(fields) <= {"object", "values", "id"} and isinstance(fields.get("values"), dict):
        kind, fields = str(fields.get("object", "")), fields["values"]
    return Given(object=kind, values={k: _value(k, v, at) for k, v in fields.items()}, at=at)


def _value(name: str, value: Any, at: str) -> Value:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list):
        parts = list(cast("Iterable[Any]", value))
        if all(isinstance(part, str) for part in parts):
            return tuple(parts)
    raise WorkspaceError(
        f"{at}: {name} holds neither a text, a number, true, false, null nor a list of texts",
        hint="Give each field one plain value.",
    )


# -- CSV -------------------------------------------------------------------------------------------


def _from_csv(file: TextIO, name: str) -> Iterator[Given]:
    head = file.readline()
    mark = max(",;\t", key=head.count)
    file.seek(0)
    rows = csv.reader(file, delimiter=mark, strict=True)
    try:
        names = [cell.strip() for cell in next(rows, list[str]())]
        twice = sorted({cell for cell in names if cell and names.count(cell) > 1})
        if twice:
            raise WorkspaceError(f"{name}: two columns are called {twice[0]}", hint="Rename one.")
        for row in rows:
            if not row:
                continue
            if len(row) > len(names):
                raise WorkspaceError(
                    f"{name}, line {rows.line_num}: {len(row)} cells under {len(names)} columns",
                    hint="Put a cell that holds the separator between double quotes.",
                )
            values = {column: cell for column, cell in zip(names, row, strict=False) if column}
            yield Given(object="", values=values, at=f"{name}:{rows.line_num}", texts=True)
    except csv.Error as err:
        raise WorkspaceError(
            f"{name}, line {rows.line_num}: this is no CSV: {err}",
            hint="Save it anew as CSV with a head, in UTF-8.",
        ) from err


# -- against an object's fields --------------------------------------------------------------------


class Fitting:
    """Holds records against the fields of one object: names to API names, texts to types.

    A name that the object does not know is an error if *strict*, and otherwise left out.
    """

    def __init__(self, type_: ObjectType, *, strict: bool) -> None:
        self._type = type_
        self._strict = strict
        self._known: dict[str, Field | None] = {}
        labels: dict[str, list[Field]] = {}
        for field in type_.fields:
            labels.setdefault(field.label.casefold(), []).append(field)
        self._labels = {label: found[0] for label, found in labels.items() if len(found) == 1}
        #: Names that were left out.
        self.unknown: dict[str, None] = {}

    def __call__(self, given: Given) -> dict[str, Value]:
        """Return the record's values by API name."""
        values: dict[str, Value] = {}
        for name, value in given.values.items():
            field = self._field(name, given.at)
            if field is not None:
                values[field.name] = _typed(field, value) if given.texts else value
        return values

    def _field(self, name: str, at: str) -> Field | None:
        if name not in self._known:
            self._known[name] = self._type.get(name) or self._labels.get(name.casefold())
            if self._known[name] is None:
                self._refuse(name, at)
        return self._known[name]

    def _refuse(self, name: str, at: str) -> None:
        if self._strict:
            near = nearest(name, [f.name for f in self._type.fields])
            raise WorkspaceError(
                f"{at}: {self._type.name} has no field {name}"
                + (f"; did you mean {near}?" if near else ""),
                hint="Name a field by its API name or its label.",
            )
        self.unknown[name] = None


def _typed(field: Field, text: Value) -> Value:
    """Return a cell's text as a value of its field; what cannot be read stays as it is."""
    if not isinstance(text, str) or not text.strip():
        return None
    plain = text.strip()
    if field.type is FieldType.NUMBER:
        return _number(plain)
    if field.type is FieldType.BOOLEAN:
        return _TRUTHS.get(plain.casefold(), text)
    if field.type is FieldType.MULTI_PICKLIST:
        return tuple(part.strip() for part in plain.split(";") if part.strip())
    return text


def _number(text: str) -> Value:
    for read in (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        return number if abs(number) < float("inf") else text
    return text
