"""Check the cadences that actions name."""

from __future__ import annotations

__all__ = ["check_cadence"]

from collections.abc import Sequence

from syncline_grammar import syntax as s
from syncline_grammar.words import nearest
from syncline_grammar.writing.spelling import quote

from ..catalog import Problems
from .typo import is_typo

_FEW = 8


def check_cadence(target: s.Text, known: Sequence[str], problems: Problems) -> bool:
    """Note a cadence that is not among *known* (E205); tell whether it is.

    A name nearby is told. It is offered as a fix only where it is mistyped: another cadence sends
    other mails.
    """
    if not known or target.value in known:
        return True
    near = nearest(target.value, known)
    problems.add(
        "E205",
        f"cadence `{target.value}` is not known" + (f"; did you mean `{near}`?" if near else ""),
        target.span,
        notes=() if near else (_listed(known),),
        better=quote(near) if near is not None and is_typo(target.value, near) else None,
    )
    return False


def _listed(known: Sequence[str]) -> str:
    """Return the cadences there are, or where they are listed."""
    if len(known) <= _FEW:
        return f"Known: {', '.join(known)}."
    return "`syncline docs` lists them all."
