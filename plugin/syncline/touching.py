"""The cadence's own side in a workspace: cadences as documents, due touches, outcomes (K11, RS7).

    with syncline.Workspace("acme") as workspace:
        for due in workspace.touches.due():
            print(due.waiting.name, due.allowed.at, due.allowed.reason)

No message is sent from here: a touch is listed with its window, and its outcome is recorded.
"""

from __future__ import annotations

__all__ = ["Touches"]

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from syncline_grammar.words import nearest

from .admission.choosing import checked, kind_named
from .cadence_documents import cadences_from
from .connector import Context
from .errors import WorkspaceError
from .instants import instant
from .model import ActionRequest, Outcome, OutcomeStatus, Side
from .people import trail
from .preferences.book import SettingsBook
from .preferences.effective import effective
from .rules.checking.blocks import CHANNELS
from .sending.answer import Allowed
from .sending.due import DueTouch, day_comes, longest_memory, plan_due
from .sending.search import HORIZON, next_allowed
from .sending.sent import Sent
from .sending.zones import Place, Sender
from .touches import Cadence, Change, TouchDone, TouchKeeper, WaitingTouch

if TYPE_CHECKING:
    from .workspace import Workspace


class Touches:
    """What a person does in the cadence of a workspace. The cadence has to keep its own touches."""

    def __init__(self, workspace: Workspace, *, now: Callable[[], datetime]) -> None:
        self._workspace = workspace
        self._now = now

    @cached_property
    def _keeper(self) -> TouchKeeper:
        name = self._workspace.text.head.systems.get(Side.CADENCE, "nothing")
        kind = kind_named(self._workspace.registry.connectors, name)
        if kind.touches is None:
            raise WorkspaceError(
                f"{kind.title} keeps its cadences and touches to itself",
                hint=f"Look at them in {kind.title}; this works with `connect cadence to local`.",
            )
        settings, _way = checked(kind, self._workspace.settings.connections.get(name, {}))
        return kind.touches(
            Context(
                side=Side.CADENCE,
                settings=settings,
                secrets={},
                folder=self._workspace.folder,
                now=self._now,
                spend=lambda _price, _what: None,
            )
        )

    # -- cadences

    def cadences(self) -> list[Cadence]:
        """Return the cadences with their touches."""
        self._workspace.allow("cadences list")
        return self._keeper.cadences()

    def put_cadences(self, document: Any) -> dict[str, str]:
        """Make or replace the cadences of a document of ``cadence.schema.json``.

        Returns name -> ``new``, ``changed`` or ``same``; others stay as they are.
        """
        actor = self._workspace.allow("cadences import")
        cadences = cadences_from(document)
        with self._workspace.alone(), self._workspace.ledger.begin() as db:
            found = self._keeper.put_cadences(cadences)
            for name, what in found.items():
                if what != "same":
                    trail.note(db, actor, self._now(), "cadence", name, new=what)
        return found

    # -- touches

    def due(self, at: datetime | None = None, user: str | None = None) -> list[DueTouch]:
        """Return the touches whose day has come by *at*, the oldest first: all, or one user's.

        Those of other users are planned too, for a cap counts everybody's.
        """
        self._workspace.allow("due")
        now = self._moment("at", at)
        lines = self._workspace.rules.sending
        waiting = self._keeper.waiting(now)
        found = plan_due(lines, waiting, now, self._sent(now), self._senders())
        return [one for one in found if user is None or one.waiting.user == user]

    def next_allowed(self, prospect: str, channel: str, after: datetime | None = None) -> Allowed:
        """Return when *channel* may be used for a prospect (an id, an address), and why not before.

        It goes by the rules' ``allow`` and by what went out already.
        """
        if channel not in CHANNELS:
            near = nearest(channel, CHANNELS)
            raise WorkspaceError(
                f"there is no channel {channel}" + (f"; did you mean {near}?" if near else ""),
                hint=f"The channels are {', '.join(CHANNELS)}.",
            )
        self._workspace.allow("next")
        time_zone, country, owner = self._keeper.place_of(self.known(prospect))
        sender = self._senders()(owner)
        place = Place(
            zone=time_zone,
            country=country,
            user=owner,
            user_zone=sender.time_zone,
            user_cap=sender.caps.get(channel),
        )
        moment = self._moment("after", after)
        return next_allowed(
            self._workspace.rules.sending, channel, place, moment, self._sent(moment)
        )

    def next_touches(
        self, prospect: str, after: datetime | None = None
    ) -> list[tuple[WaitingTouch, Allowed]]:
        """Return the touches that a prospect is at, each with when it may go out."""
        now = self._moment("after", after)
        sender_of = self._senders()
        return [
            (one, self.next_allowed(one.prospect, one.touch.channel, max(now, day)))
            for one in self._keeper.touch_of(self.known(prospect))
            for day in (day_comes(one, sender_of(one.user).time_zone),)
        ]

    def done(self, touch: TouchDone) -> Outcome:
        """Record the outcome of a touch: an activity is made, and the prospect moves on (K11).

        Raises ``WorkspaceError`` when the prospect is not at that touch.
        """
        (outcome,) = self.done_all([touch])
        return _accepted(outcome)

    def done_all(self, touches: Sequence[TouchDone]) -> list[Outcome]:
        """Record the outcomes of many touches at once; one that is refused keeps no other back."""
        self._workspace.allow("cadences done")
        with self._workspace.alone():
            named = [replace(each, prospect=self.known(each.prospect)) for each in touches]
            return self._keeper.finish(named, self._workspace.who)

    def enrol(self, prospect: str, cadence: str) -> Outcome:
        """Put a prospect into a cadence, as a person does."""
        return self._act("enrol", prospect, cadence)

    def leave(self, prospect: str) -> Outcome:
        """Take a prospect out of its cadences, as a person does (K11)."""
        return self._act("exit", prospect, None)

    def history(self, prospect: str) -> list[Change]:
        """Return every change of a prospect's enrolments with its reason, the oldest first.

        One who was deleted is known by the id; one who was merged is whom it was merged into.
        """
        self._workspace.allow("cadences history")
        return self._keeper.changes_of(prospect) or self._keeper.changes_of(self.known(prospect))

    def known(self, prospect: str) -> str:
        """Return the id of a prospect; raise ``WorkspaceError`` when it is not known."""
        found = self._keeper.find(prospect)
        if found is None:
            raise WorkspaceError(
                f"there is no prospect {prospect}",
                hint="Name it by its id, as prs_000001, or by its e-mail address.",
            )
        return found

    def close(self) -> None:
        """Let go of the cadence."""
        if "_keeper" in self.__dict__:
            self._keeper.close()

    def _act(self, action: str, prospect: str, target: str | None) -> Outcome:
        self._workspace.allow(f"cadences {action}")
        now = self._now()
        with self._workspace.alone():
            found = self.known(prospect)
            request = ActionRequest(
                key=f"person:{action}:{found}:{now.isoformat()}",
                action=action,
                prospect=found,
                target=target,
                reason=f"{self._workspace.who or 'a person'} asked for it",
            )
            (outcome,) = self._keeper.act([request])
        return _accepted(outcome)

    def _moment(self, name: str, given: datetime | None) -> datetime:
        """Return the moment asked for, or now, in UTC; what went out before it can be looked at."""
        return instant(given or self._now(), name, room=2 * HORIZON)

    def _senders(self) -> Callable[[str], Sender]:
        """Return what gives a user's settings, those of now."""
        # All of them: a touch goes out by its user's hours, whoever asks when.
        documents = SettingsBook.read(self._workspace.folder)

        def sender_of(user: str) -> Sender:
            found = effective(documents, user)
            caps = {each: found[f"daily_cap_{each}"].value for each in CHANNELS}
            return Sender(
                time_zone=found["time_zone"].value,
                caps={each: cap for each, cap in caps.items() if cap is not None},
            )

        return sender_of

    def _sent(self, around: datetime) -> Sent:
        return Sent(self._keeper.sent(around - longest_memory(self._workspace.rules.sending)))


def _accepted(outcome: Outcome) -> Outcome:
    if outcome.status is not OutcomeStatus.DONE:
        raise WorkspaceError(outcome.message or outcome.code)
    return outcome
