"""What names mean: the two systems' descriptions, the functions and the activity templates."""

from __future__ import annotations

__all__ = ["Catalog", "Problems", "Scope"]

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from syncline_grammar.diagnostics import Diagnostic, Edit, Label, Severity, Span
from syncline_grammar.syntax import Name
from syncline_grammar.words import nearest
from syncline_schemas import check

from ..errors import WorkspaceError
from ..functions.function import Function
from ..model import ActivityTemplate, Description, Field, ObjectType, Side
from .checking.typo import is_typo


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Everything a rule file may refer to."""

    #: The name of each side's connector, and what its system says of itself.
    systems: Mapping[Side, str]
    descriptions: Mapping[Side, Description]
    functions: Mapping[str, Function]
    templates: tuple[ActivityTemplate, ...] = ()
    #: The names that may follow ``connect … to``.
    connectors: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, document: Any, functions: Mapping[str, Function] | None = None) -> Catalog:
        """Return the catalog in a document of ``catalog.schema.json``.

        *functions* are those that rules may call; by default the ones that come with the
        language. Raises ``WorkspaceError`` for a document that is not valid.
        """
        from ..descriptions import description_from_json
        from ..functions import BUILT_IN

        if faults := check("catalog", document):
            raise WorkspaceError(f"the catalog is not valid: {faults[0]}")
        sides: dict[Side, Any] = {side: document.get(side, {"name": "nothing"}) for side in Side}
        return cls(
            systems={side: given["name"] for side, given in sides.items()},
            descriptions={
                side: description_from_json(given.get("description", {"objects": []}))
                for side, given in sides.items()
            },
            functions={f.name: f for f in BUILT_IN} if functions is None else functions,
            templates=tuple(ActivityTemplate(**given) for given in document.get("templates", ())),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the catalog as a document of ``catalog.schema.json``, but for its functions."""
        from ..descriptions import description_to_json

        sides = {
            str(side): {
                "name": self.systems[side],
                "description": description_to_json(self.descriptions[side]),
            }
            for side in Side
        }
        return {**sides, "templates": [asdict(template) for template in self.templates]}

    def template(self, kind: str, object_name: str) -> ActivityTemplate | None:
        """Return how *kind* of activity lands in *object_name* of the CRM connected."""
        for template in self.templates:
            if (template.connector, template.kind, template.object) == (
                self.systems[Side.CRM],
                kind,
                object_name,
            ):
                return template
        return None


@dataclass(slots=True)
class Problems:
    """The diagnostics found so far."""

    found: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        label: str = "",
        notes: Iterable[str] = (),
        better: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note a fault at *span*; *better* is what should stand there instead."""
        fix = None if better is None else Edit(span=span, text=better, title=f"write `{better}`")
        labels = (Label(span=span, text=label),) if label else ()
        self.found.append(
            Diagnostic(
                code=code,
                message=message,
                span=span,
                labels=labels,
                notes=tuple(notes),
                fix=fix,
                severity=severity,
            )
        )

    def unknown(
        self, code: str, what: str, name: Name, known: Iterable[str], where: str = ""
    ) -> None:
        """Note an unknown name, with the nearest known one or the few there are.

        Of a name that is surely a known one mistyped, that is the fix.
        """
        names = list(known)
        near = nearest(name.text, names)
        message = f"{what} `{name.text}` is not known{where}"
        notes: tuple[str, ...] = ()
        if near:
            message += f"; did you mean `{near}`?"
        elif 0 < len(names) <= _FEW:
            notes = ("Known: " + ", ".join(names) + ".",)
        elif names:
            notes = ("`syncline docs` lists them all.",)
        # What only looks like a known name is told, and not put in the place of what was written.
        better = written(near) if near is not None and is_typo(name.text, near) else None
        self.add(code, message, name.span, notes=notes, better=better)


_FEW = 8


def written(name: str) -> str:
    """Return *name* as it stands in a rule file: in back-ticks when it is not one word."""
    return name if name.replace(".", "_").isidentifier() else f"`{name}`"


@dataclass(frozen=True, slots=True)
class Scope:
    """The fields of one object of one side, found by API name or by label."""

    side: Side
    system: str
    type: ObjectType

    def find(self, name: Name) -> Field | None:
        """Return the field *name* means; None when it is unknown or its label is shared."""
        if (exact := self.type.get(name.text)) is not None:
            return exact
        labelled = self._labelled(name)
        return labelled[0] if len(labelled) == 1 else None

    def resolve(self, name: Name, problems: Problems, other: Scope | None = None) -> Field | None:
        """Like ``find``, and note what is wrong; *other* is the scope across, for a hint."""
        found = self.find(name)
        if found is not None:
            return found
        shared = self._labelled(name)
        if shared:
            names = ", ".join(written(f.name) for f in shared)
            problems.add(
                "E203",
                f"{len(shared)} fields of {self.type.name} are labelled `{name.text}`",
                name.span,
                notes=(f"Write the one meant by its API name: {names}.",),
            )
        elif other is not None and other.find(name) is not None:
            problems.add(
                "E202",
                f"`{name.text}` is a field of {other.type.name}, not of {self.type.name}",
                name.span,
                label=f"a field of the {self.side.word} is wanted here",
                notes=("Left of the arrow stands the CRM's field, right of it the cadence's.",),
            )
        else:
            known = [f.name for f in self.type.fields] + [f.label for f in self.type.fields]
            problems.unknown("E202", "field", name, known, f" in {self.type.name} ({self.system})")
        return None

    def _labelled(self, name: Name) -> list[Field]:
        wanted = name.text.casefold()
        return [f for f in self.type.fields if f.label.casefold() == wanted]
