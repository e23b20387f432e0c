"""Every check, in the order of the levels. A name here never changes its meaning."""

from __future__ import annotations

__all__ = ["CHECKS"]

from ..check import Check, Level
from . import actions, description, ends, faults, limits, listing, registration, rows, secrets

_ALL: tuple[Check, ...] = (
    registration.registered,
    registration.quiet_import,
    description.described,
    description.described_alike,
    listing.lists_all,
    rows.reads_by_id,
    rows.writes,
    rows.same_key_once,
    listing.resumes_anywhere,
    listing.equal_times,
    listing.changes_under_paging,
    rows.row_outcomes,
    rows.echo,
    ends.deleted_is_gone,
    faults.access_refused,
    faults.no_network,
    secrets.no_secrets,
    limits.limit_obeyed,
    ends.tells_deletions,
    ends.tells_merges,
    faults.unknown_outcome,
    limits.price_counted,
    limits.rate_limit,
    actions.same_action_once,
)
_LEVELS = list(Level)
CHECKS: tuple[Check, ...] = tuple(sorted(_ALL, key=lambda each: _LEVELS.index(each.level)))
