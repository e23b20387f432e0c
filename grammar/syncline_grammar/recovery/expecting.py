"""What a test expects, in other words: a workflow, nothing, a record that is created."""

from __future__ import annotations

__all__ = ["expectation_at"]

import re
from collections.abc import Iterator

from .finding import Finding, Site, rewritten

_IGNORE = re.IGNORECASE
_NAME = r"(?P<name>[^\W\d]\w*|`[^`\n]+`)"
_ROW = re.compile(r"[ \t]*expect[ \t]+(?P<said>[^\n#]*[^\s#])", _IGNORE)
_RIGHT = re.compile(rf"{_NAME}\s+unchanged|no\s+action")
_WORKFLOW = re.compile(r"(?:the\s+)?(?:workflow|rule)(?!\w)(?!\s*=)", _IGNORE)
_NO_ACTIONS = re.compile(r"no\s+actions|(?:no|not)\s+(?:any\s+)?actions?", _IGNORE)
_NOTHING = re.compile(r"nothing(?:\s+.*)?|none|no\s+(?:changes?|effect)", _IGNORE)
_SAME = re.compile(
    rf"{_NAME}\s+(?:(?:is|stays|remains|to\s+be|be)\s+(?:left\s+)?(?:unchanged|the\s+same)|"
    r"(?:is\s+|was\s+|has\s+|be\s+)?(?:not|un)\s*changed|(?:does|did)\s+not\s+change)",
    _IGNORE,
)
_NONE = re.compile(rf"no\s+{_NAME}(?:\s+(?:is\s+)?(?:created|made|added))?", _IGNORE)
_MADE = re.compile(
    rf"{_NAME}\s+(?:(?:is|was|gets|to\s+be)\s+)?(?:created|made|added|new|exists|updated|changed)",
    _IGNORE,
)


def expectation_at(site: Site) -> Iterator[Finding]:
    """Yield how the expectation is written at which reading stopped."""
    if site.head != "test":
        return
    for line in dict.fromkeys((site.code_start, site.line_start)):
        if row := _ROW.match(site.text, line):
            yield from _told(site, row)
            return


def _told(site: Site, row: re.Match[str]) -> Iterator[Finding]:
    said = row["said"]
    start, end = row.span("said")
    if _RIGHT.fullmatch(said):
        return
    if same := _SAME.fullmatch(said):
        better = f"{same['name']} unchanged"
        yield rewritten(site, start, end, better, f"here this is written `{better}`")
        return
    if _NO_ACTIONS.fullmatch(said):
        yield rewritten(site, start, end, "no action", "here this is written `no action`")
        return
    if _WORKFLOW.match(said):
        message = "a test expects what is done, not which workflow does it"
        wanted = "wanted: an action, such as `exit cadence`, or `no action`"
    elif _NOTHING.fullmatch(said):
        message = "a test says what is left alone: no action is taken, or a record is unchanged"
        wanted = "wanted: `no action`, or a name and `unchanged`: `prospect unchanged`"
    elif none := _NONE.fullmatch(said):
        message = "a test says that nothing is written to a record, or what the record then holds"
        wanted = f"wanted: `{none['name'].strip('`')} unchanged`"
    elif made := _MADE.fullmatch(said):
        message = "a test says what the record then holds"
        wanted = f'wanted: a field and its value, as in `{made["name"].strip("`")} email = "…"`'
    else:
        return
    yield Finding(
        code="E110", message=message, start=start, end=end, labels=((start, end, wanted),)
    )
