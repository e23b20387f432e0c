"""Where the records that are compared come from: a file of records, or what the ledger last saw."""

from __future__ import annotations

__all__ = ["Subjects"]

from collections.abc import Iterator
from pathlib import Path

from ..errors import WorkspaceError
from ..records import Fitting, read_records
from ..rules.catalog import Catalog
from ..rules.objects import object_named
from .subject import Subject


class Subjects:
    """Records to compare, which can be gone through more than once.

    They are those of *data*, each of the object it names or else of *object_name*; without *data*,
    those that the ledger in *folder* last saw, of *object_name* if that is given.
    """

    def __init__(
        self, catalog: Catalog, data: Path | None, folder: Path, object_name: str | None
    ) -> None:
        self._catalog = catalog
        self._data = data
        self._folder = folder
        self._object = None if object_name is None else object_named(catalog, object_name)
        #: Columns that no object has, in the order met.
        self.unknown: dict[str, None] = {}

    def __iter__(self) -> Iterator[Subject]:
        return self._of_ledger() if self._data is None else self._of_file(self._data)

    def _of_file(self, path: Path) -> Iterator[Subject]:
        fits: dict[str, Fitting] = {}
        for given in read_records(path):
            if given.object:
                scope = object_named(self._catalog, given.object, f"{given.at}: ")
            elif self._object is not None:
                scope = self._object
            else:
                raise WorkspaceError(
                    f"{given.at}: the record does not say of which object it is",
                    hint="Add `--object Lead`, or whatever it is.",
                )
            name = scope.type.name
            if name not in fits:
                fits[name] = Fitting(scope.type, strict=False)
                # The same dictionary: a name met later stands in it as well.
                fits[name].unknown = self.unknown
            values = fits[name](given)
            yield Subject(side=scope.side, type=scope.type, values=values, before=None, at=given.at)

    def _of_ledger(self) -> Iterator[Subject]:
        from ..last_seen import every_record

        for seen in every_record(self._folder):
            type_ = self._catalog.descriptions[seen.side].get(seen.object)
            if type_ is None or (self._object is not None and self._object.type is not type_):
                continue
            yield Subject(
                side=seen.side,
                type=type_,
                values=seen.values,
                before=seen.before,
                at=f"{seen.object} {seen.id}",
                whole=seen.whole,
            )
