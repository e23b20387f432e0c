"""What becomes of one row: new, an update, a duplicate, or a question for a person. Pure."""

from __future__ import annotations

__all__ = ["Outcome", "Verdict", "judge"]

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ..model import Value, is_blank
from .index import Known
from .likeness import PERHAPS, SURE, Likeness, Trace, likeness
from .parts import bare

#: A telephone number, whichever way it is written: its last nine digits tell it from others.
_NUMBER = re.compile(r"[+(]?\d[\d ()./-]{6,}")


class Outcome(StrEnum):
    """How a row ends."""

    NEW = "new"
    #: It fills fields of a prospect that are blank.
    UPDATE = "update"
    #: It is there, and says nothing new.
    DUPLICATE = "duplicate"
    #: A person decides.
    CONFLICT = "conflict"
    UNUSABLE = "unusable"
    #: The cadence would not take it.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a row, and why."""

    outcome: Outcome
    reason: str
    score: int = 0
    #: Whom it is, or may be.
    known: Known | None = None
    #: What it would fill.
    fill: Mapping[str, Value] = field(default_factory=dict[str, Value])
    #: What it says otherwise.
    differs: Mapping[str, Value] = field(default_factory=dict[str, Value])


def judge(values: Mapping[str, Value], trace: Trace, near: Sequence[Known]) -> Verdict:
    """Return what becomes of a row with *values*, among those who are *near* it.

    One of whom it is sure is updated where it is blank; where the two say different things, where
    there are two of them, and where it is not sure, a person decides. An e-mail address that
    somebody has is never that of somebody new, nor of somebody else.
    """
    if not near:
        return Verdict(outcome=Outcome.NEW, reason="nobody like it is known")
    told = [(likeness(trace, known.trace), known) for known in near]
    sure = [(found, known) for found, known in told if found.score >= SURE]
    for found, known in sure:
        if not any(_against(values, known)):
            return _verdict(Outcome.DUPLICATE, found, known, "is there already")
    best, closest = max(told, key=lambda pair: (pair[0].same_email, pair[0].score))
    if len(sure) > 1:
        found, known = max(sure, key=lambda pair: pair[0].score)
        others = ", ".join(_called(k) for _found, k in sure if k is not known)
        return _verdict(Outcome.CONFLICT, found, known, f"may as well be {others}", values)
    if sure:
        ((found, known),) = sure
        if best.same_email and not found.same_email:
            words = f"has the e-mail address of {_called(closest)}"
            return _verdict(Outcome.CONFLICT, found, known, words, values)
        fill, differs = _against(values, known)
        if differs:
            words = "; ".join(f"{n}: {_short(v)}, not {_short(known.values[n])}"
                              for n, v in list(differs.items())[:3])  # fmt: skip
            return _verdict(Outcome.CONFLICT, found, known, f"says otherwise: {words}", values)
        return _verdict(Outcome.UPDATE, found, known, f"fills {', '.join(fill)}", values)
    if best.same_email or best.score >= PERHAPS:
        return _verdict(Outcome.CONFLICT, best, closest, "is perhaps the same", values)
    return Verdict(outcome=Outcome.NEW, reason="nobody is enough like it", score=best.score)


def _verdict(
    outcome: Outcome,
    found: Likeness,
    known: Known,
    words: str,
    values: Mapping[str, Value] | None = None,
) -> Verdict:
    fill, differs = ({}, {}) if values is None else _against(values, known)
    by = f", by {found.reason}" if found.reason else ""
    return Verdict(
        outcome=outcome,
        reason=f"{_called(known)} {words}{by}"
        if outcome is Outcome.DUPLICATE
        else f"{words} ({_called(known)}{by})",
        score=found.score,
        known=known,
        fill=fill,
        differs=differs,
    )


def _against(
    values: Mapping[str, Value], known: Known
) -> tuple[dict[str, Value], dict[str, Value]]:
    """Return what *values* have that is blank in *known*, and what is otherwise there."""
    fill: dict[str, Value] = {}
    differs: dict[str, Value] = {}
    for name, value in values.items():
        there = known.values.get(name)
        if is_blank(there):
            fill[name] = value
        elif _compared(value) != _compared(there):
            differs[name] = value
    return fill, differs


def _compared(value: object) -> object:
    if isinstance(value, str):
        number = _NUMBER.fullmatch(value)
        return "".join(filter(str.isdigit, value))[-9:] if number else bare(value)
    if isinstance(value, list | tuple):
        return sorted(map(str, value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return value


def _called(known: Known) -> str:
    return known.id or f"line {known.line}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 30 else f"{text[:29]}…"
