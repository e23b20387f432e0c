"""Check which recorded activities appear on the other side, and with what in them."""

from __future__ import annotations

__all__ = ["check_activity"]

from syncline_grammar import syntax as s

from ...model import Field, FieldType, Side
from ..catalog import Catalog, Problems, Scope
from ..compiled import ACTIVITY
from ..texts import variables
from .criteria import check_criterion
from .expressions import check_expression
from .literals import check_value
from .maps import find_object
from .turning import check_fits
from .workflows import check_constant

_KINDS = ("call", "email", "sms", "note", "meeting", "task")
#: What kinds of activity are called elsewhere.
_CALLED = {
    "phone": "call", "phone_call": "call", "phonecall": "call", "calls": "call", "mail": "email",
    "e_mail": "email", "text": "sms", "text_message": "sms",
}  # fmt: skip


def check_activity(
    activity: s.Activity, tree: s.RuleFile, catalog: Catalog, problems: Problems
) -> None:
    """Note every fault of an activity rule (K3, K5, RS2)."""
    called = _CALLED.get(activity.kind.text.lower())
    if called is not None:
        message = f"the kind of activity `{activity.kind.text}` is written `{called}`"
        problems.add("E209", message, activity.kind.span, better=called)
    elif activity.kind.text not in _KINDS:
        problems.unknown("E209", "kind of activity", activity.kind, _KINDS)
    in_crm = find_object(activity.object, Side.CRM, catalog, problems)
    recorded = catalog.descriptions[Side.CADENCE].get(ACTIVITY)
    if recorded is None:
        system = catalog.systems[Side.CADENCE]
        problems.add("E401", f"{system} records no activities", activity.span)
        return
    in_cadence = Scope(Side.CADENCE, catalog.systems[Side.CADENCE], recorded)
    if in_crm is not None and activity.kind.text in _KINDS:
        system = catalog.systems[Side.CRM]
        if catalog.template(activity.kind.text, in_crm.type.name) is None:
            problems.add(
                "E401",
                f"{system} has no template for a {activity.kind.text} as {in_crm.type.name}",
                activity.object.span,
            )
    source, target = (in_crm, in_cadence) if activity.from_crm else (in_cadence, in_crm)
    _check_words(activity, target, problems)
    if activity.from_crm:
        _check_mapped(activity, tree, catalog, in_crm, problems)
        if activity.where is not None and in_crm is not None:
            check_criterion(activity.where, in_crm, catalog, problems, history=False)
            check_constant(activity.where, in_crm, problems)
    if source is not None:
        _check_values(activity, source, target, catalog, problems)


def _check_words(activity: s.Activity, target: Scope | None, problems: Problems) -> None:
    if activity.from_crm and activity.outcomes:
        problems.add(
            "E310",
            "outcomes are those that the cadence records",
            activity.outcomes[0].span,
            notes=("Say with `where` which of the CRM's records are meant.",),
        )
    if not activity.from_crm and activity.where is not None:
        problems.add(
            "E310",
            "`where` is asked of what the CRM recorded",
            activity.object.span,
            notes=("Say with `on outcome` which of the cadence's activities are meant.",),
        )
    for row in activity.deletes[1:]:
        line = activity.deletes[0].span.line
        problems.add("E310", f"`deletes` stands in line {line} already", row.span)
    if target is None:
        return
    if target.type.key_field is None:
        problems.add(
            "E402",
            f"{target.type.name} has no field for Syncline's key, so one could be made twice",
            activity.object.span,
        )
    if activity.deletes and not target.type.deletable:
        message = f"{target.system} lets us delete no {target.type.name}"
        problems.add("E401", message, activity.deletes[0].span)


def _check_mapped(
    activity: s.Activity,
    tree: s.RuleFile,
    catalog: Catalog,
    in_crm: Scope | None,
    problems: Problems,
) -> None:
    """Note a map over the same object: a record is either mapped or an activity."""
    for block in tree.statements:
        if isinstance(block, s.ObjectMap) and in_crm is not None:
            scope = find_object(block.crm_object, Side.CRM, catalog, Problems())
            if scope is not None and scope.type is in_crm.type:
                line = block.crm_object.span.line
                problems.add(
                    "E310",
                    f"{in_crm.type.name} is mapped in line {line}: its records are no activities",
                    activity.object.span,
                )


def _check_values(
    activity: s.Activity,
    source: Scope,
    target: Scope | None,
    catalog: Catalog,
    problems: Problems,
) -> None:
    written: set[str] = set()
    of = "an activity" if source.side is Side.CADENCE else source.type.name
    for row in activity.values:
        field = None if target is None else target.resolve(row.field, problems)
        typed = check_expression(row.value, source, catalog, problems)
        if field is not None and target is not None:
            if not field.creatable:
                side = target.side.word
                problems.add("E302", f"{field.name} is read only in the {side}", row.field.span)
            if field.name in written:
                problems.add("E303", f"{field.name} is written twice", row.field.span)
            written.add(field.name)
        if isinstance(row.value, s.Text):
            for name in variables(row.value):
                if source.find(name) is None:
                    known = [f.name for f in source.type.fields]
                    problems.unknown("E207", "variable", name, known, f" of {of}")
        if field is not None and not (isinstance(row.value, s.Text) and _is_text(field)):
            check_value(row.value, field, problems)
            if typed is not None and isinstance(row.value, s.FieldRef | s.Call | s.Arithmetic):
                check_fits(typed, field, row.value.span, problems)


def _is_text(field: Field) -> bool:
    """Tell whether a text is cut to fit the field: templates may be of any length."""
    return field.type is FieldType.TEXT
