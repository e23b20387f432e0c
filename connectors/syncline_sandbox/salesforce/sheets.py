"""Comma-separated values, as jobs take and give them."""

from __future__ import annotations

__all__ = ["DELIMITERS", "cells", "read", "row_values", "written"]

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .wire import Refusal, mapping

if TYPE_CHECKING:
    from .catalog import ObjectInfo

DELIMITERS = {
    "BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t",
}  # fmt: skip
#: What empties a field; an empty cell leaves it alone.
_NULL = "#N/A"
_NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})

csv.field_size_limit(1_000_000)


def read(text: str, delimiter: str) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns, and the rows."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    rows = [row for row in rows if row]
    if not rows:
        raise Refusal("InvalidBatch", "The data holds no header")
    return rows[0], rows[1:]


def row_values(info: ObjectInfo, names: Sequence[str], row: Sequence[str]) -> dict[str, Any]:
    """Return a row's values as JSON would bring them."""
    if len(row) != len(names):
        raise Refusal("INVALID_FIELD", "The row has more or fewer cells than the header")
    values: dict[str, Any] = {}
    for name, cell in zip(names, row, strict=True):
        if cell == "":
            continue
        values[name] = None if cell == _NULL else _value(info, name, cell)
    return values


def written(names: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str, end: str) -> str:
    """Return the text of a sheet; every cell stands in quotes, as the vendor writes it."""
    out = io.StringIO(newline="")
    sheet = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    sheet.writerow(names)
    sheet.writerows(rows)
    return out.getvalue()


def cells(record: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """Return the cells of a record of a query, by the names that it asked for."""
    return [_cell(record, name.split(".")) for name in names]


def _cell(record: Mapping[str, Any] | None, steps: Sequence[str]) -> str:
    value: Any = record
    for step in steps:
        found = {name.casefold(): each for name, each in mapping(value).items()}
        value = found.get(step.casefold())
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # Sheets have times with a Z where JSON has an offset.
    text = str(value)
    return text.removesuffix("+0000") + "Z" if text.endswith(".000+0000") else text


def _value(info: ObjectInfo, name: str, cell: str) -> Any:
    field = info.get(name)
    if field is None:
        return cell
    if field.type == "boolean" and cell.casefold() in {"true", "false", "1", "0"}:
        return cell.casefold() in {"true", "1"}
    if field.type in _NUMBERS:
        try:
            return int(cell) if field.type == "int" else float(cell)
        except ValueError:
            return cell
    return cell
